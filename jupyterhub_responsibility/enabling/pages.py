"""What the hub's own pages show: a template variable, computed in the hub's process.

Nothing here may take a page of the hub down: whatever fails is logged and left out. Only the
declaration is used, and the groups of the account whose page it is; the hub has both at hand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

from jinja2 import Environment, pass_environment
from jinja2.environment import TemplateModule

from ..domain.access import Ability
from ..domain.contacts import ContactFinder
from ..domain.holders import OwnRole, roles_of
from ..domain.model import Contact, Declaration, Roster, Viewer
from ..domain.rules import Rules
from .parts import HOME, Parts, in_bar, is_ours, rendered
from .start import open_to_users

log = logging.getLogger(__name__)

QUESTIONS: dict[str | int, str] = {
    "server": "my server won't start",
    403: "I have no access to this page",
    404: "page not found",
    500: "internal server error",
    503: "my server does not respond",
}
"""What somebody would ask whose server failed to start, or by the status of an error, in words with
which “Whom to ask” finds who looks after it."""


class HubPages:
    """The hub calls it with the account (or None) for every page that it renders.

    `trouble` says why nobody is sent to the service right now; nothing, if they are. `said` is made
    of the declaration, and follows it.
    """

    def __init__(
        self,
        declaration: Declaration,
        service_name: str,
        rules: Rules,
        trouble: Callable[[], str] = str,
    ) -> None:
        self.trouble = trouble
        self.service_name = service_name
        self.said = Said(declaration, rules)
        self.following: object = None  # the task that lets them follow, kept from being collected

    def take(self, declaration: Declaration) -> None:
        """Let the pages say from now on what a declaration says."""
        if declaration is not self.said.declaration:
            self.said = Said(declaration, replace(self.said.rules, declaration=declaration))

    def __call__(self, user: Any) -> HubPage:
        """The variable for one page, seen by `user` (a `jupyterhub.user.User`, or None)."""
        return HubPage(self, user)


class Said:
    """What a declaration has to say on the hub's own pages."""

    def __init__(self, declaration: Declaration, rules: Rules) -> None:
        self.declaration = declaration
        self.rules = rules
        self.first = ContactFinder(declaration, Roster()).first_contacts()
        self.public = tuple(contact for contact in declaration.contacts if contact.public)
        self.mapped = frozenset(declaration.mapped_groups)
        self.roles_through = lru_cache(maxsize=100)(self._roles_through)
        self.at_home: dict[tuple[Environment, str, frozenset[str]], TemplateModule] = {}

    def _roles_through(self, groups: frozenset[str]) -> tuple[OwnRole, ...]:
        return roles_of(self.declaration, Viewer("", groups=groups))


class Navigation:
    """Where the service is, among those that the viewer may open: objects with name and href."""

    in_bar = staticmethod(in_bar)

    def __init__(self, service_name: str) -> None:
        self.service_name = service_name

    def href(self, services: Iterable[Any] | None) -> str:
        """The address of the service; empty where it isn't among them."""
        for service in services or ():
            if service.name == self.service_name:
                # with subdomains, the hub's own address of it leaves out the port
                host = getattr(service, "host", "")
                return f"{host}{service.prefix}" if host else str(service.href)
        return ""

    def others(self, services: Iterable[Any]) -> list[Any]:
        """All but the service, which has a link of its own."""
        return [service for service in services if service.name != self.service_name]


class HubPage(Navigation):
    """The variable `responsibility` in the hub's templates."""

    def __init__(self, pages: HubPages, user: Any) -> None:
        super().__init__(pages.service_name)
        self._pages = pages
        self._said = pages.said  # one page says what one declaration does
        self._user = user
        self.first: tuple[Contact, ...] = self._said.first
        self.public: tuple[Contact, ...] = self._said.public
        self.community = self._said.declaration.community
        parts = Parts()
        self.once, self.shown = parts.once, parts.shown

    def question(self, about: str | int) -> str:
        """What somebody would ask who has this trouble; empty where there is nothing to ask."""
        return QUESTIONS.get(about, "")

    @pass_environment
    def at_home(self, environment: Environment, href: str) -> TemplateModule | None:
        """Our part of the home page, which is rendered once for all who are in the same groups.

        None where it has to be rendered anew: for JupyterHub admins, without a link, and from a
        template of the operator's, which may show anything.
        """
        if not href or self._user is None or self.admin or not is_ours(environment, HOME):
            return None
        try:
            key = (environment, href, self._groups)
            found = self._said.at_home.get(key)
            if found is None:
                said = {"responsibility": self, "responsibility_href": href, "user": self._user}
                found = self._said.at_home[key] = rendered(environment, HOME, said)
        except Exception:
            log.exception("Our part of the home page could not be rendered for many at once")
            return None
        return found

    @cached_property
    def _groups(self) -> frozenset[str]:
        return self._said.mapped.intersection([group.name for group in self._user.groups])

    @cached_property
    def _viewer(self) -> Viewer:
        return Viewer(self._user.name, self.admin, self._groups)

    @cached_property
    def roles(self) -> tuple[OwnRole, ...]:
        """The roles that the account holds, through its groups as they are now."""
        try:
            return self._said.roles_through(self._viewer.groups)
        except Exception:
            log.exception("The roles of an account could not be told")
            return ()

    @cached_property
    def held(self) -> str:
        """The titles of these roles, as text."""
        return " and ".join(own.role.title for own in self.roles)

    @cached_property
    def changes(self) -> tuple[Ability, ...]:
        """What the account may change on our pages."""
        try:
            return self._said.rules.changes(self._viewer)
        except Exception:
            log.exception("What an account may change could not be told")
            return ()

    @cached_property
    def admin(self) -> bool:
        """Whether the account is a JupyterHub admin."""
        return bool(getattr(self._user, "admin", False))

    @cached_property
    def unreachable(self) -> str:
        """Why nobody is sent to the page right now, and what to do; for JupyterHub admins."""
        return self._pages.trouble()

    @cached_property
    def closed(self) -> bool:
        """Whether ordinary users may not open the page; for JupyterHub admins, who always may."""
        return self.admin and not _open_to_users(self._user, self.service_name)


def _open_to_users(user: Any, service_name: str) -> bool:
    """Whether ordinary users may open the service; True if that can't be told."""
    try:
        return open_to_users(user.db, service_name)
    except Exception:
        log.exception("Whether users may open the service %s could not be told", service_name)
        return True
