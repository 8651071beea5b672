"""What somebody can do to a ledger who has its database, and means it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, and_, create_engine, delete, make_url, text, update

from jupyterhub_responsibility.storage.tables import entries, head, parts

SWITCH_OFF = {
    "sqlite": [
        "DROP TRIGGER responsibility_no_update",
        "DROP TRIGGER responsibility_no_delete",
        "DROP TRIGGER responsibility_no_replace",
        "DROP TRIGGER responsibility_only_erased",
        "DROP TRIGGER responsibility_no_part_less",
        "DROP TRIGGER responsibility_no_part_more",
    ],
    "postgresql": [
        "ALTER TABLE responsibility_entries DISABLE TRIGGER ALL",
        "ALTER TABLE responsibility_parts DISABLE TRIGGER ALL",
    ],
}

Deed = Callable[[Connection], Any]


def directly(url: str, deed: Deed, *, armed: bool = True) -> None:
    """Do something to the database itself; unless `armed`, its triggers are out of the way."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed)
    try:
        with engine.begin() as connection:
            if not armed:
                for statement in SWITCH_OFF[connection.dialect.name]:
                    connection.execute(text(statement))
            deed(connection)
    finally:
        engine.dispose()


def change(which: int, /, **values: Any) -> Deed:
    """Let an entry say something else."""
    there = entries.c.number == which
    return lambda connection: connection.execute(update(entries).where(there).values(**values))


def change_part(which: int, name: str, /, **values: Any) -> Deed:
    """Let what is outside the chain say something else."""
    there = and_(parts.c.number == which, parts.c.name == name)
    return lambda connection: connection.execute(update(parts).where(there).values(**values))


def remove(*numbers: int) -> Deed:
    """Take entries out."""
    there = entries.c.number.in_(numbers)
    return lambda connection: connection.execute(delete(entries).where(there))


def swap(one: int, two: int) -> Deed:
    """Let two entries change places."""

    def deed(connection: Connection) -> None:
        for old, new in ((one, -1), (two, one), (-1, two)):
            change(old, number=new)(connection)

    return deed


def cut(last: int, digest: str | None = None) -> Deed:
    """Take the end off; with a digest, hide that by moving the recorded end, too."""

    def deed(connection: Connection) -> None:
        connection.execute(delete(entries).where(entries.c.number > last))
        if digest:
            connection.execute(update(head).values(number=last, digest=digest))

    return deed


def forget_the_end(connection: Connection) -> None:
    """Remove the record of where the ledger ends."""
    connection.execute(delete(head))


def execute(*statements: str) -> Deed:
    """Whatever else SQL can do."""

    def deed(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return deed
