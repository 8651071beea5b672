"""Declarations for these tests, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.declaration.entries import DeclarationEntry
from jupyterhub_responsibility.domain.model import Declaration
from jupyterhub_responsibility.errors import DeclarationError, Fault

MINIMAL: dict[str, Any] = {
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["community-reps"]},
    }
}

WHOLE: dict[str, Any] = {
    "title": "Library",
    "model": "none",
    "community": {"name": "Readers", "url": "https://readers.example"},
    "provider": {"name": "Keepers", "url": "/hub/home", "staff": ["kim", "sasha"]},
    "roles": {
        "reader": {
            "title": "Reader",
            "summary": "Reads.",
            "description": "Reads all day.",
            "filled_by": "Whoever can read.",
            "holders": {"min": 1, "max": 3},
            "mapped": True,
            "adds_users": True,
            "groups": ["readers", "guests"],
            "initial": ["rita"],
            "people": [
                {
                    "name": "Professor Marlow",
                    "email": "marlow@readers.example",
                    "telephone": "+49 40 123456",
                    "url": "https://readers.example/marlow",
                    "review_by": "2027-06-30",
                }
            ],
            "scopes": ["list:users"],
            "on_term_end": "withdraw",
            "confirm_every": 6,
            "seen_within": 30,
        },
        "keeper": {"title": "Keeper", "appointed_by": ["reader"], "starts_with": ["reader"]},
    },
    "areas": {
        "shelves": {
            "title": "Shelves",
            "goal": "Every book in its place.",
            "split": "shared",
            "note": "Readers put back what they take.",
            "responsibilities": [
                {
                    "id": "dust",
                    "title": "Dust",
                    "description": "Keep the books clean.",
                    "topics": ["dusty book"],
                    "accountable": "keeper",
                    "performed_by": ["keeper", "reader"],
                    "needs": ["list:users", "custom:dusters"],
                    "split": "provider",
                }
            ],
        }
    },
    "contacts": [
        {
            "id": "desk",
            "name": "Desk",
            "for": ["everyone", "dust", "shelves", "keeper"],
            "email": "desk@keepers.example",
            "telephone": "040 123",
            "url": "https://keepers.example/desk",
            "hours": "Mon–Fri 9–17",
            "languages": ["en", "pt-BR"],
            "topics": ["lost book"],
            "review_by": "2027-06-30",
            "public": True,
        }
    ],
    "links": [{"title": "Rules", "url": "https://keepers.example/rules", "for": ["shelves"]}],
    "manage_at": [
        {
            "groups": "{shelf}:{row}",
            "url": "https://keepers.example/{shelf}/{row}?group={group}",
            "who": "Sasha",
            "how": "Ask for the key.",
            "email": "sasha@keepers.example",
            "within": 7,
        }
    ],
    "messages": {
        "appointed": ["person", "community"],
        "withdrawn": ["person"],
        "proposed": ["person"],
        "request": ["deciders"],
        "decided": ["person"],
        "term_changed": ["person", "community"],
        "term_ends": ["person", "deciders"],
        "term_ended": ["deciders"],
        "duties_changed": ["person"],
        "confirmation_due": [],
        "vacant": ["community"],
        "contact_review": ["deciders"],
        "power": ["deciders", "community"],
        "taken_back": ["person"],
        "to_do": ["manager"],
        "called_off": ["manager"],
    },
    "names": {"rita": "Rita Marlow"},
}
"""Every key that there is but `remove`, with a model of its own: quick to load."""


def declare(**changes: Any) -> dict[str, Any]:
    """The smallest declaration, with other keys; `roles` are added to its roles."""
    declared = deepcopy(MINIMAL)
    declared["roles"].update(changes.pop("roles", {}))
    return {**declared, **changes}


def write(folder: Path, text: str, name: str = "responsibilities.yaml") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def faults(declared: dict[str, Any] | Path) -> tuple[Fault, ...]:
    """What is wrong with a declaration."""
    try:
        load(declared)
    except DeclarationError as error:
        return error.faults
    return ()


ROLES = """\
roles:
  hub-administrator:
    groups: [hub-admins]
  community-representative:
    groups: [community-reps]
"""
"""The smallest declaration, as the first five lines of a file."""


def the_fault(folder: Path, text: str) -> Fault:
    """The one fault of a file; as a dict, the same content has the same, without a line."""
    path = write(folder, text)
    (fault,) = faults(path)
    (same,) = faults(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert fault == replace(same, source=str(path), line=fault.line)
    assert (same.source, same.line) == ("", None)
    return fault


def hub(**changes: Any) -> Declaration:
    """The smallest declaration with other keys, loaded."""
    return load(declare(**changes))


def entry_types(entry: type[BaseModel] = DeclarationEntry) -> Iterator[type[BaseModel]]:
    """The types of the declaration, from the top down."""
    yield entry
    for field in entry.model_fields.values():
        inner = entry_in(field.annotation)
        if inner:
            yield from entry_types(inner)


def entry_in(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) is None and isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    return next(filter(None, map(entry_in, get_args(annotation))), None)


def keys_used(entry: type[BaseModel], data: Any) -> Iterator[tuple[str, str]]:
    """Which keys of which types a piece of YAML uses."""
    for name, field in entry.model_fields.items():
        key = field.alias or name
        if key not in data:
            continue
        yield entry.__name__, key
        inner, value = entry_in(field.annotation), data[key]
        several = isinstance(value, list) or (isinstance(value, dict) and key in ("roles", "areas"))
        parts = value if isinstance(value, list) else value.values() if several else [value]
        for part in parts if inner else ():
            yield from keys_used(inner, part)


def keys_there_are() -> set[tuple[str, str]]:
    """Every key of every part of the declaration."""
    return {
        (entry.__name__, field.alias or name)
        for entry in entry_types()
        for name, field in entry.model_fields.items()
    }
