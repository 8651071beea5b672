"""`enable`: from a declaration to plain hub configuration.

It only adds to what is there, may be called twice, and refuses what contradicts it.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from copy import copy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

from ..declaration import dump, load
from ..declaration.shape import did_you_mean
from ..domain import access
from ..domain.access import UserManagement
from ..domain.model import Declaration
from ..errors import ConfigurationError, LedgerError
from ..paths import templates as our_templates
from ..text import iso
from .handover import DATABASE_VARIABLE, DEFAULT_DATABASE, hand_over
from .look import VARIABLE
from .pages import HubPages, IfConfigured
from .start import ServiceEnvironment

log = logging.getLogger(__name__)

PACKAGE = __name__.partition(".")[0]
"""Whose command `python -m` runs."""

SECRET = {"api_token", "database_url"}
"""Options that no message repeats."""

HUB_ROLES = {"admin", "user", "server", "token"}
"""Roles that every hub has; a role of the model can't have such an id."""


def enable(
    c: Config,
    declaration: str | Path | Mapping[str, Any],
    *,
    service_name: str = "responsibilities",
    url: str = "http://127.0.0.1:10105",
    command: list[str] | None = None,
    external: bool = False,
    api_token: str | None = None,
    templates: bool = True,
    user_management: UserManagement = "service",
    database_url: str = DEFAULT_DATABASE,
) -> None:
    """Add a Responsibilities service, its roles, groups and templates to a hub's configuration.

    `c` is the configuration in `jupyterhub_config.py`; `declaration` is the path of the
    declaration, or the declaration itself. `service_name` is part of the address of the page;
    `url` is where the service listens. `command` starts it (default: this package). With
    `external=True` the hub doesn't start it, and `api_token` is the token it shares with the
    hub. `templates=False` leaves the hub's own pages alone. `user_management` says who may add
    users: `"service"`, `"admin"` (Hub Administrators; it makes them as powerful as a JupyterHub
    admin) or `"off"`. `database_url` is where the ledger is: SQLite by default, PostgreSQL for
    several replicas of the service.

    Raises DeclarationError with every fault of the declaration, UnreadableError where there is
    no such file, and ConfigurationError where the configuration contradicts it.
    """
    options = {
        "service_name": service_name,
        "url": url,
        "command": command,
        "external": external,
        "api_token": api_token,
        "templates": templates,
        "user_management": user_management,
        "database_url": database_url,
    }
    _check_options(service_name, url, external, api_token, user_management)
    _check_database(database_url)
    declared = load(declaration)
    _check_roles(declared)
    _check_needs(declared)
    pages = HubPages(declared, service_name, options, authenticator_manages(c, "groups"))
    hub = c.JupyterHub
    if _enabled_before(hub, pages):
        return
    service: dict[str, Any] = {"name": service_name, "url": url, "oauth_no_confirm": True}
    if api_token:
        service["api_token"] = api_token
    if not external:
        service["command"] = command or [sys.executable, "-m", PACKAGE, "serve"]
        variables = _handover(c, declared, service_name, user_management)
        service["environment"] = ServiceEnvironment(
            {**variables, DATABASE_VARIABLE: database_url}, declared.groups, service_name, templates
        )
    template_vars = _current(hub, "template_vars", {})
    changes: dict[str, Any] = {
        "services": _with_service(_current(hub, "services", []), service),
        "load_roles": _with_roles(c, declared, service_name, user_management),
        "template_vars": {**template_vars, VARIABLE: pages},
    }
    if not authenticator_manages(c, "groups"):
        changes["load_groups"] = _with_groups(_current(hub, "load_groups", {}), declared)
    if _hub_version() >= (6,) and not _own_user_scopes(hub):
        scopes = _current(hub, "extra_user_scopes", set())
        changes["extra_user_scopes"] = {*scopes, access.page_scope(service_name)}
    if templates:
        paths = [str(path) for path in _current(hub, "template_paths", [])]
        ours = str(our_templates())
        changes["template_paths"] = paths if ours in paths else [*paths, ours]
    hub.update(changes)  # at once, at the end: what is refused above changes nothing


def authenticator_manages(c: Config, what: str) -> bool:
    """Whether an authenticator is configured, or its class made, to manage `groups` or `roles`."""
    used = _authenticator_class(c)
    classes = {each.__name__ for each in used.__mro__} if isinstance(used, type) else set()
    sections = [c[name] for name in c if name.endswith("Authenticator") or name in classes]
    said = [section[f"manage_{what}"] for section in sections if f"manage_{what}" in section]
    trait = getattr(used, f"manage_{what}", False)
    return any(value is True for value in said or [getattr(trait, "default_value", trait)])


