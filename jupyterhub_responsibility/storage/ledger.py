"""The ledger as the service has it: nothing here blocks, and one lock is held across replicas."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from ..errors import BusyError, LedgerError, RewrittenError
from ..ledger.deeds import Deed, Run, runs
from ..ledger.entry import Draft, Entry, stamp
from ..ledger.query import Wanted
from ..ledger.state import LedgerState
from . import readings
from .locks import Lock
from .store import CHUNK, Beside, Store

log = logging.getLogger(__name__)

T = TypeVar("T")

BUSY = "Somebody else is changing this right now"

TRIED = "tried"
"""Under which name it keeps when it last tried whether it can write again. SQLite writes nothing
where nothing would change, and finds no fault with a full disk then."""

FEW = 250
"""Entries to read at a time where nobody waits for them, and others may for something else."""

DEEDS = 200
"""How many to read at a time, where it isn't known how many are read as one."""

PATIENCE = 5.0
"""Seconds to wait for somebody else who changes the same thing."""


class Ledger:
    """The ledger for the service: nothing here blocks, and `state` says what follows from it.

    `on_entry` is called with each entry that this process writes. Methods may raise LedgerError.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        on_entry: Callable[[Entry], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._now = now
        self._on_entry = on_entry
        self._threads = ThreadPoolExecutor(1 if store.sqlite else 5, "ledger")
        self._aside = ThreadPoolExecutor(1, "tidying")
        self._locks: defaultdict[Lock, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._reading = asyncio.Lock()
        self._rereading = asyncio.Lock()
        self._open = False
        self._unwritable = False
        self._rewritten = ""
        """Why this isn't the ledger that was read before, if so."""
        self.state = self._state = LedgerState()
        self.erasure = 0
        """The last erasure that was noticed."""
        self.without = 0
        """The last one that `state` takes into account."""
        self.read = False
        """Whether `state` has everything that was written before this process began."""
        self.trouble = "The ledger has not been opened yet"
        self.beside: Callable[[], Beside | None] = lambda: None
        """Makes what writes beside entries, by what is known before they are written."""

    async def catch_up(self) -> None:
        """Read what was written since, here or by another replica.

        Raises RewrittenError where that doesn't go on from what was read before.
        """
        async with self._reading:
            if not self._open:
                await self._run(self._store.open)
                self._open = True
                self.erasure = self.without = await self._run(self._store.last_erasure)
            await self._check()
            await self._read_on(self._state)
            self.state = self._state
            self.read = True
            if self._unwritable:  # by now it may work again
                await self._write(readings.save, self._store, TRIED, stamp(self._now()))

    async def _check(self) -> None:
        """Look whether what was read is still there: it may be again, where a copy was restored."""
        try:
            await self._run(self._store.check, self.state.head)
        except RewrittenError as error:
            if str(error) != self._rewritten:
                log.error("%s", error)
            self._rewritten = str(error)
            raise
        self._rewritten = ""

    async def _read_on(self, state: LedgerState, most: int = CHUNK) -> None:
        """Read up to the end, so many entries at a time."""
        while True:
            chunk = await self._run(self._store.after, state.number, most)
            for entry in chunk:
                state.read(entry)
                if entry.event == "erasure":
                    self.erasure = max(self.erasure, entry.number)
            if len(chunk) < most:
                return

    @property
    def knows_erased(self) -> bool:
        """Whether `state` has something that was erased since it was read."""
        return self.erasure > self.without

    async def read_anew(self) -> None:
        """Have nothing in `state` that was erased since it was read.

        A long ledger takes its time; until then, everybody goes on with what was read before.
        """
        async with self._rereading:
            without = await self.run(Store.last_erasure)
            state = LedgerState()
            await self._read_on(state, FEW)
            async with self._reading:
                await self._check()
                await self._read_on(state)
                self.state = self._state = state
                self.without = without

    async def append(
        self, *drafts: Draft, after: int | None = None, beside: Beside | None = None
    ) -> list[Entry]:
        """Write entries, all of them or none; none, where the last entry isn't `after`.

        `beside` writes what belongs to them at once with them. Raises RewrittenError where they
        would not go on from what was read before.
        """
        if not self._open:
            await self.catch_up()
        seen, beside = self.state.head, both(self.beside(), beside)
        written = await self._write(self._store.append, drafts, self._now(), after, seen, beside)
        for entry in written:
            self._on_entry(entry)
        await self.catch_up()
        return written

    async def _write(self, work: Callable[..., T], *arguments: object) -> T:
        """What cannot be written may still be read: that is no sign that writing works again."""
        try:
            result = await self._run(work, *arguments)
        except LedgerError:
            self._unwritable = True
            raise
        self._unwritable, self.trouble = False, self._rewritten
        return result

    async def renamed(self, name: str) -> int:
        """The number of the last entry by which an account of that name got another one; or 0."""
        return await self._run(self._store.renamed, name)

    async def page(self, wanted: Wanted, before: int | None, most: int) -> list[Entry]:
        """The newest entries that are wanted and come before one, newest first."""
        return await self._run(self._store.page, wanted, before, most)

    async def runs(self, wanted: Wanted, before: int | None, most: int) -> tuple[list[Run], bool]:
        """The newest runs of deeds that are wanted and began before an entry, newest first; none
        is cut in two, and whether there are older ones."""
        read: list[Deed] = []
        found: list[Run] = []
        while len(found) <= most:  # the last one may go on
            chunk = await self._run(self._store.deeds, wanted, before, DEEDS)
            read += chunk
            found = runs(read)
            if len(chunk) < DEEDS:
                break
            before = chunk[-1].began.number
        return found[:most], len(found) > most

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do something else with the database of the ledger, in a thread."""
        if not self._open:
            await self.catch_up()
        return await self._run(work, self._store, *arguments)

    async def aside(self, work: Callable[..., T], *arguments: object) -> T:
        """The same for what takes long, beside everything else: others read meanwhile."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._aside, work, self._store, *arguments)

    @asynccontextmanager
    async def lock(self, lock: Lock) -> AsyncIterator[None]:
        """Hold a lock across replicas: nobody else is inside with the same one."""
        async with self._patiently(lock):
            let_go = await self._take(lock)
            try:
                await self.catch_up()
                yield
            finally:
                await asyncio.shield(self._run(let_go))

    async def _take(self, lock: Lock) -> Callable[[], None]:
        until = asyncio.get_running_loop().time() + PATIENCE
        while (let_go := await self._run(self._store.lock, lock)) is None:
            if asyncio.get_running_loop().time() > until:
                raise BusyError(BUSY)
            await asyncio.sleep(0.02)
        return let_go

    @asynccontextmanager
    async def _patiently(self, lock: Lock) -> AsyncIterator[None]:
        here = self._locks[lock]
        until = asyncio.get_running_loop().time() + PATIENCE
        while here.locked():  # asyncio.wait_for would lose a cancellation, before Python 3.12
            if asyncio.get_running_loop().time() > until:
                raise BusyError(BUSY)
            await asyncio.sleep(0.02)
        async with here:
            yield

    async def close(self) -> None:
        """Let go of the database."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._store.close)
        self._threads.shutdown(wait=False)
        self._aside.shutdown(wait=False)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do something in a thread, and remember whether the ledger works."""
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(self._threads, work, *arguments)
        except LedgerError as error:
            self.trouble = str(error)
            raise
        if not self._unwritable:
            self.trouble = self._rewritten
        return result


def both(one: Beside | None, other: Beside | None) -> Beside | None:
    """What writes both."""
    if one is None or other is None:
        return one or other

    def write(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
        one(connection, entries, now)
        other(connection, entries, now)

    return write
