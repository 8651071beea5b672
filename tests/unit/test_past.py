"""Who held a role at some time: what is certain, what isn't, and what nobody watched."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, Entry, Part, stamp
from jupyterhub_responsibility.ledger.past import HolderThen, Past, Period, Then
from jupyterhub_responsibility.ledger.past_sentences import (
    holder_sentence,
    period_in_words,
    then_sentences,
)
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.text import ERASED

START = datetime(2027, 3, 1, 9, 0, tzinfo=timezone.utc)
ROLE = "guide"
HALF = timedelta(seconds=30)


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


class Told:
    """A ledger that is told things at given minutes, and then asked."""

    def __init__(self) -> None:
        self.state = LedgerState()
        self.looked = 10_000.0

    def tell(self, minute: float, event: str, person: str = "", **more) -> int:
        """Write one more entry; its number."""
        intent, group = more.pop("intent", None), more.pop("group", "day")
        actor = "" if event == "observation" else more.pop("actor", "root")
        kind = "hub" if event == "observation" else "user"
        draft = Draft(event, actor, kind, ROLE, group, person, intent, more)
        entry = write(draft, self.state.number + 1, BEGINNING, at(minute))
        self.read(entry)
        return entry.number

    def read(self, entry: Entry) -> None:
        self.state.read(entry)

    def change(self, minute: float, event: str, person: str, result: str = "done", **more) -> int:
        """Let this service appoint or withdraw somebody, within half a minute."""
        group = more.get("group", "day")
        number = self.tell(minute, event, person, **more)
        ending = {"of": event, "result": result, "intent": number, "group": group}
        self.tell(minute + 0.5, "outcome", person, **ending)
        return number

    def seen(self, minute: float, change: str, person: str = "", after: float = -1, **more) -> int:
        """Let this service see what others changed."""
        since = {"after": stamp(at(after))} if after >= 0 else {}
        return self.tell(minute, "observation", person, change=change, **since, **more)

    def ask(self, first: float, last: float | None = None) -> Then:
        """Who held the role then."""
        period = Period(at(first), at(first if last is None else last))
        return self.state.past.at(ROLE, period, ("day",), at(self.looked))

    def held(self, minute: float) -> dict[str, bool]:
        """Who held the role at a minute, and whether that is certain."""
        return {each.name: each.certain for each in self.ask(minute).holders}


@pytest.fixture
def told() -> Told:
    """A ledger in which the group has been watched from the first minute on, and was empty."""
    ledger = Told()
    ledger.seen(0, "began")
    return ledger


def test_whom_this_service_appointed(told):
    """From the outcome on it is certain; while the hub is asked, it isn't; before, they didn't."""
    told.change(10, "appointment", "hanna")
    told.change(20, "withdrawal", "hanna")
    assert [told.held(m) for m in (9.9, 10.2, 10.5, 15, 20.2, 20.5, 99)] == [
        {},
        {"hanna": False},
        {"hanna": True},
        {"hanna": True},
        {"hanna": False},
        {},
        {},
    ]


def test_who_was_found_to_have_joined(told):
    """Somewhere between two looks at the hub: in between it isn't certain."""
    told.seen(30, "joined", "uwe", after=20)
    told.seen(50, "left", "uwe", after=40)
    assert [told.held(m) for m in (20, 21, 30, 40, 41, 50)] == [
        {},
        {"uwe": False},
        {"uwe": True},
        {"uwe": True},
        {"uwe": False},
        {},
    ]
    (holder,) = told.ask(25).holders
    assert "joined outside this page between 1 Mar 2027, 09:20 UTC" in holder_sentence(
        holder, NOBODY_NAMED
    )


def test_who_joined_while_nobody_remembers_when_they_looked_last(told):
    """They were not in the group when the record of it began: that is all there is to know."""
    told.seen(30, "joined", "uwe")
    assert [told.held(m) for m in (0, 1, 30)] == [{}, {"uwe": False}, {"uwe": True}]


