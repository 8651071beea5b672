"""What each gap says: what it is about, whom or which, since when, and whose the next step is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from jupyterhub_responsibility.coverage import KINDS, URGENCIES, Snapshot, coverage, key
from jupyterhub_responsibility.coverage.covered import Covered, Leaving, leaving
from jupyterhub_responsibility.coverage.gaps import Gap
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.configured import Grant
from jupyterhub_responsibility.domain.holders import Holder
from jupyterhub_responsibility.domain.model import Responsibility, Roster
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.ledger.pending import Pending, by_key
from jupyterhub_responsibility.ledger.state import Edit, Term
from jupyterhub_responsibility.text import isolated

from .test_coverage import (
    DECLARED,
    ENDED,
    GAPS,
    GRANTED,
    GROUP_ROLES,
    MEMBERS,
    NOW,
    SEEN,
    TWO_GROUPS,
    VACANT,
    WELL,
    WITH_STAFF,
    account,
    confirmed,
    decided,
    departed,
    drift,
    edited,
    found,
    given_by_login,
    knowing,
    role,
    with_pending,
)

ADMIN, REP, GUIDE = "hub-administrator", "community-representative", "community-guide"
YESTERDAY = date(2026, 11, 21)


class Said(NamedTuple):
    """What a gap has to tell, its words aside."""

    about: str
    by: str = "reader"
    where: str | None = None
    needs: str | None = None
    person: str = ""
    group: str = ""
    since: object = None


def told(gap: Gap) -> Said:
    step = gap.step
    path = step.where.path if step.where else None
    return Said(gap.about, step.by, path, step.needs, gap.person, gap.group, gap.since)


def appointed_to(about: str, **more) -> Said:
    return Said(about, where=f"roles/{about}#appoint", needs="may appoint", **more)


HOLDERS = {"where": f"roles/{ADMIN}#holders", "needs": "may appoint"}
FIRST = {
    "role-vacant": appointed_to(REP),
    "role-below-minimum": appointed_to(ADMIN),
    "role-above-maximum": Said(REP, where=f"roles/{REP}"),
    "single-holder": appointed_to(ADMIN, person="rita"),
    "group-missing": Said(REP, "operator", group="community-reps"),
    "responsibility-without-contact": Said("monitor-infrastructure", "operator"),
    "contact-without-channel": Said("bare", "operator"),
    "contact-past-review": Said("old", "operator", since=YESTERDAY),
    "page-differs": Said("desk", where="keep#contact-desk", needs="may keep", since=NOW),
    "messages-not-sent": Said("mail", "operator", since=NOW),
    "term-ended": Said(ADMIN, person="hanna", since=YESTERDAY, **HOLDERS),
    "never-confirmed": Said(ADMIN, "holder", person="hanna"),
    "confirmation-due": Said(ADMIN, "holder", person="hanna"),
    "holder-denies": Said(GUIDE, "operator", person="Gus", since=NOW),
    "held-by-provider-only": Said(REP, where=f"roles/{REP}#holders", needs="may appoint"),
    "group-empty": appointed_to(ADMIN, group="more-admins"),
    "group-without-role": Said(REP, "operator", group="community-reps"),
    "group-unmapped": Said(ADMIN, "operator", group="old-admins"),
    "person-past-review": Said(GUIDE, "operator", person="Gus", since=YESTERDAY),
    "role-lost": Said(ADMIN, "operator", group="old-admins", since=NOW - timedelta(days=29)),
    "holder-gone": appointed_to(ADMIN, person="ada", since=SEEN),
    "role-unchecked": appointed_to(ADMIN, since=NOW - timedelta(days=91)),
    "holder-not-seen": Said(
        ADMIN, where=f"roles/{ADMIN}", person="hanna", since=NOW - timedelta(days=91)
    ),
    "power-without-role": Said("admin", where="admin", needs="hub admin page", person="root"),
    "role-lacks-permission": Said(ADMIN, "operator"),
    "edited-by-hand": Said(
        ADMIN,
        "login service",
        person="hanna",
        group="hub-admins",
        since=NOW - timedelta(minutes=59),
    ),
    "decision-not-done": Said(
        ADMIN,
        where=f"roles/{ADMIN}#decided",
        person="uwe",
        group="hub-admins",
        since=NOW - timedelta(days=15),
    ),
    "change-undecided": Said(
        ADMIN,
        where=f"roles/{ADMIN}#undecided",
        needs="may appoint",
        person="hanna",
        group="hub-admins",
        since=NOW - timedelta(minutes=59),
    ),
    "page-closed": Said("user", "operator"),
    "template-shadowed": Said("admin.html", "operator"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_gap_says_whom_or_what_since_when_and_who_does_what_next(kind):
    """Whoever reads of it learns all that is known, and where the next step is taken."""
    gap = drift(kind, **GAPS[kind])[0]
    assert told(gap) == FIRST[kind]
    assert "None" not in f"{gap.title} {gap.text} {gap.step.label}"


NAMED = {
    "role-below-minimum": ("Only 2 people hold the role Hub Administrator", "at least 3"),
    "role-above-maximum": ("3 people hold the role Community Representative", "at most 2"),
    "term-ended": ("hanna", "Hub Administrator"),
    "role-lost": ("ada\u2069 lost the role Hub Administrator", "\u2068old-admins\u2069"),
    "holder-gone": ("ada", "Hub Administrator"),
    "holder-not-seen": ("for 91 days", "Hub Administrator"),
    "held-by-provider-only": ("only people from crew", "\u2068rita\u2069 and \u2068zoe\u2069"),
    "group-missing": ("\u2068community-reps\u2069", "Community Representative"),
    "role-lacks-permission": (
        "Hub Administrator",
        "(list:users), see when somebody was last active, and which servers they have (read:users)",
    ),
}


@pytest.mark.parametrize("kind", NAMED)
def test_a_gap_names_what_it_is_about(kind):
    """Title and text say names and numbers, not only that something is amiss."""
    (gap,) = drift(kind, **GAPS[kind])
    title, text = NAMED[kind]
    assert title.lower() in gap.title.lower()
    assert text in gap.text


def test_gaps_are_in_the_order_of_their_urgency():
    """What is urgent comes first, whatever was found first."""
    result = found(
        members={**MEMBERS, "community-reps": ("a", "b", "c")},
        configured=replace(GRANTED, open_to_users=False),
    )
    order = [list(URGENCIES).index(gap.urgency) for gap in result.gaps]
    assert order == sorted(order)
    assert result.gaps[0].kind == "page-closed"
    assert order[0] < order[-1]


def test_what_tells_a_gap_apart():
    """Kind, what it is about, and the person; the group where there is no person."""
    (gone,) = drift("holder-gone", **GAPS["holder-gone"])
    assert key(gone) == ("holder-gone", ADMIN, "ada")
    (missing,) = drift("group-missing", **GAPS["group-missing"])
    assert key(missing) == ("group-missing", REP, "community-reps")
    (by_hand,) = drift("edited-by-hand", **GAPS["edited-by-hand"])
    assert key(by_hand) == ("edited-by-hand", ADMIN, "hanna")


def test_when_a_gap_was_noticed_is_said():
    """It stands beside it; what was never noticed before has no such time."""
    (gone,) = drift(
        "holder-gone", noticed={("holder-gone", ADMIN, "ada"): SEEN}, **GAPS["holder-gone"]
    )
    assert gone.noticed == SEEN
    (missing,) = drift("group-missing", **GAPS["group-missing"])
    assert missing.noticed is None


# Reviews


@pytest.mark.parametrize(("days", "due"), [(-1, True), (0, False), (1, False), (400, False)])
def test_a_review_is_due_once_its_day_has_passed(days, due):
    """Neither a contact nor a person is a gap on the day, or before it."""
    day = NOW.date() + timedelta(days=days)
    old = {"id": "old", "name": "Old", "email": "a@reef.example", "review_by": day}
    gus = {"people": [{"name": "Gus", "review_by": day}, {"name": "Gia"}]}
    changes = {**role(**{GUIDE: gus}), "contacts": [*DECLARED["contacts"], old]}
    wanted = ["contact-past-review", "person-past-review"] if due else []
    assert [gap.kind for gap in found(changes=changes).gaps] == wanted


# Everybody is looked at, not only those who come first


def test_everybody_of_the_accounts_is_looked_at():
    """One of the provider's people, a JupyterHub admin, a departed one hide none after them."""
    names = ("ann", "ben", "cas", "zac")
    accounts = knowing(*(account(name, admin=True) for name in names), account("zoe", admin=True))
    staffed = {"provider": {"name": "Crew", "staff": ["ann"]}}
    gaps = drift("power-without-role", accounts=accounts, changes=staffed, left=frozenset({"ben"}))
    assert [gap.person for gap in gaps] == ["cas", "zac"]
    mixed = knowing(account("ann", admin=True), account("uwe", ADMIN))
    both = drift("power-without-role", accounts=mixed)
    assert [(gap.person, gap.about) for gap in both] == [("ann", "admin"), ("uwe", ADMIN)]


