"""Terms: one that has ended is flagged, or ended by the service where that is wanted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from ..realhub import MOVABLE_CLOCK, RealHub
from .acting import ADMINISTRATOR, DECLARATION, QUICK, Browser, Person, deeds, entries, members

from .acting import said, set_members  # isort: skip


DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def later(days: int) -> str:
    return (datetime.now(timezone.utc).date() + timedelta(days=days)).isoformat()


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
    """Appointing again sets a new last day, or none."""
    rita = person("rita")
    rita.appoint(ADMINISTRATOR, "uwe", until=later(10)).raise_for_status()
    rita.appoint(ADMINISTRATOR, "uwe", until=later(20)).raise_for_status()
    assert shown(browser("rita"), "Until") == {later(20)}
    rita.appoint(ADMINISTRATOR, "uwe").raise_for_status()
    assert shown(browser("rita"), "Until") == set()


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
