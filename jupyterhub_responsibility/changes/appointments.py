"""Appointing and withdrawing, by people: groups are read afresh, changed, and recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from ..domain import refusals
from ..domain.accounts import Account
from ..domain.holders import RoleHolders, holders_of
from ..domain.model import Declaration, Role, Roster, Viewer
from ..domain.rules import Change, Rules, alike
from ..errors import HubError, HubRefusedError
from ..ledger.accounts import made_at
from ..ledger.entry import Draft, Entry
from ..ledger.kinds import Detail, Event
from ..ledger.pending import Key, Pending, as_decided
from ..ledger.standing import state_tag
from ..ledger.state import LedgerState, Request
from ..storage import locks
from ..storage.ledger import Ledger
from ..text import visible
from .deciding import Deciding, for_the_same, is_of_its_own
from .quota import Quota
from .recording import (
    Hub,
    Outcome,
    Recorder,
    actor_kind,
    find,
    in_words,
    not_recorded,
    unknown,
)
from .settling import Members, others

Edit = Callable[[str, str], Awaitable[tuple[str, ...]]]
"""Changes the members of a group by one account; the members after that."""


def open_request(declaration: Declaration, state: LedgerState, number: int, today: date) -> Request:
    """The request of that number. Raises RefusedError where it can't be decided any more."""
    request = state.requests.get(number)
    known = request is not None and request.role in declaration.model.roles
    if request is None or not known or not request.open_on(today):
        raise refusals.CLOSED()
    return request


