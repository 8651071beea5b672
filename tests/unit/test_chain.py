"""The chain of entries: whatever is done to it is found, and named."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jupyterhub_responsibility.ledger.entry import (
    ACTOR_KINDS,
    BEGINNING,
    EVENTS,
    Draft,
    Entry,
    breaks,
    digest,
    write,
)

START = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)

texts = st.text(st.characters(), max_size=8)  # every character, halves of some and NUL, too
drafts = st.builds(
    Draft,
    event=st.sampled_from(sorted(EVENTS)),
    actor=texts,
    actor_kind=st.sampled_from(ACTOR_KINDS),
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
    changeable = [field.name for field in fields(Entry) if field.name != "number"]
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
    forged = replace(entries[index], person=entries[index].person + "x")
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
