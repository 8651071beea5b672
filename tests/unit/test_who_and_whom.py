"""Who may what and whom one asks, to the letter: boundaries, and each part of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.domain import configured
from jupyterhub_responsibility.domain.access import (
    ABILITIES,
    DANGEROUS_SCOPES,
    abilities,
    dangers,
    in_words,
    page_scope,
    scopes_of,
    service_scopes,
)
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.configured import Configured, Grant, other_groups
from jupyterhub_responsibility.domain.contacts import Answer, ContactFinder, nobody
from jupyterhub_responsibility.domain.diagram import diagram, held_by
from jupyterhub_responsibility.domain.duties import Duty, duties, duties_by_area, duty_of
from jupyterhub_responsibility.domain.finder import Finder, Found, words
from jupyterhub_responsibility.domain.holders import (
    Holder,
    OwnRole,
    RoleHolders,
    holders_by_role,
    holders_of,
    roles_of,
)
from jupyterhub_responsibility.domain.model import Contact, Person, Roster, Viewer
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.domain.rules import Change, Rules, alike
from jupyterhub_responsibility.errors import RefusedError

from .declarations import hub

ADMIN, REP, GUIDE = "hub-administrator", "community-representative", "community-guide"
NOW = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)
TODAY = NOW.date()
HANNA = Viewer("hanna", groups=frozenset({"hub-admins"}))
UWE, ROOT = Viewer("uwe"), Viewer("root", admin=True)
ROSTER = Roster(NOW, {"hub-admins": ("hanna",), "community-reps": ("rita",)})


# What the hub says of accounts


@pytest.mark.parametrize(("minutes", "overdue"), [(120, False), (121, True)])
def test_a_reading_is_overdue_an_hour_after_the_next_could_have_ended(minutes, overdue):
    """It took half an hour: twice that, and an hour more."""
    read_at = NOW - timedelta(minutes=minutes)
    assert Accounts(read_at=read_at, took=timedelta(minutes=30)).overdue(NOW) is overdue
    assert not Accounts(took=timedelta(minutes=30)).overdue(NOW)


@pytest.mark.parametrize(
    ("minutes", "trouble", "overdue"),
    [(5, "403", False), (6, "403", True), (6, "", False), (None, "403", False)],
)
def test_roles_of_groups_are_overdue_where_something_fails(minutes, trouble, overdue):
    """After five minutes, and only then."""
    read_at = minutes and NOW - timedelta(minutes=minutes)
    assert Accounts(groups_read_at=read_at, trouble=trouble).groups_overdue(NOW) is overdue


def test_who_can_do_everything():
    """By the flag, or by the hub's own role."""
    plain = Account("a", False, ("user",), None, NOW)
    assert not plain.can_do_everything
    assert replace(plain, admin=True).can_do_everything
    assert replace(plain, roles=("user", "admin")).can_do_everything


# How the hub is configured


def test_what_the_hub_says_is_read_back():
    """As it was; what is something else is no configuration."""
    said = Configured({"r": Grant(("a", "b"), ("g",))}, False, ("home.html",))
    assert configured.read(configured.write(said)) == said
    for odd in ("", "[]", "{}", "null", '{"roles": [], "open_to_users": true, "shadowed": []}'):
        assert configured.read(odd) is None


def test_groups_that_are_mapped_to_no_role():
    """Each once, in their order."""
    roles = {"a": Grant((), ("x", "day")), "b": Grant((), ("y", "x"))}
    assert other_groups(Configured(roles, True), ["day"]) == ("x", "y")
    assert other_groups(None, ["day"]) == ()


# Permissions


def test_which_scopes_a_role_has():
    """Those of the table, with adding users where JupyterHub's own page does that."""
    declared = hub(roles={GUIDE: {"groups": ["guides"]}})
    usual = scopes_of(declared, ADMIN, "service")
    assert scopes_of(declared, ADMIN, "admin") == (*usual, "admin:users")
    assert scopes_of(declared, ADMIN, "off") == usual
    assert scopes_of(declared, REP, "admin") == scopes_of(declared, GUIDE, "admin") == ()
    own = hub(roles={ADMIN: {"groups": ["hub-admins"], "scopes": ["a", "b", "a"]}})
    assert scopes_of(own, ADMIN, "admin") == ("a", "b")


def test_which_scopes_the_service_has():
    """Edits or reads each mapped group, and adds users only where it should."""
    declared = hub()
    edits = service_scopes(declared, "service", False)
    assert {"groups!group=hub-admins", "groups!group=community-reps", "admin:users"} <= set(edits)
    assert "list:users" in edits
    assert not any(scope.startswith(("list:groups", "read:groups")) for scope in edits)
    reads = service_scopes(declared, "off", True)
    assert "read:groups!group=hub-admins" in reads
    assert not {"groups!group=hub-admins", "admin:users"} & set(reads)


