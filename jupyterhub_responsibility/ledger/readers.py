"""Who reads what: an entry is for those who decide on its role, and for those whom it is about.

A request, with what somebody wrote in it, reaches those who decide on that role, the person who
asked, and the person who is proposed: nobody else, whatever other role they decide on. So does the
answer to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.model import Viewer
from ..domain.rules import Rules
from .entry import Entry, storable
from .kinds import CONCERNED, PartName

NO_ROLE = ""
"""Stands among the roles of a reader for entries that are about none."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who doesn't see everything: what is about one of the `roles`, and about themselves.

    That is their account, `name`, in entries after number `after` (until then, another account had
    the name) and not before `since`, when it was made. Who has no name sees nothing as theirs.
    """

    name: str = ""
    roles: frozenset[str] = frozenset()
    since: str = ""
    after: int = 0


def reader_of(rules: Rules, viewer: Viewer, after: int) -> Reader | None:
    """What somebody may read in the ledger; None if that is everything."""
    if rules.reads_everything(viewer):
        return None
    no_role = {NO_ROLE} if rules.may(viewer, "adders") else set()
    return own(viewer, after, rules.decides_on(viewer) | no_role)


def own(viewer: Viewer, after: int, roles: frozenset[str] = frozenset()) -> Reader:
    """Somebody who reads what is about themselves, and about these roles."""
    name = storable(viewer.name) if viewer.kind == "user" else ""
    return Reader(name, roles, viewer.created, after)


def may_read(reader: Reader | None, deed: Iterable[Entry]) -> bool:
    """Whether somebody sees what was done: the entry that it began with, and its endings.

    Who may see one of them may see them all.
    """
    return reader is None or any(
        entry.role in reader.roles or is_about(reader, entry) for entry in deed
    )


def is_about(reader: Reader, entry: Entry) -> bool:
    """Whether an entry is about the reader."""
    theirs = entry.number > reader.after and entry.at >= reader.since
    return theirs and any(
        reader.name == _name(entry, part) and _concerns(part, entry) for part in CONCERNED
    )


def _concerns(part: PartName, entry: Entry) -> bool:
    """Whether whoever is named in this part of an entry is concerned by it as an account.

    Programs, and operators, may have the name of one. A request that has ended by itself was about
    an account that is gone: whoever has its name now is somebody else.
    """
    if part == "actor":
        return entry.actor_kind == "user"
    return entry.event != "decision" or entry.actor_kind != "service"


def _name(entry: Entry, part: PartName) -> str | None:
    there = entry.parts.get(part)
    return there.text if there else None
