"""Requests: asking, proposing, deciding, taking back, and expiring."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from .acting import ADMINISTRATOR, ENGINEER, GUIDE, REPRESENTATIVE, arrange, code, deeds, entries

from .acting import later, members, said  # isort: skip


def ask(who, role: str = ADMINISTRATOR, **more):
    return who.ask("POST", "api/requests", json={"role": role, **more})


def decide(who, number: int, verdict: str, **more):
    return who.ask("POST", f"api/requests/{number}", json={"verdict": verdict, **more})


def open_to(who) -> list[int]:
    return [each["number"] for each in who.get("api/requests").json()["requests"]]


@pytest.fixture(autouse=True)
def nothing_open(acting_hub, person):
    """No request of one test is left to the next."""
    yield
    (acting_hub.folder / "days-ahead").unlink(missing_ok=True)
    for number in open_to(person("root")):
        assert decide(person("root"), number, "declined").ok


def test_asking_and_being_approved(world, person, browser):
    """Whoever may appoint sees it with its reason, and approving appoints until that day."""
    reply = ask(person("uwe"), reason="I know the lab", until=later(100))
    assert reply.status_code == 201, reply.text
    number = reply.json()["number"]
    (seen,) = person("rita").get("api/requests").json()["requests"]
    assert (seen["number"], seen["by"], seen["user"], seen["role"], seen["reason"], seen["until"],
            seen["expires"], seen["mine"]) == (number, "uwe", "uwe", ADMINISTRATOR,
            "I know the lab", later(100), later(30), False)  # fmt: skip
    assert open_to(person("uwe")) == open_to(person("root")) == [number]
    assert open_to(person("hanna")) == []
    page = f"roles/{ADMINISTRATOR}"
    assert "I know the lab" in browser("rita").read(page).text
    assert "I know the lab" in browser("uwe").read(page).text
    assert "I know the lab" not in browser("hanna").read(page).text
    assert members(world, "hub-admins") == {"hanna"}
    reply = browser("rita").submit(page, {"request": str(number)}, "approved", message="Welcome!")
    assert "uwe\u2069 is now Hub Administrator" in said(reply)
    assert members(world, "hub-admins") == {"hanna", "uwe"}
    assert browser("uwe").read(page).select_one(".rsp-holder time").get("datetime") == later(100)
    assert "Welcome!" in browser("uwe").read().text
    assert "Welcome!" not in browser("hanna").read().text
    assert open_to(person("root")) == []
    assert deeds(world, world.mark) == [
        ("request", "uwe", "uwe", ""),
        ("appointment", "rita", "uwe", ""),
        ("outcome", "rita", "uwe", "done"),
    ]
    appointment = next(e for e in entries(world, world.mark) if e["event"] == "appointment")
    assert appointment["details"] == {
        "until": later(100), "reason": "Welcome!", "request": str(number)
    }  # fmt: skip


def test_declining_with_a_word(world, person, browser):
    """Nothing changes on the hub, and whoever asked reads why."""
    number = ask(person("uwe")).json()["number"]
    reply = decide(person("rita"), number, "declined", message="Not this year")
    assert (reply.status_code, reply.json()["event"]) == (200, "decision")
    assert members(world, "hub-admins") == {"hanna"}
    text = browser("uwe").read().text
    assert "declined" in text
    assert "Not this year" in text
    assert deeds(world, world.mark) == [
        ("request", "uwe", "uwe", ""), ("decision", "rita", "uwe", "declined")
    ]  # fmt: skip
    for verdict in ("approved", "declined"):
        reply = decide(person("rita"), number, verdict)
        assert (reply.status_code, code(reply)) == (409, "closed")
    assert ask(person("uwe")).status_code == 201  # one may ask again


def test_taking_it_back(world, person, browser):
    """Whoever asked may take it back, nobody else; then it cannot be approved."""
    number = ask(person("uwe")).json()["number"]
    for other in ("rita", "hanna", "root"):
        reply = decide(person(other), number, "taken_back")
        assert (reply.status_code, code(reply)) == (403, "not_allowed")
    page = f"roles/{ADMINISTRATOR}"
    reply = browser("uwe").submit(page, {"request": str(number)}, "taken_back")
    assert "took back the request" in said(reply)
    reply = decide(person("rita"), number, "approved")
    assert (reply.status_code, code(reply)) == (409, "closed")
    assert members(world, "hub-admins") == {"hanna"}


def test_who_may_decide(world, person):
    """Neither whoever asked, nor holders who may not appoint, nor those who hold nothing."""
    number = ask(person("uwe")).json()["number"]
    for name in ("uwe", "hanna"):
        for verdict in ("approved", "declined"):
            reply = decide(person(name), number, verdict)
            assert (reply.status_code, code(reply)) == (403, "not_allowed")
    assert deeds(world, world.mark) == [("request", "uwe", "uwe", "")]
    assert members(world, "hub-admins") == {"hanna"}


def test_nobody_approves_themselves(world, person):
    """A representative who asks for a role needs somebody else to approve it."""
    number = ask(person("rita")).json()["number"]
    reply = decide(person("rita"), number, "approved")
    assert (reply.status_code, code(reply)) == (403, "yourself")
    assert members(world, "hub-admins") == {"hanna"}
    assert decide(person("root"), number, "approved").ok
    assert members(world, "hub-admins") == {"hanna", "rita"}


def test_proposing_a_successor(world, person, browser):
    """A holder proposes somebody by form; those who hold nothing cannot propose others."""
    page = f"roles/{ADMINISTRATOR}"
    reply = browser("hanna").submit(
        page, {"action": "request", "person": ""}, person="uwe", reason="takes over"
    )
    assert "proposed" in said(reply)
    (number,) = open_to(person("rita"))
    assert decide(person("rita"), number, "approved", message="Good choice").ok
    assert members(world, "hub-admins") == {"hanna", "uwe"}
    assert "Good choice" in browser("hanna").read().text
    for name in ("rita", "root"):
        reply = ask(person(name), REPRESENTATIVE if name == "root" else ADMINISTRATOR, user="nele")
        assert (reply.status_code, code(reply)) == (403, "not_allowed")


def test_what_cannot_be_asked_for(world, person):
    """What one holds, what was asked already, what no group stands for, and days gone by."""
    uwe, hanna = person("uwe"), person("hanna")
    assert code(ask(hanna)) == "already"
    assert code(ask(uwe, ENGINEER)) == "not_mapped"
    assert code(ask(uwe, "no-such-role")) == "unknown"
    assert code(ask(uwe, GUIDE)) == "which_group"
    assert code(ask(uwe, until=later(-1))) == "bad_date"
    assert deeds(world, world.mark) == []
    assert ask(uwe).ok
    assert code(ask(uwe)) == "already"
    assert code(ask(hanna, user="uwe")) == "already"
    assert code(ask(hanna, user="UWE")) == "already"
    assert len(deeds(world, world.mark)) == 1


def test_a_request_expires(world, person):
    """On its last day it can be decided; the day after it is gone, and one may ask again."""
    number = ask(person("uwe")).json()["number"]
    days = world.folder / "days-ahead"
    days.write_text("30")
    assert open_to(person("rita")) == [number]
    days.write_text("31")
    assert open_to(person("rita")) == open_to(person("uwe")) == []
    for verdict in ("approved", "declined"):
        reply = decide(person("rita"), number, verdict)
        assert (reply.status_code, code(reply)) == (409, "closed")
    reply = decide(person("uwe"), number, "taken_back")
    assert (reply.status_code, code(reply)) == (409, "closed")
    assert members(world, "hub-admins") == {"hanna"}
    again = ask(person("uwe")).json()
    assert date.fromisoformat(again["details"]["expires"]) == date.fromisoformat(later(61))
    days.write_text("0")


def test_two_approve_at_once(world, person):
    """One of them appoints; the other is told that it was decided."""
    for _ in range(3):
        arrange(world, **{"hub-admins": {"hanna"}})
        number = ask(person("uwe")).json()["number"]
        mark = world.health()["ledger"]["number"]
        with ThreadPoolExecutor(2) as threads:
            sent = [threads.submit(decide, person(name), number, "approved")
                    for name in ("rita", "root")]  # fmt: skip
        replies = [each.result() for each in sent]
        assert sorted(reply.status_code for reply in replies) == [200, 409]
        assert len(deeds(world, mark)) == 2
        assert members(world, "hub-admins") == {"hanna", "uwe"}


def test_approving_and_declining_at_once(world, person):
    """Whichever was first counts: never both, and the hub agrees with the ledger."""
    for _ in range(5):
        arrange(world, **{"hub-admins": {"hanna"}})
        number = ask(person("uwe")).json()["number"]
        mark = world.health()["ledger"]["number"]
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(decide, person("rita"), number, "approved")
            second = threads.submit(decide, person("root"), number, "declined")
        assert sorted([first.result().status_code, second.result().status_code]) == [200, 409]
        appointed = "uwe" in members(world, "hub-admins")
        assert appointed == first.result().ok
        assert ("decision" in {deed[0] for deed in deeds(world, mark)}) != appointed


def test_an_approval_that_fails_leaves_the_request_open(world, person, browser):
    """Where it is refused, it can be decided later; an account has to be there to be asked for."""
    assert code(ask(person("hanna"), user="nobody-here")) == "unknown"
    number = ask(person("rita"), user="rita").json()["number"]
    own = browser("rita").read(f"roles/{ADMINISTRATOR}")
    assert [each["value"] for each in own.find_all("button", {"name": "verdict"})] == ["taken_back"]
    assert code(decide(person("rita"), number, "approved")) == "yourself"
    assert open_to(person("rita")) == [number]
    assert decide(person("rita"), number, "declined").ok
