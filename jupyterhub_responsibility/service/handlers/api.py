"""The JSON API."""

from __future__ import annotations

from ...domain.matches import known_part
from ...errors import RefusedError
from ...exports import ledger as export
from ...ledger.entry import Entry
from ...ledger.query import Wanted
from ...storage.store import CHUNK
from .. import actions, bodies, payloads, questions
from ..filters import asked_for, wanted
from .base import APIHandler
from .exports import send_file
from .people import QUESTION

PAGE = 100
"""Entries of the ledger in one answer."""


class ReadHandler(APIHandler):
    """What the table of addresses says that there is to read."""

    def get(self) -> None:
        if self.route.answer is None:
            raise TypeError(f"there is nothing to read at {self.route.path}")
        self.answer(self.route.answer(self.site.snapshot, self.who()))


class ReachHandler(APIHandler):
    """`api/me/channels`: how to reach whoever asks, and who may see it."""

    def get(self) -> None:
        self.answer(payloads.channels(self.site.reachable.own(self.site.known(self.who()))))

    async def put(self) -> None:
        body = bodies.from_json(bodies.ReachBody, self.request.body)
        said = await actions.say_how_to_reach(self.site, self.who(), body)
        self.answer(payloads.channels(said))


class MessagesHandler(APIHandler):
    """`api/me/messages`: which kinds of messages whoever asks has turned off."""

    def get(self) -> None:
        who = self.site.known(self.who())
        self.answer(payloads.messages(self.site.snapshot, who, self.site.reachable.muted(who)))

    async def put(self) -> None:
        body = bodies.from_json(bodies.MessagesBody, self.request.body)
        off = await actions.choose_messages(self.site, self.who(), body)
        self.answer(payloads.messages(self.site.snapshot, self.site.known(self.who()), off))


class RoleHandler(APIHandler):
    """`GET api/roles/<role>`, as it is now, or `?at=` an earlier time."""

    async def get(self, role_id: str) -> None:
        if at := self.get_query_argument("at", ""):
            viewer = await self.afresh()
            then = await questions.held(self.site, viewer, role_id, at)
            self.answer(payloads.then(then, self.site.snapshot.names))
            return
        if role_id not in self.site.declaration.model.roles:
            raise self.not_found()
        snapshot = self.site.snapshot
        self.set_header("ETag", f'"{payloads.role_tag(snapshot, role_id)}"')
        self.answer(payloads.role(snapshot, self.who(), role_id))


class MayHandler(APIHandler):
    """`GET api/may?user=&responsibility=`: whether somebody may decide on something."""

    async def get(self) -> None:
        asked = bodies.check(bodies.MayQuery, self.query())
        self.count(self.site.look_ups)
        self.answer(payloads.may(await questions.may_decide(self.site, self.who(), asked)))


class ContactsHandler(APIHandler):
    """`GET api/contacts?q=`."""

    def get(self) -> None:
        question = self.get_query_argument("q", "")[:QUESTION]
        self.answer(payloads.contacts(self.site.snapshot, self.who(), self.site.finder, question))


class DocumentHandler(APIHandler):
    """`GET api/openapi.json`."""

    def get(self) -> None:
        self.answer(self.site.api_document())


class HolderHandler(APIHandler):
    """`PUT`, `PATCH` and `DELETE api/roles/<role>/holders/<user>`: appoint, change the last day,
    and withdraw."""

    async def put(self, role_id: str, person: str) -> None:
        body = bodies.from_json(bodies.AppointBody, self.request.body)
        entry = await actions.appoint(self.site, self.who(), role_id, person, body, self.seen())
        self._say(role_id, entry)

    async def patch(self, role_id: str, person: str) -> None:
        body = bodies.from_json(bodies.TermBody, self.request.body)
        entry = await actions.change_last_day(
            self.site, self.who(), role_id, person, body, self.seen()
        )
        self._say(role_id, entry)

    async def delete(self, role_id: str, person: str) -> None:
        body = bodies.check(bodies.WithdrawBody, self.query())
        entry = await actions.withdraw(self.site, self.who(), role_id, person, body, self.seen())
        self._say(role_id, entry)

    def _say(self, role_id: str, entry: Entry) -> None:
        snapshot = self.site.snapshot
        self.set_header("ETag", f'"{payloads.role_tag(snapshot, role_id)}"')
        self.answer(payloads.change(snapshot, self.who(), entry))


class DecisionHandler(APIHandler):
    """`DELETE api/roles/<role>/decisions/<number>`: take back what isn't done yet."""

    async def delete(self, role_id: str, number: str) -> None:
        entry = await actions.take_back(self.site, self.who(), role_id, int(number))
        self.answer(payloads.change(self.site.snapshot, self.who(), entry))


