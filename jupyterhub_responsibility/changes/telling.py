"""Telling people: what is to be sent is written with the entry that causes it, and sent later.

What is sent goes outside the event loop, and again only where nobody knows whether it arrived.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Protocol

from ..coverage.snapshot import Snapshot
from ..domain.messages import TRANSPORTS, Message, Recipient, TransportName
from ..domain.model import Declaration
from ..errors import RewrittenError, SendingError
from ..ledger.entry import Entry
from ..messages.checks import of_the_day, still_told
from ..messages.question import link_to, question_letter, still_asked
from ..messages.recipients import manager_address
from ..messages.texts import Letter, letter
from ..storage import links, locks, outbox
from ..storage.ledger import Ledger
from ..storage.outbox import Claim, Figures
from ..storage.store import Beside

AT_ONCE = 4
"""Letters that are sent at the same time to single people, each by its own connection."""

PAUSE = 5.0
"""Seconds between looks at what is to be sent."""

SOON = timedelta(minutes=1)
LATEST = timedelta(hours=1)
"""How long to wait before the second attempt, and at most before any other."""


class Transport(Protocol):
    """What takes letters along."""

    @property
    def names(self) -> frozenset[TransportName]:
        """Those that are set up."""

    def takes(self, address: str) -> bool:
        """Whether mail can be sent to an address at all."""

    async def send(self, name: TransportName, address: str, letter: Letter) -> bool:
        """Hand over a letter; whether it was taken. False also where nobody knows."""


class Telling:
    """Writes down who is to be told, and sends it. Raises LedgerError or SendingError.

    `snapshot` gives what is known now; `home` is the address of our pages, as people reach it.
    """

    def __init__(
        self,
        ledger: Ledger,
        transport: Transport,
        snapshot: Callable[[], Snapshot],
        now: Callable[[], datetime],
        home: str,
    ) -> None:
        self._ledger = ledger
        self._transport = transport
        self._snapshot = snapshot
        self._now = now
        self._home = home
        self._released = False
        self._tidied: date | None = None
        self._looked: Snapshot | None = None
        self._linked: Declaration | None = None
        """Whose people alone have links."""
        self._said: set[str] = set()
        self._woken = asyncio.Event()
        self.figures = Figures()
        self.sent = dict.fromkeys(TRANSPORTS, 0)
        """How many letters this process has sent."""

    @property
    def transports(self) -> frozenset[TransportName]:
        """What messages can go through."""
        return self._transport.names

    def takes(self, address: str) -> bool:
        """Whether a mail address is one that messages can be sent to."""
        return self._transport.takes(address)

    async def not_taken(self, recipient: Recipient) -> datetime | None:
        """Since when messages to somebody have not been taken; None where the last one was.

        Raises LedgerError.
        """
        if "mail" not in self.transports:
            return None
        return await self._ledger.run(outbox.not_taken, recipient)

    def beside(self) -> Beside | None:
        """What writes the messages that entries cause, by what is known before them."""
        if not self.transports:
            return None
        return outbox.beside(self._snapshot(), self.transports)

    async def look(self) -> None:
        """Write down what there is to tell today that no entry causes; what was said is known.

        Who gave an address since then is told the next day.
        """
        snapshot = self._snapshot()
        if not self.transports or snapshot is self._looked:
            return
        if self._looked is None or self._looked.today != snapshot.today:
            self._said.clear()
        self._looked = snapshot
        found = [each for each in of_the_day(snapshot) if each.transport in self.transports]
        new = [each for each in found if each.id not in self._said]
        if new:
            async with self._ledger.lock(locks.MESSAGES):
                await self._ledger.run(outbox.put_all, new, self._now())
            self._said.update(each.id for each in new)
            self.wake()

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    async def rest(self) -> None:
        """Until there may be something to send again."""
        waiting = asyncio.ensure_future(self._woken.wait())
        await asyncio.wait([waiting], timeout=PAUSE)
        waiting.cancel()
        self._woken.clear()

    async def send_due(self) -> None:
        """Send what is due, as far as it is taken."""
        if not self.transports:
            return
        if not self._released:
            await self._ledger.run(outbox.release)
            self._released = True
        await self._tidy()
        await self._end_links()
        lanes = [name for name in sorted(self.transports) for _ in range(_lanes(name))]
        await asyncio.gather(*map(self._send_all, lanes))
        self.figures = await self._ledger.run(outbox.figures, self._now())
        if refused := sorted(self.figures.refused & self.transports):
            names = " and ".join(TRANSPORTS[name] for name in refused)
            raise SendingError(f"Some {names} could not be sent, and will be tried again")

    async def _send_all(self, name: TransportName) -> None:
        """Send by one transport until nothing is due, or a letter was not taken: others would not
        be either, and wait for the next time."""
        while claim := await self._ledger.run(outbox.claim, name, self._now()):
            if not await self._send(name, claim):
                return

    async def _send(self, name: TransportName, claim: Claim) -> bool:
        """Send a letter, and note what became of it; no, where it was not taken."""
        snapshot = await self._now_known()
        told = {each: still_told(each, snapshot) for each in claim.messages}
        if None in told.values() or (False in told.values() and not _knows_of(snapshot, claim)):
            until = self._now() + SOON  # nobody knows whether it still is so, or who can act
            await self._ledger.run(lambda store: outbox.put_off(store, claim, until, tried=False))
            return True
        wanted = [each for each, still in told.items() if still]
        found = await self._written(name, claim, wanted, snapshot)
        if found is None:
            await self._ledger.run(outbox.drop, claim.letter)
            return True
        address, written = found
        if self._now() > claim.begin_before:  # another process may have it by now
            return True
        if await self._transport.send(name, address, written):
            await self._ledger.run(outbox.note_sent, claim.letter)
            self.sent[name] += 1
            return True
        wait = min(LATEST, SOON * 2 ** min(claim.attempts - 1, 10))
        await self._ledger.run(outbox.put_off, claim, self._now() + wait)
        return False

    async def _written(
        self, name: TransportName, claim: Claim, wanted: list[Message], snapshot: Snapshot
    ) -> tuple[str, Letter] | None:
        """Where a letter goes, and what it says; None where it is wanted no more, or has nowhere to
        go."""
        if claim.question:
            return await self._question(claim.letter, claim.question)
        address = claim.address or _manager(claim, snapshot)
        if not wanted or (name == "mail" and not address):
            return None
        return address, letter(claim.letter, wanted, claim.deeds, snapshot, self._home)

    async def _question(self, letter_id: str, asking: Entry) -> tuple[str, Letter] | None:
        """A letter to somebody without an account, with a link of its own, which nothing has but
        the letter: one that is sent again has another."""
        await self._ledger.catch_up()  # another replica may have written it
        snapshot, now = self._snapshot(), self._now()
        person = still_asked(asking, snapshot)
        if person is None:
            return None
        token = secrets.token_urlsafe(32)
        await self._ledger.run(links.put, token, asking.role, person, now)
        until = (now + links.LASTS).date()
        link = link_to(self._home, token)
        return person.email, question_letter(letter_id, asking, person, link, until, snapshot)

    async def _end_links(self) -> None:
        """Whoever holds a role no more, or by another name or address, is asked anew if they come
        back."""
        snapshot = self._snapshot()
        if snapshot.page is not None and snapshot.declaration is not self._linked:
            await self._ledger.run(links.keep_only, snapshot.declaration.people)
            self._linked = snapshot.declaration

    async def _now_known(self) -> Snapshot:
        """What is known, with what other replicas have written: it may be what led to a message."""
        with suppress(RewrittenError):  # which the panel says
            await self._ledger.catch_up()
        return self._snapshot()

    async def _tidy(self) -> None:
        """Once a day."""
        today = self._now().date()
        if today != self._tidied:
            await self._ledger.run(outbox.give_up, self._now())
            await self._ledger.run(outbox.tidy, self._now())
            await self._ledger.run(links.tidy, self._now())
            self._tidied = today


def _manager(claim: Claim, snapshot: Snapshot) -> str:
    """Where to write to whoever keeps a group elsewhere, where a letter is for them."""
    theirs = [each.entry for each in claim.messages if each.to == "manager" and each.entry]
    deeds = filter(None, map(claim.deeds.get, theirs))
    return next((manager_address(snapshot, deed.began.group) for deed in deeds), "")


def _knows_of(snapshot: Snapshot, claim: Claim) -> bool:
    """Whether the hub was read since there was something to tell: what was known before says
    nothing about whether that still is so."""
    read_at = snapshot.roster.read_at
    return read_at is not None and read_at >= claim.since


def _lanes(name: TransportName) -> int:
    """How many letters are sent at once: those of the community are in order."""
    return AT_ONCE if name == "mail" else 1
