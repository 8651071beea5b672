"""Deadlines: what somebody, or anybody, has to do by which day, and as an own one or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone

import pytest

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.duties import duties_digest
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.exports import deadlines
from jupyterhub_responsibility.exports.deadlines import Deadline
from jupyterhub_responsibility.ledger.state import Confirmation, LedgerState, Request, Term
from jupyterhub_responsibility.text import isolated, visible

from .declarations import hub

ADMIN, REP, GUIDE = "hub-administrator", "community-representative", "community-guide"
NOW = datetime(2026, 11, 22, 10, 43, tzinfo=timezone.utc)
APPOINTED, CONFIRMED = (datetime(2026, month, 2, tzinfo=timezone.utc) for month in (1, 3))
LAST_DAY, CONFIRM_BY = date(2027, 6, 30), date(2027, 3, 2)
HANNA = Viewer("hanna", groups=frozenset({"hub-admins"}))
RITA = Viewer("rita", groups=frozenset({"community-reps"}))
MARLOW = {"name": "Marlow", "email": "marlow@reef.example", "review_by": "2026-01-31"}
DESK = {"id": "desk", "name": "Help desk", "url": "/help", "review_by": "2027-01-31"}


def snapshot(**known) -> Snapshot:
    """Hanna administers until a day, and has confirmed; rita represents, and has not."""
    changes = {"contacts": [DESK]} | known.pop("declared", {})
    declared = hub(**changes)
    state = LedgerState()
    state.terms[ADMIN, "hanna"] = Term(APPOINTED, "rita", LAST_DAY)
    digest = duties_digest(declared.model, declared.model.roles[ADMIN])
    state.confirmations[ADMIN, "hanna"] = Confirmation(CONFIRMED, digest)
    members = {"hub-admins": ("hanna",), "community-reps": ("rita",)}
    return Snapshot(declared, Roster(NOW, members), state, NOW, **known)


def request(by: str, person: str, role: str = ADMIN) -> Request:
    return Request(7, NOW, by, role, "hub-admins", person, reason="A secret")


def said(found: tuple[Deadline, ...]) -> list[tuple]:
    return [(each.kind, each.day, plain(each.title), each.path, each.mine) for each in found]


def plain(text: str) -> str:
    """Without the marks that isolate names."""
    return text.translate(dict.fromkeys(map(ord, "\u2068\u2069")))


def test_ones_own():
    """Hanna's last day, and when she should confirm again; nobody else's, and no review."""
    assert said(deadlines.own(snapshot(), HANNA, ())) == [
        ("confirmation", CONFIRM_BY, "Confirm your duties as Hub Administrator", "", True),
        ("term", LAST_DAY, "Your last day as Hub Administrator", "", True),
    ]
    assert deadlines.own(snapshot(), Viewer("uwe"), ()) == ()
    assert deadlines.own(snapshot(), replace(HANNA, kind="service", groups=frozenset()), ()) == ()


def test_everybodys():
    """Those in charge see all of them, and what has to be checked; their own are marked."""
    people = {GUIDE: {"people": [MARLOW, {"name": "Without a day"}]}}
    known = snapshot(declared={"contacts": [DESK], "roles": people})
    assert said(deadlines.everybodys(known, RITA, ())) == [
        ("review", date(2026, 1, 31), "Check whether Marlow is still Community Guide",
         f"roles/{GUIDE}", False),
        ("confirmation", NOW.date(), "Confirm your duties as Community Representative", "", True),
        ("review", date(2027, 1, 31), "Check the contact Help desk", "contacts", False),
        ("confirmation", CONFIRM_BY, "hanna should confirm their duties as Hub Administrator",
         f"roles/{ADMIN}", False),
        ("term", LAST_DAY, "Last day of hanna as Hub Administrator", f"roles/{ADMIN}", False),
    ]  # fmt: skip


def test_people_are_called_what_they_are_called():
    """In a calendar as on the pages; who asks for the role as well."""
    opaque = "google-oauth2|100400000000000000001"
    names = {"hanna": "Hanna Okafor", opaque: "Ada Marlow"}
    known = snapshot(declared={"names": names})
    asked = (request(opaque, opaque), request("hanna", opaque))
    found = {plain(f"{d.title} {d.text}") for d in deadlines.everybodys(known, RITA, asked)}
    for words in (
        "Hanna Okafor should confirm their duties",
        "Last day of Hanna Okafor as Hub Administrator",
        "Ada Marlow has asked to become Hub Administrator.",
        "Hanna Okafor has proposed Ada Marlow for the role.",
    ):
        assert any(words in each for each in found), (words, found)
    assert not any(opaque in each for each in found)


def test_a_deadline_goes_along_with_the_account():
    """Renamed, it is the same event in a calendar; of another account of that name, it isn't."""
    known = snapshot()

    def keys(made: str, name: str = "hanna") -> set[tuple[str, ...]]:
        state = LedgerState()
        state.created = {(ADMIN, name): made}
        state.terms = {(ADMIN, name): known.ledger_state.terms[ADMIN, "hanna"]}
        members = {"hub-admins": (name,), "community-reps": ("rita",)}
        now = replace(known, ledger_state=state, roster=Roster(NOW, members))
        return {each.key for each in deadlines.everybodys(now, RITA, ()) if ADMIN in each.key}

    assert keys("2026-01-01T00:00:00+00:00") == keys("2026-01-01T00:00:00+00:00", "johanna")
    assert keys("2026-01-01T00:00:00+00:00").isdisjoint(keys("2026-05-05T00:00:00+00:00"))


