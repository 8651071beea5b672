"""What follows from the ledger, for roles that are held through several groups."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.ledger.entry import BEGINNING, Draft, write
from jupyterhub_responsibility.ledger.state import Book

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)
HOLDING = ("guide", "hanna")


@pytest.fixture
def book() -> Book:
    """hanna holds a role through two groups, until the end of the year, and has confirmed."""
    read = Book()
    for group in ("day", "night"):
        tell(read, "appointment", group, until="2026-12-31")
        tell(read, "outcome", group, intent=read.number, result="done", of="appointment")
    tell(read, "confirmation", "", text="0" * 16)
    return read


def tell(book: Book, event: str, group: str, intent: int | None = None, **details: str) -> None:
    """Let a book read one more entry."""
    draft = Draft(event, "rita", "user", "guide", group, "hanna", intent, details)
    book.read(write(draft, book.number + 1, BEGINNING, NOW))


def leave(book: Book, group: str, how: str) -> None:
    """hanna is withdrawn from a group, or seen to have left it."""
    if how == "observation":
        tell(book, "observation", group, change="left")
    else:
        tell(book, "withdrawal", group)
        tell(book, "outcome", group, intent=book.number, result="done", of="withdrawal")


@pytest.mark.parametrize("how", ["observation", "withdrawal"])
def test_who_leaves_one_of_two_groups_still_holds_the_role(book, how):
    """Their term goes on, and what they have confirmed stays so, until they leave the other."""
    leave(book, "night", how)
    assert book.terms[HOLDING].until == date(2026, 12, 31)
    assert HOLDING in book.confirmations
    leave(book, "day", how)
    assert HOLDING not in book.terms
    assert HOLDING not in book.confirmations


def seen(book: Book, change: str, person: str, at: datetime, **more: str) -> None:
    """Somebody is seen to have joined or left, by other ways than this service."""
    details = {"change": change, **more}
    draft = Draft("observation", "somebody", "hub", "guide", "day", person, None, details)
    book.read(write(draft, book.number + 1, BEGINNING, at))


LATER = NOW + timedelta(hours=1)
JUST_BEFORE = LATER - timedelta(seconds=15)


def test_whose_account_is_deleted_is_missed_until_somebody_joins():
    """Whoever joins takes over; who comes back is not missed either."""
    book = Book()
    seen(book, "joined", "ada", NOW)
    seen(book, "left", "ada", LATER, gone="yes", after=JUST_BEFORE.isoformat())
    assert book.departed == {("guide", "ada"): LATER}
    seen(book, "joined", "bea", LATER + timedelta(minutes=1))
    assert not book.departed


def test_who_leaves_and_keeps_their_account_is_not_missed():
    """Somebody took them out, and knows."""
    book = Book()
    seen(book, "joined", "ada", NOW)
    seen(book, "left", "ada", LATER)
    assert not book.departed


def test_who_is_renamed_is_not_missed():
    """The new name joins at the moment at which the old one is gone."""
    book = Book()
    seen(book, "joined", "ada", NOW)
    seen(book, "joined", "ada-b", LATER)
    seen(book, "left", "ada", LATER, gone="yes")
    assert not book.departed


def test_who_is_withdrawn_here_is_not_missed(book):
    """Somebody decided that, and knows."""
    leave(book, "day", "withdrawal")
    leave(book, "night", "withdrawal")
    assert not book.departed


def test_when_others_changed_a_group():
    """Between two readings of it; what this service does then counts instead."""
    book = Book()
    seen(book, "joined", "hanna", LATER, after=NOW.isoformat())
    (edit,) = book.edits.values()
    assert (edit.joined, edit.after, edit.at) == (True, NOW, LATER)
    leave(book, "day", "withdrawal")
    assert not book.edits


def test_the_first_look_at_a_group_tells_no_change():
    """Nobody knows when they joined who were there when the record began."""
    book = Book()
    seen(book, "joined", "hanna", NOW, first="yes")
    assert not book.edits


def test_a_group_that_stands_for_the_role_no_more(book):
    """Whoever held it through that group has left; through another, they hold it still."""
    for group in ("day", "night"):
        tell(book, "observation", group, change="began")
    assert sorted(book.watched_groups()) == [("guide", "day"), ("guide", "night")]
    tell(book, "observation", "night", change="ended")
    assert (HOLDING in book.terms, HOLDING in book.confirmations) == (True, True)
    tell(book, "observation", "day", change="ended")
    assert book.watched_groups() == []
    assert not any((book.terms, book.confirmations, book.joined))


FOUND_EMPTY = {
    "when it became empty, in view": ({"after": JUST_BEFORE.isoformat()}, LATER),
    "after a stop": ({"after": NOW.isoformat()}, None),
    "by a service that had not looked before": ({}, None),
}


@pytest.mark.parametrize(("details", "since"), FOUND_EMPTY.values(), ids=FOUND_EMPTY.keys())
def test_since_when_a_group_is_empty(details, since):
    """Only who looked shortly before knows when."""
    book = Book()
    seen(book, "joined", "ada", NOW)
    seen(book, "left", "ada", LATER, **details)
    assert book.emptied.get("day") == since


def test_a_group_that_was_empty_when_the_record_began():
    """Since when, nobody knows; and a withdrawal that changes nothing doesn't tell either."""
    book = Book()
    seen(book, "began", "", NOW)
    assert book.emptied == {}
    tell(book, "withdrawal", "day")
    tell(book, "outcome", "day", intent=book.number, result="unchanged", of="withdrawal")
    assert book.emptied == {}


def test_a_group_that_this_service_empties(book):
    """It knows when."""
    leave(book, "day", "withdrawal")
    assert book.emptied == {"day": NOW}
