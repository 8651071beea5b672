"""Groups that are kept elsewhere: what is decided, and what is seen of it, in any order.

The hub and the ledger are fakes in memory; the rules, the use cases and the observer are real.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.changes.appointments import Appointments
from jupyterhub_responsibility.changes.automatic import Automatic
from jupyterhub_responsibility.changes.observations import Observer
from jupyterhub_responsibility.changes.recording import Recorder
from jupyterhub_responsibility.changes.requests import Requests
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.domain.rules import Change, Rules
from jupyterhub_responsibility.errors import HubError, RefusedError
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, Entry, stamp
from jupyterhub_responsibility.ledger.past import Period
from jupyterhub_responsibility.ledger.pending import as_decided
from jupyterhub_responsibility.ledger.state import LedgerState

from .declarations import hub as hub_of

ROLE, GROUP = "hub-administrator", "crew:admins"
STARTED = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)
RITA, ROOT = Viewer("rita", groups=frozenset({"community-reps"})), Viewer("root", admin=True)
NAMES = ("ada", "bea", "cleo")
MAPPED = {"groups": [GROUP], "holders": {"min": 0}, "on_term_end": "withdraw"}


class FakeLedger:
    """Entries in memory, with the state that follows from them."""

    def __init__(self, now: Any) -> None:
        self.entries: list[Entry] = []
        self.state = LedgerState()
        self._now = now

    async def catch_up(self) -> None:
        """There is nobody else who writes."""

    async def append(self, *drafts: Draft, after: int | None = None) -> list[Entry]:
        made = []
        for draft in drafts:
            entry = write(draft, self.state.number + 1, BEGINNING, self._now())
            self.entries.append(entry)
            self.state.read(entry)
            made.append(entry)
        return made

    @asynccontextmanager
    async def lock(self, _: str) -> AsyncIterator[None]:
        yield

    async def run(self, work: Any, *_: object) -> Any:
        return "" if work.__name__ == "load" else 0


@dataclass
class World:
    """A hub whose groups come from elsewhere, unless they can be changed `here` by now, and what
    should be pending on it.

    Accounts are told apart by when they were made. `wanted` is by that: who decided that they are
    in the group, or that they aren't, and what they are called as far as that was seen.
    """

    managed: bool = True
    here: bool = False
    seconds: int = 0
    accounts: dict[str, datetime] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    wanted: dict[datetime, tuple[bool, str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {} if self.managed else {"manage_at": {"groups": "crew:{team}"}}
        self.declared = hub_of(roles={ROLE: MAPPED}, **kept)
        self.role = self.declared.model.roles[ROLE]
        self.rules = Rules(self.declared, self.managed)
        self.ledger = FakeLedger(self.now)
        recorder = Recorder(self.ledger, self)
        self.acts = Appointments(
            self, self.ledger, recorder, lambda: self.rules, self.now, lambda *_: None
        )
        self.observer = Observer(
            self.ledger, self.declared, self.ask, self.find, self.census, timedelta(0)
        )
        for name in NAMES:
            self.make(name)

    @property
    def state(self) -> LedgerState:
        return self.ledger.state

    def now(self) -> datetime:
        self.seconds += 1
        return STARTED + timedelta(minutes=self.seconds)

    # -- what is asked of the hub, which changes a group only where that can be done here

    async def members(self, _: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
        return {GROUP: tuple(sorted(self.inside)), "community-reps": ("rita",)}

    async def ask(self, name: str) -> Account | None:
        made = self.accounts.get(name)
        return Account(name, False, (), None, STARTED, made) if made else None

    async def account(self, name: str, _: datetime) -> Account | None:
        return await self.ask(name)

    async def add_to_group(self, _: str, name: str) -> tuple[str, ...]:
        assert self.here, "this is done elsewhere"
        self.inside.add(name)
        return tuple(sorted(self.inside))

    async def remove_from_group(self, _: str, name: str) -> tuple[str, ...]:
        assert self.here, "this is done elsewhere"
        self.inside.discard(name)
        return tuple(sorted(self.inside))

    async def find(self, made: datetime) -> Account | None:
        name = next((name for name, at in self.accounts.items() if at == made), "")
        return await self.ask(name)

    def census(self) -> Accounts:
        found = {n: Account(n, False, (), None, STARTED, at) for n, at in self.accounts.items()}
        return Accounts(STARTED, len(found), found, frozenset({*NAMES, "new"} - found.keys()))

    # -- what happens

    def move(self) -> None:
        """From now on, the group can be changed on the hub; or it can't any more."""
        self.here = not self.here
        kept = {} if self.managed or self.here else {"manage_at": {"groups": "crew:{team}"}}
        self.rules = Rules(hub_of(roles={ROLE: MAPPED}, **kept), self.managed and not self.here)

    def make(self, name: str) -> None:
        self.accounts[name] = self.now()

    async def look(self) -> None:
        """The service looks at the groups; what is done by then is settled."""
        members = await self.members()
        await self.observer.look(Roster(self.now(), members, ledger_number=self.state.number))
        calls = {made: name for name, made in self.accounts.items()}
        for made, (joins, by, _) in list(self.wanted.items()):
            if made not in calls or (calls[made] in self.inside) == joins:
                del self.wanted[made]
            else:
                self.wanted[made] = (joins, by, calls[made])

    def _seen(self) -> None:
        """Somebody decides, so the groups are read: what is done shows, under the same name."""
        for made, (joins, _, name) in list(self.wanted.items()):
            if self.accounts.get(name) == made and (name in self.inside) == joins:
                del self.wanted[made]

    async def decide(self, name: str, joins: bool, actor: Viewer = ROOT, **more: Any) -> Entry:
        change = Change(self.role, "", name, **more)
        if name not in self.accounts:
            joins = False
        self._seen()
        act = self.acts.appoint if joins else self.acts.withdraw
        entry = await act(actor, change)
        made = self.accounts.get(name)
        if made:
            was = self.wanted.pop(made, None)
            if (name in self.inside) != joins:
                by = was[1] if was and was[0] == joins and not more else actor.name
                self.wanted[made] = (joins, by, name)
        return entry


