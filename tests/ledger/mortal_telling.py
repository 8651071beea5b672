"""A service that tells people, and kills itself, with SIGKILL, at one place on the way.

It is the real thing but for its pages: ledger, outbox, and apprise, which speaks to a real mail
server, in a process of its own. It starts as the service does, sending what was left, says so, and
then records one request, of which somebody is to be told.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from multiprocessing.connection import Connection
from random import uniform
from threading import Timer
from typing import Any

import sqlalchemy.event

from jupyterhub_responsibility.changes.telling import Telling
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.model import Roster
from jupyterhub_responsibility.ledger.entry import Draft, Entry
from jupyterhub_responsibility.service import transport
from jupyterhub_responsibility.storage import outbox
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from ..realhub import HOLDERS
from .mortal import DECLARED, ROLE, Fate

AT_IT = "while the server is at it"

PLACES = {
    "before the entry": (False, 0),
    "inside the entry": (False, 0),
    "after the entry": (True, 1),
    "inside the claim": (True, 1),
    "after the claim": (True, 1),
    AT_IT: (True, None),
    "after the answer": (True, 2),
    "inside the note": (True, 2),
    "after the note": (True, 1),
}
"""Where it can end; whether there is an entry then, and how often the mail comes in all: twice only
between the server's answer and our note of it (None: perhaps)."""


class MortalStore(Store):
    """The real store, whose process can end around an entry, a claim and a note."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self.fate, self.at = fate, ""
        sqlalchemy.event.listen(self._engine, "commit", self._before_commit)

    def _before_commit(self, _: object) -> None:
        if at := self.at:
            self.at = ""
            self.fate.reach(f"inside the {at}")

    def append(self, drafts: Sequence[Draft], *more: Any) -> list[Entry]:
        self.fate.reach("before the entry")
        self.at = "entry"
        written = super().append(drafts, *more)
        self.fate.reach("after the entry")
        return written


class MortalTransport(transport.Apprise):
    """The real transport, whose process can end before, while and after it hands over."""

    fate: Fate

    async def send(self, *letter: Any) -> bool:
        self.fate.reach("after the claim")
        if self.fate.place == AT_IT:
            Timer(uniform(0, 0.12), os.kill, (os.getpid(), signal.SIGKILL)).start()
        taken = await super().send(*letter)
        self.fate.reach("after the answer")
        return taken


def live(pipe: Connection, database: str, addresses: str, life: int) -> None:
    """Start, send what was left, and then tell of one request, up to where to end."""
    asyncio.run(_live(pipe, database, addresses, life, Fate()))


async def _live(pipe: Connection, database: str, addresses: str, life: int, fate: Fate) -> None:
    def now() -> datetime:  # what the one before had claimed is free by now
        return datetime.now(timezone.utc) + life * 2 * outbox.LEASE

    store = MortalStore(database, fate)
    _mortal(store)
    ledger = Ledger(store, now)
    carrier = MortalTransport(transport.read(addresses, "a test", transport.taken_by_apprise))
    carrier.fate = fate

    def snapshot() -> Snapshot:
        return Snapshot(DECLARED, Roster(now(), HOLDERS), ledger.state, now())

    telling = Telling(ledger, carrier, snapshot, now, "https://hub.example/")
    ledger.beside = telling.beside
    await ledger.catch_up()
    await telling.send_due()
    pipe.send("settled")
    fate.place = pipe.recv()
    later = (now() + timedelta(days=30)).date().isoformat()
    request = Draft("request", "uwe", person="uwe", role=ROLE, details={"expires": later})
    await ledger.append(request)
    await telling.send_due()
    fate.reach("after the note")
    await asyncio.sleep(1)  # for the signal that is on its way


def _mortal(store: MortalStore) -> None:
    """Let the process end before a claim or a note is committed."""

    def beginning(work: Any, what: str) -> Any:
        def done(*arguments: Any) -> Any:
            store.at = what
            return work(*arguments)

        return done

    outbox._claimed = beginning(outbox._claimed, "claim")  # a letter was found
    outbox.note_sent = beginning(outbox.note_sent, "note")