def test_scopes_in_words():
    """With the hub's own name; a scope that no table has is called a permission."""
    assert in_words("servers") == "see, start and stop servers (servers)"
    assert in_words("delete:users") == "delete any account (delete:users)"
    assert in_words("custom:x") == "have the permission (custom:x)"
    assert page_scope("who") == "access:services!service=who"
    assert dangers(["admin:users", "servers"]) == {"admin:users": DANGEROUS_SCOPES["admin:users"]}
    assert abilities(ABILITIES[0][0]) == (ABILITIES[0][1],)
    assert abilities([]) == ()


# Holders


def test_who_holds_a_role_and_how_it_was_read():
    """Accounts with the age of the roster, people with that of the declaration."""
    declared = hub(roles={ADMIN: {"groups": ["a", "b", "gone"], "people": [{"name": "Gus"}]}})
    roster = Roster(NOW, {"a": ("x", "y"), "b": ("y", "z")})
    (gus,) = declared.people[ADMIN]
    assert holders_of(declared, roster, ADMIN) == RoleHolders(
        declared.model.roles[ADMIN],
        (
            Holder("x", "account", ("a",), NOW),
            Holder("y", "account", ("a", "b"), NOW),
            Holder("z", "account", ("b",), NOW),
            Holder("Gus", "person", (), declared.as_of, gus),
        ),
        known=True,
        on_hub=True,
        missing=("gone",),
    )
    unknown = holders_of(declared, Roster(), ADMIN)
    assert (unknown.known, unknown.missing, len(unknown.holders)) == (False, (), 1)
    assert list(holders_by_role(declared, roster)) == list(declared.model.roles)


def test_the_roles_of_a_viewer():
    """With the groups that they are in, and no others; a program has none."""
    declared = hub(roles={ADMIN: {"groups": ["a", "b", "c"]}})
    viewer = Viewer("x", groups=frozenset({"c", "a", "other"}))
    assert roles_of(declared, viewer) == (OwnRole(declared.model.roles[ADMIN], ("a", "c")),)
    assert roles_of(declared, replace(viewer, kind="service")) == ()
    assert roles_of(declared, UWE) == ()


# Duties


def test_what_is_a_duty_and_of_whom():
    """Answering for it comes before doing it; the others who do it are named."""
    model = hub().model
    access = next(each for each in model.responsibilities() if each.id == "oversee-access")
    shared = replace(access, accountable=REP, performed_by=(ADMIN, GUIDE))
    roles = model.roles
    accountable = duty_of(model, shared, (REP,))
    assert accountable == Duty(shared, "accountable", roles[REP], (roles[ADMIN], roles[GUIDE]))
    assert duty_of(model, shared, (GUIDE,)) == Duty(
        shared, "performer", roles[GUIDE], (roles[ADMIN],)
    )
    both = duty_of(model, shared, (GUIDE, REP))
    assert both == Duty(shared, "accountable", roles[REP], (roles[ADMIN],), (roles[GUIDE],))
    assert both.parts == (("accountable", roles[REP]), ("performer", roles[GUIDE]))
    assert duty_of(model, shared, ("site-reliability-engineer",)) is None
    assert duty_of(model, replace(shared, accountable=None, performed_by=()), (REP,)) is None
    by_area = duties_by_area(model, iter([ADMIN, GUIDE]))
    assert tuple(duty for each in by_area.values() for duty in each) == duties(
        model, [ADMIN, GUIDE]
    )
    assert len(by_area) > 1


# Rules


def test_what_is_on_our_pages_for_whom():
    """Each role that somebody may decide about, then adding people."""
    declared = hub()
    rules = Rules(declared)
    assert [(a.text, a.place, a.link, a.our) for a in rules.changes(ROOT)] == [
        (f"Decide who is {title}", f"roles/{role_id}", title, True)
        for role_id, title in ((REP, "Community Representative"), (ADMIN, "Hub Administrator"))
    ] + [("Add people to the hub", "users", "Add people", True)]
    managed = Rules(declared, authenticator_groups=True)
    assert managed.changes(ROOT) == rules.changes(ROOT)
    assert Rules(declared, user_management="off").changes(HANNA) == ()


