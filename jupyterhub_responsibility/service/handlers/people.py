"""The pages for people."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar
from urllib.parse import unquote

from ...domain.model import Viewer
from ...errors import HubError, LedgerError, RefusedError
from ...ledger.entry import Entry
from ...ledger.query import Wanted
from ...ledger.sentences import sentence
from .. import actions, bodies, pages
from ..bodies import Body
from ..filters import wanted
from ..site import NOTHING_NEW, News
from .base import REFUSED, PageHandler

QUESTION = 200
"""Characters of a question that are read."""

LINES = 50
"""Entries on a page of the ledger."""

B = TypeVar("B", bound=Body)


class FormPage(PageHandler):
    """A page with forms: a change leads back to the page, which says what became of it."""

    def form(self, kind: type[B]) -> B:
        """What was filled in; fields that were left empty count as not there."""
        values = {name: self.get_body_argument(name) for name in kind.model_fields
                  if self.get_body_argument(name, "").strip()}  # fmt: skip
        return bodies.check(kind, values)

    async def news(self, viewer: Viewer) -> News:
        """What the viewer has just done, where the address names the entry about it."""
        number = self.get_query_argument("entry", "")
        if not number.isdecimal() or len(number) > 9:
            return NOTHING_NEW
        with suppress(LedgerError):
            if int(number) > self.site.ledger.book.number:  # written by another replica
                await self.site.ledger.catch_up()
                await self.site.keeper.refresh()
            for entry in await self.site.ledger.page(Wanted(), int(number) + 1, 1):
                if (entry.actor, entry.actor_kind) == (viewer.name, viewer.kind):
                    return News(done=sentence(entry, self.site.declaration.model))
        return NOTHING_NEW

    def failed(self, error: RefusedError) -> News:
        """Why it was refused, and what had been filled in."""
        self.set_status(REFUSED.get(error.code, 409))
        names = self.request.body_arguments
        return News(
            failed=str(error),
            typed={name: self.get_body_argument(name) for name in names if name != "_xsrf"},
        )

    def back(self, path: str, entry: Entry) -> None:
        """Lead to a page of ours, which says what was done."""
        self.redirect(f"{self.site.home}{path}?entry={entry.number}", status=303)


class MyHandler(FormPage):
    """`/`: my responsibilities. `POST` confirms the duties of a role."""

    async def get(self) -> None:
        viewer = self.who()
        self.page(self.site.my_page(viewer, self.xsrf, await self.news(viewer)))

    async def post(self) -> None:
        actor = await self.writer()
        try:
            entry = await actions.confirm(self.site, actor, self.form(bodies.ConfirmBody))
        except RefusedError as error:
            self.page(self.site.my_page(actor, self.xsrf, self.failed(error)))
        else:
            self.back("", entry)


class ContactsHandler(PageHandler):
    """`/contacts?q=`: whom do I ask?"""

    def get(self) -> None:
        question = self.get_query_argument("q", "")[:QUESTION]
        self.page(self.site.contacts_page(self.who(), self.xsrf, question))


class ModelHandler(PageHandler):
    """`/model`: the whole model with its live holders."""

    def get(self) -> None:
        self.page(self.site.model_page(self.who(), self.xsrf))


class RoleHandler(FormPage):
    """`/roles/<role>`: one role. `POST` changes who holds it, as the field `action` says."""

    async def get(self, role_id: str) -> None:
        if role_id not in self.site.declaration.model.roles:
            raise self.not_found()
        viewer = self.who()
        self.page(self.site.role_page(viewer, self.xsrf, role_id, await self.news(viewer)))

    async def post(self, role_id: str) -> None:
        if role_id not in self.site.declaration.model.roles:
            raise self.not_found()
        actor = await self.writer()
        try:
            entry = await self._act(actor, role_id)
        except RefusedError as error:
            self.page(self.site.role_page(actor, self.xsrf, role_id, self.failed(error)))
        else:
            self.back(f"roles/{role_id}", entry)

    async def _act(self, actor: Viewer, role_id: str) -> Entry:
        site, action = self.site, self.get_body_argument("action", "")
        person = self.get_body_argument("person", "")
        if action == "appoint":
            body = self.form(bodies.AppointBody)
            return await actions.appoint(site, actor, role_id, self._named(person), body)
        if action == "withdraw":
            seen = self.get_body_argument("seen", "")
            gone = self.form(bodies.WithdrawBody)
            account = self._named(unquote(self.get_body_argument("account", "")))
            return await actions.withdraw(site, actor, role_id, account, gone, seen)
        if action == "request":
            values = self.form(bodies.AppointBody).model_dump()
            asked = bodies.RequestBody(role=role_id, user=person or None, **values)
            return await actions.ask(site, actor, asked)
        if action == "decide":
            number = self.get_body_argument("request", "")
            if not number.isdecimal() or len(number) > 9:
                raise RefusedError("invalid", "Say which request.")
            return await actions.decide(site, actor, int(number), self.form(bodies.VerdictBody))
        raise RefusedError("invalid", "Say what to do.")

    @staticmethod
    def _named(person: str) -> str:
        if not person.strip():
            raise RefusedError("invalid", "Say whom: write the name that they log in with.")
        return person.strip()


class UsersHandler(FormPage):
    """`/users`: add users."""

    def get(self) -> None:
        self._may(self.who())
        self.page(self.site.users_page(self.who(), self.xsrf, pages.UsersPage()))

    async def post(self) -> None:
        actor = await self.writer()
        self._may(actor)
        try:
            results = await actions.add_users(self.site, actor, self.form(bodies.UsersBody))
        except RefusedError as error:
            page, news = pages.UsersPage(), self.failed(error)
        else:
            page, news = pages.UsersPage(results=tuple(results)), NOTHING_NEW
        self.page(self.site.users_page(actor, self.xsrf, page, news))

    def _may(self, viewer: Viewer) -> None:
        if not self.site.subject.rules.may_add_users(viewer, self.site.settings.user_management):
            raise RefusedError("not_allowed", "Only Hub Administrators add users, where this page"
                               " may do it.")  # fmt: skip


class LedgerHandler(PageHandler):
    """`/ledger`: who did what, for those who may appoint."""

    async def get(self) -> None:
        viewer = await self.reader()
        site, given = self.site, self.asked_for()
        query, before = wanted(given)
        entries = await site.ledger.page(query, before, LINES)
        page = pages.ledger_page(site.subject, entries, given, LINES)
        self.page(site.ledger_page(viewer, self.xsrf, page))


class AdminHandler(PageHandler):
    """`/admin`: the panel for those in charge; everybody else is led to the model."""

    def get(self) -> None:
        if self.site.subject.rules.in_charge(self.who()):
            self.page(self.site.admin_page(self.who(), self.xsrf))
        else:
            self.redirect(f"{self.site.home}model")


class NotFoundHandler(PageHandler):
    """Every other address."""

    async def prepare(self) -> None:
        """Who is logged in sees their navigation bar; who isn't, needs no login for this."""
        with suppress(HubError):
            await self.identify()
        raise self.not_found()
