"""How far long readings of the hub have come, kept beside the ledger for the next start."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from .store import Store
from .tables import readings


def load(store: Store, name: str) -> str:
    """What was kept under a name; empty if nothing was."""
    with store.reading() as connection:
        query = select(readings.c.value).where(readings.c.name == name)
        return connection.execute(query).scalar() or ""


def everything(store: Store) -> dict[str, str]:
    """All that was kept, by name."""
    with store.reading() as connection:
        query = select(readings.c.name, readings.c.value).order_by(readings.c.name)
        return {row.name: row.value for row in connection.execute(query)}


def save(store: Store, name: str, value: str) -> None:
    """Keep something under a name, in place of what was there."""
    with store.writing() as connection:
        put(connection, name, value)


def put(connection: Connection, name: str, value: str) -> None:
    """The same, together with something else."""
    connection.execute(delete(readings).where(readings.c.name == name))
    connection.execute(insert(readings).values(name=name, value=value))
