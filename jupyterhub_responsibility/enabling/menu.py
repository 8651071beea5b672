"""What the hub's Services menu leads to, and who may go there, as far as that is certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..domain.access import page_scope
from .variables import plain

FIELDS = ("name", "href", "prefix", "display", "kind", "managed", "admin", "url", "domain", "host")
"""What templates may use of a service, beside its `info`."""


def services_of(hub: Any, own: str) -> list[dict[str, Any]]:
    """The services of the menu, in its order, each with the groups and accounts it is open to.

    Those that were added through the hub's API are left out: they may go at any time. Our `own`
    is there, although the hub doesn't show it before it has answered.
    """
    return [
        {
            **{field: getattr(service, field) for field in FIELDS},
            "display": True,
            "info": plain(service.info).values,
            **_open_to(hub, service.name),
        }
        for service in hub._service_map.values()
        if service.url and service.from_config and (service.display or service.name == own)
    ]


def _open_to(hub: Any, service_name: str) -> dict[str, Any]:
    """Whom the hub's roles let in. `admins` are JupyterHub admins, who hold the role `admin`.

    Everybody holds the role `user`. Who holds which other role isn't certain where the
    authenticator says so at each login.
    """
    letting_in = {role.name: role for role in _letting_in(hub.db, service_name)}
    others = [role for name, role in letting_in.items() if name not in ("user", "admin")]
    if getattr(hub.authenticator, "manage_roles", False):
        others = []
    admins = [letting_in["admin"]] if "admin" in letting_in else []
    return {
        "open_to_all": "user" in letting_in,
        "open_to_admins": bool(admins),
        "groups": [group.name for role in admins + others for group in role.groups],
        "accounts": [user.name for role in others for user in role.users],
    }


def _letting_in(database: Any, service_name: str) -> Iterator[Any]:
    from jupyterhub import orm

    wanted = {"access:services", page_scope(service_name)}  # no other scope contains them
    for role in database.query(orm.Role):
        if not wanted.isdisjoint(role.scopes):
            yield role
