"""Coverage: what is looked after, every kind of gap, and what could not be checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.coverage import (
    KINDS,
    URGENCIES,
    GapKind,
    Snapshot,
    coverage,
)
from jupyterhub_responsibility.coverage.covered import Covered, Leaving
from jupyterhub_responsibility.coverage.gaps import Place
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.access import ROLE_SCOPES
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.configured import Configured, Grant
from jupyterhub_responsibility.domain.duties import duties_digest
from jupyterhub_responsibility.domain.kept import Kept, lay
from jupyterhub_responsibility.domain.model import Contact, Roster
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.pending import Pending, by_key
from jupyterhub_responsibility.ledger.state import Confirmation, Edit, LedgerState, Loss, Term
from jupyterhub_responsibility.text import isolated

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


def confirmed(declared) -> LedgerState:
    """A book in which every holder has confirmed their duties."""
    state = LedgerState()
    for role_id, groups in declared.groups.items():
        for name in (name for group in groups for name in MEMBERS.get(group, ())):
            text = duties_digest(declared.model, declared.model.roles[role_id])
            state.confirmations[role_id, name] = Confirmation(NOW, text)
    return state


GROUP_ROLES = {
    "hub-admins": ("hub-administrator",),
    "community-reps": ("community-representative",),
}


def found(members=MEMBERS, state=None, changes=None, group_roles=GROUP_ROLES, **options):
    """The coverage of a hub on which all is well, but for what is given."""
    declared = load({**DECLARED, **(changes or {})})
    roster = Roster(NOW, members, group_roles)
    snapshot = Snapshot(declared, roster, state or confirmed(declared), NOW, **{**WELL, **options})
    return coverage(snapshot)


def drift(kind: str, **snapshot) -> list:
    return [gap for gap in found(**snapshot).gaps if gap.kind == kind]


def kinds(result) -> list[tuple[str, str]]:
    return [(gap.kind, gap.about) for gap in result.gaps]


def names_in(covered: Covered) -> list[str]:
    """Who looks after something."""
    return [holder.name for holder in covered.holders]


def test_all_is_well():
    """Where everybody is there and has confirmed, no gap is found, and that is said."""
    result = found()
    assert (result.gaps, result.unchecked, result.certain) == ((), (), True)
    assert result.headline == "15 of 18 responsibilities are looked after"
    assert result.summary == "3 have no role assigned, by design."
    assert result.people == 6


def role(**keys) -> dict:
    return {"roles": {**DECLARED["roles"], **keys}}


ENDED = Term(NOW, "rita", until=date(2026, 11, 21))


def with_term() -> LedgerState:
    state = confirmed(load(DECLARED))
    state.terms["hub-administrator", "hanna"] = ENDED
    return state


def without(name: str, text: str | None = None) -> LedgerState:
    state = confirmed(load(DECLARED))
    del state.confirmations["hub-administrator", name]
    if text:
        state.confirmations["hub-administrator", name] = Confirmation(NOW, text)
    return state


def lost(account: str = "ada", since: timedelta = timedelta(days=29)) -> LedgerState:
    state = confirmed(load(DECLARED))
    state.lost["hub-administrator", account] = Loss("old-admins", NOW - since, ())
    return state


def asked(*events: str, role: str = "community-guide", name: str = "Gus") -> LedgerState:
    """Somebody without an account was asked, and has answered."""
    state = confirmed(load(DECLARED))
    for number, event in enumerate(events, 1):
        by_rita = event == "asking"
        details = {"named": name} if by_rita else {"duties_digest": "f" * 16}
        actor, kind = ("rita", "user") if by_rita else (name, "person")
        draft = Draft(event, actor, kind, role, details={} if event == "denial" else details)
        state.words.read(write(draft, number, "", NOW))
    return state


GRANTED = Configured(
    {
        "hub-administrator": Grant(tuple(ROLE_SCOPES["hub-administrator"]), ("hub-admins",)),
        "community-representative": Grant((), ("community-reps",)),
    },
    open_to_users=True,
)
SEEN = NOW - timedelta(days=1)
WELL = {
    "configured": GRANTED,
    "accounts": Accounts(
        read_at=NOW,
        total=3,
        found={name: Account(name, False, (), SEEN, NOW) for name in ("hanna", "rita", "zoe")},
    ),
}
"""What the hub says where nothing is wrong."""


def knowing(*more: Account, **changes) -> Accounts:
    """All is well with the accounts, but for some more of them, or for what is given."""
    well = WELL["accounts"]
    return replace(well, found={**well.found, **{each.name: each for each in more}}, **changes)


def account(name: str, *roles: str, admin: bool = False, seen: datetime | None = SEEN) -> Account:
    return Account(name, admin, roles, seen, NOW)


def departed(state: LedgerState | None = None) -> LedgerState:
    state = state or confirmed(load(DECLARED))
    state.departed["hub-administrator", "ada"] = SEEN
    return state


def edited(joined: bool = True) -> LedgerState:
    state = confirmed(load(DECLARED))
    before, at = NOW - timedelta(hours=1), NOW - timedelta(minutes=59)
    edit = Edit("hub-administrator", "hub-admins", "hanna", joined, before, at)
    state.edits["hub-admins", "hanna"] = edit
    return state


def decided(
    event: str = "appointment", person: str = "uwe", days: int = 15, group: str = "hub-admins"
) -> Pending:
    """What was decided so many days ago, and isn't done."""
    draft = Draft(event, "rita", role="hub-administrator", group=group, person=person)
    return Pending(write(draft, 1, BEGINNING, NOW - timedelta(days=days)), person)


