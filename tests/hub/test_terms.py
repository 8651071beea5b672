"""Terms: one that has ended is flagged, or ended by the service where that is wanted."""

from __future__ import annotations

import re

import pytest

from ..realhub import MOVABLE_CLOCK, RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    QUICK,
    Browser,
    Person,
    code,
    deeds,
    entries,
    later,
    members,
    said,
    set_members,
)

DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def shown(browser, words: str) -> set[str]:
    """The days that holders on the page of the role have after these words."""
    rows = browser.read(f"roles/{ADMINISTRATOR}").select(".rsp-holder")
    return {row.find("time", datetime=DAY)["datetime"] for row in rows if words in row.text}


def test_a_term_that_has_ended_is_flagged(world, person, browser):
    """It lasts through its last day; then the page says so, and one click withdraws."""
    person("rita").appoint(ADMINISTRATOR, "uwe", until=later(10)).raise_for_status()
    page, days = f"roles/{ADMINISTRATOR}", world.folder / "days-ahead"
    days.write_text("10")
    assert shown(browser("rita"), "Term ended") == set()
    assert "Your term ends" in browser("uwe").read().text
    assert browser("uwe").read().find("time", datetime=later(10))
    days.write_text("11")
    assert shown(browser("rita"), "Term ended") == {later(10)}
    assert "Your term ended" in browser("uwe").read().text
    world.wait_until_read()
    assert members(world, "hub-admins") == {"hanna", "uwe"}  # by itself nothing happens
    reply = browser("rita").submit(page, {"action": "withdraw", "account": "uwe"})
    assert "is no longer" in said(reply)
    assert members(world, "hub-admins") == {"hanna"}


def test_a_term_can_be_prolonged(world, person, browser):
    """Appointing again sets a new last day; it never takes one away."""
    rita = person("rita")
    rita.appoint(ADMINISTRATOR, "uwe", until=later(10)).raise_for_status()
    rita.appoint(ADMINISTRATOR, "uwe", until=later(20)).raise_for_status()
    assert shown(browser("rita"), "Until") == {later(20)}
    assert rita.appoint(ADMINISTRATOR, "uwe").json()["result"] == "unchanged"
    assert shown(browser("rita"), "Until") == {later(20)}


def test_the_last_day_can_be_changed(world, person, browser):
    """By a form beside the name, and by the API, to another day or none: an entry of its own."""
    rita, page = browser("rita"), f"roles/{ADMINISTRATOR}"
    person("rita").appoint(ADMINISTRATOR, "uwe", until=later(10)).raise_for_status()
    form = {"action": "term", "account": "uwe"}
    assert "Choose the new last day." in said(rita.submit(page, form, until=""))
    assert shown(rita, "Until") == {later(10)}
    reply = rita.submit(page, form, until=later(20), reason="still needed")
    assert "rita\u2069 changed the last day of \u2068uwe" in said(reply)
    assert shown(rita, "Until") == {later(20)}
    assert "removed the last day" in said(rita.submit(page, form, "yes"))
    assert shown(rita, "Until") == set()
    told = person("rita").change_day(ADMINISTRATOR, "uwe", later(30))
    assert (told.status_code, told.json()["result"]) == (200, "done")
    days = [
        (e["details"].get("before"), e["details"].get("until"), e["details"].get("reason"))
        for e in entries(world, world.mark)
        if e["event"] == "term"
    ]
    assert days == [
        (later(10), later(20), "still needed"), (later(20), None, None), (None, later(30), None)
    ]  # fmt: skip


def test_who_can_change_a_last_day(world, person, browser):
    """Whoever appoints, for others: nobody for themselves, nor for whom it isn't theirs to say."""
    rita = person("rita")
    rita.appoint(ADMINISTRATOR, "uwe", until=later(10)).raise_for_status()
    mark = len(entries(world))
    for who, whose, expected in (
        ("uwe", "uwe", "not_allowed"),
        ("hanna", "uwe", "not_allowed"),
        ("rita", "nele", "unknown"),
    ):
        assert code(person(who).change_day(ADMINISTRATOR, whose, later(20))) == expected
    assert code(rita.change_day(ADMINISTRATOR, "uwe", later(10))) == "already"
    assert code(rita.change_day(ADMINISTRATOR, "uwe", later(-1))) == "bad_date"
    assert code(rita.change_day(ADMINISTRATOR, "uwe")) == "invalid"
    rita.appoint(ADMINISTRATOR, "hanna")
    person("root").appoint(ADMINISTRATOR, "rita", until=later(5)).raise_for_status()
    assert code(rita.change_day(ADMINISTRATOR, "rita", later(20))) == "yourself"
    assert [e for e in entries(world)[mark:] if e["event"] == "term"] == []


@pytest.fixture(scope="module")
def ending(tmp_path_factory):
    """A hub where the service withdraws Hub Administrators whose term has ended."""
    roles = {
        **DECLARATION["roles"],
        ADMINISTRATOR: {"groups": ["hub-admins"], "on_term_end": "withdraw"},
    }
    hub = RealHub(
        tmp_path_factory.mktemp("terms"), {**DECLARATION, "roles": roles},
        settings=QUICK, first=MOVABLE_CLOCK,
    )  # fmt: skip
    with hub:
        yield hub


def test_the_service_withdraws_where_that_is_wanted(ending):
    """Everybody whose term has ended, but never the last holder; each is recorded once."""
    set_members(ending, **{"hub-admins": set(), "community-reps": {"rita"}})
    rita = Person(ending, "rita")
    rita.appoint(ADMINISTRATOR, "hanna", until=later(5)).raise_for_status()
    rita.appoint(ADMINISTRATOR, "uwe", until=later(5)).raise_for_status()
    mark = ending.health()["ledger"]["number"]
    days = ending.folder / "days-ahead"
    days.write_text("5")
    ending.wait_until_read()
    assert members(ending, "hub-admins") == {"hanna", "uwe"}
    days.write_text("6")
    ending.wait_for(lambda: len(members(ending, "hub-admins")) == 1, 20)
    ending.wait_until_read()
    ending.wait_until_read()
    (left,) = members(ending, "hub-admins")
    (gone,) = {"hanna", "uwe"} - {left}
    assert deeds(ending, mark) == [
        ("withdrawal", "this service", gone, ""),
        ("outcome", "this service", gone, "done"),
    ]
    withdrawal, outcome = entries(ending, mark)
    assert withdrawal["actor_kind"] == outcome["actor_kind"] == "service"
    assert withdrawal["details"] == {"reason": "term ended"}
    note = f"The term of {left} has ended"
    ending.wait_for(lambda: note in Browser(ending, "root").read().text, 10)
    assert note not in Browser(ending, "rita").read().text
    rita.appoint(ADMINISTRATOR, gone).raise_for_status()
    ending.wait_for(lambda: members(ending, "hub-admins") == {gone}, 20)
