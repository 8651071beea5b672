"""What is known about a hub at one moment: from here, pages, figures, files and gaps are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from ..domain.access import UserManagement
from ..domain.accounts import Accounts
from ..domain.channels import EVERYBODY, IN_CHARGE, Audience, Reach
from ..domain.configured import Configured
from ..domain.contacts import ContactFinder, People
from ..domain.duties import duties_digest
from ..domain.holders import Holder, RoleHolders, holders_of
from ..domain.kept import Laid
from ..domain.logins import LAST, RESOLUTION, AtLogin, Logins
from ..domain.messages import COMMUNITY, MANAGER, MessageName, Recipient, TransportName
from ..domain.model import Declaration, Role, Roster, Split, Viewer
from ..domain.names import Called, Names
from ..domain.rules import Rules
from ..ledger.accounts import is_other, made_at
from ..ledger.chain import Head
from ..ledger.gap_spans import Key, Span
from ..ledger.pending import Pending, as_decided, coming, goes
from ..ledger.standing import Standing, standing, standing_by_word
from ..ledger.state import LedgerState
from .gaps import Source

if TYPE_CHECKING:
    from .covered import Coverage

COMMUNITY_SPLITS: frozenset[Split] = frozenset({"community", "partner"})
"""Whose job a responsibility is, where the provider's people can't stand in for good."""


@dataclass(frozen=True)
class Snapshot:
    """What is known about a hub at `now`.

    `ledger_read` is False until the ledger has been read; `ledger_trouble` says why it can't be
    read now. `authenticator_groups`, `authenticator_roles`: the login service decides who has
    them; `authenticator_checks`: the hub asks it again while people use the hub. `configured` is
    how the hub says that it is configured, None where it didn't. `left` are accounts whose power is
    not known: they left a role, or were read before the service began, and have not been read
    since. `reach` is what holders say of how to reach them. `transports` is what messages go
    through, whose links are whole where the address of the hub is known
    (`whole_links`); `tellable` are the people who gave a mail address (`Recipient.key`), with
    the kinds of messages that they have turned off; `unsent` are the transports that have not
    taken messages for long, and since when. `subdomains`: each user's server has a domain of its
    own (None: not known). `page` is what is kept on the page, None where that wasn't read.
    `noticed` is when the gaps that are open were first seen, `spans` are those of before as well.
    """

    declaration: Declaration
    roster: Roster
    ledger_state: LedgerState
    now: datetime
    ledger_read: bool = True
    ledger_trouble: str = ""
    authenticator_groups: bool = False
    authenticator_roles: bool = False
    authenticator_checks: bool = False
    user_management: UserManagement = "service"
    subdomains: bool | None = None
    accounts: Accounts = field(default_factory=Accounts)
    configured: Configured | None = None
    left: frozenset[str] = frozenset()
    reach: Mapping[str, Reach] = field(default_factory=dict)
    transports: frozenset[TransportName] = frozenset()
    whole_links: bool = True
    tellable: Mapping[str, frozenset[MessageName]] = field(default_factory=dict)
    unsent: Mapping[TransportName, datetime] = field(default_factory=dict)
    page: Laid | None = None
    noticed: Mapping[Key, datetime] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()

    @property
    def laid(self) -> Laid:
        """The file's declaration, and what is kept on the page."""
        return self.page or Laid(self.declaration, self.declaration)

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
        told = self.roster.read_at is not None and self.roster.group_roles is not None
        return told and not self.accounts.groups_overdue(self.now)

    @cached_property
    def group_roles(self) -> Mapping[str, tuple[str, ...]]:
        """The hub roles of groups, as far as the hub told."""
        return {**self.accounts.other_group_roles, **(self.roster.group_roles or {})}

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()

    @property
    def ledger_end(self) -> Head | None:
        """The number and the digest of the last entry that was read; None while there is none."""
        return self.ledger_state.head if self.ledger_read and self.ledger_state.number else None

    @cached_property
    def rules(self) -> Rules:
        """Who may change what."""
        return Rules(self.declaration, self.authenticator_groups, self.user_management)

    @property
    def at_login_in_words(self) -> str:
        """As of what somebody is in a group, where logins decide about any that stands for a
        role."""
        return f"each holder's {LAST[self.at_login]}" if self.at_login else ""

    @property
    def at_login(self) -> AtLogin:
        """Whether logins decide about any group that stands for a role."""
        groups = filter(self.rules.decided_elsewhere, self.declaration.mapped_groups)
        return self.logins.at_login(tuple(groups))

    @property
    def as_of(self) -> datetime | None:
        """When the members of groups were read from the hub; None where that isn't known, and where
        it tells nothing, since logins decide about all of them."""
        groups = self.declaration.mapped_groups
        at_login = bool(groups) and all(map(self.rules.decided_elsewhere, groups))
        return None if at_login else self.roster.read_at

    def last_seen(self, account: str, groups: Sequence[str]) -> datetime | None:
        """When the hub last saw an account that is in some groups: no login that put it there was
        later.

        None if that isn't known, or tells nothing of that login: it was seen to join after that, or
        hasn't been read since.
        """
        there = self.accounts.found.get(account)
        if there is None or there.last_activity is None:
            return None
        past, roles = self.ledger_state.past, self.declaration.groups
        came = [each for role in roles for each in past.came(role, account, groups)]
        seen, last = there.last_activity, there.last_activity + RESOLUTION
        if all(each.at and each.at <= seen for each in came):
            return seen
        known = all(each.at and each.at <= there.read_at and each.after <= last for each in came)
        return last if known else None

    def emptied(self, group: str) -> datetime | None:
        """Since when nobody is in a group, where that is known: the hub learns of it later where
        logins decide."""
        if self.rules.decided_elsewhere(group):
            return None
        return self.ledger_state.emptied.get(group)

    def unseen(self, role: Role, account: str) -> datetime | None:
        """Since when the hub hasn't seen a holder of a role, if for longer than that allows."""
        there = self.accounts.found.get(account)
        if there is None:
            return None
        since = there.last_activity or self.ledger_state.joined.get((role.id, account))
        longest = timedelta(days=role.seen_within)
        return since if since and self.now - since > longest else None

    @cached_property
    def names(self) -> Names:
        """What people are called: as the operator says, or else as the hub does."""
        found = {
            each.name: Called(each.display_name, each.created)
            for each in self.accounts.found.values()
            if each.display_name
        }
        given = {**self.accounts.names, **found}
        for account, moment in self.ledger_state.given_up.items():
            if account in given:  # by somebody who had this name before
                since = max(given[account].since or moment, moment)
                given[account] = replace(given[account], since=since)
        declared = {account: Called(name) for account, name in self.declaration.names.items()}
        accounts = self.roster.accounts.union(self.accounts.found, self.ledger_state.people)
        return Names({**given, **declared}, accounts)

    @cached_property
    def contact_finder(self) -> ContactFinder:
        """Answers to whom to ask, for everybody on the hub."""
        return self._finder(EVERYBODY)

    @cached_property
    def _finder_in_charge(self) -> ContactFinder:
        return self._finder(IN_CHARGE)

    def made(self, account: str) -> str:
        """When an account was made, as entries have it; empty where that isn't known."""
        return made_at(self.accounts.found.get(account)) or self.ledger_state.made(account)

    def recipient(self, account: str) -> Recipient:
        """An account as one that is told something."""
        return Recipient(account, self.made(account))

    def can_tell(self, kind: MessageName, recipient: Recipient) -> bool:
        """Whether somebody, or the channel of the community, gets a kind of message."""
        if recipient == COMMUNITY:
            return "community" in self.transports
        if recipient == MANAGER:
            return "mail" in self.transports
        turned_off = self.tellable.get(recipient.key)
        return "mail" in self.transports and turned_off is not None and kind not in turned_off

    def contact_finder_for(self, viewer: Viewer) -> ContactFinder:
        """The same for somebody, who may be in charge: holders tell those more, perhaps."""
        in_charge = self.audiences(viewer) == IN_CHARGE
        return self._finder_in_charge if in_charge else self.contact_finder

    def audiences(self, viewer: Viewer) -> frozenset[Audience]:
        """Among whom somebody is, for those who say how to reach them."""
        return IN_CHARGE if self.rules.may(viewer, "in charge") else EVERYBODY

    def _finder(self, audiences: frozenset[Audience]) -> ContactFinder:
        denied = frozenset(self.ledger_state.words.denied())
        people = People(self.reach, audiences, self.names, self.today, denied)
        return ContactFinder(self.declaration, self.roster, people, self.logins)

    @property
    def logins(self) -> Logins:
        """What is known of logins, where they decide who is in a group."""
        decide = self.rules.decided_elsewhere
        return Logins(decide, self.last_seen, self.unseen, self.authenticator_checks)

    @property
    def holders_by_role(self) -> Mapping[str, RoleHolders]:
        """Who holds each role."""
        return self.contact_finder.holders_by_role

    def will_hold(self, role_id: str) -> RoleHolders:
        """Who will hold a role once all that was decided is done."""
        pending = self.ledger_state.pending
        if not any(role == role_id for role, _, _ in list(pending)):
            return self.holders_by_role[role_id]
        members = as_decided(self.roster.members, pending, role_id)
        return holders_of(self.declaration, replace(self.roster, members=members), role_id)

    def goes(self, role: Role, holder: Holder) -> datetime | None:
        """When it was decided that a holder goes, where that isn't done yet."""
        return goes(self.ledger_state.pending, role.id, holder.groups, holder.name)

    def stays(self, each: Pending) -> bool:
        """Whether somebody holds the role of a decision now, and will once all is done that was
        decided: they join or leave one group of several."""
        now = self.holders_by_role.get(each.role)
        held = now is not None and each.person in now.accounts
        return held and each.person in self.will_hold(each.role).accounts

    def coming(self, role_holders: RoleHolders) -> tuple[str, ...]:
        """Who was decided to get a role, and doesn't hold it yet."""
        found = coming(self.ledger_state.pending, role_holders.role.id)
        people = dict.fromkeys(each.person for each in found)
        return tuple(each for each in people if each not in role_holders.accounts)

    @cached_property
    def coverage(self) -> Coverage:
        """How this hub is covered."""
        from . import coverage  # which looks at snapshots itself

        return coverage(self)

    @cached_property
    def duties_digests(self) -> Mapping[str, str]:
        """What holders of each role confirm, as a digest."""
        model = self.declaration.model
        return {role.id: duties_digest(model, role) for role in model.roles.values()}

    def standing(self, role: Role, account: str, created: str = "") -> Standing:
        """How an account stands in a role, as far as the ledger has been read.

        `created` is when the account was made, where that is known of whoever looks.
        """
        if not self.ledger_read:
            return Standing()
        if self._is_other(role, account, created):
            return Standing(state="never")
        return standing(self.ledger_state, role, account, self.duties_digests[role.id], self.today)

    def standing_of(self, role: Role, holder: Holder) -> Standing:
        """How any holder stands in a role, with an account or without."""
        if holder.kind == "account":
            return self.standing(role, holder.name)
        if not self.ledger_read:
            return Standing()
        word = self.ledger_state.words.of(role.id, holder.name)
        return standing_by_word(word, role, self.duties_digests[role.id], self.today)

    def _is_other(self, role: Role, account: str, created: str) -> bool:
        """Whether an account is another one than that of which the ledger tells.

        What was read of it lately may be older than what the ledger has learned since.
        """
        holding, state, there = (
            (role.id, account),
            self.ledger_state,
            self.accounts.found.get(account),
        )
        was, known_at = state.created.get(holding, ""), state.joined.get(holding, self.now)
        if created:
            return bool(was) and created != was
        return is_other(there, was, known_at) and made_at(there) > was

    @cached_property
    def staff(self) -> frozenset[str]:
        """The accounts of the provider's people: as declared, and as most hubs write them."""
        names = self.declaration.provider.staff
        return frozenset((*names, *(name.lower() for name in names)))

    @cached_property
    def community_roles(self) -> frozenset[str]:
        """The roles with a part in what is the community's job."""
        each = self.declaration.model.responsibilities()
        return frozenset(role for r in each if r.split in COMMUNITY_SPLITS for role in r.roles)

    def is_staff(self, holder: Holder) -> bool:
        """Whether a holder is one of the provider's people."""
        return holder.kind == "account" and self.is_staff_account(holder.name)

    def is_staff_account(self, account: str) -> bool:
        """Whether an account belongs to one of the provider's people."""
        return account in self.staff

    def counted(self, role_holders: RoleHolders) -> tuple[Holder, ...]:
        """The holders that count: of whom it is known that they still hold the role, and in a role
        of the community, not the provider's people."""
        return tuple(each for each in self.countable(role_holders) if each.unseen is None)

    def countable(self, role_holders: RoleHolders) -> tuple[Holder, ...]:
        """Those, with others of whom it could not be checked whether they still hold it."""
        if role_holders.role.id not in self.community_roles:
            return role_holders.holders
        return tuple(holder for holder in role_holders.holders if not self.is_staff(holder))
