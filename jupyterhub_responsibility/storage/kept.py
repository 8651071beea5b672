"""What is kept on the page: as it is now, beside the ledger, and gone when it is taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from ..declaration.things import kept_of, plain_of
from ..domain.kept import Kept, Key
from ..ledger.bearers import Bearer
from ..ledger.entry import Entry, stamp, storable
from . import tidying
from .store import Beside, Store
from .tables import kept


def read(store: Store) -> list[Kept]:
    """All of it, in the order in which it was written."""
    with store.reading() as connection:
        rows = connection.execute(select(kept).order_by(kept.c.entry)).mappings()
        return [kept_of({str(name): value for name, value in row.items()}) for row in rows]


def saving(each: Kept) -> Beside:
    """What keeps something with the entry that says so, in place of what was kept before."""

    def write(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
        if connection.execute(delete(kept).where(_is(each.key))).rowcount:
            tidying.remember(connection)
        row = plain_of(replace(each, number=entries[0].number))
        row |= {"at": stamp(now), "by": storable(each.by)}
        connection.execute(insert(kept), [row])

    return write


def dropping(key: Key) -> Beside:
    """What takes something back with the entry that says so."""

    def write(connection: Connection, _entries: Sequence[Entry], _now: datetime) -> None:
        connection.execute(delete(kept).where(_is(key)))
        tidying.remember(connection)

    return write


def forget(connection: Connection, people: Collection[Bearer]) -> None:
    """Say no more that it was these people who wrote what is kept, as the entries about it have
    it; what they wrote is the hub's."""
    entries = {number for who in people for number, part in who.parts if part == "actor"}
    without = update(kept).where(kept.c.entry == bindparam("number"))
    if entries:
        numbers = [{"number": each} for each in sorted(entries)]
        connection.execute(without.values(by="", by_created=""), numbers)


def _is(key: Key) -> ColumnElement[bool]:
    return and_(kept.c.kind == key[0], kept.c.id == key[1])
