"""Every change on the hub, recorded: intent → hub → read back → outcome.

The intent is in the ledger before the hub is asked, and what became of it before anybody is
told. If the intent cannot be written, nothing is changed. If the hub's reply is lost, the
outcome is unknown, and is settled later by reading the hub.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from ..domain import refusals
from ..domain.accounts import Account
from ..domain.model import Viewer
from ..errors import BusyError, HubError, HubRefusedError, LedgerError, RefusedError
from ..ledger.chain import write
from ..ledger.entry import ITSELF, Draft, Entry, storable
from ..ledger.kinds import ActorKind, Detail, Result
from ..ledger.pending import of_the_same
from ..storage import locks
from ..storage.ledger import Ledger
from ..storage.locks import Lock
from ..text import visible
from .settling import Members, others, taken_back


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change, the account as the hub calls it, and what else to record."""

    result: Result
    person: str = ""
    details: Mapping[Detail, str] = field(default_factory=dict)


Change = Callable[[], Awaitable[Outcome]]
"""Changes something on the hub."""

SERVICE = Viewer(ITSELF, kind="service")
"""Who acts where nobody asked: first holders, terms that end, settling."""

CARRIED: tuple[Result, ...] = ("done", "unchanged", "pending")
"""What becomes of a change that is so from then on."""


class Hub(Protocol):
    """What is asked of the hub."""

    async def members(self, groups: tuple[str, ...]) -> Members:
        """The members of groups."""

    async def add_to_group(self, group: str, name: str) -> tuple[str, ...]:
        """Add an account; the members after that."""

    async def remove_from_group(self, group: str, name: str) -> tuple[str, ...]:
        """Take an account out; the members after that."""

    async def has_user(self, name: str) -> bool:
        """Whether there is such an account."""

    async def account(self, name: str, now: datetime) -> Account | None:
        """One account; None where there is none of that name."""

    async def add_user(self, name: str) -> str:
        """Add a plain user; the name as the hub has it."""


class UnknownError(HubError):
    """The hub was asked, and did not say what became of it; the ledger settles it later."""


def not_recorded(draft: Draft, through: str, now: datetime) -> Entry:
    """What is answered where nothing has to be changed: the outcome that a change would have.

    It isn't in the ledger, and its number is 0.
    """
    said: dict[Detail, str] = {"of": draft.event, "result": "unchanged", "through": through}
    return write(replace(draft, event="outcome", details=said), 0, "", now)


