"""What somebody can do to a ledger who has its database, and means it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    create_engine,
    delete,
    insert,
    make_url,
    select,
    text,
    update,
)

from jupyterhub_responsibility.ledger.chain import digest
from jupyterhub_responsibility.ledger.entry import Entry
from jupyterhub_responsibility.storage import guards
from jupyterhub_responsibility.storage.tables import entries, head, parts

SWITCHED = {
    "off": [
        "ALTER TABLE responsibility_entries DISABLE TRIGGER ALL",
        "ALTER TABLE responsibility_parts DISABLE TRIGGER ALL",
    ],
    "on": [
        "ALTER TABLE responsibility_entries ENABLE TRIGGER ALL",
        "ALTER TABLE responsibility_parts ENABLE TRIGGER ALL",
    ],
}
"""PostgreSQL can switch triggers off and on; SQLite can only drop and make them."""

Deed = Callable[[Connection], Any]


def directly(url: str, deed: Deed, *, armed: bool = True) -> None:
    """Do something to the database itself; unless `armed`, its triggers are out of the way, and
    back again after it, as if nothing had been."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed)
    try:
        with engine.begin() as connection:
            if not armed:
                disarm(connection)
            deed(connection)
            if not armed:
                arm(connection)
    finally:
        engine.dispose()


def disarm(connection: Connection) -> None:
    """Get the triggers out of the way."""
    sqlite = [f"DROP TRIGGER {name}" for name in guards.SQLITE]
    execute(*(sqlite if connection.dialect.name == "sqlite" else SWITCHED["off"]))(connection)


def arm(connection: Connection) -> None:
    """Put them back."""
    sqlite = guards.statements("sqlite")
    execute(*(sqlite if connection.dialect.name == "sqlite" else SWITCHED["on"]))(connection)


def change(which: int, /, **values: Any) -> Deed:
    """Let an entry say something else."""
    there = entries.c.number == which
    return lambda connection: connection.execute(update(entries).where(there).values(**values))


def change_part(which: int, name: str, /, **values: Any) -> Deed:
    """Let what is outside the chain say something else."""
    there = and_(parts.c.number == which, parts.c.name == name)
    return lambda connection: connection.execute(update(parts).where(there).values(**values))


def add_part(number: Any, name: str = "person") -> Deed:
    """Put a part there, whether or not there is such an entry."""
    values = {"number": number, "name": name, "salt": "0" * 32, "text": "mallory"}
    return lambda connection: connection.execute(insert(parts).values(values))


def remove_part(number: Any) -> Deed:
    """Take parts out."""
    return lambda connection: connection.execute(delete(parts).where(parts.c.number == number))


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
    """Take the end off; with a digest, hide that by taking its parts, too, and moving the recorded
    end."""

    def deed(connection: Connection) -> None:
        connection.execute(delete(entries).where(entries.c.number > last))
        if digest:
            connection.execute(delete(parts).where(parts.c.number > last))
            connection.execute(update(head).values(number=last, digest=digest))

    return deed


def rewrite(which: int, /, **values: Any) -> Deed:
    """Let an entry say something else, and write the chain anew from there, up to its end."""

    def deed(connection: Connection) -> None:
        rows = connection.execute(
            select(entries).where(entries.c.number >= which).order_by(entries.c.number)
        )
        previous = None
        for row in rows.all():
            entry = Entry(**row._mapping)
            entry = replace(entry, **values) if entry.number == which else entry
            entry = replace(entry, previous=previous or entry.previous)
            previous = digest(entry)
            new = {name: getattr(entry, name) for name in row._mapping}
            change(entry.number, **new | {"digest": previous})(connection)
        connection.execute(update(head).values(digest=previous))

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
