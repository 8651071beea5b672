"""Adding users: by whom, what becomes of each name, and what is never touched."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
import requests
from bs4 import BeautifulSoup

from ..realhub import RealHub
from .acting import (
    DECLARATION,
    QUICK,
    Browser,
    Person,
    code,
    crlf,
    deeds,
    diff,
    said,
    set_members,
    values,
)


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
        ("account", "hanna", "NEW-1", ""),
        ("outcome", "hanna", "new-1", "done"),
        ("account", "hanna", "a/b", ""),
        ("outcome", "hanna", "a/b", "refused"),
        ("account", "hanna", "new-2", ""),
        ("outcome", "hanna", "new-2", "done"),
    ]


def preview(browser: Browser, text: str, **more: str) -> BeautifulSoup:
    """The page that shows what a list would become."""
    reply = browser.submit("users", {"action": "preview"}, pasted=text, **more)
    assert reply.status_code == 200, said(reply)
    return BeautifulSoup(reply.text, "html.parser")


def offers(html: BeautifulSoup) -> dict[str, bool | None]:
    """Each name of a preview, and whether it has a tick; None where it can't have one."""
    rows = html.select("main table tbody tr")
    boxes = {row.th.text.strip(): row.find("input", type="checkbox") for row in rows}
    return {name: box and box.has_attr("checked") for name, box in boxes.items()}


def add(browser: Browser, html: BeautifulSoup, *names: str) -> requests.Response:
    """Give these names of a preview a tick, and no others, and send the form."""
    form = html.find("input", value="add").find_parent("form")
    offered = [each["value"] for each in form.find_all("input", {"name": "offered"})]
    data = {**values(form), "offered": offered, "usernames": names}
    return browser.session.post(browser.hub.page("users"), data=data, timeout=30)


def results(reply: requests.Response) -> dict[str, str]:
    """What the page says of each name that was to be added."""
    rows = BeautifulSoup(reply.text, "html.parser").select("main .rsp-plain .rsp-row")
    return {row.strong.text.strip(): " ".join(row.span.text.split()) for row in rows}


def test_a_preview_adds_nobody(world, browser):
    """Not even asks whether somebody may be added: nothing is recorded, nothing has changed."""
    before = accounts(world)
    html = preview(browser("hanna"), "new-3\r\n\r\n  new-4 , uwe,\nnew-3, HANNA")
    assert offers(html) == {"new-3": True, "new-4": True, "uwe": None, "hanna": None}
    assert "Nobody has been added yet" in html.text
    assert html.text.count("already has an account") == 2
    assert accounts(world) == before
    assert deeds(world, world.mark) == []


def test_who_has_a_tick_is_added_and_nobody_else(world, browser, gone):
    """What was pasted is not read again: the names that were chosen are sent."""
    html = preview(browser("hanna"), "new-3, new-4\nAda Lovelace\nnew-5")
    assert offers(html) == {"new-3": True, "new-4": True, "ada lovelace": False, "new-5": True}
    reply = add(browser("hanna"), html, "new-3", "new-5")
    assert results(reply) == {"new-3": "added", "new-5": "added"}
    there = set(accounts(world))
    assert {"new-3", "new-5"} <= there
    assert not there & {"new-4", "ada lovelace", "Ada Lovelace"}


def test_what_looks_wrong_is_added_with_a_yes(world, browser, gone):
    """It is only a doubt: whoever knows better gives it a tick."""
    world.api("DELETE", "users/ada%20l").close()
    html = preview(browser("hanna"), "Ada L")
    assert offers(html) == {"ada l": False}
    assert results(add(browser("hanna"), html, "ada l")) == {"ada l": "added"}
    assert "ada l" in accounts(world)
    world.api("DELETE", "users/ada%20l").raise_for_status()


PASTED = {
    "a; b": {"a": True, "b": True},
    '"c"': {"c": True},
    "name\temail\nAda\tada@x.example": {"email": False, "ada@x.example": False},
    "Name\tUsername\nAda Lovelace\tada": {"username": False, "ada": True},
    "Ada Lovelace <ada@x.example>; <b@x.example>": {"ada@x.example": False, "b@x.example": False},
    "1. ada\u00a0\r\n2. \u200bb,": {"ada": True, "b": True},
    "Hello everybody, please add these people:": {
        "hello everybody": False,
        "please add these people:": False,
    },
    "x" * 256: {"x" * 120 + "…": None},
}


@pytest.mark.parametrize("text", PASTED, ids=range(len(PASTED)))
def test_what_people_paste(world, browser, text):
    """What each line would become, as the page shows it; what looks wrong has no tick."""
    shown = offers(preview(browser("hanna"), text))
    assert {name.partition("⟨")[0]: tick for name, tick in shown.items()} == PASTED[text]


def test_before_the_at(world, browser):
    """Where people log in with the part of their address before the @, one tick says so for all."""
    reply = browser("hanna").session.post(
        world.page("users"),
        data={**form_of(browser("hanna")), "pasted": "new-6@x.example", "before_at": "yes"},
    )
    assert offers(BeautifulSoup(reply.text, "html.parser")) == {"new-6": True}


def form_of(browser: Browser) -> dict[str, str]:
    """The fields of the form in which lists are pasted."""
    page = browser.read("users")
    return values(page.find("input", value="preview").find_parent("form"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("…", "Enter at least one name"),
        ("\n".join(f"m{n}" for n in range(51)), "at most 50 at once"),
    ],
)
def test_a_list_that_is_refused_is_kept(world, browser, text, says):
    """The page says why, and the list is there to be put right, with the focus in it."""
    reply = browser("hanna").submit("users", {"action": "preview"}, pasted=text)
    assert reply.status_code == 400
    assert says in said(reply)
    field = BeautifulSoup(reply.text, "html.parser").find(id="pasted")
    assert crlf(field.text.strip()) == crlf(text)
    assert field.has_attr("autofocus")


def test_fifty_with_their_heading(world, browser):
    """The heading of a table is no name that counts."""
    html = preview(browser("hanna"), "Username\n" + "\n".join(f"new-{n}" for n in range(50)))
    assert list(offers(html).values()) == [False] + [True] * 50


def test_without_a_tick_nobody_is_added(world, browser):
    """The names are there again, to be chosen from."""
    html = preview(browser("hanna"), "new-3\nAda Lovelace")
    reply = add(browser("hanna"), html)
    assert reply.status_code == 400
    assert "Nobody had a tick" in said(reply)
    text = BeautifulSoup(reply.text, "html.parser").find(id="pasted").text
    assert text.split("\n") == ["", "new-3", "ada lovelace"]
    assert deeds(world, world.mark) == []


def test_a_preview_is_for_those_who_may_add(world, browser):
    """It tells who has an account: others get none."""
    data = {"action": "preview", "pasted": "hanna"}
    data["_xsrf"] = browser("uwe").read("roles/hub-administrator").find(
        "input", {"name": "_xsrf"})["value"]  # fmt: skip
    reply = browser("uwe").session.post(world.page("users"), data=data)
    assert reply.status_code == 403
    assert "already has an account" not in reply.text


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
        unchanged = diff(hub, DECLARATION, hub.token_for("root"))
        assert unchanged.returncode == 0, unchanged.stdout + unchanged.stderr
        added = hub.api("POST", "users/new-0", token=hub.token_for("hanna"))
        assert added.status_code == (201 if management == "admin" else 403)
