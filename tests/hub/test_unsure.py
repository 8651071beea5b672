"""When ledger or hub fail in the middle: nothing unrecorded is done, and nothing stays open."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psutil
import pytest

from ..faultproxy import Fault, FaultProxy
from ..realhub import RealHub
from .acting import ADMINISTRATOR, DECLARATION, QUICK, Browser, Person, arrange, code, deeds

from .acting import entries, members, said  # isort: skip
from .test_users import add, preview

EDIT = "groups/hub-admins/users"
FILE = "jupyterhub-responsibility.sqlite"


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """The hub as `.hub`, and what goes wrong between it and the service as `.fault`."""
    with FaultProxy() as proxy:
        proxy.hub = RealHub(
            tmp_path_factory.mktemp("unsure"), DECLARATION, api_url=proxy.url,
            settings=(*QUICK, "--Settings.hub_timeout=3"),
        )  # fmt: skip
        proxy.target = f"http://127.0.0.1:{proxy.hub.hub_port}"
        with proxy.hub:
            yield proxy


@pytest.fixture
def hub(faults):
    """rita represents, hanna administers, and nothing is open."""
    hub = faults.hub
    arrange(hub, **{"hub-admins": {"hanna"}, "community-reps": {"rita"}})
    hub.mark = hub.health()["ledger"]["number"]
    return hub


@pytest.fixture(scope="module")
def rita(faults):
    return Person(faults.hub, "rita")


def settled(hub, results: list[str]) -> bool:
    """Whether the last deeds had these results, an intent having none."""
    hub.wait_for(lambda: [deed[3] for deed in deeds(hub, hub.mark)] == results, 20)
    time.sleep(2)
    return [deed[3] for deed in deeds(hub, hub.mark)] == results


# -- the ledger


@contextmanager
def moved_away(hub):
    file = hub.folder / FILE
    file.rename(hub.folder / "away")
    try:
        yield
    finally:
        (hub.folder / "away").rename(file)


@contextmanager
def locked(hub):
    with closing(sqlite3.connect(hub.folder / FILE, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


@contextmanager
def disk_full(hub):
    service = hub.service
    before = service.rlimit(psutil.RLIMIT_FSIZE)
    service.rlimit(psutil.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        service.rlimit(psutil.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("failing", [moved_away, locked, disk_full])
def test_without_a_ledger_nothing_is_changed(hub, rita, failing):
    """Every change is answered with 503 and when to try again; reading goes on; it recovers."""
    browser, hanna = Browser(hub, "rita"), Person(hub, "hanna")
    root, uwe = Person(hub, "root"), Person(hub, "uwe")
    digest = hanna.get("api/me").json()["roles"][0]["confirmation"]["duties_digest"]
    page = f"roles/{ADMINISTRATOR}"
    browser.read(page)
    with failing(hub):
        with ThreadPoolExecutor(4) as threads:  # each may have to wait for the ledger
            confirmation = {"role": ADMINISTRATOR, "duties_digest": digest}
            sent = [
                threads.submit(rita.appoint, ADMINISTRATOR, "uwe"),
                threads.submit(root.withdraw, ADMINISTRATOR, "hanna"),
                threads.submit(hanna.ask, "POST", "api/confirmations", json=confirmation),
                threads.submit(uwe.ask, "POST", "api/requests", json={"role": ADMINISTRATOR}),
            ]
        for reply in (each.result() for each in sent):
            assert (reply.status_code, code(reply)) == (503, "no_ledger"), reply.text
            assert int(reply.headers["Retry-After"]) > 0
            assert "Nothing was changed" in reply.json()["error"]["message"]
        reply = browser.submit(page, {"action": "appoint"}, person="uwe")
        assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
        assert "Nothing can be changed right now" in reply.text
        assert members(hub, "hub-admins") == {"hanna"}
        for path in ("", page, "model", "contacts", "api/me", "api/roles"):
            assert rita.get(path).status_code == 200, path
        health = hub.health()
        assert health["status"] == "degraded"
        assert health["ledger"]["trouble"]
        assert "Nothing can be changed here" in Browser(hub, "root").read().text
    hub.wait_for(lambda: not hub.health()["ledger"]["trouble"], 15)
    assert rita.appoint(ADMINISTRATOR, "uwe").json()["result"] == "done"
    assert {deed[:3] for deed in deeds(hub, hub.mark)} <= {
        ("appointment", "rita", "uwe"), ("outcome", "rita", "uwe")
    }  # fmt: skip


def test_adding_users_without_a_ledger(hub):
    """The same for accounts: nobody is added whose adding was not recorded."""
    hanna = Person(hub, "hanna")
    with moved_away(hub):
        reply = hanna.ask("POST", "api/users", json={"usernames": ["unrecorded"]})
        assert (reply.status_code, code(reply)) == (503, "no_ledger")
        assert hub.api("GET", "users/unrecorded").status_code == 404


def test_a_ledger_that_was_never_there(tmp_path):
    """A database that cannot be opened stops no page and not the hub, only changes."""
    hub = RealHub(
        tmp_path, DECLARATION, options="database_url='sqlite:////no/such/folder/x.sqlite'",
        settings=QUICK,
    )  # fmt: skip
    with hub:
        hub.put_in_group("community-reps", "rita")
        rita = Person(hub, "rita")
        reply = rita.appoint(ADMINISTRATOR, "uwe")
        assert (reply.status_code, code(reply)) == (503, "no_ledger")
        assert members(hub, "hub-admins") == set()
        for path in ("", f"roles/{ADMINISTRATOR}", "model", "api/me"):
            assert rita.get(path).status_code == 200
        reply = rita.get("ledger")
        assert reply.status_code == 503
        assert "/no/such" not in reply.text


def test_a_ledger_that_fails_in_between(faults, hub, rita):
    """The hub has done it and it can't be recorded: that is said, and recorded later."""
    with faults.fault(only=EDIT, pause=1.5), ThreadPoolExecutor(1) as threads:
        faults.seen.clear()
        sent = threads.submit(rita.appoint, ADMINISTRATOR, "uwe")
        hub.wait_for(lambda: any(EDIT in call for call in list(faults.seen)), 10)
        with locked(hub):
            reply = sent.result()
    assert (reply.status_code, code(reply)) == (503, "outcome_unknown")
    assert "will find out whether it was done on the hub" in reply.json()["error"]["message"]
    assert members(hub, "hub-admins") == {"hanna", "uwe"}
    assert settled(hub, ["", "done"])
    last = entries(hub, hub.mark)[-1]
    assert (last["event"], last["actor"]) == ("settlement", "this service")


