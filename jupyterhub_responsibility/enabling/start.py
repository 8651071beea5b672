"""What the hub says when it starts the service, found out in the hub's own process."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..domain.access import page_scope
from ..domain.accounts import ADMIN
from ..domain.configured import ALL_TEMPLATES, Configured, Grant, write
from ..paths import templates as our_templates
from .handover import CONFIGURED_VARIABLE, MAX_VARIABLE_BYTES

log = logging.getLogger(__name__)

OURS = re.compile(r"\{[{%][^}]*\bresponsibility\b")
"""Every include of ours, and what they are made of, has it in its name; a template that doesn't
name it between its braces shows none of them."""


class ServiceEnvironment(dict[str, str]):
    """The environment of the service, with one more variable: how the hub is configured.

    The hub reads it when it starts the service. By then it has loaded its roles, from whatever
    was configured before and after `enable`. Where they can't be told, the variable is empty.
    """

    def __init__(
        self, variables: dict[str, str], roles: Iterable[str], service_name: str, templates: bool
    ) -> None:
        super().__init__(variables)
        self._roles = tuple(roles)
        self._service_name = service_name
        self._templates = templates

    def keys(self) -> Any:
        """The names of the variables."""
        return [*super().keys(), CONFIGURED_VARIABLE]

    def __iter__(self) -> Iterator[str]:
        """The same; without it, Python copies a dict without asking it."""
        return iter(self.keys())

    def __getitem__(self, name: str) -> str:
        """The value of a variable."""
        if name == CONFIGURED_VARIABLE:
            return _said(self._roles, self._service_name, self._templates)
        return super().__getitem__(name)


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


def shadowed(template_paths: Iterable[str]) -> list[str]:
    """The templates that come before ours, and show nothing of ours; in alphabetical order.

    ALL_TEMPLATES where the hub doesn't look for ours at all.
    """
    paths, ours = [Path(path) for path in template_paths], our_templates()
    if ours not in paths:
        return [ALL_TEMPLATES]
    first = paths[: paths.index(ours)]
    names = (p.name for p in sorted(ours.glob("*.html")) if not p.name.startswith("responsibility"))
    found = {name: next((p / name for p in first if (p / name).is_file()), None) for name in names}
    return [
        name
        for name, path in found.items()
        if path and not OURS.search(path.read_text("utf-8", errors="replace"))
    ]


def _said(roles: Iterable[str], service_name: str, templates: bool) -> str:
    """What fails here must not keep the service from starting."""
    from jupyterhub.app import JupyterHub

    try:
        if not JupyterHub.initialized():
            return ""
        hub = JupyterHub.instance()
        said = write(
            Configured(
                _granted(hub.db, [*roles, ADMIN]),
                open_to_users(hub.db, service_name),
                tuple(shadowed(hub.template_paths) if templates else ()),
                lets_added_in(hub.authenticator),
            )
        )
    except Exception:
        log.exception("How the hub is configured could not be told")
        return ""
    if (
        len(said) > MAX_VARIABLE_BYTES
    ):  # with it, the service could not be started, and the hub would end
        log.warning("How the hub is configured takes %s bytes: too many to tell", f"{len(said):,}")
        return ""
    return said


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
