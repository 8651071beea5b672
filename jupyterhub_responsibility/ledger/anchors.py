"""Anchors: what somebody has kept of a ledger, read from wherever it stands.

A page, a file from the panel, a mail or a log says where the ledger ended then; an export has each
entry. `proof` compares them with what the ledger is now.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from io import StringIO
from typing import Any

from ..errors import LedgerError
from .chain import Head

Anchors = Mapping[int, frozenset[str]]
"""The digests that were kept, by the numbers of their entries: more than one of an entry can't be
right."""

NOTHING_KEPT: Anchors = {}

NOTHING_TO_COMPARE = "there is no entry in it to compare with"

COLUMNS = {"number", "previous", "digest"}
"""By these, an export of the ledger is known; files that only say where it ends have others."""

_ANCHOR = re.compile(r"(\d{1,9}) *[:,] *([0-9a-f]{64})", re.I)
"""As somebody copies it from where it is printed: `120:5b0c…`."""

_BREAK = r"(?:=?\r?\n[ \t>#]*)"
"""Where a long line was broken: in an address book, a mail or a page that was saved."""

_DIGEST = rf"[0-9a-f](?:{_BREAK}?[0-9a-f]){{63}}"

_WRITTEN = (
    re.compile(rf"(?<!\w)(\d{{1,9}})\s*[:,][\s>=`*\"']*({_DIGEST})(?![0-9a-z])", re.I),
    re.compile(rf'"number"\s*:\s*(\d{{1,9}})\s*,\s*"digest"\s*:\s*"({_DIGEST})"', re.I),
)
"""As files, pages and logs say where the ledger ends: `entry 120, 5b0c…`, `120:5b0c…`, or JSON."""

_FOOT = re.compile(r"<p[^>]*\brsp-anchor\b.*?</p>", re.S)
"""Where a page of ours says so. Above it stands what people wrote, who may write anything."""

BYTE_ORDER = "\ufeff"


def anchor(said: str) -> Head | None:
    """An anchor as somebody types it, `NUMBER:DIGEST`; None where it isn't one."""
    found = _ANCHOR.fullmatch(said.strip())
    return (int(found[1]), found[2].lower()) if found and int(found[1]) else None


def kept_in(text: str) -> list[Head]:
    """The anchors in whatever somebody has kept.

    Of an export of the ledger, every line has to be one. Of anything else, such as a page, a file
    from the panel, a mail or a log, it is all that say where the ledger ended. Raises LedgerError
    where there is none.
    """
    lines = [*StringIO(text.removeprefix(BYTE_ORDER), newline="")]  # as files have them
    if lines and _begins_export(lines[0]):
        return of_export(lines)
    found = dict.fromkeys((*_in_json(text, lines), *written_in(text)))
    if not found:
        raise LedgerError(NOTHING_TO_COMPARE)
    return [*found]


def written_in(text: str) -> list[Head]:
    """The anchors that are written out in a text or a page, in their order; none where there is
    none."""
    text = "\n".join(_FOOT.findall(text)) or text
    plain = unescape(re.sub(r"<[^<>]*>", " ", re.sub(r"<wbr ?/?>|\xad|&shy;", "", text)))
    # as it is, too: not every < begins a tag
    found = (match for each in (plain, text) for form in _WRITTEN for match in form.finditer(each))
    said = (f"{match[1]}:{re.sub('[^0-9a-f]', '', match[2], flags=re.I)}" for match in found)
    return [entry for each in dict.fromkeys(said) if (entry := anchor(each))]


def of_export(lines: Iterable[str]) -> list[Head]:
    """The anchors in an export of the ledger, as JSON Lines or CSV: one for each of its entries.

    Raises LedgerError, which says in which line something else is.
    """
    said = [*lines]
    rows = _json_rows(said) if said and said[0].startswith("{") else _csv_rows(said)
    found = []
    try:
        for line, number, digest in rows:
            entry = anchor(f"{number}:{digest}") or anchor(f"{number}")
            if entry is None:
                raise LedgerError(f"line {line} is not from an export of the ledger")
            found.append(entry)
    except csv.Error as error:
        raise LedgerError("it is not an export of the ledger") from error
    if not found:
        raise LedgerError(NOTHING_TO_COMPARE)
    return found


def gathered(anchors: Iterable[Head]) -> Anchors:
    """Anchors from several places, by the numbers of their entries."""
    found: dict[int, frozenset[str]] = {}
    for number, digest in anchors:
        found[number] = found.get(number, frozenset()) | {digest}
    return found


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, object, object]]:
    for at, line in enumerate(lines, 1):
        entry = _parsed(line)
        said = entry if isinstance(entry, dict) else {}
        yield at, said.get("number"), said.get("digest")


def _begins_export(line: str) -> bool:
    """Whether a file that begins so is an export of the ledger: an entry, or the names of what
    there is of one."""
    if line.startswith("{"):
        entry = _parsed(line)
        return isinstance(entry, dict) and entry.keys() >= COLUMNS
    return {*re.split("[,;\t]", line.strip())} >= COLUMNS


def _in_json(text: str, lines: Iterable[str]) -> Iterator[Head]:
    """The anchors in a file of JSON, or in lines of a log that are."""
    whole = _parsed(text)
    said = [whole] if whole is not None else [_parsed(x) for x in lines if x.startswith("{")]
    while said:
        each = said.pop()
        if isinstance(each, dict):
            if entry := anchor(f"{each.get('number')}:{each.get('digest')}"):
                yield entry
            said += each.values()
        elif isinstance(each, list):
            said += each


def _parsed(said: str) -> Any:
    """What JSON says; None where it isn't JSON."""
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return None


def _csv_rows(lines: list[str]) -> Iterator[tuple[int, object, object]]:
    separator = max(",;\t", key="".join(lines[:1]).count)
    plain = (line.removeprefix(BYTE_ORDER) for line in lines)
    rows = csv.DictReader(plain, delimiter=separator)
    for row in rows:
        yield rows.line_num, row.get("number"), row.get("digest")
