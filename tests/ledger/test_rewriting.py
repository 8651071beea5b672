"""Rewriting a ledger with every right on its database: an anchor that was kept finds it.

Each rewrite is made of a few deeds, whose digests may be made anew after them, as by somebody who
knows how that is done. It is compared with what was kept before: one number with its digest, or an
export. What the entries were is known here, so it is known which one is wrong first.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from jupyterhub_responsibility.exports.ledger import FORMATS
from jupyterhub_responsibility.ledger.anchors import Anchors, gathered, of_export
from jupyterhub_responsibility.ledger.chain import (
    BEGINNING,
    Head,
    breaks,
    digest,
    listed,
    seal,
    write,
)
from jupyterhub_responsibility.ledger.entry import Draft, Entry, Part
from jupyterhub_responsibility.ledger.kinds import PARTS
from jupyterhub_responsibility.ledger.proof import examined
from jupyterhub_responsibility.storage.store import Store, _insert
from jupyterhub_responsibility.storage.tables import entries as table
from jupyterhub_responsibility.storage.tables import head, parts

from .conftest import NOW
from .reading import entry_of
from .tampering import arm, directly, disarm

GOLDEN = Path(__file__).parent / "golden" / "first.jsonl"
ORIGINAL = [entry_of(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
LAST = len(ORIGINAL)

Ledger = list[Entry]
Deed = Callable[[Ledger, random.Random], Ledger]


def end(entries: Ledger) -> Head:
    return (entries[-1].number, entries[-1].digest) if entries else (0, BEGINNING)


# What somebody may do, entries by their places


def with_other_words(entries: Ledger, at: int, dice: random.Random) -> Ledger:
    """An entry says something else, of those things that the chain covers."""
    entry = entries[at]
    other: dict[str, object] = dice.choice(
        [
            {"role": f"{entry.role}x"},
            {"group": f"{entry.group}x"},
            {"at": (entry.moment - timedelta(hours=1)).isoformat(timespec="microseconds")},
            {"actor_kind": "hub" if entry.actor_kind == "user" else "user"},
            {"intent": (entry.intent or 0) + 1},
            {"event": "term" if entry.event == "request" else "request"},
            {"stated": entry.stated.replace("{", '{"x":"y",').replace(",}", "}")},
            {"stated": f"{entry.stated} "},
            {"sealed": entry.sealed.replace("a", "b") + " "},
            {"sealed": "nonsense"},
        ]
    )
    return [*entries[:at], replace(entry, **other), *entries[at + 1 :]]


def change(entries: Ledger, dice: random.Random) -> Ledger:
    return with_other_words(entries, dice.randrange(len(entries)), dice)


def change_several(entries: Ledger, dice: random.Random) -> Ledger:
    for _ in range(dice.randint(2, 4)):
        entries = change(entries, dice)
    return entries


def remove(entries: Ledger, dice: random.Random) -> Ledger:
    """Also several in a row, and the first or the last."""
    at = dice.randrange(len(entries))
    return entries[:at] + entries[at + dice.randint(1, 3) :]


def truncate(entries: Ledger, dice: random.Random) -> Ledger:
    return entries[: dice.randrange(len(entries))]


def insert_one(entries: Ledger, dice: random.Random) -> Ledger:
    """An entry that was never written, anywhere but at the end."""
    at = dice.randrange(len(entries))
    made = write(Draft("account", "mallory", person="eve"), at + 1, end(entries[:at])[1], NOW)
    return [*entries[:at], made, *entries[at:]]


def reorder(entries: Ledger, dice: random.Random) -> Ledger:
    one, two = sorted(dice.sample(range(len(entries)), 2))
    moved = [*entries]
    moved[one], moved[two] = entries[two], entries[one]
    return moved


def repeat(entries: Ledger, dice: random.Random) -> Ledger:
    """An entry a second time, in place of another."""
    one, two = dice.sample(range(len(entries)), 2)
    return [*entries[:two], entries[one], *entries[two + 1 :]]


def another_ledger(entries: Ledger, dice: random.Random) -> Ledger:
    """A whole other one in its place, of about the same length."""
    made: Ledger = []
    for number in range(1, dice.randint(1, 2 * len(entries))):
        draft = Draft("account", "mallory", person=f"eve-{number}")
        made.append(write(draft, number, end(made)[1], NOW))
    return made


DEEDS: list[Deed] = [
    change,
    change_several,
    remove,
    truncate,
    insert_one,
    reorder,
    repeat,
    another_ledger,
]


# How it is covered up


def as_it_is(entries: Ledger) -> Ledger:
    """Not at all."""
    return entries


def numbered(entries: Ledger) -> Ledger:
    """Each has the number of its place."""
    return [replace(entry, number=at) for at, entry in enumerate(entries, 1)]


def each_digest(entries: Ledger) -> Ledger:
    """Numbers, and digests that are right by themselves, but not in the chain."""
    return [replace(entry, digest=digest(entry)) for entry in numbered(entries)]


def whole_chain(entries: Ledger) -> Ledger:
    """All of it anew: nothing in the ledger itself shows anything."""
    made: Ledger = []
    for entry in numbered(entries):
        linked = replace(entry, previous=end(made)[1])
        made.append(replace(linked, digest=digest(linked)))
    return made


COVERS = [as_it_is, numbered, each_digest, whole_chain]


# What was kept, and what is found


def one(dice: random.Random) -> Anchors:
    """A number and a digest, mostly of what was the last entry."""
    kept = ORIGINAL[dice.choice([LAST, LAST, dice.randint(1, LAST)]) - 1]
    return gathered([(kept.number, kept.digest)])


def export(dice: random.Random) -> Anchors:
    """An export, up to some entry, in either format."""
    _, line, first, _ = FORMATS[dice.choice(sorted(FORMATS))]
    kept = ORIGINAL[: dice.choice([LAST, dice.randint(1, LAST)])]
    return gathered(of_export([first] * bool(first) + [line(entry) for entry in kept]))


def first_wrong(entries: Ledger) -> int:
    """The number of the first entry that isn't as it was."""
    there = {entry.number: entry for entry in entries}
    return next((e.number for e in ORIGINAL if there.get(e.number) != e), LAST + 1)


