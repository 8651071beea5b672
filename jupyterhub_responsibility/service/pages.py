"""What each page says: pure functions from the declaration, the roster and the viewer.

Each page has a frozen context; its fields are all that its template may use, beside the
`frame` that every page has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from ..access import EVERYTHING, Ability, abilities, scopes_for
from ..appointments import state_tag
from ..confirmations import state_of, text_of
from ..contacts import Answer, Desk
from ..coverage import Coverage, Covered, coverage
from ..diagram import Diagram, diagram
from ..duties import Duty, duties_by_area
from ..finder import Finder
from ..holders import Filling, Holder, OwnRole, filling, roles_of
from ..ledger import Answer as Reply
from ..ledger import Book, ConfirmationState, Entry, Note, Request, Term
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
from ..rules import RULES, Rules
from ..sentences import sentence
from .settings import Settings

WIDE, NARROW = 760, 340
"""Widths of the two drawings of the diagram, in pixels: for a desk, and for a phone."""

HOLDERS_SHOWN = 50

ANSWERS_SHOWN = 30
"""Days for which somebody sees what became of their request."""


@dataclass(frozen=True)
class Subject:
    """What pages are about: one hub, as far as it is known at this moment.

    `ledger_read` is False until the ledger has been read: who has confirmed what is not known.
    """

    declaration: Declaration
    roster: Roster
    settings: Settings
    book: Book
    ledger_read: bool
    today: date

    @property
    def rules(self) -> Rules:
        """Who may change what."""
        return Rules(self.declaration, self.settings.authenticator_groups)

    def state(self, role: Role, account: str, text: str) -> ConfirmationState | None:
        """Whether a holder has confirmed the duties of a role, which `text` stands for."""
        confirmation = self.book.confirmations.get((role.id, account))
        return state_of(confirmation, text, role, self.today) if self.ledger_read else None

    @property
    def desk(self) -> Desk:
        """Answers to whom to ask."""
        return Desk(self.declaration, self.roster)


@dataclass(frozen=True)
class Frame:
    """What every page has. `home` and `hub` are paths that end in a slash.

    `notes` are faults in the set-up, for JupyterHub admins only. `done` says what the viewer
    has just done, `failed` why that did not work, and `typed` what was filled in then. `tabs`
    are the pages that they may open.
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
    done: str = ""
    failed: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    tabs: tuple[Tab, ...] = ()


@dataclass(frozen=True)
class Tab:
    """A page of ours; `place` is what `Frame.here` says on it."""

    place: str
    path: str
    label: str


@dataclass(frozen=True)
class RoleCard:
    """A role of the viewer, the groups through which, and who else holds it.

    `state` is whether they have confirmed its duties (None: not known), and `text` what they
    would confirm.
    """

    own: OwnRole
    others: tuple[Holder, ...]
    known: bool
    state: ConfirmationState | None
    confirmed_at: datetime | None
    text: str
    term: Term | None
    term_ended: bool
    note: Note | None


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
    """My responsibilities; `requests` are those that the viewer made, or may decide."""

    roles: tuple[RoleCard, ...]
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...]
    abilities: tuple[Ability, ...]
    contacts: tuple[Answer, ...]
    shares: tuple[Share, ...]
    admin: bool
    requests: tuple[RequestLine, ...]
    answers: tuple[tuple[Reply, Role], ...]


@dataclass(frozen=True)
class RequestLine:
    """A request that is open, with its role; `mine` if the viewer made it, `theirs_to_decide`
    if they may appoint."""

    request: Request
    role: Role
    mine: bool
    theirs_to_decide: bool


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
    """One role: what it is, who holds it, what for, and who may appoint.

    `asks` says whether the viewer waits for an answer, `full` that there is no room for more.
    """

    filling: Filling
    shown: tuple[HolderRow, ...]
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...]
    answer: Answer
    groups: tuple[str, ...]
    authenticator_groups: bool
    appointed_by: tuple[Role, ...]
    starts_with: tuple[Role, ...]
    abilities: tuple[Ability, ...]
    links: tuple[Link, ...]
    holds: bool
    may_appoint: bool
    open_to_change: bool
    full: bool
    requests: tuple[RequestLine, ...]
    asks: bool
    tag: str
    rules: tuple[str, ...]
    today: date


