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
        "read:groups": "see who is in them, which the hub's page of groups needs",
        "read:hub": "see the hub's version",
    },
    "community-representative": {},
}
"""Scope → reason, by role. Roles that aren't listed, or not mapped, are granted the page only."""

ADD_USERS_SCOPE = "admin:users"
"""Adding users needs it unfiltered, and it amounts to superuser (jupyterhub/scopes.py)."""

DANGEROUS_SCOPES: dict[str, str] = {
    "admin:users": "create, rename and delete any account",
    "delete:users": "delete any account",
    "admin:auth_state": "read login secrets of any account",
    "admin:servers": "read the inner state of any server, secrets included",
    "admin:server_state": "read the inner state of any server, secrets included",
    "admin:groups": "create and delete groups and change their members",
    "delete:groups": "delete groups, and with them who holds a role",
    "admin:services": "manage services",
    "groups": "change who is in a group, and with it who holds a role",
    "tokens": "make tokens for, and act as, any account",
    "access:servers": "open any server and everything in it",
    "shares": "give anybody access to any server",
    "users:shares": "take away access to any shared server",
    "groups:shares": "take away access to any shared server",
    "proxy": "change where the hub's addresses lead",
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


def scopes_for(
    role_id: str, declared: Iterable[str] | None, user_management: UserManagement
) -> tuple[str, ...]:
    """The scopes of a mapped role, the page's own aside.

    What the operator declares replaces the table.
    """
    if declared is not None:
        return tuple(dict.fromkeys(declared))
    scopes = tuple(ROLE_SCOPES.get(role_id, {}))
    if role_id == "hub-administrator" and user_management == "admin":
        scopes = (*scopes, ADD_USERS_SCOPE)
    return scopes


SERVICE_SCOPES: dict[str, str] = {
    "groups!group=…": "read who is in each mapped group, and change it for those who may appoint",
    ADD_USERS_SCOPE: 'add plain users for Hub Administrators (`user_management="service"`)',
    "read:roles:groups": "see whether groups still have their roles of the hub",
    "list:users": "find accounts that have power without holding a role",
    "read:roles:users": "likewise: who is a JupyterHub admin, or has a role of the hub",
    "read:users:activity": "see whether those who hold a role still use the hub",
    "list:groups!group=…": "instead of the first, where the authenticator manages groups",
    "read:groups!group=…": "likewise",
}
"""What the service itself needs, and nothing else; `…` is filled in."""


POWER_SCOPES = ("list:users", "read:roles:users", "read:users:activity", "read:roles:groups")
"""Those that tell what accounts and groups may do, and when accounts were last seen."""


def service_scopes(
    declaration: Declaration, user_management: UserManagement, authenticator_groups: bool
) -> tuple[str, ...]:
    """Those of SERVICE_SCOPES that one hub needs."""
    groups = declaration.mapped_groups
    adds = (ADD_USERS_SCOPE,) if user_management == "service" else ()
    if authenticator_groups:
        reads = (f"{scope}!group={g}" for g in groups for scope in ("list:groups", "read:groups"))
        return (*reads, *POWER_SCOPES, *adds)
    edits = (f"groups!group={group}" for group in groups)
    return (*edits, *POWER_SCOPES, *adds)


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
