"""Who may show the hub's pages in a frame of theirs: ours follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOBODY = "'none'"
"""What the hub says where the operator says nothing."""

OLD_HEADER = {"deny": NOBODY, "sameorigin": "'self'"}
"""What `X-Frame-Options` comes to; browsers heed it where there are no `frame-ancestors`."""


def frame_ancestors(hub: Any) -> str:
    """The sources that the hub's `frame-ancestors` allow, as they are in its headers.

    Empty where the operator's own headers limit it in no way.
    """
    headers = hub.tornado_settings.get("headers", {})
    given = {str(name).lower(): str(value) for name, value in headers.items()}
    policy = given.get("content-security-policy")
    if policy is None:
        return NOBODY
    return _directives(policy).get(
        "frame-ancestors", OLD_HEADER.get(given.get("x-frame-options", "").strip().lower(), "")
    )


def embedded_cookies(hub: Any) -> dict[str, Any]:
    """What the hub's `cookie_options` say of cookies inside the pages of others.

    Without it, nobody could log in here on a hub that is shown in a frame of another site; the
    hub itself doesn't tell its services.
    """
    options = hub.tornado_settings.get("cookie_options", {})
    given = {str(name).lower(): value for name, value in options.items()}
    return {name: given[name] for name in ("samesite", "secure", "partitioned") if name in given}


def _directives(policy: str) -> Mapping[str, str]:
    """The directives of a policy; the first of a name counts, as it does in browsers."""
    found: dict[str, str] = {}
    for directive in policy.replace(",", ";").split(";"):
        name, *sources = directive.split() or [""]
        found.setdefault(name.lower(), " ".join(sources) or NOBODY)
    return found
