"""My responsibilities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ...coverage.snapshot import Snapshot
from ...domain.access import EVERYTHING, Ability
from ...domain.channels import EVERYBODY
from ...domain.contacts import Answer
from ...domain.holders import Holder, OwnRole, roles_of
from ...domain.logins import LAST
from ...domain.model import Area, Contact, Role, Viewer
from ...ledger.standing import Standing
from ...ledger.state import Answer as Reply
from ...ledger.state import Note
from .decisions import DecisionLine, decision_lines
from .parts import DutyLine, RequestLine, Share, duty_lines, hub_abilities, request_lines, shares

ANSWERS_SHOWN = 30
"""Days for which somebody sees what became of their request."""


@dataclass(frozen=True)
class MyPage:
    """My responsibilities; `requests` are those that the viewer made, or may decide.

    `to_fill` are roles that nobody holds, whose first holders are those of a role of the viewer.
    `decisions` are those about the viewer that have to be done elsewhere, and weren't yet. `reach`
    is how everybody can reach them, by what they say themselves.
    """

    roles: tuple[RoleCard, ...]
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...]
    abilities: tuple[Ability, ...]
    contacts: tuple[Answer, ...]
    shares: tuple[Share, ...]
    admin: bool
    requests: tuple[RequestLine, ...]
    to_fill: tuple[Role, ...]
    decisions: tuple[DecisionLine, ...]
    answers: tuple[tuple[Reply, Role], ...]
    reach: Contact | None


@dataclass(frozen=True)
class RoleCard:
    """A role of the viewer, the groups through which, and who else holds it.

    `standing` is their term, and whether they have confirmed its duties; `duties_digest` stands
    for what they would confirm. `came_with` is the role because of which this service gave it to
    them, as its first holder. `at_login` says as of which last time the login service told so, if
    it did.
    """

    own: OwnRole
    others: tuple[Holder, ...]
    known: bool
    standing: Standing
    duties_digest: str
    note: Note | None
    came_with: Role | None
    at_login: str


def my_page(snapshot: Snapshot, viewer: Viewer) -> MyPage:
    """My responsibilities, for one viewer."""
    own = roles_of(snapshot.declaration, viewer)
    held = [each.role.id for each in own]
    return MyPage(
        roles=tuple(_card(snapshot, each, viewer) for each in own),
        areas=duty_lines(snapshot.declaration, held),
        abilities=(
            *(EVERYTHING if viewer.admin else hub_abilities(snapshot, held)),
            *snapshot.rules.abilities(viewer),
        ),
        contacts=snapshot.contact_finder_for(viewer).directory(),
        shares=shares(snapshot.declaration),
        admin=viewer.admin,
        requests=request_lines(snapshot, viewer),
        to_fill=_to_fill(snapshot, held),
        decisions=decision_lines(snapshot, viewer),
        answers=_answers(snapshot, viewer),
        reach=_reach(snapshot, viewer),
    )


def _reach(snapshot: Snapshot, viewer: Viewer) -> Contact | None:
    """The viewer as everybody sees them; another account's words are never theirs."""
    said = snapshot.reach.get(viewer.name)
    if said is None or viewer.created not in ("", said.created):
        return None
    return said.contact(snapshot.names.plain(viewer.name), EVERYBODY)


def _card(snapshot: Snapshot, own: OwnRole, viewer: Viewer) -> RoleCard:
    held = snapshot.holders_by_role[own.role.id]
    others = tuple(h for h in held.holders if not (h.kind == "account" and h.name == viewer.name))
    note = snapshot.ledger_state.notes.get(own.role.id)
    standing = snapshot.standing(own.role, viewer.name, viewer.created)
    first = standing.term.starts_with if standing.term else ""
    return RoleCard(
        own=own,
        others=others,
        known=held.known,
        standing=standing,
        duties_digest=snapshot.duties_digests[own.role.id],
        note=note if note and note.by != viewer.name else None,
        came_with=snapshot.declaration.model.roles.get(first),
        at_login=LAST.get(snapshot.logins.at_login(own.groups), ""),
    )


def _to_fill(snapshot: Snapshot, held: list[str]) -> tuple[Role, ...]:
    return tuple(
        each.role
        for each in snapshot.holders_by_role.values()
        if each.vacant and each.on_hub and not set(each.role.starts_with).isdisjoint(held)
    )


def _answers(snapshot: Snapshot, viewer: Viewer) -> tuple[tuple[Reply, Role], ...]:
    """What became of the viewer's requests lately."""
    since = snapshot.today - timedelta(days=ANSWERS_SHOWN)
    roles = snapshot.declaration.model.roles
    return tuple(
        (answer, roles[role_id])
        for (role_id, by), answer in snapshot.ledger_state.answers.items()
        if viewer.is_account(by, answer.request.asker_created)
        and role_id in roles
        and answer.at.date() >= since
    )
