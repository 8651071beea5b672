"""How much one person may have recorded: enough for anybody, too little to fill the ledger.

What is recorded stays for good. People who can appoint, or add users, have more to do; a program
of theirs that does the same over and over has an end, too. Adding users is counted by itself: a
whole school may come on one day. Stepping down is always possible: there is no end to it without
their being appointed again. What is counted is in the database, and a lock of the person's own
holds while it is: so it is the same for all replicas.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timezone

from ..domain import refusals
from ..domain.model import Viewer
from ..domain.rules import Rules
from ..ledger.entry import storable
from ..storage import locks
from ..storage.ledger import Ledger
from ..storage.store import Store

MOST_A_DAY = 20
"""Requests, requests taken back, and confirmations of somebody without power, by days of UTC."""

MOST_WITH_POWER = 200
"""Everything but adding users, of somebody who can appoint or add users, by days of UTC."""

MOST_OF_ADMINS = 2000
"""The same of a JupyterHub admin, who may appoint everybody to everything on the first day."""

MOST_ADDED = 2000
"""Users whom one person adds, by days of UTC."""

MOST_OPEN = 5
"""Requests of one person that wait for an answer."""


class Quota:
    """Lets people do what is recorded, as often as they may."""

    def __init__(self, ledger: Ledger, rules: Rules, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._rules = rules
        self._now = now

    @asynccontextmanager
    async def of(self, actor: Viewer, adding: bool = False) -> AsyncIterator[None]:
        """Hold the lock of somebody who has room for one more today, or for one more user to add.

        Raises RefusedError.
        """
        async with self._ledger.lock(locks.of_person(actor.name)):
            most = MOST_ADDED if adding else self._most(actor)
            midnight = datetime.combine(self._now(), time(), timezone.utc)
            done = await self._ledger.run(Store.acts, storable(actor.name), midnight, adding)
            if done >= most:
                raise refusals.ENOUGH_TODAY(most=f"{most:,}")
            yield

    def _most(self, actor: Viewer) -> int:
        if not self._rules.has_power(actor):
            return MOST_A_DAY
        return MOST_OF_ADMINS if actor.admin else MOST_WITH_POWER

    def check_open(self, actor: Viewer, today: date) -> None:
        """Whether somebody may have one more open request; their lock is held."""
        theirs = [
            each
            for each in self._ledger.state.open_requests(today)
            if actor.is_account(each.by, each.asker_created)
        ]
        if len(theirs) >= MOST_OPEN:
            raise refusals.TOO_MANY_OPEN(most=MOST_OPEN)