def test_who_is_shown_the_hubs_own_admin_page():
    """JupyterHub admins, and whose role has the scope for it."""
    rules = Rules(hub())
    assert rules.hub_scopes(ROOT) == ("admin-ui",)
    assert "servers" in rules.hub_scopes(HANNA)
    assert (rules.opens_hub_admin(ROOT), rules.opens_hub_admin(HANNA)) == (True, True)
    assert (rules.hub_scopes(UWE), rules.opens_hub_admin(UWE)) == ((), False)


def refusal(rule, *arguments) -> tuple[str, str]:
    with pytest.raises(RefusedError) as caught:
        rule(*arguments)
    return caught.value.code, str(caught.value)


def test_refusals_name_the_role_and_what_to_do():
    """With numbers, names and titles as they are."""
    limits = {"groups": ["hub-admins"], "holders": {"min": 1, "max": 1}}
    declared = hub(roles={ADMIN: limits})
    rules, role = Rules(declared), declared.model.roles[ADMIN]
    there = holders_of(declared, ROSTER, ADMIN)
    code, said = refusal(rules.check_room, Change(role, "hub-admins", "uwe"), there)
    assert code == "full"
    assert said.startswith("The role Hub Administrator can have 1 holder, and already has: hanna.")
    code, said = refusal(rules.check_left_over, False, Change(role, "hub-admins", "hanna"), there)
    assert code == "last"
    assert said.startswith("The role Hub Administrator needs at least 1 holder. Appoint")
    assert said.endswith("withdraw hanna.")
    code, said = refusal(rules.check_request, UWE, Change(role, "hub-admins", "lia"), there, TODAY)
    assert (code, "holders of the role Hub Administrator" in said) == ("not_allowed", True)
    wish = Change(role, "hub-admins", "HANNA")
    code, said = refusal(rules.check_request, HANNA, wish, there, TODAY)
    assert (code, said) == ("already", "HANNA is already Hub Administrator.")
    code, said = refusal(rules.check_withdrawer, UWE, Change(role, "hub-admins", "hanna"))
    assert (code, "anyone who is Community Representative" in said) == ("not_allowed", True)
    late = Change(role, "hub-admins", "uwe", until=date(2026, 11, 21))
    code, said = refusal(rules.check_appointer, ROOT, late, TODAY)
    assert (code, said.startswith("2026-11-21 has passed.")) == ("bad_date", True)
    assert alike("Hanna", "hANNA")
    assert not alike("hanna", "hannah")


def test_which_group_is_meant_is_said_with_names():
    """One that isn't the role's is named, and where there are several, all are."""
    declared = hub(roles={ADMIN: {"groups": ["one", "two"]}})
    rules, roles = Rules(declared), declared.model.roles
    assert rules.group_of(roles[ADMIN], "two") == "two"
    assert rules.group_of(roles[REP], None) == "community-reps"
    code, said = refusal(rules.group_of, roles[ADMIN], None)
    assert (code, said.endswith("Choose one of them: one, two.")) == ("which_group", True)
    code, said = refusal(rules.group_of, roles[ADMIN], "six")
    assert (code, "“six”" in said, "Hub Administrator" in said) == ("which_group", True, True)
    code, said = refusal(rules.group_of, roles[GUIDE], None)
    assert (code, said.startswith("Holders of the role Community Guide are named")) == (
        "not_mapped",
        True,
    )


# Whom to ask


def test_an_answer_has_all_its_parts():
    """What it is, what it is about, who holds the role to ask, how to reach them, and why not."""
    marlow = {
        "name": "Marlow",
        "email": "m@x.example",
        "telephone": "+49 40 1234",
        "url": "https://x.example",
    }
    declared = hub(
        roles={ADMIN: {"groups": ["hub-admins"], "people": [marlow]}},
        contacts=[{"id": "desk", "name": "Desk", "email": "d@x.example", "topics": ["bills"]}],
    )
    finder = ContactFinder(declared, ROSTER)
    there = finder.holders_by_role[ADMIN]
    own = Contact(
        "", "Marlow", (), email="m@x.example", telephone="+49 40 1234", url="https://x.example"
    )
    assert finder.answer("role", ADMIN) == Answer(
        ADMIN,
        "role",
        "Hub Administrator",
        ("Who may use the hub", "A lively community"),
        there,
        (own,),
    )
    area = next(each for each in declared.model.areas if each.id == "community-leadership")
    assert finder.answer("responsibility", "oversee-access") == Answer(
        "oversee-access", "responsibility", "Who may use the hub", (area.title,), there, (own,)
    )
    (desk,) = declared.contacts
    assert finder.answer("contact", "desk") == Answer(
        "desk", "contact", "Desk", ("bills",), None, (desk,)
    )
    rep = finder.answer("role", REP)
    assert (rep.channels, rep.role_holders) == ((desk,), finder.holders_by_role[REP])
    assert rep.because == "There are no contact details for Community Representative"
    vacant = ContactFinder(declared, Roster(NOW, {"hub-admins": (), "community-reps": ()}))
    assert vacant.answer("role", REP).because == "There is no Community Representative right now"
    assert nobody(vacant.holders_by_role[GUIDE]) == "No Community Guide has been named"


