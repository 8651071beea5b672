"""Keeps what is known of the hub, live: pages, figures and gaps are made from its snapshots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ..changes.history import History
from ..changes.reach import Reachable
from ..coverage.snapshot import Snapshot
from ..declaration.keeper import DeclarationKeeper
from ..domain.accounts import Account, Accounts
from ..domain.channels import Reach
from ..domain.configured import Configured
from ..domain.messages import TransportName
from ..domain.names import Called
from ..hub.roster import RosterKeeper, minute
from ..ledger.accounts import made_at
from ..storage.ledger import Ledger
from .settings import Settings


class SnapshotKeeper:
    """Puts together what the declaration, the roster, the ledger, the census and the hub's start
    tell."""

    def __init__(
        self,
        declared: DeclarationKeeper,
        settings: Settings,
        keeper: RosterKeeper,
        ledger: Ledger,
        history: History,
        reachable: Reachable,
        configured: Configured | None,
        now: Callable[[], datetime],
    ) -> None:
        self._declared = declared
        self._settings = settings
        self._keeper = keeper
        self._ledger = ledger
        self._history = history
        self._reachable = reachable
        self._configured = configured
        self._now = now
        self._made: tuple[object, Snapshot] | None = None
        self._began = now()
        self._holders: frozenset[str] = frozenset()
        self._left: dict[str, datetime] = {}
        self._told: object = None
        self._accounts_version = 0
        self._met: dict[str, Account] = {}
        self.transports: frozenset[TransportName] = frozenset()
        """What messages go through."""
        self.unsent: Callable[[], Mapping[TransportName, datetime]] = dict
        """Which transports have not taken messages for long, and since when."""
        self.accounts = Accounts()
        """What accounts may do, as known when the roster was read: neither runs ahead."""

    def roster_read(self, accounts: Accounts) -> None:
        """Take in what was known of the accounts before the roster was read.

        What an account may do, and whether it holds a role, are read at different moments. Together
        they tell the truth only if the account was read after it left its last group, and the
        roster after that. Who left before this process began is not known: any account that was
        read before may be one.
        """
        roster = self._keeper.current
        if roster.trouble or roster.read_at is None:
            self._take_without_roster(accounts)
            return
        holders = roster.accounts
        old = (n for n, account in accounts.found.items() if account.read_at < self._began)
        left = {
            **dict.fromkeys(old, self._began),
            **self._left,
            **dict.fromkeys(self._holders - holders, roster.read_at),
        }
        left = {
            name: at
            for name, at in left.items()
            if name not in holders and name in accounts.found
            and accounts.found[name].read_at <= at
        }  # fmt: skip
        self._holders, self._left, self.accounts = holders, left, accounts
        if accounts.read_at is not None:
            began = accounts.read_at
            self._met = {name: each for name, each in self._met.items() if each.read_at >= began}
        snapshot = self._snapshot()
        told = (minute(accounts.read_at), accounts.total, snapshot.coverage, snapshot.names,
                snapshot.reach)  # fmt: skip
        if told != self._told:
            self._told = told
            self._accounts_version += 1
            self._made = self.version, snapshot  # its coverage need not be found out twice

    def meet(self, account: Account) -> None:
        """Take in what somebody is called whom the hub was asked about for another reason: what is
        said of them at once need not wait until all accounts are read next."""
        accounts = self._accounts_known()
        found, other = accounts.found.get(account.name), accounts.names.get(account.name)
        known = found.display_name if found else other.name if other else ""
        if account.display_name not in ("", known):
            self._met[account.name] = account
            self._accounts_version += 1

    def _accounts_known(self) -> Accounts:
        """What accounts may do, with what those are called who were met since they were read."""
        if not self._met:
            return self.accounts
        called = {name: Called(a.display_name, a.created) for name, a in self._met.items()}
        return replace(self.accounts, names={**self.accounts.names, **called})

    def _take_without_roster(self, accounts: Accounts) -> None:
        """While there is no roster to go with newer accounts: only why they can't be read."""
        lost = accounts.trouble and accounts.read_at is None
        known = accounts if lost else replace(self.accounts, trouble=accounts.trouble)
        if known != self.accounts:
            self.accounts = known
            self._accounts_version += 1

    @property
    def version(self) -> tuple[object, ...]:
        """Differs whenever a page could read differently."""
        return (
            self._declared.current.version,
            self._keeper.current.version,
            self._ledger.state.number,
            self._ledger.without,
            self._ledger.read,
            self._ledger.trouble,
            self._accounts_version,
            self._history.version,
            self._reachable.version,
            tuple(self.unsent().items()),
            self._now().date(),
        )

    @property
    def current(self) -> Snapshot:
        """What is known at this moment."""
        version = self.version
        if self._made is None or self._made[0] != version:
            self._made = version, self._snapshot()
        return self._made[1]

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            self._declared.current.declaration,
            self._keeper.current,
            self._ledger.state,
            self._now(),
            ledger_read=self._ledger.read,
            ledger_trouble=self._ledger.trouble if self._ledger.read else "",
            authenticator_groups=self._settings.authenticator_groups,
            authenticator_roles=self._settings.authenticator_roles,
            authenticator_checks=self._settings.authenticator_checks,
            user_management=self._settings.user_management,
            subdomains=self._settings.subdomains,
            accounts=self._accounts_known(),
            left=self._leaving().union(self._left),
            reach=self._reach(),
            transports=self.transports,
            tellable=self._reachable.tellable,
            unsent=self.unsent(),
            configured=self._configured,
            noticed=self._history.noticed,
            spans=self._history.spans,
        )

    def _reach(self) -> dict[str, Reach]:
        """What holders say of how to reach them."""
        found, state = self.accounts.found, self._ledger.state
        known: dict[str, str] = {}
        for (_, name), created in list(state.created.items()):  # it may be written to meanwhile
            known[name] = max(created, known.get(name, ""))  # the last account of that name
        holders = self._keeper.current.accounts
        return self._reachable.of(
            {name: made_at(found.get(name)) or known.get(name, "") for name in holders}
        )

    def _leaving(self) -> frozenset[str]:
        """Who left since the accounts were taken in, of those of whom something is known."""
        roster = self._keeper.current
        if roster.read_at is None:
            return frozenset()
        return (self._holders - roster.accounts).intersection(self.accounts.found)
