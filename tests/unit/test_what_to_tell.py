"""What there is to tell on a day, and who will be told, said beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from jupyterhub_responsibility.coverage import key
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.messages import Recipient
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.ledger.state import Confirmation, LedgerState, Term
from jupyterhub_responsibility.messages.beforehand import NOBODY, will_be_told
from jupyterhub_responsibility.messages.checks import of_the_day, still_told

from ..conftest import READ_AT
from ..realhub import HOLDERS
from .declarations import hub

ADMIN, REP = "hub-administrator", "community-representative"
TODAY = READ_AT.date()
GROUP_ROLES = {"hub-admins": (ADMIN,), "community-reps": (REP,)}


def known(until: date | None = None, *, members=HOLDERS, accounts=(), **declared) -> Snapshot:
    """A hub on which all is well; hanna's term may have a last day."""
    state = LedgerState()
    found = {name: Account(name, True, (), READ_AT, READ_AT) for name in ("root", *accounts)}
    snapshot = Snapshot(
        hub(**declared),
        Roster(READ_AT, members, GROUP_ROLES),
        state,
        READ_AT,
        accounts=Accounts(READ_AT, 4, found),
        transports=frozenset({"mail", "community"}),
    )
    for role, digest in snapshot.duties_digests.items():
        for name in ("rita", "hanna"):
            state.confirmations[role, name] = Confirmation(READ_AT, digest)
    state.terms[ADMIN, "hanna"] = Term(READ_AT, "rita", until)
    state.ever_held |= {ADMIN, REP}
    return snapshot


def told(snapshot: Snapshot) -> set[tuple[str, str, str]]:
    return {(m.kind, m.to, m.recipient.account) for m in of_the_day(snapshot)}


def ids(snapshot: Snapshot) -> set[str]:
    return {m.id for m in of_the_day(snapshot)}


def test_all_is_well():
    """Nobody is told anything; admins without a role have power, which has to be noticed first."""
    assert told(known()) == set()


@pytest.mark.parametrize("left", [31, 30, 8, 7, 0])
def test_a_term_ends(left):
    """From 30 days before on, its holder is told."""
    found = told(known(TODAY + timedelta(days=left)))
    assert found == ({("term_ends", "person", "hanna")} if left <= 30 else set())


def test_a_term_ends_is_said_twice():
    """In 30 days and in 7, whichever day that is seen on."""
    last = TODAY + timedelta(days=40)
    days = (replace(known(last), now=READ_AT + timedelta(days=day)) for day in range(41))
    assert len({each for day in days for each in ids(day)}) == 2


def test_a_term_has_ended():
    """Its holder is told, and those who can appoint."""
    assert told(known(TODAY - timedelta(days=1))) == {
        ("term_ended", "person", "hanna"),
        ("term_ended", "deciders", "rita"),
        ("term_ended", "deciders", "root"),
    }


def test_another_last_day_is_another_message():
    """Who gets a new term is told of its end as well."""
    one, other = (ids(known(TODAY + timedelta(days=days))) for days in (20, 21))
    assert one.isdisjoint(other)


def test_duties_have_changed():
    """Since they were confirmed; not for who confirms them as they are."""
    snapshot = known()
    snapshot.ledger_state.confirmations[ADMIN, "hanna"] = Confirmation(READ_AT, "f" * 16)
    assert told(snapshot) == {("duties_changed", "person", "hanna")}


def test_duties_that_change_there_and_back_are_told_each_time():
    """Whoever has confirmed them in between has to do so again."""
    once, again = known(), known()
    for snapshot, at in ((once, READ_AT - timedelta(days=9)), (again, READ_AT)):
        snapshot.ledger_state.confirmations[ADMIN, "hanna"] = Confirmation(at, "f" * 16)
    assert ids(once).isdisjoint(ids(again))


