"""Renders the hub's pages on trial: what do they really show of ours?

Nobody is asked for that, and no function of the operator's is called: what isn't known is nothing,
and whatever is done with it comes to nothing, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from jinja2 import ChainableUndefined, Environment

from ..domain.model import Contact, Party
from .parts import Parts, in_bar

MARK = "on-trial-"
"""Is in everything of ours that a page may show."""

LINK = f"/{MARK}service/"
CONTACT = f"https://{MARK}contact.example"
NAME = "responsibilities-on-trial"


class Nothing(ChainableUndefined):
    """What isn't known: it has every attribute, and can be called."""

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Nothing, again."""
        return self


class Somebody:
    """Who looks at the page; nothing is known of them but their name."""

    name = json_escaped_name = "somebody"
    admin = False
    groups = ()

    def __getattr__(self, name: str) -> Nothing:
        """Nothing."""
        return Nothing(name=name)


class OnTrial(Parts):
    """The variable `responsibility`, with a mark in all of it."""

    service_name = NAME
    held = MARK
    first = public = (Contact(MARK, MARK, (), url=CONTACT),)
    roles = changes = ()
    community = Party("")
    admin = closed = missing = False
    unreachable = ""

    in_bar = staticmethod(in_bar)

    def at_home(self, _href: str) -> None:
        """It is rendered for this page."""

    def href(self, _services: Any) -> str:
        """Where the service is."""
        return LINK

    def others(self, services: Any) -> list[Any]:
        """All but the service."""
        return [each for each in services if getattr(each, "name", "") != NAME]


SERVICE = SimpleNamespace(name=NAME, href=LINK, prefix=LINK, display=True, info={}, kind="managed")


class Trial:
    """Renders templates of an environment with the operator's variables."""

    def __init__(self, environment: Environment, variables: Mapping[str, Any]) -> None:
        self._environment = environment.overlay(undefined=Nothing)
        self._variables = {k: v for k, v in variables.items() if not callable(v)}

    def leads_here(self, in_menu: bool = True) -> bool:
        """Whether page.html leads somebody to the service; by a link, or by a menu of services."""
        return LINK in self.html("page.html", services=[SERVICE] if in_menu else [])

    def shows_contacts(self, template: str) -> bool:
        """Whether a page shows the public contacts to people who haven't logged in."""
        return CONTACT in self.html(template, user=None)

    def adds(self, template: str, **variables: Any) -> bool:
        """Whether a page shows somebody more of ours than page.html does anyway."""
        found = [self.html(name, **variables).count(MARK) for name in (template, "page.html")]
        return found[0] > found[1]

    def html(self, template: str, **variables: Any) -> str:
        """A page as somebody would see it."""
        return self._environment.get_template(template).render(
            {
                "base_url": "/hub/",
                "prefix": "/",
                "login_url": "/hub/login",
                "logout_url": "/hub/logout",
                "static_url": lambda path, **_: f"/hub/static/{path}",
                "no_spawner_check": True,
                "parsed_scopes": {"admin-ui": {}},
                "services": [],
                "user": Somebody(),
                **self._variables,
                "responsibility": OnTrial(),
                **variables,
            }
        )
