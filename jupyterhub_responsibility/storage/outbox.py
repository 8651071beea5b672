"""What is to be sent: written with the entry that causes it, claimed before it is sent, and noted.

A letter is one message, or the digest of a day; it has the same id however often it is sent. Who
claims one has it for `LEASE`: until then nobody else sends it; after that, they have died over it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from ..coverage.snapshot import Snapshot
from ..domain.messages import MESSAGES, Message, MessageName, Recipient, To, TransportName
from ..ledger.bearers import ALWAYS, Bearer
from ..ledger.deeds import Deed
from ..ledger.entry import Entry, stamp, storable
from ..messages.recipients import identifier, of_entries
from .store import Beside, Store, entries_of
from .tables import channels, head, muted, outbox

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than any transport may take."""

SILENT = timedelta(days=1)
"""What could not be sent for so long is said to be so."""

NEVER_TRIED = timedelta(days=2)
"""The same, where nobody has tried: what waits for the digest may wait a day before that."""

KEPT = timedelta(days=7)
"""For how long it is kept that an entry was told of."""

REMEMBERED = timedelta(days=400)
"""For how long it is kept that something else was: it would be said again."""

NO_ACCOUNT: frozenset[To] = frozenset({"community", "manager"})
"""Who is told and has no account: the address is not in the database."""

HOPELESS = timedelta(days=3)
"""What was not taken for so long, while others were, is not tried again: its address is none."""

WAITING, SENT, DROPPED, GIVEN_UP = "", "sent", "dropped", "given up"

QUESTION = "question"
"""The kind of what asks somebody without an account: no message, which could be turned off."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that this process, and no other, may send now.

    `address` is where to, for a single person; empty where they want it no more, and for those who
    have no account. `attempts` are
    those that were made, this one included. Who hasn't begun by `begin_before` sends it no more.
    `since` is when the last of the messages was written down.
    A letter that asks somebody without an account has the `question`, the entry that they are asked
    by, and no message: whoever sends it knows the address.
    """

    letter: str
    messages: tuple[Message, ...]
    address: str
    deeds: Mapping[int, Deed]
    attempts: int
    begin_before: datetime
    since: datetime
    question: Entry | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How many messages wait, by transport, and since when some of them should have been sent;
    and where one was tried, and not taken."""

    waiting: Mapping[TransportName, int] = field(default_factory=dict)
    stuck: Mapping[TransportName, datetime] = field(default_factory=dict)
    refused: frozenset[TransportName] = frozenset()


def put(connection: Connection, messages: Iterable[Message], now: datetime) -> int:
    """Write down what is to be sent, of what isn't there yet, for those who can be reached and
    haven't turned it off; how many that are."""
    wanted = {each.id: each for each in messages if _wanted(connection, each)}
    there = select(outbox.c.id).where(outbox.c.id.in_(wanted))
    known = set(connection.execute(there).scalars()) if wanted else set()
    rows = [_row(each, now) for key, each in wanted.items() if key not in known]
    if rows:
        connection.execute(insert(outbox), rows)
    return len(rows)