def with_pending(days: int = 15) -> LedgerState:
    state = confirmed(load(DECLARED))
    state.pending = by_key([decided(days=days)])
    return state


TWO_GROUPS = {"hub-administrator": {"groups": ["hub-admins", "more-admins"]}}
WITH_STAFF = {"provider": {"name": "Crew", "staff": ["rita", "zoe", "root"]}}
WITH_GUS = role(**{"community-guide": {"people": [{"name": "Gus", "email": "gus@reef.example"}]}})
REVIEWED = {"review_by": date(2026, 11, 21), "email": "a@reef.example"}
WRITTEN = lay(
    load(DECLARED, NOW),
    [Kept("contact", "desk", "", Contact("desk", "Desk", ("gone",)), "", "rita", "", NOW, 7)],
)
"""A contact on the page for something that the model doesn't have."""
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
    "page-differs": {"page": WRITTEN},
    "messages-not-sent": {"unsent": {"mail": NOW}},
    "term-ended": {"state": with_term()},
    "never-confirmed": {"state": without("hanna")},
    "confirmation-due": {"state": without("hanna", "f" * 16)},
    "holder-denies": {"state": asked("asking", "denial"), "changes": WITH_GUS},
    "held-by-provider-only": {"changes": WITH_STAFF},
    "group-empty": {"members": {**MEMBERS, "more-admins": ()}, "changes": role(**TWO_GROUPS)},
    "group-without-role": {
        "group_roles": {"hub-admins": (), "community-reps": ()},
    },
    "group-unmapped": {
        "configured": replace(
            GRANTED, roles={**GRANTED.roles, "hub-administrator": Grant((), ("old-admins",))}
        )
    },
    "person-past-review": {
        "changes": role(
            **{
                "community-guide": {
                    "people": [{"name": "Gus", "review_by": date(2026, 11, 21)}, {"name": "Gia"}]
                }
            }
        )
    },
    "role-lost": {"state": lost()},
    "holder-gone": {"state": departed(), "members": {**MEMBERS, "hub-admins": ("rita",)}},
    "holder-not-seen": {"accounts": knowing(account("hanna", seen=NOW - timedelta(days=91)))},
    "role-unchecked": {
        "accounts": knowing(
            account("hanna", seen=NOW - timedelta(days=100)),
            account("rita", seen=NOW - timedelta(days=91)),
        ),
        "authenticator_groups": True,
    },
    "power-without-role": {"accounts": knowing(account("root", admin=True))},
    "role-lacks-permission": {
        "configured": replace(
            GRANTED, roles={**GRANTED.roles, "hub-administrator": Grant(("admin-ui",), ())}
        )
    },
    "edited-by-hand": {"state": edited(), "authenticator_groups": True},
    "decision-not-done": {"state": with_pending(), "authenticator_groups": True},
    "change-undecided": {
        "state": edited(),
        "changes": {"manage_at": {"groups": "hub-admins"}},
    },
    "page-closed": {"configured": replace(GRANTED, open_to_users=False)},
    "template-shadowed": {"configured": replace(GRANTED, shadowed=("admin.html",))},
}