def test_every_departed_holder_is_looked_at():
    """Somebody who left a role of an earlier declaration hides nobody who left one of this."""
    state = confirmed(load(DECLARED))
    state.departed["old-role", "ada"] = SEEN
    state.departed[ADMIN, "bea"] = SEEN
    members = {**MEMBERS, "hub-admins": ("rita",)}
    gaps = drift("holder-gone", state=state, members=members)
    assert [gap.person for gap in gaps] == ["bea"]


def test_every_change_of_a_group_is_looked_at():
    """One in a former group, one not read since, one by login hide none after them."""
    state = confirmed(load(DECLARED))
    at = NOW - timedelta(minutes=59)
    before = at - timedelta(minutes=1)
    state.edits["old", "old"] = Edit("old-role", "old", "old", True, before, at)
    for group, name in (
        ("old-admins", "ada"),
        ("hub-admins", "unread"),
        ("hub-admins", "early"),
        ("hub-admins", "logged-in"),
        ("hub-admins", "rita"),
        ("hub-admins", "hanna"),
    ):
        state.edits[group, name] = Edit(ADMIN, group, name, name != "rita", before, at)
    accounts = knowing(
        account("ada", seen=None),
        replace(account("early", seen=None), read_at=at - timedelta(seconds=1)),
        account("logged-in", seen=NOW),
        replace(account("rita", seen=None), read_at=at),
    )
    gaps = drift("edited-by-hand", state=state, accounts=accounts, authenticator_groups=True)
    assert [gap.person for gap in gaps] == ["rita", "hanna"]
    taken, put = (gap.title for gap in gaps)
    assert "removed from" in taken
    assert "added to" in put


