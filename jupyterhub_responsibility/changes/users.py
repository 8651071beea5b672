"""Adding plain users to the hub."""

from __future__ import annotations

from ..domain.model import Viewer
from ..errors import HubRefusedError
from ..ledger.entry import Draft, Entry, Result
from ..storage import locks
from ..storage.ledger import Ledger
from .recording import Hub, Recorder, actor_kind


class NewUsers:
    """The use case. Raises RefusedError, HubError, LedgerError or UnknownError."""

    def __init__(self, hub: Hub, ledger: Ledger, recorder: Recorder) -> None:
        self._hub = hub
        self._ledger = ledger
        self._recorder = recorder

    async def add(self, actor: Viewer, name: str) -> Entry:
        """Add one plain user. Returns the outcome; one that exists is left as it is."""
        async with self._ledger.lock(locks.USERS):
            draft = Draft("account", actor.name, actor_kind(actor), person=name)
            return await self._recorder.record(draft, lambda: self._added(name))

    async def _added(self, name: str) -> tuple[Result, str]:
        try:
            return "done", await self._hub.add_user(name)
        except HubRefusedError as error:
            if error.status == 409:
                return "unchanged", name
            raise
