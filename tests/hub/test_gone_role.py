"""A role that the model has no more: what is recorded of it can still be asked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage.store import Store

from ..realhub import RealHub
from .acting import DECLARATION, QUICK, Person, code, set_members

AT = datetime.now(timezone.utc) - timedelta(days=30)
DAY = AT.date().isoformat()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """uwe was a caretaker, when the model had that role."""
    folder = tmp_path_factory.mktemp("gone")
    store = Store(f"sqlite:///{folder}/jupyterhub-responsibility.sqlite")
    store.open()
    said = {"of": "appointment", "result": "done"}
    store.append([Draft("appointment", "root", "user", "caretaker", "caretakers", "uwe")], AT)
    ended = Draft("outcome", "root", "user", "caretaker", "caretakers", "uwe", 1, said)
    store.append([ended], AT)
    store.close()
    with RealHub(folder, DECLARATION, settings=QUICK) as running:
        set_members(running, **{"community-reps": {"rita"}})
        running.wait_until_read()
        yield running


def test_jupyterhub_admins_can_ask(hub):
    """They see all that is recorded; that role alone, as it was."""
    said = Person(hub, "root").get(f"api/roles/caretaker?at={DAY}").json()
    assert [each["user"] for each in said["holders"]] == ["uwe"]
    assert said["role"] == "caretaker"


@pytest.mark.parametrize("who", ["rita", "uwe"])
def test_others_cannot(hub, who):
    """Nobody else decides on it, or ever will."""
    reply = Person(hub, who).get(f"api/roles/caretaker?at={DAY}")
    assert (reply.status_code, code(reply)) == (404, "unknown")


@pytest.mark.parametrize("path", ["api/roles/caretaker", f"api/roles/never-was?at={DAY}"])
def test_what_there_is_not(hub, path):
    """It has no holders today, and no role is made up."""
    assert Person(hub, "root").get(path).status_code == 404
