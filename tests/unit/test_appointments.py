"""Changes that the hub cannot even be asked for."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.changes.appointments import Appointments
from jupyterhub_responsibility.changes.recording import Recorder
from jupyterhub_responsibility.changes.users import NewUsers
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.hub.api import HubAPI
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store


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
    return Appointments(declared, UNREACHABLE, ledger, recorder, rules, now, lambda *_: None)


@pytest.mark.parametrize("name", [".", "..", "half \ud800"])
async def test_a_name_that_no_path_can_hold(appointments, ledger, name):
    """It is refused with an outcome, so that nothing stays open."""
    with pytest.raises(RefusedError, match="can't be a username"):
        await NewUsers(UNREACHABLE, ledger, Recorder(ledger, UNREACHABLE)).add(
            Viewer("hanna"), name
        )
    assert not ledger.state.unsettled
    assert ledger.state.number == 2


@pytest.mark.parametrize("name", [".", ".."])
async def test_an_open_intent_about_such_a_name(appointments, ledger, name):
    """Where the service died before the outcome, it is settled as not done."""
    await ledger.append(Draft("account", "hanna", person=name))
    await Recorder(ledger, UNREACHABLE).settle()
    assert not ledger.state.unsettled
