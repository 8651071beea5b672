"""Who holds a role right now: declaration + roster → holders, each with age and source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .model import Declaration, Person, Role, Roster, Viewer

DECLARED = "declaration"
"""The source of a holder whom the operator's file names."""

ON_PAGE = "page"
"""The source of one whom somebody named on the page."""

NO_ROLE = "no role assigned"
"""Who looks after what no role of the model is responsible for."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder of a role: an account through groups, or a declared person without one.

    `as_of` is when that was read; `on_page`, if somebody named them on the page, and not in the
    operator's file.
    """

    name: str
    kind: Literal["account", "person"]
    groups: tuple[str, ...]
    as_of: datetime | None
    person: Person | None = None
    on_page: bool = False

    @property
    def source(self) -> str:
        """The first of the groups, "declaration", or "page"."""
        if self.groups:
            return self.groups[0]
        return ON_PAGE if self.on_page else DECLARED


@dataclass(frozen=True, slots=True)
class RoleHolders:
    """A role with its holders; `known` is False while the roster cannot tell.

    `on_hub` says whether it is held through groups of the hub; `missing` are those of them that
    the hub doesn't have.
    """

    role: Role
    holders: tuple[Holder, ...]
    known: bool
    on_hub: bool = False
    missing: tuple[str, ...] = ()

    @property
    def vacant(self) -> bool:
        """Nobody holds it, and that is certain."""
        return self.known and not self.holders

    @property
    def full(self) -> bool:
        """There is no room for another holder."""
        most = self.role.holders.max
        return most is not None and len(self.holders) >= most

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts among its holders."""
        return frozenset(each.name for each in self.holders if each.kind == "account")

    @property
    def nobody(self) -> str:
        """Who holds it while it is vacant."""
        return nobody([self])


def nobody(vacant: Iterable[RoleHolders]) -> str:
    """Who holds vacant roles; without a group of the hub, people can only be named."""
    return "nobody" if any(each.on_hub for each in vacant) else "nobody named"


def holders_of(declaration: Declaration, roster: Roster, role_id: str) -> RoleHolders:
    """Who holds one role."""
    groups = declaration.groups.get(role_id, ())
    through: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for name in roster.members.get(group, ()):
            through[name] = (*through.get(name, ()), group)
    accounts = [Holder(name, "account", those, roster.read_at) for name, those in through.items()]
    people = [
        Holder(
            person.name,
            "person",
            (),
            declaration.age_of(person),
            person,
            person in declaration.ages,
        )
        for person in declaration.people.get(role_id, ())
    ]
    known = roster.read_at is not None or not groups
    return RoleHolders(
        role=declaration.model.roles[role_id],
        holders=(*accounts, *people),
        known=known,
        on_hub=declaration.on_hub(role_id),
        missing=tuple(g for g in groups if known and g not in roster.members),
    )


def holders_by_role(declaration: Declaration, roster: Roster) -> dict[str, RoleHolders]:
    """Who holds each role, by role id."""
    return {
        role_id: holders_of(declaration, roster, role_id) for role_id in declaration.model.roles
    }


@dataclass(frozen=True, slots=True)
class OwnRole:
    """A role that the viewer holds, and the groups through which."""

    role: Role
    groups: tuple[str, ...]


def roles_of(declaration: Declaration, viewer: Viewer) -> tuple[OwnRole, ...]:
    """The roles that an account holds through its groups, in the order of the model."""
    if viewer.kind != "user":
        return ()
    own = (
        OwnRole(role, tuple(g for g in declaration.groups.get(role.id, ()) if g in viewer.groups))
        for role in declaration.model.roles.values()
    )
    return tuple(each for each in own if each.groups)
