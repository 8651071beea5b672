"""Gaps over time: each from when it was noticed until it was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .entry import storable

Key = tuple[str, str, str]
"""What tells gaps apart: kind, what it is about, and the account or person."""

KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Span:
    """A gap, `since` it was noticed and `until` it was seen to be closed; None while open."""

    key: Key
    since: datetime
    until: datetime | None = None


def key_of(kind: str, about: str, person: str) -> Key:
    """The key of a gap, as the database can hold it."""
    return kind, storable(about), storable(person)
