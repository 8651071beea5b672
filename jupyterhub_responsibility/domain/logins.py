"""How old it is what is known of who is in a group.

Mostly it was read from the hub, and is as old as that reading. Where the **login service** decides
who is in a group, the hub learns of it when somebody logs in; some hubs ask again while people use
them, which is a **check**. The hub doesn't tell when that was. It tells when it last saw somebody:
neither was later. A fact is no younger for being read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .model import Role

RESOLUTION = timedelta(seconds=30)
"""How much later than it says the hub may have seen somebody, unless it is configured otherwise."""

KnownFrom = Literal["hub", "declaration", "page", "login", "check"]
"""Where something is known from: read from the hub, declared, or written on the page, at a moment;
or told by the login service, at a login, or at a login or a check."""

AtLogin = Literal["", "login", "check"]
"""Whether the login service told it, and when that can have been."""

NO_LATER: dict[KnownFrom, str] = {
    "hub": "as of",
    "declaration": "as of",
    "page": "as of",
    "login": "as of a login no later than",
    "check": "as of a login or check no later than",
}
"""How old it is, in words that a moment comes after."""

UNKNOWN_TIME: dict[KnownFrom, str] = {
    "login": "as of a login at an unknown time",
    "check": "as of a login or check at an unknown time",
}
"""The same where there is no moment."""


LAST: dict[str, str] = {"login": "last login", "check": "last login or check"}
"""The last what it is as of, in words."""


def aged(known_from: KnownFrom, has_moment: bool) -> str:
    """How old something is, in words; where it has a moment, that comes after them."""
    return NO_LATER[known_from] if has_moment else UNKNOWN_TIME.get(known_from, "")


@dataclass(frozen=True)
class Logins:
    """What is known of logins, where they decide who is in a group.

    `decide` says of a group whether they do. `seen` is when the hub last saw an account that is in
    some groups, `unseen` since when it hasn't, where that is for longer than a role allows. If the
    hub `checks`, it asks the login service again while people use it.
    """

    decide: Callable[[str], bool] = lambda _: False
    seen: Callable[[str, Sequence[str]], datetime | None] = lambda *_: None
    unseen: Callable[[Role, str], datetime | None] = lambda *_: None
    checks: bool = False

    def at_login(self, groups: Sequence[str]) -> AtLogin:
        """Whether a login told that somebody is in all of these groups."""
        if not groups or not all(map(self.decide, groups)):
            return ""
        return "check" if self.checks else "login"


NO_LOGINS = Logins()
"""The hub's own groups: who is in them is as it was read."""