@pytest.mark.parametrize(("seconds", "there"), [(-91, False), (-90, False), (-89, True)])
def test_who_was_on_the_hub_when_a_group_changed(seconds, there):
    """The hub may write down a minute and a half late when somebody was seen."""
    seen = NOW - timedelta(hours=1) + timedelta(seconds=seconds)
    gaps = drift(
        "edited-by-hand",
        state=edited(),
        accounts=knowing(account("hanna", seen=seen)),
        authenticator_groups=True,
    )
    assert bool(gaps) is not there


def test_every_group_that_the_hub_gave_a_role_is_looked_at():
    """A role that isn't held through groups hides none after it, nor does a group that may."""
    roles = {
        "grader": Grant((), ("graders",)),
        ADMIN: replace(GRANTED.roles[ADMIN], groups=("hub-admins", "old-admins", "older-admins")),
        "admin": Grant((), ("community-reps", "sysadmins", "root-users")),
        REP: GRANTED.roles[REP],
    }
    gaps = drift("group-unmapped", configured=replace(GRANTED, roles=roles))
    assert [(gap.about, gap.group) for gap in gaps] == [
        (ADMIN, "old-admins"),
        (ADMIN, "older-admins"),
        ("admin", "sysadmins"),
        ("admin", "root-users"),
    ]
    assert all("no page shows" in gap.text for gap in gaps)
    assert [gap.step.by for gap in gaps] == ["operator"] * 4


