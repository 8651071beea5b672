"""`enable`: checks what the operator says, and keeps it until the hub starts.

What it adds to the hub is decided then (`arrangement`), when everything is known: all files of
the configuration, in whatever order they stand, and what the authenticator really does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traitlets.config import Config

from ..declaration import load
from ..domain import access
from ..domain.access import UserManagement
from ..domain.model import Declaration
from ..errors import SetUpError
from .arrangement import arrange_at_start
from .enabled import Enabled, Options, remember
from .handover import DEFAULT_DATABASE
from .refusals import refusal, wrong_declaration, wrong_options

log = logging.getLogger(__name__)


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
    **unknown: Any,
) -> None:
    """Add a Responsibilities service, its roles, groups and templates to a hub's configuration.

    `c` is the configuration in `jupyterhub_config.py`; `declaration` is the path of the
    declaration, or the declaration itself. `service_name` is part of the address of the page;
    `url` is where the service listens. `command` starts it (default: this package). With
    `external=True` the hub doesn't start it, and `api_token` is the token it shares with the
    hub. `templates=False` leaves the hub's own pages alone. `user_management` says who may add
    users: `"service"`, `"admin"` (holders of a role with `adds_users`; it makes them as powerful
    as a JupyterHub admin) or `"off"`. `database_url` is where the ledger is: SQLite by default,
    PostgreSQL for several replicas of the service. `unknown` options are refused, with a
    suggestion.

    Raises one error with everything that is wrong: DeclarationError where that is faults of the
    declaration, UnreadableError where it can't be read, and else ConfigurationError.
    """
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
    declared = _checked(declaration, options, unknown)
    remember(c, Enabled(declared, options))
    _warn(declared, user_management)
    arrange_at_start()


def _checked(
    declaration: str | Path | Mapping[str, Any], options: Options, unknown: Mapping[str, Any]
) -> Declaration:
    """The declaration, if nothing is wrong with it, nor with the options."""
    reasons = list(wrong_options(options, unknown))
    try:
        declared = load(declaration)
    except SetUpError as error:
        if not reasons:
            raise
        raise refusal([*reasons, str(error)]) from None
    reasons += wrong_declaration(declared, options.external)
    if reasons:
        raise refusal(reasons)
    return declared


def _warn(declared: Declaration, user_management: UserManagement) -> None:
    """Say which roles are granted what amounts to more than they are for."""
    for role_id, scopes in declared.scopes.items():
        for scope, power in access.dangers(scopes).items():
            log.warning("roles.%s.scopes: '%s' lets its holders %s", role_id, scope, power)
    for role_id in declared.groups:
        scopes = access.scopes_of(declared, role_id, user_management)
        if access.ADD_USERS_SCOPE in scopes and role_id not in declared.scopes:
            log.warning("%s may %s", role_id, access.DANGEROUS_SCOPES[access.ADD_USERS_SCOPE])
