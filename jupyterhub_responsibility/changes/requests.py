"""Requests: somebody asks for a role or proposes a successor; those who may appoint decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from ..domain import refusals
from ..domain.accounts import Account
from ..domain.holders import holders_of
from ..domain.model import Declaration, Role, Roster, Viewer
from ..domain.rules import About, AccessName, Change, Rules
from ..errors import RefusedError
from ..ledger.accounts import made_at
from ..ledger.entry import Draft, Entry
from ..ledger.pending import is_coming
from ..ledger.state import Request
from ..storage import locks
from ..storage.ledger import Ledger
from ..text import visible
from .appointments import Appointments, open_request
from .quota import Quota
from .recording import Hub

OPEN_DAYS = 30
"""How long a request can be decided; after that it has expired."""

Verdict = Literal["approved", "declined", "taken_back"]
DECIDED_BY: dict[Verdict, AccessName] = {
    "approved": "deciders",
    "declined": "deciders",
    "taken_back": "asker",
}
"""What can become of a request, and who may say so."""


def asked(request: Request, role: Role) -> About:
    """What is decided about a request for a role."""
    return About(role, request.person, request.by, request.asker_created)


class Requests:
    """The use cases. They raise RefusedError, LedgerError or HubError."""

    def __init__(
        self,
        hub: Hub,
        ledger: Ledger,
        rules: Callable[[], Rules],
        appointments: Appointments,
        now: Callable[[], datetime],
    ) -> None:
        self._hub = hub
        self._ledger = ledger
        self._in_force = rules
        self._appointments = appointments
        self._now = now

    @property
    def _rules(self) -> Rules:
        return self._in_force()

    @property
    def _quota(self) -> Quota:
        return Quota(self._ledger, self._rules, self._now)

    @property
    def _declaration(self) -> Declaration:
        return self._rules.declaration

    async def ask(self, actor: Viewer, change: Change, roster: Roster) -> Entry:
        """Ask for a role for oneself, or propose a successor."""
        today = self._now().date()
        held = holders_of(self._declaration, roster, change.role.id)
        change = self._rules.check_request(actor, change, held, today)
        account, asker = await self._accounts(change.person, actor.name)
        change = replace(change, person=account.name)
        async with (
            self._quota.of(actor),
            self._ledger.lock(locks.of_requests(change.role.id)),
        ):
            self._quota.check_open(actor, today)
            if is_coming(self._ledger.state.pending, change.role.id, change.person):
                raise refusals.DECIDED(name=visible(change.person), role=change.role.title)
            for other in self._ledger.state.open_requests(today):
                if other.person == change.person and other.role == change.role.id:
                    raise refusals.ASKED_FOR()
            expires = today + timedelta(days=OPEN_DAYS)
            draft = Draft(
                "request",
                actor.name,
                role=change.role.id,
                group=change.group,
                person=change.person,
                details={
                    "reason": change.reason,
                    "until": change.until.isoformat() if change.until else "",
                    "expires": expires.isoformat(),
                    "created": made_at(account),
                    "asker_created": made_at(asker),
                },
            )
            (entry,) = await self._ledger.append(draft)
            return entry

    async def decide(self, actor: Viewer, number: int, verdict: Verdict, message: str) -> Entry:
        """Approve a request (which appoints), decline it, or take back one's own."""
        await self._ledger.catch_up()  # it may have been made at another replica, just now
        request = self._open(number)
        role = self._declaration.model.roles[request.role]
        self._rules.check(actor, DECIDED_BY[verdict], about=asked(request, role))
        if verdict == "approved":
            wish = Change(
                role, request.group, request.person, request.until, message, request=number
            )
            change = self._rules.with_group(wish)  # the declaration may have changed
            return await self._appointments.appoint(actor, change)
        return await self._close(actor, request, verdict, message)

    async def decline_all(self, actor: Viewer, number: int, message: str) -> Entry:
        """Decline every open request of whoever made this one, as far as somebody may decide on
        them. Returns the entry about this one."""
        await self._ledger.catch_up()
        first = self._open(number)
        entry = await self.decide(actor, number, "declined", message)
        decides_on = self._rules.decides_on(actor)
        for each in self._ledger.state.open_requests(self._now().date()):
            theirs = (each.by, each.asker_created) == (first.by, first.asker_created)
            if theirs and each.role in decides_on:
                with suppress(RefusedError):  # somebody else was faster
                    await self._close(actor, each, "declined", message)
        return entry

    async def _close(
        self, actor: Viewer, request: Request, verdict: Verdict, message: str
    ) -> Entry:
        """Record that a request is declined, or taken back."""
        async with (
            self._quota.of(actor),
            self._ledger.lock(locks.of_role(request.role)),
        ):
            self._open(request.number)
            draft = Draft(
                "decision",
                actor.name,
                role=request.role,
                person=request.person,
                details={
                    "request": str(request.number),
                    "asker": request.proposer,
                    "verdict": verdict,
                    "reason": message,
                },
            )
            (entry,) = await self._ledger.append(draft)
            return entry

    async def _accounts(self, person: str, asker: str) -> tuple[Account, Account | None]:
        """Whom it is about, and who asks. Raises RefusedError or HubError."""
        now = self._now()
        for name in dict.fromkeys((person, person.lower())):
            if account := await self._hub.account(name, now):
                by = account if name == asker else await self._hub.account(asker, now)
                return account, by
        raise refusals.NO_ACCOUNT(name=visible(person))

    def _open(self, number: int) -> Request:
        return open_request(self._declaration, self._ledger.state, number, self._now().date())
