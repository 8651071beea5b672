"""How holders stand in their roles: their terms, and whether they confirmed their duties."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from ..domain.model import Declaration, Role
from .confirmed import Confirmation, Word
from .state import ConfirmationState, LedgerState, Term


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands in a role that it holds, as far as the ledger tells.

    `term_ended` is the last day of a term that is over, `state` whether they have confirmed the
    duties (None: not known); `confirm_by` is the day from which they should do so again, as long as
    the duties stay the same. Who has no account was `asked_at` that moment, or has denied, at
    `denied_at`, that they hold the role.
    """

    term: Term | None = None
    term_ended: date | None = None
    state: ConfirmationState | None = None
    confirmed_at: datetime | None = None
    confirm_by: date | None = None
    asked_at: datetime | None = None
    denied_at: datetime | None = None

    @property
    def due_since(self) -> date | None:
        """Since when they should confirm again; None where the duties changed: who knows when."""
        return self.confirm_by if self.state == "due" else None


def standing(state: LedgerState, role: Role, account: str, digest: str, today: date) -> Standing:
    """How an account stands in a role, whose duties `digest` stands for."""
    term = state.terms.get((role.id, account))
    confirmation = state.confirmations.get((role.id, account))
    confirm_by = _confirm_by(confirmation, digest, role)
    return Standing(
        term=term,
        term_ended=term.until if term and term.ended(today) else None,
        state=_state_of(confirmation, confirm_by, today),
        confirmed_at=confirmation.at if confirmation else None,
        confirm_by=confirm_by,
    )


def standing_by_word(word: Word, role: Role, digest: str, today: date) -> Standing:
    """The same of somebody without an account, by what they have said: who was never asked, and has
    said nothing, need not confirm anything."""
    confirm_by = _confirm_by(word.confirmation, digest, role)
    quiet = word.denied_at or not (word.asked or word.confirmation)
    return Standing(
        state=None if quiet else _state_of(word.confirmation, confirm_by, today),
        confirmed_at=word.confirmation.at if word.confirmation else None,
        confirm_by=confirm_by,
        asked_at=word.asked[-1] if word.open else None,
        denied_at=word.denied_at,
    )


def state_tag(
    role: Role, declaration: Declaration, members: Mapping[str, tuple[str, ...]], state: LedgerState
) -> str:
    """Stands for who holds a role, until when, and what was decided: differs when something else
    is seen."""
    said = [
        (group, name, str(term.until) if (term := state.terms.get((role.id, name))) else "")
        for group in declaration.groups.get(role.id, ())
        for name in sorted(members.get(group, ()))
    ]
    said += [
        (each.group, each.person, str(each.number))
        for each in sorted(state.pending.values(), key=lambda each: each.number)
        if each.role == role.id
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
    confirmation: Confirmation | None, confirm_by: date | None, today: date
) -> ConfirmationState:
    """Whether a holder has confirmed, and need not do so again yet."""
    if confirmation is None:
        return "never"
    return "confirmed" if confirm_by and today < confirm_by else "due"


def _confirm_by(confirmation: Confirmation | None, digest: str, role: Role) -> date | None:
    """By when to confirm again what was confirmed; None where that was never, or something else."""
    if confirmation is None or confirmation.duties_digest != digest:
        return None
    return months_later(confirmation.at.date(), role.confirm_every)
