"""The gentle reading of what accounts may do on the hub: in the background, page by page.

It rests after every page for many times as long as the hub was busy with it, so that nobody
waits for it. How far it has come is kept in the ledger's database: a restart goes on from
there, and of several replicas one reads for all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
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

OTHERS = 20
"""Groups outside of the declaration to ask for in a round; of more, the first ones."""

NAME = "accounts"


class Hub(Protocol):
    """What is asked of the hub."""

    async def group_roles(self, groups: tuple[str, ...]) -> Mapping[str, tuple[str, ...]] | None:
        """The hub roles of the mapped groups."""

    async def roles_of_group(self, group: str) -> tuple[str, ...]:
        """The hub roles of any other group."""

    async def accounts(self, offset: int, limit: int, now: datetime) -> tuple[list[Account], bool]:
        """One page of all accounts; whether more follow."""

    async def account(self, name: str, now: datetime) -> Account | None:
        """One account."""


class Census:
    """Reads the accounts; `current` is what is known of them.

    `of_interest` names accounts to keep in view, power or not; `other_groups` have power and are
    not declared; `every` is in seconds: how often to look, where the hub is small enough.
    """

    def __init__(
        self,
        declaration: Declaration,
        hub: Hub,
        ledger: Ledger,
        of_interest: Callable[[], frozenset[str]],
        other_groups: Iterable[str],
        now: Callable[[], datetime],
        every: float,
        max_age: timedelta,
    ) -> None:
        self._groups = declaration.mapped_groups
        self._roles = frozenset(declaration.groups)
        self._other_groups = tuple(other_groups)[:OTHERS]
        self._hub = hub
        self._ledger = ledger
        self._of_interest = of_interest
        self._now = now
        self._every = timedelta(seconds=every)
        self._max_age = max_age
        self._succeeded_at: datetime | None = None
        self.current = Accounts(trouble="The accounts have not been read yet")

    async def step(self) -> float:
        """Read a little more. Returns after how many seconds to go on.

        Raises HubError or LedgerError; what is known is then repeated for `max_age`.
        """
        try:
            progress = await self._advanced()
        except BusyError:  # another replica is at it
            if self._expired:
                self._failed("Another process is reading them, and does not finish")
            return self._every.total_seconds()
        except Exception as error:
            self._failed(str(error) if isinstance(error, HubError) else "It could not be recorded")
            raise
        self._succeeded_at = self._now()
        self.current = progress.accounts
        return self._rest(progress)

    async def _advanced(self) -> Progress:
        async with self._ledger.lock(locks.CENSUS):
            kept = _understood(await self._ledger.run(readings.load, NAME))
            before = kept.usable(self._roles, self._now(), self._max_age)
            progress = before
            try:
                if self._due(before.round_due):
                    progress = await self._round(before)
                if self._due(progress.page_due):
                    progress = await self._page(progress)
            finally:  # a page that cannot be read takes nothing from the round before it
                if progress is not before:
                    said = json.dumps(_reader().dump_python(progress, mode="json"))
                    await self._ledger.run(readings.save, NAME, said)
                    self.current = progress.accounts
        return progress

    def _due(self, moment: datetime | None) -> bool:
        return moment is None or moment <= self._now()

    async def _round(self, progress: Progress) -> Progress:
        """What must not wait until the reading of all accounts comes by."""
        now, accounts = self._now(), progress.accounts
        roles = await self._hub.group_roles(self._groups)
        if roles is not None:
            others = {name: await self._hub.roles_of_group(name) for name in self._other_groups}
            roles = {**roles, **others}
        accounts = replace(accounts, group_roles=roles, groups_read_at=now)
        for name in self._keeping.to_recheck(accounts, now - self._every):
            with suppress(HubError):  # one that cannot be read must not keep all others unread
                account = await self._hub.account(name, self._now())
                keeping = self._keeping
                accounts = (
                    keeping.with_read(accounts, [account])
                    if account
                    else keeping.without(accounts, name)
                )
        return replace(progress, accounts=accounts, round_due=now + self._every)

    async def _page(self, progress: Progress) -> Progress:
        """Read the next page of all accounts, and rest after it."""
        began, started = self._now(), monotonic()
        page, more = await self._hub.accounts(progress.next_offset, PAGE, began)
        took = timedelta(seconds=monotonic() - started)
        rest = min(max(SHORTEST_REST, REST * took), LONGEST_REST)
        read = PageRead(page, more, began, self._now(), rest)
        return progress.after_page(read, self._keeping, self._every)

    @property
    def _keeping(self) -> Keeping:
        return Keeping(self._roles, self._of_interest())

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
                group_roles=known.group_roles if lately else None,
                groups_read_at=read_at if lately else None,
            )
        self.current = replace(known, trouble=trouble)

    def _rest(self, progress: Progress) -> float:
        due = min(moment for moment in (progress.round_due, progress.page_due) if moment)
        rest = min(max(due - self._now(), SHORTEST_REST), self._every)
        return rest.total_seconds()


def _understood(said: str) -> Progress:
    """How far it had come; from the beginning, where another version kept that in another way."""
    try:
        return _reader().validate_python(json.loads(said))
    except ValueError:
        return Progress()


@cache
def _reader() -> TypeAdapter[Progress]:
    return TypeAdapter(Progress)
