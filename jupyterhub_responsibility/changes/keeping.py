"""Keeping contacts, people without an account and links on the page, beside the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from ..declaration.keeper import DeclarationKeeper
from ..declaration.things import faults_in, thing_of
from ..domain import refusals
from ..domain.kept import (
    Kept,
    Key,
    Laid,
    Thing,
    ThingKind,
    Why,
    digest,
    id_of_link,
    id_of_person,
    new_contact_id,
    targets_of,
    title_of,
)
from ..domain.model import Contact, Person, Viewer
from ..domain.rules import Rules
from ..errors import InvalidError, LedgerError, RefusedError
from ..ledger.entry import Draft, Entry
from ..ledger.kinds import Deed, Detail
from ..storage import kept as storage
from ..storage import links, locks
from ..storage.ledger import Ledger, both
from ..storage.store import Beside
from .quota import Quota

MOST = 500
"""So much is kept at a time: far more than anybody looks after."""


@dataclass(frozen=True)
class Standing:
    """How one thing stands: what the file says, what is kept, and what is in force of both; `why`
    what is kept doesn't count, if so."""

    kind: ThingKind
    id: str
    role: str
    declared: Thing | None
    kept: Kept | None
    current: Thing | None
    why: Why | None = None

    @property
    def key(self) -> Key:
        """Its kind and its id."""
        return self.kind, self.id

    @property
    def tag(self) -> str:
        """Differs whenever the file or the page says something else of it."""
        number = self.kept.number if self.kept else 0
        return sha256(f"{digest(self.declared)} {number}".encode()).hexdigest()[:16]

    @property
    def targets(self) -> tuple[str, ...]:
        """All that it is for, by the file and by the page."""
        said = [self.declared, self.kept.thing if self.kept else None]
        each = (targets_of(self.kind, thing, self.role) for thing in said)
        return tuple(dict.fromkeys(target for targets in each for target in targets))


def standing(laid: Laid, key: Key) -> Standing | None:
    """How a thing stands; None where neither the file nor the page knows it."""
    declared, kept = laid.declared.get(key), laid.kept.get(key)
    if declared is None and kept is None:
        return None
    role = declared.role if declared else kept.role if kept else ""
    thing = declared.thing if declared else None
    current = kept.thing if kept and key in laid.counts else thing
    why = next((each.why for each in laid.differs if each.kept.key == key), None)
    return Standing(*key, role, thing, kept, current, why)


def all_standing(laid: Laid) -> list[Standing]:
    """How everything stands: what is declared, in its order, and what was added on the page."""
    keys = dict.fromkeys((*laid.declared, *laid.kept))
    return [found for key in keys if (found := standing(laid, key))]


