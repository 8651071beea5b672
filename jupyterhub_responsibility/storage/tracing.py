"""Finding what the ledger has of people: of one, or of many at once, for hardly more."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, or_, select

from ..ledger.bearers import ALL, ALWAYS, Bearer, bearers, is_renaming, meant
from ..ledger.chain import Taken
from ..ledger.confirmed import BY_PEOPLE
from ..ledger.entry import Entry, stamp
from ..ledger.forgetting import Channel, Traces
from ..ledger.gap_spans import Span
from ..ledger.kinds import TEXTS, PartName
from ..ledger.mentions import Named, folded
from .spans import span
from .store import entries_of
from .tables import IS_NAME, channels, entries, gaps, parts

MANY = 500
"""So many values in one statement."""

Texts = Mapping[str, Taken]
"""Name → the texts in which it is written."""


WITHOUT_ACCOUNT = or_(
    parts.c.name == "named",
    (parts.c.name == "actor") & (entries.c.actor_kind == BY_PEOPLE),
    (parts.c.name == "title") & entries.c.stated.contains('"kind":"person"'),
)
"""Whether a part names somebody without an account."""


class Spellings:
    """The names in the ledger: which of them is another in other letters, as somebody typed it."""

    def __init__(self, connection: Connection) -> None:
        self._alike: defaultdict[str, list[str]] = defaultdict(list)
        for name in connection.execute(select(parts.c.text).where(IS_NAME).distinct()).scalars():
            if name:
                self._alike[folded(name)].append(name)
        several = [each for alike in self._alike.values() if len(alike) > 1 for each in alike]
        self._typed = set(several) - _accounts(connection, several)

    def of(self, name: str) -> list[str]:
        """The other spellings of a name that stand for no account of their own."""
        return [each for each in self._alike[folded(name)] if each != name and self.is_typed(each)]

    def is_typed(self, name: str) -> bool:
        """Whether a name is only another's, in other letters."""
        return name in self._typed


