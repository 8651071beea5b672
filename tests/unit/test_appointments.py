"""Changes that the hub cannot even be asked for."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.changes.appointments import Appointments
from jupyterhub_responsibility.changes.recording import Recorder
from jupyterhub_responsibility.changes.requests import Requests
from jupyterhub_responsibility.changes.users import NewUsers
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Change, Rules
from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.hub.api import HubAPI
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from .declarations import hub as hub_of


def now() -> datetime:
    return datetime.now(timezone.utc)


UNREACHABLE = HubAPI("http://127.0.0.1:1/hub/api", "token")


@pytest.fixture
async def ledger(tmp_path):
    opened = Ledger(Store(f"sqlite:///{tmp_path}/ledger.sqlite"), now)
    yield opened
    await opened.close()


@pytest.fixture
def appointments(declared, ledger) -> Appointments:
    """With a hub that doesn't answer: nobody is to ask it."""
    recorder = Recorder(ledger, UNREACHABLE)
    rules = Rules(declared)
    return Appointments(UNREACHABLE, ledger, recorder, lambda: rules, now, lambda *_: None)


@pytest.mark.parametrize("name", [".", "..", "half \ud800"])
async def test_a_name_that_no_path_can_hold(appointments, ledger, name):
    """It is refused with an outcome, so that nothing stays open."""
    recorder = Recorder(ledger, UNREACHABLE)
    new_users = NewUsers(UNREACHABLE, ledger, recorder, appointments.rules, now)
    with pytest.raises(RefusedError, match="can't be a username"):
        await new_users.add(Viewer("hanna"), name)
    assert not ledger.state.unsettled
    assert ledger.state.number == 2


@pytest.mark.parametrize("name", [".", ".."])
async def test_an_open_intent_about_such_a_name(appointments, ledger, name):
    """Where the service died before the outcome, it is settled as not done."""
    await ledger.append(Draft("account", "hanna", person=name))
    await Recorder(ledger, UNREACHABLE).settle()
    assert not ledger.state.unsettled


@pytest.fixture
def wish(ledger, roster):
    """Somebody's wish about a role that has several groups, none of which they name."""
    declared = hub_of(roles={"hub-administrator": {"groups": ["one", "two"]}})

    async def wish(way: str, actor: Viewer, person: str, managed: bool = False) -> str:
        """The code with which it is refused, and the message."""
        rules, recorder = Rules(declared, managed), Recorder(ledger, UNREACHABLE)
        acts = Appointments(UNREACHABLE, ledger, recorder, lambda: rules, now, lambda *_: None)
        change = Change(declared.model.roles["hub-administrator"], "", person)
        made = {
            "appoint": lambda: acts.appoint(actor, change),
            "withdraw": lambda: acts.withdraw(actor, change),
            "ask": lambda: Requests(acts.hub, ledger, lambda: rules, acts, now).ask(
                actor, change, roster
            ),
        }
        with pytest.raises(RefusedError) as caught:
            await made[way]()
        return f"{caught.value.code}: {caught.value}"

    return wish


@pytest.mark.parametrize("way", ["appoint", "withdraw", "ask"])
@pytest.mark.parametrize("managed", [False, True])
async def test_who_may_comes_first(wish, way, managed):
    """Whoever may not is told just that: not which groups there are, nor how they are kept."""
    assert (await wish(way, Viewer("uwe"), "hanna", managed)).startswith("not_allowed: Only")


@pytest.mark.parametrize("way", ["appoint", "ask"])
async def test_the_group_that_is_meant(wish, way):
    """Whoever may is told that a role has several groups, if they named none."""
    root = Viewer("root", admin=True)
    said = await wish(way, root, "root")
    assert said.startswith("which_group: ")
    assert "one, two" in said
    assert await wish(way, root, "root", managed=True) == said