def test_every_holder_without_the_role_of_their_group_is_named():
    """Where the login service decides; those not read since, and admins, are left out."""
    state = confirmed(load(DECLARED))
    names = ("ann", "ben", "cas", "dan")
    for name in names:
        state.joined[ADMIN, name] = SEEN
    accounts = knowing(
        replace(account("ann"), read_at=SEEN - timedelta(days=1)),
        account("cas", admin=True),
        replace(account("dan"), read_at=SEEN),
    )
    gaps = drift(
        "group-without-role",
        members={**MEMBERS, "hub-admins": names},
        state=state,
        accounts=accounts,
        group_roles=None,
        authenticator_roles=True,
    )
    assert [told(gap) for gap in gaps] == [Said(ADMIN, "login service", person="dan")]
    assert "\u2068dan\u2069 lacks the permissions of Hub Administrator" in gaps[0].title


def test_holders_without_an_account_lack_no_role():
    """A declared person with the name of an account is somebody else."""
    state = confirmed(load(DECLARED))
    state.joined[ADMIN, "uwe"] = SEEN
    named = role(**{ADMIN: {"groups": ["hub-admins"], "people": [{"name": "uwe"}]}})
    accounts = knowing(account("uwe"))
    options = {"state": state, "accounts": accounts, "authenticator_roles": True}
    assert not drift("group-without-role", changes=named, **options)
    (gap,) = given_by_login()
    assert told(gap) == Said(ADMIN, "login service", person="hanna")


def test_a_role_that_is_kept_through_several_groups():
    """Being in one of them is enough; only the one that lost its role is named."""
    two = role(**{ADMIN: {"groups": ["more-admins", "hub-admins"]}})
    members = {**MEMBERS, "more-admins": ("mia",)}
    result = found(
        members=members,
        changes=two,
        accounts=knowing(account("hanna", ADMIN)),
        group_roles={"more-admins": (ADMIN,), "hub-admins": ("grader",)},
    )
    gaps = [(gap.kind, gap.group) for gap in result.gaps if gap.urgency == "urgent"]
    assert gaps == [("group-without-role", "hub-admins")]


# Whose leaving would hurt most


def holder(name: str) -> Holder:
    return Holder(name, "account", ("group",), None)


def covered_by(name: str, number: int, split: str = "community", beside: tuple[str, ...] = ()):
    return tuple(
        Covered(
            Responsibility(f"{name}-{each}", "some-area", "Work", "", split),
            (holder(name), *map(holder, beside)),
            "single",
            (holder(name),),
            apart="people from Crew" if beside else "",
        )
        for each in range(number)
    )


def test_whoever_is_alone_with_most_is_named():
    """Wherever the responsibilities stand, and whoever comes first."""
    areas = [covered_by("ada", 1), covered_by("bea", 2), (*covered_by("cyn", 1),)]
    assert leaving(areas, NOBODY_NAMED) == Leaving(isolated("bea"), 2, apart="")
    assert leaving([covered_by("ada", 2), covered_by("bea", 1)], NOBODY_NAMED).name == isolated(
        "ada"
    )
    assert leaving([*areas, covered_by("cyn", 2)], NOBODY_NAMED) == Leaving(
        isolated("cyn"), 3, apart=""
    )


def test_the_providers_own_part_is_not_counted():
    """How it staffs that is its own matter; nobody alone is nobody to name."""
    areas = [covered_by("crew", 3, split="provider"), covered_by("ada", 1)]
    assert leaving(areas, NOBODY_NAMED) == Leaving(isolated("ada"), 1, apart="")
    assert leaving([covered_by("crew", 3, split="provider")], NOBODY_NAMED) is None
    assert leaving([], NOBODY_NAMED) is None


def test_staff_stays_if_it_is_with_any_of_them():
    """One responsibility that isn't left to nobody is enough to say so."""
    areas = [covered_by("ada", 1), covered_by("ada", 1, beside=("kim",))]
    assert leaving(areas, NOBODY_NAMED) == Leaving(isolated("ada"), 2, apart="people from Crew")


# Holding


@pytest.mark.parametrize(("days", "gap"), [(90, False), (91, True)])
def test_a_holder_may_be_away_for_as_long_as_declared(days, gap):
    """On the last of ninety days they are not missed yet."""
    accounts = knowing(account("hanna", seen=NOW - timedelta(days=days)))
    assert bool(drift("holder-not-seen", accounts=accounts)) is gap


