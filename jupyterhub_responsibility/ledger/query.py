"""Which entries somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .kinds import Event


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read; what is empty or None makes no difference.

    `person` is whoever did it or whom it is about; `since` and `until` are moments. Of the
    `events`, what became of them is wanted as well.
    """

    person: str = ""
    role: str = ""
    since: datetime | None = None
    until: datetime | None = None
    events: tuple[Event, ...] = ()