@pytest.mark.parametrize("kind", get_args(GapKind))
def test_each_kind_of_gap_is_found(kind):
    """One thing is amiss, and the gap about it is found, with words and a next step."""
    gaps = [gap for gap in found(**GAPS[kind]).gaps if gap.kind == kind]
    assert gaps
    for gap in gaps:
        assert all((gap.title, gap.text, gap.step.label, gap.about))
        assert gap.urgency in URGENCIES
        assert gap.text.endswith(".")
        assert not gap.step.label.endswith(".")
    assert set(KINDS) == set(get_args(GapKind))


UNKNOWN = {
    "roster": {"roster": Roster(trouble="gone")},
    "ledger": {"ledger_read": False},
    "accounts": {"accounts": replace(WELL["accounts"], cut=True)},
    "group roles": {"roster": Roster(NOW, MEMBERS)},
    "configuration": {"configured": None},
}


@pytest.mark.parametrize("source", UNKNOWN)
def test_what_each_source_is_needed_for(source):
    """Without it, the kinds that follow from it are not told, all others are."""
    snapshot = {"roster": Roster(NOW, MEMBERS, GROUP_ROLES), **WELL, **UNKNOWN[source]}
    declared = load(DECLARED)
    result = coverage(Snapshot(declared, ledger_state=confirmed(declared), now=NOW, **snapshot))
    assert result.told == {name for name, kind in KINDS.items() if source not in kind.sources}
    assert result.unchecked


def test_everything_is_told():
    """Where all sources are there, no kind is left out."""
    assert found().told == set(get_args(GapKind))


def test_a_vacant_role_names_what_nobody_looks_after():
    """One gap for the role says what is left alone, and whom people are sent to."""
    result = found(members={**MEMBERS, "community-reps": ()})
    (gap,) = [gap for gap in result.gaps if gap.kind == "role-vacant"]
    assert gap.about == "community-representative"
    assert "Money" in gap.text
    assert "sent to" in gap.text
    assert gap.step.where.path == "roles/community-representative#appoint"
    assert result.gaps[0] == gap


def test_a_vacant_role_names_what_others_do_in_its_place():
    """Somebody does it, and nobody answers for it: that is said, not passed over."""
    (gap,) = drift("role-vacant", members={**MEMBERS, "community-reps": ()})
    assert "nobody is accountable for: Who may use the hub" in gap.text


def test_whose_leaving_would_hurt_most():
    """Somebody who is alone with responsibilities of the community is named, with how many."""
    result = found(members={**MEMBERS, "community-reps": ("rita",)})
    alone = [names_in(each) for each in result.responsibilities].count(["rita"])
    assert result.leaving == Leaving(isolated("rita"), alone, apart="")
    assert f"If \u2068rita\u2069 left, {alone} more would have nobody." in result.summary


def test_whose_leaving_would_leave_only_the_providers_people():
    """Then it is not nobody, and that is said."""
    roomy = {"groups": ["community-reps"], "holders": {"min": 1, "max": 3}}
    result = found(
        changes={
            **role(**{"community-representative": roomy}),
            "provider": {"name": "Crew", "staff": ["zoe"]},
        }
    )
    assert result.leaving is not None
    assert (result.leaving.name, result.leaving.apart) == (
        isolated("rita"),
        "people from Crew",
    )
    assert "more would have nobody apart from people from Crew." in result.summary


ONE_MARLOW = {"people": [{"name": "Marlow"}]}
MAPPED_WITH_MARLOW = role(
    **{
        "hub-administrator": {"groups": ["hub-admins"], **ONE_MARLOW},
        "community-representative": {"groups": ["community-reps"], **ONE_MARLOW},
    }
)


def test_while_the_hub_does_not_say_nobody_is_said_to_be_alone():
    """Whoever is declared is there; how many others are, is not known."""
    declared = load({**DECLARED, **MAPPED_WITH_MARLOW})
    result = coverage(Snapshot(declared, Roster(trouble="gone"), LedgerState(), NOW, **WELL))
    assert (result.leaving, result.people) == (None, None)
    mapped = [each for each in result.responsibilities if "Marlow" in names_in(each)]
    assert mapped
    assert {each.state for each in mapped} == {"covered"}
    assert "left" not in result.summary