def test_a_holder_who_never_came():
    """That is said, and not how long ago they came."""
    state = confirmed(load(DECLARED))
    state.joined[ADMIN, "hanna"] = NOW - timedelta(days=91)
    (gap,) = drift("holder-not-seen", state=state, accounts=knowing(account("hanna", seen=None)))
    assert "never been on the hub" in gap.title
    assert gap.since == NOW - timedelta(days=91)


def test_a_confirmation_is_asked_for_in_other_words_the_second_time():
    """Who never confirmed has to; who did should do so again."""
    (never,) = drift("never-confirmed", **GAPS["never-confirmed"])
    (due,) = drift("confirmation-due", **GAPS["confirmation-due"])
    assert "has not confirmed" in never.title
    assert "again" in due.title


def test_without_the_ledger_nothing_is_said_about_who_left():
    """Nor about who was moved by hand, nor about terms."""
    state = departed(edited())
    state.terms[ADMIN, "hanna"] = ENDED
    result = found(
        members={**MEMBERS, "hub-admins": ("hanna",)},
        state=state,
        ledger_read=False,
        authenticator_groups=True,
        accounts=knowing(account("hanna", seen=None)),
    )
    assert {gap.kind for gap in result.gaps} == {"single-holder"}


@pytest.mark.parametrize(
    ("limits", "there", "missed"),
    [
        ({"min": 3}, 2, True),
        ({"min": 3}, 3, False),
        ({"min": 1, "max": 1}, 1, False),
        ({"min": 1, "max": 4}, 1, True),
        ({"min": 1, "max": 4}, 2, False),
    ],
)
def test_how_many_are_enough_not_to_miss_somebody(limits, there, missed):
    """As many as the model asks for, two otherwise; never more than the role may have."""
    members = {**MEMBERS, "hub-admins": ("ann", "ben", "cas")[:there]}
    changes = role(**{ADMIN: {"groups": ["hub-admins"], "holders": limits}})
    assert bool(drift("holder-gone", state=departed(), members=members, changes=changes)) is missed


# The numbers of a role


@pytest.mark.parametrize(
    ("limits", "members", "kinds"),
    [
        ({"min": 1, "max": 1}, ("rita",), []),
        ({"min": 1, "max": 2}, ("rita",), ["single-holder"]),
        ({"min": 2}, ("rita",), ["role-below-minimum"]),
        ({"min": 2}, ("rita", "hanna"), []),
        ({"min": 0}, (), ["role-vacant"]),
        ({"min": 1, "max": 2}, ("rita", "hanna"), []),
        ({"min": 1, "max": 2}, ("rita", "hanna", "zoe"), ["role-above-maximum"]),
    ],
)
def test_too_few_and_too_many(limits, members, kinds):
    """The numbers that the model gives are allowed themselves."""
    changes = role(**{ADMIN: {"groups": ["hub-admins"], "holders": limits}})
    result = found({**MEMBERS, "hub-admins": members}, changes=changes)
    shown = [gap.kind for gap in result.gaps if gap.about == ADMIN]
    assert [kind for kind in shown if "confirm" not in kind] == kinds


def test_one_is_few():
    """The verb goes with the number."""
    changes = role(**{ADMIN: {"groups": ["hub-admins"], "holders": {"min": 2}}})
    (gap,) = drift(
        "role-below-minimum", members={**MEMBERS, "hub-admins": ("rita",)}, changes=changes
    )
    assert gap.title == "Only 1 person holds the role Hub Administrator"


def test_a_role_without_duties_may_be_vacant():
    """If the model asks for nobody and gives them nothing to do, nobody is missing."""
    idle = {"title": "Friend", "mapped": True, "groups": ["friends"]}
    members = {**MEMBERS, "friends": ()}
    asked = {**idle, "holders": {"min": 1}}
    unasked = {**idle, "holders": {"min": 0}}
    assert not drift("role-vacant", members=members, changes=role(friend=unasked))
    (gap,) = drift("role-vacant", members=members, changes=role(friend=asked))
    assert gap.text == "People who ask for this role are sent to \u2068Desk\u2069 instead."


def test_a_role_of_one_with_nothing_to_share_needs_no_second():
    """Somebody alone in it is no gap."""
    friend = {"title": "Friend", "mapped": True, "groups": ["friends"], "holders": {"min": 1}}
    result = found({**MEMBERS, "friends": ("fay",)}, changes=role(friend=friend))
    assert not [gap for gap in result.gaps if gap.kind == "single-holder"]


