"""What was decided, and isn't done, and doesn't stay so: taken back, or decided anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jupyterhub_responsibility.changes.deciding import decided, settlement
from jupyterhub_responsibility.changes.requests import Requests
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.domain.rules import Change, Rules
from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.ledger.pending import Pending

from .declarations import hub as hub_of
from .test_deciding import GROUP, RITA, ROLE, ROOT, STARTED, World

UNTIL = date(2027, 6, 30)


@pytest.fixture
def world() -> World:
    return World()


async def approved(world: World) -> int:
    """Ada has asked, and rita approves it; the number of the decision."""
    requests = Requests(world, world.ledger, lambda: world.rules, world.acts, world.now)
    await world.look()
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    await requests.ask(ada, Change(world.role, "", "ada"), Roster(world.now(), {GROUP: ()}))
    (number,) = world.state.requests
    outcome = await requests.decide(RITA, number, "approved", "welcome")
    return outcome.intent or 0


async def test_a_decision_in_the_place_of_another_answers_the_same_request(world):
    """Nobody reads that they were declined who were given another last day."""
    await approved(world)
    await world.decide("ada", True, until=UNTIL, reason="for a year")
    (pending,) = world.state.pending.values()
    assert (pending.by, pending.until) == ("root", UNTIL)
    answer = world.state.answers[ROLE, "ada"]
    assert (answer.approved, answer.by, answer.message) == (True, "root", "for a year")
    await world.acts.take_back(RITA, world.role, pending.number)
    answer = world.state.answers[ROLE, "ada"]
    assert (answer.approved, answer.by) == (False, "rita")


async def test_whoever_takes_back_what_they_asked_for_knows_that(world):
    """Nobody has declined it."""
    number = await approved(world)
    ada = Viewer("ada", created=stamp(world.accounts["ada"]))
    await world.acts.take_back(ada, world.role, number)
    assert not world.state.pending
    assert not world.state.answers


async def test_who_was_to_go_stays_only_where_there_is_room(world):
    """Somebody else was decided to come meanwhile; they are taken back first."""
    mapped = {"groups": [GROUP], "holders": {"min": 0, "max": 2}}
    world.rules = Rules(hub_of(roles={ROLE: mapped}), authenticator_groups=True)
    world.role = world.rules.declaration.model.roles[ROLE]
    world.inside = {"ada", "bea"}
    await world.look()
    going = (await world.decide("ada", False)).intent or 0
    coming = (await world.decide("cleo", True)).intent or 0
    with pytest.raises(RefusedError, match="can have 2 holders"):
        await world.acts.take_back(ROOT, world.role, going)
    assert len(world.state.pending) == 2
    await world.acts.take_back(ROOT, world.role, coming)
    await world.acts.take_back(ROOT, world.role, going)
    assert not world.state.pending


@pytest.mark.parametrize("joins", [True, False])
async def test_an_account_with_another_name_has_one_decision(world, joins):
    """Before anybody has seen that it was renamed: the same is nothing new, and the opposite takes
    it back."""
    await world.look()
    await world.decide("ada", True)
    world.accounts["new"] = world.accounts.pop("ada")
    entry = await world.decide("new", joins)
    if joins:
        assert entry.number == 0
    else:
        assert entry.facts["result"] == "taken back"
    await world.look()
    assert [each.person for each in world.state.pending.values()] == ["new"] * joins
    began = {e.number for e in world.ledger.entries if e.event == "appointment"}
    assert began == {each.number for each in world.state.pending.values()} or not joins


async def test_what_was_settled_meanwhile_is_not_taken_back(world):
    """Whoever looks at the groups may be faster, at another replica."""
    await world.look()
    number = (await world.decide("ada", True)).intent or 0
    append = world.ledger.append

    async def slower(*drafts: Draft, after: int | None = None) -> list:
        if drafts[0].details["result"] == "taken back":
            (pending,) = world.state.pending.values()
            await append(settlement(pending, "done", {}, await world.ask("ada")))
            assert after is not None
            return []
        return await append(*drafts)

    world.ledger.append = slower
    with pytest.raises(RefusedError, match="has been carried out or taken back"):
        await world.acts.take_back(ROOT, world.role, number)
    assert world.state.members[GROUP] == {"ada"}


async def test_when_it_was_seen_by_whoever_decides_next(world):
    """It may have been done at any time since it was decided."""
    await world.look()
    await world.decide("ada", True)
    (pending,) = world.state.pending.values()
    world.inside.add("ada")
    await world.decide("bea", True)
    (settled,) = [e for e in world.ledger.entries if e.event == "settlement"]
    assert settled.facts["after"] == stamp(pending.at)


def test_a_program_that_is_called_as_somebody_is_not_them(world):
    """What it decided is nobody's own."""
    draft = Draft("withdrawal", "ada", "service", ROLE, GROUP, "ada")
    pending = Pending(write(draft, 1, BEGINNING, STARTED), "ada")
    assert not world.rules.may_take_back(Viewer("ada"), decided(pending, world.role))
    own = replace(pending, intent=write(replace(draft, actor_kind="user"), 1, BEGINNING, STARTED))
    assert world.rules.may_take_back(Viewer("ada"), decided(own, world.role))
