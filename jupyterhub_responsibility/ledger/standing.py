"""How holders stand in their roles: their terms, and whether they confirmed their duties."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from ..domain.model import Role
from .state import Book, Confirmation, ConfirmationState, Term


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands in a role that it holds, as far as the ledger tells.

    `term_ended` is the last day of a term that is over, `state` whether they have confirmed the
    duties (None: not known); `due_since` is the day from which they should do so again, if it is
    only for that.
    """

    term: Term | None = None
    term_ended: date | None = None
    state: ConfirmationState | None = None
    confirmed_at: datetime | None = None
    due_since: date | None = None


def standing(book: Book, role: Role, account: str, text: str, today: date) -> Standing:
    """How an account stands in a role, whose duties `text` stands for."""
    term = book.terms.get((role.id, account))
    confirmation = book.confirmations.get((role.id, account))
    return Standing(
        term=term,
        term_ended=term.until if term and term.ended(today) else None,
        state=_state_of(confirmation, text, role, today),
        confirmed_at=confirmation.at if confirmation else None,
        due_since=_due_since(confirmation, text, role, today),
    )


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _state_of(
    confirmation: Confirmation | None, text: str, role: Role, today: date
) -> ConfirmationState:
    """Whether a holder has confirmed, and need not do so again yet."""
    if confirmation is None:
        return "never"
    return "confirmed" if confirmation.text == text and today < _due(confirmation, role) else "due"


def _due_since(
    confirmation: Confirmation | None, text: str, role: Role, today: date
) -> date | None:
    """When the duties were changed is not known."""
    if confirmation is None or confirmation.text != text or today < _due(confirmation, role):
        return None
    return _due(confirmation, role)


def _due(confirmation: Confirmation, role: Role) -> date:
    return months_later(confirmation.at.date(), role.confirm_every)