class Keeping:
    """The use cases. They raise RefusedError (InvalidError among them) or LedgerError."""

    def __init__(
        self,
        ledger: Ledger,
        declared: DeclarationKeeper,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._declared = declared
        self._rules = rules
        self._now = now

    @property
    def laid(self) -> Laid:
        """What is in force, of the file and of the page."""
        return self._declared.current.laid

    async def read(self) -> None:
        """Read what is kept, here or at another replica."""
        await self._declared.keep(tuple(await self._ledger.run(storage.read)))

    async def add(
        self, actor: Viewer, kind: ThingKind, role: str, fields: Mapping[str, Any]
    ) -> tuple[Key, Entry]:
        """Write something on the page that is new; its key, and the entry that says so.

        Of a contact, the id may be among the `fields`; else it gets one.
        """
        rules = self._rules()
        role = role if kind == "person" else ""  # no entry is of a role that it isn't about
        rules.check_keeper(actor, (role,) if role else ())
        if kind == "person" and role not in rules.declaration.model.roles:
            raise refusals.NO_ROLE()
        asked = {"id": "new", **fields} if kind == "contact" else fields
        thing = self._checked(actor, kind, role, asked)
        async with self._changing(actor):
            taken = {id_ for each, id_ in (*self.laid.declared, *self.laid.kept) if each == kind}
            if len(self.laid.kept) >= MOST:
                raise refusals.TOO_MANY_KEPT(most=MOST)
            thing, new_id = _with_id(thing, role, "id" in fields, taken)
            entry = await self._write(actor, Standing(kind, new_id, role, None, None, None), thing)
            return (kind, new_id), entry

    async def save(
        self, actor: Viewer, key: Key, fields: Mapping[str, Any], seen: str = ""
    ) -> Entry | None:
        """Write what counts of something from now on. None where it says that already.

        `seen` is the `tag` of what they had before them, if that matters.
        """
        there = self._theirs(actor, key)
        asked = {**fields, "id": key[1]} if key[0] == "contact" else fields
        thing = self._checked(actor, key[0], there.role, asked)
        async with self._changing(actor):
            there = self._theirs(actor, key)
            _check_seen(there, seen)
            if thing == there.current and (there.kept is None or key in self.laid.counts):
                return None
            if thing == there.declared:
                return await self._drop(actor, there)
            return await self._write(actor, there, thing)

    async def set_aside(self, actor: Viewer, key: Key, seen: str = "") -> Entry | None:
        """Let something count no more that the file says. None where it doesn't already."""
        self._theirs(actor, key)
        async with self._changing(actor):
            there = self._theirs(actor, key)
            _check_seen(there, seen)
            if there.declared is None:
                raise refusals.NOT_DECLARED()
            if there.current is None:
                return None
            return await self._write(actor, there, None)

    async def insist(self, actor: Viewer, key: Key, seen: str = "") -> Entry | None:
        """Let the page's word count, over the file as it is now. None where it does already."""
        self._theirs(actor, key)
        async with self._changing(actor):
            there = self._theirs(actor, key)
            _check_seen(there, seen)
            if there.kept is None or not there.kept.readable:
                raise refusals.NOTHING_KEPT()
            if key in self.laid.counts:
                return None
            if there.kept.thing:
                self._check(actor, key[0], there.role, there.kept.thing)
            return await self._write(actor, there, there.kept.thing)

    async def take_back(self, actor: Viewer, key: Key, seen: str = "") -> Entry | None:
        """Let the page say nothing more of it: what the file says counts. None where it doesn't
        say anything."""
        self._theirs(actor, key)
        async with self._changing(actor):
            there = self._theirs(actor, key)
            _check_seen(there, seen)
            if there.kept is None:
                return None
            return await self._drop(actor, there)

    def _theirs(self, actor: Viewer, key: Key) -> Standing:
        """How something stands that is theirs to keep. Raises RefusedError."""
        there = standing(self.laid, key)
        if there is None:
            raise refusals.NO_THING()
        self._rules().check_keeper(actor, there.targets)
        return there

    def _checked(
        self, actor: Viewer, kind: ThingKind, role: str, fields: Mapping[str, Any]
    ) -> Thing:
        """What they wrote, where it is valid, and theirs to write. Raises RefusedError."""
        thing, faults = thing_of(kind, fields)
        if thing is None:
            raise InvalidError(faults)
        self._check(actor, kind, role, thing)
        return thing

    def _check(self, actor: Viewer, kind: ThingKind, role: str, thing: Thing) -> None:
        rules = self._rules()
        if faults := faults_in(rules.declaration.model, kind, thing):
            raise InvalidError(faults)
        rules.check_keeper(actor, targets_of(kind, thing, role))

    @asynccontextmanager
    async def _changing(self, actor: Viewer) -> AsyncIterator[None]:
        """Hold the lock, with what is kept by now, for somebody who has room for one more today."""
        quota = Quota(self._ledger, self._rules(), self._now)
        async with quota.of(actor), self._ledger.lock(locks.KEEPING):
            await self.read()
            yield

    async def _write(self, actor: Viewer, there: Standing, thing: Thing | None) -> Entry:
        new = Kept(there.kind, there.id, there.role, thing, digest(there.declared), actor.name,
                   actor.created, self._now(), 0)  # fmt: skip
        known = there.declared or (there.kept and there.kept.thing)
        deed: Deed = "set_aside" if thing is None else "changed" if known else "added"
        saving = storage.saving(new)
        return await self._record(actor, there, thing or there.current, thing, deed, saving)

    async def _drop(self, actor: Viewer, there: Standing) -> Entry:
        said = (there.kept and there.kept.thing) or there.declared
        dropping = storage.dropping(there.key)
        return await self._record(actor, there, said, there.declared, "taken_back", dropping)

    async def _record(
        self,
        actor: Viewer,
        there: Standing,
        said: Thing | None,
        then: Thing | None,
        deed: Deed,
        beside: Beside | None,
    ) -> Entry:
        """The entry, and what is kept with it; `then` is what is in force after that. No address is
        in the entry, and no name is where it can't be erased."""
        details: dict[Detail, str] = {"kind": there.kind, "deed": deed}
        if there.kind != "person":
            details["thing"] = there.id
        if said:
            details["title"] = title_of(said)
        if gone := self._gone(there, then):
            details["named"] = gone
            beside = both(beside, links.ending(there.role, gone))
        targets = targets_of(there.kind, said, there.role)
        roles = self._rules().declaration.model.roles
        role = next((each for each in targets if each in roles), there.role)
        draft = Draft("kept", actor.name, role=role, details=details)
        (entry,) = await self._ledger.append(draft, beside=beside)
        with suppress(LedgerError):  # it is done; the next look finds it
            await self.read()
        return entry

    def _gone(self, there: Standing, then: Thing | None) -> str:
        """The name of somebody who holds a role no more once `then` is in force; empty where nobody
        does, as where another one is called the same."""
        if not isinstance(there.current, Person):
            return ""
        named = [each.name for each in self.laid.declaration.people.get(there.role, ())]
        others = Counter(named) - Counter([there.current.name])
        left = others.keys() | ({title_of(then)} if then else set())
        return "" if there.current.name in left else there.current.name


def _check_seen(there: Standing, seen: str) -> None:
    if seen and seen != there.tag:
        raise refusals.THING_CHANGED()


def _with_id(thing: Thing, role: str, named: bool, taken: set[str]) -> tuple[Thing, str]:
    """Something new with the id that it gets."""
    if isinstance(thing, Contact):
        if named and thing.id in taken:
            raise RefusedError("already", f"There is a contact “{thing.id}” already.", "id")
        new_id = thing.id if named else new_contact_id(thing.targets, taken)
        return replace(thing, id=new_id), new_id
    found = id_of_person(role, thing.name) if isinstance(thing, Person) else id_of_link(thing.url)
    numbers = (found if number == 1 else f"{found}-{number}" for number in range(1, MOST * 10))
    return thing, next(each for each in numbers if each not in taken)
