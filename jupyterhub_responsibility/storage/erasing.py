"""Forgetting people: what is erased goes all at once, with an entry that says so, or not at all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from ..errors import LedgerError
from ..ledger.chain import Taken, listed
from ..ledger.entry import ITSELF, Draft, stamp, storable
from ..ledger.forgetting import ALWAYS, Names, Traces, earlier_names, mentions
from ..ledger.gap_spans import Span
from ..ledger.kinds import TEXTS, ActorKind, PartName
from ..text import counted, visible
from . import channels, outbox
from .spans import span
from .store import Store, add, entries_of
from .tables import IS_NAME, entries, gaps, parts, readings

MANY = 500
"""So many numbers in one statement."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Who erases, and why."""

    actor: str = ""
    kind: ActorKind = "operator"
    because: Literal["asked", "age"] = "asked"


BY_AGE = Eraser(ITSELF, "service", "age")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, or would be: how many parts of entries and gaps, and the entry that says
    so."""

    parts: int
    gaps: int
    entry: int | None = None

    @property
    def says(self) -> str:
        """The same in words."""
        if not self.parts and not self.gaps:
            return "nothing"
        said = counted(self.parts, "part of entries", "parts of entries")
        return f"{said}, and the name in {counted(self.gaps, 'gap', 'gaps')}" if self.gaps else said


def traces(store: Store, name: str) -> Traces:
    """What the ledger has of somebody."""
    with store.reading() as connection:
        return _traces(connection, storable(name))


def gaps_naming(store: Store, names: Names) -> list[Span]:
    """The gaps that are kept and name somebody."""
    with store.reading() as connection:
        return [span(row) for row in connection.execute(select(gaps).where(_names_in_gaps(names)))]


def forgettable(store: Store, name: str) -> Forgotten:
    """What `forget` would erase. Raises LedgerError where it would."""
    found = traces(store, name)
    _check(found, name)
    return there_is(store, found)


def there_is(store: Store, found: Traces) -> Forgotten:
    """How much there is of somebody to erase."""
    return Forgotten(len(found.taken), len(gaps_naming(store, found.names)))


def older(store: Store, before: datetime) -> Forgotten:
    """What `forget_older` would erase."""
    with store.reading() as connection:
        taken = _old_texts(connection, before)
    named = 0
    for name in _last_named(store, before):
        found = traces(store, name)
        if not found.hindrance:
            taken |= found.taken
            named += len(gaps_naming(store, found.names))
    return Forgotten(len(taken), named)


def forget(store: Store, name: str, eraser: Eraser, now: datetime) -> Forgotten:
    """Erase somebody's names, and what they wrote or what was written of them.

    Raises LedgerError where they hold a role, or it isn't known yet whether they do.
    """
    with store.writing() as connection:
        found = _traces(connection, storable(name))
        _check(found, name)
        taken = found.taken
        if not taken:
            return Forgotten(0, _forget_beside(connection, found.names))
        number = _erase(connection, taken, eraser, now, found.endings(now.date()))
        return Forgotten(len(taken), _forget_beside(connection, found.names), number)


def forget_older(store: Store, before: datetime, now: datetime) -> Forgotten:
    """Erase what people wrote before a moment, and everybody of whom nothing was recorded since.

    Who holds a role is kept. Each person is a step of its own: if it ends early, the rest is for
    the next time.
    """
    done = [_forget_texts(store, before, now)]
    done += [
        forget(store, name, BY_AGE, now)
        for name in _last_named(store, before)
        if not traces(store, name).hindrance
    ]
    return Forgotten(sum(each.parts for each in done), sum(each.gaps for each in done))


def _check(found: Traces, name: str) -> None:
    if found.hindrance:
        raise LedgerError(f"{visible(name)} cannot be forgotten. {found.hindrance}")


def _old_texts(connection: Connection, before: datetime) -> Taken:
    old = (
        select(parts.c.number, parts.c.name)
        .join(entries, entries.c.number == parts.c.number)
        .where(parts.c.name.in_(TEXTS), parts.c.erasure.is_(None))
        .where(entries.c.at < stamp(before))
    )
    return {(number, name) for number, name in connection.execute(old)}


def _forget_texts(store: Store, before: datetime, now: datetime) -> Forgotten:
    with store.writing() as connection:
        taken = _old_texts(connection, before)
        if not taken:
            return Forgotten(0, 0)
        return Forgotten(len(taken), 0, _erase(connection, taken, BY_AGE, now))


def _last_named(store: Store, before: datetime) -> list[str]:
    """The accounts that are named in no entry since a moment."""
    named = (
        select(parts.c.text)
        .join(entries, entries.c.number == parts.c.number)
        .where(IS_NAME, parts.c.erasure.is_(None))
        .where(or_(parts.c.name != "actor", entries.c.actor_kind == "user"))
        .group_by(parts.c.text)
        .having(func.max(entries.c.at) < stamp(before))
    )
    with store.reading() as connection:
        return sorted(connection.execute(named).scalars())


def _erase(
    connection: Connection,
    taken: Taken,
    eraser: Eraser,
    now: datetime,
    endings: Iterable[Draft] = (),
) -> int:
    """Take parts away, and say so; the number of the entry that does."""
    drafts = list(endings)
    said = Draft(
        "erasure",
        eraser.actor,
        eraser.kind,
        details={"parts": listed(taken), "because": eraser.because},
    )
    number = add(connection, [*drafts, said], now)[-1].number
    by_name: defaultdict[PartName, list[int]] = defaultdict(list)
    for at, name in sorted(taken):
        by_name[name].append(at)
    for name, numbers in by_name.items():
        for chunk in _chunks(numbers):
            there = (parts.c.name == name) & parts.c.number.in_(chunk)
            connection.execute(
                update(parts).where(there).values(salt=None, text=None, erasure=number)
            )
    return number


def _forget_beside(connection: Connection, names: Names) -> int:
    """Take names out of what is kept beside the ledger; the number of gaps that named them."""
    for name, value in connection.execute(select(readings.c.name, readings.c.value)).all():
        if any(each in value or json.dumps(each)[1:-1] in value for each in names):
            connection.execute(delete(readings).where(readings.c.name == name))
    channels.forget(connection, names)
    outbox.forget(connection, names)
    there = _names_in_gaps(names)
    return connection.execute(update(gaps).where(there).values(person="")).rowcount


def _names_in_gaps(names: Names) -> ColumnElement[bool]:
    return gaps.c.person.in_(names)


def _traces(connection: Connection, name: str) -> Traces:
    names: Names = dict.fromkeys((name, *_typed(connection, name)), ALWAYS)
    renamings = [
        entry
        for entry in entries_of(connection, _naming(connection, None, "was"))
        if entry.facts.get("change") == "renamed"
    ]
    names = earlier_names(names, reversed(renamings))
    texts: Taken = set(_texts(connection, names))
    written = {number for number, _ in texts}
    mine = _linked(connection, _naming(connection, names) | written)
    watched = select(entries.c.number).where(entries.c.event == "observation", ~_has_part("person"))
    mine |= set(connection.execute(watched).scalars())
    found = tuple(entries_of(connection, mine))
    return Traces(names, found, texts)


def _typed(connection: Connection, name: str) -> list[str]:
    """The same name in other letters, where it stands for no account of its own: as somebody
    typed it."""
    spellings = select(parts.c.text).where(IS_NAME, func.lower(parts.c.text) == name.lower())
    found = set(connection.execute(spellings.distinct()).scalars()) - {name}
    return [each for each in found if not _is_an_account(connection, each)]


def _is_an_account(connection: Connection, name: str) -> bool:
    """Whether the hub has called an account so: in a result, or as the one who did something."""
    query = (
        select(parts.c.number)
        .join(entries, entries.c.number == parts.c.number)
        .where(IS_NAME, parts.c.text == name)
        .where(
            or_(
                parts.c.name == "actor",
                entries.c.event == "observation",
                (entries.c.event == "outcome")
                & (
                    entries.c.stated.contains('"result":"done"')
                    | entries.c.stated.contains('"result":"unchanged"')
                ),
            )
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def _naming(connection: Connection, names: Names | None, part: PartName | None = None) -> set[int]:
    """The numbers of the entries that name somebody, or that have a part."""
    query = select(parts.c.number).where(IS_NAME)
    if names is not None:
        query = query.where(parts.c.text.in_(names))
    if part is not None:
        query = query.where(parts.c.name == part)
    return set(connection.execute(query).scalars())


def _linked(connection: Connection, numbers: set[int]) -> set[int]:
    """Entries with those that belong to them: answers to requests, and what became of changes."""
    found = numbers | _answers(connection, numbers)
    for chunk in _chunks(sorted(found)):
        began = select(entries.c.intent).where(entries.c.number.in_(chunk))
        found |= set(connection.execute(began.where(entries.c.intent.is_not(None))).scalars())
    for chunk in _chunks(sorted(found)):
        ended = select(entries.c.number).where(entries.c.intent.in_(chunk))
        found |= set(connection.execute(ended).scalars())
    return found


def _answers(connection: Connection, numbers: set[int]) -> set[int]:
    """Entries that answer a request among others."""
    answers = select(entries.c.number, entries.c.stated).where(
        entries.c.event.in_(("decision", "appointment")),
        entries.c.stated.contains('"request":'),
    )
    return {
        number
        for number, stated in connection.execute(answers)
        if int(json.loads(stated)["request"]) in numbers
    }


def _texts(connection: Connection, names: Names) -> Iterator[tuple[int, PartName]]:
    """Texts that mention somebody by name."""
    query = select(parts.c.number, parts.c.name, parts.c.text).where(parts.c.name.in_(TEXTS))
    for name in names:
        written = query.where(parts.c.text.icontains(name, autoescape=True))
        for number, part, said in connection.execute(written):
            if mentions(said, name):
                yield number, part


def _has_part(name: PartName) -> ColumnElement[bool]:
    return (
        select(parts.c.number)
        .where(parts.c.number == entries.c.number, parts.c.name == name)
        .exists()
    )


def _chunks(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), MANY):
        yield numbers[start : start + MANY]
