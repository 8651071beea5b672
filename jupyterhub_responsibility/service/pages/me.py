"""My responsibilities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ...domain.access import EVERYTHING, Ability
from ...domain.contacts import Answer
from ...domain.duties import duties_digest
from ...domain.holders import Holder, OwnRole, filling, roles_of
from ...domain.model import Area, Role, Viewer
from ...ledger.standing import Standing
from ...ledger.state import Answer as Reply
from ...ledger.state import Note
from .parts import DutyLine, RequestLine, Share, duty_lines, hub_abilities, request_lines, shares
from .subject import Subject

ANSWERS_SHOWN = 30
"""Days for which somebody sees what became of their request."""


@dataclass(frozen=True)
class MyPage:
    """My responsibilities; `requests` are those that the viewer made, or may decide."""

    roles: tuple[RoleCard, ...]
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...]
    abilities: tuple[Ability, ...]
    contacts: tuple[Answer, ...]
    shares: tuple[Share, ...]
    admin: bool
    requests: tuple[RequestLine, ...]
    answers: tuple[tuple[Reply, Role], ...]

    @property
    def title(self) -> str:
        """For the browser's tab, and the heading."""
        return "Your responsibilities" if self.roles else "Whom to ask"


@dataclass(frozen=True)
class RoleCard:
    """A role of the viewer, the groups through which, and who else holds it.

    `standing` is their term, and whether they have confirmed its duties; `text` what they would
    confirm.
    """

    own: OwnRole
    others: tuple[Holder, ...]
    known: bool
    standing: Standing
    text: str
    note: Note | None


def my_page(subject: Subject, viewer: Viewer) -> MyPage:
    """My responsibilities, for one viewer."""
    own = roles_of(subject.declaration, viewer)
    held = [each.role.id for each in own]
    return MyPage(
        roles=tuple(_card(subject, each, viewer) for each in own),
        areas=duty_lines(subject.declaration, held),
        abilities=(
            *(EVERYTHING if viewer.admin else hub_abilities(subject, held)),
            *_our_abilities(subject, viewer),
        ),
        contacts=subject.desk.directory(),
        shares=shares(subject.declaration),
        admin=viewer.admin,
        requests=request_lines(subject, viewer),
        answers=_answers(subject, viewer),
    )


def _card(subject: Subject, own: OwnRole, viewer: Viewer) -> RoleCard:
    held = filling(subject.declaration, subject.roster, own.role.id)
    others = tuple(h for h in held.holders if not (h.kind == "account" and h.name == viewer.name))
    text = duties_digest(subject.declaration.model, own.role)
    note = subject.book.notes.get(own.role.id)
    return RoleCard(
        own=own,
        others=others,
        known=held.known,
        standing=subject.standing(own.role, viewer.name, text),
        text=text,
        note=note if note and note.by != viewer.name else None,
    )


def _answers(subject: Subject, viewer: Viewer) -> tuple[tuple[Reply, Role], ...]:
    """What became of the viewer's requests lately."""
    since = subject.today - timedelta(days=ANSWERS_SHOWN)
    roles = subject.declaration.model.roles
    return tuple(
        (answer, roles[role_id])
        for (role_id, by), answer in subject.book.answers.items()
        if by == viewer.name and role_id in roles and answer.at.date() >= since
    )


def _our_abilities(subject: Subject, viewer: Viewer) -> tuple[Ability, ...]:
    """What somebody may do on our own pages."""
    changes = subject.rules.changes(viewer, subject.settings.user_management)
    if subject.rules.may_read_ledger(viewer):
        return (*changes, Ability("See who changed what", "ledger", "What was done", our=True))
    return changes
