"""What people did, each as one: the entry that it began with, and what became of it.

The ledger has an entry before a change and one after it. People read of one thing that was done,
and of many that are alike, as of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from .entry import Entry
from .kinds import Result

MANY = 200
"""So many are read as one at most: more begin anew."""

ALIKE = ("joined", "left", "lost")
"""What happens to many at once without this service; the rest is read one by one."""

LULL = timedelta(minutes=10)
"""After so long without another, what is alike is no longer of the same run."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done: the entry that it began with, and its endings, in order."""

    began: Entry
    endings: tuple[Entry, ...] = ()

    @property
    def result(self) -> Result | None:
        """What became of a change on the hub; None while nothing is known of that."""
        return cast("Result", self.endings[-1].facts["result"]) if self.endings else None

    @property
    def person(self) -> str:
        """The account that it is about, as the hub writes it, where the hub said so."""
        return self.endings[-1].person if self.endings else self.began.person


Run = tuple[Deed, ...]
"""What is read as one: a deed, or several that are alike, newest first."""


def deeds(began: Iterable[Entry], endings: Iterable[Entry]) -> list[Deed]:
    """Deeds, in the order of the entries that they began with; `endings` are in theirs."""
    found: defaultdict[int | None, list[Entry]] = defaultdict(list)
    for ending in endings:
        found[ending.intent].append(ending)
    return [Deed(entry, tuple(found[entry.number])) for entry in began]


def runs(newest_first: Iterable[Deed]) -> list[Run]:
    """The same deeds in the same order; those in a row that are alike are one run."""
    found: list[list[Deed]] = []
    for deed in newest_first:
        if found and _goes_on(found[-1], deed):
            found[-1].append(deed)
        else:
            found.append([deed])
    return [tuple(run) for run in found]


def _goes_on(run: list[Deed], older: Deed) -> bool:
    newer = run[-1]
    alike = _alike(newer.began)
    return (
        bool(alike)
        and alike == _alike(older.began)
        and newer.began.moment - older.began.moment <= LULL
        and len(run) < MANY
    )


def _alike(entry: Entry) -> tuple[str, ...]:
    """The same for what is read as one; empty for what is read on its own."""
    if entry.event == "account":
        return (entry.event, entry.actor_kind, entry.actor)
    facts = entry.facts
    if facts.get("change") in ALIKE and "through" not in facts:
        how = (facts["change"], facts.get("first", ""), facts.get("gone", ""))
        return (entry.event, entry.role, entry.group, *how)
    return ()
