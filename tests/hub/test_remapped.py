"""The declaration is changed, and put right: nobody loses what was recorded of them unheard."""

from __future__ import annotations

import json

import pytest
import yaml

from ..realhub import RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    QUICK,
    Browser,
    Person,
    confirm,
    diff,
    later,
    plain,
    set_members,
    standing,
    told,
)


def with_groups(*groups: str, role: str = ADMINISTRATOR) -> dict:
    """The declaration, with other groups for Hub Administrators, or for a role of another id."""
    roles = {**DECLARATION["roles"], ADMINISTRATOR: {"groups": list(groups)}}
    if role == ADMINISTRATOR:
        return {**DECLARATION, "roles": roles}
    other = {"title": "Caretaker", "summary": "Takes care.", "mapped": True}
    return {
        **DECLARATION,
        "roles": {**roles, ADMINISTRATOR: {"groups": ["nobodies"]}, role: {**other,
                  "description": "Takes care.", "groups": list(groups)}},
    }  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """hanna is Hub Administrator for a while, and has confirmed; uwe is one without more."""
    with RealHub(tmp_path_factory.mktemp("remapped"), DECLARATION, settings=QUICK) as running:
        set_members(running, **{"community-reps": {"rita"}})
        settled(running)
        rita = Person(running, "rita")
        for name in ("hanna", "uwe"):
            rita.appoint(ADMINISTRATOR, name, until=later(30)).raise_for_status()
        rita.withdraw(ADMINISTRATOR, "rita").raise_for_status()  # the first, by the service
        confirm(running, "hanna")
        settled(running)
        yield running


def settled(hub) -> None:
    for _ in range(2):
        hub.wait_until_read()


def restart(hub, declaration: dict) -> None:
    """As an operator does after a change of the file."""
    hub.stop()
    hub.declaration_file.write_text(yaml.safe_dump(declaration))
    hub.start()
    settled(hub)


def gaps(hub) -> dict[str, dict]:
    """Those about Hub Administrators, by kind."""
    found = Person(hub, "root").get("api/coverage").json()["gaps"]
    return {each["kind"]: each for each in found if each["about"] == ADMINISTRATOR}


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "mistaken",
    [with_groups("hub-team"), with_groups("hub-admins", role="caretaker")],
    ids=["another group", "another role"],
)
def test_a_mistake_in_the_mapping_takes_nothing_away(hub, mistaken):
    """Those who lost the role are named at once; put right, term and confirmation are back."""
    before = standing(hub, "hanna")
    assert "Until" in before
    assert "duties confirmed" in before
    restart(hub, mistaken)
    lost = gaps(hub)["role-lost"]
    assert lost["urgency"] == "urgent"
    assert plain(lost["title"]) == "hanna and uwe lost the role Hub Administrator"
    assert "hanna" in Browser(hub, "root").read("admin").text
    ended = "hanna is no longer Hub Administrator: the group hub-admins does not stand for this"
    assert f"{ended} role any more." in told(hub, "hanna")
    restart(hub, DECLARATION)
    assert "role-lost" not in gaps(hub)
    assert standing(hub, "hanna") == before
    assert "Until" in standing(hub, "uwe")


@pytest.mark.timeout(120)
def test_who_left_meanwhile_comes_back_with_nothing(hub):
    """Who was taken out while the mapping was away, and is added later, begins anew."""
    restart(hub, with_groups("hub-team"))
    hub.api("DELETE", "groups/hub-admins/users", json={"users": ["uwe"]}).raise_for_status()
    restart(hub, DECLARATION)
    assert "role-lost" not in gaps(hub)
    hub.api("POST", "groups/hub-admins/users", json={"users": ["uwe"]}).raise_for_status()
    settled(hub)
    assert "Until" not in standing(hub, "uwe")
    assert "Until" in standing(hub, "hanna")


def test_who_would_gain_or_lose_is_said_beforehand(hub):
    """By asking the hub itself: 0 nothing, 1 changes, 2 it can't be told."""
    hub.api("POST", "users/nele")
    hub.api("POST", "groups/planned").raise_for_status()
    hub.api("POST", "groups/planned/users", json={"users": ["nele", "hanna"]}).raise_for_status()
    root = hub.token_for("root")
    same = diff(hub, DECLARATION, root)
    assert (same.returncode, same.stdout) == (0, "Nothing would change for anybody.\n"), same.stderr
    other = diff(hub, with_groups("planned"), root)
    assert other.returncode == 1, other.stderr
    assert other.stdout.splitlines() == [
        "Hub Administrator (hub-administrator)",
        "  + nele gets this role",
        "  - uwe loses this role",
        "The hub has to be restarted for this. Where it has the file, everything else takes effect"
        " by itself:",
        "  roles.hub-administrator.groups (line 29)",
    ]
    data = json.loads(diff(hub, with_groups("no-such-group"), root, "--format", "json").stdout)
    (role,) = data["roles"]
    assert (role["gained"], sorted(role["lost"])) == ([], ["hanna", "uwe"])
    fewer = with_groups("hub-admins")
    fewer["roles"][ADMINISTRATOR]["scopes"] = ["admin-ui", "list:users"]
    said = diff(hub, fewer, root).stdout
    assert "- its holders may no longer see, start and stop servers (servers)" in said
    moved = diff(hub, with_groups("hub-admins", role="caretaker"), root).stdout
    assert "Hub Administrator (hub-administrator)\n  - hanna loses this role" in moved
    assert "Caretaker (caretaker)\n  + hanna gets this role" in moved


def test_what_cannot_be_told_beforehand(hub):
    """Who is in a group that the token can't see, a wrong file, a wrong address: 2, and why."""
    unknown = diff(hub, with_groups("planned"), hub.token_for("rita"))
    assert unknown.returncode == 2
    assert "the token needs list:groups and read:groups!group=planned" in unknown.stderr
    assert "? who is in the group planned" in unknown.stdout
    wrong = diff(hub, {"roles": {ADMINISTRATOR: {"group": "x"}}}, hub.token_for("root"))
    assert wrong.returncode == 2
    assert "planned.yaml" in wrong.stderr
    assert diff(hub, DECLARATION, "no-token").returncode == 2
    assert "Set JUPYTERHUB_API_TOKEN" in diff(hub, DECLARATION, "").stderr
