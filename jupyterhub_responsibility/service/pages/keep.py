"""Contacts, people without an account, and links: what the file says, and what is kept here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from ...changes.keeping import Standing, all_standing
from ...coverage.snapshot import Snapshot
from ...declaration.things import fields_of
from ...domain.kept import Thing, ThingKind, Why, known_targets, targets_of, title_of
from ...domain.model import EVERYONE, OPERATOR, Contact, Link, Model, Person, Place, Viewer
from ...errors import Fault

FieldKind = Literal["text", "email", "tel", "url", "date", "targets", "role", "public"]


@dataclass(frozen=True)
class Field:
    """Something to fill in: its key in the file, how it is asked for, and an example or a hint."""

    name: str
    label: str
    hint: str = ""
    kind: FieldKind = "text"
    required: bool = False


NAME = Field("name", "Name", required=True)
TELEPHONE = Field("telephone", "Telephone", "Such as +49 40 123456.", "tel")
REVIEW = Field(
    "review_by", "Check again by", "From that day on, the panel asks whether this is right.", "date"
)
FIELDS: dict[ThingKind, tuple[Field, ...]] = {
    "contact": (
        replace(NAME, hint="What people see, such as “Help desk”."),
        Field("for", "For", kind="targets", required=True),
        Field("email", "Mail address", kind="email"),
        TELEPHONE,
        Field("url", "Web page", "A page, a form, or a chat.", "url"),
        Field("hours", "When", "“Mon to Thu, 9 to 15 h”."),
        Field("languages", "Languages", "Codes, such as: en pt-BR."),
        Field("topics", "Topics", "What people ask about, with commas: bills, more memory."),
        REVIEW,
        Field("public", "Show it on the login page too, to people who aren't logged in",
              kind="public"),
    ),
    "person": (
        Field("role", "Role", kind="role", required=True),
        replace(NAME, hint="As people on the hub know them."),
        Field("email", "Mail address", "Everybody who is logged in sees it.", "email"),
        TELEPHONE,
        Field("url", "Web page", "A page about them, or a form to write to them.", "url"),
        REVIEW,
    ),
    "link": (
        Field("title", "Title", "“How to get more memory”.", required=True),
        Field("url", "Address", "It starts with https://, or with / for a page of this hub.", "url",
              required=True),
        Field("for", "For", kind="targets", required=True),
    ),
}  # fmt: skip
"""What each kind of thing asks for, in this order."""

LISTS: dict[str, str] = {"languages": " ", "topics": ", "}
"""Fields with several values in one line, and what stands between them."""

TITLES: dict[ThingKind, str] = {
    "contact": "Contacts",
    "person": "People without an account",
    "link": "Links",
}
NEW: dict[ThingKind, str] = {
    "contact": "Add a contact",
    "person": "Add a person",
    "link": "Add a link",
}


@dataclass(frozen=True)
class Said:
    """What is said of a thing: by which name, for what, and how to reach it or where to read."""

    title: str
    about: tuple[str, ...]
    contact: Contact | None
    link: Link | None
    review_by: object = None
    public: bool = False


@dataclass(frozen=True)
class KeepRow:
    """A thing: what is in force (None where it is set aside), and where that comes from.

    `where` is the file with the line, for those who may know it. `by` wrote it here, at `at`. Where
    the page and the file differ, `why` says so in short, `declared` is what the file says and
    `written` what the page says; either is None where that is nothing. `mine` if the viewer keeps
    it; `tag` stands for what they see. `asks` is the role of a person who can be asked on its page
    whether they hold it.
    """

    kind: ThingKind
    id: str
    said: Said | None
    declared: Said | None
    written: Said | None
    where: str
    kept: bool
    by: str
    at: datetime | None
    why: Why | None
    aside: bool
    mine: bool
    tag: str
    asks: str = ""

    @property
    def path(self) -> str:
        """Its address below ours."""
        return f"keep/{self.kind}/{self.id}"

    @property
    def title(self) -> str:
        """What it is called, whatever says so."""
        said = self.said or self.written or self.declared
        return said.title if said else "Something that can't be read any more"


@dataclass(frozen=True)
class Section:
    """All things of a kind; `new` is how adding one is called."""

    kind: ThingKind
    title: str
    new: str
    rows: tuple[KeepRow, ...]


@dataclass(frozen=True)
class KeepPage:
    """Everything that is kept, by kind; `differing` is how many differ from the file."""

    sections: tuple[Section, ...]
    differing: int
    title: str = "Contacts, people and links"


def keep_page(snapshot: Snapshot, viewer: Viewer) -> KeepPage:
    """All contacts, people without an account and links, and what the viewer may change."""
    rows = [row_of(snapshot, viewer, each) for each in all_standing(snapshot.laid)]
    sections = tuple(
        Section(kind, title, NEW[kind], tuple(row for row in rows if row.kind == kind))
        for kind, title in TITLES.items()
    )
    return KeepPage(sections, sum(row.why is not None for row in rows))


def row_of(snapshot: Snapshot, viewer: Viewer, there: Standing) -> KeepRow:
    """One thing, as the viewer sees it."""
    kept, declaration = there.kept, snapshot.declaration
    aside = kept is not None and kept.aside
    return KeepRow(
        there.kind,
        there.id,
        said=_said(declaration.model, there, there.current),
        declared=_said(declaration.model, there, there.declared),
        written=_said(declaration.model, there, kept.thing if kept else None),
        where=declaration.where(place_of(snapshot, there)) if viewer.admin else "",
        kept=kept is not None,
        by=kept.by if kept else "",
        at=kept.at if kept else None,
        why=there.why,
        aside=aside,
        mine=snapshot.rules.may_keep(viewer, there.targets),
        tag=there.tag,
        asks=there.role if isinstance(there.current, Person) else "",
    )


def place_of(snapshot: Snapshot, there: Standing) -> Place:
    """Where the operator's file has a thing, or would."""
    file = snapshot.laid.file
    if there.kind == "person":
        people = file.people.get(there.role, ())
        number = people.index(there.declared) if there.declared in people else 0
        return ("roles", there.role, "people", number)
    if there.kind == "link":
        links = file.links
        return ("links", links.index(there.declared) if there.declared in links else 0)
    return ("contacts", there.id)


