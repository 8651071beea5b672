"""Forgetting thousands of people at once: soon, and with nobody else waiting for long."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from jupyterhub_responsibility.changes import forgetting
from jupyterhub_responsibility.changes.forgetting import Forgetting
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.storage import erasing, sweeping
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.storage.sweeping import Sweep, forget_older, older
from jupyterhub_responsibility.text import is_erased

from .conftest import NOW
from .test_erasing import GROUP, ROLE, Diary, busy

LONG_AGO = NOW - timedelta(days=900)
BEFORE = NOW - timedelta(days=730)
YOUNG = 40


def people(store: Store, number: int, written: str = "for {name}") -> list[str]:
    """As many people who came and went long ago; and some of today who write of them."""
    names = [f"person{each}" for each in range(number)]
    drafts = []
    for name in names:
        asks = {"expires": "2024-01-01", "created": stamp(LONG_AGO), "reason": f"I am {name}"}
        number = len(drafts) + 1
        drafts += [
            Draft("request", name, "user", ROLE, GROUP, name, details=asks),
            Draft("appointment", "rita", "user", ROLE, GROUP, name,
                  details={"request": str(number), "reason": written.format(name=name)}),
            Draft("outcome", "rita", "user", ROLE, GROUP, name, number + 1,
                  {"of": "appointment", "result": "done", "created": stamp(LONG_AGO)}),
            Draft("withdrawal", name, "user", ROLE, GROUP, name, details={"note": "for you"}),
            Draft("outcome", name, "user", ROLE, GROUP, name, number + 3,
                  {"of": "withdrawal", "result": "done"}),
        ]  # fmt: skip
    store.append(drafts, LONG_AGO)
    lately = [
        Draft("term", "rita", "user", ROLE, GROUP, f"young{each}",
              details={"until": "2027-01-01", "reason": f"as @{names[each % len(names)]} said"})
        for each in range(YOUNG)
    ]  # fmt: skip
    store.append(lately, NOW)
    return names


def test_each_is_a_person_of_their_own(store, monkeypatch):
    """Many in one transaction, each with an erasure, which tells them apart; nothing names them."""
    monkeypatch.setattr(sweeping, "TEXTS_AT_ONCE", 7)
    names = people(store, 30)
    there = older(store, BEFORE)
    done = forget_older(store, BEFORE, NOW)
    assert (done.parts, done.gaps) == (there.parts, there.gaps)
    left = [entry for entry in store.all() if entry.event != "erasure"]
    whole = str([(entry.parts, entry.stated) for entry in left])
    assert not [name for name in names if name in whole]
    erased = Counter(entry.person for entry in left if is_erased(entry.person))
    assert list(erased.values()) == [5] * 30
    assert {entry.person for entry in left} - erased.keys() == {f"young{n}" for n in range(YOUNG)}
    assert store.verify() == []
    assert forget_older(store, BEFORE, NOW).says == "nothing"


def statements(store: Store, before: datetime) -> int:
    """How many statements it takes to forget everybody."""
    seen = []
    event.listen(store._engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    forget_older(store, before, NOW)
    return len(seen)


def test_what_is_the_same_for_all_is_found_once(stores, request, tmp_path, monkeypatch):
    """A hundred people take hardly more statements than ten."""
    few, many = (Store(f"sqlite:///{tmp_path}/{number}.sqlite") for number in (10, 100))
    for store, number in ((few, 10), (many, 100)):
        store.open()
        people(store, number)
    one, other = statements(few, BEFORE), statements(many, BEFORE)
    assert other < 2 * one, (one, other)
    few.close()
    many.close()


def test_one_sweep_is_many_steps(store, monkeypatch):
    """Each is a transaction of its own, and what is recorded between two of them counts."""
    monkeypatch.setattr(sweeping, "NAMED_AT_ONCE", 1)
    people(store, 5)
    sweep, steps = Sweep(BEFORE, NOW), 0
    while sweep.step(store):
        steps += 1
        if steps == 4:  # the last person is gone
            Diary(store).add("term", "rita", "person0", until="2027-01-01", reason="see @person1")
    assert steps == 8
    names = {entry.person for entry in store.all()}
    assert "person0" in names
    assert not {"person1", "person2", "person3", "person4"} & names
    reasons = [entry.facts.get("reason", "") for entry in store.all()]
    assert not [said for said in reasons if "person1" in said]


def test_who_was_renamed_lately_is_not_old(store):
    """By whichever of their names: an earlier one alone is not forgotten."""
    diary = Diary(store)
    diary.at = LONG_AGO
    diary.change("appointment", "rita", "before", made=LONG_AGO)
    diary.at = NOW
    diary.seen("renamed", "after", was="before", created=stamp(LONG_AGO))
    diary.change("withdrawal", "rita", "after")
    diary.at = LONG_AGO
    assert older(store, BEFORE).says == "nothing"
    assert forget_older(store, BEFORE, NOW).says == "nothing"


def test_who_only_mistyped_a_name_forgets_nobody(store):
    """A holder is kept, in whichever letters somebody had typed their name."""
    diary = Diary(store)
    diary.at = LONG_AGO
    diary.change("appointment", "rita", "hanna", typed="HANNA", made=LONG_AGO)
    forget_older(store, BEFORE, NOW)
    assert [entry.person for entry in store.all()][:2] == ["HANNA", "hanna"]


@pytest.fixture
async def ledger(database):
    """The ledger as the service has it."""
    made = Ledger(Store(database), lambda: NOW)
    await made.catch_up()
    yield made
    await made.close()


async def test_others_get_at_the_database_meanwhile(ledger, declared, monkeypatch):
    """Between any two steps; and it is done a while at a time."""
    monkeypatch.setattr(sweeping, "NAMED_AT_ONCE", 1)
    monkeypatch.setattr(forgetting, "A_WHILE", 0.0)
    await ledger.run(people, 12)
    both = Forgetting(ledger, None, lambda: Rules(declared), lambda: NOW, timedelta(days=730))
    whiles = 0
    while whiles == 0 or both.underway:
        going = asyncio.ensure_future(both.forget_old())
        said = Draft("confirmation", "rita", person="rita", details={"duties_digest": "d"})
        assert await ledger.append(said)
        await going
        whiles += 1
    assert whiles > 12
    assert not [e for e in await ledger.run(lambda s: list(s.all())) if "person" in e.person]


async def test_nothing_erased_stays_in_memory(ledger, database):
    """Whoever erases it, with another process; others are answered from what was read before."""
    await ledger.run(busy, "quirrenbach")
    await ledger.catch_up()
    assert "quirrenbach" in ledger.state.people
    other = Store(database)
    erasing.forget(other, "quirrenbach", erasing.Eraser(), NOW)
    other.close()
    await ledger.catch_up()
    assert ledger.knows_erased
    number = ledger.state.number
    await ledger.read_anew()
    assert (ledger.knows_erased, ledger.state.number) == (False, number)
    assert "quirrenbach" not in str(vars(ledger.state))