def test_a_deadline_is_the_same_for_everybody():
    """Its key and its day don't depend on who looks, on its words, or on the day."""
    mine = deadlines.own(snapshot(), HANNA, ())
    theirs = deadlines.everybodys(snapshot(), RITA, (request("hanna", "tom"),))
    assert {each.key for each in mine} <= {each.key for each in theirs}
    assert len({each.key for each in theirs}) == len(theirs)
    moved = snapshot()
    moved.ledger_state.terms[ADMIN, "hanna"] = Term(NOW, "root", date(2028, 1, 1))
    assert {each.key for each in deadlines.own(moved, HANNA, ())} == {each.key for each in mine}


@pytest.mark.parametrize(
    ("by", "says"),
    [
        ("hanna", "hanna has proposed tom for the role."),
        ("tom", "tom has asked to become Hub Administrator."),
    ],
)
def test_a_last_day_with_a_successor_is_a_handover(by, says):
    """Whoever may see the request reads who it is; not why."""
    (last,) = [
        d for d in deadlines.own(snapshot(), HANNA, (request(by, "tom"),)) if d.day == LAST_DAY
    ]
    assert (last.kind, last.title) == ("handover", "Your last day as Hub Administrator: hand over")
    assert plain(last.text).startswith(says)
    assert "secret" not in last.text


def test_a_request_for_something_else_makes_no_handover():
    """One for another role, or for the account itself."""
    for each in (request("uwe", "uwe", REP), request("rita", "hanna")):
        assert "handover" not in {d.kind for d in deadlines.own(snapshot(), HANNA, (each,))}


def test_it_says_what_happens_on_the_last_day():
    """Where the service ends terms, it says so; else it doesn't."""
    ending = {"roles": {ADMIN: {"groups": ["hub-admins"], "on_term_end": "withdraw"}}}
    says = "After this day, the role is taken away from"
    assert f"{says} you." in deadlines.own(snapshot(declared=ending), HANNA, ())[-1].text
    theirs = deadlines.everybodys(snapshot(declared=ending), RITA, ())[-1]
    assert f"{says} hanna." in plain(theirs.text)
    assert says not in deadlines.own(snapshot(), HANNA, ())[-1].text


NOTICED = datetime(2026, 11, 20, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("confirmation", "noticed", "day", "says"),
    [
        (None, {}, NOW.date(), "You have not confirmed them yet."),
        (None, {"never-confirmed": NOTICED}, NOTICED.date(), "You have not confirmed them yet."),
        ("other", {}, NOW.date(), "They have changed since they were last confirmed, on 2 Mar"),
        ("other", {"confirmation-due": NOTICED}, NOTICED.date(), "They have changed since"),
        ("same", {}, CONFIRM_BY, "They were last confirmed on 2 Mar 2026."),
        ("same", {"confirmation-due": NOTICED}, CONFIRM_BY, "They were last confirmed"),
    ],
)  # fmt: skip
def test_the_day_of_a_confirmation(confirmation, noticed, day, says):
    """When it is due; if that has no day, when it was noticed, or else today."""
    known = snapshot(noticed={(kind, ADMIN, "hanna"): at for kind, at in noticed.items()})
    confirmations = known.ledger_state.confirmations
    if confirmation is None:
        del confirmations[ADMIN, "hanna"]
    if confirmation == "other":
        confirmations[ADMIN, "hanna"] = Confirmation(CONFIRMED, "other")
    (found,) = [d for d in deadlines.own(known, HANNA, ()) if d.kind == "confirmation"]
    assert (found.day, found.text.startswith(says)) == (day, True), found.text


def test_another_account_of_the_same_name_has_no_term():
    """What was recorded of the account before is not theirs."""
    known = snapshot()
    known.ledger_state.created[ADMIN, "hanna"] = "2020-01-01T00:00:00Z"
    again = replace(HANNA, created="2026-11-20T00:00:00Z")
    assert [each.kind for each in deadlines.own(known, again, ())] == ["confirmation"]


def test_who_is_declared_twice_is_checked_once():
    """In one role; in another, it is another question. Their name ends where it ends."""
    people = {role: {"people": [MARLOW, MARLOW]} for role in (GUIDE, "site-reliability-engineer")}
    found = deadlines.everybodys(snapshot(declared={"roles": people}), RITA, ())
    assert [plain(each.title) for each in found if each.key[0] == "person"] == [
        "Check whether Marlow is still Site Reliability Engineer",
        "Check whether Marlow is still Community Guide",
    ]
    assert all(isolated("Marlow") in each.title for each in found if each.key[0] == "person")
    assert any(isolated("Help desk") in each.title for each in found)


def test_names_cannot_pass_for_others():
    """A name that runs backwards, or has line breaks, is written out as on the pages."""
    name = "\u202egnp\n.exe"
    known = replace(
        snapshot(declared={"contacts": []}), roster=Roster(NOW, {"hub-admins": (name,)})
    )
    (found,) = deadlines.everybodys(known, RITA, ())
    assert visible(name) in found.title
    assert name not in found.title + found.text + "".join(found.key)
