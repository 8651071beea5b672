"""What is new for the viewer since they last opened their own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ...coverage.snapshot import Snapshot
from ...domain.model import Viewer
from ...ledger.entry import stamp
from .parts import request_lines

LATELY = timedelta(days=30)
"""What is older than that is news to nobody, also in a browser that was never here."""


@dataclass(frozen=True)
class Bell:
    """What is new: the numbers of the `entries` by which others changed something for the viewer,
    and how many `requests` wait for their answer, or `answers` for them."""

    entries: tuple[int, ...] = ()
    requests: int = 0
    answers: int = 0

    @property
    def count(self) -> int:
        """How much that is."""
        return len(self.entries) + self.requests + self.answers


NOTHING = Bell()


def bell(snapshot: Snapshot, viewer: Viewer, seen: int) -> Bell:
    """What is new for somebody who has seen all up to an entry of the ledger.

    What was recorded of an older account of their name is not for them.
    """
    if viewer.kind != "user" or not snapshot.ledger_read:
        return NOTHING
    state, since = snapshot.ledger_state, snapshot.now - LATELY
    lines = request_lines(snapshot, viewer)
    return Bell(
        entries=tuple(
            number
            for number, at, created in state.told.get(viewer.name, ())
            if number > seen
            and at > since
            and stamp(at) >= viewer.created
            and (not created or viewer.is_account(viewer.name, created))
        ),
        requests=sum(
            line.theirs_to_decide and not line.mine and line.request.number > seen for line in lines
        ),
        answers=sum(
            viewer.is_account(by, each.request.asker_created)
            and each.number > seen
            and each.at > since
            for (_, by), each in state.answers.items()
        ),
    )
