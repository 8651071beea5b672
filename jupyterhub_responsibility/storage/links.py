"""Links by which people without an account confirm: good once, for `LASTS`, and kept as digests.

A link itself is nowhere but in the mail: whoever reads the database, a copy of it or a log can't
answer in anybody's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, and_, bindparam, delete, insert, select

from ..domain.model import Person
from ..ledger.entry import Entry, stamp, storable
from . import outbox
from .store import Beside, Store
from .tables import links

LASTS = timedelta(days=7)

WHOSE = ("role", "person", "address")


@dataclass(frozen=True, slots=True)
class Link:
    """Whose a link is: of which role, and the digests of the name and the address."""

    role: str
    person: str
    address: str

    def is_of(self, person: Person) -> bool:
        """Whether it was mailed to somebody, by the name and the address that they have now."""
        return (self.person, self.address) == (digest(person.name), digest(person.email))


def digest(text: str) -> str:
    """Stands for a link, a name or an address, and for no other one."""
    return sha256(storable(text).encode()).hexdigest()


def put(store: Store, token: str, role_id: str, person: Person, now: datetime) -> None:
    """Let a link be good from now on."""
    row = {
        "digest": digest(token),
        "role": role_id,
        "person": digest(person.name),
        "address": digest(person.email),
        "expires": stamp(now + LASTS),
    }
    with store.writing() as connection:
        connection.execute(insert(links), [row])


def find(store: Store, token: str, now: datetime) -> Link | None:
    """Whose a link is; None if it isn't good, for whatever reason.

    It is looked up by its digest: how long that takes tells nothing of those that there are.
    """
    query = select(links.c.role, links.c.person, links.c.address)
    good = (links.c.digest == digest(token)) & (links.c.expires > stamp(now))
    with store.reading() as connection:
        row = connection.execute(query.where(good)).first()
    return Link(*row) if row else None


def ending(role_id: str, name: str) -> Beside:
    """What ends all links of somebody for a role, with the entry by which they are over."""

    def write(connection: Connection, _entries: Sequence[Entry], _now: datetime) -> None:
        theirs = (links.c.role == role_id) & (links.c.person == digest(name))
        connection.execute(delete(links).where(theirs))

    return write


def asking(role_id: str, name: str) -> Beside:
    """What goes with an entry by which somebody is asked: the letter, and an end to older links."""
    end = ending(role_id, name)

    def write(connection: Connection, entries: Sequence[Entry], now: datetime) -> None:
        end(connection, entries, now)
        outbox.put_question(connection, entries, now)

    return write


def keep_only(store: Store, people: Mapping[str, Iterable[Person]]) -> None:
    """End the links of all but these people, by role."""
    theirs = {
        Link(role, digest(each.name), digest(each.email))
        for role in people
        for each in people[role]
    }
    query = select(links.c.role, links.c.person, links.c.address).distinct()
    with store.reading() as connection:
        others = {Link(*row) for row in connection.execute(query)} - theirs
    if others:
        there = and_(*(links.c[name] == bindparam(f"the_{name}") for name in WHOSE))
        gone = [{f"the_{name}": getattr(each, name) for name in WHOSE} for each in others]
        with store.writing() as connection:
            connection.execute(delete(links).where(there), gone)


def tidy(store: Store, now: datetime) -> None:
    """Forget those that are good no more."""
    with store.writing() as connection:
        connection.execute(delete(links).where(links.c.expires <= stamp(now)))


def forget(connection: Connection, names: Iterable[str]) -> None:
    """End all links of people of these names."""
    those = [{"who": digest(name)} for name in names]
    if those:
        connection.execute(delete(links).where(links.c.person == bindparam("who")), those)