@pytest.fixture(params=[True, False], ids=["login service", "declared"])
def world(request) -> World:
    """Where a login sets all groups, and where the declaration says that a group is kept there."""
    return World(request.param)


def results(world: World) -> list[tuple[str, str]]:
    """What became of what was decided: who, and how it ended."""
    return [(e.person, e.facts["result"]) for e in world.ledger.entries if "result" in e.facts]


async def test_it_is_the_deciders_when_it_is_seen(world):
    """With the term and the reason that were decided; until then nobody holds the role."""
    await world.look()
    until = date(2027, 6, 30)
    outcome = await world.decide("ada", True, until=until, reason="for a while")
    assert outcome.facts["result"] == "pending"
    await world.look()
    ((_, _, person), pending) = next(iter(world.state.pending.items()))
    assert (person, pending.by, pending.until) == ("ada", "root", until)
    assert not world.state.members[GROUP]
    assert not world.state.terms
    world.inside.add("ada")
    await world.look()
    term = world.state.terms[ROLE, "ada"]
    assert (term.by, term.until, term.reason) == ("root", until, "for a while")
    assert term.since == pending.at
    assert not world.state.pending
    assert not world.state.edits
    assert [e.event for e in world.ledger.entries if e.person == "ada"] == [
        "appointment",
        "outcome",
        "settlement",
    ]


async def test_who_held_it_then_and_since_when(world):
    """Not from the decision on, but from when it was seen; and until it was seen that they went."""
    await world.look()
    await world.decide("ada", True)
    decided = world.now()
    await world.look()
    world.inside.add("ada")
    await world.look()
    there = world.now()
    await world.decide("ada", False)
    still = world.now()
    world.inside.discard("ada")
    await world.look()
    gone = world.now()
    held = [
        [each.name for each in world.state.past.at(ROLE, Period(at, at), (GROUP,), gone).holders]
        for at in (decided, there, still, gone)
    ]
    assert held == [[], ["ada"], ["ada"], []]
    (then,) = world.state.past.at(ROLE, Period(there, there), (GROUP,), gone).holders
    assert then.certain
    assert then.through[0].by == "root"


async def test_a_second_time_is_nothing_new(world):
    """Unless it says more: then it takes the place of the first."""
    await world.decide("ada", True)
    number = world.state.number
    assert (await world.decide("ada", True)).number == 0
    assert world.state.number == number
    await world.decide("ada", True, until=date(2027, 1, 1))
    (pending,) = world.state.pending.values()
    assert pending.until == date(2027, 1, 1)


