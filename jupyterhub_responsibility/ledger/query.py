"""Which entries somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read; what is empty or None makes no difference.

    `person` is whoever did it or whom it is about; `since` and `until` are moments.
    """

    person: str = ""
    role: str = ""
    since: datetime | None = None
    until: datetime | None = None
