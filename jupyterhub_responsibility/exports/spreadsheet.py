"""Lines of CSV that a spreadsheet can open safely."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_FORMULA = re.compile(r"(\A|[;\t\r\n])(?=\"*[=+\-@＝＋－＠])")
"""Where a formula would begin: in a cell, or in what becomes one where a spreadsheet separates
cells otherwise, as it does in many languages."""


def line(values: Iterable[str]) -> str:
    """Values as one line, with its end; what would be taken for a formula starts with a `'`."""
    text = io.StringIO()
    csv.writer(text).writerow(map(_plain, values))
    return text.getvalue()


def _plain(value: str) -> str:
    guarded = _FORMULA.sub(r"\1'", value)
    return f"'{guarded}" if guarded.startswith(("\t", "\r", "\n")) else guarded
