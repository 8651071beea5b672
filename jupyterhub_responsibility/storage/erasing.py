"""Forgetting people: what is erased goes all at once, with an entry that says so, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, select, update

from ..errors import LedgerError
from ..ledger.bearers import ALL, UNKNOWN, Bearer
from ..ledger.chain import Taken, listed
from ..ledger.entry import ITSELF, Draft, stamp, storable
from ..ledger.forgetting import Channel, Traces
from ..ledger.gap_spans import Span
from ..ledger.kinds import ActorKind
from ..text import counted, visible
from . import kept, links, outbox, tidying
from .store import Store, add
from .tables import channels, gaps, parts, readings
from .tracing import Tracer


@dataclass(frozen=True, slots=True)
class Eraser:
    """Who erases, and why."""

    actor: str = ""
    kind: ActorKind = "operator"
    because: Literal["asked", "age"] = "asked"


BY_AGE = Eraser(ITSELF, "service", "age")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, or would be: how many parts of entries, gaps, and `channels` by which to
    reach them, and the entry that says so. It may still be `in_file`, for as long as somebody reads
    that. The name stood for so many `accounts`: when each was made."""

    parts: int
    gaps: int
    entry: int | None = None
    in_file: bool = False
    accounts: tuple[str, ...] = ()
    channels: int = 0

    def __add__(self, other: Forgotten) -> Forgotten:
        channels = self.channels + other.channels
        return Forgotten(self.parts + other.parts, self.gaps + other.gaps, channels=channels)

    @property
    def says(self) -> str:
        """The same in words."""
        said = [
            counted(self.parts, "part of entries", "parts of entries") if self.parts else "",
            f"the name in {counted(self.gaps, 'gap', 'gaps')}" if self.gaps else "",
            counted(self.channels, "way", "ways") + " to reach them" if self.channels else "",
        ]
        return ", and ".join(filter(None, said)) or "nothing"


NOTHING = Forgotten(0, 0)


@dataclass(frozen=True, slots=True)
class Lot:
    """What one erasure takes away: parts of entries, with the entries that say what ends by that,
    and the gaps, channels and names of the same person; `people` are the accounts of them."""

    parts: Taken
    endings: Sequence[Draft] = ()
    gaps: Sequence[Span] = ()
    channels: Sequence[Channel] = ()
    names: Iterable[str] = ()
    people: Sequence[Bearer] = ()


def traces(store: Store, name: str, made: str = ALL) -> Traces:
    """What the ledger has of somebody: of the account of that name that was made at some moment, or
    of all. Raises LedgerError where it isn't clear which is meant."""
    with store.reading() as connection:
        return Tracer(connection).of(storable(name), made)


def forgettable(store: Store, name: str, made: str = ALL) -> Forgotten:
    """What `forget` would erase. Raises LedgerError where it would."""
    found = traces(store, name, made)
    _check(found, name)
    return there_is(found)


def there_is(found: Traces) -> Forgotten:
    """How much there is of somebody to erase."""
    accounts = tuple(each.made or UNKNOWN for each in found.accounts)
    there = len(found.channels)
    return Forgotten(len(found.taken), len(found.gaps), accounts=accounts, channels=there)


def forget(store: Store, name: str, eraser: Eraser, now: datetime, made: str = ALL) -> Forgotten:
    """Erase somebody's names, and what they wrote or what was written of them.

    Raises LedgerError where they hold a role, or it isn't known yet whether they do, or which
    account is meant.
    """
    with store.writing() as connection:
        found = Tracer(connection).of(storable(name), made)
        _check(found, name)
        return erase(connection, [lot_of(found, now)], eraser, now)[0]


def lot_of(found: Traces, now: datetime) -> Lot:
    """What has to go for somebody to be forgotten."""
    endings = found.endings(now.date()) if found.taken else ()
    return Lot(found.taken, endings, found.gaps, found.channels, found.names, found.bearers)


