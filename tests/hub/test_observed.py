"""What others change on the hub is observed and recorded; what is done here is not observed."""

from __future__ import annotations

import pytest

from ..realhub import RealHub
from .acting import ADMINISTRATOR, DECLARATION, QUICK, Person, deeds, entries, members, set_members


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub of its own, which is restarted."""
    with RealHub(tmp_path_factory.mktemp("observed"), DECLARATION, settings=QUICK) as running:
        set_members(running, **{"hub-admins": {"hanna"}, "community-reps": {"rita"}})
        yield running


def observed(hub, after: int) -> list[tuple[str, str, str]]:
    """Group, what changed, and whose account, in order."""
    return [
        (each["group"], each["details"]["change"], each["person"])
        for each in entries(hub, after)
        if each["event"] == "observation"
    ]


def quiet(hub) -> int:
    """The last entry, once nothing is left to observe."""
    hub.wait_until_read()
    hub.wait_until_read()
    return int(hub.health()["ledger"]["number"])


def test_the_record_begins_with_whoever_is_there(hub):
    """Each mapped group has a beginning, then those who were in it; nobody knows why."""
    quiet(hub)
    every = entries(hub)
    assert {each["event"] for each in every} == {"observation"}
    assert {(each["actor"], each["actor_kind"], bool(each["person"])) for each in every} == {
        ("this service", "service", False),
        ("", "hub", True),
    }
    assert [each["details"]["change"] for each in every].count("began") == 4
    assert {(each["group"], each["person"]) for each in every if each["person"]} == {
        ("hub-admins", "hanna"),
        ("community-reps", "rita"),
    }


def test_changes_by_the_hubs_own_api(hub):
    """Whoever joins or leaves elsewhere is recorded once, with the role, as seen on the hub."""
    mark = quiet(hub)
    hub.api("POST", "groups/hub-admins/users", json={"users": ["uwe", "root"]}).raise_for_status()
    hub.wait_for(lambda: len(observed(hub, mark)) == 2, 15)
    hub.api("DELETE", "groups/hub-admins/users", json={"users": ["uwe"]}).raise_for_status()
    hub.wait_for(lambda: len(observed(hub, mark)) == 3, 15)
    quiet(hub)
    assert observed(hub, mark) == [
        ("hub-admins", "joined", "root"),
        ("hub-admins", "joined", "uwe"),
        ("hub-admins", "left", "uwe"),
    ]
    assert {each["role"] for each in entries(hub, mark)} == {ADMINISTRATOR}
    hub.api("DELETE", "groups/hub-admins/users", json={"users": ["root"]}).raise_for_status()


def test_deletion_and_renaming(hub):
    """An account that is deleted has left; one that is renamed is the same under another name."""
    for name in ("delia", "renate"):
        hub.api("POST", f"users/{name}").raise_for_status()
    hub.api("POST", "groups/guides/users", json={"users": ["delia", "renate"]}).raise_for_status()
    mark = quiet(hub)
    hub.api("DELETE", "users/delia").raise_for_status()
    hub.wait_for(lambda: observed(hub, mark), 15)
    hub.api("PATCH", "users/renate", json={"name": "renata"}).raise_for_status()
    hub.wait_for(lambda: len(observed(hub, mark)) == 2, 15)
    quiet(hub)
    assert observed(hub, mark) == [
        ("guides", "left", "delia"),
        ("guides", "renamed", "renata"),
    ]
    history = Person(hub, "root").get("api/ledger", params={"person": "delia"}).json()["entries"]
    assert len(history) == 2  # what was is still there


def test_a_group_that_is_deleted(hub):
    """Its members have left it; the page says that the group is gone."""
    hub.api("POST", "groups/guides%2Fpt/users", json={"users": ["uwe"]}).raise_for_status()
    mark = quiet(hub)
    hub.api("DELETE", "groups/guides%2Fpt").raise_for_status()
    hub.wait_for(lambda: observed(hub, mark), 15)
    assert observed(hub, mark) == [("guides/pt", "left", "uwe")]
    reply = Person(hub, "root").appoint("community-guide", "uwe", group="guides/pt")
    assert reply.status_code == 409
    assert "no group" in reply.json()["error"]["message"]
    hub.api("POST", "groups/guides%2Fpt").raise_for_status()
    quiet(hub)


def test_what_is_done_here_is_not_observed(hub):
    """However often, and while the roster is read in between: no observation of our own."""
    mark = quiet(hub)
    rita = Person(hub, "rita")
    for _ in range(7):
        assert rita.appoint(ADMINISTRATOR, "uwe").json()["result"] == "done"
        assert rita.withdraw(ADMINISTRATOR, "uwe").json()["result"] == "done"
        hub.health()
    quiet(hub)
    assert observed(hub, mark) == []
    assert len(deeds(hub, mark)) == 28


def test_both_at_once(hub):
    """Somebody changes the group elsewhere while we do: only theirs is observed."""
    mark = quiet(hub)
    rita = Person(hub, "rita")
    rita.appoint(ADMINISTRATOR, "uwe").raise_for_status()
    hub.api("POST", "groups/hub-admins/users", json={"users": ["root"]}).raise_for_status()
    rita.withdraw(ADMINISTRATOR, "uwe").raise_for_status()
    hub.wait_for(lambda: observed(hub, mark), 15)
    quiet(hub)
    assert observed(hub, mark) == [("hub-admins", "joined", "root")]
    assert rita.withdraw(ADMINISTRATOR, "root").json()["result"] == "done"


def test_changes_while_the_service_is_away(hub):
    """A restart of the hub loses nothing and repeats nothing; what came with it is observed."""
    Person(hub, "rita").appoint(ADMINISTRATOR, "uwe").raise_for_status()
    mark = quiet(hub)
    hub.stop()
    hub.config += "\nc.JupyterHub.load_groups = {'hub-admins': {'users': ['nora']}}\n"
    with hub:
        hub.wait_for(lambda: observed(hub, mark), 15)
        quiet(hub)
        assert observed(hub, mark) == [("hub-admins", "joined", "nora")]
        assert deeds(hub, mark) == []
        assert members(hub, "hub-admins") == {"hanna", "uwe", "nora"}