def test_who_left_is_not_back_before_they_left(told):
    """A look at the hub may be older than what this service did since."""
    told.change(10, "appointment", "uwe")
    told.change(20, "withdrawal", "uwe")
    told.seen(30, "joined", "uwe", after=15)
    assert [told.held(m) for m in (20.5, 20.6, 30)] == [{}, {"uwe": False}, {"uwe": True}]


OPEN = {
    "appointment": [{}, {"uwe": False}, {"uwe": False}],
    "withdrawal": [{"uwe": True}, {"uwe": False}, {"uwe": False}],
}
SETTLED = {
    ("appointment", "done"): [{}, {"uwe": False}, {"uwe": True}],
    ("appointment", "not done"): [{}, {}, {}],
    ("withdrawal", "done"): [{"uwe": True}, {"uwe": False}, {}],
    ("withdrawal", "not done"): [{"uwe": True}, {"uwe": True}, {"uwe": True}],
}


@pytest.mark.parametrize(("event", "result"), SETTLED)
def test_what_became_of_a_change_is_not_known(told, event, result):
    """Until it is settled it isn't certain whether somebody has the role, from the start on."""
    if event == "withdrawal":
        told.change(1, "appointment", "uwe")
    number = told.change(10, event, "uwe", "unknown")
    assert [told.held(m) for m in (9, 12, 99)] == OPEN[event]
    assert "not known yet" in holder_sentence(told.ask(12).holders[0], NOBODY_NAMED)
    told.tell(20, "settlement", "uwe", intent=number, of=event, result=result)
    assert [told.held(m) for m in (9, 12, 20)] == SETTLED[event, result]


@pytest.mark.parametrize("result", ["refused", "not done"])
def test_what_was_refused_changes_nothing(told, result):
    """Who was refused never held it, and who could not be withdrawn holds it still."""
    told.change(10, "appointment", "uwe", result)
    told.change(20, "appointment", "hanna")
    told.change(30, "withdrawal", "hanna", result)
    assert [told.held(m) for m in (10.2, 11, 31)] == [{}, {}, {"hanna": True}]


def test_what_was_so_already(told):
    """Who was found in the group when they were to be appointed had come at some time before."""
    told.change(10, "appointment", "uwe", "unchanged")
    assert [told.held(m) for m in (0, 5, 10.5)] == [{}, {"uwe": False}, {"uwe": True}]
    told.change(20, "withdrawal", "uwe", "unchanged")
    assert [told.held(m) for m in (10.5, 15, 20.5)] == [{"uwe": True}, {"uwe": False}, {}]


def test_before_the_record_began():
    """Nobody is said to have held it, and nobody to have not."""
    told = Told()
    told.seen(10, "began")
    told.seen(10, "joined", "rita", first="yes")
    before, since = told.ask(5), told.ask(10)
    assert (before.holders, before.watched, before.certain) == ((), "no", False)
    assert (since.watched, since.certain, told.held(10)) == ("whole", True, {"rita": True})
    assert then_sentences(before)[:2] == (
        "This role was not watched then: nothing is known but what was done here.",
        "The group \u2068day\u2069 was watched from 1 Mar 2027, 09:10 UTC to 8 Mar 2027, 07:40"
        " UTC.",
    )
    assert "already in it when the record of it began" in holder_sentence(
        since.holders[0], NOBODY_NAMED
    )


def test_a_role_that_was_never_watched():
    """What was done here is known all the same."""
    told = Told()
    assert told.ask(5).watched == "no"
    assert then_sentences(told.ask(5))[0].startswith("This role has never been watched")
    told.change(10, "appointment", "uwe")
    then = told.ask(10.5)
    assert ([each.name for each in then.holders], then.certain) == (["uwe"], False)


def test_a_group_that_stands_for_the_role_no_more(told):
    """Who was in it lost the role with it; from then on, nobody watches."""
    told.change(10, "appointment", "uwe", until="2027-12-31")
    told.seen(20, "lost", "uwe", after=18)
    told.seen(20, "ended", after=18)
    assert [told.held(m) for m in (18, 19, 20)] == [{"uwe": True}, {"uwe": False}, {}]
    assert [told.ask(m).watched for m in (18, 19, 20)] == ["whole", "part", "no"]
    assert told.ask(10, 30).watched == "part"
    told.seen(30, "began")
    told.seen(30, "joined", "uwe", first="yes")
    (holder,) = told.ask(31).holders
    assert holder.last_day.until == date(2027, 12, 31)
    assert holder.since.at == at(30)


