"""How holders stand in their roles: their terms, and their "I know these duties and accept them".

A confirmation is pinned to the text that the holder saw.
"""

from __future__ import annotations

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from .duties import duties
from .errors import RefusedError
from .holders import roles_of
from .ledger import Book, Confirmation, ConfirmationState, Draft, Entry, Ledger, Term
from .model import Declaration, Role, Viewer


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


def text_of(declaration: Declaration, role: Role) -> str:
    """The digest of what a holder of a role confirms: what it is, and each of its duties."""
    model = declaration.model
    said = [
        role.title,
        role.summary,
        role.description,
        [
            (each.part, each.responsibility.title, each.responsibility.description)
            for each in duties(model, [role.id])
        ],
    ]
    return sha256(json.dumps(said).encode()).hexdigest()[:16]


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


async def confirm(
    ledger: Ledger, declaration: Declaration, actor: Viewer, role: Role, text: str
) -> Entry:
    """Record that a holder confirms what they saw.

    `text` is the digest of that. Raises RefusedError where they don't hold the role, or it
    says something else by now.
    """
    if role.id not in {own.role.id for own in roles_of(declaration, actor)}:
        raise RefusedError("not_allowed", f"Only whoever is {role.title} can confirm its duties.")
    if text != text_of(declaration, role):
        raise RefusedError(
            "stale", "These duties have changed since you opened the page. Read them again first."
        )
    draft = Draft(
        "confirmation", actor.name, role=role.id, person=actor.name, details={"text": text}
    )
    (entry,) = await ledger.append(draft)
    return entry


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