def test_a_person_called_like_an_account_is_somebody_else():
    """Two holders are two, in the role and in what it looks after."""
    members = {**MEMBERS, "community-reps": ("Marlow",)}
    result = found(members=members, changes=MAPPED_WITH_MARLOW)
    assert ("single-holder", "community-representative") not in kinds(result)
    assert result.leaving is None
    assert {e.state for e in result.responsibilities if "Marlow" in names_in(e)} == {"covered"}


OLD = timedelta(hours=2)


@pytest.mark.parametrize("accounts", [
    replace(WELL["accounts"], read_at=NOW - OLD),
    replace(WELL["accounts"], read_at=NOW - 4 * OLD, took=OLD),
])  # fmt: skip
def test_a_reading_of_all_accounts_that_is_overdue(accounts):
    """Who has come to power since is not known, and that is said."""
    result = found(accounts=accounts)
    assert "power-without-role" not in result.told
    assert not result.certain
    assert any("all accounts were last read on 22 Nov 2026" in each for each in result.unchecked)
    longer = replace(accounts, took=accounts.took + OLD)
    assert found(accounts=longer).unchecked == ()


def test_roles_of_groups_that_were_read_long_ago():
    """They are not passed off as those of now."""
    result = found(accounts=knowing(groups_read_at=NOW - timedelta(minutes=6), trouble="down"))
    assert "group-without-role" not in result.told
    assert any("groups still have permissions" in each for each in result.unchecked)
    lately = found(accounts=knowing(groups_read_at=NOW - timedelta(minutes=1), trouble="down"))
    assert not any("groups still have permissions" in each for each in lately.unchecked)


def test_a_ledger_that_fails_now_is_said():
    """What it told is as of before."""
    result = found(ledger_trouble="The ledger cannot be used: the disk is full")
    assert any("the disk is full" in each for each in result.unchecked)
    assert not result.certain


def test_without_accounts_everything_that_hangs_on_them_is_listed():
    """No kind that can't be told is passed over in silence."""
    said = " ".join(found(accounts=Accounts(trouble="The hub answered 403")).unchecked)
    for what in ("power without a role", "not been seen for a long time"):
        assert what in said


def given_by_login(*roles: str, read_at: datetime = NOW, joined: datetime = SEEN):
    state = confirmed(load(DECLARED))
    state.joined["hub-administrator", "hanna"] = joined
    return drift(
        "group-without-role",
        state=state,
        accounts=knowing(Account("hanna", False, roles, SEEN, read_at)),
        group_roles={"hub-admins": (), "community-reps": ()},
        authenticator_roles=True,
    )


def test_where_logging_in_decides_about_roles():
    """Groups have none there; a holder whom the login service gives none can't do their part."""
    assert [gap.person for gap in given_by_login()] == ["hanna"]
    assert given_by_login("hub-administrator") == []
    assert given_by_login(joined=NOW, read_at=SEEN) == []  # it may have come with that login


def test_a_group_with_the_role_of_another_is_shown_already():
    """It is declared, so that nobody is asked to declare it."""
    administers = Grant(tuple(ROLE_SCOPES["hub-administrator"]), ("hub-admins", "community-reps"))
    roles = {**GRANTED.roles, "hub-administrator": administers}
    both = ("community-representative", "hub-administrator")
    given = {"hub-admins": ("hub-administrator",), "community-reps": both}
    (gap,) = drift(
        "group-unmapped",
        configured=replace(GRANTED, roles=roles),
        group_roles=given,
    )
    assert "no page shows" not in gap.text
    assert "declare" not in gap.step.label


def test_staff_is_meant_as_it_is_written():
    """Most hubs write names in small letters; another account in other letters is another."""
    accounts = knowing(account("Sam", admin=True), account("sam", admin=True))
    small = {"provider": {"name": "Crew", "staff": ["sam"]}}
    assert [g.person for g in drift("power-without-role", accounts=accounts, changes=small)] == [
        "Sam"
    ]
    large = {"provider": {"name": "Crew", "staff": ["Sam"]}}
    assert drift("power-without-role", accounts=accounts, changes=large) == []
    assert found(accounts=accounts, changes=large).staff == ("Sam", "sam")


