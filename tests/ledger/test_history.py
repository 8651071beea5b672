"""Gaps over time: noticed once, closed once, on both databases; and how many there were a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from time import perf_counter

import pytest
from sqlalchemy import update

from jupyterhub_responsibility.changes.history import History
from jupyterhub_responsibility.coverage import KINDS, Coverage, Gap, GapKind, Step
from jupyterhub_responsibility.coverage.over_time import Count, counts
from jupyterhub_responsibility.domain.model import Party
from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.ledger.entry import stamp
from jupyterhub_responsibility.ledger.gap_spans import KEPT, Span
from jupyterhub_responsibility.storage.erasing import Eraser, forget
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.storage.tables import gaps

from .conftest import NOW
from .test_erasing import busy

VACANT = ("role-vacant", "guide", "")
UNSEEN = ("holder-not-seen", "guide", "hanna")
CLOSED = ("page-closed", "user", "")


def gap(kind: str, about: str, person: str) -> Gap:
    return Gap(kind, about, "", "", Step(""), person=person)


def found(*keys: tuple[str, str, str], told: Iterable[GapKind] = KINDS) -> Coverage:
    gaps = tuple(gap(*key) for key in keys)
    return Coverage(gaps, frozenset(told), {}, (), True, None, 0, Party("Crew"), ())


class Clock:
    """A clock to move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **how: float) -> datetime:
        self.now += timedelta(**how)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(database, clock):
    """Begins a history, as often as the service starts; SQLite has one process at a time."""
    stores: list[Store] = []

    def begin() -> History:
        for store in stores if database.startswith("sqlite") else ():
            store.close()
        stores.append(Store(database))
        return History(Ledger(stores[-1], clock), clock)

    yield begin
    for store in stores:
        store.close()


async def test_a_gap_is_noticed_once(history, clock):
    """Since when it is there stays as it was, until it is closed; then it begins anew."""
    it = history()
    await it.note(found(VACANT))
    first = clock.now
    clock.later(hours=1)
    await it.note(found(VACANT, UNSEEN))
    assert it.noticed == {VACANT: first, UNSEEN: clock.now}
    closed = clock.later(hours=1)
    await it.note(found(UNSEEN))
    assert set(it.noticed) == {UNSEEN}
    assert Span(VACANT, first, closed) in it.spans
    again = clock.later(hours=1)
    await it.note(found(VACANT, UNSEEN))
    assert it.noticed[VACANT] == again


async def test_what_cannot_be_told_closes_nothing(history):
    """A hub that doesn't answer has not mended anything."""
    it = history()
    await it.note(found(VACANT))
    await it.note(found(told=()))
    assert set(it.noticed) == {VACANT}


async def test_what_can_be_told_is_noted_whatever_else_cannot(history):
    """Accounts that can't be read for weeks keep no other gap from being noted, or closed."""
    it = history()
    told = KINDS.keys() - {"holder-not-seen"}
    await it.note(found(VACANT, told=told))
    assert set(it.noticed) == {VACANT}
    await it.note(found(CLOSED, told=told))
    assert set(it.noticed) == {CLOSED}


async def test_what_nobody_looked_for_is_not_closed(history, clock):
    """A start that could not tell how the hub is configured, or a replica that never can."""
    it = history()
    await it.note(found(VACANT, CLOSED))
    first = clock.now
    clock.later(hours=1)
    await it.note(found(UNSEEN, told=KINDS.keys() - {"page-closed"}))
    assert it.noticed == {CLOSED: first, UNSEEN: clock.now}
    version = it.version
    await it.note(found(UNSEEN, told=KINDS.keys() - {"page-closed", "holder-not-seen"}))
    assert it.version == version
    clock.later(hours=1)
    await it.note(found(UNSEEN))
    assert set(it.noticed) == {UNSEEN}


async def test_a_kind_of_another_version_is_closed(history):
    """Nothing looks for it any more."""
    it = history()
    await it.note(found(("gone-with-a-version", "guide", "")))
    await it.note(found())
    assert not it.noticed


async def test_a_restart_forgets_nothing(history, clock):
    """The next process knows since when."""
    await history().note(found(VACANT))
    first = clock.now
    clock.later(days=3)
    it = history()
    await it.note(found(VACANT))
    assert it.noticed == {VACANT: first}


