"""What has to be erased for a person to be forgotten, and whether that can be done now. Pure.

A person is an account with every name that it has had. What they did, what was done about them,
and what was written by them, to them or of them is theirs; that something happened stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ..text import isolated
from .bearers import ALWAYS, Bearer
from .chain import Taken
from .entry import ITSELF, Draft, Entry
from .gap_spans import Span
from .kinds import PartName
from .state import LedgerState

_ABOUT: tuple[PartName, ...] = ("person", "reason", "note", "created")
_BY: tuple[PartName, ...] = ("actor", "reason", "note", "asker_created", "title")

POWER = "power-without-role"
"""The kind of gap that is noted anew each time the hub is read, for as long as it is so."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach somebody, as the account says that was made then, and who may see it."""

    account: str
    created: str
    name: str
    text: str
    audience: str


@dataclass(frozen=True)
class Traces:
    """What there is of somebody: their entries, in order, and more that mentions them.

    They were asked for by `name`, and had each of the `bearers`' names for a while; `spellings` has
    more ways in which each was typed. `texts` are those by others about others in which a name of
    theirs is written, `gaps` those that name them, and `channels` how they can be reached. `others`
    are accounts that had the name before or after them. `without` are the parts of entries that
    mean somebody of their names without an account.
    """

    name: str
    bearers: tuple[Bearer, ...]
    entries: tuple[Entry, ...]
    texts: Taken = field(default_factory=set)
    gaps: tuple[Span, ...] = ()
    channels: tuple[Channel, ...] = ()
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    others: tuple[Bearer, ...] = ()
    without: Taken = field(default_factory=set)

    @property
    def names(self) -> dict[str, int]:
        """Their names, as somebody typed them, too, each with the last entry in which it is
        theirs."""
        found: dict[str, int] = {}
        for each in self.bearers:
            for name in (each.name, *self.spellings.get(each.name, ())):
                found[name] = max(found.get(name, 0), each.last)
        return found

    @cached_property
    def mine(self) -> Taken:
        """The parts of entries that name them."""
        return {part for each in self.bearers for part in each.parts}

    @property
    def last(self) -> str:
        """When an entry was last written that names them, by whichever of their names."""
        theirs = {number for number, _ in self.mine | self.without}
        return max((each.at for each in self.entries if each.number in theirs), default="")

    @cached_property
    def taken(self) -> Taken:
        """The parts that have to go."""
        asked = {e.number for e in self.entries if e.event == "request" and self._is_by(e)}
        own = {e.number for e in self.entries if self._is_about(e)}
        linked = {e.intent for e in self.entries if e.intent and e.number in own}
        found: Taken = self.texts | self.without
        for entry in self.entries:
            about = entry.number in own | linked or entry.intent in own
            answered = int(entry.facts.get("request", 0)) in asked
            gone = {
                *(_ABOUT if about else ()),
                *(_BY if self._is_by(entry) else ()),
                *(("reason",) if answered else ()),
                *(("was",) if (entry.number, "was") in self.mine else ()),
                *(("asker", "reason") if (entry.number, "asker") in self.mine else ()),
            }
            there = {name for name, part in entry.parts.items() if part.erasure is None}
            found |= {(entry.number, name) for name in gone & there}
        return found

    @property
    def hindrance(self) -> str:
        """Why they can't be forgotten now, in words; empty if they can."""
        return self._unsettled or self._held or self._power

    @property
    def _unsettled(self) -> str:
        theirs = {number for number, _ in self.mine}
        if unsettled := theirs & self._state.unsettled.keys():
            return (
                f"It isn't known yet what became of entry {min(unsettled)}. The service finds"
                " that out within a minute: try again then"
            )
        return ""

    @property
    def _held(self) -> str:
        for name in self.now:
            held = [group for group, there in self._state.members.items() if name in there]
            if held:
                return (
                    f"{self.called(name)} in the group {', '.join(sorted(held))}, and so hold a"
                    f" role: withdraw them first{self._or_another}"
                )
        return ""

    @property
    def _or_another(self) -> str:
        """What can be done about other accounts that had the name."""
        if len(self.accounts) < 2:
            return ""
        return (
            f". The name stood for {len(self.accounts)} accounts: the command `ledger forget` can"
            " erase another one of them (--made)"
        )

    @property
    def accounts(self) -> list[Bearer]:
        """The accounts by the name that was asked for."""
        return [each for each in self.bearers if each.name == self.name]

    @property
    def _power(self) -> str:
        powerful = {gap.key[2] for gap in self.gaps if gap.key[0] == POWER and gap.until is None}
        return next((self.powerful(name) for name in self.now if name in powerful), "")

    def powerful(self, name: str) -> str:
        """That they can't be forgotten while the account has power on the hub: the service would
        note it anew."""
        return (
            f"{self.called(name)} an account with power on the hub: take the hub's admin rights, or"
            " the roles that the hub itself gave it, away, or delete the account, first. The"
            " service notices that within some minutes"
        )

    @property
    def now(self) -> list[str]:
        """The names that they have now."""
        return [each.name for each in self.bearers if each.last == ALWAYS]

    def called(self, name: str) -> str:
        """The beginning of a sentence about them, by the name that they have now."""
        return "They are" if name == self.name else f"They are called {isolated(name)} now, and are"

    def endings(self, today: date) -> list[Draft]:
        """Their requests, and those for them, end: nobody could decide about them any more; and
        so does what was decided about them, and isn't done."""
        theirs = {number for number, _ in self.mine}
        decided = [
            Draft("settlement", ITSELF, "service", each.role, each.group, intent=each.number,
                  details={"result": "ended", "of": each.intent.event})
            for each in self._state.pending.values()
            if (each.number, "person") in self.mine
        ]  # fmt: skip
        return decided + [
            Draft("decision", ITSELF, "service", each.role,
                  details={"request": str(each.number), "verdict": "ended"})
            for each in self._state.open_requests(today)
            if each.number in theirs
        ]  # fmt: skip

    @cached_property
    def _state(self) -> LedgerState:
        state = LedgerState()
        for entry in self.entries:
            state.read(entry)
        return state

    def _is_by(self, entry: Entry) -> bool:
        return (entry.number, "actor") in self.mine

    def _is_about(self, entry: Entry) -> bool:
        return (entry.number, "person") in self.mine
