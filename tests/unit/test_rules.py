"""Who may change what: each rule, for those whom it lets and those whom it stops."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.holders import RoleHolders, holders_of
from jupyterhub_responsibility.domain.model import Declaration, Person, Range, Role, Roster, Viewer
from jupyterhub_responsibility.domain.rules import ACCESS, RULES, About, Change, Rules
from jupyterhub_responsibility.errors import RefusedError

from .declarations import MINIMAL
from .declarations import hub as hub_of

ADMIN, REP, GUIDE = "hub-administrator", "community-representative", "community-guide"
TODAY = date(2026, 11, 22)

RITA = Viewer("rita", groups=frozenset({"community-reps", "hub-admins"}))
HANNA = Viewer("hanna", groups=frozenset({"hub-admins"}))
UWE = Viewer("uwe")
ROOT = Viewer("root", admin=True)
ROBOT = Viewer("hanna", admin=True, groups=frozenset({"hub-admins"}), kind="service")
"""A service whose name is that of a person."""


@pytest.fixture
def rules(declared) -> Rules:
    return Rules(declared)


def change(declared: Declaration, role: str = ADMIN, person: str = "uwe", **more) -> Change:
    return Change(declared.model.roles[role], declared.groups[role][0], person, **more)


def refused(code: str):
    """Whether a rule says no, with this code; where there is none, that it lets them."""
    return pytest.raises(RefusedError) if code else nullcontext()


def check(code: str, rule, *arguments) -> str:
    """The message of a rule that refuses with a code; empty where it is to let them."""
    with refused(code) as caught:
        rule(*arguments)
    if not code:
        return ""
    assert caught.value.code == code
    return str(caught.value)


@pytest.mark.parametrize(
    ("viewer", "role", "may"),
    [
        (RITA, ADMIN, True),
        (RITA, REP, False),
        (HANNA, ADMIN, False),
        (HANNA, REP, False),
        (UWE, ADMIN, False),
        (ROOT, ADMIN, True),
        (ROOT, REP, True),
        (ROOT, GUIDE, True),
        (ROBOT, ADMIN, False),
    ],
)
def test_who_may_appoint(rules, declared, viewer, role, may):
    """JupyterHub admins to every role, others as the model says, services to none."""
    assert rules.may_appoint(viewer, declared.model.roles[role]) is may


@pytest.mark.parametrize(
    ("viewer", "may"), [(RITA, True), (HANNA, False), (UWE, False), (ROOT, True), (ROBOT, False)]
)
def test_who_may_read_the_ledger(rules, viewer, may):
    """Those who may appoint to some role, and nobody else."""
    assert rules.may(viewer, "appointers") is may


@pytest.mark.parametrize(
    ("viewer", "management", "may"),
    [
        (HANNA, "service", True),
        (RITA, "service", True),
        (ROOT, "service", True),
        (Viewer("rita", groups=frozenset({"community-reps"})), "service", False),
        (UWE, "service", False),
        (ROBOT, "service", False),
        (HANNA, "admin", False),
        (ROOT, "off", False),
    ],
)
def test_who_may_add_users(declared, viewer, management, may):
    """Those whose role adds users, and JupyterHub admins, where this service does that."""
    assert Rules(declared, user_management=management).may_add_users(viewer) is may


@pytest.mark.parametrize("viewer", [HANNA, ROOT])
def test_nobody_adds_users_where_no_role_does(viewer):
    """The service then has no permission to, so that nobody is offered it."""
    said = {**MINIMAL["roles"], ADMIN: {"groups": ["hub-admins"], "adds_users": False}}
    assert not Rules(load({"roles": said})).may_add_users(viewer)


def test_another_role_adds_users():
    """What counts is what the model says of a role, not what it is called."""
    roles = {"workspace-owner": {"groups": ["owners"]}, "access-manager": {"groups": ["doors"]}}
    rules = Rules(load({"model": "cloud", "roles": roles}))
    assert rules.may_add_users(Viewer("dora", groups=frozenset({"doors"})))
    assert not rules.may_add_users(Viewer("owen", groups=frozenset({"owners"})))
    assert [role.id for role in rules.adding_roles()] == ["access-manager"]


@pytest.mark.parametrize(
    ("management", "roles"), [("service", [ADMIN]), ("admin", [ADMIN]), ("off", [])]
)
def test_whose_role_adds_users(declared, management, roles):
    """Here or on the hub's own pages; where accounts are looked after elsewhere, nobody's."""
    rules = Rules(declared, user_management=management)
    assert [role.id for role in rules.adding_roles()] == roles


@pytest.mark.parametrize(
    ("viewer", "may"),
    [
        (RITA, True),
        (HANNA, True),
        (ROOT, True),
        (UWE, False),
        (ROBOT, False),
        (Viewer("a-program", admin=True, groups=frozenset({"hub-admins"}), kind="service"), False),
    ],
)
def test_who_is_in_charge(rules, viewer, may):
    """JupyterHub admins and holders of a role; no program, whatever it may do on the hub."""
    assert rules.in_charge(viewer) is may
    assert rules.may(viewer, "in charge") is may


@pytest.mark.parametrize("name", ACCESS)
def test_whoever_may_not_is_told_who_may(rules, declared, name):
    """The table refuses in its own words, and lets everybody else through."""
    about = About(declared.model.roles[ADMIN], "hanna", asked_by="uwe")
    words = re.escape(ACCESS[name].refusal.partition("{")[0])
    for viewer in (RITA, HANNA, UWE, ROOT, ROBOT):
        if rules.may(viewer, name, about=about):
            rules.check(viewer, name, about=about)
        else:
            with pytest.raises(RefusedError, match=words) as refused:
                rules.check(viewer, name, about=about)
            assert refused.value.code == "not_allowed"
            assert "{" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "whom"),
    [
        ("deciders", {"rita", "root"}),
        ("oneself", {"hanna"}),
        ("holders", {"rita", "hanna"}),
        ("proposers", {"rita", "hanna"}),
        ("asker", {"uwe"}),
    ],
)
def test_what_is_decided_for_each_role(rules, declared, name, whom):
    """uwe has asked that hanna becomes Hub Administrator: who may do what about it; no program."""
    about = About(declared.model.roles[ADMIN], "hanna", asked_by="uwe")
    viewers = (RITA, HANNA, UWE, ROOT)
    assert {each.name for each in viewers if rules.may(each, name, about=about)} == whom
    assert not rules.may(ROBOT, name, about=About(about.role, ROBOT.name, ROBOT.name))


def test_one_of_several_is_enough(rules, declared):
    """Where two rows let people, either does; the refusal is that of the first."""
    about = About(declared.model.roles[ADMIN], "hanna")
    rules.check(RITA, "deciders", "oneself", about=about)
    rules.check(HANNA, "deciders", "oneself", about=about)
    said = check("not_allowed", partial(rules.check, about=about), UWE, "deciders", "oneself")
    assert "Only these people can decide who is Hub Administrator" in said


@pytest.mark.parametrize("name", [name for name, row in ACCESS.items() if row.may_about])
def test_what_is_decided_for_each_role_names_the_role(rules, name):
    """Nobody is let through because it wasn't said which role it is about, not even by accident."""
    with pytest.raises(TypeError):
        rules.may(ROOT, name)