@dataclass(frozen=True)
class HolderRow:
    """A holder, their term, and whether they have confirmed their duties (accounts only).

    `mine` if it is the viewer.
    """

    holder: Holder
    mine: bool = False
    term: Term | None = None
    term_ended: bool = False
    state: ConfirmationState | None = None
    confirmed_at: datetime | None = None


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
class AdminPage:
    """The panel: how this hub is covered, and what to do about it."""

    coverage: Coverage
    areas: tuple[tuple[Area, tuple[tuple[Covered, Item], ...]], ...]
    roles: tuple[Filling, ...]
    waiting: int
    unconfirmed: int


@dataclass(frozen=True)
class UsersPage:
    """Adding users: what became of each name of the last list: `done`, `unchanged`, or why not."""

    results: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LedgerPage:
    """Entries, newest first; `older` is the query that leads on, `query` the filter as one."""

    lines: tuple[tuple[Entry, str], ...]
    roles: tuple[Role, ...]
    wanted: Mapping[str, str]
    older: str
    query: str


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
        abilities=(
            *(EVERYTHING if viewer.admin else _abilities(subject, held)),
            *_our_abilities(subject, viewer),
        ),
        contacts=subject.desk.directory(),
        shares=shares(subject.declaration),
        admin=viewer.admin,
        requests=request_lines(subject, viewer),
        answers=_answers(subject, viewer),
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


def role_page(subject: Subject, viewer: Viewer, role_id: str) -> RolePage:
    """One role, for one viewer. Raises KeyError where the model has no such role."""
    declaration = subject.declaration
    role = declaration.model.roles[role_id]
    holders = filling(declaration, subject.roster, role_id)
    roles = declaration.model.roles
    requests = request_lines(subject, viewer, role_id)
    most = role.holders.max
    return RolePage(
        filling=holders,
        shown=_rows(subject, viewer, role, holders),
        areas=_duty_lines(declaration, [role_id]),
        answer=subject.desk.answer("role", role_id),
        groups=declaration.groups.get(role_id, ()),
        authenticator_groups=subject.settings.authenticator_groups,
        appointed_by=tuple(roles[each] for each in role.appointed_by),
        starts_with=tuple(roles[each] for each in role.starts_with),
        abilities=_abilities(subject, [role_id]),
        links=declaration.links_for(role_id),
        holds=role_id in {own.role.id for own in roles_of(declaration, viewer)},
        may_appoint=subject.rules.may_appoint(viewer, role),
        open_to_change=subject.rules.open_to_change(role),
        full=most is not None and len(holders.holders) >= most,
        requests=requests,
        asks=any(each.request.by == each.request.person == viewer.name for each in requests),
        tag=state_tag(role, declaration, subject.roster.members, subject.book),
        rules=tuple(RULES.values()),
        today=subject.today,
    )


def request_lines(subject: Subject, viewer: Viewer, role_id: str = "") -> tuple[RequestLine, ...]:
    """The open requests that somebody made, or may decide; for one role, or for all."""
    roles, rules = subject.declaration.model.roles, subject.rules
    deciding = {each.id for each in roles.values() if rules.may_appoint(viewer, each)}
    lines = (
        RequestLine(
            each,
            role,
            mine=(viewer.kind, viewer.name) == ("user", each.by),
            theirs_to_decide=role.id in deciding,
        )
        for each in subject.book.open_requests(subject.today)
        if (role := roles.get(each.role)) and role_id in ("", each.role)
    )
    return tuple(line for line in lines if line.mine or line.theirs_to_decide)


def covered(subject: Subject) -> Coverage:
    """How this hub is covered."""
    return coverage(
        subject.declaration,
        subject.roster,
        subject.book,
        subject.today,
        ledger_read=subject.ledger_read,
        authenticator_groups=subject.settings.authenticator_groups,
    )


def admin_page(subject: Subject, viewer: Viewer) -> AdminPage:
    """The panel, for somebody in charge."""
    found, fillings = covered(subject), subject.desk.fillings
    kinds = [gap.kind for gap in found.gaps]
    return AdminPage(
        coverage=found,
        areas=tuple(
            (
                area,
                tuple(
                    (each, _item(subject.declaration, fillings, each.responsibility))
                    for each in found.areas[area.id]
                ),
            )
            for area in subject.declaration.model.areas
        ),
        roles=tuple(fillings.values()),
        waiting=len([line for line in request_lines(subject, viewer) if not line.mine]),
        unconfirmed=kinds.count("never-confirmed") + kinds.count("confirmation-due"),
    )


