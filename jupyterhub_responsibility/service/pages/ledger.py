"""The activity log: who did what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from ...coverage.snapshot import Snapshot
from ...domain.model import Model, Role, Viewer
from ...domain.names import Names
from ...ledger.deeds import Run
from ...ledger.kinds import KINDS
from ...ledger.sentences import deed_sentence, run_sentence, within_run

FEW = 3
"""So many that are alike have a line each; of more, one line stands for all."""


@dataclass(frozen=True)
class LogLine:
    """Something that was done, and when; `each` has those for whom the line stands, where they are
    many, and `since` is when the first of them was."""

    at: datetime
    says: str
    since: datetime
    each: tuple[str, ...] = ()


@dataclass(frozen=True)
class LedgerPage:
    """What was done, newest first, a line each; `everything` if the viewer may see all there is.

    `kinds` are what there is to read about, by name; `older` is the query that leads on, and
    `query` the filter as one.
    """

    lines: tuple[LogLine, ...]
    roles: tuple[Role, ...]
    kinds: tuple[tuple[str, str], ...]
    wanted: Mapping[str, str]
    older: str
    query: str
    everything: bool
    forgets: bool = False
    """Whether the viewer may erase what is recorded about a person."""


def ledger_page(
    snapshot: Snapshot,
    viewer: Viewer,
    runs: Sequence[Run],
    wanted: Mapping[str, str],
    more: bool,
) -> LedgerPage:
    """A page of the ledger, for the filter `wanted`; `more` is whether there is something older."""
    model = snapshot.declaration.model
    query = {name: value for name, value in wanted.items() if value and name != "before"}
    older = {**query, "before": str(runs[-1][-1].began.number)} if more else {}
    return LedgerPage(
        lines=tuple(line for run in runs for line in log_lines(run, model, snapshot.names)),
        roles=tuple(model.roles[each] for each in snapshot.declaration.groups),
        kinds=tuple((name, kind.title) for name, kind in KINDS.items()),
        wanted=wanted,
        older=urlencode(older),
        query=urlencode(query),
        everything=snapshot.rules.reads_everything(viewer),
        forgets=snapshot.rules.may(viewer, "admins"),
    )


def log_lines(run: Run, model: Model, names: Names) -> Iterator[LogLine]:
    """What is read as one, in a line; what is alike, but few, in a line each."""
    if len(run) > FEW:
        newest, oldest = run[0].began, run[-1].began
        each = tuple(within_run(deed, model, names) for deed in reversed(run))
        yield LogLine(newest.moment, run_sentence(run, model, names), oldest.moment, each)
        return
    for deed in run:
        at = deed.began.moment
        yield LogLine(at, deed_sentence(deed, model, names), at)
