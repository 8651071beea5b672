"""The chain of entries: whatever is done to it is found, and named."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from jupyterhub_responsibility.ledger.chain import (
    BEGINNING,
    breaks,
    digest,
    listed,
    unlisted,
    write,
)
from jupyterhub_responsibility.ledger.entry import Draft, Entry, Part, known
from jupyterhub_responsibility.ledger.kinds import ACTOR_KINDS, EVENTS, PARTS, PartName
from jupyterhub_responsibility.text import ERASED

START = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)

texts = st.text(st.characters(), max_size=8)  # every character, halves of some and NUL, too
drafts = st.builds(
    Draft,
    event=st.sampled_from(sorted(EVENTS)),
    actor=texts,
    actor_kind=st.sampled_from(sorted(ACTOR_KINDS)),
    role=st.sampled_from(["", "hub-administrator"]),
    group=texts,
    person=texts,
    intent=st.none() | st.integers(1, 9),
    details=st.dictionaries(st.sampled_from(["until", "reason", "result"]), texts),
)


def chain(*written: Draft) -> list[Entry]:
    """The entries that drafts become."""
    entries: list[Entry] = []
    for number, draft in enumerate(written, 1):
        previous = entries[-1].digest if entries else BEGINNING
        entries.append(write(draft, number, previous, START + timedelta(seconds=number)))
    return entries


chains = st.lists(drafts, min_size=1, max_size=8).map(lambda written: chain(*written))


def end(entries: list[Entry]) -> tuple[int, str]:
    return entries[-1].number, entries[-1].digest


def found(entries: list[Entry], original: list[Entry]) -> list[str]:
    """What is said about entries as a database gives them, where `original` was written."""
    return list(breaks(sorted(entries, key=lambda entry: entry.number), end(original)))


def names(said: list[str], number: int) -> bool:
    """Whether something is said of this very entry."""
    return any(f"entry {number} " in each for each in said)


@given(chains)
def test_an_untouched_chain_is_whole(entries):
    """Whatever entries say, nothing is found where nothing was done."""
    assert found(entries, entries) == []
    assert list(breaks([], (0, BEGINNING))) == []


@given(chains, st.data())
def test_a_changed_entry_is_named(entries, data):
    """Any other value in any field of any entry is found."""
    index = data.draw(st.integers(0, len(entries) - 1))
    changeable = [each.name for each in fields(Entry) if each.name not in ("number", "parts")]
    name = data.draw(st.sampled_from(changeable))
    other = st.integers() if name == "intent" else texts | st.binary(max_size=4)
    value = data.draw(other.filter(lambda value: value != getattr(entries[index], name)))
    changed = [*entries]
    changed[index] = replace(entries[index], **{name: value})
    assert f"entry {index + 1} was changed" in found(changed, entries)


@given(chains, st.data())
def test_a_changed_entry_with_a_new_digest_is_named(entries, data):
    """Who knows how digests are made betrays themselves at the next entry, or at the end."""
    index = data.draw(st.integers(0, len(entries) - 1))
    changed = [*entries]
    forged = replace(entries[index], group=entries[index].group + "x")
    changed[index] = replace(forged, digest=digest(forged))
    said = found(changed, entries)
    if index + 1 < len(entries):
        assert said == [f"entry {index + 2} does not follow from the one before it"]
    else:
        assert said == [f"entry {index + 1} is not the one that was written last"]


@given(chains, st.data())
def test_a_removed_entry_is_named(entries, data):
    """An entry that is gone is found, in the middle and at the end."""
    index = data.draw(st.integers(0, len(entries) - 1))
    said = found(entries[:index] + entries[index + 1 :], entries)
    assert names(said, index + 1)
    assert "missing" in said[0]


@given(chains, st.data())
def test_several_removed_entries_are_named(entries, data):
    """A gap is given from its first to its last entry."""
    first = data.draw(st.integers(1, len(entries)))
    last = data.draw(st.integers(first, len(entries)))
    gap = f"entry {first} is" if first == last else f"entry {first}–{last} is"
    said = found(entries[: first - 1] + entries[last:], entries)
    assert said[0].startswith(f"{gap} missing")


@given(chains, st.data())
def test_swapped_entries_are_named(entries, data):
    """Two entries that changed places are both found."""
    assume(len(entries) > 1)
    one = data.draw(st.integers(0, len(entries) - 1))
    two = data.draw(st.integers(0, len(entries) - 1))
    assume(one != two)
    swapped = [*entries]
    swapped[one] = replace(entries[two], number=one + 1)
    swapped[two] = replace(entries[one], number=two + 1)
    said = found(swapped, entries)
    assert names(said, one + 1)
    assert names(said, two + 1)


@given(chains, st.data())
def test_a_renumbered_entry_is_named(entries, data):
    """An entry with another number is found by its old or its new one."""
    index = data.draw(st.integers(0, len(entries) - 1))
    number = data.draw(st.integers(-3, 12).filter(lambda n: not 1 <= n <= len(entries)))
    changed = [*entries]
    changed[index] = replace(entries[index], number=number)
    said = found(changed, entries)
    what = "was changed" if number > 0 else "was not written by this service"
    assert f"entry {number} {what}" in said
    assert "missing" in " ".join(said)
    assert not any("–-" in each for each in said)


@given(chains, drafts)
def test_an_entry_put_at_the_end_is_named(entries, draft):
    """An entry that fits, but of which the end of the chain knows nothing, is found."""
    more = write(draft, len(entries) + 1, entries[-1].digest, START)
    assert found([*entries, more], entries) == [
        f"entry {more.number} and those after it were not written by this service"
    ]


@pytest.mark.parametrize("zone", [0, 5, -11])
def test_moments_are_in_utc(zone):
    """An entry has the moment in UTC, wherever the service runs."""
    local = START.astimezone(timezone(timedelta(hours=zone)))
    entry = write(Draft("request", "uwe"), 1, BEGINNING, local)
    assert entry.at == "2026-11-22T10:42:07.000000+00:00"
    assert entry.moment == START


# What lies outside the chain

with_parts = chains.filter(lambda entries: any(entry.parts for entry in entries))


def one_part(entries: list[Entry], data: st.DataObject) -> tuple[int, PartName]:
    """A part of one of the entries, by the place of the entry and its name."""
    there = [(index, name) for index, entry in enumerate(entries) for name in entry.parts]
    return data.draw(st.sampled_from(there))


def with_part(entries: list[Entry], index: int, name: PartName, part: Part | None) -> list[Entry]:
    """The same entries with another part there, or none."""
    parts = {each: there for each, there in entries[index].parts.items() if each != name}
    more = {name: part} if part else {}
    return [*entries[:index], replace(entries[index], parts=parts | more), *entries[index + 1 :]]


def erasing(entries: list[Entry], *taken: tuple[int, PartName]) -> list[Entry]:
    """The same with these parts erased, and an entry at the end that says so."""
    number = len(entries) + 1
    said = Draft("erasure", "rita", details={"parts": listed(taken), "because": "asked"})
    erasure = write(said, number, entries[-1].digest, START)
    for at, name in taken:
        entries = with_part(entries, at - 1, name, Part(None, None, number))
    return [*entries, erasure]


@given(with_parts, st.data())
def test_a_changed_part_is_named(entries, data):
    """Whatever is put in its place, with whatever salt."""
    index, name = one_part(entries, data)
    part = entries[index].parts[name]
    whole = f"{part.salt}{part.text}"
    shifted = st.integers(0, len(whole)).map(lambda at: Part(whole[:at], whole[at:]))
    others = shifted | st.builds(Part, texts | st.binary(max_size=4), texts | st.binary(max_size=4))
    other = data.draw(others.filter(lambda other: other != part))
    said = found(with_part(entries, index, name, other), entries)
    assert said == [f"entry {index + 1}: {PARTS[name]} was changed"]


@pytest.mark.parametrize("text", ["b'x'", "\\xff", "\\udcff", "None"])
def test_what_is_no_text_passes_for_none(text):
    """Bytes, half a character, or nothing at all, in place of the text that spells it out."""
    (entry,) = chain(Draft("account", "rita", group=text, person=text))
    for other in (b"x", "\xff", "\udcff", None):
        group = replace(entry, group=other)
        assert found([group], [entry]) == ["entry 1 was changed"]
        person = Part(entry.parts["person"].salt, other)
        assert found(with_part([entry], 0, "person", person), [entry]) == [
            f"entry 1: {PARTS['person']} was changed"
        ]


@pytest.mark.parametrize(
    "other",
    [
        {"stated": '{"until": "2027-06-30"}'},
        {"stated": '{"until":"2027-06-30","until":"2028-06-30"}'},
        {"stated": '{"reason":"another one"}'},
        {"stated": '{"actor":"mallory"}'},
        {"sealed": f'{{"person":"{"0" * 64}","person":"{"1" * 64}"}}'},
        {"sealed": f'{{"photo":"{"0" * 64}"}}'},
        {"stated": "[]"},
        {"stated": '{"until":1}'},
    ],
    ids=str,
)
def test_an_entry_that_can_be_read_in_two_ways(other):
    """Whoever makes digests may write anything: what has two texts, or a name that nothing has, was
    not written by this service."""
    (entry,) = chain(Draft("account", "rita", person="hanna"))
    forged = replace(entry, **other)
    forged = replace(forged, digest=digest(forged))
    assert found([forged], [forged]) == ["entry 1 was not written by this service"]


@given(with_parts, st.data())
def test_a_removed_part_is_named(entries, data):
    """Also where it passes for one that was erased."""
    index, name = one_part(entries, data)
    gone = found(with_part(entries, index, name, None), entries)
    assert gone == [f"entry {index + 1}: {PARTS[name]} is missing"]
    number = data.draw(st.integers(1, len(entries)))
    taken = found(with_part(entries, index, name, Part(None, None, number)), entries)
    assert taken == [f"entry {index + 1}: {PARTS[name]} was removed, and no erasure says so"]


@given(chains, st.data())
def test_an_added_part_is_named(entries, data):
    """Of which the chain knows nothing."""
    index = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from(sorted(set(PARTS) - set(entries[index].parts))))
    said = found(with_part(entries, index, name, Part("00", "x")), entries)
    assert said == [f"entry {index + 1}: {PARTS[name]} was not written by this service"]


@given(with_parts, st.data())
def test_what_was_erased_leaves_the_chain_whole(entries, data):
    """Nothing is wrong where an erasure says so; where it is there again, that is named."""
    index, name = one_part(entries, data)
    erased = erasing(entries, (index + 1, name))
    assert found(erased, erased) == []
    assert name in erased[index].erased
    again = with_part(erased, index, name, entries[index].parts[name])
    assert found(again, erased) == [
        f"entry {index + 1}: {PARTS[name]} was erased, and is there again"
    ]


@given(with_parts)
def test_an_erased_person_stays_one_person(entries):
    """Nobody is told who it was, only that it is the same one."""
    there = [(entry.number, name) for entry in entries for name in entry.parts]
    erased = erasing(entries, *there)
    names = {name for entry in erased[:-1] for name in (entry.actor, entry.person) if name}
    assert names <= {f"{ERASED}{len(erased)}"}
    assert all(known(name) is None for name in names)
    assert all(set(entry.facts) == set(json.loads(entry.stated)) for entry in erased[:-1])


@given(st.sets(st.tuples(st.integers(1, 60), st.sampled_from(sorted(PARTS)))))
def test_what_was_erased_is_listed_and_read_again(taken):
    """Whatever it was."""
    assert unlisted(listed(taken), 61) == taken


@pytest.mark.parametrize("said", ["actor 1-999999999", f"actor 1-{'9' * 5000}", "actor", "", "\0"])
def test_a_list_that_nobody_wrote_is_read_in_no_time(said):
    """Whoever makes digests may write anything; it is about no more entries than there are."""
    assert len(unlisted(said, 9)) <= 8


def test_many_in_a_row_take_the_room_of_one():
    """A person may have done a lot."""
    assert listed((number, "actor") for number in range(1, 9999)) == "actor 1-9998"


@given(chains)
def test_the_form_is_the_canonical_one(entries):
    """What is digested is what RFC 8785 says, as others make it."""
    for entry in entries:
        said = {
            "number": entry.number,
            "at": entry.at,
            "event": entry.event,
            "actor_kind": entry.actor_kind,
            "role": entry.role,
            "group": entry.group,
            "intent": entry.intent,
            "details": json.loads(entry.stated),
            "parts": json.loads(entry.sealed),
            "previous": entry.previous,
        }
        assert sha256(rfc8785.dumps(said)).hexdigest() == entry.digest