def test_a_group_more():
    """Where there is a record of one group, one that came later did not stand for the role."""
    told = Told()
    told.seen(0, "began")
    told.seen(10, "began", group="night")
    told.seen(10, "joined", "uwe", group="night", first="yes")
    assert [told.ask(m).certain for m in (5, 10)] == [True, True]
    assert [told.held(m) for m in (5, 10)] == [{}, {"uwe": True}]


def test_a_group_less(told):
    """Between the last look and the end of its record, somebody may have been in it unseen."""
    told.seen(0, "began", group="night")
    told.seen(20, "ended", group="night", after=10)
    assert [told.ask(m).watched for m in (10, 15, 20)] == ["whole", "part", "whole"]


def test_who_was_in_another_group_before_they_were_appointed(told):
    """The look that shows it may come after the appointment."""
    told.seen(0, "began", group="night")
    told.change(30, "appointment", "hanna")
    told.seen(40, "joined", "hanna", after=10, group="night")
    assert [told.held(m) for m in (10, 20, 35)] == [{}, {"hanna": False}, {"hanna": True}]
    since = told.ask(35).holders[0].since
    assert (since.after, since.at) == (at(10), at(30.5))


def test_who_had_left_before_they_were_appointed_again(told):
    """Nobody saw it: after the last look at which they were there, it isn't certain."""
    told.change(10, "appointment", "uwe", until="2027-06-30")
    told.seen(20, "joined", "hanna", after=19)
    told.change(30, "appointment", "uwe")
    assert [told.held(m)["uwe"] for m in (15, 20, 25, 30.5)] == [True, True, False, True]
    (holder,) = (each for each in told.ask(40).holders if each.name == "uwe")
    assert (holder.last_day.until, holder.since.at) == (date(2027, 6, 30), at(10.5))


def test_who_was_withdrawn_before_anybody_saw_that_they_had_joined(told):
    """They held the role for a while, and nobody knows since when."""
    told.change(30, "withdrawal", "uwe")
    assert [told.held(m) for m in (0, 20, 30.5)] == [{}, {"uwe": False}, {}]
    assert not told.ask(20).certain


def test_who_is_appointed_again(told):
    """Without a last day, the one that there is stays; with one, that counts."""
    told.change(10, "appointment", "hanna", until="2027-06-30")
    told.change(20, "appointment", "hanna", "unchanged")
    assert told.ask(30).holders[0].last_day.until == date(2027, 6, 30)
    told.change(40, "appointment", "hanna", "unchanged", until="2027-12-31")
    assert told.ask(50).holders[0].last_day.until == date(2027, 12, 31)


def test_through_two_groups(told):
    """Who leaves one of two groups holds the role as long as before; and since then."""
    told.seen(0, "began", group="night")
    told.change(10, "appointment", "hanna")
    told.change(20, "appointment", "hanna", group="night")
    told.change(30, "withdrawal", "hanna")
    (holder,) = told.ask(40).holders
    assert ([stay.group for stay in holder.through], holder.since.at) == (["night"], at(10.5))
    assert [stay.group for stay in told.ask(25).holders[0].through] == ["day", "night"]
    told.change(50, "withdrawal", "hanna", group="night")
    told.change(60, "appointment", "hanna")
    assert told.ask(70).holders[0].since.at == at(60.5)


def test_by_whom_until_when_and_from_which_entries(told):
    """A last day counts from when it was set: what came later was not known then."""
    first = told.change(10, "appointment", "hanna", until="2027-06-30", actor="rita")
    term = told.tell(20, "term", "hanna", until="2027-12-31", before="2027-06-30")
    none = told.tell(30, "term", "hanna", before="2027-12-31")
    days = {m: told.ask(m).holders[0] for m in (10.2, 15, 25, 35)}
    assert days[10.2].last_day is None
    assert [days[m].last_day.until for m in (15, 25, 35)] == [
        date(2027, 6, 30),
        date(2027, 12, 31),
        None,
    ]
    assert [days[m].through[0].by for m in days] == ["rita"] * 4
    assert [days[m].entries for m in (15, 25, 35)] == [
        (first, first + 1),
        (first, first + 1, term),
        (first, first + 1, none),
    ]


