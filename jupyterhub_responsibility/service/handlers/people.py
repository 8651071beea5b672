"""The pages for people."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TypeVar
from urllib.parse import unquote

from ...changes.users import Added
from ...domain.matches import Named
from ...domain.messages import MESSAGES, Recipient
from ...domain.model import Viewer
from ...domain.pasted import Line
from ...domain.rules import ACCESS
from ...errors import HubError, LedgerError, RefusedError
from ...ledger.entry import Entry
from ...ledger.query import Wanted
from .. import actions, bodies, questions
from ..bodies import Body
from ..filters import asked_for, wanted
from ..pages import PAGES
from ..pages.forget import NOTHING
from ..pages.frame import NOTHING_NEW, News
from ..pages.panel import numbers
from .base import CLOSED, REFUSED, SEEN, PageHandler

QUESTION = 200
"""Characters of a question that are read."""

NEWEST = 10
"""So much that is new is said in full."""

LINES = 50
"""How much that is read as one is on a page of the ledger."""

EXACT = frozenset({"group"})
"""Fields that hold a name as it is in an address: tornado and browsers change spaces and lines."""

B = TypeVar("B", bound=Body)


class ReadHandler(PageHandler):
    """A page that takes no parameter, but why somebody was led to it from another."""

    def get(self) -> None:
        self.show(news=self._refusal())

    def _refusal(self) -> News:
        """Why the page that somebody wanted is closed to them, if it is."""
        wanted = self.get_query_argument(CLOSED, "")
        for page in PAGES:
            if page.may == wanted and not self.site.snapshot.rules.may(self.who(), page.may):
                return News(failed=ACCESS[page.may].refusal)
        return NOTHING_NEW


class BellHandler(PageHandler):
    """`/bell`: how much is new for the viewer, for their line on the hub's home page."""

    for_scripts = True

    def get(self) -> None:
        self.finish({"new": self.bell.count})


class GapsHandler(PageHandler):
    """`/gaps`: how many there are, for the bar on the hub's admin page, which has no XSRF token
    of ours; so that any page of our origin may know, and nothing else.
    """

    for_scripts = True

    def get(self) -> None:
        self.finish(numbers(self.site.snapshot.coverage))


class FormPage(PageHandler):
    """A page with forms: a change leads back to the page, which says what became of it."""

    def form(self, kind: type[B]) -> B:
        """What was filled in; fields that were left empty count as not there."""
        values = {name: self.get_body_argument(name) for name in kind.model_fields
                  if self.get_body_argument(name, "").strip()}  # fmt: skip
        values |= {name: self.exact(name) for name in EXACT & values.keys()}
        return bodies.check(kind, values)

    def exact(self, name: str) -> str:
        """A name that the page itself put into the form, with every space that is in it."""
        return unquote(self.get_body_argument(name, ""))

    async def news(self, viewer: Viewer) -> News:
        """What the viewer has just done, where the address names the entry about it.

        Once something else has become of the same person, it is not said again.
        """
        number = self.get_query_argument("entry", "")
        if not number.isdecimal() or len(number) > 9:
            return NOTHING_NEW
        with suppress(LedgerError):
            if int(number) > self.site.ledger.state.number:  # written by another replica
                await self.site.ledger.catch_up()
                await self.site.keeping.read()
                await self.site.roster.refresh()
            for entry in await self.site.ledger.page(Wanted(), int(number) + 1, 1):
                ours = (entry.actor, entry.actor_kind) == (viewer.name, viewer.kind)
                if ours and await self._is_last(entry):
                    return News(done=self.site.said(entry))
        return NOTHING_NEW

    async def _is_last(self, entry: Entry) -> bool:
        """Whether nothing was recorded since of the same person and role."""
        about = Wanted(person=entry.person, role=entry.role)
        newest = await self.site.ledger.page(about, None, LINES)
        return next((e.number for e in newest if e.person == entry.person), 0) == entry.number

    def failed(self, error: RefusedError) -> News:
        """Why it was refused, and what had been filled in."""
        self.set_status(REFUSED[error.code])
        return News(failed=self.in_words(error), typed=self.filled(), wrong=error.field)

    def filled(self) -> dict[str, str]:
        """What had been filled in, field by field."""
        names = self.request.body_arguments
        return {name: self.get_body_argument(name) for name in names if name != "_xsrf"}

    def back(self, path: str, entry: Entry, *asked: object) -> None:
        """Lead to a page of ours, which says what was done; that nothing was, is said at once."""
        if not entry.number:
            self.show(*asked, news=News(done=self.site.said(entry)))
            return
        self.redirect(f"{self.site.home}{path}?entry={entry.number}", status=303)


