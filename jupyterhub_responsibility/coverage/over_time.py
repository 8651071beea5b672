"""How many gaps there were on each day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from ..ledger.gap_spans import Span
from .covered import Coverage
from .gaps import KINDS

DAYS = 90
"""Days that the chart shows."""

URGENT = {name for name, kind in KINDS.items() if kind.urgency == "urgent"}
"""A kind that an earlier version had is not counted as such."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many gaps were open at the end of a day, and how many of them were urgent."""

    day: date
    gaps: int
    urgent: int


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
    urgent = _open((each for each in known if each.key[0] in URGENT), days)
    urgent_now = sum(gap.urgency == "urgent" for gap in now.gaps)
    return (*map(Count, days[:-1], gaps, urgent), Count(today, len(now.gaps), urgent_now))


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