def test_who_comes_back_has_no_last_day_of_before(told):
    """A term ends with the time in the role."""
    told.change(10, "appointment", "hanna", until="2027-06-30")
    told.change(20, "withdrawal", "hanna")
    told.seen(30, "joined", "hanna", after=29)
    assert told.ask(31).holders[0].last_day is None
    assert told.ask(15).holders[0].last_day.until == date(2027, 6, 30)


def test_a_renamed_account_is_the_same(told):
    """It held the role under its old name, and goes on; whoever gets that name is another one."""
    made = stamp(at(-100))
    told.seen(5, "joined", "anna", after=4, created=made)
    told.seen(20, "renamed", "anne", after=19, was="anna", created=made)
    told.seen(30, "joined", "anna", after=29, created=stamp(at(-5)))
    before, after = told.ask(10).holders[0], told.ask(25).holders[0]
    assert (before.name, before.was, before.since.at) == ("anne", "anna", at(5))
    assert (after.name, after.was, after.since.at) == ("anne", "anne", at(5))
    assert told.held(30) == {"anna": True, "anne": True}


def test_an_account_that_was_made_again(told):
    """The older one left when it was deleted at the latest; the new one was made after that."""
    told.seen(5, "joined", "uwe", after=4, created=stamp(at(-100)))
    told.seen(30, "remade", "uwe", created=stamp(at(20)))
    assert [[h.certain for h in told.ask(m).holders] for m in (5, 10, 20.1, 30)] == [
        [True],
        [False],
        [False],
        [True],
    ]
    assert [told.ask(m).holders[0].since.at for m in (25, 30)] == [at(30), at(30)]
    assert told.ask(10).holders[0].since.at == at(5)


def erased(entry: Entry) -> Entry:
    """An entry whose parts were erased, by entry 9."""
    for name in entry.parts:
        entry.parts[name] = Part(None, None, 9)
    return entry


def test_an_account_that_was_erased_has_held_it_all_the_same():
    """That somebody held the role stays, also through a renaming; who, nobody can tell."""
    state, moments = LedgerState(), (0, 1, 5, 8)
    drafts = (
        Draft("observation", "", "hub", ROLE, "day", details={"change": "began"}),
        Draft("observation", "", "hub", ROLE, "day", "uwe", details={"change": "joined"}),
        Draft("observation", "", "hub", ROLE, "day", "ute",
              details={"change": "renamed", "was": "uwe"}),
        Draft("observation", "", "hub", ROLE, "day", "ute", details={"change": "left"}),
    )  # fmt: skip
    for number, (draft, minute) in enumerate(zip(drafts, moments, strict=True), 1):
        state.read(erased(write(draft, number, BEGINNING, at(minute))))
    (holder,) = state.past.at(ROLE, Period(at(2), at(2))).holders
    assert holder.name == holder.was == f"{ERASED}9"
    assert state.past.at(ROLE, Period(at(9), at(9))).holders == ()


def test_a_whole_day(told):
    """Everybody who held it at some moment of the day; half of it watched is not all of it."""
    told.change(10, "appointment", "hanna")
    told.change(20, "withdrawal", "hanna")
    told.change(30, "appointment", "uwe")
    assert [each.name for each in told.ask(0, 600).holders] == ["hanna", "uwe"]
    assert all(each.certain for each in told.ask(0, 600).holders)
    assert told.ask(-60, 600).watched == "part"
    assert period_in_words(Period(START, START + timedelta(days=1))) == "1 Mar 2027"
    assert period_in_words(Period(START, START)) == "1 Mar 2027, 09:00 UTC"