def first_named(faults: list[str]) -> int:
    found = re.search(r"entr(?:y|ies) (-?\d+)", faults[0])
    assert found, faults[0]
    return int(found[1])


def in_order(entries: Ledger) -> Ledger:
    """As a database has them: by number, and each number once."""
    by_number = {entry.number: entry for entry in entries}
    return [by_number[number] for number in sorted(by_number)]


def assert_found(entries: Ledger, recorded: Head, anchors: Anchors) -> None:
    """Something is found; and the first entry that is named is the first wrong one, or no later
    than the first of which more was kept."""
    faults = examined(entries, recorded, anchors).faults
    wrong, named = first_wrong(entries), first_named(faults) if faults else None
    assert faults, f"entry {wrong} is wrong"
    kept_after = min((number for number in anchors if number >= wrong), default=wrong)
    assert wrong <= named <= max(kept_after, wrong + 1), faults[:3]


def rewritten(dice: random.Random, anchors: Anchors) -> tuple[Ledger, Head]:
    """A rewrite of something that the anchors stand for, and the end that is recorded then."""
    while True:
        done = dice.choice(DEEDS)(ORIGINAL, dice)
        entries = in_order(dice.choice(COVERS)(done))
        if first_wrong(entries) <= max(anchors):
            return entries, dice.choice([end(entries), end(entries), end(ORIGINAL)])


def test_a_thousand_rewrites_are_found():
    """Against any one anchor, each of them; the first wrong entry as precisely as it allows."""
    dice = random.Random(20270301)
    for _ in range(1000):
        anchors = dice.choice([one, export])(dice)
        assert_found(*rewritten(dice, anchors), anchors)


def test_an_export_names_the_very_entry():
    """Whoever makes the whole chain anew from some entry on: it is that one."""
    dice = random.Random(20270302)
    anchors = gathered((entry.number, entry.digest) for entry in ORIGINAL)
    for _ in range(200):
        entries = whole_chain(dice.choice(DEEDS)(ORIGINAL, dice))
        wrong = first_wrong(entries)
        if wrong > LAST:
            continue
        faults = examined(entries, end(entries), anchors).faults
        missing = f"entry {wrong} was there once, and is missing"
        # what can't be read is named as well, and no reader of this service would have written it
        assert {f"entry {wrong} was rewritten", missing} & set(faults), faults
        assert first_named(faults) == wrong


def test_without_an_anchor_it_is_not_found():
    """That is what anchors are for."""
    dice = random.Random(20270303)
    written = another_ledger(ORIGINAL, dice)
    for _ in range(20):
        entries = whole_chain(remove(written, dice))
        assert breaks(entries, end(entries)) == []


def test_what_was_kept_agrees_with_what_came_after():
    """Nothing is found where nothing was rewritten: entries that came later, and erasures."""
    dice = random.Random(20270304)
    for _ in range(100):
        assert examined(ORIGINAL, end(ORIGINAL), dice.choice([one, export])(dice)).faults == []


# Parts


def shifted(part: Part) -> list[Part]:
    """Letters of the text go into the salt, and the other way round: all have the same digest."""
    if part.erasure is not None:
        return []
    whole = f"{part.salt}{part.text}"
    places = {0, 1, 16, 30, 31, 33, 34, len(whole) - 1, len(whole)} - {32}
    return [Part(whole[:at], whole[at:]) for at in sorted(places) if at <= len(whole)]


def other_parts(dice: random.Random) -> tuple[Ledger, int]:
    """A part of an entry that isn't as it was, and the number of the entry."""
    entry = dice.choice([each for each in ORIGINAL if each.parts])
    name = dice.choice(sorted(entry.parts))
    part, there = entry.parts[name], dict(entry.parts)
    others = [
        *shifted(part),
        Part(part.salt, f"{part.text}x"),
        Part("0" * 32, part.text or "somebody"),
        Part(None, None, LAST),
        Part(None, None, 1),
        Part("0" * 32, "somebody", part.erasure or 48),
        None,
    ]
    other = dice.choice([each for each in others if each != part])
    there.pop(name)
    if other:
        there[name] = other
    if dice.random() < 0.2:
        new = dice.choice(sorted(PARTS.keys() - entry.parts.keys()))
        there = {**entry.parts, new: Part("0" * 32, "mallory")}
    at = entry.number - 1
    return [*ORIGINAL[:at], replace(entry, parts=there), *ORIGINAL[at + 1 :]], entry.number


