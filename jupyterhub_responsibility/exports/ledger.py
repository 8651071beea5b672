"""Entries as lines of a file: JSON Lines, and CSV that a spreadsheet can open safely."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from ..ledger.chain import Head, canonical
from ..ledger.entry import Entry, Part, known
from ..text import is_erased
from . import spreadsheet
from .formats import ledger_end

COLUMNS = (
    "number",
    "at",
    "event",
    "actor",
    "actor_kind",
    "role",
    "group",
    "person",
    "intent",
    "details",
    "erased",
    "previous",
    "digest",
)


def json_line(entry: Entry) -> str:
    """An entry as one line of JSON, with everything that its digest, and those of its parts,
    cover. `parts` has the digest and the salt of what stands in `actor`, `person` and `details`, or
    the number of the entry that says that it was erased."""
    said = {
        "number": entry.number,
        "at": entry.at,
        "event": entry.event,
        "actor": _name(entry.actor),
        "actor_kind": entry.actor_kind,
        "role": entry.role,
        "group": entry.group,
        "person": _name(entry.person),
        "intent": entry.intent,
        "details": dict(sorted(entry.facts.items())),
        "parts": {
            name: {"digest": digest, **_opened(entry.parts.get(name))}
            for name, digest in json.loads(entry.sealed).items()
        },
        "previous": entry.previous,
        "digest": entry.digest,
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def csv_line(entry: Entry) -> str:
    """An entry as one line of CSV; a spreadsheet would take some names for formulas."""
    said = {
        "actor": known(entry.actor),
        "person": known(entry.person),
        "details": canonical(entry.facts),
        "erased": " ".join(entry.erased),
    }
    values = (said[name] if name in said else getattr(entry, name) for name in COLUMNS)
    return spreadsheet.line("" if value is None else str(value) for value in values)


def _name(name: str) -> str | None:
    """A name: empty where there is none, null where it was erased."""
    return None if is_erased(name) else name


def _opened(part: Part | None) -> dict[str, object]:
    """The salt of a part, or the number of the entry that erased it."""
    if part is None:
        return {}
    return {"salt": part.salt} if part.erasure is None else {"erasure": part.erasure}


def json_end(head: Head) -> str:
    """Where the ledger ends, as a line of JSON."""
    return json.dumps({"ledger": ledger_end(head)}) + "\n"


def csv_end(head: Head) -> str:
    """The same as a line of CSV, in the first column: no entry has such a number."""
    return spreadsheet.line([f"{head[0]}:{head[1]}", *("" for _ in COLUMNS[1:])])


class Format(NamedTuple):
    """How entries are written: the media type, one as a `line`, what comes before the `first`; and
    where the ledger ends, for a file without entries, which say that of themselves."""

    media_type: str
    line: Callable[[Entry], str]
    first: str
    end: Callable[[Head], str]


FORMATS: dict[str, Format] = {
    "jsonl": Format("application/jsonl; charset=utf-8", json_line, "", json_end),
    "csv": Format("text/csv; charset=utf-8", csv_line, spreadsheet.line(COLUMNS), csv_end),
}
"""Every format by its name."""
