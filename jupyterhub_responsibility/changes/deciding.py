"""Groups that are kept elsewhere: what is decided here is recorded as pending, and done there.

It is settled when the account is seen in the group, or out of it; until then it can be taken back.
The hub is asked for nothing but what is so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from ..domain import refusals
from ..domain.accounts import Account
from ..domain.model import Role, Viewer
from ..domain.rules import About, Decided, Rules
from ..ledger.accounts import is_other, made_at
from ..ledger.chain import write
from ..ledger.entry import Draft, Entry, stamp
from ..ledger.kinds import ActorKind, Detail, Result
from ..ledger.pending import Pending, of_group
from ..ledger.state import Edit
from ..storage.ledger import Ledger
from ..text import visible
from .recording import Hub, Outcome, Recorder, actor_kind, not_recorded
from .settling import Members, others, settlement, taken_back

SAID: tuple[Detail, ...] = ("note", "reason")
"""What somebody says in their own words."""


class Deciding:
    """The use cases; whoever calls them holds the lock of the role. They raise RefusedError,
    HubError or LedgerError."""

    def __init__(
        self,
        hub: Hub,
        ledger: Ledger,
        recorder: Recorder,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
    ) -> None:
        self._hub = hub
        self._ledger = ledger
        self._recorder = recorder
        self._rules = rules
        self._now = now

    def waits(self, role: Role, group: str, person: str) -> bool:
        """Whether a change of a group by others waits for somebody's word, or a decision about it
        has to be done."""
        state = self._ledger.state
        return (role.id, group, person) in state.pending or bool(self._edit(group, person))

    def groups(self, role: Role, person: str) -> list[str]:
        """The groups of a role of which something waits that is about somebody."""
        groups = self._rules().declaration.groups[role.id]
        return [group for group in groups if self.waits(role, group, person)]

    async def carry_out(self, intent: Draft, before: Members, account: Account | None) -> Entry:
        """Record what has to be done elsewhere; returns the outcome, which is pending.

        Where it is done already, somebody takes note of that, or nothing changes. The opposite, if
        that is pending, is taken back.
        """
        account = account or await self._hub.account(intent.person, self._now())
        pending = self._pending(intent, account)
        appoints = intent.event == "appointment"
        is_done = (intent.person in before.get(intent.group, ())) == appoints
        through = others(before, intent.person, intent.group)
        if pending and pending.appoints != appoints:
            if is_done:
                return await self.reverse(pending, intent, through, account)
            await self.end(pending, intent.actor, intent.actor_kind)
        elif pending and not is_done:
            if not _differs(intent, pending, self._now().date()):
                return not_recorded(intent, through, self._now())
            intent = for_the_same(intent, pending)
        if not is_done:
            return await self._record(intent, "pending", through, account)
        if self._is_to_note(intent, appoints):
            noted = replace(intent, details={**intent.details, "noted": "yes"})
            return await self._record(noted, "unchanged", through, account)
        if _says_more(intent):
            return await self._record(intent, "unchanged", through, account)
        return not_recorded(intent, through, self._now())

    async def reverse(
        self, pending: Pending, intent: Draft, through: str, account: Account | None
    ) -> Entry:
        """Take back what was decided, by deciding the opposite, which is so already; what hangs on
        that is recorded besides, such as another last day."""
        account = account or await self._hub.account(intent.person, self._now())
        ended = await self.end(pending, intent.actor, intent.actor_kind)
        if _says_more(intent) or intent.details.get("until"):
            return await self._record(intent, "unchanged", through, account)
        return ended

    async def left_over(self, intent: Draft, account: Account | None) -> Pending | None:
        """What was decided about the same while its group was kept elsewhere, and isn't done: now
        that it can be done here, it gives way."""
        if not any(of_group(self._ledger.state.pending, intent.role, intent.group)):
            return None
        account = account or await self._hub.account(intent.person, self._now())
        return self._pending(intent, account)

    async def take_back(self, actor: Viewer, role: Role, number: int) -> Entry:
        """Take back what was decided, and isn't done yet. Returns the entry that says so."""
        found = self.decision(actor, role, number)
        return await self.end(found, actor.name, actor_kind(actor))

    def decision(self, actor: Viewer, role: Role, number: int) -> Pending:
        """The decision of that number, which somebody may take back. Raises RefusedError."""
        pending = self._ledger.state.pending.values()
        found = next((p for p in pending if (p.number, p.role) == (number, role.id)), None)
        if found is None:
            self._rules().check(actor, "deciders", about=About(role))
            raise refusals.NOT_PENDING()
        self._rules().check_take_back(actor, decided(found, role))
        return found

    async def settle(self, role: Role, members: Members) -> None:
        """Record what the hub shows to be done by now, of what was decided about a role.

        Of an account that isn't there under its name, only an observation can tell.
        """
        for group, names in members.items():
            for each in list(of_group(self._ledger.state.pending, role.id, group)):
                if (each.person in names) == each.appoints:
                    account = await self._hub.account(each.person, self._now())
                    if account and not is_other(account, each.created, each.at):
                        draft = settlement(each, "done", members, account, stamp(each.at))
                        await self._ledger.append(draft, after=self._ledger.state.number)

    def _pending(self, intent: Draft, account: Account | None) -> Pending | None:
        """What is pending of the same account, which may have had another name then. Raises
        RefusedError where it is about another one of its name: the next look at the hub finds out
        what that one is called, or that it is gone."""
        pending, created = self._ledger.state.pending, made_at(account)
        there = of_group(pending, intent.role, intent.group)
        found = next((each for each in there if created and each.created == created), None)
        named = pending.get((intent.role, intent.group, intent.person))
        if named and is_other(account, named.created, named.at):
            role = self._rules().declaration.model.roles[intent.role]
            raise refusals.HOLDERS_CHANGED(role=role.title)
        return found or named

    async def _record(
        self, intent: Draft, result: Result, through: str, account: Account | None
    ) -> Entry:
        if account is None and intent.event == "appointment":
            raise refusals.NO_ACCOUNT(name=visible(intent.person))
        name = account.name if account else intent.person
        details: dict[Detail, str] = {"through": through, "created": made_at(account)}

        async def nothing() -> Outcome:
            return Outcome(result, name, details)

        return await self._recorder.record(intent, nothing)

    async def end(self, pending: Pending, actor: str, kind: ActorKind) -> Entry:
        """Somebody takes it back. Raises RefusedError where it was settled meanwhile, by whoever
        looks at the groups."""
        entry = await self._settle(pending, taken_back(pending, actor, kind))
        if entry is None:
            raise refusals.NOT_PENDING()
        return entry

    async def done_here(
        self, pending: Pending, by: Draft, members: Members, account: Account | None
    ) -> Entry:
        """It has been done on this hub, by somebody who did not decide it, perhaps; whoever looks
        at the groups may have seen it already."""
        draft = settlement(pending, "done", members, account)
        draft = replace(draft, actor=by.actor, actor_kind=by.actor_kind)
        return await self._settle(pending, draft) or write(draft, 0, "", self._now())

    async def _settle(self, pending: Pending, draft: Draft) -> Entry | None:
        """Write what became of a decision, unless that is known by now."""
        while True:
            state = self._ledger.state  # which is another one once it was read anew
            if all(each.number != pending.number for each in list(state.pending.values())):
                return None
            if written := await self._ledger.append(draft, after=state.number):
                return written[0]

    def _is_to_note(self, intent: Draft, appoints: bool) -> bool:
        """Whether others have done it, and nobody has said yet that it is right."""
        edit = self._edit(intent.group, intent.person)
        return edit is not None and (edit.role, edit.joined) == (intent.role, appoints)

    def _edit(self, group: str, person: str) -> Edit | None:
        is_elsewhere = self._rules().kept_elsewhere(group)
        return self._ledger.state.edits.get((group, person)) if is_elsewhere else None