class Recorder:
    """Carries changes out, and records them. Raises RefusedError, HubError or LedgerError."""

    def __init__(self, ledger: Ledger, hub: Hub) -> None:
        self._ledger = ledger
        self._hub = hub

    async def record(self, draft: Draft, change: Change) -> Entry:
        """Intent, the change itself, outcome; the outcome is returned.

        Raises UnknownError where it could not be told, or not be recorded: it is settled later.
        """
        (intent,) = await self._ledger.append(draft)
        try:
            return await self._changed(intent, draft, change)
        except LedgerError as error:
            raise UnknownError(
                f"{error}. This service will find out whether it was done on the hub, and record"
                " it, as soon as the ledger works again"
            ) from error

    async def settle(self) -> None:
        """Find out what became of intents that have no outcome, or an unknown one.

        Whoever holds the lock of an intent is still at it: theirs are left alone. What cannot be
        found out for one role keeps nothing else open; then HubError is raised in the end.
        """
        await self._ledger.catch_up()
        unsettled = list(self._ledger.state.unsettled.values())
        wanted = dict.fromkeys(map(_lock_of, unsettled))
        failures = [failure for lock in wanted if (failure := await self._settled(lock))]
        if failures:
            raise failures[0]

    async def _settled(self, lock: Lock) -> HubError | None:
        """Settle what one lock is for; why that failed, if it did."""
        try:
            async with self._ledger.lock(lock):
                await self.settle_under(lock)
        except BusyError:
            return None
        except HubError as error:
            return error
        return None

    async def _changed(self, intent: Entry, draft: Draft, change: Change) -> Entry:
        """The change itself, and its outcome. Raises LedgerError where that isn't recorded."""
        try:
            outcome = await change()
        except HubRefusedError as error:
            await self._close(intent, Outcome("refused", details={"reason": str(error)}))
            raise in_words(draft, error) from error
        except RefusedError as error:  # by a rule of this service
            said: dict[Detail, str] = {"reason": str(error), "refusal": error.code}
            await self._close(intent, Outcome("refused", details=said))
            raise
        except HubError as error:
            return await self._lost(intent, error)
        return await self._close(intent, outcome)

    async def _lost(self, intent: Entry, error: HubError) -> Entry:
        """The reply was lost: what the hub shows now may tell, else it is settled later."""
        with suppress(HubError):
            found = await self._find(intent)
            if found.result == "done":
                return await self._close(intent, found)
        await self._close(intent, Outcome("unknown", details={"reason": str(error)}))
        raise unknown(error) from error

    async def settle_under(self, lock: Lock, members: Members | None = None) -> None:
        """Find out what became of the intents that a lock, which is held, is for."""
        for intent in list(self._ledger.state.unsettled.values()):
            if _lock_of(intent) == lock:
                await self._close(intent, await self._find(intent, members), settles=True)

    async def _find(self, intent: Entry, members: Members | None = None) -> Outcome:
        """What the hub shows: whether an intent was carried out, and for which account."""
        if intent.event == "account":
            return await self._find_user(intent.person)
        there = members or {}
        if intent.group not in there:
            groups = self._ledger.state.groups_of(intent.role) | {intent.group}
            there = await self._hub.members(tuple(sorted(groups)))
        present = find(intent.person, there.get(intent.group, ()))
        done = bool(present) != (intent.event == "withdrawal")
        person = present or intent.person
        return Outcome(
            "done" if done else "not done",
            person,
            {"through": others(there, person, intent.group)},
        )

    async def _find_user(self, wanted: str) -> Outcome:
        for name in dict.fromkeys((wanted, wanted.lower())):
            if await self._hub.has_user(name):
                return Outcome("done", name)
        return Outcome("not done")

    async def _close(self, intent: Entry, outcome: Outcome, settles: bool = False) -> Entry:
        """Record what became of an intent; and, where it took the place of a decision that is
        pending, that this isn't any more."""
        draft = Draft(
            "settlement" if settles else "outcome",
            SERVICE.name if settles else intent.actor,
            "service" if settles else intent.actor_kind,
            role=intent.role,
            group=intent.group,
            person=outcome.person or intent.person,
            intent=intent.number,
            details={"result": outcome.result, "of": intent.event, **outcome.details},
        )
        while outcome.result in CARRIED:
            state = self._ledger.state  # which is another one once it was read anew
            pending = of_the_same(state.pending, draft)
            if pending is None:
                break
            ending = taken_back(pending, intent.actor, intent.actor_kind)
            if written := await self._ledger.append(ending, draft, after=state.number):
                return written[-1]
        (entry,) = await self._ledger.append(draft)
        return entry


def actor_kind(actor: Viewer) -> ActorKind:
    """How the ledger tells a person from a program."""
    return "user" if actor.kind == "user" else "service"


def _lock_of(intent: Entry) -> Lock:
    return locks.of_role(intent.role) if intent.role else locks.USERS


def find(name: str, names: Iterable[str]) -> str:
    """The name as the hub has it, which may write it in other letters; empty if it isn't there."""
    wanted = storable(name)
    stored = {storable(each): each for each in names}
    letters = {each.lower(): stored[each] for each in stored}
    return stored.get(wanted) or letters.get(wanted.lower(), "")


def unknown(error: HubError) -> UnknownError:
    """That the hub's reply was lost, and what becomes of that."""
    return UnknownError(
        f"{error}. This service will find out whether it was done, and record it, within a minute"
    )


def in_words(draft: Draft, error: HubRefusedError) -> RefusedError:
    """What the hub's refusal means for the person who asked."""
    name = visible(draft.person)
    if draft.event == "account":
        return refusals.BAD_NAME(name=name)
    if error.status == 400:
        return refusals.NO_ACCOUNT(name=name)
    if error.status == 404:
        return refusals.NO_GROUP(group=visible(draft.group))
    return refusals.NOT_PERMITTED(why=error)
