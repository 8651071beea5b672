"""Moving house: a whole ledger from one database into an empty other, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from ..errors import LedgerError
from ..ledger.chain import Head
from .store import CHUNK, Store
from .tables import channels, entries, gaps, head, kept, links, muted, outbox, parts, readings

BESIDE = (entries, parts, gaps, channels, outbox, muted, links, kept, readings)
"""What is copied. The head comes after all of them: nothing can be added to entries before it."""


def move(source: Store, target: Store) -> Head:
    """Copy a ledger that only this process has open, with all that is kept beside it.

    Entries, digests and salts stay as they are, letter by letter. Raises LedgerError, and leaves
    the target without a ledger or with an empty one, where the source is not whole, one of them
    is in use, or the target holds something already.
    """
    if source.is_same(target):
        raise LedgerError("Both addresses are of the same database: --from is the old one")
    source.alone()
    _check("The ledger is not moved, for it is not whole", source)
    target.open()
    target.alone()
    with source.at_one_moment() as old, target.writing() as new:
        _check_empty(new)
        for table in BESIDE:
            _copy(table, old, new)
        last = _move_head(old, new)
    _check("The ledger was moved, and is not whole there: don't use it", target)
    return last


def _check(trouble: str, store: Store) -> None:
    if found := store.verify():
        raise LedgerError("\n".join((f"{trouble}. This is what `ledger verify` says:", *found)))


def _check_empty(new: Connection) -> None:
    """Nobody else can write to the ledger from here on: whoever does waits for its head."""
    number = new.execute(select(head.c.number).with_for_update()).scalar()
    rows = sum(new.execute(select(func.count()).select_from(table)).scalar() or 0
               for table in BESIDE)  # fmt: skip
    if number or rows:
        raise LedgerError(
            "There is a ledger in the database to which this one would be moved. Name one that is"
            " empty, or delete what is there, with `jupyterhub-responsibility remove --ledger`"
        )


def _copy(table: Table, old: Connection, new: Connection) -> None:
    for rows in _rows(table, old):
        new.execute(insert(table), rows)


def _rows(table: Table, old: Connection) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table, many at a time, in order. A gap gets another number, which nothing
    refers to: so PostgreSQL knows which one is the next."""
    columns = [column for column in table.c if column is not gaps.c.id]
    query = select(*columns).order_by(*table.primary_key)
    found = old.execute(query.execution_options(yield_per=CHUNK))
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _move_head(old: Connection, new: Connection) -> Head:
    last = old.execute(select(head.c.number, head.c.digest)).one()
    new.execute(head.update().values(number=last.number, digest=last.digest))
    return last.number, last.digest
