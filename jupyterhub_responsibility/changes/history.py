"""Noting gaps as they come and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from ..coverage import KINDS, Coverage, key
from ..ledger.gap_spans import Key, Span
from ..storage import locks
from ..storage.ledger import Ledger
from ..storage.spans import note, read_spans


class History:
    """Notes gaps as they come and go; `noticed` is since when each open one is there."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self.spans: tuple[Span, ...] = ()
        self.noticed: Mapping[Key, datetime] = {}
        self.version = 0

    async def note(self, found: Coverage) -> None:
        """Note which gaps there are. Raises LedgerError.

        What cannot be checked at the moment is neither a new gap nor a closed one. As long as the
        ledger's state has names that were erased, nothing is noted: it could be one of them.
        """
        without = self._ledger.without
        self._know(await self._ledger.run(read_spans))  # somebody may have been erased there
        if self._ledger.knows_erased:
            return
        keys, untold = {key(gap) for gap in found.gaps}, KINDS.keys() - found.told
        there = self.noticed.keys()
        closed = {each for each in there - keys if each[0] not in untold}
        if closed or keys - there:
            async with self._ledger.lock(locks.GAPS):
                self._know(await self._ledger.run(note, keys, untold, self._now(), without))

    def _know(self, spans: list[Span]) -> None:
        if self.spans == tuple(spans) and self.version:
            return
        self.spans = tuple(spans)
        self.noticed = {span.key: span.since for span in spans if span.until is None}
        self.version += 1