class Answers:
    """Which entries answer which request."""

    def __init__(self) -> None:
        self._to: defaultdict[int, set[int]] = defaultdict(set)
        self._read = 0
        """The last answer that was read."""

    def read(self, connection: Connection) -> None:
        """Read those that were not read yet."""
        query = select(entries.c.number, entries.c.stated).where(
            entries.c.number > self._read,
            entries.c.event.in_(("decision", "appointment")),
            entries.c.stated.contains('"request":'),
        )
        for number, stated in connection.execute(query.order_by(entries.c.number)).all():
            self._to[int(json.loads(stated)["request"])].add(number)
            self._read = number

    def to(self, numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Each request among some entries, with each entry that answers it."""
        for number in numbers:
            for answer in self._to.get(number, ()):
                yield number, answer


class Tracer:
    """Finds what there is of people; what has been read for one need not be for the next.

    `spellings` and `answers` may be those of an earlier one, of the same ledger.
    """

    def __init__(
        self,
        connection: Connection,
        spellings: Spellings | None = None,
        answers: Answers | None = None,
    ) -> None:
        self._connection = connection
        self._spellings = spellings or Spellings(connection)
        self._answers = answers or Answers()
        self._entries: dict[int, Entry] = {}
        self._bearers: dict[str, list[Bearer]] = {}

    def of(self, name: str, made: str = ALL) -> Traces:
        """What there is of one person: of the account that was made at that moment, or of all that
        had the name. Raises LedgerError where it isn't clear which is meant."""
        self._read_names([name])
        wanted = self._account(name, made)
        named = Named({each for bearer in wanted for each in self._all(bearer.name)})
        texts, _ = mentions_in(self._connection, named)
        return self._traces([(name, wanted)], texts, made == ALL)[0]

    def of_each(self, names: Collection[str], texts: Texts) -> list[Traces]:
        """The same of many; what mentions them has been found already."""
        self._read_names(names)
        return self._traces([(name, self._account(name)) for name in names], texts)

    def _all(self, name: str) -> list[str]:
        """A name with its other spellings."""
        return [name, *self._spellings.of(name)]

    def _read_names(self, names: Iterable[str]) -> None:
        """Find out whom these names mean, and those that the same accounts had or have."""
        new = set(names) - self._bearers.keys()
        while new:
            new = self._read(new) - self._bearers.keys()

    def _read(self, names: set[str]) -> set[str]:
        """Find out whom some names mean; the names that go with them."""
        spelt = {spelling: name for name in names for spelling in self._all(name)}
        naming: defaultdict[str, set[int]] = defaultdict(set)
        for chunk in chunks(spelt):
            query = select(parts.c.text, parts.c.number).where(IS_NAME, parts.c.text.in_(chunk))
            for spelling, number in self._connection.execute(query):
                naming[spelt[spelling]].add(number)
        self._read_entries({number for numbers in naming.values() for number in numbers})
        others = set()
        for name in names:
            read = [self._entries[number] for number in sorted(naming[name])]
            self._bearers[name] = bearers(name, self._all(name), read) or [Bearer(name)]
            others |= {each for entry in filter(is_renaming, read) for each in _two(entry)}
        return others

    def _account(self, name: str, made: str = ALL) -> list[Bearer]:
        """An account by each name that it has had, the one that is asked for first."""
        found: list[Bearer] = []
        next_ones = meant(self._bearers[name], made)
        while next_ones:
            found += next_ones
            known = (each for bearer in next_ones for each in self._renamed(bearer))
            next_ones = [each for each in dict.fromkeys(known) if each not in found]
        return found

    def _renamed(self, bearer: Bearer) -> Iterator[Bearer]:
        """The same account by the name that it had before, and by the next one."""
        for number, part in bearer.parts:
            if part in ("person", "was") and is_renaming(self._entries[number]):
                other: PartName = "was" if part == "person" else "person"
                there = self._entries[number].parts.get(other)
                for each in self._bearers.get(there.text or "", ()) if there else ():
                    if (number, other) in each.parts:
                        yield each

    def _traces(
        self, people: list[tuple[str, list[Bearer]]], texts: Texts, by_name: bool = True
    ) -> list[Traces]:
        """Of people without an account nothing but the name is known: they are meant `by_name`."""
        mine = {number for _, found in people for each in found for number, _ in each.parts}
        names = {name for _, found in people for each in found for name in self._all(each.name)}
        written = {number for name in names for number, _ in texts.get(name, ())}
        self._answers.read(self._connection)
        called = {each for name, _ in people for each in self._all(name)} if by_name else set()
        without = _without_account(self._connection, called)
        answered = {number for parts_of in without.values() for number, _ in parts_of}
        links = _Links(self._connection, mine | written | answered, self._answers)
        watches = _watches(self._connection)
        self._read_entries(links.numbers | watches)
        spans = _gaps(self._connection, names)
        said = _channels(self._connection)
        return [
            self._one(name, found, texts, links, watches, spans, said, without)
            for name, found in people
        ]

    def _one(
        self,
        name: str,
        found: list[Bearer],
        texts: Texts,
        links: _Links,
        watches: set[int],
        spans: Mapping[str, list[Span]],
        said: Mapping[str, list[Channel]],
        without: Texts,
    ) -> Traces:
        spellings = {each.name: self._spellings.of(each.name) for each in found}
        theirs: Taken = {
            (number, part)
            for each in found
            for spelling in self._all(each.name)
            for number, part in texts.get(spelling, ())
            if each.had_it(self._entries[number].at)
        }
        people = {part for each in self._all(name) for part in without.get(each, ())}
        own = {number for each in found for number, _ in each.parts}
        own |= {number for number, _ in theirs | people}
        return Traces(
            name,
            tuple(found),
            tuple(self._entries[number] for number in sorted(links.to(own) | watches)),
            theirs,
            tuple(gap for each in found for s in self._all(each.name) for gap in spans.get(s, ())
                  if each.had_it(stamp(gap.since))),
            tuple(dict.fromkeys(each for bearer in found for each in _theirs(bearer, said))),
            spellings,
            tuple(each for each in self._bearers[name] if each not in found),
            people,
        )  # fmt: skip

    def _read_entries(self, numbers: set[int]) -> None:
        for entry in entries_of(self._connection, numbers - self._entries.keys()):
            self._entries[entry.number] = entry


class _Links:
    """Some entries with those that belong to them: answers to requests, and what became of
    changes."""

    def __init__(self, connection: Connection, numbers: set[int], answers: Answers) -> None:
        self._with: defaultdict[int, set[int]] = defaultdict(set)
        for request, answer in answers.to(numbers):
            self._with[request].add(answer)
        found = self.to(numbers)
        for chunk in chunks(found):
            one, other = entries.c.number.in_(chunk), entries.c.intent.in_(chunk)
            for each in (one, other):
                query = select(entries.c.intent, entries.c.number).where(each)
                self._pair(connection.execute(query.where(entries.c.intent.is_not(None))))
        for chunk in chunks(self.to(found) - found):  # the other endings of what began so
            query = select(entries.c.intent, entries.c.number).where(entries.c.intent.in_(chunk))
            self._pair(connection.execute(query))
        self.numbers = self.to(numbers)

    def to(self, numbers: set[int]) -> set[int]:
        """These entries with those that belong to them."""
        found, next_ones = set(numbers), set(numbers)
        while next_ones:
            next_ones = {each for number in next_ones for each in self._with[number]} - found
            found |= next_ones
        return found

    def _pair(self, rows: Iterable[Any]) -> None:
        for began, ended in rows:
            self._with[began].add(ended)
            self._with[ended].add(began)


def mentions_in(
    connection: Connection, named: Named, after: int = 0, most: int | None = None
) -> tuple[Texts, int | None]:
    """The texts after an entry that mention people, by name, of so many at `most`; and the entry
    after which to go on, None where there are no more."""
    found: defaultdict[str, Taken] = defaultdict(set)
    query = (
        select(parts.c.number, parts.c.name, parts.c.text)
        .where(parts.c.name.in_(TEXTS), parts.c.erasure.is_(None), parts.c.number > after)
        .order_by(parts.c.number)
        .limit(most)
    )
    rows = connection.execute(query).all()
    for number, part, said in rows:
        for name in named.found_in(said):
            found[name].add((number, part))
    # one entry may have two texts: the last one is looked at again
    return found, rows[-1].number - 1 if most and len(rows) == most else None


def _two(entry: Entry) -> Iterator[str]:
    """The two names in a renaming, as far as they are there."""
    both: tuple[PartName, ...] = ("person", "was")
    for part in both:
        there = entry.parts.get(part)
        if there and there.text:
            yield there.text


def _without_account(connection: Connection, names: Iterable[str]) -> Texts:
    """The parts of entries that name people without an account, by the name."""
    found: defaultdict[str, Taken] = defaultdict(set)
    for chunk in chunks(names):
        query = (
            select(parts.c.text, parts.c.number, parts.c.name)
            .join(entries, entries.c.number == parts.c.number)
            .where(parts.c.text.in_(chunk), WITHOUT_ACCOUNT)
        )
        for name, number, part in connection.execute(query):
            found[name].add((number, part))
    return found


def _gaps(connection: Connection, names: Iterable[str]) -> Mapping[str, list[Span]]:
    """The gaps that are kept and name somebody, by that name."""
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for chunk in chunks(names):
        for row in connection.execute(select(gaps).where(gaps.c.person.in_(chunk))):
            found[row.person].append(span(row))
    return found


def _channels(connection: Connection) -> Mapping[str, list[Channel]]:
    """What everybody says of how to reach them, by the account, and by when that was made."""
    found: defaultdict[str, list[Channel]] = defaultdict(list)
    there = channels.c
    query = select(there.account, there.created, there.name, there.text, there.audience)
    for row in connection.execute(query.order_by(there.account, there.name)):
        each = Channel(*row)
        found[each.created].append(each)
        found[each.account].append(each)
    return found


def _theirs(bearer: Bearer, said: Mapping[str, list[Channel]]) -> Iterator[Channel]:
    """What an account says: when it was made tells, and where that isn't known, its name of now."""
    if bearer.made:
        yield from said.get(bearer.made, ())
    for each in said.get(bearer.name, ()) if bearer.last == ALWAYS else ():
        if not each.created or not bearer.made:
            yield each


def _watches(connection: Connection) -> set[int]:
    """The entries that say since when a group is watched, and until when it was."""
    query = select(entries.c.number).where(
        entries.c.event == "observation",
        or_(
            entries.c.stated.contains('"change":"began"'),
            entries.c.stated.contains('"change":"ended"'),
        ),
    )
    return set(connection.execute(query).scalars())


def _accounts(connection: Connection, names: Collection[str]) -> set[str]:
    """Those that the hub has called an account so: in a result, or as the one who did something."""
    known = ("done", "unchanged", "pending")
    done = or_(*(entries.c.stated.contains(f'"result":"{each}"') for each in known))
    by_the_hub = or_(
        (parts.c.name == "actor") & (entries.c.actor_kind != BY_PEOPLE),
        entries.c.event == "observation",
        (entries.c.event == "outcome") & done,
    )
    found = set()
    for chunk in chunks(names):
        query = (
            select(parts.c.text)
            .join(entries, entries.c.number == parts.c.number)
            .where(IS_NAME, parts.c.text.in_(chunk), by_the_hub)
        )
        found |= set(connection.execute(query.distinct()).scalars())
    return found


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Values in order, no more at a time than a statement can have."""
    ordered = sorted(values)
    for start in range(0, len(ordered), MANY):
        yield ordered[start : start + MANY]
