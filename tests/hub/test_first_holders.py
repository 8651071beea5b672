"""First holders (`initial:`) are appointed once, by the service, when their account is there."""

from __future__ import annotations

import pytest

from ..realhub import RealHub
from .acting import ADMINISTRATOR, DECLARATION, QUICK, REPRESENTATIVE, Browser, Person, deeds

from .acting import entries, members  # isort: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A fresh hub: rita should be the first representative, and nele, who has no account yet."""
    roles = {
        **DECLARATION["roles"],
        REPRESENTATIVE: {"groups": ["community-reps"], "initial": ["rita"]},
        ADMINISTRATOR: {"groups": ["hub-admins"], "initial": ["nele"]},
    }
    declaration = {**DECLARATION, "roles": roles}
    with RealHub(tmp_path_factory.mktemp("first"), declaration, settings=QUICK) as running:
        yield running


def rounds(hub) -> None:
    """Let the service have had every chance to act."""
    for _ in range(3):
        hub.wait_until_read()


def test_a_fresh_hub_has_its_representative(hub):
    """Without anybody opening the admin page, once, recorded as done by the service.

    Who represents the community is the first Hub Administrator, too.
    """
    hub.wait_for(lambda: members(hub, "hub-admins") == {"rita"}, 15)
    assert members(hub, "community-reps") == {"rita"}
    rounds(hub)
    done = [each for each in entries(hub) if each["event"] != "observation"]
    assert [(e["event"], e["actor"], e["actor_kind"], e["person"]) for e in done] == [
        ("appointment", "this service", "service", "rita"),
        ("outcome", "this service", "service", "rita"),
    ] * 2
    assert done[0]["details"] == {"first": "yes"}
    assert done[2]["details"] == {"starts_with": REPRESENTATIVE}
    assert "because you are Community Representative" in Browser(hub, "rita").read().text
    assert Person(hub, "rita").appoint(ADMINISTRATOR, "uwe").json()["result"] == "done"


def test_whoever_has_no_account_is_waited_for(hub):
    """JupyterHub admins see whom; once the account is there, it is appointed."""
    rounds(hub)
    assert "nele should be the first Hub Administrator" in Browser(hub, "root").read().text
    assert "nele" not in Browser(hub, "uwe").read().text
    assert hub.health()["status"] == "degraded"
    assert members(hub, "hub-admins") == {"rita", "uwe"}
    hub.api("POST", "users/nele").raise_for_status()
    hub.wait_for(lambda: members(hub, "hub-admins") == {"rita", "uwe", "nele"}, 15)
    hub.wait_for(lambda: hub.health()["status"] == "ok", 15)


def test_not_again_after_a_withdrawal_nor_a_restart(hub):
    """Whoever was withdrawn stays so: by us, elsewhere, and when the hub starts again."""
    Person(hub, "rita").withdraw(ADMINISTRATOR, "nele").raise_for_status()
    Person(hub, "rita").withdraw(ADMINISTRATOR, "rita").raise_for_status()
    hub.api("DELETE", "groups/community-reps/users", json={"users": ["rita"]}).raise_for_status()
    rounds(hub)
    mark = hub.health()["ledger"]["number"]
    hub.stop()
    with hub:
        rounds(hub)
        assert members(hub, "hub-admins") == {"uwe"}
        assert members(hub, "community-reps") == set()
        assert deeds(hub, mark) == []
        hub.api("DELETE", "users/nele").raise_for_status()
        hub.api("POST", "users/nele").raise_for_status()
        rounds(hub)
        assert members(hub, "hub-admins") == {"uwe"}
