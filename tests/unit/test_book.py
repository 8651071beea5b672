"""What follows from the ledger, for roles that are held through several groups."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from jupyterhub_responsibility.ledger import Book, Draft
from jupyterhub_responsibility.ledger.entry import BEGINNING, write

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
