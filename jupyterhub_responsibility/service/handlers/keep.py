"""Keeping contacts, people without an account, and links: pages with forms, and the API."""

from __future__ import annotations

from typing import Any

from ...changes.keeping import Standing, standing
from ...domain import refusals
from ...domain.kept import Key, ThingKind
from ...errors import Fault, InvalidError, RefusedError
from ...ledger.entry import Entry
from .. import actions, bodies, things
from ..pages.frame import NOTHING_NEW, News
from ..pages.keep import FIELDS, LISTS, Field
from .base import REFUSED, APIHandler
from .people import FormPage


class KeepHandler(FormPage):
    """`/keep`: all of them. `POST` sets one aside, takes the page's word back, or lets it count
    over the file, as the field `action` says."""

    async def get(self) -> None:
        self.show(news=await self.news(self.who()))

    async def post(self) -> None:
        try:
            entry = await self._act()
        except RefusedError as error:
            self.show(news=self.failed(error))
        else:
            _leave(self, entry)

    async def _act(self) -> Entry | None:
        keeping, actor = self.site.keeping, self.who()
        key, seen = self._key(), self.get_body_argument("seen", "")
        action = self.get_body_argument("action", "")
        if action == "set_aside":
            return await keeping.set_aside(actor, key, seen)
        if action == "take_back":
            return await keeping.take_back(actor, key, seen)
        if action == "insist":
            return await keeping.insist(actor, key, seen)
        raise RefusedError("invalid", "Choose what to do.")

    def _key(self) -> Key:
        kind = self.get_body_argument("kind", "")
        if kind not in FIELDS:
            raise refusals.NO_THING()
        return kind, self.get_body_argument("thing", "")


class KeepFormHandler(FormPage):
    """`/keep/<kind>` and `/keep/<kind>/<thing>`: the form for a new one, and for one that is
    there."""

    async def get(self, kind: ThingKind, thing: str = "") -> None:
        self.show(kind, self._there(kind, thing), self._asked(), news=NOTHING_NEW)

    async def post(self, kind: ThingKind, thing: str = "") -> None:
        there = self._there(kind, thing)
        filled, missing = self._filled(kind, new=there is None)
        try:
            entry = await self._save(kind, there, filled, missing)
        except RefusedError as error:
            self._again(error, kind, thing, filled, missing)
        else:
            _leave(self, entry)

    async def _save(
        self, kind: ThingKind, there: Standing | None, filled: dict[str, Any], missing: list[Fault]
    ) -> Entry | None:
        fields = {name: said for name, said in filled.items() if name != "role"}
        if missing:  # said together with all else that is wrong
            raise InvalidError((*missing, *actions.faults_of(kind, fields, missing)))
        if there is None:
            role = filled.get("role", "")
            return (await self.site.keeping.add(self.who(), kind, role, fields))[1]
        seen = self.get_body_argument("seen", "")
        return await self.site.keeping.save(self.who(), there.key, fields, seen)

    def _again(
        self, error: RefusedError, kind: ThingKind, thing: str, filled: dict[str, Any],
        missing: list[Fault],
    ) -> None:  # fmt: skip
        """The form with what was filled in; where the thing has changed, with both."""
        there = standing(self.site.keeping.laid, (kind, thing)) if thing else None
        if thing and there is None:
            raise self.not_found()
        faults = error.faults if isinstance(error, InvalidError) else missing
        self.set_status(REFUSED[error.code])
        said = "Some of it has to be put right." if faults else str(error)
        news = News(failed=said, wrong=error.field)
        self.show(kind, there, filled, faults, error.code == "stale", news=news)

    def _there(self, kind: ThingKind, thing: str) -> Standing | None:
        """The thing that is meant; None for a new one."""
        if not thing:
            return None
        found = standing(self.site.keeping.laid, (kind, thing))
        if found is None:
            raise self.not_found()
        return found

    def _asked(self) -> dict[str, Any] | None:
        """For what the new one is to be, where a page leads here for something in particular."""
        role, target = self.get_query_argument("role", ""), self.get_query_argument("for", "")
        asked = {**({"role": role} if role else {}), **({"for": [target]} if target else {})}
        return asked or None

    def _filled(self, kind: ThingKind, *, new: bool) -> tuple[dict[str, Any], list[Fault]]:
        """What was filled in, in the format of the file, and what is missing."""
        filled: dict[str, Any] = {}
        missing = []
        for field in FIELDS[kind]:
            said = self._said(field)
            if said:
                filled[field.name] = said
            elif field.required and (new or field.kind != "role"):
                missing.append(Fault(field.name, *_MISSING.get(field.kind, _EMPTY)))
        return filled, missing

    def _said(self, field: Field) -> Any:
        if field.kind == "targets":
            return self.get_body_arguments(field.name)
        said = self.get_body_argument(field.name, "")
        if field.kind == "public":
            return bool(said)
        if field.name in LISTS:
            commas = said if field.name == "topics" else said.replace(" ", ",")
            return [each.strip() for each in commas.split(",") if each.strip()]
        return said


def _leave(page: FormPage, entry: Entry | None) -> None:
    """Back to all of them, where it is said what was done."""
    asked = f"?entry={entry.number}" if entry else ""
    page.redirect(f"{page.site.home}keep{asked}", status=303)


_EMPTY = ("this is empty", "Fill it in")
_MISSING = {
    "targets": ("nothing is chosen", "Choose at least one"),
    "role": ("no role is chosen", "Choose one"),
}
"""What is said of a field that was left empty, by its kind."""


class KeptHandler(APIHandler):
    """`GET api/kept`: everything that is kept."""

    def get(self) -> None:
        self.answer(things.kept(self.site.snapshot, self.who()))


class KindHandler(APIHandler):
    """`POST api/kept/<kind>`: something new."""

    async def post(self, kind: ThingKind) -> None:
        body = bodies.from_json(bodies.AddThingBody, self.request.body)
        key, entry = await self.site.keeping.add(self.who(), kind, body.role, body.fields)
        self.set_status(201)
        self.answer(things.kept_change(self.site.snapshot, self.who(), key, entry))


class ThingHandler(APIHandler):
    """`PUT` and `DELETE api/kept/<kind>/<thing>`: write what counts, or take that back."""

    async def put(self, kind: ThingKind, thing: str) -> None:
        body = bodies.from_json(bodies.ThingBody, self.request.body)
        key, keeping = (kind, thing), self.site.keeping
        if body.fields is None:
            entry = await keeping.set_aside(self.who(), key, self.seen())
        else:
            entry = await keeping.save(self.who(), key, body.fields, self.seen())
        self._say(key, entry)

    async def delete(self, kind: ThingKind, thing: str) -> None:
        entry = await self.site.keeping.take_back(self.who(), (kind, thing), self.seen())
        self._say((kind, thing), entry)

    def _say(self, key: Key, entry: Entry | None) -> None:
        snapshot = self.site.snapshot
        there = standing(snapshot.laid, key)
        if there:
            self.set_header("ETag", f'"{there.tag}"')
        self.answer(things.kept_change(snapshot, self.who(), key, entry))
