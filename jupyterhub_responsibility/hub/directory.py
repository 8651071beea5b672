"""Finds accounts for those who may appoint, by a part of a name.

The hub looks through the names of all accounts. It doesn't look through what people are called: for
that, the accounts that were active last are read now and then, and only while somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ..domain.matches import LEAST, Named, enough, known_part, matching, near

PAGES = 5
"""Pages of accounts whose people are known by name: a thousand of them."""

KEPT_SECONDS = 60.0

NONE: Mapping[str, str] = {}


class Hub(Protocol):
    """What is asked of the hub."""

    async def named(self, part: str, sort: str, offset: int) -> tuple[list[Named], bool]:
        """One page of accounts with what people are called; whether more follow."""


class Directory:
    """Finds accounts; `clock` is in seconds, `declared` what the operator says, at
    the moment, that people are called. Raises HubError."""

    def __init__(
        self,
        hub: Hub,
        clock: Callable[[], float],
        declared: Callable[[], Mapping[str, str]] = lambda: NONE,
    ) -> None:
        self._hub = hub
        self._declared = declared
        self._clock = clock
        self._active: list[Named] = []
        self._read_at: float | None = None

    async def matching(self, typed: str) -> tuple[Named, ...]:
        """Accounts with what was typed in their name, or in that of the person; a few of them."""
        parts = filter(None, (known_part(typed),))
        return matching(typed, await self._with(*parts)) if enough(typed) else ()

    async def near(self, typed: str) -> tuple[Named, ...]:
        """Accounts that may be meant by a name that no account has."""
        part = known_part(typed)
        ends = dict.fromkeys((part[:LEAST], part[-LEAST:])) if part else ()
        return near(typed, await self._with(*ends)) if enough(typed) else ()

    async def _with(self, *parts: str) -> list[Named]:
        """Accounts that have one of these parts in their name, and those that were active last."""
        found = await self._last_active()
        for part in parts:
            page, _ = await self._hub.named(part, "name", 0)
            found = [*found, *page]
        return [*found, *(Named(account, person) for account, person in self._declared().items())]

    async def _last_active(self) -> list[Named]:
        now = self._clock()
        if self._read_at is None or now - self._read_at > KEPT_SECONDS:
            self._active, self._read_at = await self._read(), now
        return self._active

    async def _read(self) -> list[Named]:
        """Page by page, as long as the hub says of anybody what they are called."""
        found: list[Named] = []
        for _ in range(PAGES):
            page, more = await self._hub.named("", "-last_activity", len(found))
            found += page
            if not more or not any(each.person for each in page):
                break
        return found
