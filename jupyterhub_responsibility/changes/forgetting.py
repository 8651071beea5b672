"""Forgetting a person on the page, and every day what was kept for long enough."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from ..domain import refusals
from ..domain.model import Viewer
from ..domain.rules import Rules
from ..errors import BusyError, LedgerError
from ..ledger.entry import storable
from ..storage import erasing, locks, tidying
from ..storage.erasing import Eraser, Forgotten
from ..storage.ledger import Ledger
from ..storage.sweeping import Sweep
from .recording import Hub

log = logging.getLogger(__name__)

DAILY = timedelta(days=1)

A_WHILE = 2.0
"""Seconds in which to erase what is old at a time: who waits for the lock has it then."""

PATIENCE = 0.2
"""Seconds to wait for whoever reads the file, with others who wait to change something."""

SELDOM = 5
"""Times as long as it took to read everything anew until that is done again."""


class Forgetting:
    """The use cases. They raise RefusedError, HubError or LedgerError.

    What people wrote, and people of whom nothing was recorded since, are kept for `keep`; for ever
    without it. `people` are those without an account, in the file or on the page.
    """

    def __init__(
        self,
        ledger: Ledger,
        hub: Hub,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        keep: timedelta | None = None,
        people: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._ledger = ledger
        self._hub = hub
        self._rules = rules
        self._now = now
        self._keep = keep
        self._people = people
        self._next = now()
        self._sweep: Sweep | None = None
        self._reread_at = float("-inf")
        self._untidy = ""

    async def look(self, actor: Viewer, name: str) -> Forgotten:
        """What would be erased; changes nothing."""
        self._rules().check(actor, "admins")
        found = await self._ledger.run(erasing.traces, name)
        if storable(actor.name) in found.now:
            raise refusals.FORGETS_THEMSELVES()
        if found.hindrance:
            raise refusals.KEPT(name=refusals.account(name), why=found.hindrance)
        if self._is_declared(found.names):
            raise refusals.STILL_DECLARED(name=refusals.account(name))
        if not self._holders().isdisjoint(found.names):
            raise refusals.STILL_NAMED(name=refusals.account(name))
        for each in found.now:
            if await self._has_power(each):
                raise refusals.KEPT(name=refusals.account(name), why=found.powerful(each))
        return erasing.there_is(found)

    async def forget(self, actor: Viewer, name: str) -> Forgotten:
        """Erase a person's name, and what they wrote or what was written of them."""
        await self.look(actor, name)
        done = await self._ledger.run(erasing.forget, name, Eraser(actor.name, "user"), self._now())
        await self._ledger.catch_up()
        await self._ledger.read_anew()
        return replace(done, in_file=not await self._tidied())

    async def forget_old(self) -> None:
        """Once a day, erase what was kept for long enough: a while of it each time, until it is
        done. Others get at the database between any two steps."""
        if self._keep is None or (self._sweep is None and self._now() < self._next):
            return
        with suppress(BusyError):  # another replica is at it
            async with self._ledger.lock(locks.FORGETTING):
                await self._sweep_on(self._keep)

    async def _sweep_on(self, keep: timedelta) -> None:
        now, until = self._now(), monotonic() + A_WHILE
        begun = self._sweep or Sweep(now - keep, now, holders=self._holders())
        sweep, self._sweep = begun, None
        while await self._step(sweep):
            if monotonic() > until:
                self._sweep = sweep  # one that fails begins anew
                return
        self._next = now + DAILY
        if sweep.done.parts:
            log.info("Kept for %d days, and erased: %s", keep.days, sweep.done.says)

    async def _step(self, sweep: Sweep) -> bool:
        """One step, and as long a rest; whether there was one more."""
        began = monotonic()
        more = await self._ledger.run(sweep.step)
        await asyncio.sleep(monotonic() - began)
        return more

    @property
    def underway(self) -> bool:
        """Whether something that is old is still to be erased now."""
        return self._sweep is not None

    async def read_anew(self) -> None:
        """Let nothing be in memory that was erased, by whomever; of a long ledger, not all the
        time."""
        if not self._ledger.read or self.underway or monotonic() < self._reread_at:
            return
        await self._ledger.catch_up()
        if self._ledger.knows_erased:
            began = monotonic()
            await self._ledger.read_anew()
            self._reread_at = monotonic() + SELDOM * (monotonic() - began)

    async def in_file(self) -> bool:
        """Whether something that was erased may still be in the file."""
        return await self._ledger.run(tidying.is_due)

    async def tidy(self) -> None:
        """Let nothing that was erased, by whomever, be in the file: tried again and again, until
        nobody reads it."""
        if self._ledger.read and not self.underway and await self.in_file():
            await self._tidied()

    async def _tidied(self) -> bool:
        """Whether nothing that was erased is in the file by now."""
        try:
            tidy = await self._ledger.aside(tidying.tidy, PATIENCE)
        except LedgerError as error:
            why = str(error)
        else:
            why = "" if tidy else "Somebody is reading it"
        if why and why != self._untidy:
            log.warning("What was erased is still in the file of the database. %s", why)
        self._untidy = why
        return not why

    async def _has_power(self, name: str) -> bool:
        """Whether an account has power on the hub itself, beside what roles give their holders."""
        account = await self._hub.account(name, self._now())
        roles = self._rules().declaration.groups.keys()
        return account is not None and (
            account.can_do_everything or not roles.isdisjoint(account.roles)
        )

    def _is_declared(self, names: Iterable[str]) -> bool:
        """Whether the declaration would bring the name back."""
        declared = {name for each in self._rules().declaration.initial.values() for name in each}
        return not declared.isdisjoint(names)

    def _holders(self) -> frozenset[str]:
        """The holders of roles who have no account, and whoever else is named as one."""
        people = self._rules().declaration.people.values()
        in_force = (person.name for each in people for person in each)
        return frozenset(map(storable, (*in_force, *self._people())))
