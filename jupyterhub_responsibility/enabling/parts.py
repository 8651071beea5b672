"""What a page of the hub shows of ours, so that no page shows a part of it twice."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, pass_environment
from jinja2.environment import TemplateModule

from ..domain.model import Contact
from ..paths import templates as our_templates

CONTACT = "responsibility-contact.html"
HOME = "responsibility-home.html"
BAR = "responsibility-navbar.html"


class Parts:
    """The parts of ours on one page, as far as it has been rendered."""

    def __init__(self) -> None:
        self._shown: set[str] = set()

    def once(self, part: str) -> bool:
        """Whether nothing on this page has asked for a part before: then it is to be shown."""
        if part in self._shown:
            return False
        self._shown.add(part)
        return True

    @pass_environment
    def shown(self, environment: Environment, contact: Contact) -> TemplateModule:
        """A contact, as the template for one shows it."""
        return once_for_all(environment, CONTACT, "contact", contact)


@lru_cache(maxsize=100)
def once_for_all(environment: Environment, part: str, name: str, value: Hashable) -> TemplateModule:
    """A part that sees just one variable: the same for everybody, so that it is rendered once."""
    return rendered(environment, part, {name: value})


def rendered(environment: Environment, part: str, variables: Mapping[str, Any]) -> TemplateModule:
    """A part that sees just these variables."""
    at_once = environment.overlay(enable_async=False)
    return at_once.get_template(part).make_module(dict(variables))


@cache
def is_ours(environment: Environment, part: str) -> bool:
    """Whether a part is as we wrote it, and no template of the operator's."""
    found = environment.overlay(enable_async=False).get_template(part).filename
    return found is not None and Path(found).parent == our_templates()


@pass_environment
def in_bar(environment: Environment, href: str) -> TemplateModule | None:
    """The link for the navigation bar; None where it comes from a template of the operator's, which
    may show anything, and has to be rendered for this page."""
    if not is_ours(environment, BAR):
        return None
    return once_for_all(environment, BAR, "responsibility_href", href)
