"""Which entries somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .kinds import Event
from .readers import Reader


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read; what is empty or None makes no difference.

    `person` is whoever did it, whom it is about, or who had asked for it; `since` and `until` are
    moments. Of the `events`, what became of them is wanted as well. Where there is a `reader`, only
    what they may see.
    """

    person: str = ""
    role: str = ""
    since: datetime | None = None
    until: datetime | None = None
    events: tuple[Event, ...] = ()
    reader: Reader | None = None