def test_where_ours_are_not_looked_for_at_all():
    """Another place to look for templates hides all of them."""
    configured = replace(GRANTED, shadowed=("template_paths",))
    (gap,) = drift("template-shadowed", configured=configured)
    assert "template_paths before enable()" in gap.step.label


# Since when


def test_a_confirmation_is_due_since_its_time_was_over():
    """Not since it was made; and when the duties changed, nobody knows."""
    declared = load(DECLARED)
    state = confirmed(declared)
    text = duties_digest(declared.model, declared.model.roles["hub-administrator"])
    made = datetime(2024, 11, 9, tzinfo=timezone.utc)
    for confirmed_text, since in ((text, date(2025, 11, 9)), ("f" * 16, None)):
        state.confirmations["hub-administrator", "hanna"] = Confirmation(made, confirmed_text)
        (gap,) = drift("confirmation-due", state=state)
        assert gap.since == since


VACANT = {"members": {**MEMBERS, "community-reps": ()}}


@pytest.mark.parametrize(
    ("noticed", "since"), [(None, SEEN), (SEEN + timedelta(seconds=15), SEEN), (NOW, None)]
)
def test_a_role_is_vacant_since_its_group_is_empty(noticed, since):
    """Unless that was noticed only later: then somebody in the declaration held it meanwhile."""
    state = confirmed(load(DECLARED))
    state.emptied["community-reps"] = SEEN
    seen = {("role-vacant", "community-representative", ""): noticed} if noticed else {}
    (gap,) = drift("role-vacant", state=state, noticed=seen, **VACANT)
    assert gap.since == since


def test_nobody_is_sent_to_appoint_where_there_is_no_group():
    """It has to be made first."""
    members = {"hub-admins": MEMBERS["hub-admins"]}
    (gap,) = drift("role-vacant", members=members)
    assert (gap.step.where, "restart" in gap.step.label) == (None, True)


def test_where_it_was_decided_that_somebody_goes_nobody_decides_it_again():
    """What is left is to have it done, where the group is kept."""
    state = with_term()
    (gap,) = drift("term-ended", state=state, authenticator_groups=True)
    assert gap.step.where == Place("holders", "hub-administrator")
    state.pending = by_key([decided("withdrawal", gap.person)])
    (gap,) = drift("term-ended", state=state, authenticator_groups=True)
    assert gap.step.where == Place("decided", "hub-administrator")


def test_nobody_is_missed_in_a_role_that_is_full():
    """Whoever the declaration names has taken the only place."""
    only = {"groups": ["hub-admins"], "holders": {"min": 1, "max": 1}, **ONE_MARLOW}
    changes = role(**{"hub-administrator": only})
    members = {**MEMBERS, "hub-admins": ()}
    assert drift("holder-gone", state=departed(), members=members, changes=changes) == []


def test_the_provider_staffs_its_own_part():
    """One crew that the provider names is no lonely person of the community."""
    assert ("single-holder", "site-reliability-engineer") not in kinds(found())
    assert found().leaving is None


def test_what_cannot_be_told_is_never_fine():
    """Without a roster, responsibilities of mapped roles are unknown, and nothing is vacant."""
    declared = load(DECLARED)
    result = coverage(
        Snapshot(declared, Roster(trouble="gone"), LedgerState(), NOW, ledger_read=False)
    )
    assert result.headline == "It is not known right now who looks after this hub"
    assert result.count("unknown")
    assert not any(gap.kind in ("role-vacant", "group-missing") for gap in result.gaps)
    assert len(result.unchecked) == 4
    assert not result.certain
    assert not any("confirm" in gap.kind or "term" in gap.kind for gap in result.gaps)


def test_an_old_roster_is_not_passed_off_as_fresh():
    """What was read before the hub failed is shown, and said to be from then."""
    declared = load(DECLARED)
    roster = Roster(read_at=NOW, members=MEMBERS, trouble="The hub is down")
    result = coverage(Snapshot(declared, roster, confirmed(declared), NOW))
    assert any("read earlier" in each for each in result.unchecked)


def test_where_the_login_service_decides_a_group_need_not_be_there_yet():
    """It is made by a login; until then, it is decided who is to be in it."""
    members = {"hub-admins": MEMBERS["hub-admins"]}
    (gap,) = drift("role-vacant", members=members, authenticator_groups=True)
    assert gap.step.where == Place("appoint", "community-representative")


