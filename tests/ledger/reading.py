"""Entries again, from the lines of an export."""

from __future__ import annotations

import json

from jupyterhub_responsibility.ledger.chain import canonical
from jupyterhub_responsibility.ledger.entry import Entry, Part


def entry_of(line: str) -> Entry:
    """An entry again, from its line."""
    values = json.loads(line)
    parts, details = values.pop("parts"), values.pop("details")
    texts = {"actor": values.pop("actor"), "person": values.pop("person"), **details}
    return Entry(
        **values,
        stated=canonical({name: text for name, text in details.items() if name not in parts}),
        sealed=canonical({name: part["digest"] for name, part in parts.items()}),
        parts={
            name: Part(part.get("salt"), texts.get(name), part.get("erasure"))
            for name, part in parts.items()
        },
    )
