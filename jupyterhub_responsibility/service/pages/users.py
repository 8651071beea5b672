"""Adding users."""

from __future__ import annotations

from dataclasses import dataclass

from ...changes.users import Added
from ...coverage.snapshot import Snapshot
from ...domain.model import Viewer


@dataclass(frozen=True)
class UsersPage:
    """Adding users: what became of each name of the last list.

    `let_in` is False where an account alone lets nobody log in: the login has to allow them, too.
    """

    results: tuple[Added, ...] = ()
    let_in: bool = True


def users_page(snapshot: Snapshot, _viewer: Viewer, results: tuple[Added, ...] = ()) -> UsersPage:
    """The form, and what became of the names that were sent."""
    configured = snapshot.configured
    return UsersPage(results, configured is None or configured.lets_added_in)
