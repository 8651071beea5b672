"""Which entries somebody wants, and may see, as queries: one for each way to find them, so that
each can use its index. What they find, together and without repetition, is what is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from ..ledger.entry import stamp
from ..ledger.kinds import CONCERNED, ENDINGS, PartName
from ..ledger.query import Wanted
from ..ledger.readers import Reader
from .tables import IS_NAME, entries, parts


def newest(wanted: Wanted, before: int | None, most: int) -> Iterator[Any]:
    """The entries, each query with the newest first, and no more than so many."""
    query = _narrowed(wanted, before, most)
    for way in _by_role(wanted, query):
        yield from _concerning(wanted.person, way)
    for way in _about_reader(wanted, query):
        yield way.where(_concerns(wanted.person)) if wanted.person else way


def newest_deeds(wanted: Wanted, before: int | None, most: int) -> Iterator[Any]:
    """The same for the entries with which deeds began. How the hub writes a name may stand in
    their endings alone."""
    found = [*newest(wanted, before, most)]
    if wanted.person:
        ended = _ended(wanted.person)
        query = _narrowed(wanted, before, most).where(entries.c.number.in_(ended))
        found += [*_by_role(wanted, query), *_about_reader(wanted, query)]
    for query in found:
        yield query.where(entries.c.event.not_in(ENDINGS))


def done_by(name: str, since: datetime, adding: bool) -> tuple[Any, ...]:
    """Conditions for the entries about what an account has done since a moment, each deed once:
    users whom it added, or everything else."""
    added = entries.c.event == "account"
    return (
        added if adding else ~added,
        *_names(entries, "actor", name),
        entries.c.actor_kind == "user",
        entries.c.event.not_in(ENDINGS),
        entries.c.at >= stamp(since),
    )


def _by_role(wanted: Wanted, query: Any) -> Iterator[Any]:
    """Those of the entries that are about roles on which the reader decides."""
    ordered = query.order_by(entries.c.number.desc())
    if wanted.reader is None:
        yield ordered
    elif wanted.role or wanted.person:
        yield ordered.where(entries.c.role.in_(wanted.reader.roles))
    else:
        for role in sorted(wanted.reader.roles):
            yield ordered.where(entries.c.role == role)


def _about_reader(wanted: Wanted, query: Any) -> Iterator[Any]:
    """Those of the entries that are about the reader, or belong to one that is: as
    `readers.may_read` says."""
    reader = wanted.reader
    if reader is None or not reader.name or (wanted.role and wanted.role in reader.roles):
        return
    ordered = query.order_by(entries.c.number.desc())
    began = entries.alias()
    for name in CONCERNED:
        yield _naming(query, name, reader.name).where(*_theirs(reader, name, entries))
        belongs = ordered.where(
            began.c.number == entries.c.intent,
            *_names(began, name, reader.name),
            *_theirs(reader, name, began),
        )
        # every other ending says who did it, as the beginning does
        yield belongs.where(entries.c.event == "settlement") if name == "actor" else belongs
    ended = _ended(reader.name, reader)
    yield ordered.where(entries.c.number.in_(ended))
    yield ordered.where(entries.c.intent.in_(ended))


def _ended(person: str, reader: Reader | None = None) -> Any:
    """The numbers of the entries whose endings are about a person; only about the reader, if that
    is who has the name."""
    ending, named = entries.alias(), parts.alias()
    found = select(ending.c.intent).where(*_names(ending, "person", person, named))
    return found.where(*_theirs(reader, "person", ending)) if reader else found


def _theirs(reader: Reader, name: PartName, entry: Any) -> tuple[Any, ...]:
    """What has to be so for the name of the reader, in this part of an entry, to stand for them: as
    `readers.is_about` says."""
    as_an_account = (
        entry.c.actor_kind == "user"
        if name == "actor"
        else (entry.c.event != "decision") | (entry.c.actor_kind != "service")
    )
    return entry.c.number > reader.after, entry.c.at >= reader.since, as_an_account


def _concerning(person: str, query: Any) -> Iterator[Any]:
    """Those of the entries that concern a person, if only they are wanted."""
    if not person:
        yield query
    for name in CONCERNED if person else ():
        yield _naming(query.order_by(None), name, person)


def _concerns(person: str) -> Any:
    """Whether an entry concerns a person; for entries that were found in another way."""
    named = parts.alias()
    return exists().where(
        named.c.number == entries.c.number, named.c.name.in_(CONCERNED), named.c.text == person
    )


def _naming(query: Any, name: PartName, person: str) -> Any:
    """Those of the entries that name a person so, the newest first."""
    return query.where(*_names(entries, name, person)).order_by(parts.c.number.desc())


def _names(entry: Any, name: PartName, person: str, named: Any = parts) -> tuple[Any, ...]:
    """Conditions for entries that name a person so, by the index of names."""
    return named.c.number == entry.c.number, IS_NAME, named.c.name == name, named.c.text == person


def _narrowed(wanted: Wanted, before: int | None, most: int) -> Any:
    """Entries before one, narrowed down by all but people, and no more than so many."""
    query = select(entries).limit(most)
    if before is not None:
        query = query.where(entries.c.number < before)
    if wanted.role:
        query = query.where(entries.c.role == wanted.role)
    if wanted.since:
        query = query.where(entries.c.at >= stamp(wanted.since))
    if wanted.until:
        query = query.where(entries.c.at < stamp(wanted.until))
    if wanted.events:
        began = entries.alias()
        ended = exists().where(began.c.number == entries.c.intent, began.c.event.in_(wanted.events))
        query = query.where(entries.c.event.in_(wanted.events) | ended)
    return query
