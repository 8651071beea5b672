"""The pages for people."""

from __future__ import annotations

from contextlib import suppress

from ...errors import HubError
from .base import PageHandler

QUESTION = 200
"""Characters of a question that are read."""


class MyHandler(PageHandler):
    """`/`: my responsibilities."""

    def get(self) -> None:
        self.page(self.site.my_page(self.who(), self.xsrf))


class ContactsHandler(PageHandler):
    """`/contacts?q=`: whom do I ask?"""

    def get(self) -> None:
        question = self.get_query_argument("q", "")[:QUESTION]
        self.page(self.site.contacts_page(self.who(), self.xsrf, question))


class ModelHandler(PageHandler):
    """`/model`: the whole model with its live holders."""

    def get(self) -> None:
        self.page(self.site.model_page(self.who(), self.xsrf))


class RoleHandler(PageHandler):
    """`/roles/<role>`: one role."""

    def get(self, role_id: str) -> None:
        if role_id not in self.site.declaration.model.roles:
            raise self.not_found()
        self.page(self.site.role_page(self.who(), self.xsrf, role_id))


class AdminHandler(PageHandler):
    """`/admin`: the place for those in charge; the model page answers for it."""

    def get(self) -> None:
        self.redirect(f"{self.site.home}model")


class NotFoundHandler(PageHandler):
    """Every other address."""

    async def prepare(self) -> None:
        """Who is logged in sees their navigation bar; who isn't, needs no login for this."""
        with suppress(HubError):
            await self.identify()
        raise self.not_found()
