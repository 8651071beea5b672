"""`enable`: checks what the operator says, and keeps it until the hub starts.

What it adds to the hub is decided then (`arrangement`), when everything is known: all files of
the configuration, in whatever order they stand, and what the authenticator really does.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from traitlets.config import Config

from ..declaration import dump, load
from ..declaration.shape import did_you_mean
from ..domain import access
from ..domain.access import UserManagement
from ..domain.model import Declaration
from ..errors import ConfigurationError, LedgerError
from .arrangement import arrange_at_start
from .enabled import Enabled, Options, remember
from .handover import DEFAULT_DATABASE, hand_over

log = logging.getLogger(__name__)

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
    users: `"service"`, `"admin"` (holders of a role with `adds_users`; it makes them as powerful
    as a JupyterHub admin) or `"off"`. `database_url` is where the ledger is: SQLite by default,
    PostgreSQL for several replicas of the service.

    Raises DeclarationError with every fault of the declaration, UnreadableError where there is
    no such file, and ConfigurationError where the configuration contradicts it.
    """
    _check_options(service_name, url, external, api_token, user_management)
    _check_database(database_url)
    _check_tls(c.JupyterHub, url, external)
    declared = load(declaration)
    _check_roles(declared)
    _check_needs(declared)
    if not external:
        hand_over(declaration=dump(declared))  # which may be too large for that
    options = Options(
        service_name,
        url,
        command,
        external,
        api_token,
        templates,
        user_management,
        database_url,
    )
    remember(c, Enabled(declared, options))
    _warn(declared, user_management)
    arrange_at_start()


def _warn(declared: Declaration, user_management: UserManagement) -> None:
    """Say which roles are granted what amounts to more than they are for."""
    for role_id, scopes in declared.scopes.items():
        for scope, power in access.dangers(scopes).items():
            log.warning("roles.%s.scopes: '%s' lets its holders %s", role_id, scope, power)
    for role_id in declared.groups:
        scopes = access.scopes_of(declared, role_id, user_management)
        if access.ADD_USERS_SCOPE in scopes and role_id not in declared.scopes:
            log.warning("%s may %s", role_id, access.DANGEROUS_SCOPES[access.ADD_USERS_SCOPE])


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
            f"url={url!r} is not an address to listen at: use http://127.0.0.1:10105, or"
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
        Store(str(url))  # an old SQLAlchemy takes None for an address
    except LedgerError as error:
        raise ConfigurationError(
            f"{error}. Give enable() database_url={DEFAULT_DATABASE!r}, which is the default, or"
            " one that begins with postgresql://"
        ) from None  # its text may hold a password


def _check_tls(hub: Config, url: str, external: bool) -> None:
    """JupyterHub 5 and 6.1 ask such a service in a way that cannot work, and end."""
    if hub.get("internal_ssl") is True and urlsplit(url).scheme == "https" and not external:
        raise ConfigurationError(
            f"url={url!r} and c.JupyterHub.internal_ssl: the hub cannot reach a service at https"
            " that it starts itself, and would end. Leave url at http://127.0.0.1:10105, which"
            " doesn't leave the machine, or run the service on its own (external=True)"
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, or brackets that don't close
        return False


def _check_roles(declared: Declaration) -> None:
    for role_id in declared.groups:
        if role_id in HUB_ROLES or not re.fullmatch(r"[a-z][a-z0-9-]{2,}", role_id):
            raise ConfigurationError(
                f"the role '{role_id}' is mapped to groups, but a hub role cannot have"
                " that name: choose an id of three letters or more that the hub doesn't use"
            )
        scopes = declared.scopes.get(role_id, ())
        _check_scopes(f"roles.{role_id}.scopes", scopes)


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
