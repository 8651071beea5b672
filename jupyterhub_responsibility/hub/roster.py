"""The live roster: read from the hub in the background, never on a page view."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.model import Declaration, Groups, Roster, Viewer
from ..errors import HubError

log = logging.getLogger(__name__)


class RosterKeeper:
    """Keeps the roster of the mapped groups fresh.

    `read` asks the hub for the members and hub roles of some groups. What was read is repeated for
    at most `max_age`; after that nobody knows who holds what, and the roster says so.
    """

    def __init__(
        self,
        declaration: Declaration,
        read: Callable[[tuple[str, ...]], Awaitable[Groups]],
        *,
        max_age: timedelta,
        now: Callable[[], datetime],
        ledger_number: Callable[[], int] = lambda: 0,
    ) -> None:
        self._groups = declaration.mapped_groups
        self._read = read
        self._max_age = max_age
        self._now = now
        self._ledger_number = ledger_number
        self._learned = 0
        self._reading: asyncio.Task[None] | None = None
        self._tried_at: datetime | None = None
        self._asked_at: datetime | None = None  # when the reading began that `current` is from
        self.current = Roster(trouble="The hub has not been asked yet")

    async def refresh(self) -> None:
        """Read the roster now; a failed reading is kept as `trouble`.

        Those who ask at the same time share one reading.
        """
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._refresh())
        await asyncio.shield(self._reading)

    async def _refresh(self) -> None:
        self._tried_at = asked_at = self._now()
        ledger_number, learned = self._ledger_number(), self._learned
        try:
            groups = await self._read(self._groups)
        except HubError as error:
            self._failed(str(error))
        except Exception:
            log.exception("Reading the roster failed unexpectedly")
            self._failed("Reading the hub failed unexpectedly")
        else:
            if learned == self._learned:
                self._asked_at = asked_at
                self._succeeded(groups, ledger_number)
            else:  # what was read may be older than what is known
                await self._refresh()

    def learn(self, group: str, members: tuple[str, ...]) -> None:
        """Take in what the hub has just said about one group."""
        self._learned += 1
        if self.current.read_at is None:
            return
        known = {**self.current.members, group: tuple(sorted(members))}
        version = self.current.version + 1
        self.current = replace(self.current, members=known, version=version)

    def _succeeded(self, groups: Groups, ledger_number: int) -> None:
        if self.current.trouble:
            log.info("The roster is up to date again")
        fresh = Roster(
            self._now(),
            groups.members,
            groups.roles,
            version=self.current.version,
            ledger_number=ledger_number,
        )
        if _reads_alike(fresh, self.current):
            self.current = fresh
        else:
            self.current = replace(fresh, version=self.current.version + 1)

    def _failed(self, trouble: str) -> None:
        last = self.current
        if trouble != last.trouble:
            log.warning("The roster could not be read: %s", trouble)
        expired = last.read_at is None or self._now() - last.read_at > self._max_age
        kept = Roster() if expired else last
        now = replace(kept, trouble=trouble, version=last.version)
        if (now.read_at, now.trouble) != (last.read_at, last.trouble):
            now = replace(now, version=last.version + 1)
        self.current = now

    async def agree_with(self, viewer: Viewer, known_at: datetime) -> Viewer:
        """The viewer with the mapped groups they are really in, as far as can be known.

        The identity of a viewer and the roster are read at different moments, and the fresher
        counts: where they differ, and the hub told who this is (at `known_at`) after it was
        asked for the roster, the roster is read again.
        """
        if viewer.kind != "user" or self._agrees(viewer):
            return viewer
        known_at = min(known_at, self._now())  # a clock that was put back must not keep us asking
        while not self._asked_since(known_at) and self._may_ask():
            await self.refresh()  # which may be one that began before
        if self.current.trouble or self._agrees(viewer):
            return viewer
        return replace(viewer, groups=self.current.groups_of(viewer.name))

    def _asked_since(self, moment: datetime) -> bool:
        return self._asked_at is not None and self._asked_at >= moment

    def _may_ask(self) -> bool:
        """A hub in trouble is asked at most once a second."""
        trouble, tried_at = self.current.trouble, self._tried_at
        return not (trouble and tried_at and self._now() - tried_at < timedelta(seconds=1))

    def _agrees(self, viewer: Viewer) -> bool:
        if self.current.read_at is None:
            return True
        return viewer.groups.intersection(self._groups) == self.current.groups_of(viewer.name)


def _reads_alike(one: Roster, other: Roster) -> bool:
    """Pages show the time to the minute: within it, the same members make the same page."""
    return (
        one.members == other.members
        and one.group_roles == other.group_roles
        and one.trouble == other.trouble
        and minute(one.read_at) == minute(other.read_at)
    )


def minute(moment: datetime | None) -> datetime | None:
    """A moment without its seconds."""
    return moment and moment.replace(second=0, microsecond=0)