# -- the hub


def test_a_hub_that_takes_its_time(faults, hub, rita):
    """A slow answer is waited for."""
    with faults.fault(only=EDIT, pause=1.5):
        assert rita.appoint(ADMINISTRATOR, "uwe").json()["result"] == "done"
    assert [deed[3] for deed in deeds(hub, hub.mark)] == ["", "done"]


@pytest.mark.parametrize(
    "how",
    [
        {"status": 500},
        {"status": 503},
        {"status": 429},
        {"status": 200, "body": b"<html>"},
        {"down": True},
    ],
)
def test_a_hub_that_fails_before_doing_it(faults, hub, rita, how):
    """It is not certain, which is said; then that it was not done is found out and recorded."""
    with faults.fault(only=EDIT, **how):
        reply = rita.appoint(ADMINISTRATOR, "uwe", reason="why")
    assert (reply.status_code, code(reply)) == (503, "outcome_unknown")
    assert int(reply.headers["Retry-After"]) > 0
    assert "will find out whether it was done" in reply.json()["error"]["message"]
    assert settled(hub, ["", "unknown", "not done"])
    assert members(hub, "hub-admins") == {"hanna"}
    assert "did not become Hub Administrator" in Browser(hub, "rita").read("ledger").text
    assert rita.appoint(ADMINISTRATOR, "uwe").json()["result"] == "done"