class MyHandler(FormPage):
    """`/`: my responsibilities. `POST` confirms the duties of a role."""

    async def get(self) -> None:
        said = await self.news(self.who())
        lately = await self._lately()
        self.show(news=replace(said, lately=lately) if lately else said)

    async def _lately(self) -> tuple[str, ...]:
        """What others have done for the viewer; from now on, it isn't new in this browser."""
        found, number = self.bell, self.site.snapshot.ledger_state.number
        with suppress(LedgerError):
            said = [
                self.site.said(entry)
                for each in reversed(found.entries[-NEWEST:])
                for entry in await self.site.ledger.page(Wanted(), each + 1, 1)
            ]
            if found.count:
                self._see(number)
            return tuple(said)
        return ()

    def _see(self, number: int) -> None:
        options = {"samesite": "Lax", "httponly": True, **self.site.settings.cookie_options}
        seen = f"{self.mark()}.{number}"
        self.set_cookie(SEEN, seen, path=self.site.home, expires_days=400, **options)

    async def post(self) -> None:
        try:
            entry = await actions.confirm(self.site, self.who(), self.form(bodies.ConfirmBody))
        except RefusedError as error:
            self.show(news=self.failed(error))
        else:
            self.back("", entry)


class ContactsHandler(PageHandler):
    """`/contacts?q=`: whom to ask."""

    def get(self) -> None:
        question = self.get_query_argument("q", "")[:QUESTION]
        known = self.site.snapshot
        found = self.site.finder.find(question, known.holders_by_role, known.names)
        self.show(question, found)


class RoleHandler(FormPage):
    """`/roles/<role>`: one role, and `?at=` who held it before.

    `POST` changes who holds it, as the field `action` says.
    """

    async def get(self, role_id: str) -> None:
        self._check(role_id)
        if at := self.get_query_argument("at", ""):
            await self._look_back(role_id, at)
            return
        self.show(role_id, news=await self.news(self.who()))

    async def _look_back(self, role_id: str, at: str) -> None:
        """Who held it then; the page as it is now, with the reason, where that can't be said."""
        typed = {"at": at}
        try:
            then = await questions.held(self.site, await self.afresh(), role_id, at)
        except RefusedError as error:
            self.set_status(REFUSED[error.code])
            self.show(role_id, news=News(failed=self.in_words(error), typed=typed, wrong="at"))
        else:
            self.show(role_id, (), then, news=News(typed=typed))

    async def post(self, role_id: str) -> None:
        self._check(role_id)
        instead = self.get_body_argument("instead", "")
        if instead:  # a name was chosen for the form, and nothing is done yet
            filled = {**self.filled(), "person": instead}
            self.show(role_id, news=News(typed=filled, wrong="person"))
            return
        try:
            entry = await self._act(self.who(), role_id)
        except RefusedError as error:
            self.show(role_id, await self._meant(role_id, error), news=self.failed(error))
        else:
            self.back(f"roles/{role_id}", entry, role_id)

    async def _meant(self, role_id: str, error: RefusedError) -> tuple[Named, ...]:
        """Accounts that may have been meant by a name that none has."""
        appoints = self.get_body_argument("action", "") == "appoint"
        if appoints and error.code == "unknown":
            with suppress(HubError):
                typed = self.get_body_argument("person", "")
                return await actions.meant(self.site, self.who(), role_id, typed)
        return ()

    def _check(self, role_id: str) -> None:
        if role_id not in self.site.declaration.model.roles:
            raise self.not_found()

    async def _act(self, actor: Viewer, role_id: str) -> Entry:
        site, action = self.site, self.get_body_argument("action", "")
        person, seen = self.get_body_argument("person", ""), self.get_body_argument("seen", "")
        if action == "appoint":
            body = self.form(bodies.AppointBody)
            person = self.exact("account") or person  # chosen, if not typed
            return await actions.appoint(site, actor, role_id, self._named(person), body, seen)
        if action == "withdraw":
            gone = self.form(bodies.WithdrawBody)
            account = self._named(self.exact("account"))
            return await actions.withdraw(site, actor, role_id, account, gone, seen)
        if action == "term":
            account = self._named(self.exact("account"))
            return await actions.change_last_day(site, actor, role_id, account, self._term(), seen)
        if action == "take_back":
            return await actions.take_back(site, actor, role_id, self._number("decision"))
        if action == "request":
            values = self.form(bodies.AppointBody).model_dump()
            asked = bodies.check(
                bodies.RequestBody, {"role": role_id, "user": person or None, **values}
            )
            return await actions.ask(site, actor, asked)
        if action == "ask":
            whom = {"role": role_id, "name": self._named(self.exact("account"))}
            return await actions.ask_to_confirm(site, actor, bodies.check(bodies.AskBody, whom))
        if action == "decide":
            number = self._number("request")
            return await actions.decide(site, actor, number, self.form(bodies.VerdictBody))
        raise RefusedError("invalid", "Choose what to do.")

    def _number(self, name: str) -> int:
        """The number of an entry, as the page put it into the form."""
        number = self.get_body_argument(name, "")
        if not number.isdecimal() or len(number) > 9:
            raise RefusedError("invalid", f"Choose a {name}.")
        return int(number)

    def _term(self) -> bodies.TermBody:
        """The new last day; that there is to be none has a button of its own."""
        endless = bool(self.get_body_argument("endless", ""))
        until = self.get_body_argument("until", "").strip()
        if not (until or endless):
            raise RefusedError("invalid", "Choose the new last day.", "until")
        reason = self.get_body_argument("reason", "")
        values = {"until": None if endless else until, "reason": reason}
        return bodies.check(bodies.TermBody, values)

    @staticmethod
    def _named(person: str) -> str:
        if not person.strip():
            message = "Enter the name they use to log in to the hub."
            raise RefusedError("invalid", message, "person")
        return person.strip()


