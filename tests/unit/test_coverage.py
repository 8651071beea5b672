"""Coverage: what is looked after, every kind of gap, and what could not be checked."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyterhub_responsibility.confirmations import text_of
from jupyterhub_responsibility.coverage import KINDS, SEVERITIES, GapKind, coverage
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.ledger import Book, Confirmation, Term
from jupyterhub_responsibility.model import Roster

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, tzinfo=timezone.utc)
MEMBERS = {"hub-admins": ("hanna", "rita"), "community-reps": ("rita", "zoe")}
DECLARED = {
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["community-reps"]},
        "site-reliability-engineer": {"people": [{"name": "Crew"}]},
        "community-guide": {"people": [{"name": "Gus"}, {"name": "Gia"}]},
    },
    "contacts": [{"id": "desk", "name": "Desk", "email": "desk@reef.example"}],
}


def confirmed(declared) -> Book:
    """A book in which every holder has confirmed their duties."""
    book = Book()
    for role_id, groups in declared.groups.items():
        for name in (name for group in groups for name in MEMBERS[group]):
            text = text_of(declared, declared.model.roles[role_id])
            book.confirmations[role_id, name] = Confirmation(NOW, text)
    return book


def found(members=MEMBERS, book=None, changes=None, **options):
    """The coverage of a hub on which all is well, but for what is given."""
    declared = load({**DECLARED, **(changes or {})})
    roster = Roster(read_at=NOW, members=members)
    return coverage(declared, roster, book or confirmed(declared), TODAY, **options)


def kinds(result) -> list[tuple[str, str]]:
    return [(gap.kind, gap.about) for gap in result.gaps]


def test_all_is_well():
    """Where everybody is there and has confirmed, no gap is found, and that is said."""
    result = found()
    assert result.gaps == ()
    assert result.headline == "15 of 18 responsibilities are looked after"
    assert result.summary == "3 are nobody's by design."
    assert result.people == 6


def role(**keys) -> dict:
    return {"roles": {**DECLARED["roles"], **keys}}


ENDED = Term(NOW, "rita", until=date(2026, 11, 21))


def with_term() -> Book:
    book = confirmed(load(DECLARED))
    book.terms["hub-administrator", "hanna"] = ENDED
    return book


def without(name: str, text: str | None = None) -> Book:
    book = confirmed(load(DECLARED))
    del book.confirmations["hub-administrator", name]
    if text:
        book.confirmations["hub-administrator", name] = Confirmation(NOW, text)
    return book


REVIEWED = {"review_by": date(2026, 11, 21), "email": "a@reef.example"}
GAPS = {
    "role-vacant": {"members": {**MEMBERS, "community-reps": ()}},
    "role-below-minimum": {
        "changes": role(**{"hub-administrator": {"groups": ["hub-admins"], "holders": {"min": 3}}})
    },
    "role-above-maximum": {"members": {**MEMBERS, "community-reps": ("a", "b", "c")}},
    "single-holder": {"members": {**MEMBERS, "hub-admins": ("rita",)}},
    "group-missing": {"members": {"hub-admins": MEMBERS["hub-admins"]}},
    "responsibility-without-contact": {
        "changes": {"contacts": [{"id": "desk", "name": "D", "for": ["decide-finances"]}]}
    },
    "contact-without-channel": {
        "changes": {"contacts": [*DECLARED["contacts"], {"id": "bare", "name": "Bare"}]}
    },
    "contact-past-review": {
        "changes": {"contacts": [*DECLARED["contacts"], {"id": "old", "name": "Old", **REVIEWED}]}
    },
    "term-ended": {"book": with_term()},
    "never-confirmed": {"book": without("hanna")},
    "confirmation-due": {"book": without("hanna", "f" * 16)},
}


@pytest.mark.parametrize("kind", get_args(GapKind))
def test_each_kind_of_gap_is_found(kind):
    """One thing is amiss, and the gap about it is found, with words and a next step."""
    gaps = [gap for gap in found(**GAPS[kind]).gaps if gap.kind == kind]
    assert gaps
    for gap in gaps:
        assert all((gap.title, gap.text, gap.step.label, gap.about))
        assert gap.severity in SEVERITIES
        assert gap.text.endswith(".")
        assert not gap.step.label.endswith(".")
    assert set(KINDS) == set(get_args(GapKind))


def test_a_vacant_role_names_what_nobody_looks_after():
    """One gap for the role says what is left alone, and whom people are sent to."""
    result = found(members={**MEMBERS, "community-reps": ()})
    (gap,) = [gap for gap in result.gaps if gap.kind == "role-vacant"]
    assert gap.about == "community-representative"
    assert "Money" in gap.text
    assert "sent to" in gap.text
    assert gap.step.path == "roles/community-representative#appoint"
    assert result.gaps[0] == gap


def test_whose_leaving_would_hurt_most():
    """Somebody who is alone with responsibilities of the community is named, with how many."""
    result = found(members={**MEMBERS, "community-reps": ("rita",)})
    name, number = result.leaving
    assert name == "rita"
    assert number == [each.holders for each in result.responsibilities].count(("rita",))
    assert "If \u2068rita\u2069 left" in result.summary


def test_the_provider_staffs_its_own_part():
    """One crew that the provider names is no lonely person of the community."""
    assert ("single-holder", "site-reliability-engineer") not in kinds(found())
    assert found().leaving is None


def test_what_cannot_be_told_is_never_fine():
    """Without a roster, responsibilities of mapped roles are unknown, and nothing is vacant."""
    declared = load(DECLARED)
    result = coverage(declared, Roster(trouble="gone"), Book(), TODAY, ledger_read=False)
    assert result.headline == "Who looks after this hub cannot be told right now"
    assert result.count("unknown")
    assert not any(gap.kind in ("role-vacant", "group-missing") for gap in result.gaps)
    assert len(result.unchecked) == 3
    assert not any("confirm" in gap.kind or "term" in gap.kind for gap in result.gaps)


def test_an_old_roster_is_not_passed_off_as_fresh():
    """What was read before the hub failed is shown, and said to be from then."""
    declared = load(DECLARED)
    roster = Roster(read_at=NOW, members=MEMBERS, trouble="The hub is down")
    result = coverage(declared, roster, confirmed(declared), TODAY)
    assert any("read earlier" in each for each in result.unchecked)


def test_where_the_login_service_decides_nobody_is_sent_to_appoint():
    """The next step is one that can be taken."""
    result = found(members={**MEMBERS, "community-reps": ()}, authenticator_groups=True)
    (gap,) = [gap for gap in result.gaps if gap.kind == "role-vacant"]
    assert not gap.step.path
    assert "login service" in gap.step.label


NAMES = st.sampled_from(["ada", "bea", "cyn", "dee"])


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(NAMES, unique=True), st.lists(NAMES, unique=True))
def test_states_and_holders_agree(admins, reps):
    """Whoever is in the groups: a responsibility's state follows from its holders alone."""
    members = {"hub-admins": tuple(admins), "community-reps": tuple(reps)}
    result = found(members=members, book=Book())
    for each in result.responsibilities:
        number = len(each.holders)
        if each.responsibility.roles:
            assert each.state == ("vacant", "single", "covered")[min(number, 2)]
        else:
            assert (each.state, number) == ("nobody-meant", 0)
    vacant = {about for kind, about in kinds(result) if kind == "role-vacant"}
    assert ("community-representative" in vacant) == (not reps)
