"""Confirmations: never → confirmed → due, pinned to the text that was seen."""

from __future__ import annotations

import pytest
import yaml

from ..realhub import MOVABLE_CLOCK, RealHub
from .acting import ADMINISTRATOR, DECLARATION, QUICK, REPRESENTATIVE, Browser, Person, code

from .acting import deeds, said, set_members  # isort: skip


def state(who, role: str = ADMINISTRATOR) -> dict:
    """What a holder is told about their confirmation."""
    roles = who.get("api/me").json()["roles"]
    return next(each["confirmation"] for each in roles if each["id"] == role)


def confirm(who, digest: str, role: str = ADMINISTRATOR):
    return who.ask("POST", "api/confirmations", json={"role": role, "duties_digest": digest})


@pytest.fixture
def fresh(world, person):
    """Whoever comes back is asked anew: hanna has left and come back."""
    root = person("root")
    root.withdraw(ADMINISTRATOR, "hanna").raise_for_status()
    root.appoint(ADMINISTRATOR, "hanna").raise_for_status()
    world.mark = world.health()["ledger"]["number"]
    return world


def test_a_holder_confirms(fresh, person, browser):
    """Never, then confirmed, on their own page and for those who look at the role."""
    page = f"roles/{ADMINISTRATOR}"
    assert state(person("hanna"))["state"] == "never"
    assert "duties not confirmed yet" in browser("uwe").read(page).text
    assert "Read what you look after, then confirm" in browser("hanna").read().text
    reply = browser("hanna").submit("", {"role": ADMINISTRATOR})
    assert "confirmed the duties of Hub Administrator" in said(reply)
    mine = state(person("hanna"))
    assert mine["state"] == "confirmed"
    assert mine["at"]
    assert "You confirmed these duties" in browser("hanna").read().text
    assert "duties confirmed" in browser("uwe").read(page).text
    assert deeds(fresh, fresh.mark) == [("confirmation", "hanna", "hanna", "")]


def test_it_is_due_after_twelve_months(fresh, person, browser):
    """The page asks again after that, and a new confirmation holds for as long."""
    hanna, days = person("hanna"), fresh.folder / "days-ahead"
    assert confirm(hanna, state(hanna)["duties_digest"]).status_code == 201
    for ahead, expected in ((364, "confirmed"), (367, "due")):
        days.write_text(str(ahead))
        assert state(hanna)["state"] == expected
    assert "you confirmed them a while ago" in browser("hanna").read().text
    assert "need to be confirmed again" in browser("uwe").read(f"roles/{ADMINISTRATOR}").text
    assert confirm(hanna, state(hanna)["duties_digest"]).status_code == 201
    assert state(hanna)["state"] == "confirmed"


def test_another_text_than_the_one_seen(fresh, person):
    """What has changed since the page was opened is not confirmed unread."""
    hanna = person("hanna")
    reply = confirm(hanna, "0123456789abcdef")
    assert (reply.status_code, code(reply)) == (412, "stale")
    assert state(hanna)["state"] == "never"
    assert deeds(fresh, fresh.mark) == []


def test_only_holders_confirm(fresh, person, browser):
    """Those without a role are neither asked nor let; nor for roles of others."""
    digest = state(person("hanna"))["duties_digest"]
    for name in ("uwe", "rita", "root"):
        reply = confirm(person(name), digest)
        assert (reply.status_code, code(reply)) == (403, "not_allowed")
    for name in ("uwe", "root"):
        html = browser(name).read()
        assert not html.find_all("form", method="post")
        assert "confirm" not in html.find("main").text
    assert deeds(fresh, fresh.mark) == []


def test_whoever_comes_back_is_asked_again(fresh, person):
    """A confirmation ends with the holding that it is about."""
    hanna, root = person("hanna"), person("root")
    assert confirm(hanna, state(hanna)["duties_digest"]).ok
    assert root.withdraw(ADMINISTRATOR, "hanna").ok
    assert root.appoint(ADMINISTRATOR, "hanna").ok
    assert state(hanna)["state"] == "never"


def test_it_is_due_when_the_text_changes(tmp_path):
    """A duty that says something else has to be confirmed again; others are not."""
    holders = {"hub-admins": {"hanna"}, "community-reps": {"rita"}}
    with RealHub(tmp_path, DECLARATION, settings=QUICK, first=MOVABLE_CLOCK) as hub:
        set_members(hub, **holders)
        hanna, rita = Person(hub, "hanna"), Person(hub, "rita")
        seen = state(rita, REPRESENTATIVE)["duties_digest"]
        assert confirm(rita, seen, REPRESENTATIVE).status_code == 201
        assert confirm(hanna, state(hanna)["duties_digest"]).status_code == 201
        model = rita.get("api/model").json()
    area, duty = next(
        (area["id"], each["id"])
        for area in model["areas"]
        for each in area["responsibilities"]
        if REPRESENTATIVE in (each["accountable"], *each["performed_by"])
        and ADMINISTRATOR not in (each["accountable"], *each["performed_by"])
    )
    changed = {"responsibilities": [{"id": duty, "description": "Something else than before."}]}
    hub.declaration_file.write_text(yaml.safe_dump({**DECLARATION, "areas": {area: changed}}))
    with hub:
        hanna, rita = Person(hub, "hanna"), Person(hub, "rita")
        assert state(rita, REPRESENTATIVE)["state"] == "due"
        assert state(hanna)["state"] == "confirmed"
        assert "Your duties have changed" in Browser(hub, "rita").read().text
        reply = confirm(rita, seen, REPRESENTATIVE)
        assert (reply.status_code, code(reply)) == (412, "stale")
        now = state(rita, REPRESENTATIVE)["duties_digest"]
        assert confirm(rita, now, REPRESENTATIVE).status_code == 201
        assert state(rita, REPRESENTATIVE)["state"] == "confirmed"
