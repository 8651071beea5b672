"""The JSON API."""

from __future__ import annotations

from .. import payloads
from .base import APIHandler
from .people import QUESTION


class MeHandler(APIHandler):
    """`GET api/me`."""

    def get(self) -> None:
        self.finish(payloads.me(self.site.subject, self.who()))


class ModelHandler(APIHandler):
    """`GET api/model`."""

    def get(self) -> None:
        self.finish(payloads.model(self.site.subject))


class RolesHandler(APIHandler):
    """`GET api/roles`."""

    def get(self) -> None:
        self.finish(payloads.roles(self.site.subject))


class RoleHandler(APIHandler):
    """`GET api/roles/<role>`."""

    def get(self, role_id: str) -> None:
        if role_id not in self.site.declaration.model.roles:
            raise self.not_found()
        self.finish(payloads.role(self.site.subject, role_id))


class ContactsHandler(APIHandler):
    """`GET api/contacts?q=`."""

    def get(self) -> None:
        question = self.get_query_argument("q", "")[:QUESTION]
        self.finish(payloads.contacts(self.site.subject, self.site.finder, question))


class NotFoundHandler(APIHandler):
    """Every other address below `api/`."""

    async def prepare(self) -> None:
        raise self.not_found()