def _said(model: Model, there: Standing, thing: Thing | None) -> Said | None:
    if thing is None:
        return None
    titles = model.titles()
    about = tuple(titles.get(t, t) for t in targets_of(there.kind, thing, there.role))
    if isinstance(thing, Link):
        return Said(thing.title, about, None, thing)
    contact = thing if isinstance(thing, Contact) else thing.contact
    public = isinstance(thing, Contact) and thing.public
    return Said(title_of(thing), about, contact, None, thing.review_by, public)


@dataclass(frozen=True)
class Choice:
    """Something that a thing may be for; `chosen` if it is."""

    id: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class KeepFormPage:
    """One thing to fill in: `id` is empty for a new one.

    `values` is what stands in each field, `choices` what it may be for, in groups; `roles` are
    those that a new person may get. `wrong` says by field what has to be put right. `row` is the
    thing as it is now, None for a new one; with `both`, it has changed since they opened the form.
    """

    kind: ThingKind
    id: str
    title: str
    fields: tuple[Field, ...]
    values: Mapping[str, str]
    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    roles: tuple[Choice, ...]
    wrong: Mapping[str, str]
    row: KeepRow | None
    both: bool
    tag: str


def keep_form_page(
    snapshot: Snapshot,
    viewer: Viewer,
    kind: ThingKind,
    there: Standing | None,
    filled: Mapping[str, Any] | None = None,
    faults: Iterable[Fault] = (),
    both: bool = False,
) -> KeepFormPage:
    """The form for one thing, with what it says, or with what was `filled` in."""
    known = there.current or (there.kept and there.kept.thing) or there.declared if there else None
    said = filled if filled is not None else fields_of(known) if known else {}
    chosen = set(said.get("for", (EVERYONE,) if kind == "contact" and there is None else ()))
    called = title_of(known) if known else ""
    fields = tuple(f for f in FIELDS[kind] if f.kind != "role" or there is None)
    wrong: dict[str, str] = {}
    for each in faults:
        name = each.path.partition("[")[0]
        words = ". ".join(filter(None, (each.message[:1].upper() + each.message[1:], each.fix)))
        wrong[name] = f"{wrong.get(name, '')} {words}."
    return KeepFormPage(
        kind,
        there.id if there else "",
        title=f"Change “{called}”" if there else NEW[kind],
        fields=fields,
        values={f.name: _value(f, said.get(f.name)) for f in fields},
        choices=_choices(snapshot, viewer, kind, chosen) if kind != "person" else (),
        roles=_roles(snapshot, viewer, str(said.get("role", ""))) if kind == "person" else (),
        wrong={name: words.strip() for name, words in wrong.items()},
        row=row_of(snapshot, viewer, there) if there else None,
        both=both,
        tag=there.tag if there else "",
    )


def _value(field: Field, said: Any) -> str:
    """What stands in a field."""
    if isinstance(said, list | tuple):
        return LISTS.get(field.name, " ").join(map(str, said))
    return "yes" if said is True else str(said or "")


def _roles(snapshot: Snapshot, viewer: Viewer, chosen: str) -> tuple[Choice, ...]:
    """The roles that somebody may give to people without an account."""
    return tuple(
        Choice(role.id, role.title, role.id == chosen)
        for role in snapshot.declaration.model.roles.values()
        if snapshot.rules.may_keep(viewer, (role.id,))
    )


def _choices(
    snapshot: Snapshot, viewer: Viewer, kind: ThingKind, chosen: set[str]
) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """What a thing may be for, as far as that is the viewer's to say."""
    model, rules = snapshot.declaration.model, snapshot.rules
    titles = known_targets(model, kind)
    groups = [("", (EVERYONE, OPERATOR)), ("Roles", tuple(model.roles))]
    groups += [(a.title, (a.id, *(r.id for r in a.responsibilities))) for a in model.areas]
    found = (
        (heading, tuple(Choice(t, titles[t], t in chosen) for t in targets
                        if t in titles and (t in chosen or rules.may_keep(viewer, (t,)))))
        for heading, targets in groups
    )  # fmt: skip
    return tuple((heading, choices) for heading, choices in found if choices)
