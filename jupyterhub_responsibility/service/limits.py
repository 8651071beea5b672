"""How much one person may do: enough for any work by hand, too little to do harm."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, time, timedelta, timezone
from math import ceil

MAX_WRITES = 30
MAX_LOOK_UPS = 60
"""Of accounts, while somebody types; each is a question to the hub."""

WINDOW_SECONDS = 60.0
MAX_NAMES = 50
"""Names in one request; the hub stands still while it adds many."""

MAX_BYTES = 64 * 1024


def seconds_to_midnight(now: datetime) -> int:
    """How long a day still is, by UTC."""
    tomorrow = datetime.combine(now + timedelta(days=1), time(), timezone.utc)
    return ceil((tomorrow - now).total_seconds())


class Limiter:
    """Counts what each person did in the last minute, and lets them do it `most` times.

    `what` are the deeds in words; `clock` is in seconds.
    """

    def __init__(self, clock: Callable[[], float], most: int, what: str) -> None:
        self._clock = clock
        self.most = most
        self.what = what
        self._done: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait(self, who: tuple[str, str]) -> float:
        """Count one deed; or the seconds after which there is room for it."""
        now = self._clock()
        for name in [
            name for name, times in self._done.items() if times[-1] <= now - WINDOW_SECONDS
        ]:
            del self._done[name]
        times = self._done[who]
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self.most:
            return times[0] + WINDOW_SECONDS - now
        times.append(now)
        return 0.0
