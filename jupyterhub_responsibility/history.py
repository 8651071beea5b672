"""Gaps over time: when each was noticed, and how many there were on each day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from .coverage import KINDS, Coverage, key
from .ledger import Ledger
from .ledger.spans import Key, Span, note, read_spans

DAYS = 90
"""Days that the chart shows."""

SEVERE = {name for name, (severity, _) in KINDS.items() if severity == "severe"}
"""A kind that an earlier version had is not counted as such."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many gaps were open at the end of a day, and how many of them were severe."""

    day: date
    gaps: int
    severe: int


class History:
    """Notes gaps as they come and go; `noticed` is since when each open one is there."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._read = False
        self.spans: tuple[Span, ...] = ()
        self.noticed: Mapping[Key, datetime] = {}
        self.version = 0

    async def note(self, found: Coverage) -> None:
        """Note which gaps there are. Raises LedgerError.

        What cannot be checked at the moment is neither a new gap nor a closed one.
        """
        if not self._read:
            self._know(await self._ledger.run(read_spans))
            self._read = True
        keys, untold = {key(gap) for gap in found.gaps}, KINDS.keys() - found.told
        there = self.noticed.keys()
        closed = {each for each in there - keys if each[0] not in untold}
        if closed or keys - there:
            async with self._ledger.alone("gaps"):
                self._know(await self._ledger.run(note, keys, untold, self._now()))

    def _know(self, spans: list[Span]) -> None:
        self.spans = tuple(spans)
        self.noticed = {span.key: span.since for span in spans if span.until is None}
        self.version += 1


def counts(spans: Iterable[Span], now: Coverage, today: date) -> tuple[Count, ...]:
    """The number of gaps at the end of each of the last days, since the first that was noticed.

    Today it is that of `now`: what nobody can look at stays open, and isn't said to be there.
    """
    known = list(spans)
    if not known or min(span.since.date() for span in known) > today:  # a clock was ahead
        return ()
    first = max(min(span.since.date() for span in known), today - timedelta(days=DAYS - 1))
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    gaps = _open(known, days)
    severe = _open((each for each in known if each.key[0] in SEVERE), days)
    urgent = sum(gap.severity == "severe" for gap in now.gaps)
    return (*map(Count, days[:-1], gaps, severe), Count(today, len(now.gaps), urgent))


def _open(spans: Iterable[Span], days: Sequence[date]) -> Iterator[int]:
    """How many are open at the end of each day: thousands of them, as fast as a few."""
    changes = [0] * (len(days) + 1)

    def index(moment: datetime) -> int:
        return min(max((moment.date() - days[0]).days, 0), len(days))

    for span in spans:
        since, until = index(span.since), index(span.until) if span.until else len(days)
        if since < until:
            changes[since] += 1
            changes[until] -= 1
    return accumulate(changes)
