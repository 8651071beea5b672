"""Changes on the hub, each recorded: intent → hub → read back → outcome.

The intent is in the ledger before the hub is asked, and what became of it before anybody is
told. If the intent cannot be written, nothing is changed. If the hub's reply is lost, the
outcome is unknown, and is settled later by reading the hub.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Literal, Protocol

from ..domain.holders import Filling, filling
from ..domain.model import Declaration, Role, Roster, Viewer
from ..domain.rules import RULES, Change, Rules, alike
from ..errors import BusyError, HubError, HubRefusedError, LedgerError, RefusedError
from ..ledger.entry import ActorKind, Draft, Entry, storable
from ..ledger.state import Book, Request
from ..storage.ledger import Ledger
from ..text import visible

Members = Mapping[str, tuple[str, ...]]
Edit = Callable[[str, str], Awaitable[tuple[str, ...]]]
Result = Literal["done", "unchanged", "refused", "unknown", "not done"]

SERVICE = Viewer("this service", kind="service")
"""Who acts where nobody asked: first holders, terms that end, settling."""

ACCOUNTS = "accounts"
"""The lock for adding users; for the rest it is the role."""


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

    async def add_user(self, name: str) -> str:
        """Add a plain user; the name as the hub has it."""


class UnknownError(HubError):
    """The hub was asked, and did not say what became of it; the ledger settles it later."""


def state_tag(role: Role, declaration: Declaration, members: Members, book: Book) -> str:
    """Stands for who holds a role, and until when: differs when something else is seen."""
    said = [
        (group, name, str(term.until) if (term := book.terms.get((role.id, name))) else "")
        for group in declaration.groups.get(role.id, ())
        for name in sorted(members.get(group, ()))
    ]
    return sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def open_request(declaration: Declaration, book: Book, number: int, today: date) -> Request:
    """The request of that number. Raises RefusedError where it can't be decided any more."""
    request = book.requests.get(number)
    known = request is not None and request.role in declaration.model.roles
    if request is None or not known or not request.open_on(today):
        raise RefusedError("closed", "This request has been decided, taken back, or expired.")
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
        rules: Rules,
        now: Callable[[], datetime],
        learned: Callable[[str, tuple[str, ...]], None],
    ) -> None:
        self._declaration = declaration
        self._hub = hub
        self._ledger = ledger
        self._rules = rules
        self._now = now
        self._learned = learned

    @property
    def _today(self) -> date:
        return self._now().date()

    async def appoint(self, actor: Viewer, change: Change, seen: str = "") -> Entry:
        """Add an account to a role's group. Returns the outcome."""
        self._rules.check_appointer(actor, change, self._today)
        async with self._ledger.alone(change.role.id):
            members = await self._read(change.role)
            if change.request is not None:
                open_request(self._declaration, self._ledger.book, change.request, self._today)
            change = _as_on_hub(change, members)
            self._check_seen(change.role, members, seen)
            self._rules.check_room(change, self._filling(change.role, members))
            himself = "yes" if alike(change.person, actor.name) else ""
            intent = self._intent("appointment", actor, change, himself=himself)
            return await self._carry_out(intent, members, self._adding(actor, members))

    async def withdraw(self, actor: Viewer, change: Change, seen: str = "") -> Entry:
        """Take an account out of a role's group, oneself too. Returns the outcome."""
        if not alike(change.person, actor.name):  # else only the hub knows who is meant
            self._rules.check_withdrawer(actor, change)
        async with self._ledger.alone(change.role.id):
            members = await self._read(change.role)
            change = _as_on_hub(change, members)
            self._rules.check_withdrawer(actor, change)  # of the account that the name stands for
            self._check_seen(change.role, members, seen)
            if change.person not in members.get(change.group, ()):
                change = replace(change, note="")  # nobody comes after who never held it
            self._rules.check_left_over(actor.admin, change, self._filling(change.role, members))
            intent = self._intent("withdrawal", actor, change)
            return await self._carry_out(intent, members, self._hub.remove_from_group)

    async def add_user(self, actor: Viewer, name: str) -> Entry:
        """Add one plain user. Returns the outcome; one that exists is left as it is."""
        async with self._ledger.alone(ACCOUNTS):
            draft = Draft("account", actor.name, _kind(actor), person=name)
            return await self._record(draft, lambda: self._added(name))

    async def settle(self) -> None:
        """Find out what became of intents that have no outcome, or an unknown one.

        Whoever holds the lock of an intent is still at it: theirs are left alone. What cannot be
        found out for one role keeps nothing else open; then HubError is raised in the end.
        """
        await self._ledger.catch_up()
        unsettled = list(self._ledger.book.unsettled.values())
        keys = dict.fromkeys(_lock_of(intent) for intent in unsettled)
        failures = [failure for key in keys if (failure := await self._settled(key))]
        if failures:
            raise failures[0]

    async def _settled(self, key: str) -> HubError | None:
        """Settle what one lock is for; why that failed, if it did."""
        try:
            async with self._ledger.alone(key):
                await self._settle(key)
        except BusyError:
            return None
        except HubError as error:
            return error
        return None

    async def appoint_first(self) -> list[str]:
        """Appoint those whom the declaration names as first holders, once each.

        Returns, in words, whom it could not appoint yet.
        """
        waiting = []
        for role_id, names in self._declaration.initial.items():
            role = self._declaration.model.roles[role_id]
            for name in names:
                if (role_id, name) not in self._ledger.book.first_appointed:
                    waiting += await self._appoint_first(role, name)
        return waiting

    async def end_terms(self) -> list[str]:
        """Withdraw those whose term has ended, from roles that say so. Returns what could not."""
        waiting = []
        for (role_id, person), term in list(self._ledger.book.terms.items()):
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
                return [f"{visible(name)} is to be the first {role.title}, and has no account yet"]
            async with self._ledger.alone(role.id):
                if (role.id, name) in self._ledger.book.first_appointed:
                    return []
                members = await self._read(role)
                change = Change(role, group, name)
                intent = self._intent("appointment", SERVICE, change, first="yes")
                self._rules.check_room(change, self._filling(role, members))
                await self._carry_out(intent, members, self._hub.add_to_group)
        except RefusedError as error:
            return [f"{visible(name)} is to be the first {role.title}. {error}"]
        return []

    async def _end_term(self, role: Role, person: str) -> None:
        for group in self._declaration.groups.get(role.id, ()):
            if person not in self._ledger.book.members[group]:
                continue
            change = Change(role, self._rules.group_of(role, group), person, reason="term ended")
            async with self._ledger.alone(role.id):
                members = await self._read(role)
                term = self._ledger.book.terms.get((role.id, person))
                if term is None or not term.ended(self._today):
                    return
                self._rules.check_left_over(False, change, self._filling(role, members))
                intent = self._intent("withdrawal", SERVICE, change)
                await self._carry_out(intent, members, self._hub.remove_from_group)

    async def _read(self, role: Role) -> Members:
        """Who is in the role's groups now; what was left open about it is settled first."""
        members = await self._hub.members(self._declaration.groups[role.id])
        await self._settle(role.id, members)
        return members

    def _filling(self, role: Role, members: Members) -> Filling:
        roster = Roster(read_at=self._now(), members=members)
        return filling(self._declaration, roster, role.id)

    def _check_seen(self, role: Role, members: Members, seen: str) -> None:
        if seen and seen != state_tag(role, self._declaration, members, self._ledger.book):
            raise RefusedError(
                "stale", f"Who is {role.title} has changed since you looked. Look again first."
            )

    def _intent(
        self,
        event: Literal["appointment", "withdrawal"],
        actor: Viewer,
        change: Change,
        **more: str,
    ) -> Draft:
        return Draft(
            event,
            actor.name,
            _kind(actor),
            role=change.role.id,
            group=change.group,
            person=change.person,
            details={
                "until": change.until.isoformat() if change.until else "",
                "reason": change.reason,
                "note": change.note,
                "request": str(change.request or ""),
                **more,
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
            raise RefusedError("no_group", f"The hub has no group “{visible(intent.group)}”.")

        async def change() -> tuple[Result, str]:
            if intent.event == "withdrawal" and intent.person not in there:
                return "unchanged", intent.person  # the hub might know somebody else by that name
            after = await edit(intent.group, intent.person)
            self._learned(intent.group, after)
            return _what_changed(intent, there, after)

        return await self._record(intent, change)

    def _adding(self, actor: Viewer, members: Members) -> Edit:
        """Adds an account, and takes it back where the name stood for whoever appoints.

        Only the hub knows what names stand for, and tells by whom it adds.
        """

        async def add(group: str, name: str) -> tuple[str, ...]:
            after = await self._hub.add_to_group(group, name)
            himself = actor.name in after and actor.name not in members.get(group, ())
            if himself and not actor.admin:
                self._learned(group, await self._hub.remove_from_group(group, actor.name))
                raise RefusedError("yourself", RULES["yourself"])
            return after

        return add

    async def _added(self, name: str) -> tuple[Result, str]:
        try:
            return "done", await self._hub.add_user(name)
        except HubRefusedError as error:
            if error.status == 409:
                return "unchanged", name
            raise

    async def _record(
        self, draft: Draft, change: Callable[[], Awaitable[tuple[Result, str]]]
    ) -> Entry:
        """Intent, the change itself, outcome. `change` tells its result, and whose account."""
        (intent,) = await self._ledger.append(draft)
        try:
            return await self._changed(intent, draft, change)
        except LedgerError as error:
            raise UnknownError(
                f"{error}. Whether it was done on the hub will be found out, and recorded, as soon"
                " as the ledger works again"
            ) from error

    async def _changed(
        self, intent: Entry, draft: Draft, change: Callable[[], Awaitable[tuple[Result, str]]]
    ) -> Entry:
        """The change itself, and its outcome. Raises LedgerError where that isn't recorded."""
        try:
            result, person = await change()
        except HubRefusedError as error:
            await self._close(intent, "refused", reason=str(error))
            raise _in_words(draft, error) from error
        except RefusedError as error:  # the hub could not even be asked
            await self._close(intent, "refused", reason=str(error))
            raise
        except HubError as error:
            return await self._lost(intent, error)
        return await self._close(intent, result, person)

    async def _lost(self, intent: Entry, error: HubError) -> Entry:
        """The reply was lost: what the hub shows now may tell, else it is settled later."""
        with suppress(HubError):
            found = await self._find(intent)
            if found:
                return await self._close(intent, "done", found)
        await self._close(intent, "unknown", reason=str(error))
        raise UnknownError(
            f"{error}. Whether it was done will be found out, and recorded, within a minute"
        ) from error

    async def _settle(self, key: str, members: Members | None = None) -> None:
        for intent in list(self._ledger.book.unsettled.values()):
            if _lock_of(intent) == key:
                found = await self._find(intent, members)
                await self._close(intent, "done" if found else "not done", found, settles=True)

    async def _find(self, intent: Entry, members: Members | None = None) -> str:
        """The account that shows that an intent was carried out; empty if it was not."""
        if intent.event == "account":
            for name in dict.fromkeys((intent.person, intent.person.lower())):
                if await self._hub.has_user(name):
                    return name
            return ""
        there = (members or await self._hub.members((intent.group,))).get(intent.group, ())
        present = _find(intent.person, there)
        if intent.event == "withdrawal":
            return "" if present else intent.person
        return present

    async def _close(
        self,
        intent: Entry,
        result: Result,
        person: str = "",
        reason: str = "",
        settles: bool = False,
    ) -> Entry:
        """Record what became of an intent."""
        draft = Draft(
            "settlement" if settles else "outcome",
            SERVICE.name if settles else intent.actor,
            "service" if settles else intent.actor_kind,
            role=intent.role,
            group=intent.group,
            person=person or intent.person,
            intent=intent.number,
            details={"result": result, "of": intent.event, "reason": reason},
        )
        (entry,) = await self._ledger.append(draft)
        return entry


def _kind(actor: Viewer) -> ActorKind:
    return "user" if actor.kind == "user" else "service"


def _lock_of(intent: Entry) -> str:
    return intent.role or ACCOUNTS


def _find(name: str, names: Iterable[str]) -> str:
    """The name as the hub has it, which may write it in other letters; empty if it isn't there."""
    wanted = storable(name)
    stored = {storable(each): each for each in names}
    letters = {each.lower(): stored[each] for each in stored}
    return stored.get(wanted) or letters.get(wanted.lower(), "")


def _as_on_hub(change: Change, members: Members) -> Change:
    """With the name as the hub has it, for the rules to count by."""
    return replace(
        change, person=_find(change.person, members.get(change.group, ())) or change.person
    )


def _what_changed(intent: Draft, before: Iterable[str], after: Iterable[str]) -> tuple[Result, str]:
    """The result of an edit, and the account as the hub calls it. Raises HubError."""
    were, are = set(before), set(after)
    new = are - were
    found = _find(intent.person, are) or (new.pop() if len(new) == 1 else "")
    if intent.event == "withdrawal":
        found = _find(intent.person, were) or intent.person
        if found in are:
            raise HubError("The hub did not take them out of the group")
        return ("done" if found in were else "unchanged"), found
    if not found:
        raise HubError("The hub did not add them to the group")
    return ("unchanged" if found in were else "done"), found


def _in_words(draft: Draft, error: HubRefusedError) -> RefusedError:
    """What the hub's refusal means for the person who asked."""
    name = visible(draft.person)
    if draft.event == "account":
        return RefusedError("bad_name", f"The hub does not take “{name}” as a name.")
    if error.status == 400:
        return RefusedError(
            "unknown", f"There is no account “{name}” on this hub. Names are written as at login."
        )
    if error.status == 404:
        return RefusedError("no_group", f"The hub has no group “{visible(draft.group)}”.")
    return RefusedError(
        "not_permitted", f"This service may not do that on the hub ({error}). Tell its operator."
    )
