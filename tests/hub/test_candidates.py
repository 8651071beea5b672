"""Accounts to appoint, while somebody types: for whom, which, and what the hub is asked."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from ..realhub import RealHub
from ..versions import KEEPS_NAMES
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    ENGINEER,
    GUIDE,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    arrange,
    code,
    members,
    said,
)
from .test_hub5 import ENVIRONMENTS, python_in

PEOPLE = {"maria": "María Sánchez", "u1815": "Ada Lovelace", "mario": "", "b_maria%": ""}
"""Accounts, and what their login service calls the people."""

CONFIG = f"""
people = {PEOPLE!r}

def names(authenticator, handler, authentication):
    called = people.get(authentication["name"])
    if called:
        authentication["user_info"] = {{"name": called, "email": "private@x.example"}}
    return authentication

c.Authenticator.post_auth_hook = names
c.Authenticator.allow_all = True
"""


def hub_with_people(folder, **how) -> RealHub:
    """A hub to which these people have logged in; hanna administers it, rita represents."""
    hub = RealHub(folder, DECLARATION, settings=QUICK, config=CONFIG, **how).start()
    for name in PEOPLE:
        hub.visit(name)
    arrange(hub, **{"hub-admins": {"hanna"}, "community-reps": {"rita"}})
    return hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    hub = hub_with_people(tmp_path_factory.mktemp("people"))
    yield hub
    hub.stop()


def found(hub, who: str, typed: str, role: str = ADMINISTRATOR) -> list[dict[str, str]]:
    """What is suggested to somebody for what they typed."""
    reply = Person(hub, who).get(f"api/roles/{role}/candidates", params={"q": typed})
    assert reply.status_code == 200, reply.text
    assert reply.json()["q"] == typed
    return reply.json()["matches"]


def with_name(account: str) -> dict[str, str]:
    """An account as it is suggested: with what people are called, where the hub keeps that."""
    called = {"name": PEOPLE[account]} if PEOPLE[account] and KEEPS_NAMES else {}
    return {"user": account, **called}


MARIA, B_MARIA, MARIO, ADA = map(with_name, ("maria", "b_maria%", "mario", "u1815"))


def by_name(*matches: object) -> list[object]:
    """What is found by what people are called: nothing, where the hub doesn't keep that."""
    return [*matches] if KEEPS_NAMES else []


@pytest.mark.parametrize(
    ("typed", "matches"),
    [
        ("maria", [MARIA, B_MARIA]),
        ("MARI", [MARIA, MARIO, B_MARIA]),
        ("sanchez", by_name(MARIA)),
        ("lovelace ada", by_name(ADA)),
        ("b_maria%", [B_MARIA]),
        ("a%a", []),
        ("%%%", []),
        ("___", []),
        ("ma", []),
        ("", []),
        ("private", []),
        ("x" * 300, []),
        ("\\\\\\", []),
    ],
)
def test_who_is_suggested(hub, typed, matches):
    """By account and by what people are called; no wildcard, no two letters, no address."""
    if len(typed) > 200:
        reply = Person(hub, "rita").get(
            f"api/roles/{ADMINISTRATOR}/candidates", params={"q": typed})  # fmt: skip
        assert (len(reply.json()["q"]), reply.json()["matches"]) == (200, [])
    else:
        assert found(hub, "rita", typed) == matches


def test_no_more_than_ten(hub):
    """A crowd with one name doesn't come as a list of everybody."""
    crowd = [f"crowd-{number:02}" for number in range(30)]
    hub.api("POST", "users", json={"usernames": crowd}).raise_for_status()
    assert [each["user"] for each in found(hub, "rita", "crowd")] == crowd[:10]


@pytest.mark.parametrize(
    ("who", "role", "may"),
    [
        ("rita", ADMINISTRATOR, True),
        ("rita", GUIDE, True),
        ("rita", REPRESENTATIVE, False),
        ("hanna", ADMINISTRATOR, False),
        ("hanna", REPRESENTATIVE, False),
        ("uwe", ADMINISTRATOR, False),
        ("root", REPRESENTATIVE, True),
        ("root", ENGINEER, True),
    ],
)
def test_only_those_who_may_appoint_are_told(hub, who, role, may):
    """To that role: for others, accounts that hold no role stay unseen, also as holders."""
    reply = Person(hub, who).get(f"api/roles/{role}/candidates", params={"q": "maria"})
    assert reply.status_code == (200 if may else 403)
    if not may:
        assert code(reply) == "not_allowed"
        assert "sánchez" not in reply.text.lower()


