"""How much one person may have recorded: enough for anybody, too little to fill the ledger.

What is recorded stays for good. People who can appoint, or add users, answer for what they do and
are not counted. Stepping down is always possible: there is no end to it without their being
appointed again. What is counted is in the database, and a lock of the person's own holds while it
is: so it is the same for all replicas.
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

MOST_OPEN = 5
"""Requests of one person that wait for an answer."""


class Quota:
    """Lets people do what is recorded, as often as they may."""

    def __init__(self, ledger: Ledger, rules: Rules, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._rules = rules
        self._now = now

    @asynccontextmanager
    async def of(self, actor: Viewer) -> AsyncIterator[None]:
        """Hold the lock of somebody who has room for one more today. Raises RefusedError."""
        async with self._ledger.lock(locks.of_person(actor.name)):
            if not self._rules.has_power(actor):
                await self._check_day(actor)
            yield

    async def _check_day(self, actor: Viewer) -> None:
        midnight = datetime.combine(self._now(), time(), timezone.utc)
        if await self._ledger.run(Store.acts, storable(actor.name), midnight) >= MOST_A_DAY:
            raise refusals.ENOUGH_TODAY(most=MOST_A_DAY)

    def check_open(self, actor: Viewer, today: date) -> None:
        """Whether somebody may have one more open request; their lock is held."""
        theirs = [
            each
            for each in self._ledger.state.open_requests(today)
            if actor.is_account(each.by, each.asker_created)
        ]
        if len(theirs) >= MOST_OPEN:
            raise refusals.TOO_MANY_OPEN(most=MOST_OPEN)