def test_every_empty_group_of_a_held_role_is_named():
    """Since when, if the ledger knows; of a vacant role none, since that says it already."""
    groups = {ADMIN: {"groups": ["a", "hub-admins", "b"]}}
    state = confirmed(load(DECLARED))
    state.emptied["b"] = SEEN
    members = {**MEMBERS, "a": (), "b": ()}
    gaps = drift("group-empty", members=members, changes=role(**groups), state=state)
    assert [(gap.group, gap.since) for gap in gaps] == [("a", None), ("b", SEEN)]
    nobody = {**members, "hub-admins": ()}
    assert not drift("group-empty", members=nobody, changes=role(**groups))
    only_person = {ADMIN: {"groups": ["a"], "people": [{"name": "Marlow"}]}}
    assert not drift("group-empty", members=members, changes=role(**only_person))


@pytest.mark.parametrize(
    ("emptied", "since"),
    [({"a": SEEN}, None), ({"a": SEEN, "b": NOW}, NOW), ({"a": NOW, "b": SEEN}, NOW), ({}, None)],
)
def test_a_role_is_vacant_since_the_last_of_its_groups_is_empty(emptied, since):
    """While it isn't known of one of them, it isn't known of the role."""
    state = confirmed(load(DECLARED))
    state.emptied.update(emptied)
    members = {**MEMBERS, "a": (), "b": ()}
    changes = role(**{ADMIN: {"groups": ["a", "b"]}})
    (gap,) = drift("role-vacant", members=members, changes=changes, state=state)
    assert gap.since == since


@pytest.mark.parametrize(("minutes", "known"), [(60, True), (61, False)])
def test_what_is_noticed_within_the_hour_began_then(minutes, known):
    """Later than that, somebody in the declaration may have held the role meanwhile."""
    state = confirmed(load(DECLARED))
    state.emptied["community-reps"] = SEEN
    noticed = {("role-vacant", REP, ""): SEEN + timedelta(minutes=minutes)}
    (gap,) = drift("role-vacant", state=state, noticed=noticed, **VACANT)
    assert gap.since == (SEEN if known else None)


def test_who_is_asked_in_place_of_a_vacant_role():
    """Two contacts at most; if there is none, that is said."""
    desks = [
        {"id": name, "name": name.title(), "email": f"{name}@reef.example"}
        for name in ("one", "two", "three")
    ]
    (gap,) = drift("role-vacant", changes={"contacts": desks}, **VACANT)
    assert gap.text.endswith("are sent to \u2068One\u2069 and \u2068Two\u2069 instead.")
    (none,) = drift("role-vacant", changes={"contacts": []}, **VACANT)
    assert none.text.endswith("People who ask for this role find no way to reach anybody.")


def test_where_the_login_service_keeps_the_group_it_is_decided_here():
    """Whoever reads of it is sent to the page of the role, as on any other hub."""
    (gap,) = drift("role-vacant", authenticator_groups=True, **VACANT)
    assert told(gap) == appointed_to(REP)


@pytest.mark.parametrize(
    ("days", "within", "late"), [(13, 14, False), (14, 14, True), (2, 2, True)]
)
def test_what_is_decided_has_its_time(days, within, late):
    """A fortnight, or as long as the declaration says for its group."""
    changes = {"manage_at": {"within": within}}
    state = with_pending(days)
    gaps = drift("decision-not-done", state=state, changes=changes, authenticator_groups=True)
    assert bool(gaps) is late


def test_who_left_long_ago_was_meant_to():
    """Nobody is asked about it after a month; about who is there they are."""
    changes = {"manage_at": {"groups": "hub-admins"}}
    for joined in (True, False):
        state = edited(joined)
        (edit,) = state.edits.values()
        state.edits["hub-admins", "hanna"] = replace(edit, at=NOW - timedelta(days=31))
        assert bool(drift("change-undecided", state=state, changes=changes)) is joined


