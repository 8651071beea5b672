"""What is kept on the page of contacts, for the hub's own pages: its service says it to the hub,
and to nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..declaration.things import kept_of, plain_of
from ..domain.kept import Kept

PATH = "hub-contacts"
"""Where the service says it, below its prefix."""

MOST = 4 * 1024 * 1024
"""Bytes that the hub reads; there are never so many."""


def written(kept: Iterable[Kept]) -> str:
    """What the service says: contacts alone, and not who wrote them."""
    contacts = (plain_of(each) for each in kept if each.kind == "contact")
    return json.dumps({"kept": [{**each, "by": "", "by_created": ""} for each in contacts]})


def read(said: bytes) -> tuple[Kept, ...] | None:
    """The same again; None where it is something else."""
    try:
        return tuple(kept_of(each) for each in json.loads(said)["kept"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
