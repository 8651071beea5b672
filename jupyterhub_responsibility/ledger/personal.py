"""What follows from the ledger for one account, for whoever has it to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..domain.model import Viewer
from .confirmed import Confirmation
from .entry import stamp, storable
from .gap_spans import Span
from .state import Answer, Holding, LedgerState, Note, Request, Term


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that an account holds, since when as far as that was seen, on what terms, and when its
    duties were last confirmed."""

    role: str
    since: datetime
    term: Term | None
    confirmation: Confirmation | None


@dataclass(frozen=True, slots=True)
class Personal:
    """What is known of an account: the roles that it holds, requests that it made or that are about
    it, answers to it, notes that it left for the next holder of a role, and gaps about it."""

    roles: tuple[HeldRole, ...]
    requests: tuple[Request, ...]
    answers: tuple[Answer, ...]
    notes: tuple[tuple[str, Note], ...]
    gaps: tuple[Span, ...]


def personal(state: LedgerState, spans: Iterable[Span], viewer: Viewer) -> Personal:
    """What is known of the account of whoever looks, and of no other one that had its name."""
    name = storable(viewer.name)
    if viewer.kind != "user":
        return Personal((), (), (), (), ())

    def is_theirs(moment: datetime) -> bool:
        return stamp(moment) >= viewer.created

    def holds(holding: Holding) -> bool:
        made = state.created.get(holding, "")
        return holding[1] == name and viewer.created in ("", made or viewer.created)

    return Personal(
        roles=tuple(
            HeldRole(each[0], since, state.terms.get(each), state.confirmations.get(each))
            for each, since in state.joined.items()
            if holds(each)
        ),
        requests=tuple(each for each in state.requests.values() if _concerned(viewer, each)),
        answers=tuple(
            each
            for each in state.answers.values()
            if viewer.is_account(each.request.by, each.request.asker_created)
        ),
        notes=tuple(
            (role, note)
            for role, note in state.notes.items()
            if note.by == name and is_theirs(note.at)
        ),
        gaps=tuple(span for span in spans if span.key[2] == name and is_theirs(span.since)),
    )


def _concerned(viewer: Viewer, request: Request) -> bool:
    """Whether somebody asks, or is proposed."""
    asks = viewer.is_account(request.by, request.asker_created)
    return asks or viewer.is_account(request.person, request.created)