class CandidatesHandler(APIHandler):
    """`GET api/roles/<role>/candidates?q=`: accounts to appoint, while somebody types."""

    async def get(self, role_id: str) -> None:
        typed = self.get_query_argument("q", "")[:QUESTION]
        if known_part(typed):
            self.count(self.site.look_ups)
        found = await actions.candidates(self.site, self.who(), role_id, typed)
        self.answer(payloads.candidates(typed, found))


class UsersHandler(APIHandler):
    """`POST api/users`: add users."""

    async def post(self) -> None:
        body = bodies.from_json(bodies.UsersBody, self.request.body)
        self.answer(payloads.users(await actions.add_users(self.site, self.who(), body)))


class ConfirmationsHandler(APIHandler):
    """`POST api/confirmations`: confirm the duties of a role."""

    async def post(self) -> None:
        body = bodies.from_json(bodies.ConfirmBody, self.request.body)
        entry = await actions.confirm(self.site, self.who(), body)
        self.set_status(201)
        self.answer(payloads.entry(entry, self.site.snapshot))


class AskingsHandler(APIHandler):
    """`POST api/askings`"""

    async def post(self) -> None:
        body = bodies.from_json(bodies.AskBody, self.request.body)
        entry = await actions.ask_to_confirm(self.site, self.who(), body)
        self.set_status(201)
        self.answer(payloads.entry(entry, self.site.snapshot))


class RequestsHandler(APIHandler):
    """`GET` and `POST api/requests`: one's own and those to decide, and a new one."""

    def get(self) -> None:
        self.answer(payloads.requests(self.site.snapshot, self.who()))

    async def post(self) -> None:
        body = bodies.from_json(bodies.RequestBody, self.request.body)
        entry = await actions.ask(self.site, self.who(), body)
        self.set_status(201)
        self.answer(payloads.entry(entry, self.site.snapshot))


class RequestHandler(APIHandler):
    """`POST api/requests/<number>`: approve, decline, or take back."""

    async def post(self, number: str) -> None:
        body = bodies.from_json(bodies.VerdictBody, self.request.body)
        entry = await actions.decide(self.site, self.who(), int(number), body)
        self.answer(payloads.entry(entry, self.site.snapshot))


class LedgerHandler(APIHandler):
    """`GET api/ledger`: who did what, as JSON, JSON Lines or CSV."""

    async def get(self) -> None:
        site = self.site
        asked, names = asked_for(self.get_query_argument), self.site.snapshot.names
        query, before = wanted(asked, await self.reader(), names)
        form = self.get_query_argument("format", "json")
        if form not in ("json", *export.FORMATS):
            raise RefusedError("invalid", "format: use json, jsonl or csv.")
        if form == "json":
            entries = await site.ledger.page(query, before, PAGE)
            self.answer(payloads.ledger(site.snapshot, entries, PAGE))
        else:
            await self._export(form, query, before)

    async def _export(self, form: str, query: Wanted, before: int | None) -> None:
        written, end = export.FORMATS[form], self.site.snapshot.ledger_end
        self.set_header("Content-Type", written.media_type)
        self.set_header("Content-Disposition", f'attachment; filename="ledger.{form}"')
        self.write(written.first)
        found = False
        while entries := await self.site.ledger.page(query, before, CHUNK):
            found = True
            self.write("".join(map(written.line, entries)))
            await self.flush()
            before = entries[-1].number
        if end and not found:
            self.write(written.end(end))
        self.finish()


class FileHandler(APIHandler):
    """A file that the table of addresses says is there; errors are JSON."""

    def get(self) -> None:
        send_file(self)


class DataHandler(APIHandler):
    """`GET api/my-data`: everything that is recorded about the viewer."""

    async def get(self) -> None:
        site, query = self.site, Wanted(reader=await self.own())
        said = payloads.my_data(site.snapshot, self.who(), site.now())
        known, reachable = self.site.known(self.who()), self.site.reachable
        said["channels"] = payloads.channels(reachable.own(known))["channels"]
        said["messages_off"] = sorted(reachable.muted(known))
        before = None
        while entries := await site.ledger.page(query, before, CHUNK):
            said["entries"] += [payloads.entry(each, site.snapshot) for each in entries]
            before = entries[-1].number
        self.set_header("Content-Disposition", 'attachment; filename="my-data.json"')
        self.answer(said)


class ErasuresHandler(APIHandler):
    """`POST api/erasures`: forget a person. Their name is in no address, and so in no log."""

    async def post(self) -> None:
        body = bodies.from_json(bodies.EraseBody, self.request.body)
        self.answer(payloads.erased(await actions.forget(self.site, self.who(), body)))


class NotFoundHandler(APIHandler):
    """Every other address below `api/`."""

    async def prepare(self) -> None:
        raise self.not_found()
