"""Gaps over time, kept beside the ledger: each from when it was noticed until it was closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ..ledger.entry import stamp
from ..ledger.gap_spans import KEPT, Key, Span
from .store import Store
from .tables import entries, gaps


def read_spans(store: Store) -> list[Span]:
    """Every gap that is kept, in the order in which they were noticed."""
    with store.reading() as connection:
        return [span(row) for row in connection.execute(select(gaps).order_by(gaps.c.id))]


def note(
    store: Store,
    open_now: Iterable[Key],
    untold: Collection[str],
    now: datetime,
    without: int | None = None,
) -> list[Span]:
    """Note which gaps are open now, and which are closed by that. Returns every gap kept.

    Those of a kind that is `untold` stay open: nobody has looked. Nothing is noted where somebody
    was erased since the erasure `without`, whom they may name.
    """
    with store.writing() as connection:
        if without is None or _last_erasure(connection) <= without:
            _note(connection, set(open_now), untold, now)
    return read_spans(store)


def _note(connection: Connection, wanted: set[Key], untold: Collection[str], now: datetime) -> None:
    rows = connection.execute(select(gaps).where(gaps.c.until.is_(None))).all()
    there = {(row.kind, row.about, row.person): row.id for row in rows}
    closed = [there[key] for key in there.keys() - wanted if key[0] not in untold]
    for number in closed:
        connection.execute(update(gaps).where(gaps.c.id == number).values(until=stamp(now)))
    news = [
        {"kind": kind, "about": about, "person": person, "since": stamp(now)}
        for kind, about, person in sorted(wanted - there.keys())
    ]
    if news:
        connection.execute(insert(gaps), news)
    connection.execute(delete(gaps).where(gaps.c.until < stamp(now - KEPT)))


def _last_erasure(connection: Connection) -> int:
    query = select(func.max(entries.c.number)).where(entries.c.event == "erasure")
    return connection.execute(query).scalar() or 0


def span(row: Any) -> Span:
    """A gap from its row."""
    until = datetime.fromisoformat(row.until) if row.until else None
    return Span((row.kind, row.about, row.person), datetime.fromisoformat(row.since), until)
