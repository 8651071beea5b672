"""How holders stand in their roles: their terms, and whether they confirmed their duties."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from ..domain.model import Declaration, Role
from .state import Confirmation, ConfirmationState, LedgerState, Term


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


def standing(state: LedgerState, role: Role, account: str, digest: str, today: date) -> Standing:
    """How an account stands in a role, whose duties `digest` stands for."""
    term = state.terms.get((role.id, account))
    confirmation = state.confirmations.get((role.id, account))
    return Standing(
        term=term,
        term_ended=term.until if term and term.ended(today) else None,
        state=_state_of(confirmation, digest, role, today),
        confirmed_at=confirmation.at if confirmation else None,
        due_since=_due_since(confirmation, digest, role, today),
    )


def state_tag(
    role: Role, declaration: Declaration, members: Mapping[str, tuple[str, ...]], state: LedgerState
) -> str:
    """Stands for who holds a role, and until when: differs when something else is seen."""
    said = [
        (group, name, str(term.until) if (term := state.terms.get((role.id, name))) else "")
        for group in declaration.groups.get(role.id, ())
        for name in sorted(members.get(group, ()))
    ]
    return sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _state_of(
    confirmation: Confirmation | None, digest: str, role: Role, today: date
) -> ConfirmationState:
    """Whether a holder has confirmed, and need not do so again yet."""
    if confirmation is None:
        return "never"
    return (
        "confirmed"
        if confirmation.duties_digest == digest and today < _due(confirmation, role)
        else "due"
    )


def _due_since(
    confirmation: Confirmation | None, digest: str, role: Role, today: date
) -> date | None:
    """When the duties were changed is not known."""
    if (
        confirmation is None
        or confirmation.duties_digest != digest
        or today < _due(confirmation, role)
    ):
        return None
    return _due(confirmation, role)


def _due(confirmation: Confirmation, role: Role) -> date:
    return months_later(confirmation.at.date(), role.confirm_every)
