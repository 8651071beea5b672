"""The gentle reading of what accounts may do on the hub: in the background, page by page.

A small hub, whose accounts fit on one page, is asked for that page before each reading of the
roster, and for nothing else. On a larger one, it rests after every page for many times as long as
the hub was busy with it, so that nobody waits for it. How far it has come is kept in the ledger's
database: a restart goes on from there, and of several replicas one reads for all.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Protocol

from pydantic import TypeAdapter

from ..domain.accounts import Account, Accounts
from ..domain.model import Declaration
from ..errors import BusyError, HubError
from ..storage import locks, readings
from ..storage.ledger import Ledger
from .progress import PAGE, Keeping, PageRead, Progress

REST = 200
"""Times as long as the hub took for a page, to leave it in peace after that. A page of a hub with
100,000 accounts takes it some 70 ms; a share of visits so small meets one, or those who wait
behind one, that 95 in 100 take hardly longer than without."""

SHORTEST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(seconds=30)
"""Even a hub that is slow is looked at twice a minute."""

SLACK = timedelta(milliseconds=500)
"""How much sooner than due is due enough: two clocks never agree."""

LONGEST_LOOK = 10.0
"""Seconds after which no other account is asked for in a round: the roster waits for its end."""

OTHERS = 20
"""Groups outside of the declaration to ask for in a round; of more, the first ones."""

NAME = "accounts"

Step = Callable[[Progress], Awaitable[Progress]]
"""Brings a reading on; it returns what it was given where there is nothing to do."""


class Hub(Protocol):
    """What is asked of the hub."""

    async def roles_of_group(self, group: str) -> tuple[str, ...]:
        """The hub roles of a group."""

    async def accounts(self, offset: int, limit: int, now: datetime) -> tuple[list[Account], bool]:
        """One page of all accounts; whether more follow."""

    async def account(self, name: str, now: datetime) -> Account | None:
        """One account."""


class Census:
    """Reads the accounts; `current` is what is known of them.

    `of_interest` names accounts to keep in view, power or not; of those whom the ledger has
    `told_of`, what they are called is kept. `other_groups` have power and are not declared.
    `look_every` and `read_every` are in seconds: how often there is a `look`, and how often to read
    all accounts of a hub that has more than a page of them.
    """

    def __init__(
        self,
        declaration: Declaration,
        hub: Hub,
        ledger: Ledger,
        of_interest: Callable[[], frozenset[str]],
        told_of: Callable[[], Iterable[str]],
        other_groups: Iterable[str],
        now: Callable[[], datetime],
        look_every: float,
        read_every: float,
        max_age: timedelta,
    ) -> None:
        self._roles = frozenset(declaration.groups)
        self._other_groups = tuple(other_groups)[:OTHERS]
        self._hub = hub
        self._ledger = ledger
        self._of_interest = of_interest
        self._told_of = told_of
        self._now = now
        self._look_every = timedelta(seconds=look_every)
        self._read_every = timedelta(seconds=read_every)
        self._max_age = max_age
        self._succeeded_at: datetime | None = None
        self.current = Accounts(trouble="The accounts have not been read yet")

    async def look(self) -> None:
        """Look at what must not wait until the reading of all accounts comes by.

        To be called before the roster is read. Raises as `read_on` does.
        """
        await self._advance(self._round, self._small)

    async def read_on(self) -> float:
        """Read the next page of a larger hub. Returns after how many seconds to go on.

        Raises HubError or LedgerError; what is known is then repeated for `max_age`.
        """
        progress = await self._advance(self._large)
        longest = self._read_every.total_seconds()
        if progress is None or progress.small or progress.page_due is None:
            return longest
        rest = (progress.page_due - self._now()).total_seconds()
        return min(max(rest, SHORTEST_REST.total_seconds()), longest)

    async def _advance(self, *steps: Step) -> Progress | None:
        """Take these steps from where the reading has come; None if another replica is at it."""
        try:
            async with self._ledger.lock(locks.CENSUS):
                kept = _understood(await self._ledger.run(readings.load, NAME))
                progress = kept.usable(self._roles, self._now(), self._max_age)
                for step in steps:  # one that fails takes nothing from those before it
                    progress = await self._taken(step, progress)
        except BusyError:
            if self._expired:
                self._failed("Another process is reading them, and does not finish")
            return None
        except Exception as error:
            self._failed(str(error) if isinstance(error, HubError) else "It could not be recorded")
            raise
        self._succeeded_at = self._now()
        self.current = progress.accounts
        return progress

    async def _taken(self, step: Step, before: Progress) -> Progress:
        progress = await step(before)
        if progress is not before:
            said = json.dumps(_reader().dump_python(progress, mode="json"))
            await self._ledger.run(readings.save, NAME, said)
            self.current = progress.accounts
        return progress

    def _due(self, moment: datetime | None) -> bool:
        return moment is None or moment <= self._now() + SLACK

    async def _round(self, progress: Progress) -> Progress:
        """Groups that aren't mapped, and on a larger hub some accounts, one by one."""
        if not self._due(progress.round_due):
            return progress
        now = self._now()
        roles = {name: await self._hub.roles_of_group(name) for name in self._other_groups}
        accounts = replace(progress.accounts, other_group_roles=roles, groups_read_at=now)
        if not progress.small:
            accounts = await self._recheck(accounts, now - self._look_every)
        return replace(progress, accounts=accounts, round_due=now + self._look_every)

    async def _recheck(self, accounts: Accounts, old: datetime) -> Accounts:
        began = monotonic()
        for name in self._keeping.to_recheck(accounts, old):
            with suppress(HubError):  # one that cannot be read must not keep all others unread
                account = await self._hub.account(name, self._now())
                keeping = self._keeping
                accounts = (
                    keeping.with_read(accounts, [account])
                    if account
                    else keeping.without(accounts, name)
                )
            if monotonic() - began > LONGEST_LOOK:
                break
        return accounts

    async def _small(self, progress: Progress) -> Progress:
        return await self._page(progress) if progress.small else progress

    async def _large(self, progress: Progress) -> Progress:
        return progress if progress.small else await self._page(progress)

    async def _page(self, progress: Progress) -> Progress:
        """Read the next page of all accounts, once the rest after the last one is over."""
        if not self._due(progress.page_due):
            return progress
        began, started = self._now(), monotonic()
        page, more = await self._hub.accounts(progress.next_offset, PAGE, began)
        took = timedelta(seconds=monotonic() - started)
        rest = min(max(SHORTEST_REST, REST * took), LONGEST_REST)
        read = PageRead(page, more, began, self._now(), rest)
        return progress.after_page(read, self._keeping, self._look_every, self._read_every)

    @property
    def _keeping(self) -> Keeping:
        return Keeping(self._roles, self._of_interest(), frozenset(self._told_of()))

    @property
    def _expired(self) -> bool:
        """Whether what is known must not be repeated any more."""
        last = self._succeeded_at
        return last is None or self._now() - last > self._max_age

    def _failed(self, trouble: str) -> None:
        known = self.current
        if self._expired:
            read_at = known.groups_read_at
            lately = read_at is not None and self._now() - read_at <= self._max_age
            known = Accounts(
                other_group_roles=known.other_group_roles if lately else {},
                groups_read_at=read_at if lately else None,
            )
        self.current = replace(known, trouble=trouble)


def _understood(said: str) -> Progress:
    """How far it had come; from the beginning, where another version kept that in another way."""
    try:
        return _reader().validate_python(json.loads(said))
    except ValueError:
        return Progress()


@cache
def _reader() -> TypeAdapter[Progress]:
    return TypeAdapter(Progress)