def test_only_an_address_that_is_not_known_yet_is_one_more():
    """A person with the contact's mail and a telephone of their own is shown; with both, not."""
    contact = {
        "id": "c",
        "name": "C",
        "for": [GUIDE],
        "email": "g@x.example",
        "telephone": "+49 40 1234",
    }
    for telephone, number in (("+49 40 1234", 1), ("+49 40 9876", 2)):
        gus = {"name": "Gus", "email": "g@x.example", "telephone": telephone}
        declared = hub(roles={GUIDE: {"people": [gus]}}, contacts=[contact])
        assert len(ContactFinder(declared, ROSTER).answer("role", GUIDE).channels) == number


# Search


def test_words_are_what_is_left_without_marks():
    """Case, accents, apostrophes and signs make no difference."""
    assert words("Can’t LOG_IN, Jürgen's café!") == ("cant", "log", "in", "jurgens", "cafe")


@pytest.mark.parametrize(
    ("question", "kind", "thing"),
    [
        ("library card", "contact", "library"),
        ("lybrary", "contact", "library"),
        ("librar", "contact", "library"),
        ("overdue fees", "contact", "library"),
        ("Community Representative", "role", REP),
    ],
)
def test_what_a_question_finds_first(question, kind, thing):
    """By name, topic, ending, or with a slip."""
    contacts = [
        {"id": "library", "name": "Library card", "topics": ["overdue fees"], "for": [ADMIN]},
        {"id": "garage", "name": "Garage", "topics": ["parking"]},
    ]
    assert Finder(hub(contacts=contacts)).find(question)[0] == Found(kind, thing)


# The diagram


def test_names_in_the_diagram():
    """Three, and how many more."""
    declared = hub()

    def shown(*accounts: str) -> str:
        return held_by(
            holders_of(declared, Roster(NOW, {"hub-admins": accounts}), ADMIN), NOBODY_NAMED
        )

    assert shown("a", "b", "c") == "a, b, c"
    assert shown("a", "b", "c", "d", "e") == "a, b, c and 2 more"
    assert shown() == "nobody"
    assert held_by(holders_of(declared, Roster(), ADMIN), NOBODY_NAMED) == "not known right now"
    assert (
        held_by(RoleHolders(declared.model.roles[GUIDE], (), True), NOBODY_NAMED) == "nobody named"
    )
    many = shown(*(f"u{number}" for number in range(1203)))
    assert many.endswith(" and 1,200 more")


@pytest.mark.parametrize("width", [320, 480, 960])
def test_boxes_lie_below_each_other_inside_the_width(width):
    """None overlaps another, text stays inside its box, and the height ends below the last."""
    declared = hub()
    drawn = diagram(declared, holders_by_role(declared, ROSTER), NOBODY_NAMED, width)
    assert drawn.width == width
    assert [box.area for box in drawn.boxes] == list(declared.model.areas)
    for above, below in zip(drawn.boxes, drawn.boxes[1:], strict=False):
        assert below.y == above.y + above.height + 14
    for box in drawn.boxes:
        assert 0 <= box.x < box.x + box.width <= width
        assert box.lines[0].strong
        assert not box.lines[-1].strong
        heights = [line.y for line in box.lines]
        assert heights == sorted(heights)
        assert box.y < heights[0] < heights[-1] < box.y + box.height
    last = drawn.boxes[-1]
    assert drawn.height == last.y + last.height + 14
    assert drawn.boxes[0].y == 56
    starts = {box.area.split: box.x / width for box in drawn.boxes}
    narrow = 0.24 if width < 480 else 1
    for split, start in (("provider", 0.0), ("shared", 0.25), ("community", 0.5)):
        if split in starts:
            assert starts[split] == pytest.approx(start * narrow)
    share = 0.88 if width < 480 else 0.5
    assert [box.width / width for box in drawn.boxes] == pytest.approx([share] * len(drawn.boxes))


def test_a_person_without_an_account_is_no_account():
    """Who is called like an account that asks is somebody else, who can be asked for."""
    declared = replace(hub(), people={ADMIN: (Person("uwe"),)})
    there = holders_of(declared, ROSTER, ADMIN)
    wish = Change(declared.model.roles[ADMIN], "hub-admins", "uwe")
    Rules(declared).check_request(UWE, wish, there, TODAY)
