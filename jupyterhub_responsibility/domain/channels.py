"""How people can be reached, as they say themselves, and who may see it.

An address is its owner's: each is shown to whom they chose, and to nobody else. What they say goes
along with the account, whatever it is called, and ends with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from .model import Contact

Audience = Literal["everybody", "in charge", "nobody"]
AUDIENCES: dict[Audience, str] = {
    "everybody": "Everybody on the hub",
    "in charge": "The people in charge of the hub",
    "nobody": "Nobody",
}
"""Who may see something, as its owner chooses."""

EVERYBODY: frozenset[Audience] = frozenset({"everybody"})
IN_CHARGE: frozenset[Audience] = frozenset({"everybody", "in charge"})
"""What ordinary users see, and what those in charge see."""

ChannelName = Literal[
    "email", "chat", "telephone", "url", "through", "hours", "languages", "away_until"
]
CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)

WAYS: tuple[ChannelName, ...] = ("email", "chat", "telephone", "url", "through")
"""What somebody can be reached by; the others say when, and in what language."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that somebody says about how to reach them, and who may see it."""

    text: str
    audience: Audience


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody can be reached. `created` is when their account was made, as the ledger has it;
    empty where the hub doesn't tell."""

    account: str
    created: str
    said: Mapping[ChannelName, Said]

    def seen_by(self, audiences: Collection[Audience]) -> dict[ChannelName, str]:
        """What of it may be seen by these."""
        return {name: each.text for name, each in self.said.items() if each.audience in audiences}

    def away(self, today: date) -> bool:
        """Whether they are away, whoever may know it."""
        until = self.said.get("away_until")
        return until is not None and date.fromisoformat(until.text) >= today

    def contact(self, name: str, audiences: Collection[Audience]) -> Contact | None:
        """Them as a contact called `name`; None where these may see no way to reach them."""
        seen = self.seen_by(audiences)
        if not any(way in seen for way in WAYS):
            return None
        return Contact(
            "",
            name,
            (),
            email=seen.get("email", ""),
            chat=seen.get("chat", ""),
            telephone=seen.get("telephone", ""),
            url=seen.get("url", ""),
            through=seen.get("through", ""),
            hours=seen.get("hours", ""),
            languages=tuple(seen.get("languages", "").split()),
        )


def of_accounts(reaches: Iterable[Reach], created: Mapping[str, str]) -> dict[str, Reach]:
    """What the accounts of today have said, by what they are called today.

    `created` is when each was made: an account that was renamed keeps what it said, and one that
    was made again under a name has said nothing.
    """
    said = {each.created or each.account: each for each in reaches}
    found = ((account, said.get(moment or account)) for account, moment in created.items())
    return {account: reach for account, reach in found if reach}
