"""Questions to the past, and to a support desk: who held a role then, and who may decide now."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
import requests
from bs4 import BeautifulSoup

from ..faultproxy import FaultProxy
from ..realhub import ADMIN_TOKEN, RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    ENGINEER,
    GUIDE,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    code,
    later,
    said,
    set_members,
)

MONEY = "decide-finances"
GUIDING = "run-training"


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """A hub as `.hub`, on which hanna was Community Guide, and uwe is; and what goes wrong."""
    with FaultProxy() as proxy:
        proxy.hub = RealHub(
            tmp_path_factory.mktemp("past"), DECLARATION, api_url=proxy.url,
            settings=(*QUICK, "--Settings.hub_timeout=3"),
        )  # fmt: skip
        proxy.target = f"http://127.0.0.1:{proxy.hub.hub_port}"
        with proxy.hub as hub:
            set_members(hub, **{"community-reps": {"rita"}})
            hub.before = now()
            rita = Person(hub, "rita")
            rita.appoint(GUIDE, "hanna", group="guides", until=later(9)).raise_for_status()
            hub.during = now()
            rita.withdraw(GUIDE, "hanna").raise_for_status()
            rita.appoint(GUIDE, "uwe", group="guides").raise_for_status()
            hub.after = now()
            hub.wait_for(lambda: asked(hub, "rita", hub.after).json()["certain"])
            yield proxy


@pytest.fixture
def hub(faults):
    return faults.hub


def now() -> str:
    """This moment, as it stands in an address."""
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


def asked(hub, who: str, at: str, role: str = GUIDE) -> requests.Response:
    """What somebody gets who asks who held a role then."""
    return Person(hub, who).get(f"api/roles/{role}", params={"at": at})


def held(hub, at: str) -> list[tuple[str, bool]]:
    """Who held the role then, and whether that is certain."""
    reply = asked(hub, "rita", at)
    assert reply.status_code == 200, reply.text
    return [(each["user"], each["certain"]) for each in reply.json()["holders"]]


def test_who_held_it(hub):
    """Before, during and after, and on the whole day."""
    assert held(hub, hub.before) == []
    assert held(hub, hub.during) == [("hanna", True)]
    assert held(hub, hub.after) == [("uwe", True)]
    assert held(hub, later(0)) == [("hanna", True), ("uwe", True)]


def test_how_somebody_held_it(hub):
    """Through which group, by whom, since when, until which day, and from which entries."""
    (holder,) = asked(hub, "rita", hub.during).json()["holders"]
    (stay,) = holder["through"]
    assert (stay["group"], stay["by"], holder["until"]) == (
        "guides",
        {"name": "rita", "kind": "user"},
        later(9),
    )
    assert stay["joined"]["after"] < stay["joined"]["at"] < stay["left"]["at"]
    entries = Person(hub, "root").get("api/ledger", params={"person": "hanna"}).json()["entries"]
    numbers = sorted(e["number"] for e in entries if e["event"] in ("withdrawal", "outcome"))
    assert set(numbers) <= set(holder["entries"])
    assert "appointed by" in holder["says"]


def test_what_was_watched(hub):
    """All of it since the record began, nothing before, and what that means in words."""
    after, before = (asked(hub, "rita", at).json() for at in (hub.after, "2020-01-01"))
    assert (after["watched"], after["certain"]) == ("whole", True)
    assert (before["watched"], before["certain"], before["holders"]) == ("no", False, [])
    assert before["says"][0].startswith("This role was not watched then")
    assert "accounts only" in before["says"][-1]


REFUSED = {
    "a day to come": (later(2), 400, "bad_date"),
    "no day at all": ("yesterday", 400, "invalid"),
}


@pytest.mark.parametrize(("at", "status", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked(hub, at, status, why):
    """It is refused in words, by the API and on the page, which shows what is so today."""
    reply = asked(hub, "rita", at)
    assert (reply.status_code, code(reply)) == (status, why)
    browser = Browser(hub, "rita")
    browser.read()
    reply = browser.session.get(hub.page(f"roles/{GUIDE}"), params={"at": at})
    page = BeautifulSoup(reply.text, "html.parser")
    assert reply.status_code == status
    assert "That did not work." in said(reply)
    assert page.find(id="then-at")["aria-describedby"] == "then-wrong"
    assert "uwe" in page.find(id="holders").find_next("ul").text


ASKERS = {
    ("root", GUIDE): 200,
    ("rita", GUIDE): 200,
    ("uwe", GUIDE): 403,
    ("hanna", GUIDE): 403,
    ("root", REPRESENTATIVE): 200,
    ("rita", REPRESENTATIVE): 403,
    ("rita", ADMINISTRATOR): 200,
}


@pytest.mark.parametrize(("who", "role"), ASKERS)
def test_who_may_ask(hub, who, role):
    """Those who decide on the role; others see what is so today, and why they see no more."""
    status = ASKERS[who, role]
    assert asked(hub, who, hub.during, role).status_code == status
    browser = Browser(hub, who)
    browser.read()
    reply = browser.session.get(hub.page(f"roles/{role}"), params={"at": hub.during})
    page = BeautifulSoup(reply.text, "html.parser")
    assert reply.status_code == status
    assert bool(page.find(id="then-at")) == (status == 200)
    if status == 403:
        assert "Only these people can see who was" in said(reply)
        assert page.find(id="holders")
    assert bool(browser.read(f"roles/{role}").find(id="then-at")) == (status == 200)


def test_a_token_of_a_service_reads_no_ledger(hub):
    """The ledger is for people."""
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    address = hub.page(f"api/roles/{GUIDE}")
    reply = requests.get(address, headers=headers, params={"at": hub.during}, timeout=30)
    assert reply.status_code == 403


def test_the_page_of_the_role(hub):
    """The date field leads to who held it that day, with links to the entries in the log."""
    browser = Browser(hub, "rita")
    form = browser.read(f"roles/{GUIDE}").find(id="then-at").find_parent("form")
    assert (form["method"], form.find("input")["max"]) == ("get", later(0))
    page = browser.read(f"roles/{GUIDE}?at={later(0)}")
    part = page.find(id="then").find_parent("div")
    names = [" ".join(each.text.split()) for each in part.select("h4")]
    assert names == ["hanna", "uwe"]
    assert "This role was watched for a part of that time only" in part.text
    link = part.select_one("li a")["href"]
    log = browser.session.get(hub.origin + link)
    first = BeautifulSoup(log.text, "html.parser").select_one("td[data-label=What]")
    assert "hanna" in first.text


def test_whoever_may_decide_no_more_reads_nothing(hub):
    """The hub is asked afresh: an identity of some seconds ago is not enough."""
    hub.api("POST", "users/ada").raise_for_status()
    ada = Person(hub, "ada")
    set_members(hub, **{"community-reps": {"rita", "ada"}})
    address = f"api/roles/{GUIDE}?at={hub.during}"
    assert ada.get(address).status_code == 200
    set_members(hub, **{"community-reps": {"rita"}})
    assert ada.get(address).status_code == 403


def may(hub, who: str, user: str, about: str = GUIDING) -> requests.Response:
    """What somebody gets who asks whether somebody may decide on something."""
    return Person(hub, who).get("api/may", params={"user": user, "responsibility": about})


def test_who_may_decide(hub):
    """Whoever holds the role that is accountable; through what, and who appointed them."""
    found = may(hub, "rita", "uwe").json()
    (through,) = found.pop("through")
    assert (found["user"], found["responsibility"], found["may"]) == ("uwe", GUIDING, True)
    assert (through["role"], through["group"], through["by"]) == (GUIDE, "guides", "rita")
    assert "Community Guide, which decides on" in found["why"]
    assert found["as_of"]
    for user, about in (("hanna", GUIDING), ("uwe", MONEY), ("root", MONEY)):
        found = may(hub, "rita", user, about).json()
        assert (found["may"], found["through"]) == (False, [])
        assert "does not hold this role" in found["why"]


def test_what_nobody_may_decide_by_an_account(hub):
    """Where no role is accountable, and where the role has no group."""
    found = may(hub, "rita", "uwe", "support-open-source").json()
    assert (found["may"], "No role is accountable" in found["why"]) == (False, True)
    found = may(hub, "rita", "uwe", "respond-to-incidents").json()
    assert (found["may"], "accounts cannot hold" in found["why"]) == (False, True)
    assert Person(hub, "rita").get(f"api/roles/{ENGINEER}").json()["groups"] == []


def test_it_is_so_now(hub):
    """Whoever was taken out of the group a moment ago may no longer, whatever was read before."""
    hub.api("POST", "users/ben").raise_for_status()
    hub.api("POST", "groups/guides/users", json={"users": ["ben"]}).raise_for_status()
    found = may(hub, "rita", "ben").json()
    assert (found["may"], found["through"][0]["by"]) == (True, None)
    hub.api("DELETE", "groups/guides/users", json={"users": ["ben"]}).raise_for_status()
    assert may(hub, "rita", "ben").json()["may"] is False


def test_who_may_ask_about_whom(hub):
    """Those in charge and services about everybody; others about themselves."""
    hub.api("POST", "users/nora")
    assert may(hub, "uwe", "rita").status_code == 200
    assert may(hub, "nora", "nora").json()["may"] is False
    reply = may(hub, "nora", "rita")
    assert (reply.status_code, code(reply)) == (403, "not_allowed")
    assert "You can ask it about yourself." in reply.json()["error"]["message"]
    reply = may(hub, "nora", "no-such-account")
    assert reply.status_code == 403
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    query = {"user": "uwe", "responsibility": GUIDING}
    reply = requests.get(hub.page("api/may"), headers=headers, params=query, timeout=30)
    assert reply.json()["may"] is True


UNKNOWN = {
    "an account": ("rits", GUIDING, "Did you mean", "rita"),
    "nothing like it": ("xyzzy", GUIDING, "There is no account", "xyzzy"),
    "a responsibility": ("uwe", "run-trainings", "Did you mean", GUIDING),
    "its title": ("uwe", "Workshops and training", "Did you mean", GUIDING),
}


@pytest.mark.parametrize(("user", "about", "words", "name"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known(hub, user, about, words, name):
    """A 404 says what isn't there, and what may have been meant."""
    reply = may(hub, "rita", user, about)
    assert (reply.status_code, code(reply)) == (404, "unknown")
    assert words in reply.json()["error"]["message"]
    assert name in reply.json()["error"]["message"]


@pytest.mark.parametrize("query", [{}, {"user": "uwe"}, {"user": "uwe", "responsibility": ""}])
def test_half_a_question(hub, query):
    """What is missing is named."""
    reply = Person(hub, "rita").get("api/may", params=query)
    assert (reply.status_code, code(reply)) == (400, "invalid")


@pytest.mark.parametrize("part", ["/groups", "/users/uwe"])
def test_the_hub_does_not_say(faults, hub, part):
    """Then nobody may, as far as it can be told; and it says why."""
    with faults.fault(only=part, status=500):
        found = may(hub, "rita", "uwe").json()
    assert (found["may"], found["through"], found["as_of"]) == (None, [], None)
    assert "could not be told" in found["why"]