def test_since_the_last_look(told):
    """What others have changed since then is not known yet."""
    told.change(10, "appointment", "uwe")
    told.looked = 20
    assert [told.ask(m).watched for m in (20, 21)] == ["whole", "part"]
    assert told.ask(15, 21).watched == "part"
    assert [told.held(m) for m in (20, 21)] == [{"uwe": True}, {"uwe": False}]


def test_nobody_held_it(told):
    """A group that was watched, and empty."""
    assert then_sentences(told.ask(5))[0] == "Nobody held this role through an account."
    assert told.ask(5).certain


PEOPLE, GROUPS = ("ada", "bea", "cem"), ("day", "night")
STEP = st.tuples(
    st.sampled_from(
        ("join", "leave", "look", "appoint", "withdraw", "lose reply", "settle", "remap")
    ),
    st.sampled_from(PEOPLE),
    st.sampled_from(GROUPS),
)


class World:
    """A hub, and a service that looks at it now and then: what was really so, and what was told.

    This knows nothing of how the answers are found: it notes, minute by minute, who holds the role.
    """

    def __init__(self) -> None:
        self.ledger = Told()
        self.minute = 0.0
        self.members: set[tuple[str, str]] = set()
        self.recorded: set[tuple[str, str]] = set()
        self.mapped, self.watched = {"day", "night"}, set()
        self.unseen: set[tuple[str, str]] = set()
        self.pending: dict[tuple[str, str], tuple[int, str]] = {}
        self.looked = self.ledger.looked = -1.0
        self.truth: list[tuple[float, frozenset[str]]] = [(0.0, frozenset())]
        self.look()

    def note(self) -> None:
        """What is so from this minute on."""
        holders = frozenset(name for group, name in self.members if group in self.mapped)
        self.truth.append((self.minute, holders))

    def do(self, what: str, person: str, group: str) -> None:
        """Let a minute pass, and something happen."""
        self.minute += 1
        where = (group, person)
        if what in ("join", "leave") and where not in self.unseen and where not in self.pending:
            self.move(where, what == "join")
            self.unseen.add(where)
        elif what == "look":
            self.look()
        elif what in ("appoint", "withdraw") and group in self.watched and not self.pending:
            self.change(where, what == "appoint")
        elif what == "lose reply" and group in self.watched and not self.pending:
            self.lose_reply(where)
        elif what == "settle":
            self.settle()
        elif what == "remap" and not self.pending:
            self.mapped ^= {group}
            self.look()

    def move(self, where: tuple[str, str], joins: bool) -> None:
        (self.members.add if joins else self.members.discard)(where)
        self.note()

    def change(self, where: tuple[str, str], joins: bool) -> None:
        event = "appointment" if joins else "withdrawal"
        result = "unchanged" if (where in self.members) == joins else "done"
        number = self.ledger.tell(self.minute, event, where[1], group=where[0])
        self.minute += 1
        self.move(where, joins)
        self.minute += 1
        self.ended("outcome", where, number, event, result)

    def lose_reply(self, where: tuple[str, str]) -> None:
        """What was asked for is done if the person's name has an a in it, else not."""
        event = "withdrawal" if where in self.members else "appointment"
        number = self.ledger.tell(self.minute, event, where[1], group=where[0])
        self.minute += 1
        if "a" in where[1]:
            self.move(where, event == "appointment")
        self.minute += 1
        self.pending[where] = (number, event)
        self.ended("outcome", where, number, event, "unknown")

    def settle(self) -> None:
        for where, (number, event) in list(self.pending.items()):
            done = (where in self.members) == (event == "appointment")
            del self.pending[where]
            self.ended("settlement", where, number, event, "done" if done else "not done")

    def ended(self, what: str, where: tuple[str, str], number: int, event: str, result: str):
        ending = {"intent": number, "of": event, "result": result, "group": where[0]}
        self.ledger.tell(self.minute, what, where[1], **ending)
        if result in ("done", "unchanged"):
            self.record(where, where in self.members)

    def record(self, where: tuple[str, str], is_there: bool) -> None:
        (self.recorded.add if is_there else self.recorded.discard)(where)
        self.unseen.discard(where)

    def look(self) -> None:
        busy = {group for group, _ in self.pending}
        for group in sorted(self.watched - self.mapped - busy):
            self.ledger.seen(self.minute, "ended", after=self.looked, group=group)
            self.watched.discard(group)
            self.recorded = {where for where in self.recorded if where[0] != group}
        for group in sorted(self.mapped - busy):
            first = {} if group in self.watched else {"first": "yes"}
            if first:
                self.ledger.seen(self.minute, "began", group=group)
                self.watched.add(group)
            self.look_at(group, first)
        if not busy:
            self.looked = self.ledger.looked = self.minute
        self.note()

    def look_at(self, group: str, first: dict[str, str]) -> None:
        after = -1 if first else self.looked
        for person in PEOPLE:
            where = (group, person)
            if (where in self.members) != (where in self.recorded):
                change = "joined" if where in self.members else "left"
                self.ledger.seen(self.minute, change, person, after, group=group, **first)
            self.record(where, where in self.members)

    def really(self, first: float, last: float) -> tuple[set[str], set[str]]:
        """Who really held the role at some moment of a time, and who at every one."""
        inside = [holders for when, holders in self.truth if first < when <= last]
        before = [holders for when, holders in self.truth if when <= first]
        held = [before[-1], *inside]
        return set().union(*held), set(held[0]).intersection(*held)


