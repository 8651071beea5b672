"""A service that kills itself, with SIGKILL, at one place on its way through a change.

It is the real thing but for its pages: appointments, ledger and client of the hub, in a process
of its own. It starts as the service does, settling what was left open, says so, and then makes
the change that it is told to.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from multiprocessing.connection import Connection
from random import uniform
from typing import Any

import sqlalchemy.event

from jupyterhub_responsibility.changes.appointments import Appointments
from jupyterhub_responsibility.changes.recording import Recorder
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Change, Rules
from jupyterhub_responsibility.hub.api import HubAPI
from jupyterhub_responsibility.ledger.entry import Draft, Entry
from jupyterhub_responsibility.ledger.kinds import INTENTS
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from ..realhub import DECLARATION

DECLARED = load(DECLARATION)  # once: each process is forked from one that has it
ROLE, GROUP, PERSON = "hub-administrator", "hub-admins", "uwe"

NEVER = ""

PLACES: dict[str, bool | None] = {
    "with the lock": False,
    "inside the intent": False,
    "after the intent": False,
    "while the hub is at it": None,
    "before the outcome": True,
    "inside the outcome": True,
    "after the outcome": True,
    "after the reply": True,
}
"""Where a change can be cut off, and whether the hub has done it by then (None: perhaps)."""

PLACES_BETWEEN: dict[str, bool | None] = {
    "before the lock": False,
    "after reading who is there": False,
    "before the hub is asked": False,
    "before the reply": True,
}
"""The same, where little differs from the place before."""

SETTLING_PLACES = ("before the settlement", "inside the settlement", "after the settlement")
"""Where the process that comes after that one can be cut off, too."""


@dataclass
class Fate:
    """Where the process ends."""

    place: str = NEVER

    def reach(self, place: str) -> None:
        """Be at a place: perhaps the last one."""
        if place == self.place:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalStore(Store):
    """The real store, whose process can end around an entry and before its COMMIT."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate
        self._appending = ""
        sqlalchemy.event.listen(self._engine, "commit", self._before_commit)

    def _before_commit(self, _: object) -> None:
        if self._appending:
            self._fate.reach(f"inside the {self._appending}")

    def lock(self, key: str) -> Callable[[], None] | None:
        self._fate.reach("before the lock")
        let_go = super().lock(key)
        self._fate.reach("with the lock")
        return let_go

    def append(self, drafts: Sequence[Draft], *more: Any) -> list[Entry]:
        event = drafts[0].event
        what = "intent" if event in INTENTS else event
        self._fate.reach(f"before the {what}")
        self._appending = what
        written = super().append(drafts, *more)
        self._appending = ""
        self._fate.reach(f"after the {what}")
        return written


class MortalHubAPI(HubAPI):
    """The real client, whose process can end before, while and after the hub is asked."""

    def __init__(self, url: str, token: str, fate: Fate) -> None:
        super().__init__(url, token)
        self._fate = fate

    async def members(self, groups):
        found = await super().members(groups)
        self._fate.reach("after reading who is there")
        return found

    async def _edit_group(self, method: str, group: str, name: str) -> tuple[str, ...]:
        self._fate.reach("before the hub is asked")
        editing = asyncio.ensure_future(super()._edit_group(method, group, name))
        if self._fate.place == "while the hub is at it":
            await asyncio.wait([editing], timeout=uniform(0, 0.02))
            self._fate.reach("while the hub is at it")
        return await editing


def live(pipe: Connection, database: str, hub: str, token: str, at_start: str) -> None:
    """Start, settle, and then make one change (`appoint` or `withdraw`, and where to end)."""
    asyncio.run(_live(pipe, database, hub, token, Fate(at_start)))


async def _live(pipe: Connection, database: str, hub: str, token: str, fate: Fate) -> None:
    ledger = Ledger(MortalStore(database, fate), _now)
    api = MortalHubAPI(hub, token, fate)
    recorder = Recorder(ledger, api)
    rules = Rules(DECLARED)
    appointments = Appointments(api, ledger, recorder, lambda: rules, _now, _learned)
    await ledger.catch_up()
    await recorder.settle()
    pipe.send("settled")
    what, fate.place = pipe.recv()
    change = Change(DECLARED.model.roles[ROLE], GROUP, PERSON, reason="in turn")
    act = appointments.appoint if what == "appoint" else appointments.withdraw
    outcome = await act(Viewer("root", admin=True), change)
    fate.reach("before the reply")
    pipe.send(outcome)
    fate.reach("after the reply")


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _learned(group: str, members: tuple[str, ...]) -> None:
    """Nobody shows the roster here."""
