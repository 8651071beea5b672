"""Appointing and withdrawing: by people, for first holders in the declaration, when terms end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from ..domain import refusals
from ..domain.holders import RoleHolders, holders_of
from ..domain.model import Declaration, Role, Roster, Viewer
from ..domain.rules import Change, Rules, alike
from ..errors import HubError, RefusedError
from ..ledger.entry import Draft, Entry, Result
from ..ledger.standing import state_tag
from ..ledger.state import LedgerState, Request
from ..storage import locks
from ..storage.ledger import Ledger
from ..text import visible
from .recording import SERVICE, Hub, Members, Recorder, actor_kind, find

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

    `learned` is told who is in a group, whenever the hub said so.

    `seen`, where given, is the `state_tag` that the person saw: if it isn't so any more, the
    change is refused.
    """

    def __init__(
        self,
        declaration: Declaration,
        hub: Hub,
        ledger: Ledger,
        recorder: Recorder,
        rules: Rules,
        now: Callable[[], datetime],
        learned: Callable[[str, tuple[str, ...]], None],
    ) -> None:
        self._declaration = declaration
        self._hub = hub
        self._ledger = ledger
        self._recorder = recorder
        self._rules = rules
        self._now = now
        self._learned = learned

    @property
    def _today(self) -> date:
        return self._now().date()

    async def appoint(self, actor: Viewer, change: Change, seen: str = "") -> Entry:
        """Add an account to a role's group. Returns the outcome."""
        change = self._rules.check_appointer(actor, change, self._today)
        async with self._ledger.lock(locks.of_role(change.role.id)):
            members = await self._read(change.role)
            if change.request is not None:
                open_request(self._declaration, self._ledger.state, change.request, self._today)
            change = _as_on_hub(change, members)
            self._check_seen(change.role, members, seen)
            self._rules.check_room(change, self._role_holders(change.role, members))
            intent = self._intent(
                "appointment",
                actor,
                change,
                self_appointed=alike(change.person, actor.name),
            )
            return await self._carry_out(intent, members, self._adding(actor, members))

    async def withdraw(self, actor: Viewer, change: Change, seen: str = "") -> Entry:
        """Take an account out of a role's group, oneself too. Returns the outcome."""
        if not alike(change.person, actor.name):  # else only the hub knows who is meant
            self._rules.check_withdrawer(actor, change)
        change = self._rules.with_group(change)
        async with self._ledger.lock(locks.of_role(change.role.id)):
            members = await self._read(change.role)
            change = _as_on_hub(change, members)
            self._rules.check_withdrawer(actor, change)  # of the account that the name stands for
            self._check_seen(change.role, members, seen)
            if change.person not in members.get(change.group, ()):
                change = replace(change, note="")  # nobody comes after who never held it
            self._rules.check_left_over(
                actor.admin, change, self._role_holders(change.role, members)
            )
            intent = self._intent("withdrawal", actor, change)
            return await self._carry_out(intent, members, self._hub.remove_from_group)

    async def appoint_first(self) -> list[str]:
        """Appoint those whom the declaration names as first holders, once each.

        Returns, in words, whom it could not appoint yet.
        """
        waiting = []
        for role_id, names in self._declaration.initial.items():
            role = self._declaration.model.roles[role_id]
            for name in names:
                if (role_id, name) not in self._ledger.state.first_appointed:
                    waiting += await self._appoint_first(role, name)
        return waiting

    async def end_terms(self) -> list[str]:
        """Withdraw those whose term has ended, from roles that say so. Returns what could not."""
        waiting = []
        for (role_id, person), term in list(self._ledger.state.terms.items()):
            role = self._declaration.model.roles.get(role_id)
            if role is None or role.on_term_end != "withdraw" or not term.ended(self._today):
                continue
            try:
                await self._end_term(role, person)
            except RefusedError as error:
                waiting.append(f"The term of {visible(person)} has ended. {error}")
        return waiting

    async def _appoint_first(self, role: Role, name: str) -> list[str]:
        try:
            group = self._rules.group_of(role, self._declaration.groups[role.id][0])
            if not await self._hub.has_user(name):
                return [
                    f"{visible(name)} should be the first {role.title}, but there is no account of"
                    " that name yet"
                ]
            async with self._ledger.lock(locks.of_role(role.id)):
                if (role.id, name) in self._ledger.state.first_appointed:
                    return []
                members = await self._read(role)
                change = Change(role, group, name)
                intent = self._intent("appointment", SERVICE, change, first=True)
                self._rules.check_room(change, self._role_holders(role, members))
                await self._carry_out(intent, members, self._hub.add_to_group)
        except RefusedError as error:
            return [f"{visible(name)} should be the first {role.title}. {error}"]
        return []

    async def _end_term(self, role: Role, person: str) -> None:
        for group in self._declaration.groups.get(role.id, ()):
            if person not in self._ledger.state.members[group]:
                continue
            change = Change(role, self._rules.group_of(role, group), person, reason="term ended")
            async with self._ledger.lock(locks.of_role(role.id)):
                members = await self._read(role)
                term = self._ledger.state.terms.get((role.id, person))
                if term is None or not term.ended(self._today):
                    return
                self._rules.check_left_over(False, change, self._role_holders(role, members))
                intent = self._intent("withdrawal", SERVICE, change)
                await self._carry_out(intent, members, self._hub.remove_from_group)

    async def _read(self, role: Role) -> Members:
        """Who is in the role's groups now; what was left open about it is settled first."""
        members = await self._hub.members(self._declaration.groups[role.id])
        await self._recorder.settle_under(locks.of_role(role.id), members)
        return members

    def _role_holders(self, role: Role, members: Members) -> RoleHolders:
        roster = Roster(read_at=self._now(), members=members)
        return holders_of(self._declaration, roster, role.id)

    def _check_seen(self, role: Role, members: Members, seen: str) -> None:
        if seen and seen != state_tag(role, self._declaration, members, self._ledger.state):
            raise refusals.HOLDERS_CHANGED(role=role.title)

    def _intent(
        self,
        event: Literal["appointment", "withdrawal"],
        actor: Viewer,
        change: Change,
        first: bool = False,
        self_appointed: bool = False,
    ) -> Draft:
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
                "note": change.note,
                "request": str(change.request or ""),
                "first": "yes" if first else "",
                "self_appointed": "yes" if self_appointed else "",
            },
        )

    async def _carry_out(
        self,
        intent: Draft,
        before: Members,
        edit: Edit,
    ) -> Entry:
        there = before.get(intent.group)
        if there is None:
            raise refusals.NO_GROUP(group=visible(intent.group))

        async def change() -> tuple[Result, str]:
            if intent.event == "withdrawal" and intent.person not in there:
                return "unchanged", intent.person  # the hub might know somebody else by that name
            after = await edit(intent.group, intent.person)
            self._learned(intent.group, after)
            return _what_changed(intent, there, after)

        return await self._recorder.record(intent, change)

    def _adding(self, actor: Viewer, members: Members) -> Edit:
        """Adds an account, and takes it back where the name stood for whoever appoints.

        Only the hub knows what names stand for, and tells by whom it adds.
        """

        async def add(group: str, name: str) -> tuple[str, ...]:
            after = await self._hub.add_to_group(group, name)
            self_appointed = actor.name in after and actor.name not in members.get(group, ())
            if self_appointed and not actor.admin:
                self._learned(group, await self._hub.remove_from_group(group, actor.name))
                raise refusals.YOURSELF()
            return after

        return add


def _as_on_hub(change: Change, members: Members) -> Change:
    """With the name as the hub has it, for the rules to count by."""
    return replace(
        change, person=find(change.person, members.get(change.group, ())) or change.person
    )


def _what_changed(intent: Draft, before: Iterable[str], after: Iterable[str]) -> tuple[Result, str]:
    """The result of an edit, and the account as the hub calls it. Raises HubError."""
    were, are = set(before), set(after)
    new = are - were
    found = find(intent.person, are) or (new.pop() if len(new) == 1 else "")
    if intent.event == "withdrawal":
        found = find(intent.person, were) or intent.person
        if found in are:
            raise HubError("The hub did not remove them from the group")
        return ("done" if found in were else "unchanged"), found
    if not found:
        raise HubError("The hub did not add them to the group")
    return ("unchanged" if found in were else "done"), found
