"""Records what others changed on the hub: who joined or left a group without this service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Literal

from ..domain.model import Declaration, Roster
from ..errors import HubError
from ..ledger.entry import Detail, Draft, stamp, storable
from ..ledger.state import LedgerState
from ..storage import locks, readings
from ..storage.ledger import Ledger
from .recording import SERVICE

LOOKED = "looked"
"""Under which name it remembers when."""

MAX_ASKED = 200
"""Accounts to ask the hub for after one reading of the roster."""

UNKNOWN_ACTOR = ""
"""Who changed something outside this page: the hub doesn't tell."""


class Observer:
    """Looks at one roster after the other, and records what differs from the ledger.

    `exists` asks the hub whether there is an account: of those who left, it is recorded if their
    account went as well. Where it has to `remember`, it knows after a restart when it last looked.
    """

    def __init__(
        self,
        ledger: Ledger,
        declaration: Declaration,
        exists: Callable[[str], Awaitable[bool]],
        remember: bool = False,
    ) -> None:
        self._ledger = ledger
        self._declaration = declaration
        self._exists = exists
        self._remember = remember
        self._last = ""
        """When a roster was read that the ledger had everything of: what differs came later."""

    async def look(self, roster: Roster) -> None:
        """Record the differences between the roster and the ledger. Raises LedgerError."""
        if roster.trouble or roster.read_at is None:
            return
        if self._remember and not self._last:
            self._last = await self._ledger.run(readings.load, LOOKED)
        if await self._observed(roster):
            self._last = stamp(roster.read_at)
            if self._remember:
                await self._ledger.run(readings.save, LOOKED, self._last)

    async def _observed(self, roster: Roster) -> bool:
        """Record what differs; whether the ledger then has everything that the roster shows."""
        await self._ledger.catch_up()
        changes = list(self._differences(roster))
        if not changes:
            return self._all_told(roster)
        gone = await self._gone(changes)
        async with self._ledger.lock(locks.OBSERVATIONS):
            told, drafts = self._all_told(roster), list(self._differences(roster, gone))
            if not drafts:
                return told
            # Where another replica has just written, the next round looks at this again.
            return (
                bool(await self._ledger.append(*drafts, after=self._ledger.state.number)) and told
            )

    def _all_told(self, roster: Roster) -> bool:
        groups = self._declaration.mapped_groups
        return all(_told(self._ledger.state, group, roster) for group in groups)

    def _differences(self, roster: Roster, gone: frozenset[str] = frozenset()) -> Iterator[Draft]:
        return _differences(self._ledger.state, self._declaration, roster, self._last, gone)

    async def _gone(self, changes: list[Draft]) -> frozenset[str]:
        """Those who left and have no account any more, as far as the hub says so."""
        left = {change.person for change in changes if change.details["change"] == "left"}
        gone = set()
        for name in sorted(left)[:MAX_ASKED]:
            with suppress(HubError):
                if not await self._exists(name):
                    gone.add(name)
        return frozenset(gone)


def _told(state: LedgerState, group: str, roster: Roster) -> bool:
    """Whether a roster tells about a group; if that was written of since, it is too old."""
    busy = any(intent.group == group for intent in state.unsettled.values())
    return not busy and state.touched.get(group, 0) <= roster.ledger_number


def _differences(
    state: LedgerState, declaration: Declaration, roster: Roster, last: str, gone: frozenset[str]
) -> Iterator[Draft]:
    for role_id, group in state.watched_groups():
        if group not in declaration.groups.get(role_id, ()) and _told(state, group, roster):
            yield _of_the_record("ended", role_id, group)
    for role_id, groups in declaration.groups.items():
        for group in groups:
            if not _told(state, group, roster):
                continue
            first = group not in state.watched
            if first:
                yield _of_the_record("began", role_id, group)
            were = state.members.get(group, set())
            are = {storable(name) for name in roster.members.get(group, ())}
            changed = [("joined", name) for name in sorted(are - were)]
            changed += [("left", name) for name in sorted(were - are)]
            for change, name in changed:
                details: dict[Detail, str] = {
                    "change": change,
                    "first": "yes" if first else "",
                    "after": "" if first else last,
                    "gone": "yes" if change == "left" and name in gone else "",
                }
                yield Draft(
                    "observation", UNKNOWN_ACTOR, "hub", role_id, group, name, details=details
                )


def _of_the_record(change: Literal["began", "ended"], role_id: str, group: str) -> Draft:
    """That this service looks at a group from now on, or no more."""
    details: dict[Detail, str] = {"change": change}
    return Draft("observation", SERVICE.name, "service", role_id, group, details=details)
