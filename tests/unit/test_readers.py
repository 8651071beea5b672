"""Who reads what in the ledger: readers against kinds of entries."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.ledger.chain import write
from jupyterhub_responsibility.ledger.entry import ITSELF, Draft, Entry, stamp
from jupyterhub_responsibility.ledger.gap_spans import Span
from jupyterhub_responsibility.ledger.personal import personal
from jupyterhub_responsibility.ledger.readers import NO_ROLE, Reader, may_read, own, reader_of
from jupyterhub_responsibility.ledger.state import LedgerState

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
ADMIN, REP = "hub-administrator", "community-representative"
ROOT = Viewer("root", admin=True)
RITA = Viewer("rita", groups=frozenset({"community-reps"}))
HANNA = Viewer("hanna", groups=frozenset({"hub-admins"}))
UWE, NELE = Viewer("uwe"), Viewer("nele")
PEOPLE = {each.name: each for each in (ROOT, RITA, HANNA, UWE, NELE)}


def entry(
    event: str, actor: str, person: str = "", role: str = "", number: int = 7, **more
) -> Entry:
    kind, group = more.pop("kind", "user"), more.pop("group", "")
    draft = Draft(event, actor, kind, role, group, person, more.pop("intent", None), more)
    return write(draft, number, "0" * 64, NOW)


KINDS: dict[str, tuple[list[Entry], str]] = {
    "asks to be a representative": ([entry("request", "uwe", "uwe", REP)], "root uwe"),
    "and the answer": ([entry("decision", "root", "uwe", REP, request="3")], "root uwe"),
    "asks to be an administrator": ([entry("request", "uwe", "uwe", ADMIN)], "root rita uwe"),
    "is proposed": ([entry("request", "hanna", "uwe", ADMIN)], "root rita hanna uwe"),
    "as a representative": ([entry("request", "rita", "uwe", REP)], "root rita uwe"),
    "the answer to that": (
        [entry("decision", "root", "uwe", REP, request="3", asker="rita")],
        "root rita uwe",
    ),
    "its approval": (
        [
            entry("appointment", "root", "uwe", REP, request="3", asker="rita"),
            entry("outcome", "root", "uwe", REP, 8, intent=7, of="appointment", result="done"),
        ],
        "root rita uwe",
    ),
    "a request has ended": (
        [entry("decision", ITSELF, "uwe", REP, kind="service", asker="nele")],
        "root",
    ),
    "is appointed": ([entry("appointment", "rita", "uwe", ADMIN)], "root rita uwe"),
    "is spelt otherwise": (
        [
            entry("appointment", "root", "UWE", REP),
            entry("outcome", "root", "uwe", REP, 8, intent=7, of="appointment", result="done"),
        ],
        "root uwe",
    ),
    "turns out later": (
        [
            entry("withdrawal", "uwe", "UWE", REP),
            entry("settlement", ITSELF, "UWE", REP, 8, kind="service", intent=7, result="done"),
        ],
        "root uwe",
    ),
    "steps down": ([entry("withdrawal", "uwe", "uwe", ADMIN, note="All yours")], "root rita uwe"),
    "last day": ([entry("term", "root", "rita", REP)], "root rita"),
    "confirms": ([entry("confirmation", "rita", "rita", REP)], "root rita"),
    "is added": ([entry("account", "hanna", "uwe")], "root hanna uwe"),
    "is seen to leave": ([entry("observation", "", "uwe", REP, kind="hub")], "root uwe"),
    "is renamed": ([entry("observation", "", "uwe", kind="hub", was="nele")], "root hanna uwe"),
    "a group": ([entry("observation", ITSELF, "", ADMIN, kind="service")], "root rita"),
    "is erased": ([entry("erasure", "root", parts="actor 3")], "root hanna"),
    "by an operator of that name": ([entry("erasure", "uwe", kind="operator")], "root hanna"),
    "by a program of that name": ([entry("account", "uwe", "x", kind="service")], "root hanna"),
    "a role that is gone": ([entry("confirmation", "nele", "nele", "gone")], "root nele"),
}
"""What was done, and who sees it; who else has the log open sees nothing of it."""


@pytest.mark.parametrize("name", KINDS)
def test_who_sees_which_entries(declared, name):
    """JupyterHub admins, those who decide on the role, those who add users where there is none, and
    those whom it is about."""
    deed, seen_by = KINDS[name]
    rules = Rules(declared)
    found = [each for each, who in PEOPLE.items() if may_read(reader_of(rules, who, 0), deed)]
    assert found == seen_by.split()


@pytest.mark.parametrize("name", KINDS)
def test_what_is_about_oneself_needs_no_power(declared, name):
    """On the page of their own data, everybody sees what is about them, and admins no more."""
    deed, seen_by = KINDS[name]
    found = {each for each, who in PEOPLE.items() if may_read(own(who, 0), deed)}
    assert found <= set(seen_by.split())
    assert found - {"root", "rita", "hanna"} == set(seen_by.split()) - {"root", "rita", "hanna"}


def test_the_roles_of_a_reader(declared):
    """By the one rule of who decides on a role; what is about none is for those who add users."""
    rules = Rules(declared)
    assert reader_of(rules, ROOT, 0) is None
    assert reader_of(rules, RITA, 3) == Reader("rita", frozenset({ADMIN}), after=3)
    assert reader_of(rules, HANNA, 0) == Reader("hanna", frozenset({NO_ROLE}))
    elsewhere = Rules(declared, user_management="off")
    assert reader_of(elsewhere, HANNA, 0) == Reader("hanna")


def test_a_service_has_nothing_of_its_own(declared):
    """A program that is called as an account is reads nothing of that account."""
    program = Viewer("uwe", admin=True, kind="service")
    assert reader_of(Rules(declared), program, 0) == Reader()
    assert not may_read(own(program, 0), [entry("request", "uwe", "uwe", REP)])
    assert not may_read(own(program, 0), [entry("erasure", "")])


def test_an_account_is_more_than_its_name():
    """What was recorded before it was made, or before it had this name, is about another one."""
    deed = [entry("withdrawal", "root", "uwe", REP)]
    made = stamp(NOW + timedelta(seconds=1))
    assert may_read(own(Viewer("uwe", created=stamp(NOW)), 6), deed)
    assert not may_read(own(Viewer("uwe", created=made), 0), deed)
    assert not may_read(own(Viewer("uwe"), 7), deed)


def told(*entries: Entry) -> LedgerState:
    state = LedgerState()
    for each in entries:
        state.read(each)
    return state


def test_what_is_known_of_an_account():
    """Roles with their terms, confirmations, requests by and about it, answers, notes, gaps."""
    asks = {"expires": "2026-12-31", "reason": "why not"}
    state = told(
        entry("appointment", "rita", "uwe", ADMIN, 1, group="g", reason="knows it"),
        entry("outcome", "rita", "uwe", ADMIN, 2, group="g", intent=1, result="done"),
        entry("confirmation", "uwe", "uwe", ADMIN, 3, duties_digest="x"),
        entry("request", "uwe", "uwe", REP, 4, **asks),
        entry("request", "hanna", "uwe", "guide", 5, **asks),
        entry("request", "hanna", "hanna", REP, 6, **asks),
        entry("request", "uwe", "nele", ADMIN, 7, **asks),
        entry("decision", "rita", "nele", ADMIN, 8, request="7", verdict="declined", reason="no"),
    )
    spans = (Span(("never-confirmed", ADMIN, "uwe"), NOW), Span(("x", ADMIN, "hanna"), NOW))
    known = personal(state, spans, UWE)
    (role,) = known.roles
    assert (role.role, role.since, role.term.reason) == (ADMIN, NOW, "knows it")
    assert role.confirmation.at == NOW
    assert [each.number for each in known.requests] == [4, 5]
    assert [each.message for each in known.answers] == ["no"]
    assert [span.key[0] for span in known.gaps] == ["never-confirmed"]
    later = stamp(NOW + timedelta(seconds=1))
    assert personal(state, spans, Viewer("uwe", created=later)).gaps == ()
    assert personal(state, spans, Viewer("uwe", kind="service")) == personal(state, (), NELE)