class Appointments:
    """The use cases. They raise RefusedError, HubError, LedgerError or UnknownError.

    `rules` are asked for each time: titles and people of the declaration may change meanwhile.
    `learned` is told who is in a group, whenever the hub said so.

    `seen`, where given, is the `state_tag` that the person saw: if it isn't so any more, the
    change is refused.
    """

    def __init__(
        self,
        hub: Hub,
        ledger: Ledger,
        recorder: Recorder,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        learned: Callable[[str, tuple[str, ...]], None],
    ) -> None:
        self.hub = hub
        self.ledger = ledger
        self.now = now
        self.learned = learned
        self._recorder = recorder
        self._rules = rules
        self._quota = Quota(ledger, rules(), now)
        self._deciding = Deciding(hub, ledger, recorder, rules, now)

    @property
    def rules(self) -> Rules:
        """The rules that are in force."""
        return self._rules()

    @property
    def declaration(self) -> Declaration:
        """The declaration that is in force."""
        return self.rules.declaration

    @property
    def today(self) -> date:
        """The day."""
        return self.now().date()

    async def appoint(self, actor: Viewer, change: Change, seen: str = "") -> Entry:
        """Add an account to a role's group; who is in it already gets another last day.

        Returns the outcome: pending, where the group is kept elsewhere.
        """
        change = self.rules.check_appointer(actor, change, self.today)
        async with self._quota.of(actor), self.ledger.lock(locks.of_role(change.role.id)):
            members = await self.read(change.role)
            change = self._as_on_hub(change, members)
            self._check_seen(change.role, members, seen)
            account = await self._to_appoint(change.person)
            if account and self.rules.kept_elsewhere(change.group):
                change = replace(change, person=account.name)
            asker = self._asker(change, account)
            if self._is_new_day(change, members):
                return await self._set_last_day(actor, change)
            self.check_room(change, members)
            itself = alike(change.person, actor.name)
            intent = self.intent("appointment", actor, change, asker=asker, self_appointed=itself)
            return await self.carry_out(intent, members, self._adding(actor, members), account)

    async def take_back(self, actor: Viewer, role: Role, number: int) -> Entry:
        """Take back what was decided, and has not been done elsewhere. Returns the entry."""
        await self.ledger.catch_up()
        self._deciding.decision(actor, role, number)
        async with self._quota.of(actor), self.ledger.lock(locks.of_role(role.id)):
            members = await self.read(role)
            decided = self._deciding.decision(actor, role, number)
            if not decided.appoints:  # who was to go stays, and others may have been appointed
                self.check_room(Change(role, decided.group, decided.person), members)
            return await self._deciding.take_back(actor, role, number)

    async def change_last_day(self, actor: Viewer, change: Change, seen: str = "") -> Entry:
        """Give the term of a holder another last day, or none. Returns the entry about it."""
        self.rules.check_decider(actor, change, self.today)
        async with self._quota.of(actor), self.ledger.lock(locks.of_role(change.role.id)):
            members = await self.read(change.role)
            change = self._as_on_hub(change, members)
            self._check_seen(change.role, members, seen)
            through = groups_of(change.person, members)
            if not through:
                raise refusals.NOT_HOLDER(
                    name=refusals.account(change.person), role=change.role.title
                )
            if self._last_day(change) == change.until:
                raise refusals.SAME_DAY(name=refusals.account(change.person))
            return await self._set_last_day(actor, replace(change, group=through[0]))

    async def withdraw(self, actor: Viewer, change: Change, seen: str = "") -> Entry:
        """Take an account out of a role's group, oneself too; without a group, out of all of them.

        Returns the last outcome.
        """
        oneself = alike(change.person, actor.name)  # then only the hub knows who is meant
        if not oneself:
            self.rules.check_withdrawer(actor, change)
        self.rules.check_group(change)
        counted = nullcontext() if oneself else self._quota.of(actor)
        async with counted, self.ledger.lock(locks.of_role(change.role.id)):
            members = await self.read(change.role)
            change = self._as_on_hub(change, members)
            self.rules.check_withdrawer(actor, change)  # of the account that the name stands for
            self._check_seen(change.role, members, seen)
            return await self.take_out(actor, change, members)

    def _asker(self, change: Change, account: Account | None) -> str:
        """Who had asked for it, if it was somebody else.

        Raises RefusedError where the request isn't open, or is about another account than that
        which has its name now.
        """
        if change.request is None:
            return ""
        request = open_request(self.declaration, self.ledger.state, change.request, self.today)
        is_now = made_at(account)
        if request.created and is_now and request.created != is_now:
            raise refusals.OTHER_ACCOUNT(name=refusals.account(request.person))
        return request.proposer

    def _last_day(self, change: Change) -> date | None:
        term = self.ledger.state.terms.get((change.role.id, change.person))
        return term.until if term else None

    def _is_new_day(self, change: Change, members: Members) -> bool:
        """Whether all that would change is the last day of somebody who is in the group."""
        there = change.person in members.get(change.group, ()) and change.request is None
        if self._deciding.waits(change.role, change.group, change.person):
            return False
        return there and change.until is not None and self._last_day(change) != change.until

    async def _set_last_day(self, actor: Viewer, change: Change) -> Entry:
        before = self._last_day(change)
        details: dict[Detail, str] = {"before": before.isoformat() if before else ""}
        (entry,) = await self.ledger.append(_draft("term", actor, change, details))
        return entry

    def _as_on_hub(self, change: Change, members: Members) -> Change:
        """With the name as the hub has it, for the rules to count by."""
        will_be = as_decided(members, self.ledger.state.pending, change.role.id)
        groups = [change.group] if change.group else list(will_be)
        there = [
            name for group in groups for each in (members, will_be) for name in each.get(group, ())
        ]
        return replace(change, person=find(change.person, there) or change.person)

    def _check_seen(self, role: Role, members: Members, seen: str) -> None:
        if seen and seen != state_tag(role, self.declaration, members, self.ledger.state):
            raise refusals.HOLDERS_CHANGED(role=role.title)

    def _adding(self, actor: Viewer, members: Members) -> Edit:
        """Adds an account, and takes it back where the name stood for whoever appoints.

        Only the hub knows what names stand for, and tells by whom it adds.
        """

        async def add(group: str, name: str) -> tuple[str, ...]:
            after = await self.hub.add_to_group(group, name)
            self_appointed = actor.name in after and actor.name not in members.get(group, ())
            if self_appointed and not actor.admin:
                self.learned(group, await self.hub.remove_from_group(group, actor.name))
                raise refusals.YOURSELF()
            return after

        return add

    async def read(self, role: Role) -> Members:
        """Who is in the role's groups now; what was left open about it is settled first."""
        members = await self.hub.members(self.declaration.groups[role.id])
        await self._recorder.settle_under(locks.of_role(role.id), members)
        await self._deciding.settle(role, members)
        return members

    def check_room(self, change: Change, members: Members) -> None:
        """Whether there is room for one more, once all that was decided is done."""
        will_be = as_decided(members, self._decided_before(change), change.role.id)
        self.rules.check_room(change, self.role_holders(change.role, will_be))

    def _decided_before(self, change: Change) -> dict[Key, Pending]:
        """What is pending; but for what is decided anew and done at once, which counts as new."""
        pending = list(self.ledger.state.pending.items())
        return {
            key: each
            for key, each in pending
            if each.person != change.person or self.rules.kept_elsewhere(each.group)
        }

    def role_holders(self, role: Role, members: Members) -> RoleHolders:
        """Who holds a role, where these are the members of its groups."""
        roster = Roster(read_at=self.now(), members=members)
        return holders_of(self.declaration, roster, role.id)

    def intent(
        self,
        event: Literal["appointment", "withdrawal"],
        actor: Viewer,
        change: Change,
        asker: str = "",
        first: bool = False,
        self_appointed: bool = False,
        starts_with: str = "",
    ) -> Draft:
        """What is recorded before the hub is asked."""
        return _draft(
            event,
            actor,
            change,
            {
                "note": change.note,
                "request": str(change.request or ""),
                "asker": asker,
                "first": "yes" if first else "",
                "starts_with": starts_with,
                "self_appointed": "yes" if self_appointed else "",
            },
        )

    async def carry_out(
        self, intent: Draft, before: Members, edit: Edit, account: Account | None = None
    ) -> Entry:
        """Record a change of one group, of whose role `before` has all groups; `account` is whom
        it adds. What changes nothing is not asked of the hub, and not recorded."""
        if self.rules.kept_elsewhere(intent.group):
            return await self._deciding.carry_out(intent, before, account)
        there = before.get(intent.group)
        if there is None:
            raise refusals.NO_GROUP(group=visible(intent.group))
        left_over = await self._deciding.left_over(intent, account)
        same = left_over is not None and left_over.intent.event == intent.event
        if _changes_nothing(intent, there):
            through = others(before, intent.person, intent.group)
            if left_over and not same:
                return await self._deciding.reverse(left_over, intent, through, account)
            return not_recorded(intent, through, self.now())
        if left_over and not same:
            await self._deciding.end(left_over, intent.actor, intent.actor_kind)
        elif left_over:
            if intent.details.get("first"):  # somebody has decided it already
                return not_recorded(intent, "", self.now())
            if not is_of_its_own(intent, left_over, self.today):
                return await self._carry_out_here(intent, left_over, before, edit)
            intent = for_the_same(intent, left_over)

        async def change() -> Outcome:
            after = await edit(intent.group, intent.person)
            self.learned(intent.group, after)
            outcome = _what_changed(intent, there, after)
            details: dict[Detail, str] = {"through": others(before, outcome.person, intent.group)}
            if intent.event == "appointment":
                details["created"] = made_at(await self._called(outcome.person, account))
            return replace(outcome, details=details)

        return await self._recorder.record(intent, change)

    async def _carry_out_here(
        self, intent: Draft, decided: Pending, before: Members, edit: Edit
    ) -> Entry:
        """Do what was decided while the group was kept elsewhere, as it was decided.

        It stays decided where the hub doesn't do it.
        """
        try:
            after = await edit(intent.group, intent.person)
        except HubRefusedError as error:
            raise in_words(intent, error) from error
        except HubError as error:
            raise unknown(error) from error
        self.learned(intent.group, after)
        outcome = _what_changed(intent, before[intent.group], after)
        account = await self.account(outcome.person)
        return await self._deciding.done_here(decided, intent, before, account)

    async def _called(self, name: str, account: Account | None) -> Account | None:
        """The account of that name, which the hub may write in other letters than was typed."""
        return account if account and account.name == name else await self.account(name)

    async def account(self, name: str) -> Account | None:
        """The account, for what is recorded of it; the change itself tells whether there is one."""
        with suppress(HubError):
            return await self.hub.account(name, self.now())
        return None

    async def _to_appoint(self, name: str) -> Account | None:
        """The account of that name; None where the hub doesn't say. Raises RefusedError where there
        is none: nothing is recorded of names that mean nobody."""
        for each in dict.fromkeys((name, name.lower())):
            try:
                account = await self.hub.account(each, self.now())
            except HubError:
                return None
            if account:
                return account
        raise refusals.NO_ACCOUNT(name=visible(name))

    def groups(self, role: Role) -> list[str]:
        """The groups of a role."""
        return list(self.declaration.groups[role.id])

    async def take_out(self, actor: Viewer, change: Change, members: Members) -> Entry:
        """Out of the groups that are meant, one after the other."""
        through = groups_of(change.person, members)
        meant = [change.group] if change.group else self._meant(change, through)
        leaves = set(through) <= set(meant)
        if not (through and leaves):
            change = replace(change, note="")  # nobody comes after who stays, or never held it
        if leaves:
            pending = self._decided_before(change)
            left = as_decided(members, pending, change.role.id, appointed=False)
            held = self.role_holders(change.role, left)
            self.rules.check_left_over(actor.admin, change, held)
        outcomes = []
        for group in meant:
            note = change.note if group == meant[-1] else ""
            intent = self.intent("withdrawal", actor, replace(change, group=group, note=note))
            outcomes.append(await self.carry_out(intent, members, self.hub.remove_from_group))
            members = {**members, group: _without(members.get(group, ()), change.person)}
        return outcomes[-1]

    def _meant(self, change: Change, through: list[str]) -> list[str]:
        """Every group that somebody is in, or is to be in; else the first, to say that they
        aren't."""
        waiting = self._deciding.groups(change.role, change.person)
        return list(dict.fromkeys((*through, *waiting))) or self.groups(change.role)[:1]