NAMES = st.sampled_from(["ada", "bea", "cyn", "dee"])


@given(st.lists(NAMES, unique=True), st.lists(NAMES, unique=True))
def test_states_and_holders_agree(admins, reps):
    """Whoever is in the groups: a responsibility's state follows from its holders alone."""
    members = {"hub-admins": tuple(admins), "community-reps": tuple(reps)}
    result = found(members=members, state=LedgerState())
    for each in result.responsibilities:
        number = len(each.holders)
        if each.responsibility.roles:
            assert each.state == ("vacant", "single", "covered")[min(number, 2)]
        else:
            assert (each.state, number) == ("no-role", 0)
    vacant = {about for kind, about in kinds(result) if kind == "role-vacant"}
    assert ("community-representative" in vacant) == (not reps)


# Drift


POWER = {
    "a JupyterHub admin without a role": (account("root", admin=True), ["admin"]),
    "one through the hub's own role": (account("root", "admin"), ["admin"]),
    "a role of ours, given to the account": (
        account("uwe", "hub-administrator"),
        ["hub-administrator"],
    ),
    "the role that it holds anyway": (account("hanna", "hub-administrator"), []),
    "a JupyterHub admin who holds a role": (account("zoe", admin=True), []),
    "another role of ours than the one that it holds": (
        account("zoe", "hub-administrator"),
        ["hub-administrator"],
    ),
    "a role of the hub that is none of ours": (account("uwe", "user", "grader"), []),
}


@pytest.mark.parametrize("case", POWER)
def test_power_without_a_role(case):
    """Whoever may do what a role permits, and holds none, is named, with what they may do."""
    someone, about = POWER[case]
    gaps = drift("power-without-role", accounts=knowing(someone))
    assert [gap.about for gap in gaps] == about
    assert all(gap.person == someone.name for gap in gaps)


def test_who_has_just_left_may_have_been_renamed():
    """What an account may do is not said until it was read after it left its role."""
    root = account("root", admin=True)
    assert not drift("power-without-role", accounts=knowing(root), left=frozenset({"root"}))


def test_the_providers_people_are_set_apart():
    """They are no drift, and said to be there; holding the community's role, they hide nothing."""
    staffed = found(changes=WITH_STAFF, accounts=knowing(account("root", admin=True)))
    assert not [gap for gap in staffed.gaps if gap.kind == "power-without-role"]
    assert staffed.staff == ("rita", "root", "zoe")
    only = [gap.about for gap in staffed.gaps if gap.kind == "held-by-provider-only"]
    assert only == ["community-representative"]
    assert "only by people from Crew" in staffed.summary
    assert staffed.count("provider-only")
    single = [gap.person for gap in staffed.gaps if gap.kind == "single-holder"]
    assert single == ["hanna"]  # rita administers too, and is one of the provider's people


def test_nobody_is_sent_to_appoint_to_a_full_role():
    """Where the provider's people fill every place, one of them has to make room first."""
    staffed = found(changes=WITH_STAFF)
    (only,) = [gap.step for gap in staffed.gaps if gap.kind == "held-by-provider-only"]
    assert only.label == "Withdraw somebody first: the role is full"
    assert only.where.path == "roles/community-representative#holders"
    roomy = {**DECLARED["roles"]["community-representative"], "holders": {"min": 1, "max": 3}}
    open_to_more = found(changes={**WITH_STAFF, **role(**{"community-representative": roomy})})
    steps = {gap.kind: gap.step.where and gap.step.where.path for gap in open_to_more.gaps}
    assert steps["held-by-provider-only"] == "roles/community-representative#appoint"


def test_staff_are_meant_however_their_accounts_are_spelled():
    """The hub writes accounts in small letters; the operator may not have."""
    staffed = found(
        changes={"provider": {"name": "Crew", "staff": ["Rita", "ROOT"]}},
        accounts=knowing(account("root", admin=True)),
    )
    assert "power-without-role" not in dict(kinds(staffed))
    assert staffed.staff == ("rita", "root")
    assert [gap.person for gap in staffed.gaps if gap.kind == "single-holder"] == ["zoe", "hanna"]


