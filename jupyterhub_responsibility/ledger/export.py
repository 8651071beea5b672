"""Entries as lines of a file: JSON Lines, and CSV that a spreadsheet can open safely."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict, fields

from .entry import Entry

COLUMNS = [field.name for field in fields(Entry)]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def json_line(entry: Entry) -> str:
    """An entry as one line of JSON, with everything that its digest covers."""
    return json.dumps(asdict(entry) | {"details": entry.facts}, ensure_ascii=False) + "\n"


def csv_line(entry: Entry) -> str:
    """An entry as one line of CSV; a spreadsheet would take some names for formulas."""
    return _csv(["" if value is None else _plain(str(value)) for value in asdict(entry).values()])


def _plain(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _csv(values: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


FORMATS: dict[str, tuple[str, Callable[[Entry], str], str]] = {
    "jsonl": ("application/jsonl; charset=utf-8", json_line, ""),
    "csv": ("text/csv; charset=utf-8", csv_line, _csv(COLUMNS)),
}
"""Format → media type, one line, and what comes before the first."""
