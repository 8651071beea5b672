"""What those in charge keep on the page: contacts, people without an account, and links.

It stands beside the operator's file, and never silently over it. What was written on the page
counts as long as the file says of the same thing what it said then; once the operator changes it
there, theirs is the newer word, and both are shown. Nothing here raises: what doesn't fit any more
doesn't count, and is named.

thing     a contact, a person without an account, or a link
declared  as the operator's file has it
kept      as somebody wrote it on the page, or set aside there
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal

from .model import EVERYONE, OPERATOR, Contact, Declaration, Link, Model, Person

ThingKind = Literal["contact", "person", "link"]
THING_KINDS: dict[ThingKind, str] = {
    "contact": "contact",
    "person": "person without an account",
    "link": "link",
}
"""Every kind of thing, in words."""

Thing = Contact | Person | Link
Key = tuple[ThingKind, str]
"""A thing, by its kind and its id."""

Why = Literal["changed", "unknown", "unreadable"]
WHY: dict[Why, str] = {
    "changed": "the file was changed after the page",
    "unknown": "it is for something that this hub's model doesn't have any more",
    "unreadable": "it isn't valid any more",
}
"""Why something that was written on the page doesn't count."""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing with what it is told apart by: `role` is the one that a person holds."""

    kind: ThingKind
    id: str
    thing: Thing
    role: str = ""

    @property
    def key(self) -> Key:
        """Its kind and its id."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written on the page about one thing.

    `thing` is None where the declared one is set aside, and where it can't be read any more
    (`readable`). `over` is the digest of what the file said then, empty where it said nothing.
    `by` wrote it, whose account was made at `by_created`; the entry of the ledger is `number`.
    """

    kind: ThingKind
    id: str
    role: str
    thing: Thing | None
    over: str
    by: str
    by_created: str
    at: datetime
    number: int
    readable: bool = True

    @property
    def key(self) -> Key:
        """Its kind and its id."""
        return self.kind, self.id

    @property
    def aside(self) -> bool:
        """Whether the declared thing is set aside."""
        return self.thing is None and self.readable


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on the page that doesn't count, and why; `declared` is what the file says."""

    kept: Kept
    declared: Thing | None
    why: Why


@dataclass(frozen=True)
class Laid:
    """A declaration with what is kept on the page: `declaration` is what is in force, `file` what
    the operator wrote. `counts` is what of the page does, `differs` what doesn't."""

    declaration: Declaration
    file: Declaration
    counts: Mapping[Key, Kept] = field(default_factory=dict)
    differs: tuple[Difference, ...] = ()

    @cached_property
    def declared(self) -> dict[Key, Item]:
        """What the operator wrote, in its order."""
        return items(self.file)

    @cached_property
    def items(self) -> dict[Key, Item]:
        """What is in force: what is declared in its place, and what was added on the page."""
        return _merged(self.declared, self.counts)

    @cached_property
    def kept(self) -> dict[Key, Kept]:
        """All that was written on the page."""
        return {**self.counts, **{each.kept.key: each.kept for each in self.differs}}

    @property
    def people(self) -> frozenset[str]:
        """The names of all people without an account, whether or not what names them counts."""
        written = (each.thing for each in self.kept.values())
        declared = (each for people in self.file.people.values() for each in people)
        return frozenset(each.name for each in (*declared, *written) if isinstance(each, Person))


def lay(file: Declaration, kept: Iterable[Kept]) -> Laid:
    """What is in force of a file and of what is kept on the page."""
    declared = items(file)
    counts: dict[Key, Kept] = {}
    differs = []
    for each in sorted(kept, key=lambda each: each.number):
        there = declared.get(each.key)
        why = _why_not(file.model, each, there.thing if there else None)
        if why is None:
            counts[each.key] = each
        else:
            differs.append(Difference(each, there.thing if there else None, why))
    if not counts:
        return Laid(file, file, {}, tuple(differs))
    laid = _merged(declared, counts).values()
    return Laid(_with(file, laid, counts), file, counts, tuple(differs))


def items(declaration: Declaration) -> dict[Key, Item]:
    """Every thing of a declaration, in its order."""
    found: dict[Key, Item] = {}
    for each in _items(declaration):
        number, free = 1, each
        while free.key in found:  # two people of one name, or two links to one page
            number += 1
            free = replace(each, id=f"{each.id}-{number}")
        found[free.key] = free
    return found