def test_staff_who_hold_a_role_are_not_passed_over():
    """Where others hold it too, only one of the community is not only one."""
    some = found(changes={"provider": {"name": "Crew", "staff": ["rita"]}})
    (title,) = [gap.title for gap in some.gaps if gap.about == "hub-administrator"]
    assert title == "Only one Hub Administrator, apart from people from Crew"
    (alone,) = found(members={**MEMBERS, "hub-admins": ("rita",)}).gaps
    assert alone.title == "Only one Hub Administrator"


def test_what_was_in_an_earlier_declaration_is_no_gap():
    """Holders of a role that is no longer held through a group, changes of a group that is out."""
    people = {"people": [{"name": "Gus"}]}
    state = departed()
    state.departed["community-guide", "ada"] = state.departed.pop(("hub-administrator", "ada"))
    assert not drift("holder-gone", state=state, changes=role(**{"community-guide": people}))
    mapped = role(**{"community-guide": {"groups": ["guides"], **people}})
    members = {**MEMBERS, "guides": ()}
    assert drift("holder-gone", state=state, changes=mapped, members=members)
    moved = role(**{"hub-administrator": {"groups": ["new-admins"]}})
    members = {**MEMBERS, "new-admins": ("hanna",)}
    snapshot = {**GAPS["edited-by-hand"], "changes": moved, "members": members}
    assert not drift("edited-by-hand", **snapshot)


def test_a_person_may_be_called_like_an_account_of_the_staff():
    """Somebody without an account is nobody's staff, and their leaving can still be told."""
    mapped = {**DECLARED["roles"]["community-representative"], "people": [{"name": "kim"}]}
    result = found(
        {**MEMBERS, "community-reps": ()},
        changes={
            **role(**{"community-representative": mapped}),
            "provider": {"name": "Crew", "staff": ["kim"]},
        },
    )
    assert result.leaving is not None
    assert result.leaving.name == isolated("kim")


def test_a_group_of_jupyterhub_admins_is_a_gap():
    """Whoever is in it can do everything; in a group of a role, somebody answers for that."""
    admins = {**GRANTED.roles, "admin": Grant((), ("hub-admins", "sysadmins"))}
    (gap,) = found(configured=replace(GRANTED, roles=admins)).gaps
    assert (gap.kind, gap.about, gap.group) == ("group-unmapped", "admin", "sysadmins")


def test_where_power_cannot_be_seen_nothing_is_said_of_it():
    """Without a whole reading of the accounts, the list of what could not be checked says so."""
    result = found(accounts=Accounts(trouble="The hub answered 403"), configured=None)
    assert any("The hub answered 403" in each for each in result.unchecked)
    assert any("permits" in each for each in result.unchecked)
    assert not result.certain


def test_a_hub_that_tells_no_roles_of_groups():
    """That is not passed off as fine."""
    assert any("permissions" in each for each in found(group_roles=None).unchecked)


def test_many_accounts_with_power():
    """Where not all are listed, that is said."""
    assert any("not all" in each for each in found(accounts=knowing(cut=True)).unchecked)


def test_what_a_role_lacks_is_named():
    """Duty and permission stand in the words."""
    (gap,) = drift("role-lacks-permission", **GAPS["role-lacks-permission"])
    assert "needs to see who has an account (list:users)" in gap.text


def test_a_role_that_the_hub_does_not_have_permits_nothing():
    """Its duties need what nobody has."""
    bare = replace(GRANTED, roles={})
    assert [gap.about for gap in drift("role-lacks-permission", configured=bare)] == [
        "hub-administrator"
    ]


@pytest.mark.parametrize("roles", [False, True])
@pytest.mark.parametrize(("groups", "by"), [(False, "operator"), (True, "login service")])
def test_who_makes_a_missing_group(groups, roles, by):
    """The hub at its start, or the login service at a login, where that decides about groups."""
    result = found(
        members={"community-reps": MEMBERS["community-reps"]},
        authenticator_groups=groups,
        authenticator_roles=roles,
    )
    (step,) = [gap.step for gap in result.gaps if gap.kind == "group-missing"]
    assert step.by == by
    assert ("restart" in step.label) == (not groups)


def test_a_missing_group_is_not_said_to_lack_a_role_too():
    """One gap for one thing."""
    result = found(
        members={"community-reps": MEMBERS["community-reps"]},
        group_roles={"hub-admins": ()},
    )
    assert [gap.kind for gap in result.gaps if gap.group == "hub-admins"] == ["group-missing"]


