"""What fills no ledger: deeds that change nothing, and people who ask without end."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.changes.quota import MOST_A_DAY, MOST_OPEN

from ..realhub import RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    GUIDE,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    code,
    confirm,
    deeds,
    members,
    plain,
    said,
    set_members,
)

WORDS = "x" * 500


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub of its own, with the limits that people have."""
    with RealHub(tmp_path_factory.mktemp("enough"), DECLARATION, settings=QUICK) as running:
        names = [f"p{number}" for number in range(8)] + ["ada", "bea", "cyn"]
        running.api("POST", "users", json={"usernames": names}).raise_for_status()
        set_members(running, **{"hub-admins": {"hanna", "ada"}, "community-reps": {"rita"}})
        yield running


@pytest.fixture
def mark(hub) -> int:
    return int(hub.health()["ledger"]["number"])


def test_who_holds_nothing_steps_down(hub, mark):
    """It is answered as ever, by page and by program, and nothing is recorded."""
    uwe = Person(hub, "uwe")
    for _ in range(5):
        reply = uwe.withdraw(ADMINISTRATOR, "uwe", reason=WORDS, note=WORDS)
        assert (reply.status_code, reply.json()["result"]) == (200, "unchanged")
        assert reply.json()["entry"] is None
    browser = Browser(hub, "uwe")
    token = browser.read(f"roles/{ADMINISTRATOR}").find("input", {"name": "_xsrf"})["value"]
    fields = {"action": "withdraw", "account": "uwe", "_xsrf": token}
    page = browser.session.post(hub.page(f"roles/{ADMINISTRATOR}"), data=fields, timeout=30)
    assert plain(said(page)) == "uwe was not Hub Administrator."
    assert deeds(hub, mark) == []


def test_whoever_is_there_is_appointed_again(hub, mark):
    """Without a new last day, it changes nothing; with one, that is recorded."""
    rita = Person(hub, "rita")
    for name in ("hanna", "HANNA"):
        reply = rita.appoint(ADMINISTRATOR, name, reason=WORDS)
        assert (reply.json()["result"], reply.json()["entry"]) == ("unchanged", None)
        assert reply.json()["user"] == "hanna"
    browser = Browser(hub, "rita")
    page = browser.submit(f"roles/{ADMINISTRATOR}", {"action": "appoint"}, person="hanna")
    assert plain(said(page)) == "hanna was already Hub Administrator."
    assert deeds(hub, mark) == []
    assert rita.appoint(ADMINISTRATOR, "hanna", until="2099-01-01").json()["entry"] == mark + 1
    assert deeds(hub, mark) == [("term", "rita", "hanna", "")]


def test_whoever_has_an_account_is_added(hub, mark):
    """Each name is answered as ever, and nothing is recorded."""
    body = {"usernames": ["uwe", "rita"]}
    reply = Person(hub, "hanna").ask("POST", "api/users", json=body)
    assert [each["result"] for each in reply.json()["results"]] == ["unchanged"] * 2
    assert deeds(hub, mark) == []


def test_confirming_twice_a_day(hub, mark):
    """The second time, the answer is the entry of the first."""
    for _ in range(3):
        confirm(hub, "ada")
    assert deeds(hub, mark) == [("confirmation", "ada", "ada", "")]


def ask(who: Person, role: str = REPRESENTATIVE, **more: str):
    return who.ask("POST", "api/requests", json={"role": role, "reason": WORDS, **more})


