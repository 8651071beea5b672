"""What is kept on the page: as it is now, beside the ledger, and gone when it is taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from ..declaration.things import fields_of, thing_of
from ..domain.kept import Kept, Key
from ..ledger.bearers import ALWAYS, Bearer
from ..ledger.entry import Entry, stamp, storable
from . import tidying
from .store import Beside, Store
from .tables import kept


def read(store: Store) -> list[Kept]:
    """All of it, in the order in which it was written."""
    with store.reading() as connection:
        return [_kept(row) for row in connection.execute(select(kept).order_by(kept.c.entry))]


def _kept(row: Row[Any]) -> Kept:
    """A row as what was kept; whatever another version of this service may have written."""
    thing, readable = None, True
    if row.fields:
        try:
            thing, faults = thing_of(row.kind, json.loads(row.fields))
        except (ValueError, KeyError, RecursionError):
            faults = ()
        readable = thing is not None and not faults
    at = datetime.fromisoformat(row.at)
    return Kept(row.kind, row.id, row.role, thing, row.over, row.by, row.by_created, at, row.entry,
                readable)  # fmt: skip


def saving(each: Kept) -> Beside:
    """What keeps something with the entry that says so, in place of what was kept before."""

    def write(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
        connection.execute(delete(kept).where(_is(each.key)))
        row = {
            "kind": each.kind,
            "id": each.id,
            "role": each.role,
            "fields": json.dumps(fields_of(each.thing)) if each.thing else "",
            "over": each.over,
            "by": storable(each.by),
            "by_created": each.by_created,
            "at": stamp(now),
            "entry": entries[0].number,
        }
        connection.execute(insert(kept), [row])

    return write


def dropping(key: Key) -> Beside:
    """What takes something back with the entry that says so."""

    def write(connection: Connection, _entries: Sequence[Entry], _now: datetime) -> None:
        connection.execute(delete(kept).where(_is(key)))
        tidying.remember(connection)

    return write


def forget(connection: Connection, people: Collection[Bearer]) -> None:
    """Say no more that it was somebody who wrote what is kept; what they wrote is the hub's.

    What has only a name is of the account that has that now.
    """
    made = [{"who": who.made} for who in people if who.made]
    named = [{"who": storable(who.name)} for who in people if who.last == ALWAYS]
    without = update(kept).values(by="", by_created="")
    who: BindParameter[str] = bindparam("who")
    if made:
        connection.execute(without.where(kept.c.by_created == who), made)
    if named:
        unknown = and_(kept.c.by == who, kept.c.by_created == "")
        connection.execute(without.where(unknown), named)


def _is(key: Key) -> ColumnElement[bool]:
    return and_(kept.c.kind == key[0], kept.c.id == key[1])
