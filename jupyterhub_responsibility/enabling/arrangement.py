"""What `enable` adds to the hub, in the hub's process, once all of its configuration is loaded.

Nothing of the operator's is ever taken away: whatever they set, in whichever file and order, is
there, and ours comes to it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..declaration import dump
from ..domain import access
from ..domain.model import Declaration
from ..domain.rules import Rules
from ..errors import ConfigurationError
from ..paths import templates as our_templates
from ..text import iso
from .enabled import Options, remembered
from .following import follow, keeper_of
from .handover import DATABASE_VARIABLE, hand_over
from .layers import lay_over_hub
from .look import VARIABLE, own_paths
from .pages import HubPages
from .routing import Routing
from .start import ServiceEnvironment

log = logging.getLogger(__name__)

PACKAGE = __name__.partition(".")[0]
"""Whose command `python -m` runs."""

WRITE_SO = (
    "%s: whoever logs in as %r has the account %r on this hub. Write %r: a service that the hub"
    " doesn't start (external=True) can't know it"
)

Role = dict[str, Any]


def arrange_at_start() -> None:
    """Have every hub of this process arranged before it makes its roles, and its pages after.

    JupyterHub has no hook for the moment at which all its configuration is loaded and its
    authenticator is there, but nothing has been done with either; nor for the one at which its
    templates can be found, and none was used.
    """
    from jupyterhub.app import JupyterHub

    make_roles, make_settings = JupyterHub.init_role_creation, JupyterHub.init_tornado_settings
    if hasattr(make_roles, "__wrapped__"):
        return

    @wraps(make_roles)
    async def arranged(hub: Any) -> None:
        try:
            arrange(hub)
        except ConfigurationError as error:
            hub.log.critical("%s", error)
            hub.exit(1)
        _follow(hub)
        await make_roles(hub)

    @wraps(make_settings)
    def laid_over(hub: Any) -> None:
        make_settings(hub)
        if remembered(hub.config) is not None:
            lay_over_hub(hub)

    JupyterHub.init_role_creation, JupyterHub.init_tornado_settings = arranged, laid_over


def arrange(hub: Any) -> None:
    """Add what `enable` promised to a hub whose configuration is loaded.

    Raises ConfigurationError, and adds nothing, where something of the operator's is in the way.
    """
    enabled = remembered(hub.config)
    if enabled is None:
        return
    authenticator = hub.authenticator
    options, normalize = enabled.options, authenticator.normalize_username
    declared, called = _as_at_login(enabled.declaration, normalize, options.external)
    plan = Plan(
        declared,
        called,
        options,
        manages_groups=bool(authenticator.manage_groups),
        checks_groups=checks_groups(authenticator),
        manages_roles=bool(getattr(authenticator, "manage_roles", False)),
        routing=Routing(options.service_name, options.url, 0 if options.external else os.getpid()),
    )
    changes = plan.changes(hub)
    for name, value in changes.items():
        setattr(hub, name, value)
    plan.routing.look_after(hub)


def _follow(hub: Any) -> None:
    """Let the hub's pages follow the declaration from now on."""
    pages = hub.template_vars.get(VARIABLE)
    if isinstance(pages, HubPages):
        following = follow(pages, keeper_of(pages.said.declaration))
        pages.following = asyncio.create_task(following)


