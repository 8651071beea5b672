"""Forgetting what was kept for long enough: what people wrote, and people of whom nothing has been
recorded since.

That may be thousands of them. So it goes step by step, each short enough for others to wait for,
and what is found out once for all of them isn't looked for again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from ..ledger.chain import Taken
from ..ledger.entry import stamp, storable
from ..ledger.forgetting import Channel, Traces
from ..ledger.gap_spans import Span
from ..ledger.kinds import TEXTS
from ..ledger.mentions import Named
from .erasing import BY_AGE, NOTHING, Forgotten, Lot, erase, lot_of
from .store import Store
from .tables import IS_NAME, entries, parts
from .tracing import WITHOUT_ACCOUNT, Answers, Spellings, Tracer, mentions_in

TEXTS_AT_ONCE = 2000
"""Texts to erase, or to look through, in one step."""

NAMED_AT_ONCE = 500
"""In one step, as many people as are named so often, and at least one."""

Step = Callable[[Store], None]


class Sweep:
    """Erases what was kept since before a moment, a step at a time; `done` is how much is gone.

    Who holds a role is kept, and who is among the `holders`, who have no account. If it ends early,
    the rest is for the next time. Unless it `erases`, it only finds out how much there is.
    """

    def __init__(
        self,
        before: datetime,
        now: datetime,
        erases: bool = True,
        holders: Collection[str] = (),
    ) -> None:
        self._holders = frozenset(map(storable, holders))
        self._before = stamp(before)
        self._now = now
        self._erases = erases
        self._steps: Iterator[Step] = self._each_step()
        self._found: Taken = set()
        self._gaps: set[Span] = set()
        self._channels: set[Channel] = set()
        self._more = True
        self._names: dict[str, int] = {}
        """The names of people to forget, and how often each stands in an entry."""
        self._named = Named(())
        self._spellings: Spellings | None = None
        self._answers = Answers()
        self._texts: defaultdict[str, Taken] = defaultdict(set)
        """The texts that mention them, as far as those were looked through."""
        self._read = 0
        """The entry up to which they were."""
        self.done = NOTHING

    def step(self, store: Store) -> bool:
        """Do what comes next; no, where there is nothing more to do."""
        step = next(self._steps, None)
        if step is not None:
            step(store)
        return step is not None

    def whole(self, store: Store) -> Forgotten:
        """Do all of it; how much is gone."""
        while self.step(store):
            pass
        return self.done

    def _each_step(self) -> Iterator[Step]:
        while self._more:
            yield self._old_texts
        yield self._find_people
        self._more = bool(self._names)
        while self._more:
            yield self._look_through
        while self._names:
            yield self._people

    def _old_texts(self, store: Store) -> None:
        """Erase texts, the oldest ones first."""
        with self._transaction(store) as connection:
            found = _old_texts(connection, self._before, TEXTS_AT_ONCE if self._erases else None)
            self._more = self._erases and len(found) == TEXTS_AT_ONCE
            self._take(connection, [Lot(found)])

    def _find_people(self, store: Store) -> None:
        with store.reading() as connection:
            named = _last_named(connection, self._before)
            if named:
                spellings = self._spellings = Spellings(connection)
                self._names = {
                    name: often
                    for name, often in named.items()
                    if not spellings.is_typed(name) and name not in self._holders
                }
        self._named = Named(self._names)

    def _look_through(self, store: Store) -> None:
        """Find the texts that mention them, some at a time."""
        with store.reading() as connection:
            self._more = self._mentioned(connection, TEXTS_AT_ONCE)

    def _mentioned(self, connection: Connection, most: int | None = None) -> bool:
        """Look through texts that were not yet; whether there are more."""
        end = connection.execute(select(func.max(entries.c.number))).scalar_one()
        there, last = mentions_in(connection, self._named, self._read, most)
        for name, found in there.items():
            self._texts[name] |= found
        self._read = end if last is None else last
        return last is not None

    def _next_ones(self) -> list[str]:
        """Whose turn it is."""
        some: list[str] = []
        often = 0
        while self._names and (not some or often < NAMED_AT_ONCE):
            name, times = self._names.popitem()
            some.append(name)
            often += times
        return some

    def _people(self, store: Store) -> None:
        names = self._next_ones()
        with self._transaction(store) as connection:
            self._mentioned(connection)  # what was written meanwhile
            found = Tracer(connection, self._spellings, self._answers).of_each(names, self._texts)
            old = [each for each in found if self._is_old(each) and not each.hindrance]
            self._take(connection, [lot_of(each, self._now) for each in old])

    def _is_old(self, found: Traces) -> bool:
        """Whether no entry since names them, by whichever of their names."""
        return found.last < self._before

    def _transaction(self, store: Store) -> AbstractContextManager[Connection]:
        return store.writing() if self._erases else store.reading()

    def _take(self, connection: Connection, lots: list[Lot]) -> None:
        if self._erases:
            self.done = sum(erase(connection, lots, BY_AGE, self._now), self.done)
            return
        for lot in lots:
            self._found |= lot.parts
            self._gaps.update(lot.gaps)
            self._channels.update(lot.channels)
        channels = len(self._channels)
        self.done = Forgotten(len(self._found), len(self._gaps), channels=channels)


def older(store: Store, before: datetime) -> Forgotten:
    """What `forget_older` would erase."""
    return Sweep(before, before, erases=False).whole(store)


def forget_older(store: Store, before: datetime, now: datetime) -> Forgotten:
    """Erase what people wrote before a moment, and everybody of whom nothing was recorded since."""
    return Sweep(before, now).whole(store)


def _old_texts(connection: Connection, before: str, most: int | None) -> Taken:
    old = (
        select(parts.c.number, parts.c.name)
        .join(entries, entries.c.number == parts.c.number)
        .where(parts.c.name.in_(TEXTS), parts.c.erasure.is_(None), entries.c.at < before)
        .order_by(parts.c.number)
        .limit(most)
    )
    return {(number, name) for number, name in connection.execute(old)}


def _last_named(connection: Connection, before: str) -> dict[str, int]:
    """The people who are named in no entry since a moment, and how often each is, in order."""
    account = IS_NAME & or_(parts.c.name != "actor", entries.c.actor_kind == "user")
    named = (
        select(parts.c.text, func.count())
        .join(entries, entries.c.number == parts.c.number)
        .where(or_(account, WITHOUT_ACCOUNT), parts.c.erasure.is_(None))
        .group_by(parts.c.text)
        .having(func.max(entries.c.at) < before)
    )
    return {name: often for name, often in sorted(connection.execute(named).all()) if name}
