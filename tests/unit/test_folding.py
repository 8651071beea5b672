"""What follows from the ledger: the same entries lead to the same state, however they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, Entry
from jupyterhub_responsibility.ledger.state import LedgerState, Note, Term
from jupyterhub_responsibility.storage.ledger import Ledger

START = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
ROLES = {"hub-administrator": "hub-admins", "community-representative": "community-reps"}
PEOPLE = ["rita", "hanna", "uwe"]


def chain(drafts: Iterable[Draft]) -> list[Entry]:
    """The entries that drafts become."""
    entries: list[Entry] = []
    for number, draft in enumerate(drafts, 1):
        previous = entries[-1].digest if entries else BEGINNING
        entries.append(write(draft, number, previous, START + timedelta(minutes=number)))
    return entries


def book_of(entries: Iterable[Entry]) -> LedgerState:
    state = LedgerState()
    for entry in entries:
        state.read(entry)
    return state


def about(event: str, person: str = "hanna", role: str = "hub-administrator", **more) -> Draft:
    intent = more.pop("intent", None)
    return Draft(event, "rita", "user", role, ROLES[role], person, intent, more)  # type: ignore[arg-type]


@st.composite
def histories(draw) -> list[Entry]:
    """What may happen on a hub: anything, in any order, but outcomes belong to intents."""
    drafts: list[Draft] = []
    waiting: list[int] = []
    requests: list[int] = []
    kinds = ["appointment", "withdrawal", "request", "confirmation", "observation"]
    for number in range(1, draw(st.integers(1, 25)) + 1):
        kind = draw(
            st.sampled_from(kinds + ["outcome"] * 3 * bool(waiting) + ["decision"] * bool(requests))
        )
        person, role = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(sorted(ROLES)))
        if kind == "outcome":
            intent = waiting.pop(draw(st.integers(0, len(waiting) - 1)))
            result = draw(st.sampled_from(["done", "unchanged", "refused", "unknown", "not done"]))
            person, role = drafts[intent - 1].person, drafts[intent - 1].role
            drafts.append(about("outcome", person, role, intent=intent, result=result))
        elif kind == "decision":
            drafts.append(about(kind, person, role, request=str(draw(st.sampled_from(requests)))))
        elif kind == "observation":
            change = draw(st.sampled_from(["began", "joined", "left"]))
            drafts.append(about(kind, person, role, change=change))
        else:
            more = {
                "request": {"expires": "2027-01-01", "reason": "why"},
                "confirmation": {"duties_digest": "digest"},
                "appointment": {"until": draw(st.sampled_from(["", "2026-12-24"]))},
                "withdrawal": {"note": draw(st.sampled_from(["", "Good luck."]))},
            }[kind]
            drafts.append(about(kind, person, role, **more))
            if kind == "request":
                requests.append(number)
            elif kind != "confirmation":
                waiting.append(number)
    return chain(drafts)


class Shelf:
    """Entries that can be read, so many at a time, as far as they have been written."""

    sqlite = True

    def __init__(self, entries: list[Entry]) -> None:
        self.entries, self.written, self.most = entries, 0, 1

    def open(self) -> None:
        """Nothing to do."""

    def last_erasure(self) -> int:
        return 0

    def check(self, seen: object) -> None:
        """Nobody rewrites it."""

    def after(self, number: int, _most: int) -> list[Entry]:
        return self.entries[number : min(number + self.most, self.written)]


def known(state: LedgerState) -> dict[str, object]:
    """Everything that a state knows, of the past as well."""
    return {**vars(state), "past": vars(state.past)}


@given(histories(), st.data())
def test_the_same_entries_lead_to_the_same_state(entries, data):
    """However many entries come at a time, a replica that follows knows what one knows that
    reads them all at once."""
    shelf = Shelf(entries)

    async def follow() -> LedgerState:
        ledger = Ledger(shelf, lambda: START)
        while ledger.state.number < len(entries):
            shelf.written = data.draw(st.integers(ledger.state.number + 1, len(entries)))
            shelf.most = data.draw(st.integers(1, len(entries)))
            await ledger.catch_up()
        ledger._threads.shutdown()
        return ledger.state

    assert known(asyncio.run(follow())) == known(book_of(entries))


@given(histories())
def test_what_is_unsettled(entries):
    """An intent is open until something certain is known of it."""
    intents = {e.number for e in entries if e.event in ("appointment", "withdrawal")}
    certain = {e.intent for e in entries if e.intent and e.facts["result"] != "unknown"}
    assert set(book_of(entries).unsettled) == intents - certain


@given(histories())
def test_terms_are_of_members(entries):
    """Whoever has a term is in the role's group, and the last thing about each group is known."""
    state = book_of(entries)
    for role, person in state.terms:
        assert person in state.members[ROLES[role]]
    for group in ROLES.values():
        last = max((e.number for e in entries if e.group == group), default=0)
        assert state.touched.get(group, 0) == last


