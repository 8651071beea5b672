"""Which entries of the ledger are wanted, from the words of an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

from ..domain import refusals
from ..domain.names import NOBODY_NAMED, Names
from ..errors import RefusedError
from ..ledger.kinds import KINDS, Event
from ..ledger.past import INSTANT, Period
from ..ledger.query import Wanted
from ..ledger.readers import Reader

FIELDS = ("person", "role", "kind", "since", "until", "before")
"""What can be asked for in an address."""


def asked_for(argument: Callable[[str, str], str]) -> dict[str, str]:
    """What an address asks for, by the names of the fields; `argument` reads one of them."""
    return {name: argument(name, "") for name in FIELDS}


def wanted(
    given: Mapping[str, str], reader: Reader | None, names: Names = NOBODY_NAMED
) -> tuple[Wanted, int | None]:
    """The filter for a reader, and the entry before which to begin. Raises RefusedError.

    `since` and `until` are days (the last one included) or moments, in UTC if it isn't said; a
    `person` may be an account, or what somebody is called.
    """
    before = given.get("before", "")
    if before and not (before.isdecimal() and len(before) <= 9):
        raise RefusedError("invalid", "before: give the number of an entry.")
    query = Wanted(
        person=names.account_of(given.get("person", "").strip()),
        role=given.get("role", ""),
        since=_moment("since", given.get("since", "")),
        until=_moment("until", given.get("until", ""), end=True),
        events=_events(given.get("kind", "")),
        reader=reader,
    )
    return query, int(before) if before else None


def _events(name: str) -> tuple[Event, ...]:
    kind = next((kind for each, kind in KINDS.items() if each == name), None)
    if name and kind is None:
        raise RefusedError("invalid", f"kind: choose one of {', '.join(KINDS)}.")
    return kind.events if kind else ()


def period(text: str, now: datetime, looked: datetime | None) -> Period:
    """The day or the moment that somebody asks about; of today, as much as has been seen, by when
    the hub was last `looked` at. Raises RefusedError.
    """
    first, after = _moment("at", text), _moment("at", text, end=True)
    if first is None or after is None:
        raise RefusedError(
            "invalid", "at: write a date as year-month-day, such as 2027-06-30.", "at"
        )
    if first > now:
        raise refusals.NOT_YET(date=text)
    end = max(first, after - INSTANT)
    return Period(first, end if end <= now else max(first, min(now, looked or now)))


def _moment(name: str, text: str, end: bool = False) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        if end and len(text) == len("2027-06-30"):
            moment += timedelta(days=1)
        known = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return known.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        message = f"{name}: write the date as year-month-day, such as 2027-06-30."
        raise RefusedError("invalid", message) from error