@given(
    steps=st.lists(STEP, min_size=5, max_size=40),
    asked=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), min_size=3, max_size=10),
)
def test_nothing_is_certain_that_was_not_so(steps, asked):
    """Whatever happens: who certainly held the role really did, and who really did is named,
    where the role was watched; what is certain as a whole is all of it."""
    world = World()
    for what, person, group in steps:
        world.do(what, person, group)
    for begin, length in asked:
        first, last = begin + 0.5, begin + 0.5 + length
        then = world.ledger.ask(first, last)
        some, _ = world.really(first, last)
        certain = {each.name for each in then.holders if each.certain}
        named = {each.name for each in then.holders}
        assert certain <= some
        if then.watched == "whole":
            assert some <= named
        if then.certain:
            assert named == some


@given(steps=st.lists(STEP, max_size=30))
def test_what_is_held_now_is_what_the_state_has(steps):
    """At the moment of the last entry, the past says what the ledger's state says."""
    world = World()
    for what, person, group in steps:
        world.do(what, person, group)
    state = world.ledger.state
    held = {person for role, person in state.joined if role == ROLE}
    then = world.ledger.ask(world.minute)
    opened = {entry.person for entry in state.unsettled.values()}
    assert {each.name for each in then.holders} - opened == held - opened


def bare(number: int, minute: float, event: str, person: str = "", intent=None, **said) -> Entry:
    """An entry without its place in the chain, which would take most of the time to make."""
    names = {"actor": Part("", "rita"), "person": Part("", person)}
    ends = ("", "", "", names)
    moment = stamp(at(minute))
    return Entry(number, moment, event, "user", ROLE, "day", intent, json.dumps(said), *ends)


def long_history(number: int) -> Iterator[Entry]:
    """So many entries about one role: people come and go, each for some minutes."""
    yield bare(1, 0, "observation", change="began")
    for intent in range(2, number, 2):
        event = "appointment" if intent % 4 == 2 else "withdrawal"
        person = f"user-{(intent - 2) // 4 % 20_000}"
        yield bare(intent, intent, event, person)
        yield bare(intent + 1, intent + 0.5, "outcome", person, intent, of=event, result="done")


def quickest(past: Past, minute: float) -> tuple[float, tuple[HolderThen, ...]]:
    """Seconds that an answer takes when nothing else disturbs, and whom it names."""
    took = []
    for _ in range(7):
        began = time.process_time()
        found = past.at(ROLE, Period(at(minute), at(minute))).holders
        took.append(time.process_time() - began)
    return min(took), found


def test_a_hundred_thousand_entries():
    """An answer takes 50 ms at most, whichever time it is about."""
    past = Past()
    for entry in long_history(100_000):
        past.read(entry)
    for minute in (3, 50_003, 99_995):
        seconds, found = quickest(past, minute)
        assert len(found) == 1
        assert seconds < 0.05
