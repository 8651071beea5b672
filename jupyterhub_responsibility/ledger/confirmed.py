"""Confirmations, and what people without an account have said of a role, by a mailed link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..text import is_erased
from .entry import Entry, storable
from .kinds import ActorKind

BY_PEOPLE: ActorKind = "person"
"""The kind of actor that has no account."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A holder's "I know these duties": when, and the digest of what they saw."""

    at: datetime
    duties_digest: str


@dataclass(frozen=True, slots=True)
class Word:
    """What a person without an account was asked of a role, and has answered last.

    They were `asked` at these moments, the last time by the entry of that `number`, and have not
    answered since if it is `open`. They have denied that they hold it if there is a `denied_at`.
    """

    asked: tuple[datetime, ...] = ()
    number: int = 0
    open: bool = False
    confirmation: Confirmation | None = None
    denied_at: datetime | None = None


NO_WORD = Word()

REMEMBERED = 5
"""How many of the times that somebody was asked are kept."""


@dataclass
class Words:
    """What each of them has said, by role."""

    _said: dict[tuple[str, str], Word] = field(default_factory=dict)

    def of(self, role_id: str, name: str) -> Word:
        """What somebody of that name has said of a role."""
        return self._said.get((role_id, storable(name)), NO_WORD)

    def known(self) -> frozenset[tuple[str, str]]:
        """Each role and name of somebody who was asked, or has said something."""
        return frozenset(self._said)

    def denied(self) -> Iterator[tuple[str, str]]:
        """Each role and name of somebody who says that they don't hold it."""
        return (each for each, word in list(self._said.items()) if word.denied_at)

    def read(self, entry: Entry) -> None:
        """Take in the next entry."""
        name = person_of(entry)
        if not name or is_erased(name):
            return
        key = (entry.role, name)
        if entry.event == "kept":  # who comes back starts anew
            self._said.pop(key, None)
            return
        word = self._said.get(key, NO_WORD)
        if entry.event == "asking":
            asked = (*word.asked, entry.moment)[-REMEMBERED:]
            word = replace(word, asked=asked, number=entry.number, open=True)
        elif entry.event == "denial":
            word = replace(word, open=False, denied_at=entry.moment)
        else:
            said = Confirmation(entry.moment, entry.facts["duties_digest"])
            word = replace(word, open=False, confirmation=said, denied_at=None)
        self._said[key] = word


def person_of(entry: Entry) -> str:
    """The person without an account who is asked by an entry, answers by it, or holds a role no
    more; empty where there is none."""
    if entry.event in ("asking", "kept"):
        return entry.facts.get("named", "")
    return entry.actor if entry.actor_kind == BY_PEOPLE else ""
