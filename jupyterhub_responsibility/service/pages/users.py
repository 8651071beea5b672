"""Adding users."""

from __future__ import annotations

from dataclasses import dataclass

from ...coverage.snapshot import Snapshot
from ...domain.model import Viewer


@dataclass(frozen=True)
class UsersPage:
    """Adding users: what became of each name of the last list: `done`, `unchanged`, or why not."""

    title = "Add people"

    results: tuple[tuple[str, str], ...] = ()


def users_page(
    _snapshot: Snapshot, _viewer: Viewer, results: tuple[tuple[str, str], ...] = ()
) -> UsersPage:
    """The form, and what became of the names that were sent."""
    return UsersPage(results)
