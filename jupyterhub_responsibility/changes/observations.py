"""Records what others changed on the hub: who joined or left a group without this service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from ..domain.accounts import Account, Accounts
from ..domain.model import Declaration, Roster
from ..errors import HubError, RefusedError
from ..ledger import accounts
from ..ledger.accounts import Asked, is_other, made_at
from ..ledger.entry import Draft, stamp, storable
from ..ledger.kinds import Detail
from ..ledger.pending import Pending, of_group
from ..ledger.state import Holding, LedgerState
from ..storage import locks, readings
from ..storage.ledger import Ledger
from .recording import SERVICE
from .settling import others, settlement

LOOKED = "looked"
"""Under which name it remembers when."""

SOMETIMES = timedelta(minutes=10)
"""How often it notes when it last looked, where nothing depends on knowing it better."""

MAX_ASKED = 200
"""Accounts to ask the hub for after one reading of the roster."""

UNKNOWN_ACTOR = ""
"""Who changed something outside this page: the hub doesn't tell."""


class Observer:
    """Looks at one roster after the other, and records what differs from the ledger.

    `ask` asks the hub for an account: whether it is there, and when it was made, tells who was
    renamed, deleted, or made again; `find` for the one that was made at some moment, under any
    name. `accounts` is what was last read of all of them. It remembers over a restart when it last
    looked, give or take what lies between: `remember_every` so long, it notes that.
    """

    def __init__(
        self,
        ledger: Ledger,
        declaration: Declaration,
        ask: Callable[[str], Awaitable[Account | None]],
        find: Callable[[datetime], Awaitable[Account | None]],
        accounts: Callable[[], Accounts],
        remember_every: timedelta = SOMETIMES,
    ) -> None:
        self._ledger = ledger
        self._declaration = declaration
        self._ask = ask
        self._find = find
        self._accounts = accounts
        self._remember_every = remember_every
        self._remembered: datetime | None = None
        self._last = ""
        """When a roster was read that the ledger had everything of: what differs came later."""

    @property
    def looked(self) -> datetime | None:
        """When a roster was last read that the ledger has everything of; None if that isn't
        known."""
        return datetime.fromisoformat(self._last) if self._last else None

    async def look(self, roster: Roster) -> None:
        """Record the differences between the roster and the ledger.

        Raises LedgerError, or HubError where it can't be told whether somebody was renamed.
        """
        if roster.trouble or roster.read_at is None:
            return
        if not self._last:
            self._last = await self._ledger.run(readings.load, LOOKED)
        if await self._observed(roster):
            self._last = stamp(roster.read_at)
            await self._remember(roster.read_at)

    async def _remember(self, looked: datetime) -> None:
        if not self._remembered or looked - self._remembered >= self._remember_every:
            await self._ledger.run(readings.save, LOOKED, self._last)
            self._remembered = looked

    async def _observed(self, roster: Roster) -> bool:
        """Record what differs; whether the ledger then has everything that the roster shows."""
        await self._ledger.catch_up()
        asked = await self._asked(roster)
        if not any(self._drafts(roster, asked)):
            return self._all_told(roster)
        async with self._ledger.lock(locks.OBSERVATIONS):
            told, drafts = self._all_told(roster), list(self._drafts(roster, asked))
            if not drafts:
                return told
            # Where another replica has just written, the next round looks at this again.
            return (
                bool(await self._ledger.append(*drafts, after=self._ledger.state.number)) and told
            )

    def _all_told(self, roster: Roster) -> bool:
        groups = self._declaration.mapped_groups
        return all(_told(self._ledger.state, group, roster) for group in groups)

    def _drafts(self, roster: Roster, asked: Asked) -> Iterator[Draft]:
        state = self._ledger.state
        found = list(_differences(state, self._declaration, roster, self._last, asked))
        yield from found
        yield from _ended_decisions(state, self._declaration, asked, found)
        yield from _remade(state, roster, asked, {_before(draft) for draft in found})
        yield from _renamed_askers(state, asked, found)
        yield from _ended_requests(state, asked)

    async def _asked(self, roster: Roster) -> Asked:
        """What the hub says of those who joined or left, or may not be who they were."""
        state = self._ledger.state
        changes = list(_differences(state, self._declaration, roster, self._last, {}))
        moved = {change.person for change in changes if change.person}
        asked = await self._ask_surely(changes)
        doubtful = accounts.doubtful(state, self._accounts())
        unknown = [*sorted(moved - asked.keys()), *sorted(doubtful - moved - asked.keys())]
        asked |= await self._ask_each(unknown)
        # Whoever has another name now may have left the old one to somebody else.
        before = accounts.recorded_as(self._ledger.state, asked) - asked.keys()
        asked |= await self._ask_each(sorted(before))
        for created in accounts.missed(self._ledger.state, asked):
            if account := await self._find(created):
                asked[account.name] = account
        return asked

    async def _ask_surely(self, changes: Sequence[Draft]) -> dict[str, Account | None]:
        """What it says of everybody who moved in a group where something that was decided looks
        done: if that isn't known, another account may pass for the one that was meant."""
        groups = {(each.role, each.group) for each in changes if each.event == "settlement"}
        names = {each.person for each in changes if (each.role, each.group) in groups} - {""}
        meant = {each.person for each in self._ledger.state.pending.values()}
        first = sorted(names & meant) + sorted(names - meant)
        return {name: await self._ask(name) for name in first[:MAX_ASKED]}

    async def _ask_each(self, names: Sequence[str]) -> dict[str, Account | None]:
        asked = {}
        for name in names[:MAX_ASKED]:
            with suppress(HubError, RefusedError):
                asked[name] = await self._ask(name)
        return asked


