"""What each page says: pure functions from the declaration, the roster and the viewer.

Each page has a frozen context; its fields are all that its template may use, beside the
`frame` that every page has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..access import EVERYTHING, Ability, abilities, scopes_for
from ..contacts import Answer, Desk
from ..diagram import Diagram, diagram
from ..duties import Duty, duties_by_area
from ..finder import Finder
from ..holders import Filling, Holder, OwnRole, filling, roles_of
from ..model import (
    SPLITS,
    Area,
    Contact,
    Declaration,
    Link,
    Model,
    Party,
    Responsibility,
    Role,
    Roster,
    Split,
    Viewer,
)
from .settings import Settings

WIDE, NARROW = 760, 340
"""Widths of the two drawings of the diagram, in pixels: for a desk, and for a phone."""

HOLDERS_SHOWN = 50


@dataclass(frozen=True)
class Subject:
    """What pages are about: one hub, as far as it is known at this moment."""

    declaration: Declaration
    roster: Roster
    settings: Settings

    @property
    def desk(self) -> Desk:
        """Answers to whom to ask."""
        return Desk(self.declaration, self.roster)


@dataclass(frozen=True)
class Frame:
    """What every page has. `home` and `hub` are paths that end in a slash.

    `notes` are faults in the set-up, for JupyterHub admins only.
    """

    title: str
    here: str
    home: str
    hub: str
    community: Party
    provider: Party
    as_of: datetime | None = None
    trouble: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleCard:
    """A role of the viewer, the groups through which, and who else holds it."""

    own: OwnRole
    others: tuple[Holder, ...]
    known: bool


@dataclass(frozen=True)
class DutyLine:
    """A duty with pages to read about it."""

    duty: Duty
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Share:
    """What one side looks after: areas by whose job they are."""

    split: Split
    label: str
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class MyPage:
    """My responsibilities."""

    roles: tuple[RoleCard, ...]
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...]
    abilities: tuple[Ability, ...]
    contacts: tuple[Answer, ...]
    shares: tuple[Share, ...]
    admin: bool


@dataclass(frozen=True)
class ContactsPage:
    """Whom do I ask? `answers` are for the question; `areas` are everything there is."""

    question: str
    answers: tuple[Answer, ...]
    directory: tuple[Answer, ...]
    areas: tuple[tuple[Area, tuple[Answer, ...]], ...]
    first: tuple[Contact, ...]


@dataclass(frozen=True)
class RolePage:
    """One role: what it is, who holds it, what for, and who may appoint."""

    filling: Filling
    shown: tuple[Holder, ...]
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...]
    answer: Answer
    groups: tuple[str, ...]
    authenticator_groups: bool
    appointed_by: tuple[Role, ...]
    starts_with: tuple[Role, ...]
    abilities: tuple[Ability, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Item:
    """A responsibility in the model, with whose job it is and who does it now."""

    responsibility: Responsibility
    label: str
    accountable: Filling | None
    performers: tuple[Filling, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class ModelPage:
    """The whole model, with live holders."""

    model: Model
    areas: tuple[tuple[Area, str, tuple[Item, ...], tuple[Link, ...]], ...]
    roles: tuple[Filling, ...]
    shares: tuple[Share, ...]
    wide: Diagram
    narrow: Diagram


@dataclass(frozen=True)
class ErrorPage:
    """What happened, what to do, and whom to contact."""

    status: int
    message: str
    contacts: tuple[Contact, ...]
    again: str = ""


def my_page(subject: Subject, viewer: Viewer) -> MyPage:
    """My responsibilities, for one viewer."""
    own = roles_of(subject.declaration, viewer)
    held = [each.role.id for each in own]
    return MyPage(
        roles=tuple(_card(subject, each, viewer) for each in own),
        areas=_duty_lines(subject.declaration, held),
        abilities=EVERYTHING if viewer.admin else _abilities(subject, held),
        contacts=subject.desk.directory(),
        shares=shares(subject.declaration),
        admin=viewer.admin,
    )


def contacts_page(subject: Subject, finder: Finder, question: str) -> ContactsPage:
    """Whom do I ask?, for one question; without one, everything there is."""
    desk = subject.desk
    areas = subject.declaration.model.areas
    return ContactsPage(
        question=question,
        answers=tuple(desk.answer(found.kind, found.id) for found in finder.find(question)),
        directory=desk.directory(),
        areas=tuple(
            (area, tuple(desk.answer("responsibility", r.id) for r in area.responsibilities))
            for area in areas
        ),
        first=desk.first_contacts(),
    )


def role_page(subject: Subject, role_id: str) -> RolePage:
    """One role. Raises KeyError where the model has no such role."""
    declaration = subject.declaration
    role = declaration.model.roles[role_id]
    holders = filling(declaration, subject.roster, role_id)
    roles = declaration.model.roles
    return RolePage(
        filling=holders,
        shown=holders.holders[:HOLDERS_SHOWN],
        areas=_duty_lines(declaration, [role_id]),
        answer=subject.desk.answer("role", role_id),
        groups=declaration.groups.get(role_id, ()),
        authenticator_groups=subject.settings.authenticator_groups,
        appointed_by=tuple(roles[each] for each in role.appointed_by),
        starts_with=tuple(roles[each] for each in role.starts_with),
        abilities=_abilities(subject, [role_id]),
        links=declaration.links_for(role_id),
    )


def model_page(subject: Subject) -> ModelPage:
    """The whole model."""
    declaration, model = subject.declaration, subject.declaration.model
    fillings = subject.desk.fillings
    return ModelPage(
        model=model,
        areas=tuple(
            (
                area,
                split_label(declaration, area.split),
                tuple(_item(declaration, fillings, each) for each in area.responsibilities),
                declaration.links_for(area.id),
            )
            for area in model.areas
        ),
        roles=tuple(fillings.values()),
        shares=shares(declaration),
        wide=diagram(model, fillings, WIDE),
        narrow=diagram(model, fillings, NARROW),
    )


def split_label(declaration: Declaration, split: Split) -> str:
    """Whose job it is, by name."""
    labels: dict[Split, str] = {
        "provider": declaration.provider.name,
        "shared": "Shared",
        "community": declaration.community.name,
        "partner": "Community and partners",
        "none": "Nobody",
    }
    return labels[split]


def shares(declaration: Declaration) -> tuple[Share, ...]:
    """What each side looks after, in the order from provider to community."""
    found = (
        Share(
            split,
            split_label(declaration, split),
            tuple(area for area in declaration.model.areas if area.split == split),
        )
        for split in SPLITS
    )
    return tuple(share for share in found if share.areas)


def _card(subject: Subject, own: OwnRole, viewer: Viewer) -> RoleCard:
    held = filling(subject.declaration, subject.roster, own.role.id)
    others = tuple(h for h in held.holders if not (h.kind == "account" and h.name == viewer.name))
    return RoleCard(own, others, held.known)


def _duty_lines(
    declaration: Declaration, roles: Iterable[str]
) -> tuple[tuple[Area, tuple[DutyLine, ...]], ...]:
    return tuple(
        (area, tuple(DutyLine(d, declaration.links_for(d.responsibility.id)) for d in duties))
        for area, duties in duties_by_area(declaration.model, roles).items()
    )


def _abilities(subject: Subject, roles: Iterable[str]) -> tuple[Ability, ...]:
    """What the hub lets the holders of these roles do because of them."""
    declaration = subject.declaration
    management = subject.settings.user_management
    scopes = (
        scope
        for role in roles
        if declaration.groups.get(role)
        for scope in scopes_for(role, declaration.scopes.get(role), management)
    )
    return abilities(scopes)


def _item(declaration: Declaration, fillings: dict[str, Filling], each: Responsibility) -> Item:
    return Item(
        responsibility=each,
        label=split_label(declaration, each.split),
        accountable=fillings.get(each.accountable or ""),
        performers=tuple(fillings[role] for role in each.performed_by),
        links=declaration.links_for(each.id),
    )
