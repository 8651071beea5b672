"""What the hub lets accounts and groups do, beyond who is in which group, as last read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .names import Called

OVERDUE = timedelta(hours=1)
"""How late a reading of all accounts may be before what the last one found is too old."""

GROUPS_OVERDUE = timedelta(minutes=5)
"""How old the roles of the groups may be, when something fails."""

ADMIN = "admin"
"""The hub's own role that permits everything."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the hub had it at `read_at`: its admin flag, and the hub roles given to it.

    Roles that it has through a group are not among them. `last_activity` is when it was last
    seen on the hub; None if never. `created` is when it was made: an account that is deleted and
    made again has its name, and is another one; None where the hub doesn't tell. `display_name` is
    what the person is called, where the hub knows it.
    """

    name: str
    admin: bool
    roles: tuple[str, ...]
    last_activity: datetime | None
    read_at: datetime
    created: datetime | None = None
    display_name: str = ""

    @property
    def can_do_everything(self) -> bool:
        """Whether it is a JupyterHub admin, in one way or the other."""
        return self.admin or ADMIN in self.roles


@dataclass(frozen=True)
class Accounts:
    """The accounts that matter, among all that the hub has.

    `found` are accounts with power of their own, and those of interest: those that hold a role,
    say. `gone` are names of interest that the hub doesn't know. `other_group_roles` are the hub
    roles of groups that aren't mapped and had some when the hub started (none, if they are gone),
    read at `groups_read_at`.
    `read_at` is when the last whole reading of all `total` accounts began: what it says is that
    old, or younger; None while there was none. It `took` some time. `trouble` says why the last
    attempt failed. `cut` if there are more accounts with power than are kept. `names` are what
    others are called of whom the ledger tells.
    """

    read_at: datetime | None = None
    total: int = 0
    found: Mapping[str, Account] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    other_group_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups_read_at: datetime | None = None
    trouble: str = ""
    cut: bool = False
    took: timedelta = timedelta(0)
    names: Mapping[str, Called] = field(default_factory=dict)

    def groups_overdue(self, now: datetime) -> bool:
        """Whether the groups' roles could not be read for long."""
        read_at = self.groups_read_at
        return bool(self.trouble) and read_at is not None and now - read_at > GROUPS_OVERDUE

    def overdue(self, now: datetime) -> bool:
        """Whether the next reading should have ended long ago.

        When one ends, its beginning is as long ago as it took, and the next one begins.
        """
        return self.read_at is not None and now - self.read_at > 2 * self.took + OVERDUE
