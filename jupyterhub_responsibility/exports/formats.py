"""Exports as files: CSV for people with a spreadsheet, JSON for programs.

The types say what is in them; both formats have the same columns. `table` in the docs is made
from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal

from typing_extensions import TypedDict

from ..coverage.snapshot import Snapshot
from ..domain.logins import KnownFrom
from ..ledger.chain import Head
from ..text import iso
from . import spreadsheet
from .lines import Confirmed, ContactLine, Held, HolderLine, contact_lines, holder_lines

BYTE_ORDER = "\ufeff"
"""Without it, the most common spreadsheet takes UTF-8 for something else."""


KNOWN_FROM = (
    "`hub`, `declaration` or `page`: what `as_of` is about; `login`: the login service told it at a"
    " login; `check`: at a login, or when the hub asked it again"
)
UNSEEN_SINCE = (
    "since when the hub has not seen them, where that is so long that nobody can tell whether they"
    " still hold it"
)
"""What is said alike of holders, here and on several hubs."""


class HolderRow(TypedDict):
    """A holder of a role; a role that nobody holds has a row as well."""

    role: Annotated[str, "the id of the role"]
    title: Annotated[str, "what the role is called"]
    name: Annotated[str, "the account, or the name of a person without one"]
    display_name: Annotated[
        str | None, "what the person with the account is called, where that is known"
    ]
    kind: Annotated[
        Held, "`account`, `person`, `nobody`, or `unknown` while the hub doesn't say who holds it"
    ]
    through: Annotated[str, "the groups of the hub, separated by commas; `declaration` or `page`"]
    since: Annotated[str | None, "when the account was appointed here"]
    until: Annotated[str | None, "the last day of its term"]
    confirmed: Annotated[
        Confirmed | None,
        "whether they have confirmed the duties: `confirmed`, `due`, `never`, `denied` by somebody"
        " without an account who says that they don't hold the role, or `unknown` until the ledger"
        " has been read; empty for whoever has no account and was never asked",
    ]
    confirmed_at: Annotated[str | None, "when they last confirmed them"]
    as_of: Annotated[
        str | None,
        "when that was read from the hub, or declared; where the login service told it, no later"
        " than when, or nothing where that is not known",
    ]
    known_from: Annotated[KnownFrom | None, f"{KNOWN_FROM}; nothing where it is unknown"]
    unseen_since: Annotated[str | None, UNSEEN_SINCE]
    leaving: Annotated[
        str | None,
        "when it was decided that they go, where that has to be done elsewhere, and isn't yet",
    ]


ContactRow = TypedDict(
    "ContactRow",
    {
        "id": Annotated[str, "the id of a contact, or the account of a holder"],
        "kind": Annotated[
            Literal["contact", "account", "person"],
            "`contact`, `account` for a holder, as they say themselves, or `person` for one without"
            " an account",
        ],
        "name": Annotated[str, "the name of the contact or person"],
        "for": Annotated[list[str], "titles of the areas, roles and responsibilities it is for"],
        "email": Annotated[str, "email address"],
        "telephone": Annotated[str, "telephone number"],
        "url": Annotated[str, "web address"],
        "chat": Annotated[str, "where they are in a chat"],
        "through": Annotated[str, "how else to get to them"],
        "hours": Annotated[str, "when somebody answers"],
        "languages": Annotated[list[str], "language codes"],
        "review_by": Annotated[
            str | None, "the review date: by then, somebody should check that this is still right"
        ],
        "as_of": Annotated[
            str | None,
            "when that was declared; for an account, how old the roles are, as for holders",
        ],
    },
)


class LedgerEnd(TypedDict):
    """The last entry of the ledger, and its digest: with these, it shows if what was recorded by
    then is changed later."""

    number: int
    digest: str


class HoldersFile(TypedDict):
    """Who holds which role. `trouble` says why the hub was not read lately, if so. `as_of` is null
    where the login service decides who is in all groups: each row has its own."""

    made_at: str
    as_of: str | None
    trouble: str | None
    ledger_read: bool
    holders: list[HolderRow]
    ledger: LedgerEnd | None


class ContactsFile(TypedDict):
    """Whom to ask about what."""

    made_at: str
    as_of: str
    contacts: list[ContactRow]
    ledger: LedgerEnd | None


def ledger_end(head: Head | None) -> LedgerEnd | None:
    """Where the ledger ends, as plain data."""
    return {"number": head[0], "digest": head[1]} if head else None


def holder_row(line: HolderLine) -> HolderRow:
    """A holder as plain data."""
    return {
        "role": line.role.id,
        "title": line.role.title,
        "name": line.name,
        "display_name": line.display_name or None,
        "kind": line.kind,
        "through": line.source if line.kind == "person" else ", ".join(line.through),
        "since": iso(line.since),
        "until": line.until.isoformat() if line.until else None,
        "confirmed": line.confirmed,
        "confirmed_at": iso(line.confirmed_at),
        "as_of": iso(line.as_of),
        "known_from": line.known_from,
        "unseen_since": iso(line.unseen),
        "leaving": iso(line.leaving),
    }


def contact_row(line: ContactLine) -> ContactRow:
    """A contact as plain data."""
    return {
        "id": line.id,
        "kind": line.kind,
        "name": line.name,
        "for": list(line.about),
        "email": line.email,
        "telephone": line.telephone,
        "url": line.url,
        "chat": line.chat,
        "through": line.through,
        "hours": line.hours,
        "languages": list(line.languages),
        "review_by": line.review_by.isoformat() if line.review_by else None,
        "as_of": iso(line.as_of),
    }


def holders_json(snapshot: Snapshot, now: datetime) -> str:
    """Who holds which role, for programs."""
    said: HoldersFile = {
        "made_at": iso(now),
        "as_of": iso(snapshot.as_of),
        "trouble": snapshot.roster.trouble or None,
        "ledger_read": snapshot.ledger_read,
        "holders": [holder_row(line) for line in holder_lines(snapshot)],
        "ledger": ledger_end(snapshot.ledger_end),
    }
    return _json(said)


def contacts_json(snapshot: Snapshot, origin: str, now: datetime) -> str:
    """Whom to ask, for programs."""
    declaration = snapshot.declaration
    said: ContactsFile = {
        "made_at": iso(now),
        "as_of": iso(declaration.as_of),
        "contacts": [contact_row(line) for line in contact_lines(snapshot, origin)],
        "ledger": ledger_end(snapshot.ledger_end),
    }
    return _json(said)


def holders_csv(snapshot: Snapshot) -> str:
    """Who holds which role, for a spreadsheet."""
    return _csv(HolderRow, map(holder_row, holder_lines(snapshot)), snapshot.ledger_end)


def contacts_csv(snapshot: Snapshot, origin: str) -> str:
    """Whom to ask, for a spreadsheet."""
    lines = contact_lines(snapshot, origin)
    return _csv(ContactRow, map(contact_row, lines), snapshot.ledger_end)


def _json(said: Mapping[str, object]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _csv(kind: type, rows: Iterable[Mapping[str, object]], head: Head | None) -> str:
    """A table whose last column says in every row where the ledger ends: a table has no foot. If
    there is no row, one says that alone."""
    columns, end = list(kind.__annotations__), f"{head[0]}:{head[1]}" if head else ""
    cells = [[*(cell(row[column]) for column in columns), end] for row in rows]
    if end and not cells:
        cells = [[*("" for _ in columns), end]]
    return BYTE_ORDER + "".join(map(spreadsheet.line, [[*columns, "ledger"], *cells]))


def cell(value: object) -> str:
    """A value as it stands in a table: nothing where it isn't known."""
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, list) else str(value)
