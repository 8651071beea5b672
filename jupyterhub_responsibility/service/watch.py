"""What the service does by itself: it keeps roster, ledger and hub in step.

Every round reads the roster and records what others changed; every minute it also settles what
was left open, appoints first holders, and ends terms. Nothing that fails ends it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ..appointments import Appointments
from ..errors import ResponsibilityError
from ..ledger import Ledger
from ..model import Declaration
from ..observations import observe
from ..roster import RosterKeeper

log = logging.getLogger(__name__)


class Watch:
    """The rounds. `interval` and `settle_every` are in seconds.

    `troubles` says by task why it failed last; `waiting` what waits for somebody to act.
    """

    def __init__(
        self,
        declaration: Declaration,
        keeper: RosterKeeper,
        ledger: Ledger,
        appointments: Appointments,
        interval: float,
        settle_every: float,
    ) -> None:
        self._declaration = declaration
        self._keeper = keeper
        self._ledger = ledger
        self._appointments = appointments
        self._interval = interval
        self._settle_every = settle_every
        self.troubles: dict[str, str] = {}
        self.waiting: tuple[str, ...] = ()

    async def run(self) -> None:
        """Go round for ever."""
        clock = asyncio.get_running_loop().time
        settled = float("-inf")
        while True:
            await self._keeper.refresh()
            if clock() - settled >= self._settle_every:
                acted = [
                    await self._attempt("settling", self._appointments.settle),
                    await self._attempt("terms and first holders", self._act),
                ]
                settled = clock() if all(acted) else settled
            await self._attempt("observing", self._observe)
            await asyncio.sleep(self._interval)

    async def _observe(self) -> None:
        await observe(self._ledger, self._declaration, self._keeper.current)

    async def _act(self) -> None:
        first = await self._appointments.appoint_first()
        self.waiting = (*first, *await self._appointments.end_terms())

    async def _attempt(self, name: str, task: Callable[[], Awaitable[None]]) -> bool:
        """Do one thing, and tell whether it worked."""
        try:
            await task()
        except ResponsibilityError as error:
            if self.troubles.get(name) != str(error):
                log.warning("%s failed: %s", name.capitalize(), error)
            self.troubles[name] = str(error)
        except Exception:
            log.exception("%s failed in an unforeseen way", name.capitalize())
            self.troubles[name] = "It failed in an unforeseen way"
        else:
            self.troubles.pop(name, None)
        return name not in self.troubles
