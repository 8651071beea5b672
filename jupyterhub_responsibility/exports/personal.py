"""Everything that is stored of one person, for whoever asks for their data."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..ledger.chain import Head
from ..ledger.entry import Entry, known
from ..ledger.forgetting import ALWAYS, Traces
from ..ledger.gap_spans import Span
from ..text import iso
from .formats import ledger_end


def about(found: Traces, gaps: Iterable[Span], end: Head | None) -> str:
    """As JSON: their names, the entries that they are in, or that are written of them, the gaps
    that name them, and where the ledger ends."""
    concerned = {number for number, _ in found.taken}
    said = {
        "names": [
            {"name": name, "until_entry": None if last == ALWAYS else last}
            for name, last in found.names.items()
        ],
        "entries": [_entry(entry) for entry in found.entries if entry.number in concerned],
        "gaps": [
            {
                "kind": gap.key[0],
                "about": gap.key[1],
                "since": iso(gap.since),
                "until": iso(gap.until),
            }
            for gap in gaps
        ],
        "ledger": ledger_end(end),
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


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
