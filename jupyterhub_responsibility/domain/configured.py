"""How the hub is configured, as it says itself when it starts the service.

The hub's API tells nobody which scopes a role has, or which templates it uses; only the hub's
own process knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

ALL_TEMPLATES = "template_paths"
"""Stands for all of our templates, where the hub doesn't look for any of them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of the hub: every scope that it comes to, and the groups that it is given to."""

    scopes: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Configured:
    """The mapped roles, and the hub's own `admin`, by name; what the hub doesn't have is missing.

    `open_to_users` says whether ordinary users may open the page; `shadowed` are templates of
    the operator that hide ours. `lets_added_in` says whether an account that is added may log in
    because of that alone, and `small_letters` whether the hub writes names in them.
    """

    roles: Mapping[str, Grant]
    open_to_users: bool
    shadowed: tuple[str, ...] = ()
    lets_added_in: bool = True
    small_letters: bool = False


def other_groups(configured: Configured | None, mapped: Iterable[str]) -> tuple[str, ...]:
    """The groups with a role that are not mapped to one."""
    roles = configured.roles.values() if configured else ()
    return tuple(dict.fromkeys(g for role in roles for g in role.groups if g not in mapped))


def write(configured: Configured) -> str:
    """As text, for a variable of the environment."""
    return json.dumps(asdict(configured))


def read(said: str) -> Configured | None:
    """From such a text; None where it is empty, or from another version of this package.

    A hub goes on with the version with which it started, and may start a newer service.
    """
    try:
        found = json.loads(said)
        roles = {
            name: Grant(tuple(role["scopes"]), tuple(role["groups"]))
            for name, role in found["roles"].items()
        }
        return Configured(
            roles,
            bool(found["open_to_users"]),
            tuple(found["shadowed"]),
            bool(found["lets_added_in"]),
            bool(found["small_letters"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
