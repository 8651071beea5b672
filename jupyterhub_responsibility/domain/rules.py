"""Who may change what: every rule, in one place.

A rule that says no raises RefusedError; its message tells the person what to do instead.
Nothing here asks anybody: who is asking and who holds the role are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ..errors import RefusedError
from ..text import visible
from .access import METRICS_SCOPE, Ability, UserManagement, scopes_of, service_adds_users
from .holders import RoleHolders, roles_of
from .model import Declaration, Role, Viewer

RULES: dict[str, str] = {
    "appoint": "Only JupyterHub admins, and holders of the roles named here, can appoint.",
    "yourself": "Nobody can appoint themselves, except JupyterHub admins; the record then says so.",
    "step down": "Anyone who holds a role can step down.",
    "last": "If a role would have too few holders left, only a JupyterHub admin can withdraw one.",
    "most": "Nobody can be added once a role has as many holders as it can have.",
    "login service": "Where the login service decides who is in a group, it can't be changed here.",
}
"""The rules in words, as the pages give them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A wish to add `person` to a role's group, or to take them out. `until` is the last day."""

    role: Role
    group: str
    person: str
    until: date | None = None
    reason: str = ""
    note: str = ""
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one hub."""

    declaration: Declaration
    authenticator_groups: bool = False
    user_management: UserManagement = "service"

    def check(self, viewer: Viewer, access: AccessName) -> None:
        """Whether somebody may open what `access` stands for."""
        wanted = ACCESS[access]
        if not wanted.may(self, viewer):
            raise RefusedError("not_allowed", wanted.refusal)

    def may(self, viewer: Viewer, access: AccessName) -> bool:
        """The same as an answer."""
        return ACCESS[access].may(self, viewer)

    def may_appoint(self, viewer: Viewer, role: Role) -> bool:
        """Whether somebody may appoint to a role, and withdraw from it."""
        if viewer.kind != "user":
            return False
        held = {own.role.id for own in roles_of(self.declaration, viewer)}
        return viewer.admin or not held.isdisjoint(role.appointed_by)

    def may_appoint_to_some(self, viewer: Viewer) -> bool:
        """Whether there is a role to which somebody may appoint."""
        return any(self.may_appoint(viewer, role) for role in self._mapped())

    def in_charge(self, viewer: Viewer) -> bool:
        """Whether somebody is a JupyterHub admin, or holds a role through the hub."""
        return viewer.kind == "user" and (viewer.admin or bool(roles_of(self.declaration, viewer)))

    def may_add_users(self, viewer: Viewer) -> bool:
        """Whether somebody may add users here: JupyterHub admins, and whose role says so."""
        if viewer.kind != "user" or not service_adds_users(self.declaration, self.user_management):
            return False
        return viewer.admin or any(
            own.role.adds_users for own in roles_of(self.declaration, viewer)
        )

    def hub_scopes(self, viewer: Viewer) -> tuple[str, ...]:
        """The scopes that somebody's roles give them on the hub's own pages."""
        if viewer.admin:
            return ("admin-ui",)
        return tuple(
            scope
            for own in roles_of(self.declaration, viewer)
            for scope in scopes_of(self.declaration, own.role.id, self.user_management)
        )

    def opens_hub_admin(self, viewer: Viewer) -> bool:
        """Whether the hub shows somebody its own admin page."""
        return "admin-ui" in self.hub_scopes(viewer)

    def changes(self, viewer: Viewer) -> tuple[Ability, ...]:
        """What somebody may change on our own pages."""
        found = [
            Ability(f"Decide who is {role.title}", f"roles/{role.id}", role.title, our=True)
            for role in self._mapped()
            if self.may_appoint(viewer, role) and self.open_to_change(role)
        ]
        if self.may_add_users(viewer):
            found.append(Ability("Add people to the hub", "users", "Add people", our=True))
        return tuple(found)

    def open_to_change(self, role: Role) -> bool:
        """Whether who holds a role can be changed here at all."""
        return self.declaration.on_hub(role.id) and not self.authenticator_groups

    def group_of(self, role: Role, wanted: str | None) -> str:
        """The group that is meant: the role's only one, or the one that was named."""
        groups = self.declaration.groups.get(role.id, ())
        if not groups:
            raise RefusedError(
                "not_mapped",
                f"Holders of the role {role.title} are named in this hub's declaration, not on the"
                " hub: ask the operator.",
            )
        if self.authenticator_groups:
            raise RefusedError(
                "login_service",
                "On this hub, the login service decides who is in a group, each time somebody logs"
                " in. Make the change there: a change here would be undone.",
            )
        if wanted is None and len(groups) > 1:
            names = ", ".join(map(visible, groups))
            raise RefusedError(
                "which_group", f"{role.title} has several groups. Choose one of them: {names}."
            )
        if wanted is not None and wanted not in groups:
            raise RefusedError(
                "which_group", f"The group “{visible(wanted)}” does not stand for {role.title}."
            )
        return wanted or groups[0]

    def check_appointer(self, actor: Viewer, change: Change, today: date) -> None:
        """Whether somebody may appoint this person, whoever holds the role now."""
        self.check_decider(actor, change.role)
        if alike(change.person, actor.name) and not actor.admin:
            raise RefusedError("yourself", RULES["yourself"])
        check_until(change.until, today)

    def check_decider(self, actor: Viewer, role: Role) -> None:
        """Whether somebody may decide who holds a role."""
        if not self.may_appoint(actor, role):
            raise RefusedError("not_allowed", self._who_may(role))

    def check_room(self, change: Change, role_holders: RoleHolders) -> None:
        """Whether the role has room for one more."""
        most = change.role.holders.max
        holders = _accounts(role_holders)
        if change.person in holders or most is None or len(role_holders.holders) < most:
            return
        names = ", ".join(visible(holder.name) for holder in role_holders.holders)
        raise RefusedError(
            "full",
            f"The role {change.role.title} can have {most} {_holders(most)}, and already has:"
            f" {names}. Withdraw one of them first.",
        )

    def check_withdrawer(self, actor: Viewer, change: Change) -> None:
        """Whether somebody may take this person out: those who may appoint, and themselves."""
        stepping_down = actor.kind == "user" and change.person == actor.name
        if not stepping_down and not self.may_appoint(actor, change.role):
            raise RefusedError("not_allowed", self._who_may(change.role))

    def check_left_over(self, admin: bool, change: Change, role_holders: RoleHolders) -> None:
        """Whether enough holders are left; JupyterHub admins decide that for themselves."""
        role = change.role
        if admin or change.person not in _accounts(role_holders):
            return
        if len(role_holders.holders) - 1 < role.holders.min:
            raise RefusedError(
                "last",
                f"The role {role.title} needs at least {role.holders.min}"
                f" {_holders(role.holders.min)}."
                f" Appoint somebody else first, or ask a JupyterHub admin to withdraw"
                f" {visible(change.person)}.",
            )

    def check_request(
        self, actor: Viewer, change: Change, role_holders: RoleHolders, today: date
    ) -> None:
        """Anybody may ask for themselves; holders may propose somebody else."""
        held = {own.role.id for own in roles_of(self.declaration, actor)}
        if actor.kind != "user":
            raise RefusedError("not_allowed", "Only people can ask for a role.")
        if not alike(change.person, actor.name) and change.role.id not in held:
            raise RefusedError(
                "not_allowed",
                f"Only holders of the role {change.role.title} can propose a successor. You can"
                " ask for the role yourself.",
            )
        if any(alike(change.person, name) for name in _accounts(role_holders)):
            raise RefusedError(
                "already", f"{visible(change.person)} is already {change.role.title}."
            )
        check_until(change.until, today)

    def _mapped(self) -> Iterable[Role]:
        return (self.declaration.model.roles[role_id] for role_id in self.declaration.groups)

    def _who_may(self, role: Role) -> str:
        titles = [self.declaration.model.roles[each].title for each in role.appointed_by]
        deciders = ", ".join(["JupyterHub admins", *(f"anyone who is {title}" for title in titles)])
        return f"Only these people can decide who is {role.title}: {deciders}."


