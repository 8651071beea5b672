"""Groups are called what login services call them: each such name survives every way in and out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import yaml

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.text import visible

from ..realhub import MANY_WRITES, RealHub
from . import acting
from .acting import GUIDE, Browser, Person, entries, members, said

NAMES = {
    "of a path": "/hub-admins",
    "of a team": "org:team-a",
    "of a course": "course::1540255::enrollment_type::teacher",
    "of LDAP": "cn=Hub Admins,ou=groups,dc=reef,dc=example",
    "of an identity provider": "8c9ac3f6-5b1e-4a3e-9a0e-0a7a3c1b8f10",
    "with a space at its end": "guides ",
    "with a space at its beginning": " guides",
    "without them": "guides",
    "with two spaces": "reef  guides",
    "with one space": "reef guides",
    "with a slash": "guides/pt",
    "with a slash that is quoted": "guides%2Fpt",
    "with dots": "a/../b",
    "of other scripts": "Größe · 管理者 · مرشد",
    "with a mark of its own": "Cafe\u0301",
    "without a width": "gui\u200bdes",
    "with what addresses use": "a?b#c&d=e;f+g%h",
    "with what pages use": "<b>\"a\" & 'b'</b>",
    "with what scopes use": "a!user=b",
    "with a star": "guides-*",
}
DECLARATION = acting.DECLARATION | {
    "roles": acting.DECLARATION["roles"]
    | {GUIDE: {**acting.DECLARATION["roles"][GUIDE], "groups": [*NAMES.values()]}}
}
DECLARATION["roles"][GUIDE]["holders"] = {"min": 0, "max": 50}


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """A hub on which a role is held through groups with each of these names."""
    folder = tmp_path_factory.mktemp("named")
    with RealHub(folder, DECLARATION, settings=acting.QUICK, first=MANY_WRITES) as hub:
        hub.put_in_group("community-reps", "rita")
        yield hub


@pytest.fixture(scope="module")
def rita(named):
    return Person(named, "rita")


@pytest.fixture(scope="module")
def ritas_browser(named):
    return Browser(named, "rita")


@pytest.fixture(scope="module")
def uwes_browser(named):
    return Browser(named, "uwe")


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def group(named, rita, request) -> Iterator[str]:
    """A group that nobody is in; no other group has anybody else in it."""
    yield request.param
    for left in members(named, request.param):
        rita.withdraw(GUIDE, left, group=request.param).raise_for_status()


def holds(hub: RealHub, group: str, name: str = "uwe") -> bool:
    """Whether somebody is in this group, and in no other of the role."""
    groups = hub.api("GET", "groups").json()
    return [each["name"] for each in groups if name in each["users"]] == [group]


def test_the_api(named, rita, group):
    """By the API, somebody is appointed to just that group, and withdrawn from it."""
    done = rita.appoint(GUIDE, "uwe", group=group)
    assert (done.status_code, done.json().get("group")) == (200, group), done.text
    assert holds(named, group)
    (own,) = Person(named, "uwe").get("api/me").json()["roles"]
    assert own["groups"] == [group]
    last = [each for each in entries(named) if each["group"] == group][-1]
    assert last["details"]["result"] == "done"
    gone = rita.withdraw(GUIDE, "uwe", group=group)
    assert (gone.status_code, gone.json().get("group")) == (200, group), gone.text
    assert members(named, group) == set()


def test_the_forms(named, ritas_browser, uwes_browser, group):
    """By the forms, too, and by a request that is approved; the pages say which group it is."""
    page = f"roles/{GUIDE}"
    option = next(
        each["value"]
        for each in ritas_browser.read(page).find("select", {"name": "group"}).find_all("option")
        if each.text == visible(group)
    )
    reply = ritas_browser.submit(page, {"action": "appoint"}, person="nobody", group=option)
    assert "selected" in reply.text
    reply = ritas_browser.submit(page, {"action": "appoint"}, person="uwe", group=option)
    assert holds(named, group), said(reply)
    assert visible(group) in ritas_browser.read(page).text
    assert visible(group) in uwes_browser.read().text
    ritas_browser.submit(page, {"action": "withdraw", "account": "uwe"})
    assert members(named, group) == set()
    uwes_browser.submit(page, {"action": "request"}, group=option)
    ritas_browser.submit(page, {"action": "decide"}, press="approved")
    assert holds(named, group)
    uwes_browser.submit(page, {"action": "withdraw", "account": "uwe"})
    assert members(named, group) == set()


def test_requests(named, rita, group):
    """A request by the API is for just that group, whoever decides it."""
    uwe = Person(named, "uwe")
    asked = uwe.ask("POST", "api/requests", json={"role": GUIDE, "group": group})
    assert asked.status_code == 201, asked.text
    (mine,) = [each for each in uwe.get("api/requests").json()["requests"] if each["mine"]]
    assert mine["group"] == group
    verdict = {"verdict": "approved"}
    reply = rita.ask("POST", f"api/requests/{mine['number']}", json=verdict)
    assert reply.ok, reply.text
    assert holds(named, group)


def test_what_is_taken_along(named, rita):
    """Exports and the activity log have each name as it is."""
    mark = named.health()["ledger"]["number"]
    for group in NAMES.values():
        assert rita.appoint(GUIDE, "uwe", group=group).ok
        named.wait_for(lambda g=group: through(rita) == ([g], [g]))
        assert rita.withdraw(GUIDE, "uwe", group=group).ok
    query = {"role": GUIDE, "person": "uwe", "format": "jsonl"}
    log = [json.loads(line) for line in rita.get("api/ledger", params=query).text.splitlines()]
    groups = [each["group"] for each in reversed(log) if each["number"] > mark]
    assert [*dict.fromkeys(groups)] == [*NAMES.values()]


def through(person: Person) -> tuple[list[str], list[str]]:
    """The group through which uwe holds the role, as JSON and as a table."""
    lines = person.get("exports/holders.json").json()["holders"]
    text = person.get("exports/holders.csv").content.decode("utf-8-sig")
    tables = (lines, csv.DictReader(text.splitlines()))
    return tuple([each["through"] for each in table if each["name"] == "uwe"] for table in tables)


def test_the_declaration(rita):
    """The declaration for another hub has the same groups."""
    declared = yaml.safe_load(rita.get("exports/declaration.yaml").text)
    assert declared["roles"][GUIDE]["groups"] == [*NAMES.values()]
    assert load(declared).groups[GUIDE] == tuple(NAMES.values())


def test_what_others_change(named, rita):
    """Who joins such groups on the hub itself is seen in them."""
    mark = named.health()["ledger"]["number"]
    for group in NAMES.values():
        path = f"groups/{quote(group, safe='')}/users"
        named.api("POST", path, json={"users": ["uwe"]}).raise_for_status()
    named.wait_until_read()

    def seen() -> bool:
        observed = [each for each in entries(named, mark) if each["event"] == "observation"]
        return {each["group"] for each in observed} == {*NAMES.values()}

    named.wait_for(seen)
    browser = Browser(named, "rita")
    browser.read()
    page = browser.read("ledger?person=uwe").text
    assert [each for each in NAMES.values() if visible(each) not in page] == []
    for group in NAMES.values():
        assert rita.withdraw(GUIDE, "uwe", group=group).ok
