"""Everything that is stored of one person, for whoever asks for their data."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping

from ..ledger.bearers import ALWAYS
from ..ledger.chain import Head
from ..ledger.entry import Entry, known
from ..ledger.forgetting import Traces
from ..text import iso
from .formats import ledger_end


def about(found: Traces, readings: Mapping[str, str], end: Head | None) -> str:
    """As JSON: which accounts had the name that was asked for, all their names, the entries that
    they are in, or that are written of them, the gaps that name them, how they can be reached,
    what was last read of them on the hub (`readings` by name, as they are stored), and where the
    ledger ends."""
    concerned = {number for number, _ in found.taken}
    said = {
        "accounts": [
            {"made": each.made or None, "until_entry": _until(each.last)} for each in found.accounts
        ],
        "names": [
            {"name": name, "until_entry": _until(last)} for name, last in found.names.items()
        ],
        "entries": [_entry(entry) for entry in found.entries if entry.number in concerned],
        "gaps": [
            {
                "kind": gap.key[0],
                "about": gap.key[1],
                "since": iso(gap.since),
                "until": iso(gap.until),
            }
            for gap in found.gaps
        ],
        "channels": [
            {"kind": each.name, "text": each.text, "audience": each.audience}
            for each in found.channels
        ],
        "readings": [
            {"where": where, "says": said}
            for name, value in readings.items()
            for where, said in _said_of(name, _read(value), set(found.now))
        ],
        "ledger": ledger_end(end),
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _read(value: str) -> object:
    """What was read, as far as it is JSON."""
    try:
        return json.loads(value)
    except ValueError:
        return None


def _said_of(where: str, value: object, names: Container[str]) -> Iterator[tuple[str, object]]:
    """What stands under one of these names, or just the name, and where."""
    if isinstance(value, dict):
        for key, said in value.items():
            if key in names:
                yield where, said
            else:
                yield from _said_of(f"{where}.{key}", said, names)
    elif isinstance(value, list):
        for each in value:
            yield from _said_of(where, each, names)
    elif isinstance(value, str) and value in names:
        yield where, value


def _until(last: int) -> int | None:
    return None if last == ALWAYS else last


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at,
        "event": entry.event,
        "actor": known(entry.actor),
        "actor_kind": entry.actor_kind,
        "person": known(entry.person),
        "role": entry.role or None,
        "group": entry.group or None,
        "details": entry.facts,
    }