def test_an_answer_that_is_lost(faults, hub, rita):
    """The hub has done it, and shows so when it is read again: it counts as done at once."""
    with faults.fault(only=EDIT, lost=True):
        reply = rita.appoint(ADMINISTRATOR, "uwe")
    assert (reply.status_code, reply.json()["result"]) == (200, "done")
    with faults.fault(only=EDIT, lost=True):
        reply = rita.withdraw(ADMINISTRATOR, "uwe")
    assert (reply.status_code, reply.json()["result"]) == (200, "done")
    assert members(hub, "hub-admins") == {"hanna"}
    assert settled(hub, ["", "done", "", "done"])


def test_a_hub_that_does_it_and_is_gone(faults, hub, rita):
    """Neither answer nor reading: unknown, on the page too; settled as done when it is back."""
    page = f"roles/{ADMINISTRATOR}"
    browser = Browser(hub, "rita")
    browser.read(page)
    gone = Fault(down=True, only="/hub/api/groups")
    with faults.fault(only=EDIT, lost=True, then=gone):
        reply = browser.submit(page, {"action": "appoint"}, person="uwe", until="", reason="why")
        assert reply.status_code == 503
        assert "It is not certain whether that was done" in reply.text
        time.sleep(2)
        assert [deed[3] for deed in deeds(hub, hub.mark)] == ["", "unknown"]
        assert "did not say whether" in rita.get("ledger").text
    assert settled(hub, ["", "unknown", "done"])
    assert members(hub, "hub-admins") == {"hanna", "uwe"}
    assert rita.get("api/ledger").json()["entries"][0]["event"] == "settlement"
    assert not [e for e in entries(hub, hub.mark) if e["event"] == "observation"]
    assert "uwe" in browser.read(page).find("main").text
    assert said(browser.session.get(hub.page(page))) == ""


def test_the_next_change_settles_what_is_open(faults, hub, rita):
    """Nobody decides on a role about which something is open: that is found out first."""
    with faults.fault(only=EDIT, lost=True, then=Fault(down=True, only="/hub/api/groups")):
        assert code(rita.appoint(ADMINISTRATOR, "uwe")) == "outcome_unknown"
    reply = Person(hub, "root").withdraw(ADMINISTRATOR, "hanna")
    assert reply.json()["result"] == "done"
    results = [deed[3] for deed in deeds(hub, hub.mark)]
    assert results == ["", "unknown", "done", "", "done"]
    assert members(hub, "hub-admins") == {"uwe"}


def test_a_hub_that_cannot_say_who_asks(faults, hub, rita):
    """A change needs to know who asks, now: without, nothing is tried."""
    hub.wait_until_read()
    with faults.fault(only="/hub/api/user", status=500):
        reply = rita.appoint(ADMINISTRATOR, "uwe")
        assert reply.status_code == 503
        assert int(reply.headers["Retry-After"]) > 0
    assert deeds(hub, hub.mark) == []
    assert members(hub, "hub-admins") == {"hanna"}


def test_a_hub_that_cannot_say_who_is_in_the_group(faults, hub, rita):
    """Rules need to know who holds the role, now: without, nothing is tried."""
    with faults.fault(only="/hub/api/groups?", status=500):
        reply = rita.appoint(ADMINISTRATOR, "uwe")
        assert reply.status_code == 503
        assert rita.withdraw(ADMINISTRATOR, "hanna").status_code == 503
    assert deeds(hub, hub.mark) == []
    assert members(hub, "hub-admins") == {"hanna"}


def test_an_account_of_which_nothing_is_known(faults, hub):
    """Whether it was added isn't certain: page and API say so, and that the rest wasn't tried."""
    browser = Browser(hub, "hanna")
    names = ["lia", "mia"]
    shown = preview(browser, "\n".join(names))
    with faults.fault(only="/hub/api/users", status=500):
        reply = Person(hub, "hanna").ask("POST", "api/users", json={"usernames": names})
        html = add(browser, shown, *names).text
    results = reply.json()["results"]
    assert [(each["name"], each["result"]) for each in results] == [
        ("lia", "unknown"),
        ("mia", "not done"),
    ]
    assert "will find out whether it was done" in results[0]["message"]
    assert "0 added, 1 not added, 1 not certain." in " ".join(html.split())
    assert "not certain whether it was added." in html
    assert settled(hub, ["", "unknown", "", "unknown", "not done", "not done"])
