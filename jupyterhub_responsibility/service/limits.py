"""How much one person may do: enough for any work by hand, too little to do harm."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from datetime import datetime, time, timedelta, timezone
from math import ceil

MAX_WRITES = 30
MAX_LOOK_UPS = 60
"""Of accounts, while somebody types; each is a question to the hub."""

WINDOW_SECONDS = 60.0
MAX_NAMES = 50
"""Names in one request; the hub stands still while it adds many."""

WRONG_LINKS = 10
"""Wrong links that may be tried from one address; people have one, and follow it."""

ALL_WRONG_LINKS = 200
"""The same from all addresses together."""

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


class Guesses:
    """Counts the wrong links of the last minute. `clock` is in seconds.

    From an address that had too many, none is tried, be it right or wrong. Once all together had
    too many, the same holds for everybody who had one, and for nobody else: people are not kept out
    by what others guess. `tried` is what came of all links: `good`, `wrong` or `refused`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque(maxlen=10 * ALL_WRONG_LINKS)
        self.tried: Counter[str] = Counter()

    def wait(self, address: str) -> float:
        """The seconds after which a link is tried that comes from there; 0, if it is now."""
        now = self._clock()
        while self._wrong and self._wrong[0][0] <= now - WINDOW_SECONDS:
            self._wrong.popleft()
        theirs = [at for at, where in self._wrong if where == address]
        if len(theirs) >= WRONG_LINKS:
            wait = theirs[-WRONG_LINKS] + WINDOW_SECONDS - now
        elif theirs and len(self._wrong) >= ALL_WRONG_LINKS:
            wait = theirs[-1] + WINDOW_SECONDS - now
        else:
            return 0.0
        self.tried["refused"] += 1
        return wait

    def note(self, address: str, good: bool) -> None:
        """Count a link that was tried."""
        self.tried["good" if good else "wrong"] += 1
        if not good:
            self._wrong.append((self._clock(), address))