def _check(found: Traces, name: str) -> None:
    if found.hindrance:
        raise LedgerError(f"{visible(name)} cannot be forgotten. {found.hindrance}")


def erase(
    connection: Connection, lots: Sequence[Lot], eraser: Eraser, now: datetime
) -> list[Forgotten]:
    """Take parts away, each lot with an entry of its own that says so: that tells one person who
    was erased from another."""
    lots = _apart(lots)
    drafts = [draft for lot in lots for draft in _drafts(lot, eraser)]
    said = add(connection, drafts, now) if drafts else []
    erasures = iter([entry.number for entry in said if entry.event == "erasure"])
    numbers = [next(erasures) if lot.parts else None for lot in lots]
    gone = [
        {"at": at, "part": name, "by": number}
        for lot, number in zip(lots, numbers, strict=True)
        for at, name in sorted(lot.parts)
    ]
    if gone:
        there = (parts.c.number == bindparam("at")) & (parts.c.name == bindparam("part"))
        without = update(parts).where(there).values(salt=None, text=None, erasure=bindparam("by"))
        connection.execute(without, gone)
    _forget_gaps(connection, [gap for lot in lots for gap in lot.gaps])
    _forget_channels(connection, [each for lot in lots for each in lot.channels])
    people = [each for lot in lots for each in lot.people]
    outbox.forget(connection, people)
    kept.forget(connection, people)
    names = {name for lot in lots for name in lot.names}
    links.forget(connection, names)
    read = _forget_readings(connection, names)
    if read or any(lot.parts or lot.gaps or lot.channels for lot in lots):
        tidying.remember(connection)
    return [
        Forgotten(len(lot.parts), len(lot.gaps), number, channels=len(lot.channels))
        for lot, number in zip(lots, numbers, strict=True)
    ]


def _apart(lots: Iterable[Lot]) -> list[Lot]:
    """Each part and gap in the first lot that has it: nothing can be erased twice."""
    seen: Taken = set()
    seen_gaps: set[Span] = set()
    found = []
    for lot in lots:
        new = [gap for gap in lot.gaps if gap not in seen_gaps]
        found.append(Lot(lot.parts - seen, lot.endings, new, lot.channels, lot.names, lot.people))
        seen |= lot.parts
        seen_gaps.update(new)
    return found


def _drafts(lot: Lot, eraser: Eraser) -> list[Draft]:
    if not lot.parts:
        return []
    said = Draft(
        "erasure",
        eraser.actor,
        eraser.kind,
        details={"parts": listed(lot.parts), "because": eraser.because},
    )
    return [*lot.endings, said]


def _forget_gaps(connection: Connection, named: Sequence[Span]) -> None:
    if named:
        there = (
            (gaps.c.kind == bindparam("of_kind"))
            & (gaps.c.about == bindparam("on"))
            & (gaps.c.person == bindparam("who"))
            & (gaps.c.since == bindparam("from_then"))
        )
        connection.execute(
            update(gaps).where(there).values(person=""),
            [
                {"of_kind": kind, "on": about, "who": person, "from_then": stamp(gap.since)}
                for gap in named
                for kind, about, person in [gap.key]
            ],
        )


def _forget_channels(connection: Connection, said: Sequence[Channel]) -> None:
    if said:
        there = (
            (channels.c.account == bindparam("who"))
            & (channels.c.created == bindparam("when"))
            & (channels.c.name == bindparam("which"))
        )
        connection.execute(
            delete(channels).where(there),
            [{"who": each.account, "when": each.created, "which": each.name} for each in said],
        )


def _forget_readings(connection: Connection, names: Iterable[str]) -> bool:
    """What was read of accounts is read anew, where it has one of these names; whether it had."""
    spelt = {json.dumps(name, ensure_ascii=each) for name in names for each in (True, False)}
    rows = connection.execute(select(readings.c.name, readings.c.value)).all()
    having = [name for name, value in rows if any(each in value for each in spelt)]
    if having:
        connection.execute(delete(readings).where(readings.c.name.in_(having)))
    return bool(having)