def _draft(event: Event, actor: Viewer, change: Change, details: Mapping[Detail, str]) -> Draft:
    """An entry about a change, with what somebody said of it."""
    return Draft(
        event,
        actor.name,
        actor_kind(actor),
        role=change.role.id,
        group=change.group,
        person=change.person,
        details={
            "until": change.until.isoformat() if change.until else "",
            "reason": change.reason,
            **details,
        },
    )


def _changes_nothing(intent: Draft, there: Iterable[str]) -> bool:
    """Whether somebody is in the group, or isn't, as they should be, and nothing else hangs on it:
    a request is to be answered, and first holders are appointed once."""
    if intent.event == "withdrawal":
        return intent.person not in there
    decides = intent.details.get("request") or intent.details.get("first")
    return intent.person in there and not decides


def groups_of(person: str, members: Members) -> list[str]:
    """The groups that somebody is in."""
    return [group for group, names in members.items() if person in names]


def _without(names: Iterable[str], person: str) -> tuple[str, ...]:
    return tuple(name for name in names if name != person)


def _what_changed(intent: Draft, before: Iterable[str], after: Iterable[str]) -> Outcome:
    """The result of an edit, and the account as the hub calls it. Raises HubError."""
    were, are = set(before), set(after)
    new = are - were
    found = find(intent.person, are) or (new.pop() if len(new) == 1 else "")
    if intent.event == "withdrawal":
        found = find(intent.person, were) or intent.person
        if found in are:
            raise HubError("The hub did not remove them from the group")
        return Outcome("done" if found in were else "unchanged", found)
    if not found:
        raise HubError("The hub did not add them to the group")
    return Outcome("unchanged" if found in were else "done", found)
