"""What a page of the hub shows of ours, so that no page shows a part of it twice."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, pass_environment
from jinja2.environment import TemplateModule

from ..domain.model import Contact

CONTACT = "responsibility-contact.html"


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
        return _rendered(environment, contact)


@lru_cache(maxsize=100)
def _rendered(environment: Environment, contact: Contact) -> TemplateModule:
    """The same for everybody, so that it is rendered once."""
    at_once = environment.overlay(enable_async=False)
    return at_once.get_template(CONTACT).make_module({"contact": contact})