@dataclass(frozen=True)
class Plan:
    """What to add to one hub: what was declared, what the hub `called` accounts that the
    declaration writes otherwise, and what its authenticator does."""

    declared: Declaration
    called: Mapping[str, str]
    options: Options
    manages_groups: bool
    checks_groups: bool
    manages_roles: bool
    routing: Routing

    def changes(self, hub: Any) -> dict[str, Any]:
        """The settings of the hub that become others. Raises ConfigurationError."""
        own_user_scopes = any(
            role.get("name") == "user" and "scopes" in role for role in hub.load_roles
        )
        extends_user = own_user_scopes or hub_version() < (6,)
        changes: dict[str, Any] = {
            "services": self._services(hub),
            "load_roles": self._roles(hub.load_roles, extends_user),
            "template_vars": self._template_vars(hub.template_vars),
        }
        if not self.manages_groups:  # the hub refuses any, where the authenticator does
            ours: dict[str, Any] = {group: {} for group in self.declared.mapped_groups}
            changes["load_groups"] = ours | hub.load_groups
        if not extends_user:
            changes["extra_user_scopes"] = {*hub.extra_user_scopes, self._page}
        if self.options.templates:
            changes["template_paths"] = self._template_paths(hub)
        return changes

    @property
    def _page(self) -> str:
        return access.page_scope(self.options.service_name)

    def _services(self, hub: Any) -> list[Any]:
        ours = self._service()
        for there in hub.services:
            if there.get("name") == ours["name"]:
                raise ConfigurationError(
                    f"c.JupyterHub.services already has a service '{ours['name']}', at"
                    f" {there.get('url')}; enable() would add one at {ours['url']}. Give one of"
                    " them another name (service_name=…)"
                )
            if there.get("url") and _port(there["url"]) == _port(ours["url"]):
                raise ConfigurationError(
                    f"the service '{there.get('name')}' listens at {there['url']}, where"
                    f" '{ours['name']}' should: give one of them another port (url=…)"
                )
        return [*hub.services, ours]

    def _service(self) -> dict[str, Any]:
        options = self.options
        service: dict[str, Any] = {
            "name": options.service_name,
            "url": options.url,
            "oauth_no_confirm": True,
            # a login tells when the account was made: one that is made again has the same name
            "oauth_client_allowed_scopes": ["read:users!user"],
        }
        if options.api_token:
            service["api_token"] = options.api_token
        if not options.external:
            service["command"] = options.command or [sys.executable, "-m", PACKAGE, "serve"]
            service["environment"] = ServiceEnvironment(
                {**self._handover(), DATABASE_VARIABLE: options.database_url},
                self.declared.groups,
                options.service_name,
                options.templates,
            )
        return service

    def _handover(self) -> dict[str, str]:
        declared, options = self.declared, self.options
        return hand_over(
            declaration=dump(declared),
            declared_at=iso(declared.as_of),
            declaration_file=str(Path(declared.source).absolute()) if declared.source else "",
            called_at_login=dict(self.called),
            hub_pid=os.getpid(),
            service_name=options.service_name,
            user_management=options.user_management,
            authenticator_groups=self.manages_groups,
            authenticator_checks=self.checks_groups,
            authenticator_roles=self.manages_roles,
        )

    def _roles(self, there: list[Role], extends_user: bool) -> list[Role]:
        roles = [dict(role) for role in there]
        if self.manages_roles:
            log.warning(
                "The authenticator manages roles: let it give the roles %s to their holders",
                ", ".join(self.declared.groups),
            )
        for ours in self._mapped_roles():
            _merge_role(roles, ours)
        name = f"{self.options.service_name}-service"
        if any(role.get("name") == name for role in roles):
            raise ConfigurationError(
                f"c.JupyterHub.load_roles already has a role '{name}', which the service needs for"
                " itself: rename yours, or the service (service_name=…)"
            )
        roles.append(self._service_role(name))
        if extends_user:
            _merge_role(roles, {"name": "user", "scopes": [self._page]}, new=["self"])
        return roles

    def _mapped_roles(self) -> Iterable[Role]:
        for role_id, groups in self.declared.groups.items():
            scopes = access.scopes_of(self.declared, role_id, self.options.user_management)
            entry = {
                "name": role_id,
                "description": self.declared.model.roles[role_id].title,
                "scopes": [*scopes, self._page],
            }
            yield entry if self.manages_roles else {**entry, "groups": list(groups)}

    def _service_role(self, name: str) -> Role:
        scopes = access.service_scopes(
            self.declared, self.options.user_management, self.manages_groups
        )
        return {
            "name": name,
            "description": "Reads and changes who holds which responsibility",
            "scopes": list(scopes),
            "services": [self.options.service_name],
        }

    def _template_vars(self, there: Mapping[str, Any]) -> dict[str, Any]:
        if VARIABLE in there:
            raise ConfigurationError(
                f"c.JupyterHub.template_vars already has a '{VARIABLE}' that is"
                f" {there[VARIABLE]!r}, where enable() needs one of its own: rename yours"
            )
        rules = Rules(self.declared, self.manages_groups, self.options.user_management)
        name, routing = self.options.service_name, self.routing
        return {**there, VARIABLE: HubPages(self.declared, name, rules, lambda: routing.trouble)}

    def _template_paths(self, hub: Any) -> list[str]:
        """Ours come after the operator's own, so that theirs win, and before the hub's."""
        own, ours = own_paths(hub), str(our_templates())
        return own if ours in own else [*own, ours]


def checks_groups(authenticator: Any) -> bool:
    """Whether the hub may learn of groups while people use it, and not only when they log in.

    It asks an authenticator that has a `refresh_user` of its own, unless that is turned off.
    OAuthenticator has one, which tells something new only where it may keep people's tokens.
    """
    from jupyterhub.auth import Authenticator

    own = type(authenticator).refresh_user is not Authenticator.refresh_user
    asked = authenticator.manage_groups and authenticator.auth_refresh_age > 0
    oauth = getattr(sys.modules.get("oauthenticator.oauth2"), "OAuthenticator", ())
    told = authenticator.enable_auth_state or not isinstance(authenticator, oauth)
    return bool(own and asked and told)


def hub_version() -> tuple[Any, ...]:
    """Which JupyterHub this is."""
    from jupyterhub import version_info

    return tuple(version_info)


def _as_at_login(
    declared: Declaration, normalize: Any, external: bool
) -> tuple[Declaration, Mapping[str, str]]:
    """The declaration with the names of accounts as the hub makes them at a login, and what became
    of those that are written otherwise.

    A service that the hub doesn't start reads the file itself, and knows no authenticator: the
    hub's log then says which names to write otherwise.
    """

    called: dict[str, str] = {}

    def name(path: str, given: str) -> str:
        try:
            known = str(normalize(given))
        except Exception:  # whatever an authenticator makes of a name that nobody logs in with
            log.exception("The authenticator could not tell what %r becomes at a login", given)
            return given
        if external and known != given:
            log.warning(WRITE_SO, path, given, known, known)
        if known != given:
            called[given] = known
        return known

    return declared.with_accounts(name), called


def _port(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port


def _merge_role(roles: list[Role], ours: Role, new: Iterable[str] = ()) -> None:
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
