"""What has to be erased for a person to be forgotten, and whether that can be done now. Pure.

A person is an account with every name that it has had. What they did, what was done about them,
and what was written by them, to them or of them is theirs; that something happened stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from .chain import Taken
from .entry import ITSELF, Draft, Entry
from .kinds import PartName
from .state import LedgerState

Names = Mapping[str, int]
"""The names of one account, each with the last entry in which it means that account."""

ALWAYS = 2**62
"""The number of no entry: the name that the account has now."""

_ABOUT: tuple[PartName, ...] = ("person", "reason", "note", "created")
_BY: tuple[PartName, ...] = ("actor", "reason", "note", "asker_created")


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is of somebody: their entries, in order, and more that mentions them.

    `texts` are those by others about others in which their name is written.
    """

    names: Names
    entries: tuple[Entry, ...]
    texts: Taken = field(default_factory=set)

    @property
    def taken(self) -> Taken:
        """The parts that have to go."""
        asked = {e.number for e in self.entries if e.event == "request" and self._is_by(e)}
        own = {e.number for e in self.entries if self._is_about(e)}
        linked = {e.intent for e in self.entries if e.intent and e.number in own}
        found: Taken = set(self.texts)
        for entry in self.entries:
            about = entry.number in own | linked or entry.intent in own
            answered = int(entry.facts.get("request", 0)) in asked
            gone = {
                *(_ABOUT if about else ()),
                *(_BY if self._is_by(entry) else ()),
                *(("reason",) if answered else ()),
                *(("was",) if self._means(entry.facts.get("was", ""), entry) else ()),
                *(("asker", "reason") if self._means(entry.facts.get("asker", ""), entry) else ()),
            }
            there = {name for name, part in entry.parts.items() if part.erasure is None}
            found |= {(entry.number, name) for name in gone & there}
        return found

    @property
    def hindrance(self) -> str:
        """Why they can't be forgotten now, in words; empty if they can."""
        state = self._state()
        if state.unsettled:
            return (
                f"It isn't known yet what became of entry {min(state.unsettled)}. The service finds"
                " that out within a minute: try again then"
            )
        now = {name for name, last in self.names.items() if last == ALWAYS}
        held = [group for group, there in state.members.items() if there & now]
        if held:
            return (
                f"They are in the group {', '.join(sorted(held))}, and so hold a role: withdraw"
                " them first"
            )
        return ""

    def endings(self, today: date) -> list[Draft]:
        """Their requests, and those for them, end: nobody could decide about them any more."""
        return [
            Draft("decision", ITSELF, "service", each.role,
                  details={"request": str(each.number), "verdict": "ended"})
            for each in self._state().open_requests(today)
        ]  # fmt: skip

    def _state(self) -> LedgerState:
        state = LedgerState()
        for entry in self.entries:
            state.read(entry)
        return state

    def _is_by(self, entry: Entry) -> bool:
        return entry.actor_kind == "user" and self._means(entry.actor, entry)

    def _is_about(self, entry: Entry) -> bool:
        return self._means(entry.person, entry)

    def _means(self, name: str, entry: Entry) -> bool:
        return entry.number <= self.names.get(name, 0)


def earlier_names(names: Names, renamings: Iterable[Entry]) -> dict[str, int]:
    """The names of an account with those that it had before it was renamed, the newest first in
    `renamings`."""
    found = dict(names)
    for entry in renamings:
        was = entry.facts.get("was", "")
        if was and entry.number <= found.get(entry.person, 0):
            found[was] = max(found.get(was, 0), entry.number)
    return found


def mentions(text: str, name: str) -> bool:
    """Whether a name is written in a text, as a word of its own."""
    written = rf"(?<![\w@.-]){re.escape(name)}(?![\w@-]|\.\w)"
    return re.search(written, text, re.IGNORECASE) is not None
