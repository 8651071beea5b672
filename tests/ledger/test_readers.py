"""Who sees which entries: what the database finds is what the rule says, entry by entry."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from jupyterhub_responsibility.ledger.entry import ITSELF, Draft, Entry, stamp
from jupyterhub_responsibility.ledger.kinds import INTENTS
from jupyterhub_responsibility.ledger.query import Wanted
from jupyterhub_responsibility.ledger.readers import Reader, may_read

from .conftest import NOW

NAMES = ("uwe", "UWE", "rita", "hanna")
ROLES = ("hub-administrator", "community-representative", "")
EVENTS = ("appointment", "withdrawal", "account", "request", "decision", "observation")


@pytest.fixture
def history(store) -> list[Entry]:
    """Some of everything, in no order that makes sense, on four days."""
    dice, number = random.Random(7), 0
    for days in range(4):
        drafts: list[Draft] = []
        for _ in range(30):
            event, asker = dice.choice(EVENTS), dice.choice(["", *NAMES])
            began = Draft(
                event,
                dice.choice(NAMES),
                dice.choice(["user", "user", "service", "operator"]),
                role=dice.choice(ROLES),
                person=dice.choice(["", *NAMES]),
                details={"asker": asker if event in ("decision", "appointment") else ""},
            )
            drafts.append(began)
            intent, details = number + len(drafts), {"of": event, "result": "unknown"}
            if event in INTENTS and dice.random() < 0.8:
                end = replace(
                    began,
                    event="outcome",
                    person=dice.choice(NAMES),
                    intent=intent,
                    details=details,
                )
                later = Draft(
                    "settlement", ITSELF, "service", began.role, "", dice.choice(NAMES), intent,
                    details,
                )  # fmt: skip
                drafts += [end, later][: dice.choice([1, 2])]
        number += len(store.append(drafts, NOW + timedelta(days=days)))
    return list(store.all())


READERS = [
    None,
    Reader(),
    Reader("uwe"),
    Reader("uwe", after=90),
    Reader("uwe", since=stamp(NOW + timedelta(days=2))),
    Reader("", frozenset({"hub-administrator"})),
    Reader("rita", frozenset({"hub-administrator"})),
    Reader("rita", frozenset({"hub-administrator", ""}), after=50),
    Reader("' OR 1=1 --", frozenset({"' OR 1=1 --"})),
]
WANTED = [{}, {"person": "hanna"}, {"person": "UWE"}, {"role": "community-representative"},
          {"role": "hub-administrator", "person": "uwe"}, {"events": ("account",)},
          {"events": ("request", "decision"), "person": "rita"}]  # fmt: skip


def together(history: list[Entry]) -> dict[int, list[Entry]]:
    """Entries by the one with which what was done began."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in history:
        found[entry.intent or entry.number].append(entry)
    return found


def _in_order(reader: Reader | None) -> str:
    """Who it is, the same in each process: a set has no order."""
    return (
        f"{reader.name} {sorted(reader.roles)} {reader.since} {reader.after}" if reader else "all"
    )


@pytest.mark.parametrize("reader", READERS, ids=_in_order)
@pytest.mark.parametrize("asked", WANTED, ids=str)
def test_the_database_finds_what_the_rule_lets_see(store, history, reader, asked):
    """Whatever else is wanted: all of it that the reader may see, nothing else, page by page."""
    open_to = {number for number, deed in together(history).items() if may_read(reader, deed)}
    every = [entry.number for entry in store.page(Wanted(**asked), None, 999)]
    began = {entry.number: entry.intent or entry.number for entry in history}
    expected = [number for number in every if began[number] in open_to]
    wanted = Wanted(**asked, reader=reader)
    assert [entry.number for entry in store.page(wanted, None, 999)] == expected
    in_pages: list[int] = []
    while page := store.page(wanted, in_pages[-1] if in_pages else None, 7):
        in_pages += [entry.number for entry in page]
    assert in_pages == expected
    deeds = [deed.began.number for deed in store.deeds(Wanted(**asked), None, 999)]
    found = store.deeds(wanted, None, 999)
    assert [deed.began.number for deed in found] == [n for n in deeds if n in open_to]
    for deed in found:
        assert [deed.began, *deed.endings] == together(history)[deed.began.number]


def test_some_see_something_and_none_but_one_sees_all(history):
    """Or the comparison above would prove nothing."""
    seen = [
        sum(may_read(reader, deed) for deed in together(history).values()) for reader in READERS
    ]
    assert seen[0] == 120
    assert seen[1] == seen[-1] == 0
    assert all(0 < number < 120 for number in seen[2:-1])
    assert seen[2] > seen[3] > 0
