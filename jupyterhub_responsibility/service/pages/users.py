"""Adding users."""

from __future__ import annotations

from dataclasses import dataclass

from ...changes.users import Added
from ...coverage.snapshot import Snapshot
from ...domain.model import Viewer
from ...domain.pasted import Line


@dataclass(frozen=True)
class Offer:
    """A line of what was pasted, before anybody is added.

    `there` says that it has an account already, as far as that is known.
    """

    line: Line
    there: bool

    @property
    def open(self) -> bool:
        """Whether it can be added at all."""
        return self.line.possible and not self.there


@dataclass(frozen=True)
class UsersPage:
    """Adding users: what would become of a list, or became of it, name by name.

    `let_in` is False where an account alone lets nobody log in: the login has to allow them, too.
    """

    results: tuple[Added, ...] = ()
    offers: tuple[Offer, ...] = ()
    let_in: bool = True


def users_page(
    snapshot: Snapshot,
    _viewer: Viewer,
    results: tuple[Added, ...] = (),
    lines: tuple[Line, ...] = (),
    there: frozenset[str] = frozenset(),
) -> UsersPage:
    """The form, what was read from what was pasted, and what became of names that were chosen."""
    configured = snapshot.configured
    return UsersPage(
        results,
        tuple(Offer(line, line.name in there) for line in lines),
        configured is None or configured.lets_added_in,
    )
