"""How far the reading of all accounts has come, and what is kept of it: pure.

Of many accounts, few matter: those with power, and those of interest, which hold a role, say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..domain.accounts import Account, Accounts
from ..domain.model import Roster
from ..domain.names import Called
from ..ledger.accounts import CLOCKS_APART
from ..ledger.state import LedgerState

PAGE = 200
"""Accounts to read at once, which is the most that hubs give: a page takes the same for fewer."""

RECHECKED = 20
"""Accounts to ask for one by one in a round: half of them with power, half of the others."""

MAX_KEPT = 500
"""Accounts with power to keep."""


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

    @property
    def next_offset(self) -> int:
        """Where the next page begins: with the last account of the page before."""
        return max(self.offset - 1, 0)

    def usable(self, roles: Iterable[str], now: datetime, max_age: timedelta) -> Progress:
        """It begins anew for another declaration, and where a clock was ahead.

        A reading that was left off long ago begins anew too: it would be old when it is whole.
        """
        wanted, read_at = tuple(sorted(roles)), self.accounts.groups_read_at
        if self.roles != wanted or (read_at is not None and read_at > now + CLOCKS_APART):
            return Progress(roles=wanted)
        if self.page_due is not None and now - self.page_due > max_age:
            return replace(self, began=None, offset=0, last="")
        return self

    @property
    def small(self) -> bool:
        """Whether all accounts of the hub are on one page, as far as is known."""
        return (
            self.began is None
            and self.accounts.read_at is not None
            and (self.accounts.total <= PAGE)
        )

    def after_page(
        self, page: PageRead, keeping: Keeping, small_every: timedelta, every: timedelta
    ) -> Progress:
        """With a page that began at `next_offset`.

        A whole reading begins `every` so often, on a small hub `small_every`.
        If the last account of the page before isn't the first of this one, some were deleted
        meanwhile, others have moved up, and it goes back for those.
        """
        accounts, began = keeping.with_read(self.accounts, page.accounts), self.began or page.began
        due = page.began + page.rest
        if self.last and (not page.accounts or page.accounts[0].name != self.last):
            back = max(self.next_offset - PAGE, 0)
            return replace(self, accounts=accounts, offset=back, last="", page_due=due)
        offset = self.next_offset + len(page.accounts)
        if self.began is None and not page.more:
            every = small_every
            accounts = keeping.without_others(accounts, page.accounts)
        if page.more:
            last = page.accounts[-1].name
            return replace(
                self, accounts=accounts, began=began, offset=offset, last=last, page_due=due
            )
        return replace(
            self,
            accounts=keeping.of_this_reading(accounts, began, page.ended, offset),
            began=None,
            offset=0,
            last="",
            page_due=page.began + max(every, page.rest),
        )


@dataclass(frozen=True)
class PageRead:
    """A page of accounts, from when until when it was read, and whether `more` follow.

    `rest` is for how long to leave the hub in peace after it.
    """

    accounts: list[Account]
    more: bool
    began: datetime
    ended: datetime
    rest: timedelta


def of_interest(roster: Roster, state: LedgerState) -> frozenset[str]:
    """The accounts that hold a role, were moved by others, wait for an answer, or are to come."""
    moved = {edit.person for edit in state.edits.values()}
    waiting = {name for each in state.requests.values() for name in (each.by, each.person)}
    decided = {each.person for each in list(state.pending.values())}
    return roster.accounts | moved | waiting | decided


@dataclass(frozen=True)
class Keeping:
    """What to keep of the accounts: those of interest, and those with one of the hub `roles`.

    Of those who are `told` of, which the ledger does, what they are called is kept.
    """

    roles: frozenset[str]
    of_interest: frozenset[str]
    told: frozenset[str] = frozenset()

    def has_power(self, account: Account) -> bool:
        """Whether an account may do more than others, by itself."""
        return account.can_do_everything or not self.roles.isdisjoint(account.roles)

    def with_read(self, accounts: Accounts, read: list[Account]) -> Accounts:
        """What is known with what was just read; accounts that don't matter are let go of."""
        found = dict(accounts.found)
        powerful, cut = sum(map(self.has_power, found.values())), accounts.cut
        for account in read:
            there = found.pop(account.name, None)
            powerful -= there is not None and self.has_power(there)
            if account.name in self.of_interest or (
                self.has_power(account) and powerful < MAX_KEPT
            ):
                found[account.name] = account
                powerful += self.has_power(account)
            elif self.has_power(account):
                cut = True
        gone = accounts.gone - {account.name for account in read}
        names = self._names(accounts, read, found)
        return replace(accounts, found=found, gone=gone, cut=cut, names=names)

    def _names(
        self, accounts: Accounts, read: list[Account], found: Mapping[str, Account]
    ) -> dict[str, Called]:
        """What those are called of whom nothing else is kept."""
        names = dict(accounts.names)
        for account in read:
            names.pop(account.name, None)
            if account.display_name:
                names[account.name] = Called(account.display_name, account.created)
        wanted = self.told.difference(found)
        return {name: called for name, called in names.items() if name in wanted}

    def without(self, accounts: Accounts, name: str) -> Accounts:
        """What is known without an account that the hub doesn't have."""
        found = {each: account for each, account in accounts.found.items() if each != name}
        gone = accounts.gone.intersection(self.of_interest)
        return replace(accounts, found=found, gone=gone | {name})

    def without_others(self, accounts: Accounts, there: list[Account]) -> Accounts:
        """What is known where these are all accounts that the hub has."""
        gone = self.of_interest - {account.name for account in there}
        return replace(accounts, gone=frozenset(gone))

    def of_this_reading(
        self, accounts: Accounts, began: datetime, ended: datetime, total: int
    ) -> Accounts:
        """Whoever was not come across any more has been deleted, or renamed."""
        found = {name: each for name, each in accounts.found.items() if each.read_at >= began}
        cut = accounts.cut and sum(map(self.has_power, found.values())) >= MAX_KEPT
        took = ended - began
        return replace(accounts, read_at=began, total=total, found=found, cut=cut, took=took)

    def to_recheck(self, accounts: Accounts, old: datetime) -> list[str]:
        """Those with power, and the others: each the longest unread first, if read before `old`.

        Neither kind takes all places, unless there are few of the other.
        """
        found = accounts.found

        def urgency(name: str) -> tuple[int, datetime, str]:
            if name not in found:
                return (2 if name in accounts.gone else 0), old, name
            return 1, found[name].read_at, name

        due = [
            name
            for name in {*self.of_interest, *found}
            if name not in found or found[name].read_at < old
        ]
        powerful = {name for name in due if name in found and self.has_power(found[name])}
        others = sorted(set(due) - powerful, key=urgency)
        places = max(RECHECKED // 2, RECHECKED - len(others))
        first = sorted(powerful, key=urgency)[:places]
        return [*first, *others[: RECHECKED - len(first)]]