def _authenticator_class(c: Config) -> Any:
    """The class itself, where the configuration has its name; None where there is none."""
    from jupyterhub.app import JupyterHub

    given = c.JupyterHub.get("authenticator_class")
    if not isinstance(given, str):
        return given
    try:
        return JupyterHub.class_traits()["authenticator_class"].validate(None, given)
    except Exception:  # it cannot be imported; the hub says so, better than we could
        return None


def _current(section: Config, name: str, default: Any) -> Any:
    """What the operator has set so far; assignments and appends (LazyConfigValue) alike."""
    if name not in section:
        return default
    value = section[name]
    if isinstance(value, LazyConfigValue):
        value = copy(value).get_value(default)  # it keeps its first answer: ask a copy
    if isinstance(value, str) or not isinstance(value, Iterable):
        kind = type(default).__name__
        raise ConfigurationError(f"c.JupyterHub.{name} is {value!r}, where a {kind} has to be")
    return type(default)(value)


def _hub_version() -> tuple[Any, ...]:
    from jupyterhub import version_info

    return tuple(version_info)


def _check_options(
    service_name: str,
    url: str,
    external: bool,
    api_token: str | None,
    user_management: str,
) -> None:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", service_name):
        raise ConfigurationError(
            f"service_name={service_name!r} cannot be part of an address: use small letters,"
            " digits and hyphens"
        )
    if not _is_address(url):
        raise ConfigurationError(
            f"url={url!r} is not where a service can listen: use http://127.0.0.1:10105, or"
            " another port"
        )
    if user_management not in access.USER_MANAGEMENT:
        fix = did_you_mean(str(user_management), access.USER_MANAGEMENT)
        raise ConfigurationError(f"user_management={user_management!r} is unknown. {fix}")
    if external and not api_token:
        raise ConfigurationError(
            "external=True needs api_token: the token that the service, run elsewhere, shares"
            " with the hub"
        )


def _check_database(url: str) -> None:
    """A service that cannot take the address would end, and the hub with it."""
    from ..storage.store import Store

    try:
        Store(url)
    except LedgerError as error:
        raise ConfigurationError(
            f"{error}. Give enable() database_url={DEFAULT_DATABASE!r}, which is the default, or"
            " one that begins with postgresql://"
        ) from None  # its text may hold a password


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, or brackets that don't close
        return False


def _check_roles(declared: Declaration) -> None:
    for role_id, groups in declared.groups.items():
        if role_id in HUB_ROLES or not re.fullmatch(r"[a-z][a-z0-9-]{2,}", role_id):
            raise ConfigurationError(
                f"the role '{role_id}' is mapped to groups, but a role of the hub cannot be"
                " called that: choose an id of three letters or more that the hub doesn't use"
            )
        for group in {".", ".."}.intersection(groups):
            raise ConfigurationError(
                f"roles.{role_id}.groups: the hub's API cannot reach a group called '{group}':"
                " give it another name"
            )
        scopes = declared.scopes.get(role_id, ())
        _check_scopes(f"roles.{role_id}.scopes", scopes)
        for scope, power in access.dangers(scopes).items():
            log.warning("roles.%s.scopes: '%s' lets its holders %s", role_id, scope, power)


def _check_needs(declared: Declaration) -> None:
    for each in declared.model.responsibilities():
        _check_scopes(f"areas.{each.area}.responsibilities.{each.id}.needs", each.needs)


def _check_scopes(path: str, scopes: Iterable[str]) -> None:
    """Refuse what is no scope of the hub; `path` is where it stands in the declaration."""
    from jupyterhub.scopes import scope_definitions

    for name in (scope.partition("!")[0] for scope in scopes):
        if name not in scope_definitions and not name.startswith("custom:"):
            fix = did_you_mean(name, scope_definitions)
            raise ConfigurationError(f"{path}: the hub has no scope '{name}'. {fix}")


def _enabled_before(hub: Config, pages: HubPages) -> bool:
    """Whether this is a second call that says the same; one that says something else is refused."""
    there = _current(hub, "template_vars", {}).get(VARIABLE)
    if there is None:
        return False
    if not isinstance(there, HubPages):
        raise ConfigurationError(
            f"c.JupyterHub.template_vars already has a '{VARIABLE}' that is {there!r}, where"
            " enable() needs one of its own: rename yours"
        )
    changed = [name for name, value in pages.options.items() if there.options[name] != value]
    if there.declaration == pages.declaration and not changed:
        return True
    raise ConfigurationError(
        f"enable() was called before, with {_call(there, changed)}, and now with"
        f" {_call(pages, changed)}. A hub has one declaration: keep one of the calls"
    )


