"""Who holds a role right now: declaration + roster → holders, each with age and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .logins import NO_LOGINS, AtLogin, KnownFrom, Logins, aged
from .model import Declaration, Person, Role, Roster, Viewer

DECLARED = "declaration"
"""The source of a holder whom the operator's file names."""

NO_ROLE = "no role assigned"
"""Who looks after what no role of the model is responsible for."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder of a role: an account through groups, or a declared person without one.

    `as_of` is when that was read. If it was told `at_login`, it is when the account was last seen:
    the login was no later; None where that isn't known. `unseen` is since when it hasn't been seen,
    where that is so long that nobody can tell whether it still holds the role.
    """

    name: str
    kind: Literal["account", "person"]
    groups: tuple[str, ...]
    as_of: datetime | None
    person: Person | None = None
    at_login: AtLogin = ""
    unseen: datetime | None = None

    @property
    def known_from(self) -> KnownFrom:
        """Where it is known from."""
        return self.at_login or ("hub" if self.kind == "account" else "declaration")

    @property
    def aged(self) -> str:
        """How old it is, in words that `as_of` comes after, where there is one."""
        return aged(self.known_from, bool(self.as_of))

    @property
    def source(self) -> str:
        """The first of the groups, or "declaration"."""
        return self.groups[0] if self.groups else DECLARED


@dataclass(frozen=True, slots=True)
class RoleHolders:
    """A role with its holders; `known` is False while the roster cannot tell.

    `on_hub` says whether it is held through groups of the hub; `missing` are those of them that
    the hub doesn't have. `at_login`: logins decide who is in all of them.
    """

    role: Role
    holders: tuple[Holder, ...]
    known: bool
    on_hub: bool = False
    missing: tuple[str, ...] = ()
    at_login: AtLogin = ""

    @property
    def vacant(self) -> bool:
        """Nobody holds it, and that is certain."""
        return self.known and not self.holders

    @property
    def certain(self) -> tuple[Holder, ...]:
        """Those of its holders of whom it is known that they still hold it."""
        return tuple(each for each in self.holders if each.unseen is None)

    @property
    def unchecked(self) -> bool:
        """It has holders, and of none of them it can be told whether they still hold it."""
        return bool(self.holders) and not self.certain

    @property
    def age(self) -> tuple[str, datetime | None]:
        """How old it is who its holders are, in words, and the moment that comes after them."""
        logged_in = [each for each in self.holders if each.at_login]
        if len(logged_in) < 2:
            oldest = next(iter(logged_in or self.holders), None)
            return (oldest.aged, oldest.as_of) if oldest else ("", None)
        return _ages(logged_in)

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


def _ages(logged_in: Sequence[Holder]) -> tuple[str, datetime | None]:
    """How old it is what was told at several logins."""
    what = "logins" if logged_in[0].at_login == "login" else "logins and checks"
    moments = [each.as_of for each in logged_in if each.as_of]
    if len(moments) < len(logged_in):
        return f"as of {what}, some at an unknown time", None
    return f"as of {what}, the oldest no later than", min(moments)


def holders_of(
    declaration: Declaration, roster: Roster, role_id: str, logins: Logins = NO_LOGINS
) -> RoleHolders:
    """Who holds one role; `logins` tell how old that is, where they decide who is in a group."""
    role, groups = declaration.model.roles[role_id], declaration.groups.get(role_id, ())
    through: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for name in roster.members.get(group, ()):
            through[name] = (*through.get(name, ()), group)
    accounts = [_account(role, name, those, roster, logins) for name, those in through.items()]
    accounts.sort(key=lambda each: each.unseen is not None)  # who may be asked comes first
    people = [
        Holder(person.name, "person", (), declaration.as_of, person)
        for person in declaration.people.get(role_id, ())
    ]
    known = roster.read_at is not None or not groups
    return RoleHolders(
        role=role,
        holders=(*accounts, *people),
        known=known,
        on_hub=declaration.on_hub(role_id),
        missing=tuple(g for g in groups if known and g not in roster.members),
        at_login=logins.at_login(groups),
    )


def _account(
    role: Role, name: str, groups: tuple[str, ...], roster: Roster, logins: Logins
) -> Holder:
    at_login = logins.at_login(groups)
    if not at_login:
        return Holder(name, "account", groups, roster.read_at)
    seen, unseen = logins.seen(name, groups), logins.unseen(role, name)
    return Holder(name, "account", groups, seen, at_login=at_login, unseen=unseen)


def holders_by_role(
    declaration: Declaration, roster: Roster, logins: Logins = NO_LOGINS
) -> dict[str, RoleHolders]:
    """Who holds each role, by role id."""
    roles = declaration.model.roles
    return {role_id: holders_of(declaration, roster, role_id, logins) for role_id in roles}


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
