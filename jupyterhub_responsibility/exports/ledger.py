"""Entries as lines of a file: JSON Lines, and CSV that a spreadsheet can open safely."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from ..ledger.chain import canonical
from ..ledger.entry import Entry, Part, known
from . import spreadsheet

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
    cover."""
    said = {
        "number": entry.number,
        "at": entry.at,
        "event": entry.event,
        "actor_kind": entry.actor_kind,
        "role": entry.role,
        "group": entry.group,
        "intent": entry.intent,
        "details": json.loads(entry.stated),
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


def _opened(part: Part | None) -> dict[str, object]:
    """What is there of a part: salt and text, or the number of the entry that erased it."""
    return (
        {name: value for name, value in asdict(part).items() if value is not None} if part else {}
    )


FORMATS: dict[str, tuple[str, Callable[[Entry], str], str]] = {
    "jsonl": ("application/jsonl; charset=utf-8", json_line, ""),
    "csv": ("text/csv; charset=utf-8", csv_line, spreadsheet.line(COLUMNS)),
}
"""Format → media type, one line, and what comes before the first."""