@pytest.mark.parametrize("inside", [True, False])
async def test_the_opposite_ends_it(world, inside):
    """By whoever decided that; nothing else is pending then."""
    world.inside = {"ada"} if inside else set()
    await world.look()
    await world.decide("ada", not inside)
    entry = await world.decide("ada", inside)
    assert (entry.event, entry.facts["result"]) == ("settlement", "taken back")
    assert not world.state.pending
    await world.look()
    assert world.state.members[GROUP] == world.inside


async def test_another_account_of_the_name_was_not_meant(world):
    """What was decided about an account ends with it; whoever has its name by now joined alone."""
    await world.look()
    await world.decide("ada", True)
    world.make("ada")
    world.inside.add("ada")
    await world.look()
    assert ("ada", "ended") in results(world)
    assert ("ada", "done") not in results(world)
    assert world.state.edits[GROUP, "ada"].joined


@pytest.mark.parametrize("joins", [True, False])
async def test_an_account_may_have_another_name_by_then(world, joins):
    """It is the same account; its old name may be somebody else's."""
    world.inside = set() if joins else {"ada"}
    await world.look()
    await world.decide("ada", joins)
    world.accounts["new"] = world.accounts.pop("ada")
    world.inside = set() if joins else {"new"}
    world.make("ada")
    await world.look()
    assert [each.person for each in world.state.pending.values()] == ["new"]
    world.inside = {"new"} if joins else set()
    await world.look()
    assert ("new", "done") in results(world)
    assert not world.state.pending


async def test_renamed_and_added_at_once(world):
    """Nobody has seen it in between."""
    await world.look()
    await world.decide("ada", True)
    world.accounts["new"] = world.accounts.pop("ada")
    world.inside.add("new")
    await world.look()
    assert ("new", "done") in results(world)
    assert world.state.terms[ROLE, "new"].by == "root"


async def test_somebody_takes_note(world):
    """Of who came, and of who went: it is theirs from then on."""
    await world.look()
    world.inside.add("ada")
    await world.look()
    assert world.state.edits
    outcome = await world.decide("ada", True)
    assert outcome.facts["result"] == "unchanged"
    assert world.ledger.entries[-2].facts["noted"] == "yes"
    assert world.state.terms[ROLE, "ada"].by == "root"
    assert not world.state.edits
    world.inside.discard("ada")
    await world.look()
    await world.decide("ada", False)
    assert world.ledger.entries[-2].facts["noted"] == "yes"
    assert not world.state.edits
    assert not world.state.pending


async def test_a_term_ends_by_itself_once(world):
    """That they go is decided by the service; whoever takes that back is not decided against."""
    world.inside.add("ada")
    await world.look()
    yesterday = (STARTED - timedelta(days=1)).date()
    said = {"until": yesterday.isoformat()}
    await world.ledger.append(Draft("term", "root", "user", ROLE, GROUP, "ada", details=said))
    automatic = Automatic(world.acts)
    await automatic.end_terms()
    (pending,) = world.state.pending.values()
    assert (pending.by_kind, pending.appoints, pending.reason) == ("service", False, "term ended")
    await automatic.end_terms()
    assert len(world.state.pending) == 1
    await world.acts.take_back(ROOT, world.role, pending.number)
    await automatic.end_terms()
    assert not world.state.pending


async def test_first_holders_are_decided_once(world):
    """Whoever the declaration names is pending like anybody else, and not decided again."""
    world.rules = Rules(
        hub_of(
            roles={ROLE: {"groups": [GROUP], "initial": ["ada"]}},
            manage_at={"groups": "crew:{team}"},
        ),
        world.managed,
    )
    world.has_user = world.ask
    automatic = Automatic(world.acts)
    assert await automatic.appoint_first() == []
    (pending,) = world.state.pending.values()
    assert (pending.person, pending.by_kind) == ("ada", "service")
    await world.acts.take_back(ROOT, world.role, pending.number)
    assert await automatic.appoint_first() == []
    assert not world.state.pending


