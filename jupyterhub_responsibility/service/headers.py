"""What goes between a browser and us in headers that no script can change, in either direction.

On a hub without a domain for each user, a page on anybody's server has our origin: browsers let
its scripts do whatever those of our own pages may. These headers keep it from what it needs for
that, which is a page of ours with its XSRF token. `docs/permissions.md` says what they can't do.

Browsers send what they say (`Sec-Fetch-…`) by https, and by http to the machine they run on.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address

from ..enabling.framing import NOBODY

POLICY = "Content-Security-Policy"

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "noopener-allow-popups",
}
"""What every answer says. The latter keeps a page that opens ours in another tab from reaching
into it, also one of our own origin; browsers that don't know it go without."""

FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})
"""Where a page is shown within another, by `Sec-Fetch-Dest`."""

Headers = Mapping[str, str]


def policy(frame_ancestors: str) -> str:
    """What browsers let our pages do, and who may show them in a frame: anybody, if empty."""
    limits = "object-src 'none'; base-uri 'self'; form-action 'self'"
    return f"frame-ancestors {frame_ancestors}; {limits}" if frame_ancestors else limits


def is_websocket(asked: Headers) -> bool:
    """HubOAuth skips the XSRF check for these, and takes tokens from the address."""
    modes = (asked.get("Sec-Fetch-Mode", ""), asked.get("Upgrade", ""))
    return any(mode.lower() == "websocket" for mode in modes)


def from_another_site(asked: Headers) -> bool:
    """Whether a page that is not of our origin wants it."""
    return asked.get("Sec-Fetch-Site") in ("cross-site", "same-site")


def from_our_origin(asked: Headers) -> bool:
    """Whether a page of our origin wants it, be it ours, the hub's, or on somebody's server."""
    return asked.get("Sec-Fetch-Site") == "same-origin"


def as_a_part(asked: Headers) -> bool:
    """Whether it is wanted as a part of another page, such as a picture.

    HubOAuth lets these in by the session alone, since nobody could read them; but scripts that
    ask in this way (`mode: "no-cors"`) can read what is of their own origin.
    """
    return asked.get("Sec-Fetch-Mode") == "no-cors"


def framed_unasked(asked: Headers, frame_ancestors: str) -> bool:
    """Whether a page is wanted within another one although nobody may show it there."""
    return frame_ancestors == NOBODY and asked.get("Sec-Fetch-Dest") in FRAMES


def opens_a_page(asked: Headers) -> bool:
    """Whether this is somebody opening a page, and not a script that asks for one."""
    mode = asked.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "text/html" in asked.get("Accept", "")


def address_of(asked: Headers, connected: str) -> str:
    """From where somebody comes, as the outermost proxy on this machine says: what stands before
    that in the header, anybody may write. `connected` is who has connected to us."""
    said = [each.strip() for each in asked.get("X-Forwarded-For", "").split(",")]
    others = [each for each in said if each and not _is_here(each)]
    return others[-1] if others else connected


def _is_here(address: str) -> bool:
    """Whether an address is of this machine."""
    with suppress(ValueError):
        return ip_address(address).is_loopback
    return False