def test_who_left_again_is_missed_by_nobody():
    """Nobody had appointed them, and nobody is asked who withdrew them."""
    state = confirmed(load(DECLARED))
    for minute, change in enumerate(("joined", "left")):
        at = NOW - timedelta(minutes=5 - minute)
        details = {"change": change, "after": stamp(at - timedelta(minutes=1))}
        draft = Draft("observation", "", "hub", ADMIN, "hub-admins", "ada", details=details)
        state.read(write(draft, minute + 1, BEGINNING, at))
        changes = {"manage_at": {"groups": "hub-admins"}}
        found = drift("change-undecided", state=state, changes=changes)
        assert bool(found) is (change == "joined")


def test_who_left_one_of_several_groups_still_holds_the_role():
    """So nobody says that they don't."""
    changes = {**role(**TWO_GROUPS), "manage_at": {"groups": "hub-admins"}}
    members = {"hub-admins": ("rita",), "more-admins": ("hanna",), "community-reps": ("rita",)}
    known = {"state": edited(joined=False), "members": members, "changes": changes}
    (gap,) = drift("change-undecided", **known)
    assert gap.title == "\u2068hanna\u2069 left “\u2068hub-admins\u2069”, withdrawn by nobody"


def test_nobody_is_asked_whether_an_account_should_come_back_that_is_gone():
    """Who was withdrawn by nobody can be appointed again; of others, there is another gap."""
    changes = {"manage_at": {"groups": "hub-admins"}}
    there = {each: WELL["accounts"].found[each] for each in ("rita", "zoe")}
    gone = replace(WELL["accounts"], found=there)
    members = {**MEMBERS, "hub-admins": ("rita",)}
    known = {"state": edited(joined=False), "members": members, "changes": changes}
    assert drift("change-undecided", **known)
    assert not drift("change-undecided", accounts=gone, **known)


@pytest.mark.parametrize(("until", "over"), [("2026-11-21", True), ("2026-11-22", False)])
def test_a_term_may_end_before_it_could_begin(until, over):
    """Then what was decided needn't be done any more, and that is said at once."""
    draft = Draft("appointment", "rita", role=ADMIN, group="hub-admins", person="uwe",
                  details={"until": until})  # fmt: skip
    state = confirmed(load(DECLARED))
    state.pending = by_key([Pending(write(draft, 1, BEGINNING, NOW - timedelta(days=2)), "uwe")])
    gaps = drift("decision-not-done", state=state, authenticator_groups=True)
    assert bool(gaps) is over
    assert all("last day was to be 21 Nov 2026: take it back" in gap.text for gap in gaps)


def test_it_may_have_been_done_where_logins_decide():
    """Nobody knows before the next one."""
    (gap,) = drift("decision-not-done", state=with_pending(), authenticator_groups=True)
    assert gap.text.endswith("the hub learns of it when \u2068uwe\u2069 next logs in.")
    changes = {"manage_at": {"groups": "hub-admins"}}
    (gap,) = drift("decision-not-done", state=with_pending(), changes=changes)
    assert "logs in" not in gap.text


def test_what_is_decided_by_now_is_no_question():
    """Whoever had it undone has decided; and what a hub keeps itself is nobody's question."""
    state = edited()
    assert not drift("change-undecided", state=state)
    state.pending = by_key([decided("withdrawal", "hanna", 1)])
    changes = {"manage_at": {"groups": "hub-admins"}}
    assert not drift("change-undecided", state=state, changes=changes)


def test_what_is_left_alone_and_what_others_do_are_two_sentences():
    """One after the other, and then whom people are sent to."""
    (gap,) = drift("role-vacant", **VACANT)
    assert ". Others do the work, but nobody is accountable for: " in gap.text
    assert gap.text.startswith("Nobody looks after: ")
    assert ", Money. " in gap.text


def test_how_somebody_comes_to_hold_a_role_without_a_group():
    """Only the operator can name them, and the step says where."""
    unnamed = role(**{GUIDE: {"people": []}})
    (gap,) = drift("role-vacant", changes=unnamed)
    assert told(gap) == Said(GUIDE, "operator")
    assert f"roles.{GUIDE}.people" in gap.step.label


