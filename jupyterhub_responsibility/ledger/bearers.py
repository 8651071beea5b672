"""Which accounts had a name, one after the other, and which of them each entry means by it. Pure.

The hub tells when it made an account, and entries have that where it was known. What doesn't say so
is about the account that had the name at that time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..errors import LedgerError
from ..text import counted
from .accounts import CLOCKS_APART
from .chain import Taken
from .entry import Entry, stamp
from .kinds import NAMES, PartName

ALWAYS = 2**62
"""The number of no entry: the name that the account has now."""

UNKNOWN, ALL = "unknown", "all"
"""What people say for an account of which nothing tells when it was made; and for whoever had a
name."""


@dataclass(slots=True, eq=False)
class Bearer:
    """An account that had a name: when it was `made` (empty where no entry says so), and the parts
    of entries in which the name means it.

    It had the name from `since`, empty for the first one that had it, `until` another one did,
    empty for the last one. `last` is the last entry in which it had it, or ALWAYS.
    """

    name: str
    made: str = ""
    parts: Taken = field(default_factory=set)
    since: str = ""
    until: str = ""
    last: int = ALWAYS
    _sure: int = 0
    """The last entry that says of itself that it means this one."""

    def had_it(self, at: str) -> bool:
        """Whether the name means this account in what was written at some time."""
        return self.since <= at and (not self.until or at < self.until)


def bearers(name: str, spellings: Collection[str], entries: Iterable[Entry]) -> list[Bearer]:
    """The accounts that had a name, the first one first, by all entries that have it in one of its
    `spellings`, in order."""
    walk = _Walk(name)
    for entry in entries:
        for part in _naming(entry, spellings):
            walk.read(entry, part)
    return walk.found


def meant(found: Sequence[Bearer], said: str) -> list[Bearer]:
    """Those of some accounts that were made at the moment that somebody `said`, as far as they
    said it. Raises LedgerError unless that is one of them, or ALL were meant."""
    those = [each for each in found if said == ALL or (each.made or UNKNOWN).startswith(said)]
    if said != ALL and len(those) != 1:
        there = "; ".join(each.made or UNKNOWN for each in found)
        raise LedgerError(
            f"That name stood for {counted(len(found), 'account', 'accounts')}, made: {there}. Say"
            f" which one is meant, with --made and one of these, or --made {ALL}"
        )
    return those


def is_renaming(entry: Entry) -> bool:
    """Whether an entry says that an account got another name."""
    return entry.event == "observation" and entry.facts["change"] == "renamed"


def _naming(entry: Entry, spellings: Collection[str]) -> Iterator[PartName]:
    """The parts of an entry that name an account so."""
    for part in NAMES:
        there = entry.parts.get(part)
        if there and there.text in spellings and (part != "actor" or entry.actor_kind == "user"):
            yield part


class _Walk:
    """Goes through the entries that have a name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._at: dict[int, str] = {}
        self._now: Bearer | None = None
        self.found: list[Bearer] = []

    def read(self, entry: Entry, part: PartName) -> None:
        """Take in the next entry that has the name, in one of its parts."""
        self._at[entry.number] = entry.at
        made = _made(entry, part)
        leaves = part == "was" and is_renaming(entry)
        who = self._said(made, entry, leaves) if made else self._unsaid(entry, leaves)
        who.parts.add((entry.number, part))
        if leaves:
            who.last = entry.number
            self._now = None if who is self._now else self._now

    def _unsaid(self, entry: Entry, leaves: bool) -> Bearer:
        """Whoever has the name at that time."""
        if leaves and self._now is None and self.found:
            return self.found[-1]
        return self._now or self._begin("", entry.at)

    def _said(self, made: str, entry: Entry, leaves: bool) -> Bearer:
        """The account that was made at a moment."""
        known = next((each for each in self.found if each.made == made), None)
        who = known or self._learned(made, entry)
        if not leaves and who is not self._now:  # it has the name again
            self._end(entry.at)
            who.last, who.until, self._now = ALWAYS, "", who
        who._sure = entry.number
        return who

    def _learned(self, made: str, entry: Entry) -> Bearer:
        """One that no entry told of before: what was written since it had the name is about it."""
        renamed = is_renaming(entry)
        since = entry.facts.get("after", entry.at) if renamed else made
        last = self._now
        if last is None:
            return self._begin(made, since)
        if not last.made and not renamed:
            since = stamp(datetime.fromisoformat(made) - CLOCKS_APART)
        later = {
            (number, part)
            for number, part in last.parts
            if self._at[number] >= since and number > last._sure
        }
        if later == last.parts and not last.made:
            last.made = made
            return last
        last.parts -= later
        who = self._begin(made, since)
        who.parts |= later
        return who

    def _begin(self, made: str, since: str) -> Bearer:
        self._end(since)
        if self.found:
            self.found[-1].until = since
        who = Bearer(self._name, made, since=since if self.found else "")
        self.found.append(who)
        self._now = who
        return who

    def _end(self, at: str) -> None:
        """Whoever has the name loses it."""
        if self._now is not None:
            self._now.until = at
            self._now.last = max((n for n, _ in self._now.parts), default=0)


def _made(entry: Entry, part: PartName) -> str:
    """When the account was made that a part names, where the entry says so."""
    if part == "actor":
        return entry.facts.get("asker_created", "")
    return entry.facts.get("created", "") if part in ("person", "was") else ""
