"""What was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ...domain.model import Role
from ...ledger.entry import Entry
from ...ledger.sentences import sentence
from .subject import Subject


@dataclass(frozen=True)
class LedgerPage:
    """Entries, newest first; `older` is the query that leads on, `query` the filter as one."""

    title = "What was done"

    lines: tuple[tuple[Entry, str], ...]
    roles: tuple[Role, ...]
    wanted: Mapping[str, str]
    older: str
    query: str


def ledger_page(
    subject: Subject, entries: Sequence[Entry], wanted: Mapping[str, str], most: int
) -> LedgerPage:
    """A page of the ledger, for the filter `wanted`."""
    model = subject.declaration.model
    query = {name: value for name, value in wanted.items() if value and name != "before"}
    more = {**query, "before": str(entries[-1].number)} if len(entries) == most else {}
    return LedgerPage(
        lines=tuple((entry, sentence(entry, model)) for entry in entries),
        roles=tuple(model.roles[each] for each in subject.declaration.groups),
        wanted=wanted,
        older=urlencode(more),
        query=urlencode(query),
    )
