"""The activity log: who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ...coverage.snapshot import Snapshot
from ...domain.model import Role, Viewer
from ...ledger.entry import Entry
from ...ledger.sentences import by_whom, sentence


@dataclass(frozen=True)
class LedgerPage:
    """Entries, newest first, each with its sentence and by whom.

    `older` is the query that leads on, `query` the filter as one.
    """

    lines: tuple[tuple[Entry, str, str], ...]
    roles: tuple[Role, ...]
    wanted: Mapping[str, str]
    older: str
    query: str


def ledger_page(
    snapshot: Snapshot,
    _viewer: Viewer,
    entries: Sequence[Entry],
    wanted: Mapping[str, str],
    most: int,
) -> LedgerPage:
    """A page of the ledger, for the filter `wanted`."""
    model = snapshot.declaration.model
    query = {name: value for name, value in wanted.items() if value and name != "before"}
    more = {**query, "before": str(entries[-1].number)} if len(entries) == most else {}
    return LedgerPage(
        lines=tuple((each, sentence(each, model), by_whom(each)) for each in entries),
        roles=tuple(model.roles[each] for each in snapshot.declaration.groups),
        wanted=wanted,
        older=urlencode(more),
        query=urlencode(query),
    )