def test_who_lost_the_role_is_told_nothing(hub):
    """By what the hub says now, not by what it said when they logged in."""
    arrange(hub, **{"community-reps": {"maria", "rita"}})
    maria = Person(hub, "maria")
    path, query = f"api/roles/{ADMINISTRATOR}/candidates", {"q": "mario"}
    assert maria.get(path, params=query).status_code == 200
    hub.api("DELETE", "groups/community-reps/users", json={"users": ["maria"]}).raise_for_status()
    assert maria.get(path, params=query).status_code == 403
    hub.wait_until_read()


def test_nobody_is_suggested_to_themselves(hub):
    """Who can't appoint themselves isn't led to it; JupyterHub admins can."""
    assert found(hub, "rita", "rita") == []
    assert found(hub, "root", "root", REPRESENTATIVE) == [{"user": "root"}]


def test_a_role_that_there_is_not(hub):
    """It is said as everywhere."""
    reply = Person(hub, "root").get("api/roles/no-such-role/candidates", params={"q": "maria"})
    assert (reply.status_code, code(reply)) == (404, "unknown")


# -- after a refusal, without a script


def send(browser: Browser, **fields: str):
    """Send a form of the page of Hub Administrators, with its token."""
    path = f"roles/{ADMINISTRATOR}"
    token = browser.read(path).find("input", {"name": "_xsrf"})["value"]
    return browser.session.post(browser.hub.page(path), data={**fields, "_xsrf": token}, timeout=30)


def refused(hub, who: str, name: str, role: str = ADMINISTRATOR):
    """The page after a name was sent that no account has."""
    reply = Browser(hub, who).submit(
        f"roles/{role}", {"action": "appoint"}, person=name, reason="Knows us")  # fmt: skip
    assert reply.status_code == 404
    assert "There is no account" in said(reply)
    return reply


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("marya", ["maria", "b_maria%"]),
        ("Ada Lovelase", by_name("u1815")),
        ("zzzzz", []),
        ("zz", []),
    ],
)
def test_did_you_mean(hub, typed, meant):
    """Accounts that are nearly the same are named; what was typed stays, and has the focus."""
    html = BeautifulSoup(refused(hub, "rita", typed).text, "html.parser")
    buttons = html.find_all("button", {"name": "instead"})
    assert [button["value"] for button in buttons][:2] == meant
    field = html.find(id="appoint-person")
    assert (field["value"], field.has_attr("autofocus")) == (typed, True)
    assert html.find(id="appoint-reason")["value"] == "Knows us"
    described = field["aria-describedby"].split()
    assert "There is no account" in html.find(id=described[0]).text


def test_choosing_another_name_appoints_nobody(hub):
    """It is in the form, with all else as it was."""
    browser = Browser(hub, "rita")
    fields = {"action": "appoint", "person": "marya", "reason": "Knows us", "instead": "maria"}
    reply = send(browser, **fields)
    html = BeautifulSoup(reply.text, "html.parser")
    assert reply.status_code == 200
    assert html.find(id="appoint-person")["value"] == "maria"
    assert html.find(id="appoint-reason")["value"] == "Knows us"
    assert members(hub, "hub-admins") == {"hanna"}


def test_who_may_not_appoint_is_asked_nothing(hub):
    """A proposal learns of no account; nor does a form that is for others."""
    browser = Browser(hub, "hanna")
    asked = {"action": "request", "person": "marya", "until": "2020-01-01"}
    for fields, status in ((asked, 400), ({"action": "appoint", "person": "marya"}, 403)):
        reply = send(browser, **fields)
        assert reply.status_code == status
        assert "maria" not in reply.text


@pytest.mark.parametrize("version", ENVIRONMENTS)
def test_on_a_hub_that_knows_no_people(version, tmp_path):
    """JupyterHub 5 doesn't keep what people are called: accounts are found all the same."""
    hub = hub_with_people(tmp_path, python=python_in(ENVIRONMENTS[version]))
    try:
        assert found(hub, "rita", "maria") == [{"user": "maria"}, B_MARIA]
        assert found(hub, "rita", "lovelace") == []
        assert 'value="maria"' in refused(hub, "rita", "marya").text
    finally:
        hub.stop()
