"""Adding plain users to the hub."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from ..domain.model import Viewer
from ..domain.rules import Rules
from ..errors import HubError, HubRefusedError, LedgerError, RefusedError
from ..ledger.entry import Draft, Entry
from ..ledger.kinds import Result
from ..storage import locks
from ..storage.ledger import Ledger
from .quota import Quota
from .recording import Hub, Outcome, Recorder, actor_kind, not_recorded

SKIPPED = "This was not tried: the hub or the ledger failed at a name before."

PATIENCE = 2.0
"""Seconds in which to find out who has an account: it can be said afterwards as well."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one name of a list, as the hub has it; the `message` says why."""

    name: str
    result: Result
    message: str = ""


class NewUsers:
    """The use case. Raises RefusedError, HubError, LedgerError or UnknownError."""

    def __init__(
        self,
        hub: Hub,
        ledger: Ledger,
        recorder: Recorder,
        rules: Rules,
        now: Callable[[], datetime],
    ) -> None:
        self._hub = hub
        self._ledger = ledger
        self._recorder = recorder
        self._now = now
        self._quota = Quota(ledger, rules, now)

    async def there(self, names: Iterable[str]) -> frozenset[str]:
        """Those names that have an account, as far as the hub says so soon. Changes nothing."""
        found, began = set(), monotonic()
        with suppress(HubError):
            for name in names:
                if monotonic() - began > PATIENCE:
                    break
                if await self._hub.has_user(name):
                    found.add(name)
        return frozenset(found)

    async def add(self, actor: Viewer, name: str) -> Entry:
        """Add one plain user. Returns the outcome; one that exists is left as it is, which is not
        recorded."""
        async with self._quota.of(actor, adding=True), self._ledger.lock(locks.USERS):
            draft = Draft("account", actor.name, actor_kind(actor), person=name)
            if await self._is_there(name):
                return not_recorded(draft, "", self._now())
            return await self._recorder.record(draft, lambda: self._added(name))

    async def add_each(self, actor: Viewer, names: Iterable[str]) -> list[Added]:
        """Add one after the other: a name that is refused leaves the others alone.

        Once hub or ledger fail, the rest isn't tried: each would take as long to fail. Raises
        LedgerError where that is so from the beginning, and nothing was changed.
        """
        left = list(names)
        results: list[Added] = []
        while left and not (results and results[-1].result == "unknown"):
            try:
                results.append(await self._tried(actor, left[0]))
            except LedgerError:
                if not results:
                    raise
                break
            del left[0]
        return [*results, *(Added(name, "not done", SKIPPED) for name in left)]

    async def _tried(self, actor: Viewer, name: str) -> Added:
        try:
            entry = await self.add(actor, name)
        except RefusedError as error:
            return Added(name, "refused", str(error))
        except HubError as error:
            return Added(name, "unknown", f"{error}.")
        return Added(entry.person, "done" if entry.facts["result"] == "done" else "unchanged")

    async def _is_there(self, name: str) -> bool:
        """Whether there is such an account; while the hub doesn't say, adding it will tell."""
        with suppress(HubError):
            return await self._hub.has_user(name)
        return False

    async def _added(self, name: str) -> Outcome:
        try:
            return Outcome("done", await self._hub.add_user(name))
        except HubRefusedError as error:
            if error.status == 409:
                return Outcome("unchanged", name)
            raise
