"""Who may show the hub's pages in a frame of theirs: ours follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOBODY = "'none'"
"""What the hub says where the operator says nothing."""

OLD_HEADER = {"deny": NOBODY, "sameorigin": "'self'"}
"""What `X-Frame-Options` comes to; browsers heed it where there are no `frame-ancestors`."""


def frame_ancestors(hub: Any) -> str:
    """The sources that the operator's headers allow by name; empty where they allow anybody.

    A policy that says nothing of frames, but something else, allows nobody: frames were not what
    the operator thought of. The hub's own origin is left out where it is that of every user's
    server as well.
    """
    headers = hub.tornado_settings.get("headers", {})
    given = {str(name).lower(): str(value) for name, value in headers.items()}
    policy = given.get("content-security-policy")
    if policy is None:
        return NOBODY
    frames = given.get("x-frame-options", "").strip().lower()
    otherwise = OLD_HEADER.get(frames, NOBODY if policy.strip() else "")
    sources = _directives(policy).get("frame-ancestors", otherwise)
    return sources if hub.subdomain_host or not sources else _without_self(sources)


def _without_self(sources: str) -> str:
    """Sources but for our own origin."""
    return " ".join(each for each in sources.split() if each.lower() != "'self'") or NOBODY


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
