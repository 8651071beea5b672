"""The part of a role's page that says who held the role on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from ...domain.names import Names, readable
from ...ledger.past import HolderThen, Then
from ...ledger.past_sentences import holder_sentence, period_in_words, then_sentences


@dataclass(frozen=True)
class EntryLink:
    """An entry of the ledger, and the query with which the activity log begins with it."""

    number: int
    query: str


@dataclass(frozen=True)
class PastRow:
    """An account that held the role, or may have, and was there by the moment `at`. `was` is what
    it was called then, where that was another name; `until` the last day of its term, as known
    then."""

    name: str
    at: datetime
    was: str
    certain: bool
    until: date | None
    says: str
    entries: tuple[EntryLink, ...]


@dataclass(frozen=True)
class PastPart:
    """Who held the role `when`, in words; `says` holds for all of it, and `more` are not shown."""

    when: str
    rows: tuple[PastRow, ...]
    says: tuple[str, ...]
    more: int


def past_part(then: Then, names: Names, most: int) -> PastPart:
    """What a page says of it, with so many holders at most."""
    return PastPart(
        when=period_in_words(then.period),
        rows=tuple(_row(then, each, names) for each in then.holders[:most]),
        says=then_sentences(then),
        more=max(0, len(then.holders) - most),
    )


def _row(then: Then, holder: HolderThen, names: Names) -> PastRow:
    came = min(each.began.at or each.began.after for each in holder.through)
    return PastRow(
        name=holder.name,
        at=max(then.period.first, came),  # who came during a day may not have been there before
        was=holder.was if holder.was != holder.name and readable(holder.was) else "",
        certain=holder.certain,
        until=holder.last_day.until if holder.last_day else None,
        says=holder_sentence(holder, names, then.at_login),
        entries=tuple(
            EntryLink(number, urlencode({"role": then.role, "before": number + 1}))
            for number in holder.entries
        ),
    )