def _call(pages: HubPages, names: list[str]) -> str:
    """A call of enable() in words, without its token."""
    options = (
        f"its own {name}" if name in SECRET else f"{name}={pages.options[name]!r}" for name in names
    )
    return ", ".join((pages.declaration.source or "a dict", *options))


def _handover(
    c: Config, declared: Declaration, service_name: str, user_management: UserManagement
) -> dict[str, str]:
    return hand_over(
        declaration=dump(declared),
        declared_at=iso(declared.as_of),
        declaration_file=str(Path(declared.source).absolute()) if declared.source else "",
        hub_pid=os.getpid(),
        service_name=service_name,
        user_management=user_management,
        authenticator_groups=authenticator_manages(c, "groups"),
        authenticator_roles=authenticator_manages(c, "roles"),
    )


def _with_service(services: list[dict[str, Any]], ours: dict[str, Any]) -> list[dict[str, Any]]:
    for there in services:
        if there.get("name") == ours["name"]:
            raise ConfigurationError(
                f"c.JupyterHub.services already has a service '{ours['name']}', at"
                f" {there.get('url')}; enable() would add one at {ours['url']}. Give one of them"
                " another name (service_name=…)"
            )
        if there.get("url") and _port(there["url"]) == _port(ours["url"]):
            raise ConfigurationError(
                f"the service '{there.get('name')}' listens at {there['url']}, where"
                f" '{ours['name']}' should: give one of them another port (url=…)"
            )
    return [*services, ours]


def _port(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port


def _own_user_scopes(hub: Config) -> bool:
    """Whether the operator says what every user may do; the hub then ignores additions."""
    roles = _current(hub, "load_roles", [])
    return any(role.get("name") == "user" and "scopes" in role for role in roles)


def _with_roles(
    c: Config, declared: Declaration, service_name: str, user_management: UserManagement
) -> list[dict[str, Any]]:
    hub = c.JupyterHub
    page = access.page_scope(service_name)
    managed_groups = authenticator_manages(c, "groups")
    roles = [dict(role) for role in _current(hub, "load_roles", [])]
    managed = authenticator_manages(c, "roles")
    if managed:
        log.warning(
            "The authenticator manages roles: let it give the roles %s to their holders",
            ", ".join(declared.groups),
        )
    for role_id, groups in declared.groups.items():
        scopes = access.scopes_of(declared, role_id, user_management)
        entry = {
            "name": role_id,
            "description": declared.model.roles[role_id].title,
            "scopes": [*scopes, page],
        }
        _merge_role(roles, entry if managed else {**entry, "groups": list(groups)})
        if access.ADD_USERS_SCOPE in scopes:
            log.warning("%s may %s", role_id, access.DANGEROUS_SCOPES[access.ADD_USERS_SCOPE])
    name = f"{service_name}-service"
    if any(role.get("name") == name for role in roles):
        raise ConfigurationError(
            f"c.JupyterHub.load_roles already has a role '{name}', which the service needs for"
            " itself: rename yours, or the service (service_name=…)"
        )
    roles.append(
        {
            "name": name,
            "description": "Reads and changes who holds which responsibility",
            "scopes": list(access.service_scopes(declared, user_management, managed_groups)),
            "services": IfConfigured([service_name]),
        }
    )
    if _own_user_scopes(hub) or _hub_version() < (6,):
        _merge_role(roles, {"name": "user", "scopes": [page]}, new=["self"])
    return roles


def _merge_role(roles: list[dict[str, Any]], ours: dict[str, Any], new: Iterable[str] = ()) -> None:
    """Add a role, or what it lacks to the operator's own role of that name."""
    there = next((role for role in roles if role.get("name") == ours["name"]), None)
    if there is None:
        roles.append({**ours, "scopes": [*new, *ours["scopes"]]})
        return
    if "scopes" not in there:
        there["scopes"] = list(new)
    for key in ("scopes", "groups"):
        if key in ours:
            there[key] = list(dict.fromkeys([*there.get(key, ()), *ours[key]]))
    there.setdefault("description", ours.get("description", ""))


def _with_groups(groups: dict[str, Any], declared: Declaration) -> dict[str, Any]:
    """Declare the groups without members: whom a list names would come back at every start."""
    return {**{group: {} for group in declared.mapped_groups}, **groups}