async def test_what_is_decided_need_not_be_asked_for(world):
    """Nobody asks for a role that is theirs as soon as somebody has done it."""
    ledger, now = world.ledger, world.now
    requests = Requests(world, ledger, lambda: world.rules, world.acts, now)
    await world.decide("ada", True)
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    roster = Roster(now(), await world.members())
    with pytest.raises(RefusedError, match="decided already that ada becomes Hub Administrator"):
        await requests.ask(ada, Change(world.role, "", "ada"), roster)
    await world.decide("ada", False)
    await requests.ask(ada, Change(world.role, "", "ada"), roster)
    (request,) = world.state.requests
    entry = await requests.decide(ROOT, request, "approved", "yes")
    assert entry.facts["result"] == "pending"
    assert not world.state.requests
    answer = world.state.answers[ROLE, "ada"]
    assert answer.approved
    await world.acts.take_back(RITA, world.role, entry.intent or 0)
    answer = world.state.answers[ROLE, "ada"]
    assert (answer.approved, answer.by) == (False, "rita")


async def test_who_may_take_it_back(world):
    """Whoever may appoint, and whom it is about; about themselves, they can't decide to stay."""
    await world.look()
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    bea = Viewer("bea", created=stamp(world.accounts["bea"]))
    outcome = await world.decide("ada", True)
    number = outcome.intent or 0
    with pytest.raises(RefusedError, match="Only these people"):
        await world.acts.take_back(bea, world.role, number)
    await world.acts.take_back(ada, world.role, number)
    with pytest.raises(RefusedError, match="has been carried out or taken back"):
        await world.acts.take_back(ROOT, world.role, number)
    world.inside.add("ada")
    await world.look()
    number = (await world.decide("ada", False)).intent or 0
    with pytest.raises(RefusedError):
        await world.acts.take_back(ada, world.role, number)
    await world.acts.take_back(RITA, world.role, number)
    assert not world.state.pending


async def test_who_steps_down_may_stay_under_another_name(world):
    """They decided it themselves."""
    world.inside.add("ada")
    await world.look()
    made = stamp(world.accounts["ada"])
    await world.decide("ada", False, Viewer("ada", created=made))
    world.accounts["new"], world.inside = world.accounts.pop("ada"), {"new"}
    await world.look()
    (pending,) = world.state.pending.values()
    await world.acts.take_back(Viewer("new", created=made), world.role, pending.number)
    assert not world.state.pending


async def test_a_note_is_not_lost(world):
    """Whoever is to go already may still write to the next one."""
    world.inside.add("ada")
    await world.look()
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    await world.decide("ada", False, ada)
    number = (await world.decide("ada", False, ada, note="The keys are with bea")).number
    assert number
    assert not (await world.decide("ada", False, ada, note="The keys are with bea")).number
    world.inside.discard("ada")
    await world.look()
    assert world.state.notes[ROLE].text == "The keys are with bea"


async def test_what_can_be_done_here_by_now(world):
    """It stays pending until somebody does it: nothing is lost where a line of the declaration is
    missing for a while. Then it is theirs, and whoever asked has their answer."""
    await world.look()
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    requests = Requests(world, world.ledger, lambda: world.rules, world.acts, world.now)
    roster = Roster(world.now(), await world.members())
    await requests.ask(ada, Change(world.role, "", "ada"), roster)
    (request,) = world.state.requests
    await requests.decide(RITA, request, "approved", "yes")
    world.move()
    await world.look()
    assert world.state.pending
    settled = await world.decide("ada", True)
    assert (settled.event, settled.actor, settled.facts["result"]) == ("settlement", "root", "done")
    assert not world.state.pending
    answer = world.state.answers[ROLE, "ada"]
    assert (answer.approved, answer.by) == (True, "rita")
    await world.look()
    assert results(world) == [("ada", "pending"), ("ada", "done")]
    assert world.state.terms[ROLE, "ada"].by == "rita"


async def test_it_stays_decided_where_the_hub_does_not_do_it(world):
    """Whoever tries again does what was decided, and not something of their own."""
    await world.look()
    await world.decide("ada", True, RITA, reason="knows the reef")
    world.move()
    adds = world.add_to_group

    async def lost(*_: str) -> tuple[str, ...]:
        raise HubError("The hub did not answer in time")

    world.add_to_group = lost
    for more in ({}, {"until": date(2027, 1, 1)}):
        with pytest.raises(HubError):
            await world.decide("ada", True, **more)
        assert world.state.pending
    world.add_to_group = adds
    await world.decide("ada", True)
    await world.look()
    assert not world.state.pending
    assert world.state.terms[ROLE, "ada"].reason == "knows the reef"