def test_a_confirmation_is_due():
    """After as many months as the role says."""
    snapshot = known()
    digest = snapshot.duties_digests[ADMIN]
    long_ago = READ_AT - timedelta(days=400)
    snapshot.ledger_state.confirmations[ADMIN, "hanna"] = Confirmation(long_ago, digest)
    assert told(snapshot) == {("confirmation_due", "person", "hanna")}


def noticing(snapshot: Snapshot, kind: str, at=READ_AT) -> Snapshot:
    """With when the gaps of a kind were noticed."""
    gaps = {key(gap): at for gap in snapshot.coverage.gaps if gap.kind == kind}
    assert gaps
    return replace(snapshot, noticed=gaps)


def test_a_role_became_vacant():
    """Those who can appoint and the community hear of it, once each time; not of a role that nobody
    has held yet."""
    snapshot = known(members={"hub-admins": (), "community-reps": ("rita",)})
    assert told(snapshot) == set()
    seen = noticing(snapshot, "role-vacant")
    assert told(seen) == {
        ("vacant", "deciders", "rita"),
        ("vacant", "deciders", "root"),
        ("vacant", "community", ""),
    }
    again = noticing(snapshot, "role-vacant", READ_AT + timedelta(days=9))
    assert ids(seen).isdisjoint(ids(again))
    seen.ledger_state.ever_held.clear()
    assert told(seen) == set()


def test_a_contact_is_past_its_review():
    """JupyterHub admins can act."""
    old = {"id": "old", "name": "Old", "email": "a@reef.example", "review_by": "2026-11-21"}
    assert told(known(contacts=[old])) == {("contact_review", "deciders", "root")}


def test_somebody_has_power_without_a_role():
    """Those who can act are told that it is so; the panel says who."""
    snapshot = noticing(known(accounts=["uwe"]), "power-without-role")
    found = of_the_day(snapshot)
    assert {(m.kind, m.recipient.account, m.role) for m in found} == {
        ("power", "root", ""), ("power", "uwe", "")}  # fmt: skip


@pytest.mark.parametrize("unknown", ["roster", "ledger"])
def test_what_is_not_known_is_not_told(unknown):
    """While the hub or the ledger doesn't say."""
    old = {"id": "old", "name": "Old", "email": "a@reef.example", "review_by": "2026-11-21"}
    ended = known(TODAY - timedelta(days=1), contacts=[old])
    changes = {"roster": Roster()} if unknown == "roster" else {"ledger_read": False}
    assert told(replace(ended, **changes)) == set()


# When it is sent


def test_what_is_no_longer_so_is_not_told():
    """Who got a longer term, confirmed, or lost the role meanwhile, hears nothing of before."""
    ends = known(TODAY + timedelta(days=5))
    (told,) = of_the_day(ends)
    assert still_told(told, ends)
    assert still_told(told, known(TODAY + timedelta(days=90))) is False
    assert still_told(told, known(TODAY + timedelta(days=5), members={})) is False
    due = known()
    due.ledger_state.confirmations[ADMIN, "hanna"] = Confirmation(READ_AT, "f" * 16)
    (told,) = of_the_day(due)
    assert (still_told(told, due), still_told(told, known())) == (True, False)


@pytest.mark.parametrize("unknown", [{"roster": Roster()}, {"ledger_read": False}])
def test_while_nobody_knows_it_waits(unknown):
    """It is neither told nor forgotten."""
    ends = known(TODAY + timedelta(days=5))
    (told,) = of_the_day(ends)
    assert still_told(told, replace(ends, **unknown)) is None


OLD = {"id": "old", "name": "Old", "email": "a@reef.example", "review_by": "2026-11-21"}


