"""What is wrong with a call of `enable`: all of it at once, a line each.

A line says which option it is, or where it stands in the declaration, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..declaration import dump
from ..declaration.shape import did_you_mean
from ..domain import access
from ..domain.model import Declaration
from ..errors import ConfigurationError, LedgerError
from .enabled import SECRET, Options
from .handover import DATABASE_VARIABLE, DEFAULT_DATABASE, hand_over

HUB_ROLES = {"admin", "user", "server", "token"}
"""Roles that every hub has; a role of the model can't have such an id."""


def refusal(reasons: Sequence[str]) -> ConfigurationError:
    """One error for everything that is wrong."""
    if len(reasons) == 1:
        return ConfigurationError(reasons[0])
    return ConfigurationError(
        f"enable() is refused, for {len(reasons)} reasons:\n" + "\n".join(reasons)
    )


def wrong_options(options: Options, unknown: Iterable[str]) -> Iterator[str]:
    """What is wrong with the options, each for itself and with each other."""
    for name in unknown:
        yield f"enable() has no option '{name}'. {did_you_mean(name, OPTIONS)}"
    for name, wrong in OPTIONS.items():
        value = getattr(options, name)
        if said := wrong(value):
            yield said if name in SECRET else f"{name}={value!r} {said}"
    if options.external is True:
        yield from _wrong_outside(options)


def wrong_declaration(declared: Declaration, external: bool) -> Iterator[str]:
    """What the hub can't do of a declaration that is without faults."""
    for role_id in declared.groups:
        if role_id in HUB_ROLES or not re.fullmatch(r"[a-z][a-z0-9-]{2,}", role_id):
            yield (
                f"the role '{role_id}' is mapped to groups, but a hub role cannot have"
                " that name: choose an id of three letters or more that the hub doesn't use"
            )
        yield from _wrong_scopes(f"roles.{role_id}.scopes", declared.scopes.get(role_id, ()))
    for each in declared.model.responsibilities():
        path = f"areas.{each.area}.responsibilities.{each.id}.needs"
        yield from _wrong_scopes(path, each.needs)
    if not external:
        yield from _wrong_size(declared)


def _wrong_scopes(path: str, scopes: Iterable[str]) -> Iterator[str]:
    """What is no scope of the hub; `path` is where it stands in the declaration."""
    from jupyterhub.scopes import scope_definitions

    for name in (scope.partition("!")[0] for scope in scopes):
        if name not in scope_definitions and not name.startswith("custom:"):
            yield f"{path}: the hub has no scope '{name}'. {did_you_mean(name, scope_definitions)}"


def _wrong_size(declared: Declaration) -> Iterator[str]:
    try:
        hand_over(declaration=dump(declared))
    except ConfigurationError as error:
        yield str(error)


def _wrong_outside(options: Options) -> Iterator[str]:
    """What doesn't go with a service that the hub doesn't start."""
    if options.api_token in (None, ""):
        yield (
            "external=True needs api_token: the token that the service, run elsewhere, shares"
            " with the hub"
        )
    if options.database_url != DEFAULT_DATABASE:
        yield (
            "external=True and database_url contradict each other: the hub can't tell an external"
            f" service where its ledger is. Take database_url out, and set {DATABASE_VARIABLE} in"
            " the environment of the service"
        )


def _wrong_name(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value):
        return ""
    return "cannot be part of an address: use small letters, digits and hyphens"


def _wrong_address(value: Any) -> str:
    if isinstance(value, str) and _is_address(value):
        return ""
    return "is not an address to listen at: use http://127.0.0.1:10105, or another port"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, or brackets that don't close
        return False


def _wrong_command(value: Any) -> str:
    if value is None or (
        isinstance(value, list | tuple) and all(isinstance(w, str) for w in value)
    ):
        return ""
    return 'should be a list of texts, such as ["python3", "-m", "jupyterhub_responsibility"]'


def _wrong_truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "should be True or False, without quotes"


def _wrong_token(value: Any) -> str:
    return (
        ""
        if value is None or isinstance(value, str)
        else "api_token should be text: put it in quotes"
    )


def _wrong_manager(value: Any) -> str:
    if value in access.USER_MANAGEMENT:
        return ""
    return f"is unknown. {did_you_mean(str(value), access.USER_MANAGEMENT)}"


def _wrong_database(value: Any) -> str:
    """A service that cannot take the address would end, and the hub with it."""
    from ..storage.store import Store

    try:
        Store(str(value))  # an old SQLAlchemy takes None for an address
    except LedgerError as error:
        return (
            f"{error}. Give enable() database_url={DEFAULT_DATABASE!r}, which is the default, or"
            " one that begins with postgresql://"
        )
    return ""


OPTIONS: dict[str, Callable[[Any], str]] = {
    "service_name": _wrong_name,
    "url": _wrong_address,
    "command": _wrong_command,
    "external": _wrong_truth,
    "api_token": _wrong_token,
    "templates": _wrong_truth,
    "user_management": _wrong_manager,
    "database_url": _wrong_database,
}
"""Each option of `enable`, and what says what is wrong with a value of it, or nothing."""