def ledger_page(
    subject: Subject, entries: Sequence[Entry], wanted: Mapping[str, str], most: int
) -> LedgerPage:
    """A page of the ledger, for the filter `wanted`."""
    model = subject.declaration.model
    query = {name: value for name, value in wanted.items() if value and name != "before"}
    more = {**query, "before": str(entries[-1].number)} if len(entries) == most else {}
    return LedgerPage(
        lines=tuple((entry, sentence(entry, model)) for entry in entries),
        roles=tuple(model.roles[each] for each in subject.declaration.groups),
        wanted=wanted,
        older=urlencode(more),
        query=urlencode(query),
    )


def tabs(subject: Subject, viewer: Viewer) -> tuple[Tab, ...]:
    """The pages that somebody may open."""
    found = [Tab("me", "", "Yours"), Tab("contacts", "contacts", "Whom to ask")]
    found.append(Tab("model", "model", "The model"))
    if subject.rules.in_charge(viewer):
        found.append(Tab("panel", "admin", "Gaps"))
    if subject.rules.may_add_users(viewer, subject.settings.user_management):
        found.append(Tab("users", "users", "Add people"))
    if subject.rules.may_read_ledger(viewer):
        found.append(Tab("ledger", "ledger", "What was done"))
    return tuple(found)


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
    holding = (own.role.id, viewer.name)
    confirmation = subject.book.confirmations.get(holding)
    text = text_of(subject.declaration, own.role)
    term = subject.book.terms.get(holding)
    note = subject.book.notes.get(own.role.id)
    return RoleCard(
        own=own,
        others=others,
        known=held.known,
        state=subject.state(own.role, viewer.name, text),
        confirmed_at=confirmation.at if confirmation else None,
        text=text,
        term=term,
        term_ended=bool(term and term.ended(subject.today)),
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


def _rows(subject: Subject, viewer: Viewer, role: Role, holders: Filling) -> tuple[HolderRow, ...]:
    """Whoever looks at the page comes first: their own row is where they step down."""
    text = text_of(subject.declaration, role)
    others = sorted(holders.holders, key=lambda each: not _is(viewer, each))
    return tuple(_row(subject, viewer, role, each, text) for each in others[:HOLDERS_SHOWN])


def _is(viewer: Viewer, holder: Holder) -> bool:
    return (viewer.kind, viewer.name, holder.kind) == ("user", holder.name, "account")


def _row(subject: Subject, viewer: Viewer, role: Role, holder: Holder, text: str) -> HolderRow:
    if holder.kind != "account":
        return HolderRow(holder)
    holding = (role.id, holder.name)
    term = subject.book.terms.get(holding)
    confirmation = subject.book.confirmations.get(holding)
    return HolderRow(
        holder=holder,
        mine=_is(viewer, holder),
        term=term,
        term_ended=bool(term and term.ended(subject.today)),
        state=subject.state(role, holder.name, text),
        confirmed_at=confirmation.at if confirmation else None,
    )


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


def _our_abilities(subject: Subject, viewer: Viewer) -> tuple[Ability, ...]:
    """What somebody may do on our own pages."""
    rules, roles = subject.rules, subject.declaration.model.roles
    found = [
        Ability(f"Decide who is {role.title}", f"roles/{role.id}", role.title, our=True)
        for role in map(roles.__getitem__, subject.declaration.groups)
        if rules.may_appoint(viewer, role) and rules.open_to_change(role)
    ]
    if rules.may_add_users(viewer, subject.settings.user_management):
        found.append(Ability("Add people to the hub", "users", "Add people", our=True))
    if rules.may_read_ledger(viewer):
        found.append(Ability("See who changed what", "ledger", "What was done", our=True))
    return tuple(found)


def _item(declaration: Declaration, fillings: dict[str, Filling], each: Responsibility) -> Item:
    return Item(
        responsibility=each,
        label=split_label(declaration, each.split),
        accountable=fillings.get(each.accountable or ""),
        performers=tuple(fillings[role] for role in each.performed_by),
        links=declaration.links_for(each.id),
    )
