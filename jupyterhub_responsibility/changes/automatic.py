"""What the service does by itself, recorded as such: first holders, and terms that have ended."""

from __future__ import annotations

from collections.abc import Callable

from ..domain.model import Role
from ..domain.names import NOBODY_NAMED, Names
from ..domain.rules import Change
from ..errors import RefusedError
from ..ledger.accounts import made_at
from ..ledger.entry import Draft
from ..storage import locks
from ..text import is_erased, visible
from .appointments import Appointments, groups_of
from .recording import SERVICE
from .settling import Members


class Automatic:
    """The use cases. They raise HubError, LedgerError or UnknownError."""

    def __init__(
        self, appointments: Appointments, names: Callable[[], Names] = lambda: NOBODY_NAMED
    ) -> None:
        self._acts = appointments
        self._names = names

    async def appoint_first(self) -> list[str]:
        """Appoint those whom the declaration names as first holders, once each.

        Returns, in words, whom it could not appoint yet.
        """
        waiting = []
        for role_id, names in self._acts.declaration.initial.items():
            role = self._acts.declaration.model.roles[role_id]
            for name in names:
                if not self._was_first(role_id, name):
                    waiting += await self._appoint_first(role, name)
        return waiting

    def _was_first(self, role_id: str, name: str) -> bool:
        """Whether somebody was appointed as a first holder before; where one of them was erased
        since, it may be anybody, and nobody is appointed by themselves."""
        known = {
            person for role, person in self._acts.ledger.state.first_appointed if role == role_id
        }
        return name in known or any(map(is_erased, known))

    async def appoint_starting(self) -> list[str]:
        """Whoever holds a role that another one starts with holds that one too, if nobody ever has.

        Returns, in words, whom it could not appoint.
        """
        waiting = []
        for role in self._acts.declaration.model.roles.values():
            if self._is_to_start(role):
                async with self._acts.ledger.lock(locks.of_role(role.id)):
                    waiting += await self._start(role)
        return waiting

    async def end_terms(self) -> list[str]:
        """Withdraw those whose term has ended, from roles that say so. Returns what could not."""
        waiting = []
        for (role_id, person), term in list(self._acts.ledger.state.terms.items()):
            role = self._acts.declaration.model.roles.get(role_id)
            if role is None or role.on_term_end != "withdraw" or not term.ended(self._acts.today):
                continue
            if term.closed:  # it was decided, and perhaps taken back
                continue
            try:
                await self._end_term(role, person)
            except RefusedError as error:
                waiting.append(self._says("The term of ", person, "has ended", error))
        return waiting

    async def _appoint_first(self, role: Role, name: str) -> list[str]:
        try:
            group = self._acts.rules.group_of(role, self._acts.groups(role)[0])
            if not await self._acts.hub.has_user(name):
                return [
                    f"{visible(name)} should be the first {role.title}, but there is no account of"
                    " that name yet"
                ]
            async with self._acts.ledger.lock(locks.of_role(role.id)):
                if self._was_first(role.id, name):
                    return []
                members = await self._acts.read(role)
                change = Change(role, group, name)
                intent = self._acts.intent("appointment", SERVICE, change, first=True)
                await self._add(intent, change, members)
        except RefusedError as error:
            return [self._says("", name, f"should be the first {role.title}", error)]
        return []

    def _says(self, before: str, account: str, after: str, error: RefusedError) -> str:
        """What waits, and why, with what people are called."""
        names = self._names()
        return f"{before}{names.of(account)} {after}. {error.in_words(names)}"

    def _is_to_start(self, role: Role) -> bool:
        """Whether a role has never had a holder, and others do whose holders are its first ones."""
        state, declaration = self._acts.ledger.state, self._acts.declaration
        return (
            self._acts.rules.open_to_change(role)
            and role.id not in state.ever_held | state.ever_decided
            and not declaration.people.get(role.id)
            and any(
                state.members.get(group)
                for origin in role.starts_with
                for group in declaration.groups.get(origin, ())
            )
        )

    async def _start(self, role: Role) -> list[str]:
        """Appoint those who hold the roles that it starts with; its lock is held."""
        members = await self._acts.read(role)
        state = self._acts.ledger.state
        if role.id in state.ever_held | state.ever_decided or any(members.values()):
            return []  # who is there already will be observed
        group, waiting = self._acts.groups(role)[0], []
        for person, origin in (await self._starters(role)).items():
            change = Change(role, group, person)
            intent = self._acts.intent("appointment", SERVICE, change, starts_with=origin)
            try:
                await self._add(intent, change, members)
            except RefusedError as error:
                waiting.append(self._says("", person, f"should be a first {role.title}", error))
            else:
                if not self._acts.rules.kept_elsewhere(group):
                    members = {**members, group: (*members[group], person)}
        return waiting

    async def _add(self, intent: Draft, change: Change, members: Members) -> None:
        """Add somebody, if there is room. Raises RefusedError."""
        self._acts.check_room(change, members)
        account = await self._acts.account(change.person)
        await self._acts.carry_out(intent, members, self._acts.hub.add_to_group, account)

    async def _starters(self, role: Role) -> dict[str, str]:
        """Who is to be the first holder of a role, and the role that they hold now."""
        groups = {
            group: origin
            for origin in role.starts_with
            for group in self._acts.declaration.groups.get(origin, ())
        }
        members = await self._acts.hub.members(tuple(groups))
        return {
            person: origin for group, origin in groups.items() for person in members.get(group, ())
        }

    async def _end_term(self, role: Role, person: str) -> None:
        async with self._acts.ledger.lock(locks.of_role(role.id)):
            members = await self._acts.read(role)
            term = self._acts.ledger.state.terms.get((role.id, person))
            if term is None or term.closed or not term.ended(self._acts.today):
                return
            was = self._acts.ledger.state.created.get((role.id, person), "")
            is_now = made_at(await self._acts.account(person))
            if was and is_now and was != is_now:
                return  # the term was that of an account which is there no more
            change = Change(role, "", person, reason="term ended")
            self._acts.rules.check_group(change)
            if groups_of(person, members):
                await self._acts.take_out(SERVICE, change, members)