def test_asking_and_taking_back_has_an_end(hub, mark):
    """So much is recorded of one person in a day; then both are refused, and others go on."""
    bea = Person(hub, "bea")
    for _ in range(MOST_A_DAY // 2):
        number = ask(bea).json()["number"]
        back = bea.ask("POST", f"api/requests/{number}", json={"verdict": "taken_back"})
        assert back.ok, back.text
    reply = ask(bea)
    assert (reply.status_code, code(reply)) == (429, "enough_today")
    assert int(reply.headers["Retry-After"]) > 60 or "T23:59" in hub.health()["started_at"]
    assert "tomorrow" in reply.json()["error"]["message"]
    assert len(deeds(hub, mark)) == MOST_A_DAY
    page = Browser(hub, "bea").submit(f"roles/{ADMINISTRATOR}", {"action": "request"})
    assert page.status_code == 429
    assert "tomorrow" in said(page)
    assert ask(Person(hub, "cyn")).ok


def test_open_requests_are_few_and_declined_together(hub, mark):
    """A holder who proposes everybody: the sixth is refused, and one button answers them all."""
    hanna, rita, root = Person(hub, "hanna"), Person(hub, "rita"), Person(hub, "root")
    for number in range(MOST_OPEN - 1):
        assert ask(hanna, ADMINISTRATOR, user=f"p{number}").ok
    assert ask(hanna).ok  # a representative, on which rita doesn't decide
    reply = ask(hanna, ADMINISTRATOR, user="p7")
    assert (reply.status_code, code(reply)) == (409, "too_many_open")
    assert ask(Person(hub, "uwe"), ADMINISTRATOR).ok
    page = Browser(hub, "rita").read()
    button = page.find("summary", string=lambda text: text and "Decline all" in text)
    assert "Decline all 4 requests by hanna" in plain(button.text)
    fields = {"action": "decide", "all": "yes"}
    reply = Browser(hub, "rita").submit("", fields, press="declined", message="One at a time")
    assert "declined" in said(reply)
    declined = [each for each in deeds(hub, mark) if each[0] == "decision"]
    assert sorted(each[2] for each in declined) == ["p0", "p1", "p2", "p3"]
    left = root.get("api/requests").json()["requests"]
    assert {(each["by"], each["role"]) for each in left} >= {
        ("uwe", ADMINISTRATOR), ("hanna", REPRESENTATIVE)
    }  # fmt: skip
    assert not [each for each in rita.get("api/requests").json()["requests"] if each["by"] != "uwe"]
    assert "One at a time" in Browser(hub, "hanna").read().text


def test_declining_together_by_the_api(hub, mark):
    """Only declining is for all of them; who may not decide on one declines none."""
    ada, rita = Person(hub, "ada"), Person(hub, "rita")
    number, _ = (ask(ada, ADMINISTRATOR, user=name).json()["number"] for name in ("p5", "p6"))
    path = f"api/requests/{number}"
    for verdict in ("approved", "taken_back"):
        reply = rita.ask("POST", path, json={"verdict": verdict, "all": True})
        assert (reply.status_code, code(reply)) == (400, "invalid")
    body = {"verdict": "declined", "all": True}
    assert Person(hub, "uwe").ask("POST", path, json=body).status_code == 403
    assert rita.ask("POST", path, json=body).json()["number"] == mark + 3
    assert [each[2:] for each in deeds(hub, mark)[2:]] == [("p5", "declined"), ("p6", "declined")]
    assert code(rita.ask("POST", path, json=body)) == "closed"


@pytest.mark.parametrize("role", [ADMINISTRATOR, GUIDE])
def test_accounts_that_there_are_not(hub, mark, role):
    """Are proposed by nobody, by page or by program, in whatever letters."""
    group = {"group": "guides"} if role == GUIDE else {}
    set_members(hub, guides={"hanna"})
    for name in ("nobody-here", "NOBODY-HERE"):
        reply = ask(Person(hub, "hanna"), role, user=name, **group)
        assert (reply.status_code, code(reply)) == (404, "unknown")
    page = Browser(hub, "hanna").submit(
        f"roles/{role}", {"action": "request"}, person="nobody-here", **group
    )
    assert "no account" in said(page)
    assert deeds(hub, mark) == []
    assert members(hub, "hub-admins") == {"hanna", "ada"}
