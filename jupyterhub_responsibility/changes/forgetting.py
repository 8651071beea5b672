"""Forgetting a person on the page, and every day what was kept for long enough."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ..domain import refusals
from ..domain.model import Viewer
from ..domain.rules import Rules
from ..errors import LedgerError
from ..ledger.forgetting import Names
from ..storage import erasing, locks
from ..storage.erasing import Eraser, Forgotten
from ..storage.ledger import Ledger
from ..storage.store import Store
from ..text import visible

log = logging.getLogger(__name__)

DAILY = timedelta(days=1)


class Forgetting:
    """The use cases. They raise RefusedError or LedgerError.

    What people wrote, and people of whom nothing was recorded since, are kept for `keep`; for ever
    without it.
    """

    def __init__(
        self,
        ledger: Ledger,
        rules: Rules,
        now: Callable[[], datetime],
        keep: timedelta | None = None,
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._now = now
        self._keep = keep
        self._next = now()

    async def look(self, actor: Viewer, name: str) -> Forgotten:
        """What would be erased; changes nothing."""
        self._rules.check(actor, "admins")
        found = await self._ledger.run(erasing.traces, name)
        if found.hindrance:
            raise refusals.KEPT(name=visible(name), why=found.hindrance)
        if self._is_declared(found.names):
            raise refusals.STILL_DECLARED(name=visible(name))
        return await self._ledger.run(erasing.there_is, found)

    async def forget(self, actor: Viewer, name: str) -> Forgotten:
        """Erase a person's name, and what they wrote or what was written of them."""
        await self.look(actor, name)
        done = await self._ledger.run(erasing.forget, name, Eraser(actor.name, "user"), self._now())
        await self._tidy()
        return done

    async def forget_old(self) -> None:
        """Once a day, erase what was kept for long enough."""
        now = self._now()
        if self._keep is None or now < self._next:
            return
        async with self._ledger.lock(locks.FORGETTING):
            done = await self._ledger.run(erasing.forget_older, now - self._keep, now)
        self._next = now + DAILY
        if done.parts:
            log.info("Kept for %d days, and erased: %s", self._keep.days, done.says)
            await self._tidy()

    async def _tidy(self) -> None:
        """It is erased by now, and overwritten: that the file isn't smaller yet harms nobody."""
        await self._ledger.catch_up()
        try:
            await self._ledger.run(Store.tidy)
        except LedgerError as error:
            log.warning("Something was erased, but the database could not be tidied: %s", error)

    def _is_declared(self, names: Names) -> bool:
        """Whether the declaration would bring the name back."""
        declared = {name for each in self._rules.declaration.initial.values() for name in each}
        return not declared.isdisjoint(names)
