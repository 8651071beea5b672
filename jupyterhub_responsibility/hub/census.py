"""The gentle reading of what accounts may do on the hub: in the background, page by page.

It rests after every page for many times as long as the hub was busy with it, so that nobody
waits for it. How far it has come is kept in the ledger's database: a restart goes on from
there, and of several replicas one reads for all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Protocol

from pydantic import TypeAdapter

from ..domain.accounts import Account, Accounts
from ..domain.model import Declaration, Roster
from ..errors import BusyError, HubError
from ..ledger.state import LedgerState
from ..storage import locks, readings
from ..storage.ledger import Ledger

PAGE = 200
"""Accounts to read at once, which is the most that hubs give: a page takes the same for fewer."""

REST = 200
"""Times as long as the hub took for a page, to leave it in peace after that. A page of a hub with
100,000 accounts takes it some 70 ms; a share of visits so small meets one, or those who wait
behind one, that 95 in 100 take hardly longer than without."""

SHORTEST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(seconds=30)
"""Even a hub that is slow is looked at twice a minute."""

CLOCKS_APART = timedelta(minutes=1)
"""How far the clocks of two replicas may be apart."""

RECHECKED = 10
"""Accounts to ask for one by one in a round: half of them with power, half of the others."""

OTHERS = 20
"""Groups outside of the declaration to ask for in a round; of more, the first ones."""

MAX_KEPT = 500
"""Accounts with power to keep."""

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


@dataclass(frozen=True)
class Progress:
    """How far the reading has come: `offset` accounts, of which `last` is the last one.

    `began` is when it began, None between two readings. `round_due` is when to look at single
    accounts and at the groups' roles next, `page_due` when to read the next page. `roles` are the
    hub roles that it looks for.
    """

    accounts: Accounts = field(default_factory=Accounts)
    began: datetime | None = None
    offset: int = 0
    last: str = ""
    round_due: datetime | None = None
    page_due: datetime | None = None
    roles: tuple[str, ...] = ()


def of_interest(roster: Roster, state: LedgerState) -> frozenset[str]:
    """The accounts that hold a role, or were moved by others."""
    return frozenset(roster.accounts | {edit.person for edit in state.edits.values()})


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
            before = self._usable(_understood(await self._ledger.run(readings.load, NAME)))
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

    def _usable(self, progress: Progress) -> Progress:
        """It begins anew for another declaration, and where a clock was ahead.

        A reading that was left off long ago begins anew too: it would be old when it is whole.
        """
        roles, read_at = tuple(sorted(self._roles)), progress.accounts.groups_read_at
        now, due = self._now(), progress.page_due
        if progress.roles != roles or (read_at is not None and read_at > now + CLOCKS_APART):
            return Progress(roles=roles)
        if due is not None and now - due > self._max_age:
            return replace(progress, began=None, offset=0, last="")
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
        for name in self._to_recheck(accounts):
            with suppress(HubError):  # one that cannot be read must not keep all others unread
                account = await self._hub.account(name, self._now())
                known = [account] if account else []
                accounts = self._with(accounts if known else self._without(accounts, name), known)
        return replace(progress, accounts=accounts, round_due=now + self._every)

    def _to_recheck(self, accounts: Accounts) -> list[str]:
        """Those with power, and the others: each the longest unread first. Neither kind takes all
        places, unless there are few of the other."""
        found, old = accounts.found, self._now() - self._every

        def urgency(name: str) -> tuple[int, datetime, str]:
            if name not in found:
                return (2 if name in accounts.gone else 0), old, name
            return 1, found[name].read_at, name

        due = [
            name
            for name in {*self._of_interest(), *found}
            if name not in found or found[name].read_at < old
        ]
        powerful = {name for name in due if name in found and self._has_power(found[name])}
        others = sorted(set(due) - powerful, key=urgency)
        places = max(RECHECKED // 2, RECHECKED - len(others))
        first = sorted(powerful, key=urgency)[:places]
        return [*first, *others[: RECHECKED - len(first)]]

    async def _page(self, progress: Progress) -> Progress:
        """Read the next page of all accounts.

        It begins with the last account of the page before: if that isn't there, some were
        deleted meanwhile, others have moved up, and it goes back for those.
        """
        now, started = self._now(), monotonic()
        began = progress.began or now
        offset = max(progress.offset - 1, 0)
        page, more = await self._hub.accounts(offset, PAGE, now)
        took = timedelta(seconds=monotonic() - started)
        rest = min(max(SHORTEST_REST, REST * took), LONGEST_REST)
        accounts = self._with(progress.accounts, page)
        if progress.last and (not page or page[0].name != progress.last):
            back = max(offset - PAGE, 0)
            return replace(progress, accounts=accounts, offset=back, last="", page_due=now + rest)
        if more:
            return replace(
                progress, accounts=accounts, began=began, offset=offset + len(page),
                last=page[-1].name, page_due=now + rest,
            )  # fmt: skip
        whole = self._of_this_reading(accounts, began, offset + len(page))
        due = now + max(self._every, rest)
        return replace(progress, accounts=whole, began=None, offset=0, last="", page_due=due)

    def _with(self, accounts: Accounts, read: list[Account]) -> Accounts:
        """What is known with what was just read; accounts that don't matter are let go of."""
        interesting, found = self._of_interest(), dict(accounts.found)
        powerful, cut = sum(map(self._has_power, found.values())), accounts.cut
        for account in read:
            there = found.pop(account.name, None)
            powerful -= there is not None and self._has_power(there)
            if account.name in interesting or (self._has_power(account) and powerful < MAX_KEPT):
                found[account.name] = account
                powerful += self._has_power(account)
            elif self._has_power(account):
                cut = True
        gone = accounts.gone - {account.name for account in read}
        return replace(accounts, found=found, gone=gone, cut=cut)

    def _without(self, accounts: Accounts, name: str) -> Accounts:
        found = {each: account for each, account in accounts.found.items() if each != name}
        gone = accounts.gone.intersection(self._of_interest())
        return replace(accounts, found=found, gone=gone | {name})

    def _of_this_reading(self, accounts: Accounts, began: datetime, total: int) -> Accounts:
        """Accounts that did not turn up again have been deleted, or renamed."""
        found = {name: each for name, each in accounts.found.items() if each.read_at >= began}
        cut = accounts.cut and sum(map(self._has_power, found.values())) >= MAX_KEPT
        took = self._now() - began
        return replace(accounts, read_at=began, total=total, found=found, cut=cut, took=took)

    def _has_power(self, account: Account) -> bool:
        return account.can_do_everything or not self._roles.isdisjoint(account.roles)

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