AccessName = Literal["anybody", "users", "in charge", "appointers", "adders", "metrics"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open something, in words and as a rule, and the message for everybody else."""

    who: str
    may: Callable[[Rules, Viewer], bool]
    refusal: str = ""


ACCESS: dict[AccessName, Access] = {
    "anybody": Access("anybody, without a login", lambda *_: True),
    "users": Access("everybody who is logged in", lambda *_: True),
    "in charge": Access(
        "JupyterHub admins, and anyone who holds a role through the hub",
        Rules.in_charge,
        "Only JupyterHub admins, and people who hold a role through the hub, can see this. The"
        " other pages show everybody who holds which role, and whom to ask.",
    ),
    "appointers": Access(
        "people who can appoint to a role",
        Rules.may_appoint_to_some,
        "Only JupyterHub admins, and people who can appoint to a role, can see who did what.",
    ),
    "adders": Access(
        "JupyterHub admins, and holders of a role that can add users, where this service adds them",
        Rules.may_add_users,
        "Only JupyterHub admins, and holders of a role that can add users, can add people here."
        " On some hubs, nobody can.",
    ),
    "metrics": Access(
        f"programs, with a hub token that has the scope `{METRICS_SCOPE}`",
        lambda *_: False,  # of a person, nothing else would tell
        f"This needs a hub token with the scope {METRICS_SCOPE}, in the header"
        " Authorization, as in: Authorization: Bearer ...",
    ),
}
"""Who may open what: the table of addresses names one of these for each."""


def check_until(until: date | None, today: date) -> None:
    """A term can't end before it begins."""
    if until is not None and until < today:
        raise RefusedError("bad_date", f"{until.isoformat()} has passed. Choose a later date.")


def alike(one: str, other: str) -> bool:
    """Whether two names are one account to the hub, which writes them in small letters."""
    return one.lower() == other.lower()


def _accounts(role_holders: RoleHolders) -> set[str]:
    return {holder.name for holder in role_holders.holders if holder.kind == "account"}


def _holders(number: int) -> str:
    return "holder" if number == 1 else "holders"