def _told(state: LedgerState, group: str, roster: Roster) -> bool:
    """Whether a roster tells about a group; if that was written of since, it is too old."""
    busy = any(intent.group == group for intent in state.unsettled.values())
    return not busy and state.touched.get(group, 0) <= roster.ledger_number


def _differences(
    state: LedgerState, declaration: Declaration, roster: Roster, last: str, asked: Asked
) -> Iterator[Draft]:
    for role_id, group in state.watched_groups():
        if group not in declaration.groups.get(role_id, ()) and _told(state, group, roster):
            for name in sorted(state.members.get(group, ())):
                yield _seen("lost", role_id, group, name, {"after": last})
            yield _of_the_record("ended", role_id, group, last)
    for role_id, groups in declaration.groups.items():
        for group in groups:
            if _told(state, group, roster):
                yield from _in_group(state, roster, last, asked, role_id, group)


def _in_group(
    state: LedgerState, roster: Roster, last: str, asked: Asked, role_id: str, group: str
) -> Iterator[Draft]:
    """What differs in one group: who was renamed, who joined, who left."""
    first = group not in state.watched
    if first:
        yield _of_the_record("began", role_id, group, "")
    were = state.members.get(group, set())
    are = {storable(name) for name in roster.members.get(group, ())}
    renamed = accounts.renamed(state, role_id, were, are, asked)
    were = were - set(renamed.values())  # the old name may be in the group, as somebody else's
    there = {each: roster.members.get(each, ()) for each in state.groups_of(role_id)}
    settled = {name: each for each, name in _done(state, role_id, group, are, asked)}
    for name, each in settled.items():
        yield settlement(each, "done", there, asked.get(name), "" if first else last)
    since: dict[Detail, str] = {"first": "yes"} if first else {"after": last}
    for now, was in renamed.items():
        yield _seen("renamed", role_id, group, now, {"was": was, **_made(asked, now), **since})
    for name in sorted(are - were - renamed.keys() - settled.keys()):
        yield _seen("joined", role_id, group, name, {**_made(asked, name), **since})
    for name in sorted(were - are - settled.keys()):
        gone = "yes" if name in asked and asked[name] is None else ""
        through = others(there, name, group)
        yield _seen("left", role_id, group, name, {"gone": gone, "through": through, **since})


def _done(
    state: LedgerState, role_id: str, group: str, are: set[str], asked: Asked
) -> Iterator[tuple[Pending, str]]:
    """What was decided about a group and is done, with the name that the account has now. Another
    account may have its name by now, or it another name."""
    for each in of_group(state.pending, role_id, group):
        same = (n for n in sorted(are) if each.created and made_at(asked.get(n)) == each.created)
        is_it = each.person in are and not is_other(asked.get(each.person), each.created, each.at)
        name = each.person if is_it else next(same, "")
        if each.appoints and name:
            yield each, name
        elif not each.appoints and not name and each.person not in are:
            yield each, each.person


def _remade(
    state: LedgerState, roster: Roster, asked: Asked, renamed: Container[Holding]
) -> Iterator[Draft]:
    """Accounts that were deleted and made again, and are in the group of a role."""
    for (role_id, person), made in accounts.remade(state, asked):
        if (role_id, person) in renamed:
            continue
        through = (g for g in sorted(state.groups_of(role_id)) if person in state.members[g])
        group = next((g for g in through if person in roster.members.get(g, ())), "")
        if group and _told(state, group, roster):
            yield _seen("remade", role_id, group, person, {"created": made})


def _renamed_askers(state: LedgerState, asked: Asked, found: Iterable[Draft]) -> Iterator[Draft]:
    """Accounts that have another name than in a request, and weren't `found` to hold a role."""
    said = {(draft.person, draft.details.get("was")) for draft in found}
    for now, was in accounts.renamed_in_requests(state, asked).items():
        if (now, was) not in said:
            yield _seen("renamed", "", "", now, {"was": was, **_made(asked, now)})


def _ended_requests(state: LedgerState, asked: Asked) -> Iterator[Draft]:
    for each in accounts.ended(state, asked):
        details: dict[Detail, str] = {
            "request": str(each.number),
            "asker": each.proposer,
            "verdict": "ended",
        }
        yield Draft(
            "decision", SERVICE.name, "service", each.role, "", each.person, details=details
        )


def _ended_decisions(
    state: LedgerState, declaration: Declaration, asked: Asked, found: Iterable[Draft]
) -> Iterator[Draft]:
    """What was decided about an account that is there no more, or a group that stands for its role
    no more; but for what was `found` to be done."""
    done = {draft.intent for draft in found}
    gone = {each.number for each in accounts.ended_decisions(state, asked)}
    for each in list(state.pending.values()):
        mapped = each.group in declaration.groups.get(each.role, ())
        if each.number not in done and (each.number in gone or not mapped):
            yield settlement(each, "ended", {}, None)


def _before(change: Draft) -> Holding:
    """The role that somebody held under another name; no name, where they had none."""
    return change.role, change.details.get("was", "")


def _made(asked: Asked, name: str) -> dict[Detail, str]:
    return {"created": made_at(asked.get(name))}


def _seen(
    change: Literal["joined", "left", "lost", "renamed", "remade"],
    role_id: str,
    group: str,
    person: str,
    details: Mapping[Detail, str],
) -> Draft:
    """That somebody changed this: the hub doesn't tell who."""
    said: dict[Detail, str] = {"change": change, **details}
    return Draft("observation", UNKNOWN_ACTOR, "hub", role_id, group, person, details=said)


def _of_the_record(change: Literal["began", "ended"], role_id: str, group: str, last: str) -> Draft:
    """That this service looks at a group from now on, or no more since the `last` time."""
    details: dict[Detail, str] = {"change": change, "after": last}
    return Draft("observation", SERVICE.name, "service", role_id, group, details=details)