@pytest.mark.parametrize(("scopes", "may"), [({"read:metrics"}, True), ({"metrics"}, False)])
def test_who_may_read_the_metrics(rules, scopes, may):
    """Whoever holds a token with that scope, and nobody by their role."""
    assert (
        rules.may(Viewer("prometheus", kind="service", scopes=frozenset(scopes)), "metrics") is may
    )
    assert not rules.may(ROOT, "metrics")


@pytest.mark.parametrize(
    ("viewer", "management", "managed", "places"),
    [
        (RITA, "service", False, [f"roles/{ADMIN}", "users"]),
        (RITA, "off", False, [f"roles/{ADMIN}"]),
        (RITA, "service", True, [f"roles/{ADMIN}", "users"]),
        (HANNA, "service", False, ["users"]),
        (HANNA, "admin", False, []),
        (ROOT, "service", False, [f"roles/{ADMIN}", f"roles/{REP}", "users"]),
        (UWE, "service", False, []),
        (ROBOT, "service", False, []),
    ],
)
def test_what_somebody_may_change_on_our_pages(declared, viewer, management, managed, places):
    """Who holds a role, wherever the group is kept; and who has an account."""
    changes = Rules(declared, managed, management).changes(viewer)
    assert sorted(each.place for each in changes) == sorted(places)
    assert all(each.our for each in changes)


