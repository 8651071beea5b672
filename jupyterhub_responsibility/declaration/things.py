"""Contacts, people and links as they are kept on the page: in the format of the file, and checked
by the same types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from ..domain.kept import Kept, Thing, ThingKind, known_targets
from ..domain.model import Contact, Link, Model, Person
from ..errors import Fault
from . import dump_thing
from .entries import ContactEntry, Entry, LinkEntry, PersonEntry
from .shape import did_you_mean, typed
from .source import Source

ENTRIES: dict[ThingKind, tuple[type[Entry], type[Contact] | type[Person] | type[Link]]] = {
    "contact": (ContactEntry, Contact),
    "person": (PersonEntry, Person),
    "link": (LinkEntry, Link),
}
"""For each kind of thing, the type that checks it in the file, and what is made of it."""


def fields_of(thing: Thing) -> dict[str, Any]:
    """A thing as plain data, in the format of the file."""
    return dump_thing(thing)


def thing_of(kind: ThingKind, fields: Mapping[str, Any]) -> tuple[Thing | None, tuple[Fault, ...]]:
    """Plain data as a thing, or every fault of it: `path` is the key."""
    entry, made = ENTRIES[kind]
    source = Source(data=dict(fields))
    found = typed(source, entry)
    if source.faults:
        return None, tuple(source.faults)
    return made(**found.model_dump(exclude_none=True)), ()


def plain_of(kept: Kept) -> dict[str, Any]:
    """Something that is kept, as plain data; `fields` is JSON, empty for what is set aside."""
    return {
        "kind": kept.kind,
        "id": kept.id,
        "role": kept.role,
        "fields": json.dumps(fields_of(kept.thing)) if kept.thing else "",
        "over": kept.over,
        "by": kept.by,
        "by_created": kept.by_created,
        "at": kept.at.isoformat(),
        "entry": kept.number,
    }


def kept_of(plain: Mapping[str, Any]) -> Kept:
    """The same again, whatever another version of this service may have made of the fields."""
    thing: Thing | None = None
    if plain["fields"]:
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            thing, _ = thing_of(plain["kind"], json.loads(plain["fields"]))
    return Kept(
        kind=plain["kind"],
        id=plain["id"],
        role=plain["role"],
        thing=thing,
        over=plain["over"],
        by=plain["by"],
        by_created=plain["by_created"],
        at=datetime.fromisoformat(plain["at"]),
        number=plain["entry"],
        readable=not plain["fields"] or thing is not None,
    )


def faults_in(model: Model, kind: ThingKind, thing: Thing) -> tuple[Fault, ...]:
    """What of a thing doesn't fit the model of this hub."""
    known = known_targets(model, kind)
    targets = () if isinstance(thing, Person) else thing.targets
    return tuple(
        Fault(
            "for", f"there is no area, role or responsibility '{each}'", did_you_mean(each, known)
        )
        for each in targets
        if each not in known
    )
