"""My data: what is recorded about the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...coverage.snapshot import Snapshot
from ...domain.model import Role, Viewer
from ...ledger.deeds import Run
from ...ledger.personal import HeldRole, personal
from ...ledger.state import Request
from .ledger import LogLine, log_lines


@dataclass(frozen=True)
class DataPage:
    """What is recorded about the viewer: what follows from it now, and what was done, newest first.

    `roles` are those that they hold, `requests` the open ones that they made or that are about
    them, each with its role; `older` is the entry before which to read on, None if there is none.
    """

    roles: tuple[tuple[HeldRole, Role], ...]
    requests: tuple[tuple[Request, Role], ...]
    lines: tuple[LogLine, ...]
    older: int | None

    @property
    def title(self) -> str:
        """For the browser's tab, and the heading."""
        return "My data"


def data_page(snapshot: Snapshot, viewer: Viewer, runs: Sequence[Run], more: bool) -> DataPage:
    """A page of what is recorded about the viewer; `more` is whether there is something older."""
    model, today = snapshot.declaration.model, snapshot.today
    known = personal(snapshot.ledger_state, snapshot.spans, viewer)
    return DataPage(
        roles=tuple((each, role) for each in known.roles if (role := model.roles.get(each.role))),
        requests=tuple(
            (each, role)
            for each in known.requests
            if (role := model.roles.get(each.role)) and each.open_on(today)
        ),
        lines=tuple(line for run in runs for line in log_lines(run, model, snapshot.names)),
        older=runs[-1][-1].began.number if more else None,
    )
