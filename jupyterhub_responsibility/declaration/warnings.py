"""What is right as it stands, and makes poor pages: said by `check`, and in nobody's way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from ..domain.model import EVERYONE
from ..errors import Fault
from .draft import Draft
from .source import Location, Source, short

PLACEHOLDERS = {
    "community": "Our community",
    "provider": "Our provider",
    "person": "Ada Example",
    "account": "ada@example.org",
    "domain": "example.org",
}
"""What `init` writes where something of the hub's own has to stand, by what it stands for."""

_DOMAIN = re.compile(rf"(^|[@/.]){re.escape(PLACEHOLDERS['domain'])}\b")


def warnings(draft: Draft) -> Iterator[Fault]:
    """Every warning about the operator's own file; in the form of a fault, which it isn't."""
    source = draft.root.source
    found = _empty(source), _placeholders(source), _patterns(draft), _places(source)
    return chain(*found, _contacts(draft))


def _empty(source: Source) -> Iterator[Fault]:
    if source.data == {}:
        fix = "Start with what 'jupyterhub-responsibility init' writes"
        yield source.fault((), "the file is empty", fix)


def _placeholders(source: Source) -> Iterator[Fault]:
    for location, text in _texts(source.data, ()):
        if text in PLACEHOLDERS.values() or _DOMAIN.search(text):
            message = f"'{short(text)}' is only an example"
            yield source.fault(location, message, "Write your own, or take it out")


def _texts(value: Any, at: Location) -> Iterator[tuple[Location, str]]:
    """Every text in a document, with its place."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*at, index))


def _patterns(draft: Draft) -> Iterator[Fault]:
    for role in draft.roles.values():
        for index, group in enumerate(role.get("groups", ())):
            if "*" in group:
                message = f"'{short(group)}' is one group, whose name has a '*' in it"
                yield role.fault("groups", message, "Name each group that you mean", index)


def _places(source: Source) -> Iterator[Fault]:
    said = source.data.get("manage_at") if isinstance(source.data, dict) else None
    for index, place in enumerate(said[:-1] if isinstance(said, list) else ()):
        if isinstance(place, dict) and not place.get("groups"):
            message = "this place is for every group, so that those after it never count"
            yield source.fault(("manage_at", index), message, "Put it last")
            return


def _contacts(draft: Draft) -> Iterator[Fault]:
    said = draft.root.source.data
    unread = not isinstance(said, dict) or (said.get("contacts") and not draft.contacts)
    if unread or any(EVERYONE in contact.get("targets", ()) for contact in draft.contacts):
        return
    fix = "Add one with 'for: [everyone]'"
    yield draft.root.source.fault(
        ("contacts",), "there is no contact for everyone, whatever they ask", fix
    )