def test_parts_need_no_anchor():
    """The chain has their digests: what is put in their place is found, or taken, or put back."""
    dice = random.Random(20270305)
    for _ in range(300):
        entries, number = other_parts(dice)
        faults = breaks(entries, end(ORIGINAL))
        assert faults
        assert first_named(faults) == number


@pytest.mark.parametrize("entry", [each for each in ORIGINAL if each.parts], ids=lambda e: e.number)
def test_letters_that_go_from_a_text_into_its_salt(entry):
    """No digest is another then; each such part is named all the same, and so the text that is
    shorter, or longer."""
    for name, part in entry.parts.items():
        for other in shifted(part):
            assert seal(other) == seal(part)
            there = replace(entry, parts={**entry.parts, name: other})
            entries = [*ORIGINAL[: entry.number - 1], there, *ORIGINAL[entry.number :]]
            said = f"entry {entry.number}: {PARTS[name]} was changed"
            assert breaks(entries, end(ORIGINAL)) == [said]


def test_parts_with_seals_of_their_own():
    """Who makes the seals anew, and the chain, is found as whoever changes an entry is."""
    dice = random.Random(20270306)
    for _ in range(100):
        at = dice.randrange(LAST - 1)
        person = Part("0" * 32, "mallory")
        entry = replace(
            ORIGINAL[at], parts={"person": person}, sealed=f'{{"person":"{seal(person)}"}}'
        )
        entries = whole_chain([*ORIGINAL[:at], entry, *ORIGINAL[at + 1 :]])
        anchors = dice.choice([one, export])(dice)
        if max(anchors) > at:
            assert_found(entries, end(entries), anchors)


def test_an_erasure_that_nobody_ordered_is_an_entry():
    """To erase something with an entry that says so is no rewriting: the entry is there to see."""
    said = Draft("erasure", "mallory", details={"parts": listed({(2, "person")}), "because": "age"})
    entry = replace(ORIGINAL[1], parts={**ORIGINAL[1].parts, "person": Part(None, None, LAST + 1)})
    last = write(said, LAST + 1, end(ORIGINAL)[1], NOW)
    entries = [ORIGINAL[0], entry, *ORIGINAL[2:], last]
    kept = gathered((each.number, each.digest) for each in ORIGINAL)
    assert examined(entries, end(entries), kept).faults == []


# On real databases


def put(url: str, entries: Ledger, recorded: Head) -> None:
    """Let a database have these entries, whatever its triggers say."""

    def deed(connection) -> None:
        for each in (parts, table):
            connection.execute(delete(each))
        _insert(connection, entries)
        connection.execute(update(head).values(number=recorded[0], digest=recorded[1]))

    directly(url, deed, armed=False)


def storable(entries: Ledger) -> bool:
    """Whether the database takes them: no two results of one change."""
    results = [(each.intent, each.event) for each in entries if each.intent is not None]
    return len(results) == len(set(results))


@pytest.fixture
def filled(store, database) -> Store:
    put(database, ORIGINAL, end(ORIGINAL))
    assert store.verify() == []
    return store


def test_rewrites_of_a_database_are_found(filled, database):
    """The same through SQL, on either database, with the triggers put back after it."""
    dice = random.Random(20270307)
    done = 0
    while done < 25:
        anchors = dice.choice([one, export])(dice)
        entries, recorded = rewritten(dice, anchors)
        if not storable(entries):
            continue
        put(database, entries, recorded)
        with closing(Store.to_read(database)) as ledger:
            found = ledger.examine(anchors)
        assert found.faults
        wrong, named = first_wrong(entries), first_named(found.faults)
        assert wrong <= named <= max(min(n for n in anchors if n >= wrong), wrong + 1)
        done += 1
    put(database, ORIGINAL, end(ORIGINAL))
    assert filled.verify() == []


def test_dropped_triggers_are_found(filled, database):
    """Though not an entry was touched; and put back, they are as they were."""
    directly(database, disarm)
    assert len(filled.verify()) == 6
    directly(database, arm)
    assert filled.verify() == []


def test_a_file_that_was_swapped_is_found(sqlite, sqlite_file, tmp_path):
    """Another file in its place, or an older copy of it: what was kept tells."""
    url = f"sqlite:///{sqlite_file}"
    put(url, ORIGINAL[:20], end(ORIGINAL[:20]))
    sqlite.close()
    shutil.copy(sqlite_file, tmp_path / "older.sqlite")
    put(url, ORIGINAL, end(ORIGINAL))
    shutil.copy(tmp_path / "older.sqlite", sqlite_file)
    with closing(Store.to_read(url)) as ledger:
        found = ledger.examine(gathered([end(ORIGINAL)])).faults
    assert f"entry {LAST} was there once, and is missing" in found