@pytest.mark.parametrize(
    ("role", "managed", "is_open"),
    [(ADMIN, False, True), (ADMIN, True, True), (GUIDE, False, False), (GUIDE, True, False)],
)
def test_which_roles_can_be_changed_here(declared, role, managed, is_open):
    """Those with groups, wherever these are kept."""
    assert Rules(declared, managed).open_to_change(declared.model.roles[role]) is is_open


@pytest.mark.parametrize(
    ("role", "managed", "wanted", "code"),
    [
        (ADMIN, False, "one", ""),
        (ADMIN, False, "two", ""),
        (ADMIN, False, None, "which_group"),
        (ADMIN, False, "community-reps", "which_group"),
        (REP, False, None, ""),
        (REP, True, None, ""),
        (GUIDE, False, None, "not_mapped"),
        (GUIDE, True, "one", "not_mapped"),
    ],
)
def test_which_group_is_meant(role, managed, wanted, code):
    """A role's only group, or the one that was named; where it can't be told, what to do."""
    declared = hub_of(roles={ADMIN: {"groups": ["one", "two"]}})
    rules, role = Rules(declared, managed), declared.model.roles[role]
    check(code, rules.group_of, role, wanted)
    if not code:
        assert rules.group_of(role, wanted) == (wanted or "community-reps")


def test_which_groups_there_are_is_said():
    """Whoever has to choose a group is told their names."""
    declared = hub_of(roles={ADMIN: {"groups": ["one", "two"]}})
    said = check("which_group", Rules(declared).group_of, declared.model.roles[ADMIN], None)
    assert "one, two" in said


@pytest.mark.parametrize(
    ("viewer", "role", "person", "until", "code"),
    [
        (RITA, ADMIN, "uwe", None, ""),
        (RITA, ADMIN, "uwe", TODAY, ""),
        (RITA, ADMIN, "uwe", date(2026, 11, 21), "bad_date"),
        (RITA, ADMIN, "rita", None, "yourself"),
        (RITA, ADMIN, "Rita", None, "yourself"),
        (RITA, REP, "uwe", None, "not_allowed"),
        (HANNA, ADMIN, "uwe", None, "not_allowed"),
        (UWE, ADMIN, "uwe", None, "not_allowed"),
        (ROOT, ADMIN, "root", None, ""),
        (ROOT, REP, "uwe", None, ""),
        (ROBOT, ADMIN, "uwe", None, "not_allowed"),
    ],
)
def test_appointing(rules, declared, viewer, role, person, until, code):
    """Whoever may appoint does so, but nobody themselves, and not to a day that is over."""
    check(code, rules.check_appointer, viewer, change(declared, role, person, until=until), TODAY)


def test_who_may_decide_is_said(rules, declared):
    """Whoever may not appoint is told who may."""
    said = check("not_allowed", rules.check_appointer, UWE, change(declared), TODAY)
    assert "JupyterHub admins, anyone who is Community Representative" in said


@pytest.mark.parametrize(
    ("viewer", "person", "code"),
    [
        (RITA, "hanna", ""),
        (HANNA, "hanna", ""),
        (HANNA, "rita", "not_allowed"),
        (HANNA, "Hanna", "not_allowed"),  # where letters count, somebody else
        (UWE, "hanna", "not_allowed"),
        (ROOT, "hanna", ""),
        (ROBOT, "hanna", "not_allowed"),
    ],
)
def test_withdrawing(rules, declared, viewer, person, code):
    """Those who may appoint withdraw too, and any person steps down; no service does."""
    check(code, rules.check_withdrawer, viewer, change(declared, person=person))


