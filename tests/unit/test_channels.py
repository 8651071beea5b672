"""What people say of how to reach them: whose it is, who sees it, and who is away."""

from __future__ import annotations

from datetime import date

import pytest

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.channels import (
    AUDIENCES,
    CHANNELS,
    EVERYBODY,
    IN_CHARGE,
    WAYS,
    Reach,
    Said,
    of_accounts,
)
from jupyterhub_responsibility.domain.contacts import ContactFinder, People
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.domain.names import Called, Names
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.pages.reach import reach_page

from ..conftest import READ_AT
from .declarations import hub

TODAY = date(2026, 11, 22)
ADMIN, DUTY = "hub-administrator", "oversee-access"
OLD, NEW = "2020-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z"


def reach(account: str = "hanna", created: str = "", **said: str) -> Reach:
    """What somebody says to everybody."""
    return Reach(account, created, {name: Said(text, "everybody") for name, text in said.items()})


def finder(*said: Reach, members=("hanna", "rita"), audiences=EVERYBODY, **declared):
    """Answers on a hub where these hold the role."""
    found = hub(
        roles={ADMIN: {"groups": ["hub-admins"]}},
        contacts=[{"id": "desk", "name": "Help desk", "email": "desk@x.example"}],
        **declared,
    )
    people = People(
        {each.account: each for each in said},
        audiences,
        Names({"hanna": Called("Hanna Berg")}),
        TODAY,
    )
    return ContactFinder(found, Roster(READ_AT, {"hub-admins": members}), people)


def names(answer) -> list[str]:
    return [each.name for each in answer.channels]


def test_whose_it_is_follows_the_account():
    """Renamed, it goes along; made again under the name, it is somebody else's."""
    said = [reach("hanna", OLD, email="h@x.example"), reach("uwe", NEW, email="u@x.example")]
    assert of_accounts(said, {"hanna-l": OLD})["hanna-l"].said["email"].text == "h@x.example"
    assert of_accounts(said, {"hanna": NEW})["hanna"].account == "uwe"  # who was renamed so
    assert of_accounts(said[:1], {"hanna": NEW}) == {}
    assert of_accounts(said[:1], {"hanna": ""}) == {}  # not known whose: nobody's
    assert of_accounts([reach("hanna", "", email="h@x.example")], {"hanna": OLD}) == {}
    assert of_accounts([reach("hanna", "", email="h@x.example")], {"hanna": ""}).keys() == {"hanna"}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("name", CHANNELS)
def test_who_sees_what(name, audience):
    """Everybody sees what is for everybody, those in charge that and what is for them."""
    said = Reach("hanna", "", {name: Said("2026-12-01", audience)})
    assert (name in said.seen_by(EVERYBODY)) is (audience == "everybody")
    assert (name in said.seen_by(IN_CHARGE)) is (audience in ("everybody", "in charge"))


@pytest.mark.parametrize("name", CHANNELS)
def test_what_is_a_way_to_reach_somebody(name):
    """When and in which language is none."""
    contact = reach(**{name: "en"} if name != "away_until" else {name: "2026-12-01"}).contact(
        "Hanna", EVERYBODY
    )
    assert (contact is not None) is (name in WAYS)
    if contact:
        assert getattr(contact, name) == "en"
        assert contact.reachable


def test_the_holder_comes_first():
    """Whoever performs a duty, by what they say; then what the operator declared for it."""
    own = {"id": "access", "name": "Access", "for": [DUTY], "email": "a@x.example"}
    said = reach(email="h@x.example", hours="Mon", languages="en pt-BR")
    found = finder(said).answer("responsibility", DUTY)
    assert names(found) == ["Hanna Berg"]
    assert found.because == ""
    assert (found.channels[0].hours, found.channels[0].languages) == ("Mon", ("en", "pt-BR"))
    declared = hub(roles={ADMIN: {"groups": ["hub-admins"]}}, contacts=[own])
    people = People({"hanna": said}, names=Names({}), today=TODAY)
    both = ContactFinder(declared, Roster(READ_AT, {"hub-admins": ("hanna",)}), people)
    assert names(both.answer("responsibility", DUTY)) == ["hanna", "Access"]
    assert names(both.answer("role", ADMIN)) == ["hanna"]


def test_who_does_not_hold_it_is_not_shown():
    """What somebody said stays theirs when they leave."""
    found = finder(reach(email="h@x.example"), members=("rita",)).answer("responsibility", DUTY)
    assert names(found) == ["Help desk"]


@pytest.mark.parametrize(
    ("until", "away"), [("2026-11-21", False), ("2026-11-22", True), ("2027-01-01", True)]
)
def test_who_is_away_is_passed_over(until, away):
    """To the last day, which is said; the others are asked, or those who come after."""
    hanna = reach(email="h@x.example", away_until=until)
    found = finder(hanna, reach("rita", email="r@x.example")).answer("responsibility", DUTY)
    assert names(found) == (["rita"] if away else ["Hanna Berg", "rita"])
    assert bool(found.away) is away
    alone = finder(hanna).answer("responsibility", DUTY)
    assert names(alone) == (["Help desk"] if away else ["Hanna Berg"])
    if away:
        assert alone.away[0].startswith("\u2068Hanna Berg\u2069 is away until ")
        assert alone.because == "There are no contact details for Hub Administrator"


def test_that_somebody_is_away_can_be_kept_to_oneself():
    """They are passed over all the same."""
    said = {"email": Said("h@x.example", "everybody"), "away_until": Said("2027-01-01", "nobody")}
    found = finder(Reach("hanna", "", said)).answer("responsibility", DUTY)
    assert (names(found), found.away) == (["Help desk"], ())


@pytest.mark.parametrize(("until", "said"), [("2026-11-21", False), ("2026-11-22", True)])
def test_a_day_that_is_over_is_not_in_the_form(until, said):
    """Whoever is back need not take it out before they can say something else."""
    snapshot = Snapshot(hub(), Roster(READ_AT), LedgerState(), READ_AT)
    page = reach_page(snapshot, Viewer("hanna"), reach(email="h@x.example", away_until=until))
    assert ("away_until" in page.said) is said
    assert "email" in page.said