@pytest.mark.parametrize("more", [{"until": date(2027, 9, 9)}, {"reason": "the course begins"}])
async def test_another_decision_here_takes_its_place(world, more):
    """With a day, or with words, of their own."""
    await world.look()
    await world.decide("ada", True, RITA, until=date(2027, 1, 1), reason="knows the reef")
    world.move()
    await world.decide("ada", True, **more)
    assert not world.state.pending
    await world.look()
    assert results(world)[-2:] == [("ada", "taken back"), ("ada", "done")]
    term = world.state.terms[ROLE, "ada"]
    assert (term.by, term.until, term.reason) == ("root", more.get("until"), more.get("reason", ""))


async def test_a_term_that_is_over_is_not_carried_out(world):
    """Whoever decides it anew says until when, or for good."""
    await world.look()
    await world.decide("ada", True, RITA, until=date(2026, 11, 25))
    world.move()
    world.seconds += 5 * 24 * 60
    await world.decide("ada", True)
    term = world.state.terms[ROLE, "ada"]
    assert (term.by, term.until) == ("root", None)


@pytest.mark.parametrize("here", [False, True])
async def test_nothing_is_decided_about_a_name_that_has_moved(world, here):
    """Until a look at the hub has told whose they are now: else it would end what was decided about
    somebody else."""
    await world.look()
    await world.decide("ada", True)
    await world.decide("bea", True)
    first, second = world.accounts["ada"], world.accounts.pop("bea")
    if here:
        world.move()
    world.accounts |= {"new": first, "ada": second}
    with pytest.raises(RefusedError, match="have changed since you looked"):
        await world.acts.appoint(ROOT, Change(world.role, "", "ada", until=date(2027, 9, 9)))
    await world.look()
    found = {each.person: each.created for each in world.state.pending.values()}
    assert found == {"new": stamp(first), "ada": stamp(second)}
    await world.acts.appoint(ROOT, Change(world.role, "", "ada", until=date(2027, 9, 9)))
    assert "new" in {each.person for each in world.state.pending.values()}


async def test_the_note_of_whoever_steps_down_here(world):
    """Others have decided that they go; the note is theirs."""
    world.inside.add("ada")
    await world.look()
    await world.decide("ada", False)
    world.move()
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    await world.decide("ada", False, ada, note="The keys are with bea")
    assert (world.state.notes[ROLE].by, world.state.notes[ROLE].text) == (
        "ada",
        "The keys are with bea",
    )
    assert not world.state.pending


async def test_there_is_room_for_what_is_done_here(world):
    """What was decided while there was room may be too many by now; and nobody goes last."""
    bounds = {**MAPPED, "holders": {"min": 1, "max": 1}}
    await world.look()
    await world.decide("ada", True, RITA)
    world.move()
    world.rules = Rules(hub_of(roles={ROLE: bounds}), False)
    world.role = world.rules.declaration.model.roles[ROLE]
    world.inside.add("bea")
    await world.look()
    with pytest.raises(RefusedError, match="can have 1 holder"):
        await world.acts.appoint(RITA, Change(world.role, "", "ada"))
    assert world.state.pending


async def test_a_request_approved_here_ends_the_opposite(world):
    """Somebody was to go, asked before that, and stays."""
    await world.look()
    requests = Requests(world, world.ledger, lambda: world.rules, world.acts, world.now)
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    roster = Roster(world.now(), await world.members())
    await requests.ask(ada, Change(world.role, "", "ada"), roster)
    world.inside.add("ada")
    await world.look()
    await world.decide("ada", False)
    (request,) = world.state.requests
    world.move()
    await requests.decide(ROOT, request, "approved", "yes")
    assert not world.state.pending


async def test_who_stays_after_all_has_the_day_that_was_said(world):
    """Whoever was to go, and is appointed here instead."""
    world.inside.add("ada")
    await world.look()
    await world.decide("ada", False)
    world.move()
    await world.decide("ada", True, until=date(2027, 6, 30))
    assert not world.state.pending
    assert world.state.terms[ROLE, "ada"].until == date(2027, 6, 30)