def decided(pending: Pending, role: Role) -> Decided:
    """What was decided, for the rules."""
    by = _decider(pending)
    return Decided(role, pending.person, pending.created, by, pending.appoints)


def _decider(pending: Pending) -> str:
    """Who decided it: no program, which may be called as somebody. Whoever decided it about
    themselves may have another name since."""
    if pending.by_kind != "user":
        return ""
    return pending.person if pending.by == pending.intent.person else pending.by


def _differs(intent: Draft, pending: Pending, today: date) -> bool:
    """Whether a decision like one that is pending says more than that: another day, or one at all
    where that is over; that a request is answered; or, of whoever steps down, another note."""
    until = pending.until.isoformat() if pending.until else ""
    over = pending.until is not None and pending.until < today
    another_day = over or intent.details.get("until", "") not in ("", until)
    note = intent.details.get("note", "") if intent.actor == _decider(pending) else ""
    another_note = note not in ("", pending.intent.facts.get("note", ""))
    return another_day or another_note or bool(intent.details.get("request"))


def is_of_its_own(intent: Draft, pending: Pending, today: date) -> bool:
    """Whether somebody decides anew what is pending, where it is done at once: with words of their
    own, for example."""
    says = any(intent.details.get(name) for name in SAID)
    return says or _differs(intent, pending, today)


def for_the_same(intent: Draft, pending: Pending) -> Draft:
    """A decision that takes the place of one that is pending: it answers the same request."""
    kept: tuple[Detail, ...] = ("request", "asker")
    answers: dict[Detail, str] = {name: pending.intent.facts.get(name, "") for name in kept}
    if intent.details.get("request"):
        return intent
    return replace(intent, details={**intent.details, **answers})


def _says_more(intent: Draft) -> bool:
    """Whether something hangs on a decision that needs nothing done: a request, or being the
    first."""
    return bool(intent.details.get("request") or intent.details.get("first"))
