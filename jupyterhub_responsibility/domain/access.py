"""Which hub permissions a role carries, why, and which permissions are dangerous.

One table each; `enable` grants from them, the pages explain from them, the docs are
generated from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from .model import Declaration

UserManagement = Literal["service", "admin", "off"]
USER_MANAGEMENT: tuple[UserManagement, ...] = get_args(UserManagement)

ROLE_SCOPES: dict[str, dict[str, str]] = {
    "hub-administrator": {
        "admin-ui": "open the hub's admin page",
        "list:users": "see who has an account",
        "read:users": "see when somebody was last active, and which servers they have",
        "servers": "see, start and stop servers",
        "list:groups": "see which groups there are",
        "read:groups": "see who is in each group, which the hub's groups page needs",
        "read:hub": "see the hub's version",
    },
    "community-representative": {},
}
"""Scope → reason, by role. Roles that aren't listed, or not mapped, are granted the page only."""

METRICS_SCOPE = "read:metrics"
"""Opens the figures for Prometheus, as it opens the hub's own."""

ADD_USERS_SCOPE = "admin:users"
"""Adding users needs it unfiltered, and it amounts to superuser (jupyterhub/scopes.py)."""

DANGEROUS_SCOPES: dict[str, str] = {
    "admin:users": "create, rename and delete any account",
    "delete:users": "delete any account",
    "admin:auth_state": "read the login secrets of any account",
    "admin:servers": "read the internal state of any server, including secrets",
    "admin:server_state": "read the internal state of any server, including secrets",
    "admin:groups": "create and delete groups and change their members",
    "delete:groups": "delete groups, and so take roles away from people",
    "admin:services": "manage services",
    "groups": "change who is in a group, and so who holds a role",
    "tokens": "make tokens for, and act as, any account",
    "access:servers": "open any server and everything in it",
    "shares": "give anybody access to any server",
    "users:shares": "take away access to any shared server",
    "groups:shares": "take away access to any shared server",
    "proxy": "change where the hub's addresses point",
    "shutdown": "stop the hub",
}
"""What the holders of a role could do with a scope that goes beyond looking after people."""


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that somebody may do, and the link to where they do it.

    `place` is a path below the hub's own prefix; below ours, if it is one of `our` pages.
    """

    text: str
    place: str
    link: str
    our: bool = False


ABILITIES: tuple[tuple[frozenset[str], Ability], ...] = (
    (
        frozenset({"admin-ui", "list:users", "read:users"}),
        Ability("See who is on the hub and when they were last active", "admin", "Admin page"),
    ),
    (
        frozenset({"admin-ui", "list:users", "servers"}),
        Ability("Start and stop anyone's server", "admin", "Servers"),
    ),
    (
        frozenset({"admin-ui", "list:groups", "read:groups"}),
        Ability("See which groups there are and who is in them", "admin#/groups", "Groups"),
    ),
    (
        frozenset({"admin-ui", "list:users", "admin:users"}),
        Ability("Add people to the hub", "admin#/add-users", "Add people"),
    ),
)
"""What a set of scopes allows in the hub's own pages."""

EVERYTHING = (
    Ability("Everything: people, groups, servers and the hub itself", "admin", "Admin page"),
)
"""What the hub lets JupyterHub admins do, whatever role they hold."""


def page_scope(service_name: str) -> str:
    """The scope that lets somebody open the pages of this service."""
    return f"access:services!service={service_name}"


def scopes_of(
    declaration: Declaration, role_id: str, user_management: UserManagement
) -> tuple[str, ...]:
    """The scopes of a mapped role, the page's own aside.

    What the operator declares replaces the table.
    """
    declared = declaration.scopes.get(role_id)
    if declared is not None:
        return tuple(dict.fromkeys(declared))
    scopes = tuple(ROLE_SCOPES.get(role_id, {}))
    if declaration.model.roles[role_id].adds_users and user_management == "admin":
        scopes = (*scopes, ADD_USERS_SCOPE)
    return scopes


def service_adds_users(declaration: Declaration, user_management: UserManagement) -> bool:
    """Whether the service adds users: where it should, and the hub has a role for that."""
    roles = (declaration.model.roles[role_id] for role_id in declaration.groups)
    return user_management == "service" and any(role.adds_users for role in roles)


Condition = Literal["always", "edits groups", "reads groups", "adds users"]
CONDITIONS: dict[Condition, str] = {
    "always": "",
    "edits groups": "for each mapped group",
    "reads groups": "for each mapped group, where the authenticator manages groups",
    "adds users": '`user_management="service"`, and a mapped role with `adds_users`',
}
"""When the service needs a scope."""


@dataclass(frozen=True, slots=True)
class ServiceScope:
    """A scope that the service itself needs, to do what, and when."""

    name: str
    reason: str
    when: Condition = "always"

    @property
    def by_group(self) -> bool:
        """Whether it is granted for each mapped group, and for no other."""
        return self.when in ("edits groups", "reads groups")


SERVICE_SCOPES: tuple[ServiceScope, ...] = (
    ServiceScope(
        "groups",
        "read who is in each mapped group, and change it on behalf of people who can appoint",
        "edits groups",
    ),
    ServiceScope("list:groups", "read who is in each mapped group", "reads groups"),
    ServiceScope("read:groups", "also needed for this", "reads groups"),
    ServiceScope(
        "list:users",
        "find accounts that have power without holding a role, and accounts to appoint",
    ),
    ServiceScope(
        "read:roles:users", "also needed for this: who is a JupyterHub admin, or has a hub role"
    ),
    ServiceScope(
        "read:users",
        "see whether people who hold a role still use the hub, and when an account was made: one"
        " that is deleted and made again has the same name, and is somebody else's",
    ),
    ServiceScope("read:roles:groups", "see whether groups still have their hub roles"),
    ServiceScope(
        ADD_USERS_SCOPE, "add plain users on behalf of people whose role allows it", "adds users"
    ),
)
"""What the service itself needs, and nothing else."""


def service_scopes(
    declaration: Declaration, user_management: UserManagement, authenticator_groups: bool
) -> tuple[str, ...]:
    """Those of SERVICE_SCOPES that one hub needs, as the hub takes them."""
    holds: dict[Condition, bool] = {
        "always": True,
        "edits groups": not authenticator_groups,
        "reads groups": authenticator_groups,
        "adds users": service_adds_users(declaration, user_management),
    }
    return tuple(
        scope
        for each in SERVICE_SCOPES
        if holds[each.when]
        for scope in (
            [f"{each.name}!group={group}" for group in declaration.mapped_groups]
            if each.by_group
            else [each.name]
        )
    )


def in_words(scope: str) -> str:
    """What a scope permits, as "… needs to …", with the name that the hub has for it."""
    reasons = {name: why for role in ROLE_SCOPES.values() for name, why in role.items()}
    return f"{(reasons | DANGEROUS_SCOPES).get(scope, 'have the permission')} ({scope})"


def dangers(scopes: Iterable[str]) -> dict[str, str]:
    """The dangerous ones among scopes, filtered ones excepted, and what they allow."""
    return {scope: DANGEROUS_SCOPES[scope] for scope in scopes if scope in DANGEROUS_SCOPES}


def abilities(scopes: Iterable[str]) -> tuple[Ability, ...]:
    """What scopes let their holder do, with the place where they do it.

    Scopes that are filtered (`servers!group=…`) don't let them do it for everybody.
    """
    given = frozenset(scopes)
    return tuple(ability for needed, ability in ABILITIES if needed <= given)
