"""Entries as lines of a file: JSON Lines, and CSV that a spreadsheet can open safely."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields

from ..ledger.entry import Entry
from . import spreadsheet

COLUMNS = [field.name for field in fields(Entry)]


def json_line(entry: Entry) -> str:
    """An entry as one line of JSON, with everything that its digest covers."""
    return json.dumps(asdict(entry) | {"details": entry.facts}, ensure_ascii=False) + "\n"


def csv_line(entry: Entry) -> str:
    """An entry as one line of CSV; a spreadsheet would take some names for formulas."""
    return spreadsheet.line("" if value is None else str(value) for value in asdict(entry).values())


FORMATS: dict[str, tuple[str, Callable[[Entry], str], str]] = {
    "jsonl": ("application/jsonl; charset=utf-8", json_line, ""),
    "csv": ("text/csv; charset=utf-8", csv_line, spreadsheet.line(COLUMNS)),
}
"""Format → media type, one line, and what comes before the first."""
