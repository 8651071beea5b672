"""What the service does by itself: it keeps roster, ledger and hub in step.

Every round reads what accounts may do, as far as that must not wait, then the roster, and records
what others changed, and which gaps there are; every minute it also settles what was left open,
appoints first holders, and ends terms. Beside that, it reads all accounts of a large hub, and
erases what was kept for long enough, a little at a time, looks whether the declaration was
changed, and sends messages. Nothing that fails ends it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date, datetime

from ..changes.automatic import Automatic
from ..changes.forgetting import Forgetting
from ..changes.history import History
from ..changes.keeping import Keeping
from ..changes.observations import Observer
from ..changes.reach import Reachable
from ..changes.recording import Recorder
from ..changes.telling import Telling
from ..declaration.keeper import DeclarationKeeper
from ..errors import ResponsibilityError
from ..hub.census import Census
from ..hub.roster import RosterKeeper
from ..ledger.proof import in_words
from .snapshots import SnapshotKeeper

log = logging.getLogger(__name__)


BREATHER = 1.0
"""Seconds between two whiles of erasing what is old, for other replicas."""

UNFORESEEN = "It failed in an unforeseen way"


class Watch:
    """The rounds. `interval`, `settle_every` and `look_every` are in seconds.

    `troubles` says by task why it failed last; `waiting` what waits for somebody to act.
    """

    def __init__(
        self,
        keeper: RosterKeeper,
        observer: Observer,
        automatic: Automatic,
        recorder: Recorder,
        census: Census,
        history: History,
        snapshots: SnapshotKeeper,
        forgetting: Forgetting,
        reachable: Reachable,
        keeping: Keeping,
        declared: DeclarationKeeper,
        telling: Telling,
        interval: float,
        settle_every: float,
        look_every: float,
    ) -> None:
        self._keeper = keeper
        self._observer = observer
        self._automatic = automatic
        self._recorder = recorder
        self._census = census
        self._history = history
        self._snapshots = snapshots
        self._forgetting = forgetting
        self._reachable = reachable
        self._keeping = keeping
        self._declared = declared
        self._telling = telling
        self._interval = interval
        self._settle_every = settle_every
        self._look_every = look_every
        self._logged: date | None = None
        self.troubles: dict[str, str] = {}
        self.waiting: tuple[str, ...] = ()

    @property
    def looked(self) -> datetime | None:
        """When the ledger last had everything that the hub shows."""
        return self._observer.looked

    async def run(self) -> None:
        """Go round for ever."""
        await asyncio.gather(
            self._rounds(),
            self._read_accounts(),
            self._forget(),
            self._read_declaration(),
            self._send(),
        )

    async def _send(self) -> None:
        while True:
            await self._attempt("sending messages", self._telling.send_due)
            await self._telling.rest()

    async def _forget(self) -> None:
        """Beside the rounds, which wait for none of it."""
        while True:
            await self._attempt("forgetting what is old", self._forgetting.forget_old)
            await self._attempt("reading anew", self._forgetting.read_anew)
            await self._attempt("tidying", self._forgetting.tidy)
            await asyncio.sleep(BREATHER if self._forgetting.underway else self._interval)

    async def _read_declaration(self) -> None:
        """Beside the rounds, which wait for the hub: it has nothing to do with that."""
        while True:
            await self._attempt("reading the declaration", self._declared.look)
            await asyncio.sleep(self._look_every)

    async def _read_accounts(self) -> None:
        while True:
            self._rest = self._interval
            await self._attempt("reading all accounts", self._read_on)
            await asyncio.sleep(self._rest)

    async def _read_on(self) -> None:
        self._rest = await self._census.read_on()

    async def _rounds(self) -> None:
        clock = asyncio.get_running_loop().time
        settled = float("-inf")
        while True:
            await self._attempt("reading what is kept on the page", self._keeping.read)
            await self._attempt("reading accounts", self._census.look)
            accounts = self._census.current
            await self._keeper.refresh()
            self._snapshots.roster_read(accounts)
            if clock() - settled >= self._settle_every:
                acted = [
                    await self._attempt("settling", self._recorder.settle),
                    await self._attempt("terms and first holders", self._act),
                ]
                settled = clock() if all(acted) else settled
            await self._attempt("observing", self._observe)
            await self._attempt("noting gaps", self._note)
            await self._attempt("reading how to reach people", self._reach)
            await self._attempt("finding out whom to tell", self._telling.look)
            self._log_end()
            await asyncio.sleep(self._interval)

    async def _observe(self) -> None:
        await self._observer.look(self._keeper.current)

    def _log_end(self) -> None:
        """Say once a day where the ledger ends: who keeps the log can tell what is rewritten."""
        snapshot = self._snapshots.current
        if snapshot.ledger_read and snapshot.today != self._logged:
            self._logged = snapshot.today
            log.info("%s", in_words(snapshot.ledger_state.head))

    async def _reach(self) -> None:
        await self._reachable.read()
        await self._reachable.clear(self._snapshots.accounts)

    async def _note(self) -> None:
        await self._history.note(self._snapshots.current.coverage)

    async def _act(self) -> None:
        first = await self._automatic.appoint_first()
        starting = await self._automatic.appoint_starting()
        self.waiting = (*first, *starting, *await self._automatic.end_terms())

    async def _attempt(self, name: str, task: Callable[[], Awaitable[None]]) -> bool:
        """Do one thing, and tell whether it worked."""
        try:
            await task()
        except ResponsibilityError as error:
            if self.troubles.get(name) != str(error):
                log.warning("%s failed: %s", name.capitalize(), error)
            self.troubles[name] = str(error)
        except Exception:
            if self.troubles.get(name) != UNFORESEEN:
                log.exception("%s failed in an unforeseen way", name.capitalize())
            self.troubles[name] = UNFORESEEN
        else:
            self.troubles.pop(name, None)
        return name not in self.troubles
