"""Calendars of a real hub: who gets which, and that they say what the pages say."""

from __future__ import annotations

import re
from datetime import date

import pytest
import vobject

from jupyterhub_responsibility.service.downloads import CALENDAR, MY_CALENDAR

from .acting import ADMINISTRATOR, DECLARATION, GUIDE, confirm, later, plain, standing

FILES = {"api/calendar": CALENDAR, "api/my-calendar": MY_CALENDAR}
EXPORTS = {path: f"exports/{file.name}" for path, file in FILES.items()}


def events(reply) -> dict[str, object]:
    """The events of a calendar, by what they are called."""
    reply.raise_for_status()
    assert reply.headers["Content-Type"] == "text/calendar; charset=utf-8"
    found = vobject.readOne(reply.content.decode()).contents.get("vevent", ())
    return {plain(each.summary.value): each for each in found}


YOURS, HERS = "Your last day as Hub Administrator", "Last day of hanna as Hub Administrator"
OWN = "Confirm your duties as Hub Administrator"
THEIRS = "hanna should confirm their duties as Hub Administrator"
RITAS = "Confirm your duties as Community Representative"


@pytest.fixture(autouse=True)
def without_a_last_day(world, person):
    """Nobody's term ends, before each test."""
    person("rita").change_day(ADMINISTRATOR, "hanna", None)


def test_ones_own_and_everybodys(world, person):
    """Hanna gets her own; rita, who is in charge, gets hers and everybody's, under the same ids."""
    person("rita").change_day(ADMINISTRATOR, "hanna", later(100)).raise_for_status()
    own = events(person("hanna").get("api/my-calendar"))
    assert set(own) == {YOURS, OWN}
    assert own[YOURS].dtstart.value == date.fromisoformat(later(100))
    everybodys = events(person("rita").get("api/calendar"))
    assert set(everybodys) == {HERS, THEIRS, RITAS}
    assert everybodys[HERS].uid.value == own[YOURS].uid.value
    assert set(events(person("hanna").get("api/calendar"))) == {
        YOURS, OWN, "rita should confirm their duties as Community Representative"
    }  # fmt: skip
    assert events(person("uwe").get("api/my-calendar")) == {}


def test_an_event_moves_with_the_day(world, person):
    """It is the same event on another day, and gone where there is no last day any more."""
    rita, hanna = person("rita"), person("hanna")
    rita.change_day(ADMINISTRATOR, "hanna", later(100)).raise_for_status()
    before = events(hanna.get("api/my-calendar"))[YOURS]
    rita.change_day(ADMINISTRATOR, "hanna", later(200)).raise_for_status()
    after = events(hanna.get("api/my-calendar"))[YOURS]
    assert after.uid.value == before.uid.value
    assert after.dtstart.value == date.fromisoformat(later(200))
    rita.change_day(ADMINISTRATOR, "hanna", None).raise_for_status()
    assert set(events(hanna.get("api/my-calendar"))) == {OWN}


def test_a_confirmation_moves_on(world, person):
    """Once somebody has confirmed, they should do so again in a year; the page says when it was."""
    before = events(person("hanna").get("api/my-calendar"))[OWN]
    confirm(world, "hanna")
    after = events(person("hanna").get("api/my-calendar"))[OWN]
    assert after.uid.value == before.uid.value
    assert (after.dtstart.value - before.dtstart.value).days >= 365
    assert "duties confirmed" in standing(world, "hanna")


def test_a_handover_is_for_those_who_see_the_request(world, person):
    """Hanna, who proposes, and rita, who decides, read of ana; a guide reads of a last day."""
    world.api("POST", "users/ana")
    person("rita").appoint(GUIDE, "uwe", group="guides").raise_for_status()
    person("rita").change_day(ADMINISTRATOR, "hanna", later(100)).raise_for_status()
    body = {"role": ADMINISTRATOR, "user": "ana", "reason": "Knows the lab"}
    reply = person("hanna").ask("POST", "api/requests", json=body)
    assert reply.status_code == 201, reply.text
    number = reply.json()["number"]
    for name, title in (("hanna", f"{YOURS}: hand over"), ("rita", f"{HERS}: hand over")):
        event = events(person(name).get("api/calendar"))[title]
        assert plain(event.description.value).startswith("hanna has proposed ana for the role.")
    reply = person("uwe").get("api/calendar")
    assert HERS in events(reply)
    assert "ana" not in reply.text
    person("hanna").ask("POST", f"api/requests/{number}", json={"verdict": "taken_back"})
    assert YOURS in events(person("hanna").get("api/calendar"))


@pytest.mark.parametrize("path", FILES)
def test_pages_and_tokens_get_the_same(world, person, browser, path):
    """What a browser downloads is what a token gets, but for the moment at which it was made."""
    by_token = person("hanna").get(path)
    by_browser = browser("hanna").session.get(world.page(EXPORTS[path]))
    made = re.compile(r"DTSTAMP.*")
    assert made.sub("", by_token.text) == made.sub("", by_browser.text)
    for reply in (by_token, by_browser):
        name = FILES[path].name.partition(".")[0]
        assert re.fullmatch(
            rf'attachment; filename="responsibilities-{name}-\d{{4}}-\d\d-\d\d\.ics"',
            reply.headers["Content-Disposition"],
        )
        assert reply.headers["Cache-Control"] == "private, no-store"


def test_no_address_is_enough(world, person, browser_without_login):
    """Without a token or a login there is none, however somebody got the address."""
    token = person("hanna").headers["Authorization"].partition(" ")[2]
    for path, export in EXPORTS.items():
        assert browser_without_login.get(world.page(path)).status_code == 403
        reply = browser_without_login.get(world.page(export), allow_redirects=False)
        assert reply.status_code == 302
        in_the_address = browser_without_login.get(world.page(path), params={"token": token})
        assert in_the_address.status_code == 403
    assert person("uwe").get("api/calendar").status_code == 403


def test_it_leads_back_to_the_page(world, person, browser):
    """Each event names the hub, and has the address of a page that opens."""
    for event in events(person("rita").get("api/calendar")).values():
        address = event.url.value
        assert address.startswith(world.page())
        assert browser("rita").session.get(address).url == address
        community = DECLARATION["community"]["name"]
        assert event.description.value.endswith(f"On the hub of {community}: {address}")


def test_the_pages_lead_there(world, browser):
    """Whoever holds a role finds theirs on My responsibilities; who holds none, none."""
    link = browser("hanna").read().find("a", string="Add to your calendar")
    assert events(browser("hanna").session.get(world.origin + link["href"])).keys() == {OWN}
    assert browser("uwe").read().find("a", string="Add to your calendar") is None
    assert browser("hanna").read("admin").find("a", href=re.compile("exports/calendar.ics$"))
