"""Adding users: by whom, what becomes of each name, and what is never touched."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup

from ..realhub import RealHub
from .acting import DECLARATION, QUICK, Browser, Person, code, deeds, set_members


def accounts(hub) -> dict[str, dict]:
    """Every account with what matters about it."""
    keep = ("admin", "groups", "roles", "created")
    users = hub.api("GET", "users").json()
    return {user["name"]: {key: user[key] for key in keep} for user in users}


@pytest.fixture
def gone(world):
    """Accounts with these names are gone before and after."""
    names = [f"new-{number}" for number in range(60)]
    yield names
    for name in names:
        world.api("DELETE", f"users/{name}")


def test_hub_administrators_add_users(world, person, gone):
    """What became of each name is said and recorded; the accounts are plain users."""
    before = accounts(world)
    names = [gone[0], "uwe", "NEW-1", "a/b", gone[0], " new-2 "]
    reply = person("hanna").ask("POST", "api/users", json={"usernames": names})
    assert reply.status_code == 200
    results = reply.json()["results"]
    assert [(each["name"], each["result"]) for each in results] == [
        ("new-0", "done"),
        ("uwe", "unchanged"),
        ("new-1", "done"),
        ("a/b", "refused"),
        ("new-2", "done"),
    ]
    assert "a/b" in results[3]["message"]
    after = accounts(world)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"new-0", "new-1", "new-2"}
    for name in ("new-0", "new-1", "new-2"):
        assert (after[name]["admin"], after[name]["groups"]) == (False, [])
        assert after[name]["roles"] == ["user"]
    assert deeds(world, world.mark) == [
        ("account", "hanna", "new-0", ""),
        ("outcome", "hanna", "new-0", "done"),
        ("account", "hanna", "uwe", ""),
        ("outcome", "hanna", "uwe", "unchanged"),
        ("account", "hanna", "NEW-1", ""),
        ("outcome", "hanna", "new-1", "done"),
        ("account", "hanna", "a/b", ""),
        ("outcome", "hanna", "a/b", "refused"),
        ("account", "hanna", "new-2", ""),
        ("outcome", "hanna", "new-2", "done"),
    ]


def test_a_pasted_list(world, browser, gone):
    """One name a line or between commas, as people paste; the page says what became of each."""
    text = f"{gone[3]}\r\n\r\n  {gone[4]} , uwe,\n{gone[3]}"
    html = browser("hanna").submit("users", {"usernames": ""}, usernames=text).text
    rows = {row.strong.text.strip(): row.text for row in BeautifulSoup(html, "html.parser").select(
        "main .rsp-plain .rsp-row")}  # fmt: skip
    assert set(rows) == {"new-3", "new-4", "uwe"}
    assert "added" in rows["new-3"]
    assert "added" in rows["new-4"]
    assert "already has an account" in rows["uwe"]
    assert {"new-3", "new-4"} <= set(accounts(world))


def test_fifty_at_once(world, person, gone):
    """As many as are allowed are added in one go, each recorded."""
    reply = person("hanna").ask("POST", "api/users", json={"usernames": gone[:50]})
    assert [each["result"] for each in reply.json()["results"]] == ["done"] * 50
    assert set(gone[:50]) <= set(accounts(world))
    assert len(deeds(world, world.mark)) == 100


def test_an_admin_stays_an_admin(world, person):
    """Adding somebody who is there takes nothing from them, nor gives anything."""
    before = accounts(world)
    reply = person("hanna").ask("POST", "api/users", json={"usernames": ["root", "rita", "HANNA"]})
    assert {each["result"] for each in reply.json()["results"]} == {"unchanged"}
    assert accounts(world) == before


@pytest.mark.parametrize(
    "more", [{"admin": True}, {"groups": ["hub-admins"]}, {"roles": ["admin"]}]
)
def test_nobody_is_made_an_admin(world, person, more):
    """There is no way to ask for more than a plain user."""
    reply = person("root").ask("POST", "api/users", json={"usernames": ["new-0"], **more})
    assert (reply.status_code, code(reply)) == (400, "invalid")
    assert "new-0" not in accounts(world)


def test_who_may_add(world, person, browser, gone):
    """Hub Administrators and JupyterHub admins; to others the page isn't there."""
    for name in ("rita", "uwe"):
        reply = person(name).ask("POST", "api/users", json={"usernames": [gone[5]]})
        assert (reply.status_code, code(reply)) == (403, "not_allowed")
        assert browser(name).session.get(world.page("users")).status_code == 403
        assert 'href="/services/responsibilities/users"' not in str(browser(name).read())
    assert gone[5] not in accounts(world)
    assert not deeds(world, world.mark)
    reply = person("root").ask("POST", "api/users", json={"usernames": [gone[5]]})
    assert reply.json()["results"] == [{"name": gone[5], "result": "done"}]
    assert 'href="/services/responsibilities/users"' in str(browser("hanna").read())


NAMES = ["<img src=x onerror=alert(1)>", "=1+1", "ümläut", "‮txt", "x" * 255, "100%", "..%2fx"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_as_the_hub_accepts_them(world, person, name):
    """The account that was asked for is the one that is added, or the reply says why not."""
    world.api("DELETE", f"users/{quote(name, safe='')}")  # where another test has added it
    reply = person("hanna").ask("POST", "api/users", json={"usernames": [name]})
    (result,) = reply.json()["results"]
    assert (result["name"], result["result"]) == (name, "done"), result
    assert name in accounts(world)
    world.api("DELETE", f"users/{quote(name, safe='')}").raise_for_status()


@pytest.mark.parametrize("name", [".", "..", "/", "x" * 256, "\ud800"])
def test_names_that_none_can_have(world, person, name):
    """One such name is refused in words, and leaves the hub as it is."""
    before = accounts(world)
    reply = person("hanna").ask("POST", "api/users", data=json.dumps({"usernames": [name]}))
    if reply.status_code == 400:
        assert code(reply) == "invalid"
    else:
        (result,) = reply.json()["results"]
        assert result["result"] == "refused"
        assert result["message"]
    assert accounts(world) == before


@pytest.mark.parametrize("management", ["admin", "off"])
def test_where_the_service_adds_nobody(tmp_path_factory, management):
    """With `user_management` set otherwise, nobody adds users here, whoever they are."""
    hub = RealHub(
        tmp_path_factory.mktemp(management), DECLARATION,
        options=f"user_management={management!r}", settings=QUICK,
    )  # fmt: skip
    with hub:
        set_members(hub, **{"hub-admins": {"hanna"}})
        before = accounts(hub)
        for name in ("hanna", "root"):
            reply = Person(hub, name).ask("POST", "api/users", json={"usernames": ["new-0"]})
            assert (reply.status_code, code(reply)) == (403, "not_allowed")
            browser = Browser(hub, name)
            assert browser.session.get(hub.page("users")).status_code == 403
            assert 'href="/services/responsibilities/users"' not in str(browser.read())
        assert accounts(hub) == before
        assert not deeds(hub, 0)
        added = hub.api("POST", "users/new-0", token=hub.token_for("hanna"))
        assert added.status_code == (201 if management == "admin" else 403)