class UsersHandler(FormPage):
    """`/users`: what a list would become, and then adding those who are chosen from it."""

    def get(self) -> None:
        self.show()

    async def post(self) -> None:
        try:
            if self.get_body_argument("action", "") == "add":
                self.show(tuple(await self._add()))
            else:
                self.show((), *await self._read(), news=News(typed=self.filled()))
        except RefusedError as error:
            self.show(news=self.failed(error))

    def filled(self) -> dict[str, str]:
        """The list, also where names were to be chosen from it."""
        return {"pasted": "\n".join(self.get_body_arguments("offered")), **super().filled()}

    async def _read(self) -> tuple[tuple[Line, ...], frozenset[str]]:
        body = self.form(bodies.PastedBody)
        return await actions.read_pasted(self.site, self.who(), body)

    async def _add(self) -> list[Added]:
        chosen = self.get_body_arguments("usernames")
        if not chosen:
            raise RefusedError("invalid", "Nobody had a tick, so nobody was added.", "usernames")
        body = bodies.check(bodies.UsersBody, {"usernames": chosen})
        return await actions.add_users(self.site, self.who(), body)


class LedgerHandler(PageHandler):
    """`/ledger`: the activity log."""

    async def get(self) -> None:
        given = asked_for(self.get_query_argument)
        query, before = wanted(given, await self.reader(), self.site.snapshot.names)
        runs, more = await self.site.ledger.runs(query, before, LINES)
        self.show(runs, given, more)


class DataHandler(PageHandler):
    """`/my-data`: what is recorded about the viewer."""

    async def get(self) -> None:
        query, before = wanted({"before": self.get_query_argument("before", "")}, await self.own())
        runs, more = await self.site.ledger.runs(query, before, LINES)
        self.show(runs, more)


class ReachHandler(FormPage):
    """`/reach`: how people reach the viewer, and who may see it."""

    async def get(self) -> None:
        saved = News(done="Saved.") if self.get_query_argument("saved", "") else NOTHING_NEW
        await self._show(saved)

    async def post(self) -> None:
        try:
            action = self.get_body_argument("action", "")
            if action == "messages":
                await actions.choose_messages(self.site, self.who(), self._chosen())
            elif action == "reach":
                await actions.say_how_to_reach(self.site, self.who(), self.form(bodies.ReachBody))
            else:  # what isn't our form, and has none of its fields, takes nothing back
                raise RefusedError("invalid", "action: this is not the form of this page.")
        except RefusedError as error:
            await self._show(self.failed(error))
        else:
            self.redirect(f"{self.site.home}reach?saved=yes", status=303)

    def _chosen(self) -> bodies.MessagesBody:
        """What has no tick is turned off."""
        wanted = self.get_body_arguments("wanted")
        off = [name for name, kind in MESSAGES.items() if kind.yours and name not in wanted]
        return bodies.check(bodies.MessagesBody, {"off": off})

    async def _show(self, news: News) -> None:
        known, reachable = self.site.known(self.who()), self.site.reachable
        since = None
        with suppress(LedgerError):
            since = await self.site.telling.not_taken(Recipient(known.name, known.created))
        self.show(reachable.own(known), reachable.muted(known), since, news=news)


class ForgetHandler(FormPage):
    """`/forget`: what would be erased about a person, and then erasing it."""

    async def get(self) -> None:
        in_file = False
        with suppress(LedgerError):
            in_file = await self.site.forgetting.in_file()
        self.show("", NOTHING, in_file, news=await self.news(self.who()))

    async def post(self) -> None:
        try:
            body = self.form(bodies.EraseBody)
            if self.get_body_argument("action", "") != "forget":
                there = await self.site.forgetting.look(self.who(), body.user)
                self.show(body.user, there, news=News(typed=self.filled()))
                return
            done = await actions.forget(self.site, self.who(), body)
        except RefusedError as error:
            self.show(news=self.failed(error))
        else:
            self.redirect(f"{self.site.home}forget?entry={done.entry or ''}", status=303)


class NotFoundHandler(PageHandler):
    """Every other address."""

    async def prepare(self) -> None:
        """People who are logged in see their navigation bar; others need no login for this."""
        with suppress(HubError):
            await self.identify()
        raise self.not_found()