def said(*drafts: Draft) -> LedgerState:
    return book_of(chain(drafts))


@pytest.mark.parametrize("result", ["done", "unchanged"])
def test_an_appointment(result):
    """Once it is done there is a term, with its end, its reason, and who appointed."""
    state = said(
        about("appointment", until="2026-12-24", reason="more hands"),
        about("outcome", intent=1, result=result),
    )
    assert state.terms == {
        ("hub-administrator", "hanna"): Term(
            START + timedelta(minutes=1), "rita", date(2026, 12, 24), "more hands"
        )
    }
    assert state.members["hub-admins"] == {"hanna"}


@pytest.mark.parametrize("result", ["refused", "unknown", "not done"])
def test_an_appointment_that_was_not_done(result):
    """Without its outcome nothing follows from it."""
    state = said(about("appointment"), about("outcome", intent=1, result=result))
    assert state.terms == {}
    assert bool(state.unsettled) == (result == "unknown")


def test_an_appointment_that_is_settled_later():
    """What was unknown is done when the hub shows it."""
    state = said(
        about("appointment"),
        about("outcome", intent=1, result="unknown"),
        about("settlement", intent=1, result="done"),
    )
    assert set(state.terms) == {("hub-administrator", "hanna")}
    assert state.unsettled == {}


def test_the_name_as_the_hub_has_it():
    """The term belongs to the account that the outcome names."""
    state = said(
        about("appointment", person="Hanna", first="yes"),
        about("outcome", person="hanna", intent=1, result="done"),
    )
    assert set(state.terms) == {("hub-administrator", "hanna")}
    assert state.first_appointed == {("hub-administrator", "Hanna")}


def test_who_leaves_starts_anew():
    """A withdrawal takes term and confirmation with it, and leaves the note."""
    state = said(
        about("appointment"),
        about("outcome", intent=1, result="done"),
        about("confirmation", duties_digest="digest"),
        about("withdrawal", note="The key is in the drawer."),
        about("outcome", intent=4, result="done"),
    )
    assert (state.terms, state.confirmations) == ({}, {})
    assert state.members["hub-admins"] == set()
    assert state.notes == {
        "hub-administrator": Note(START + timedelta(minutes=4), "rita", "The key is in the drawer.")
    }


def test_who_is_seen_to_have_left_starts_anew():
    """The same where somebody else took them out."""
    state = said(
        about("appointment"),
        about("outcome", intent=1, result="done"),
        about("confirmation", duties_digest="digest"),
        about("observation", change="left"),
    )
    assert (state.terms, state.confirmations) == ({}, {})


def test_requests():
    """A request is open until it is decided, granted, or expired."""
    ask = about("request", expires="2026-12-01", reason="I can help", until="2027-06-30")
    state = said(ask, ask, ask, about("decision", request="1"))
    assert [request.number for request in state.open_requests(date(2026, 12, 1))] == [2, 3]
    assert state.open_requests(date(2026, 12, 2)) == []
    assert state.requests[2].until == date(2027, 6, 30)
    granted = said(
        ask, about("appointment", request="1"), about("outcome", intent=2, result="done")
    )
    assert granted.requests == {}


@pytest.mark.parametrize(("today", "ended"), [(23, False), (24, False), (25, True)])
def test_a_term_ends_after_its_last_day(today, ended):
    """`until` is the last day."""
    term = Term(START, "rita", until=date(2026, 12, 24))
    assert term.ended(date(2026, 12, today)) is ended
    assert not Term(START, "rita").ended(date.max)