def beside(snapshot: Snapshot, transports: frozenset[TransportName]) -> Beside:
    """What writes down who is told of entries, by what is known before them."""

    def write(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
        try:
            told = of_entries(entries, snapshot)
        except Exception:  # a fault of ours must not keep anybody from changing anything
            log.exception("It could not be found out whom to tell of an entry")
            return
        put(connection, [each for each in told if each.transport in transports], now)

    return write


def put_all(store: Store, messages: Sequence[Message], now: datetime) -> int:
    """The same for what no entry causes."""
    with store.writing() as connection:
        return put(connection, messages, now)


def put_question(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
    """Write down that somebody without an account is to be asked, with the entry that says so.

    Whom, is in the entry alone, from which it can be erased.
    """
    (entry,) = entries
    letter = str(identifier(QUESTION, entry.digest))
    row = {
        "id": letter,
        "kind": QUESTION,
        "audience": "person",
        "account": "",
        "created": "",
        "transport": "mail",
        "role": entry.role,
        "entry": entry.number,
        "day": "",
        "letter": letter,
        **_waiting(now),
    }
    connection.execute(insert(outbox), [row])


def claim(store: Store, transport: TransportName, now: datetime) -> Claim | None:
    """The letter that has been due for longest, unless there is none, or another process was
    faster."""
    free = and_(outbox.c.became == WAITING, outbox.c.claimed < stamp(now))
    due = and_(outbox.c.transport == transport, outbox.c.due <= stamp(now))
    with store.reading() as connection:  # mostly there is nothing, and nobody has to wait for that
        if connection.execute(select(outbox.c.id).where(free, due).limit(1)).first() is None:
            return None
    with store.writing() as connection:
        _collect(connection, transport, now)
        next_one = select(outbox.c.letter).where(free, due, outbox.c.letter.is_not(None))
        order = next_one.order_by(outbox.c.due, outbox.c.at, outbox.c.id).limit(1)
        letter = connection.execute(order).scalar()
        if letter is None:
            return None
        theirs = update(outbox).where(outbox.c.letter == letter, free)
        mine = theirs.values(claimed=stamp(now + LEASE), attempts=outbox.c.attempts + 1)
        if not connection.execute(mine).rowcount:
            return None
        return _claimed(connection, letter, now + LEASE / 2)


def note_sent(store: Store, letter: str) -> None:
    """Note that a letter was taken by its transport."""
    _note(store, letter, became=SENT)


def drop(store: Store, letter: str) -> None:
    """Note that a letter is wanted no more."""
    _note(store, letter, became=DROPPED)


def put_off(store: Store, claim: Claim, until: datetime, *, tried: bool = True) -> None:
    """Note that a letter was not taken, or not even tried: it is tried again."""
    _note(store, claim.letter, due=stamp(until), attempts=claim.attempts - (not tried))


def release(store: Store) -> None:
    """Let go of what a process claimed that is there no more: SQLite has one at a time."""
    if store.sqlite:
        with store.writing() as connection:
            connection.execute(update(outbox).values(claimed=""))


def figures(store: Store, now: datetime) -> Figures:
    """What waits."""
    tried = and_(outbox.c.attempts > 0, outbox.c.at < stamp(now - SILENT))
    late = or_(tried, outbox.c.at < stamp(now - NEVER_TRIED))
    by_transport = select(outbox.c.transport).where(outbox.c.became == WAITING)
    counts = by_transport.add_columns(func.count()).group_by(outbox.c.transport)
    since = by_transport.add_columns(func.min(outbox.c.at)).where(late)
    refused = by_transport.where(outbox.c.attempts > 0, outbox.c.claimed == "").distinct()
    with store.reading() as connection:
        waiting = connection.execute(counts).all()
        stuck = connection.execute(since.group_by(outbox.c.transport)).all()
        names = connection.execute(refused).scalars().all()
    return Figures(
        {name: number for name, number in waiting},  # noqa: C416  # rows are no pairs to mypy
        {name: datetime.fromisoformat(at) + SILENT for name, at in stuck},
        frozenset(names),
    )


def tidy(store: Store, now: datetime) -> None:
    """Forget what was sent long enough ago."""
    done = outbox.c.became != WAITING
    entry = and_(outbox.c.entry.is_not(None), outbox.c.at < stamp(now - KEPT))
    with store.writing() as connection:
        old = or_(entry, outbox.c.at < stamp(now - REMEMBERED))
        connection.execute(delete(outbox).where(done, old))


def give_up(store: Store, now: datetime) -> int:
    """Try no more what nobody will take: mail to somebody, while later mail to others was sent. How
    many letters that are."""
    later = outbox.alias()
    others = select(later.c.id).where(
        later.c.transport == "mail", later.c.became == SENT, later.c.at > outbox.c.at
    )
    hopeless = and_(
        outbox.c.transport == "mail",
        outbox.c.became == WAITING,
        outbox.c.attempts > 0,
        outbox.c.at < stamp(now - HOPELESS),
        others.exists(),
    )
    with store.writing() as connection:
        done = connection.execute(update(outbox).where(hopeless).values(became=GIVEN_UP))
        return done.rowcount


def not_taken(store: Store, recipient: Recipient) -> datetime | None:
    """Since when mail to somebody has not been taken; None where the last one was."""
    theirs = and_(is_of(outbox, recipient), outbox.c.transport == "mail")
    tried = and_(outbox.c.became.in_((WAITING, GIVEN_UP)), outbox.c.attempts > 0)
    last = select(func.max(outbox.c.at)).where(theirs, outbox.c.became == SENT)
    refused = and_(theirs, tried, outbox.c.at > func.coalesce(last.scalar_subquery(), ""))
    with store.reading() as connection:
        at = connection.execute(select(func.min(outbox.c.at)).where(refused)).scalar()
    return datetime.fromisoformat(at) if at else None


def read_muted(store: Store) -> dict[str, frozenset[MessageName]]:
    """The kinds of messages that people have turned off, by `Recipient.key`."""
    found: defaultdict[str, set[MessageName]] = defaultdict(set)
    with store.reading() as connection:
        for account, created, kind in connection.execute(select(muted)):
            found[Recipient(account, created).key].add(kind)
    return {key: frozenset(kinds) for key, kinds in found.items()}


def mute(store: Store, recipient: Recipient, kinds: Iterable[MessageName]) -> None:
    """Keep which kinds somebody has turned off, in place of those of before."""
    account = {"account": storable(recipient.account), "created": recipient.created}
    rows = [{**account, "kind": kind} for kind in kinds]
    with store.writing() as connection:
        connection.execute(delete(muted).where(is_of(muted, recipient)))
        if rows:
            connection.execute(insert(muted), rows)


def forget(connection: Connection, people: Collection[Bearer]) -> None:
    """Erase everything that is to be sent to somebody, or was, and what they turned off.

    What has only a name is of the account that has that now; so is everything of that name, where
    it isn't known when the account was made.
    """
    now = [who for who in people if who.last == ALWAYS]
    made = [{"who": who.made} for who in people if who.made]
    known = [{"who": storable(who.name)} for who in now if who.made]
    unknown = [{"who": storable(who.name)} for who in now if not who.made]
    for table in (outbox, muted):
        named = table.c.account == bindparam("who")
        for theirs, whose in (
            (table.c.created == bindparam("who"), made),
            (and_(named, table.c.created == ""), known),
            (named, unknown),
        ):
            if whose:
                connection.execute(delete(table).where(theirs), whose)


def is_of(table: Table, recipient: Recipient) -> ColumnElement[bool]:
    """The rows of an account, as `channels.of_accounts` finds them: by when it was made, or by its
    name alone where that isn't known."""
    if recipient.created:
        return table.c.created == recipient.created
    return and_(table.c.created == "", table.c.account == storable(recipient.account))


def _row(message: Message, now: datetime) -> dict[str, Any]:
    urgent = MESSAGES[message.kind].urgent
    return {
        "id": message.id,
        "kind": message.kind,
        "audience": message.to,
        "account": storable(message.recipient.account),
        "created": message.recipient.created,
        "transport": message.transport,
        "role": message.role,
        "entry": message.entry,
        "day": message.day,
        "letter": message.id if urgent else None,
        **_waiting(now),
    }


def _waiting(now: datetime) -> dict[str, Any]:
    """How a row begins."""
    at = stamp(now)
    return {"at": at, "due": at, "attempts": 0, "claimed": "", "became": WAITING}


def _message(row: Any) -> Message:
    recipient = Recipient(row.account, row.created)
    return Message(row.id, row.kind, row.audience, recipient, row.role, row.entry, row.day)


def _wanted(connection: Connection, message: Message) -> bool:
    return message.to in NO_ACCOUNT or bool(_address(connection, message))


def _address(connection: Connection, message: Message) -> str:
    """The mail address that somebody gave; empty where they gave none, or want no such message."""
    who = message.recipient
    off = select(muted.c.kind).where(is_of(muted, who), muted.c.kind == message.kind)
    given = select(channels.c.text).where(is_of(channels, who), channels.c.name == "email")
    return connection.execute(given.where(~off.exists()).limit(1)).scalar() or ""


def _collect(connection: Connection, transport: TransportName, now: datetime) -> None:
    """Make one letter of what waits for the digest, unless there was one today."""
    loose = and_(
        outbox.c.letter.is_(None), outbox.c.became == WAITING, outbox.c.transport == transport
    )
    recipients = select(outbox.c.account, outbox.c.created).where(loose).distinct()
    found = connection.execute(recipients).all()
    if not found:
        return
    connection.execute(select(head.c.number).with_for_update())  # one process at a time
    for account, created in found:
        key = Recipient(account, created).key
        letter = str(identifier("digest", transport, key, stamp(now)[:10]))
        today = select(outbox.c.id).where(outbox.c.letter == letter).limit(1)
        if connection.execute(today).first() is None:
            theirs = and_(outbox.c.account == account, outbox.c.created == created)
            connection.execute(update(outbox).where(loose, theirs).values(letter=letter))


def _claimed(connection: Connection, letter: str, begin_before: datetime) -> Claim:
    query = select(outbox).where(outbox.c.letter == letter, outbox.c.became == WAITING)
    rows = connection.execute(query.order_by(outbox.c.at, outbox.c.id)).all()
    if rows[0].kind == QUESTION:
        (asking,) = entries_of(connection, [rows[0].entry])
        return Claim(letter, (), "", {}, rows[0].attempts, begin_before, asking.moment, asking)
    messages = tuple(map(_message, rows))
    addresses = {each.id: _address(connection, each) for each in messages}
    wanted = tuple(m for m in messages if m.to in NO_ACCOUNT or addresses[m.id])
    address = next(filter(None, addresses.values()), "")
    numbers = {each.entry for each in wanted if each.entry}
    found = _deeds(connection, numbers)
    since = datetime.fromisoformat(rows[-1].at)
    return Claim(letter, wanted, address, found, rows[0].attempts, begin_before, since)


def _deeds(connection: Connection, numbers: set[int]) -> dict[int, Deed]:
    """What was done, by the entries that say what became of it."""
    found = entries_of(connection, numbers)
    intents = {each.intent for each in found if each.intent}
    began = {each.number: each for each in entries_of(connection, intents)}
    return {
        each.number: Deed(began[each.intent], (each,)) if each.intent else Deed(each)
        for each in found
    }


def _note(store: Store, letter: str, **values: str | int) -> None:
    with store.writing() as connection:
        theirs = update(outbox).where(outbox.c.letter == letter, outbox.c.became == WAITING)
        connection.execute(theirs.values(claimed="", **values))
