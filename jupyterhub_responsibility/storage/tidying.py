"""Out of the file as well: what was erased stays there until nobody reads it, and that is kept in
mind over a restart."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete

from . import readings
from .engines import WAIT
from .store import Store
from .tables import readings as table

NAME = "to tidy"
"""Under which name it is kept that something was erased, and may be in the file."""


def remember(connection: Connection) -> None:
    """Keep in mind that something is erased, together with erasing it."""
    readings.put(connection, NAME, secrets.token_hex(8))  # each time another one


def is_due(store: Store) -> bool:
    """Whether something that was erased may be in the file."""
    return bool(readings.load(store, NAME))


def tidy(store: Store, patience: float = WAIT) -> bool:
    """Let nothing that was erased be left in the file; whether that is so now.

    Somebody who reads keeps SQLite from it, after so many seconds of `patience`.
    """
    known = readings.load(store, NAME)
    if not store.tidy(patience):
        return False
    with store.writing() as connection:
        there = (table.c.name == NAME) & (table.c.value == known)
        connection.execute(delete(table).where(there))
    return True
