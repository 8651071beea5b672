"""Entries again, from the lines of an export."""

from __future__ import annotations

import json

from jupyterhub_responsibility.ledger.chain import canonical
from jupyterhub_responsibility.ledger.entry import Entry, Part


def entry_of(line: str) -> Entry:
    """An entry again, from its line."""
    values = json.loads(line)
    opened, details = values.pop("parts"), values.pop("details")
    return Entry(
        **values,
        stated=canonical(details),
        sealed=canonical({name: part.pop("digest") for name, part in opened.items()}),
        parts={name: Part(**{"salt": None, "text": None, **part}) for name, part in opened.items()},
    )