async def test_replicas_notice_a_gap_once(postgresql, clock):
    """Whoever sees it second finds it noted."""
    database = postgresql.new_database()
    one, other = (History(Ledger(Store(database), clock), clock) for _ in range(2))
    await one.note(found())
    await other.note(found())
    await one.note(found(VACANT))
    first = clock.now
    clock.later(seconds=15)
    await other.note(found(VACANT))
    assert other.noticed == {VACANT: first}
    assert len(other.spans) == 1


async def test_what_is_long_over_is_let_go(history, clock):
    """Closed gaps are kept for more than a year, not for ever."""
    it = history()
    await it.note(found(VACANT))
    await it.note(found())
    clock.now += KEPT + timedelta(days=1)
    await it.note(found(UNSEEN))
    assert [span.key for span in it.spans] == [UNSEEN]


async def test_names_that_a_database_cannot_hold(history, clock):
    """They stay the same gap from round to round."""
    it = history()
    await it.note(found(("holder-not-seen", "guide", "a\0b")))
    first = clock.now
    clock.later(hours=1)
    await it.note(found(("holder-not-seen", "guide", "a\0b")))
    assert list(it.noticed.values()) == [first]


def span(kind: str, since: int, until: int | None = None) -> Span:
    """A gap from a number of days ago, until a number of days ago."""
    day = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
    end = None if until is None else day - timedelta(days=until)
    return Span((kind, "guide", ""), day - timedelta(days=since), end)


def test_counts_by_day():
    """As at the end of each day; urgent ones are counted on their own."""
    spans = [span("role-vacant", 3, 1), span("single-holder", 2), span("of-an-old-version", 2)]
    today = NOW.date()
    assert counts(spans, found(UNSEEN), today) == (
        Count(today - timedelta(days=3), 1, 1),
        Count(today - timedelta(days=2), 3, 1),
        Count(today - timedelta(days=1), 2, 0),
        Count(today, 1, 0),  # what nobody can look at today is open, and isn't there
    )


def test_counts_reach_back_no_further_than_was_looked():
    """Without any gap there is nothing to count, and old ones don't make the chart long."""
    assert counts([], found(), NOW.date()) == ()
    assert len(counts([span("role-vacant", 300)], found(VACANT), NOW.date())) == 90


def test_counts_of_many():
    """A chart of thousands of gaps keeps nobody waiting."""
    spans = [span("never-confirmed", number % 300, number % 70) for number in range(20_000)]
    began = perf_counter()
    counts(spans, found(), NOW.date())
    assert perf_counter() - began < 0.3


def test_counts_after_a_clock_that_was_ahead():
    """What was noticed on a day that is still to come is not drawn."""
    ahead = span("role-vacant", -3)
    assert counts([ahead], found(VACANT), NOW.date()) == ()
    spans = [span("role-vacant", 2), span("role-vacant", -3, 0)]
    assert [day.gaps for day in counts(spans, found(), NOW.date())] == [1, 1, 0]


POWER = ("power-without-role", "admin", "quirrenbach")


async def test_no_erased_name_comes_back(history, database):
    """Whichever process erased it: what was in memory is read anew, and what a page was made from
    before that is not noted."""
    both = history()
    await both.note(found(POWER, VACANT))
    busy(both._ledger._store, "quirrenbach")
    await both._ledger.catch_up()
    other = Store(database)
    with other.writing() as connection:  # who had power then has none any more
        connection.execute(update(gaps).where(gaps.c.kind == POWER[0]).values(until=stamp(NOW)))
    assert forget(other, "quirrenbach", Eraser(), NOW).gaps == 1
    other.close()
    await both.note(found(POWER, VACANT, UNSEEN))  # before anybody noticed
    await both._ledger.catch_up()
    await both.note(found(POWER, VACANT, UNSEEN))  # and before the rest was read anew
    assert "quirrenbach" not in str((both.spans, both.noticed))
    await both._ledger.read_anew()
    await both.note(found(VACANT, UNSEEN))
    assert {each.key for each in both.spans} == {
        ("power-without-role", "admin", ""),
        VACANT,
        UNSEEN,
    }


async def test_who_has_power_is_not_forgotten(history):
    """As long as the gap is open: it would be noted anew, with the name."""
    both = history()
    await both.note(found(POWER))
    store = both._ledger._store
    with pytest.raises(LedgerError, match="an account with power on the hub"):
        forget(store, "quirrenbach", Eraser(), NOW)
    await both.note(found(VACANT))
    assert forget(store, "quirrenbach", Eraser(), NOW).gaps == 1
    await both.note(found(VACANT))
    assert "quirrenbach" not in str((both.spans, both.noticed))