@pytest.mark.parametrize(
    ("kind", "gap", "was"),
    [
        ("vacant", "role-vacant", {"members": {"hub-admins": (), "community-reps": ("rita",)}}),
        ("power", "power-without-role", {"accounts": ["uwe"]}),
        ("contact_review", "contact-past-review", {"contacts": [OLD]}),
    ],
)
def test_a_gap_that_is_closed_is_not_told(kind, gap, was):
    """One that is there still is, also right after a start, before it is read since when."""
    there = noticing(known(**was), gap)
    told = next(m for m in of_the_day(there) if (m.kind, m.recipient.account) == (kind, "root"))
    assert still_told(told, replace(there, noticed={}))
    well = known() if kind != "power" else without_power(there)
    assert still_told(told, well) is False
    blind = replace(well, roster=Roster(), accounts=Accounts(trouble="The hub did not answer"))
    assert still_told(told, blind) is None


def without_power(snapshot: Snapshot) -> Snapshot:
    """root is an admin, and administers the hub."""
    found = {"root": snapshot.accounts.found["root"]}
    members = {**HOLDERS, "hub-admins": (*HOLDERS["hub-admins"], "root")}
    roster = replace(snapshot.roster, members=members)
    return replace(snapshot, accounts=Accounts(READ_AT, 4, found), roster=roster)


# Beforehand

RITA, UWE = Viewer("rita"), Viewer("uwe")


def said(snapshot, viewer, kind, *people, gave=(), off=(), **more) -> str:
    tellable = {name: frozenset(off) for name in gave}
    snapshot = replace(snapshot, **{"tellable": tellable, **more})
    role = snapshot.declaration.model.roles[ADMIN]
    found = will_be_told(snapshot, viewer, kind, role, [Recipient(each) for each in people])
    return found.translate(dict.fromkeys((0x2068, 0x2069)))


def test_who_will_be_told():
    """By name whom it is about; of those who can act only how many, without whoever acts."""
    snapshot = known()
    assert said(snapshot, RITA, "withdrawn", "hanna", gave=["hanna"]) == (
        "hanna will be told by mail."
    )
    assert said(snapshot, RITA, "withdrawn", "hanna") == NOBODY
    assert said(snapshot, RITA, "withdrawn", "hanna", gave=["hanna"], off=["withdrawn"]) == NOBODY
    both = ["rita", "root"]
    assert said(snapshot, UWE, "request", gave=both) == "2 people who can act will be told by mail."
    assert (
        said(snapshot, RITA, "request", gave=both) == "1 person who can act will be told by mail."
    )
    assert said(known(messages={"request": ["community"]}), UWE, "request") == (
        "The channel of the community will be told, without names."
    )


def test_what_else_there_is_to_tell_is_said():
    """Of a proposal both those who can act and whom it is about are told; nobody twice."""
    snapshot = replace(known(), tellable={"rita": frozenset(), "root": frozenset()})
    role = snapshot.declaration.model.roles[ADMIN]
    proposed = will_be_told(snapshot, UWE, "proposed", role, anybody=True, also=("request",))
    assert proposed == (
        "2 people who can act will be told by mail."
        " Whoever you name will be told by mail, if they have given an address."
    )
    empties = will_be_told(snapshot, UWE, "withdrawn", role, [Recipient("rita")], also=("vacant",))
    assert empties.translate(dict.fromkeys((0x2068, 0x2069))) == (
        "rita and 1 person who can act will be told by mail."
        " The channel of the community will be told, without names."
    )


def test_nothing_is_said_where_nothing_is_sent():
    """No transport, or nobody is meant to be told."""
    assert said(known(), RITA, "withdrawn", "hanna", transports=frozenset()) == ""
    assert said(known(messages={"withdrawn": []}), RITA, "withdrawn", "hanna") == ""
    only = frozenset({"community"})
    assert said(known(), RITA, "withdrawn", "hanna", gave=["hanna"], transports=only) == NOBODY


def test_before_it_is_known_whom_it_is_about():
    """Whoever is appointed is told if they have given an address."""
    snapshot = known()
    role = snapshot.declaration.model.roles[ADMIN]
    words = will_be_told(snapshot, RITA, "appointed", role, anybody=True)
    assert words == "They will be told by mail, if they have given an address."