async def test_the_opposite_ends_it_here_as_well(world):
    """Nobody has to be removed who was never added."""
    await world.look()
    await world.decide("ada", True)
    world.move()
    entry = await world.decide("ada", False)
    assert entry.facts["result"] == "taken back"
    assert not world.state.pending


async def test_what_has_ended_is_no_answer(world):
    """Whoever asked for an account that is gone reads no more that it was approved."""
    await world.look()
    made = stamp(world.accounts["bea"])
    bea = Viewer("bea", groups=frozenset({GROUP}), created=made)
    world.inside.add("bea")
    requests = Requests(world, world.ledger, lambda: world.rules, world.acts, world.now)
    await world.look()
    roster = Roster(world.now(), await world.members())
    await requests.ask(bea, Change(world.role, "", "ada"), roster)
    (request,) = world.state.requests
    await requests.decide(ROOT, request, "approved", "yes")
    assert world.state.answers[ROLE, "bea"].approved
    del world.accounts["ada"]
    await world.look()
    answer = world.state.answers[ROLE, "bea"]
    assert (answer.approved, answer.ended) == (False, True)


async def test_who_is_to_go_can_not_make_it_their_own(world):
    """Else they could take back what others have decided about them."""
    world.inside.add("ada")
    await world.look()
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    number = (await world.decide("ada", False)).intent or 0
    assert not (await world.decide("ada", False, ada, note="I would rather stay")).number
    with pytest.raises(RefusedError):
        await world.acts.take_back(ada, world.role, number)
    (pending,) = world.state.pending.values()
    assert pending.by == "root"


def test_who_will_be_there():
    """Once all is done; of those who are to come, nobody can count on one yet."""
    world = World()
    asyncio.run(_some_decisions(world))
    members = {GROUP: ("bea",)}
    assert as_decided(members, world.state.pending, ROLE) == {GROUP: ("ada",)}
    assert as_decided(members, world.state.pending, ROLE, appointed=False) == {GROUP: ()}
    assert as_decided(members, world.state.pending, "other") == members


async def _some_decisions(world: World) -> None:
    world.inside.add("bea")
    await world.decide("ada", True)
    await world.decide("bea", False)


Steps = list[tuple[str, str]]
HAPPENS = (
    "appoint",
    "withdraw",
    "join",
    "leave",
    "look",
    "look",
    "make",
    "rename",
    "delete",
    "move",
)
STEPS = st.lists(st.tuples(st.sampled_from(HAPPENS), st.sampled_from(NAMES)), max_size=25)


async def _all(world: World, steps: Steps) -> None:
    for step, name in steps:
        await _one(world, step, name)
    await world.look()
    await world.look()  # what was renamed while something else was recorded


async def _one(world: World, step: str, name: str) -> None:
    if step == "look":
        await world.look()
    elif step == "move":
        world.move()
    elif step in ("appoint", "withdraw") and name in world.accounts:
        with suppress(RefusedError):  # it isn't known yet who has the name that was decided about
            await world.decide(name, step == "appoint")
    elif step == "join" and name in world.accounts:
        world.inside.add(name)
    elif step == "leave":
        world.inside.discard(name)
    elif step in ("make", "delete"):
        world.accounts.pop(name, None)
        world.inside.discard(name)
        if step == "make":
            world.make(name)
    elif step == "rename" and name in world.accounts and "new" not in world.accounts:
        world.accounts["new"] = world.accounts.pop(name)
        if name in world.inside:
            world.inside.add("new")
            world.inside.discard(name)


@given(steps=STEPS, managed=st.booleans())
def test_nothing_is_left_open_and_nothing_settled_wrongly(steps: Steps, managed: bool):
    """Whatever is decided, and whatever happens there or, for a while, here, in any order, to
    whichever accounts: in the end just that is pending which isn't so, by whoever decided it, about
    the account that was meant; and whoever is in the group, as recorded, is in it."""
    world = World(managed)
    asyncio.run(_all(world, [("look", ""), *steps]))
    found = {
        (each.person, each.created): (each.appoints, each.by)
        for each in world.state.pending.values()
    }
    calls = {made: name for name, made in world.accounts.items()}
    assert found == {
        (calls[made], stamp(made)): (joins, by) for made, (joins, by, _) in world.wanted.items()
    }
    assert world.state.members[GROUP] == world.inside
    assert all(
        (each.person in world.inside) != each.appoints for each in world.state.pending.values()
    )