@pytest.mark.parametrize("roles", [(), ("grader",)])
def test_a_group_that_lost_its_power_is_none(roles):
    """What the hub said at its start counts until it says something else."""
    some = {"hub-administrator": Grant(tuple(ROLE_SCOPES["hub-administrator"]), ("old",))}
    hub = replace(GRANTED, roles={**GRANTED.roles, **some, "admin": Grant((), ("old",))})
    told = knowing(other_group_roles={"old": roles})
    assert len(drift("group-unmapped", configured=hub)) == 2
    assert not drift("group-unmapped", configured=hub, accounts=told)


# Holders who are not there


@pytest.mark.parametrize(
    ("seen", "joined", "missing"),
    [
        (timedelta(days=91), None, True),
        (timedelta(days=89), None, False),
        (None, timedelta(days=91), True),
        (None, timedelta(days=1), False),
        (None, None, False),
        (timedelta(days=91), timedelta(days=1), True),
    ],
)
def test_who_has_not_been_seen(seen, joined, missing):
    """By their last activity; if they never came, since they have held the role."""
    state = confirmed(load(DECLARED))
    if joined:
        state.joined["hub-administrator", "hanna"] = NOW - joined
    hanna = account("hanna", seen=seen and NOW - seen)
    gaps = drift("holder-not-seen", state=state, accounts=knowing(hanna))
    assert [gap.person for gap in gaps] == ["hanna"] * missing


def test_how_long_a_holder_may_be_away_is_declared():
    """`seen_within` is in days."""
    away = knowing(account("hanna", seen=NOW - timedelta(days=91)))
    patient = role(**{"hub-administrator": {"groups": ["hub-admins"], "seen_within": 92}})
    assert not drift("holder-not-seen", accounts=away, changes=patient)


@pytest.mark.parametrize("left", [("rita",), ("rita", "hanna")])
def test_an_account_that_was_deleted_is_missed_where_few_are_left(left):
    """Two can stand in for each other, where the model doesn't ask for more."""
    members = {**MEMBERS, "hub-admins": left}
    assert bool(drift("holder-gone", state=departed(), members=members)) is (len(left) < 2)
    more = role(**{"hub-administrator": {"groups": ["hub-admins"], "holders": {"min": 3}}})
    assert drift("holder-gone", state=departed(), members=members, changes=more)


def test_who_lost_a_role_with_its_group_is_named_for_a_while():
    """Not those who hold it through another group; of a role that is no more, too."""
    assert not drift("role-lost", state=lost("hanna"))
    assert not drift("role-lost", state=lost(since=timedelta(days=31)))
    state = lost()
    state.lost["hub-administrator", "bea"] = state.lost["hub-administrator", "ada"]
    state.lost["crew", "cyn"] = Loss("crew", NOW, ())
    marks = dict.fromkeys(map(ord, "\u2068\u2069"))
    titles = {gap.title.translate(marks) for gap in drift("role-lost", state=state)}
    assert titles == {"ada and bea lost the role Hub Administrator", "cyn lost the role crew"}


# Groups that the login service keeps


@pytest.mark.parametrize(
    ("seen", "by_hand"),
    [
        (timedelta(hours=3), True),
        (None, True),
        (timedelta(minutes=61), False),  # the hub may write that down too late
        (timedelta(minutes=30), False),
    ],
)
@pytest.mark.parametrize("joined", [True, False])
def test_by_hand_is_only_who_was_not_there(joined, seen, by_hand):
    """Who logged in meanwhile may have been moved by that."""
    hanna = account("hanna", seen=seen and NOW - seen)
    snapshot = {"state": edited(joined), "accounts": knowing(hanna), "authenticator_groups": True}
    assert bool(drift("edited-by-hand", **snapshot)) is by_hand


def test_by_hand_is_nothing_where_groups_are_kept_on_the_hub():
    """There, that is how it is meant to be."""
    hanna = account("hanna", seen=None)
    assert not drift("edited-by-hand", state=edited(), accounts=knowing(hanna))


def test_by_hand_takes_what_was_read_after():
    """An account that was read before the change doesn't tell."""
    old = replace(account("hanna", seen=None), read_at=NOW - timedelta(hours=2))
    snapshot = {"state": edited(), "accounts": knowing(old), "authenticator_groups": True}
    assert not drift("edited-by-hand", **snapshot)
