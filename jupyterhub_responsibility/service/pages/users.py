"""Adding users."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UsersPage:
    """Adding users: what became of each name of the last list: `done`, `unchanged`, or why not."""

    title = "Add people"

    results: tuple[tuple[str, str], ...] = ()