@pytest.mark.parametrize(
    ("viewer", "role", "account", "managed", "may"),
    [
        (RITA, ADMIN, "hanna", False, True),
        (HANNA, ADMIN, "hanna", False, True),
        (HANNA, ADMIN, "rita", False, False),
        (UWE, ADMIN, "hanna", False, False),
        (ROBOT, ADMIN, "hanna", False, False),
        (ROOT, ADMIN, "hanna", True, True),
        (ROOT, GUIDE, "hanna", False, False),
    ],
)
def test_who_is_offered_to_withdraw(declared, viewer, role, account, managed, may):
    """Whoever may, wherever the group is kept: the button is for nobody else."""
    rules = Rules(declared, managed)
    assert rules.may_withdraw(viewer, declared.model.roles[role], account) is may


def held(
    declared: Declaration, least: int, most: int | None, *names: str
) -> tuple[RoleHolders, Role]:
    """Who holds a role that wants so many; `+` before a name makes it a person without account."""
    people = tuple(Person(name[1:]) for name in names if name.startswith("+"))
    accounts = tuple(name for name in names if not name.startswith("+"))
    role = replace(declared.model.roles[ADMIN], holders=Range(least, most))
    model = replace(declared.model, roles={**declared.model.roles, ADMIN: role})
    declared = replace(declared, model=model, people={ADMIN: people})
    return holders_of(declared, Roster(declared.as_of, {"hub-admins": accounts}), ADMIN), role


@pytest.mark.parametrize(
    ("most", "names", "code"),
    [
        (None, ("hanna", "rita"), ""),
        (3, ("hanna", "rita"), ""),
        (2, ("hanna", "rita"), "full"),
        (2, ("hanna", "+Professor Marlow"), "full"),
        (1, ("uwe",), ""),
        (1, ("+uwe",), "full"),
    ],
)
def test_the_most_holders(rules, declared, most, names, code):
    """A role has room until it has as many as it may, people without accounts included."""
    filled, role = held(declared, 0, most, *names)
    assert filled.full is (code == "full" or len(names) == most)
    said = check(code, rules.check_room, replace(change(declared), role=role), filled)
    assert all(name.lstrip("+") in said for name in names if code)


@pytest.mark.parametrize(
    ("admin", "least", "names", "code"),
    [
        (False, 1, ("uwe", "hanna"), ""),
        (False, 1, ("uwe",), "last"),
        (False, 2, ("uwe", "hanna"), "last"),
        (False, 1, ("uwe", "+Professor Marlow"), ""),
        (False, 0, ("uwe",), ""),
        (True, 1, ("uwe",), ""),
        (False, 1, ("hanna",), ""),
        (False, 1, ("+uwe",), ""),
    ],
)
def test_the_last_holders(rules, declared, admin, least, names, code):
    """Those whom a role needs stay, unless a JupyterHub admin decides otherwise."""
    filled, role = held(declared, least, None, *names)
    check(code, rules.check_left_over, admin, replace(change(declared), role=role), filled)


@pytest.mark.parametrize(
    ("viewer", "person", "until", "code"),
    [
        (UWE, "uwe", None, ""),
        (UWE, "uwe", TODAY, ""),
        (UWE, "uwe", date(2026, 11, 21), "bad_date"),
        (UWE, "lia", None, "not_allowed"),
        (HANNA, "uwe", None, ""),
        (HANNA, "hanna", None, "already"),
        (HANNA, "rita", None, "already"),
        (ROBOT, "hanna", None, "not_allowed"),
    ],
)
def test_requesting(rules, declared, roster, viewer, person, until, code):
    """Anybody asks for themselves, holders for others, nobody for whoever holds the role."""
    wish = change(declared, person=person, until=until)
    check(code, rules.check_request, viewer, wish, holders_of(declared, roster, ADMIN), TODAY)


def test_every_rule_is_said_as_a_sentence():
    """The rules read as sentences, and there is one for each thing that a rule is about."""
    assert set(RULES) == {"appoint", "yourself", "step down", "last", "most", "elsewhere"}
    assert all(rule[0].isupper() and rule.endswith(".") for rule in RULES.values())
