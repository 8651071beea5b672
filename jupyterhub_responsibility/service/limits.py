"""How much one person may write: enough for any work by hand, too little to do harm."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

MAX_WRITES = 30
WINDOW_SECONDS = 60.0
MAX_NAMES = 50
"""Names in one request; the hub stands still while it adds many."""

MAX_BYTES = 64 * 1024


class Limiter:
    """Counts what each person wrote in the last minute; `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._written: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait(self, who: tuple[str, str]) -> float:
        """Count one write; or the seconds after which there is room for it."""
        now = self._clock()
        for name in [
            name for name, times in self._written.items() if times[-1] <= now - WINDOW_SECONDS
        ]:
            del self._written[name]
        times = self._written[who]
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= MAX_WRITES:
            return times[0] + WINDOW_SECONDS - now
        times.append(now)
        return 0.0
