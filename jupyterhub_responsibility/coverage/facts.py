"""What is known about a hub at one moment, for finding its gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from ..domain.accounts import Accounts
from ..domain.configured import Configured
from ..domain.contacts import Desk
from ..domain.holders import Filling, Holder
from ..domain.model import Declaration, Role, Roster, Split
from ..domain.rules import Rules
from ..ledger.gap_spans import Key
from ..ledger.state import Book
from .gaps import Source

COMMUNITYS: frozenset[Split] = frozenset({"community", "partner"})
"""Whose job a responsibility is, where the provider's people can't stand in for good."""


@dataclass(frozen=True)
class Facts:
    """What is known about a hub at `now`.

    `ledger_read` is False until the ledger has been read; `ledger_trouble` says why it can't be
    read now. `authenticator_groups`, `authenticator_roles`: the login service decides who has
    them. `configured` is how the hub says that it is configured, None where it didn't. `left` are
    accounts whose power is not known: they left a role, or were read before the service began, and
    have not been read since. `noticed` is when gaps were first seen.
    """

    declaration: Declaration
    roster: Roster
    book: Book
    now: datetime
    ledger_read: bool = True
    ledger_trouble: str = ""
    authenticator_groups: bool = False
    authenticator_roles: bool = False
    accounts: Accounts = field(default_factory=Accounts)
    configured: Configured | None = None
    left: frozenset[str] = frozenset()
    noticed: Mapping[Key, datetime] = field(default_factory=dict)

    @cached_property
    def known(self) -> frozenset[Source]:
        """The sources that have told what they know."""
        has: dict[Source, bool] = {
            "roster": self.roster.read_at is not None,
            "ledger": self.ledger_read,
            "accounts": self._accounts_known,
            "group roles": self._group_roles_known,
            "configuration": self.configured is not None,
        }
        return frozenset(source for source, known in has.items() if known)

    @property
    def _accounts_known(self) -> bool:
        accounts = self.accounts
        lately = accounts.read_at is not None and not accounts.overdue(self.now)
        return lately and not (accounts.trouble or accounts.cut or self.left)

    @property
    def _group_roles_known(self) -> bool:
        accounts = self.accounts
        return accounts.group_roles is not None and not accounts.groups_overdue(self.now)

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()

    @cached_property
    def desk(self) -> Desk:
        """Answers to whom to ask."""
        return Desk(self.declaration, self.roster)

    @property
    def fillings(self) -> Mapping[str, Filling]:
        """Who holds each role."""
        return self.desk.fillings

    @cached_property
    def staff(self) -> frozenset[str]:
        """The accounts of the provider's people: as declared, and as most hubs write them."""
        names = self.declaration.provider.staff
        return frozenset((*names, *(name.lower() for name in names)))

    @cached_property
    def communitys(self) -> frozenset[str]:
        """The roles with a part in what is the community's job."""
        each = self.declaration.model.responsibilities()
        return frozenset(role for r in each if r.split in COMMUNITYS for role in r.roles)

    def is_staff(self, holder: Holder) -> bool:
        """Whether a holder is one of the provider's people."""
        return holder.kind == "account" and self.is_staffs(holder.name)

    def is_staffs(self, account: str) -> bool:
        """Whether an account is one of the provider's people's."""
        return account in self.staff

    def counted(self, filling: Filling) -> tuple[Holder, ...]:
        """The holders that count: in a role of the community, not the provider's people."""
        if filling.role.id not in self.communitys:
            return filling.holders
        return tuple(holder for holder in filling.holders if not self.is_staff(holder))

    def may_change(self, role: Role) -> bool:
        """Whether who holds a role can be changed on our pages."""
        return Rules(self.declaration, self.authenticator_groups).open_to_change(role)