def _items(declaration: Declaration) -> Iterator[Item]:
    for contact in declaration.contacts:
        yield Item("contact", contact.id, contact)
    for role, people in declaration.people.items():
        for person in people:
            yield Item("person", id_of_person(role, person.name), person, role)
    for link in declaration.links:
        yield Item("link", id_of_link(link.url), link)


def id_of_person(role: str, name: str) -> str:
    """A person's id: no name is in an address, nor in what can't be erased."""
    return _short(f"{role}\0{name}")


def id_of_link(url: str) -> str:
    """A link's id."""
    return _short(url)


def new_contact_id(targets: Iterable[str], taken: Iterable[str]) -> str:
    """An id for a contact: by what it is for, and not by its name, which may be a person's."""
    first = next(iter(targets), EVERYONE)[:60].rstrip("-")
    known, number = set(taken), 1
    while (found := f"{first}-contact" + (f"-{number}" if number > 1 else "")) in known:
        number += 1
    return found


def digest(thing: Thing | None) -> str:
    """Differs between any two things that don't say the same; empty for none.

    What is empty is left out: a field that is new in a later version changes nothing.
    """
    if thing is None:
        return ""
    said = {each.name: getattr(thing, each.name) for each in fields(thing)}
    filled = {name: value for name, value in said.items() if value}
    text = json.dumps(filled, sort_keys=True, default=_day, ensure_ascii=True)
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def targets_of(kind: ThingKind, thing: Thing | None, role: str) -> tuple[str, ...]:
    """What a thing is for: a person, for the role that they hold."""
    if kind == "person":
        return (role,)
    return () if thing is None or isinstance(thing, Person) else thing.targets


def title_of(thing: Thing) -> str:
    """What people call a thing."""
    return thing.title if isinstance(thing, Link) else thing.name


Owner = Literal["community", "provider", "both"]
"""Whose a thing is: those in charge of the one side keep it, or of either."""


def owner_of(model: Model, target: str) -> Owner:
    """Whose a thing is that is for a role, an area, a responsibility, everyone or the operator.

    A role is the community's as soon as it has a part in what is the community's job; where it has
    parts only in what is the provider's and what is shared, it is the provider's.
    """
    if target == OPERATOR:
        return "provider"
    splits = {
        *(area.split for area in model.areas if area.id == target),
        *(r.split for r in model.responsibilities() if r.id == target or target in r.roles),
    }
    if splits & {"community", "partner"}:
        return "community"
    if "provider" in splits:
        return "provider"
    return "community" if "shared" in splits else "both"


def _why_not(model: Model, kept: Kept, declared: Thing | None) -> Why | None:
    """Why something on the page doesn't count; None if it does.

    Where both say the same by now, as after the operator took it over, nothing differs.
    """
    if not kept.readable:
        return "unreadable"
    if kept.thing != declared and kept.over != digest(declared):
        return "changed"
    known = _known(model, kept.kind)
    if kept.thing and not known.issuperset(targets_of(kept.kind, kept.thing, kept.role)):
        return "unknown"
    return None


def _known(model: Model, kind: ThingKind) -> set[str]:
    """What a thing of this kind may be for."""
    if kind == "person":
        return set(model.roles)
    titles = set(model.titles())
    return titles if kind == "contact" else titles - {EVERYONE, OPERATOR}


def known_targets(model: Model, kind: ThingKind) -> dict[str, str]:
    """The same with titles, in the order of the model."""
    known = _known(model, kind)
    return {each: title for each, title in model.titles().items() if each in known}


def _merged(declared: Mapping[Key, Item], counts: Mapping[Key, Kept]) -> dict[Key, Item]:
    """Every thing with what counts of the page: in place of what is declared, or at the end."""
    found = {}
    for key in dict.fromkeys((*declared, *counts)):
        kept = counts.get(key)
        if kept is None:
            found[key] = declared[key]
        elif kept.thing:
            found[key] = Item(*key, kept.thing, kept.role)
    return found


def _with(file: Declaration, laid: Iterable[Item], counts: Mapping[Key, Kept]) -> Declaration:
    """A declaration with other things in it; `counts` are those that are of the page."""
    people: dict[str, tuple[Person, ...]] = {}
    things = []
    for item in laid:
        things.append(item.thing)
        if isinstance(item.thing, Person):
            people[item.role] = (*people.get(item.role, ()), item.thing)
    return replace(
        file,
        contacts=tuple(each for each in things if isinstance(each, Contact)),
        people=people,
        links=tuple(dict.fromkeys(each for each in things if isinstance(each, Link))),
        ages={kept.thing: kept.at for kept in counts.values() if kept.thing},
    )


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