def test_only_the_first_two_of_the_staff_are_named():
    """However many stand in."""
    staffed = {"provider": {"name": "Crew", "staff": ["kim", "lea", "moe"]}}
    members = {**MEMBERS, "hub-admins": ("kim", "lea", "moe")}
    gaps = drift("held-by-provider-only", members=members, changes=staffed)
    (gap,) = [gap for gap in gaps if gap.about == ADMIN]
    assert gap.text.startswith("\u2068kim\u2069 and \u2068lea\u2069 can")
    assert told(gap) == appointed_to(ADMIN)


def test_people_of_the_provider_beside_somebody():
    """That they are there is said in the title and in the text."""
    staffed = {"provider": {"name": "Crew", "staff": ["rita"]}}
    (gap,) = drift(
        "single-holder", changes=staffed, members={**MEMBERS, "community-reps": ("zoe", "yan")}
    )
    assert gap.person == "hanna"
    assert gap.text == "Nobody can stand in for \u2068hanna\u2069, apart from people from Crew."


# The whole


def test_numbers_in_the_summary_go_with_their_verbs():
    """One has, several have; and nothing is said of what there is none of."""
    result = found(**VACANT)
    vacant = result.count("vacant")
    assert vacant > 1
    assert result.summary.startswith(f"{vacant} have nobody.")
    assert "by design" in result.summary
    staffed = found(changes=WITH_STAFF)
    theirs = staffed.count("provider-only")
    verb = "is" if theirs == 1 else "are"
    assert f"{theirs} {verb} looked after only by people from Crew." in staffed.summary


def test_people_are_counted_once():
    """Whoever holds two roles is one; a person with the name of an account is another."""
    assert found().people == 6
    named = role(**{ADMIN: {"groups": ["hub-admins"], "people": [{"name": "rita"}]}})
    assert found(changes=named).people == 7


def test_staff_are_those_with_a_role_or_power():
    """Declared people of the provider who have neither are not said to be here."""
    staffed = {"provider": {"name": "Crew", "staff": ["ann", "ben", "cas", "rita"]}}
    accounts = knowing(account("ann", ADMIN), account("ben", admin=True), account("cas"))
    assert found(changes=staffed, accounts=accounts).staff == ("ann", "ben", "rita")


# What cannot be told

TROUBLED = {
    "groups": ({"roster": Roster(trouble="gone")}, "did not say"),
    "groups now": (
        {"roster": Roster(NOW, MEMBERS, GROUP_ROLES, trouble="gone")},
        "was read earlier",
    ),
    "ledger": ({"ledger_read": False}, "has not been read yet"),
    "ledger now": ({"ledger_trouble": "the disk is full"}, "now: the disk is full"),
    "accounts": ({"accounts": knowing(read_at=None)}, "not all accounts have been read yet"),
    "accounts, why": ({"accounts": knowing(read_at=None, trouble="403")}, "for a long time: 403"),
    "accounts now": ({"accounts": knowing(trouble="403")}, "for a long time, now: 403"),
    "accounts that left": ({"left": frozenset({"a", "b"})}, "some accounts (2)"),
}


@pytest.mark.parametrize("case", TROUBLED)
def test_what_cannot_be_checked_at_the_moment(case):
    """It is said alone, with the reason, and nothing is certain meanwhile."""
    options, words = TROUBLED[case]
    declared = load(DECLARED)
    state = confirmed(declared)
    snapshot = {"roster": Roster(NOW, MEMBERS, GROUP_ROLES), **WELL, **options}
    result = coverage(Snapshot(declared, ledger_state=state, now=NOW, **snapshot))
    (said,) = result.unchecked
    assert words in said
    assert not result.certain


NEVER = {
    "configured": {"configured": None},
    "group roles": {"group_roles": None},
    "cut": {"accounts": knowing(cut=True)},
}


@pytest.mark.parametrize("case", NEVER)
def test_what_cannot_be_checked_on_a_hub_leaves_the_rest_certain(case):
    """It is said, and nobody waits for it."""
    result = found(**NEVER[case])
    assert len(result.unchecked) == 1
    assert result.certain


def test_a_term_is_over_once_its_last_day_is():
    """Not on that day."""
    for days, over in ((0, False), (-1, True)):
        state = confirmed(load(DECLARED))
        until = NOW.date() + timedelta(days=days)
        state.terms[ADMIN, "hanna"] = Term(NOW, "rita", until=until)
        assert bool(drift("term-ended", state=state)) is over
