"""What the hub says when it starts the service, found out in the hub's own process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..domain.access import page_scope
from ..domain.accounts import ADMIN
from ..domain.configured import Configured, Grant, write
from .handover import CONFIGURED_VARIABLE, LOOK_VARIABLE, MAX_VARIABLE_BYTES
from .hidden import shadowed
from .look import look_of

log = logging.getLogger(__name__)


class ServiceEnvironment(dict[str, str]):
    """The environment of the service, with two more variables: how the hub is configured, and
    what it looks like.

    The hub reads them when it starts the service. By then it has loaded its roles, templates and
    services, from whatever was configured before and after `enable`. What can't be told is empty.
    """

    def __init__(
        self, variables: dict[str, str], roles: Iterable[str], service_name: str, templates: bool
    ) -> None:
        super().__init__(variables)
        self._roles = tuple(roles)
        self._service_name = service_name
        self._templates = templates
        self._told: dict[str, Callable[[Any], str]] = {
            CONFIGURED_VARIABLE: self._configured,
            LOOK_VARIABLE: self._look,
        }

    def keys(self) -> Any:
        """The names of the variables."""
        return [*super().keys(), *self._told]

    def __iter__(self) -> Iterator[str]:
        """The same; without it, Python copies a dict without asking it."""
        return iter(self.keys())

    def __getitem__(self, name: str) -> str:
        """The value of a variable."""
        if name in self._told:
            return _told(self._told[name])
        return super().__getitem__(name)

    def _configured(self, hub: Any) -> str:
        said = write(
            Configured(
                _granted(hub.db, [*self._roles, ADMIN]),
                open_to_users(hub.db, self._service_name),
                tuple(shadowed(hub) if self._templates else ()),
                lets_added_in(hub.authenticator),
                small_letters(hub.authenticator),
            )
        )
        if len(said) > MAX_VARIABLE_BYTES:
            # with it, the service could not be started, and the hub would end
            size = f"{len(said):,}"
            log.warning("How the hub is configured takes %s bytes: too many to tell", size)
            return ""
        return said

    def _look(self, hub: Any) -> str:
        return look_of(hub, self._service_name)


def open_to_users(database: Any, service_name: str) -> bool:
    """Whether the hub's role `user` lets its holders open the page."""
    from jupyterhub import orm

    role = orm.Role.find(database, "user")
    return not {"access:services", page_scope(service_name)}.isdisjoint(role.scopes)


def lets_added_in(authenticator: Any) -> bool:
    """Whether an account may log in because it was added to the hub, and for no other reason.

    An authenticator of somebody's own that doesn't say is taken to let it in.
    """
    ways = [getattr(authenticator, f"allow_{name}", None) for name in ("all", "existing_users")]
    return any(ways) or None in ways


def small_letters(authenticator: Any) -> bool:
    """Whether names are written in small letters, as far as one name tells.

    Some authenticators look names up where accounts are, and take none that isn't there.
    """
    try:
        return bool(authenticator.normalize_username("Ada") == "ada")
    except Exception:
        log.debug("What a name becomes at login could not be told", exc_info=True)
        return False


def _told(tell: Callable[[Any], str]) -> str:
    """What fails here must not keep the service from starting."""
    from jupyterhub.app import JupyterHub

    try:
        return tell(JupyterHub.instance()) if JupyterHub.initialized() else ""
    except Exception:
        log.exception("How the hub is configured could not be told")
        return ""


def _granted(database: Any, roles: Iterable[str]) -> dict[str, Grant]:
    from jupyterhub import orm
    from jupyterhub.scopes import expand_scopes

    found = {name: orm.Role.find(database, name) for name in roles}
    return {
        name: Grant(
            tuple(sorted(expand_scopes(role.scopes))), tuple(group.name for group in role.groups)
        )
        for name, role in found.items()
        if role is not None
    }
