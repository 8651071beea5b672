"""Where the login service decides who is in a group: how old that is, and who can't be checked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from jupyterhub.auth import Authenticator
from ldapauthenticator import LDAPAuthenticator
from oauthenticator.generic import GenericOAuthenticator

from jupyterhub_responsibility.coverage import Snapshot
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.logins import RESOLUTION
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.enabling.arrangement import checks_groups
from jupyterhub_responsibility.exports.fleet import certain
from jupyterhub_responsibility.exports.lines import holder_lines
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.ledger.may import find_responsibility, may_decide
from jupyterhub_responsibility.ledger.past import Past, Period
from jupyterhub_responsibility.ledger.past_sentences import (
    AT_LOGIN,
    holder_sentence,
    then_sentences,
)
from jupyterhub_responsibility.service.metrics import _holders, _unchecked_holders
from jupyterhub_responsibility.service.pages.decisions import decision_lines
from jupyterhub_responsibility.service.templating import Templates
from jupyterhub_responsibility.text import isolated

from .test_coverage import (
    DECLARED,
    GROUP_ROLES,
    MEMBERS,
    NOW,
    WELL,
    WITH_STAFF,
    account,
    confirmed,
    drift,
    found,
    knowing,
    with_pending,
)

ADMIN, REP, GUIDE = "hub-administrator", "community-representative", "community-guide"
LONG_AGO, LATELY = NOW - timedelta(days=91), NOW - timedelta(days=90)
ELSEWHERE = {"authenticator_groups": True}


def snapshot(accounts: Accounts | None = None, state=None, members=MEMBERS, **options) -> Snapshot:
    """A hub whose login service decides who is in a group."""
    declared = load({**DECLARED, **options.pop("changes", {})})
    roster, state = Roster(NOW, members, GROUP_ROLES), state or confirmed(declared)
    known = {**WELL, **ELSEWHERE, **options}
    return Snapshot(declared, roster, state, NOW, **{**known, "accounts": accounts or knowing()})


def seen(**when: datetime | None) -> Accounts:
    """The accounts, some of them last seen at another time."""
    return knowing(*(account(name, seen=at) for name, at in when.items()))


def ages(snapshot: Snapshot, role: str = ADMIN) -> dict[str, tuple[str, datetime | None]]:
    return {h.name: (h.aged, h.as_of) for h in snapshot.holders_by_role[role].holders}


def test_somebody_holds_a_role_as_of_a_login_no_later_than_they_were_seen():
    """Whenever that was read; where the hub decides, it is as old as the reading."""
    known = snapshot(seen(hanna=LATELY))
    assert ages(known)["hanna"] == ("as of a login no later than", LATELY)
    assert known.as_of is None
    here = snapshot(seen(hanna=LATELY), authenticator_groups=False)
    assert ages(here)["hanna"] == ("as of", NOW)
    assert here.as_of == NOW


def test_where_the_hub_checks_it_may_have_been_one():
    """Neither was later than they were seen."""
    known = snapshot(seen(hanna=LATELY), authenticator_checks=True)
    assert ages(known)["hanna"] == ("as of a login or check no later than", LATELY)
    assert known.at_login_in_words == "each holder's last login or check"


@pytest.mark.parametrize(
    "accounts", [seen(hanna=None), replace(knowing(), found={})], ids=["never seen", "not read"]
)
def test_where_it_is_not_known_when_somebody_was_seen(accounts):
    """The reading's time doesn't take its place."""
    assert ages(snapshot(accounts))["hanna"] == ("as of a login at an unknown time", None)


AFTER, HALF = NOW - timedelta(hours=1), timedelta(seconds=30)


@pytest.mark.parametrize(
    ("at", "known"),
    [
        (AFTER - HALF - timedelta(seconds=1), None),
        (AFTER - HALF, AFTER),
        (NOW - timedelta(seconds=1), NOW - timedelta(seconds=1) + HALF),
        (NOW, NOW),
    ],
    ids=["before", "half a minute before", "meanwhile", "since"],
)
def test_who_came_after_they_were_seen_logged_in_later(at, known):
    """When they were seen before tells nothing of it; the hub notes that every half minute."""
    state = confirmed(load(DECLARED))
    joined = {"change": "joined", "after": stamp(AFTER)}
    draft = Draft("observation", "", "hub", ADMIN, "hub-admins", "hanna", details=joined)
    state.read(write(draft, 1, BEGINNING, NOW))
    assert ages(snapshot(seen(hanna=at), state))["hanna"][1] == known
    noted = {"noted": "yes"}
    state.read(write(Draft("appointment", "root", "user", ADMIN, "hub-admins", "hanna",
                           details=noted), 2, BEGINNING, NOW))  # fmt: skip
    said = {"of": "appointment", "result": "unchanged"}
    state.read(write(Draft("outcome", "root", "user", ADMIN, "hub-admins", "hanna", intent=2,
                           details=said), 3, BEGINNING, NOW))  # fmt: skip
    assert not state.edits
    assert ages(snapshot(seen(hanna=at), state))["hanna"][1] == known
    before = replace(account("hanna", seen=at), read_at=NOW - timedelta(seconds=1))
    assert ages(snapshot(knowing(before), state))["hanna"][1] == (NOW if at == NOW else None)


@pytest.mark.parametrize(("at", "known"), [(LONG_AGO, None), (NOW, NOW)])
def test_who_came_as_it_was_decided_logged_in_then(at, known):
    """And not when they were last seen before that."""
    state = confirmed(load(DECLARED))
    for number, (event, at_, details) in enumerate((
        ("appointment", AFTER - HALF, {}),
        ("outcome", AFTER - HALF, {"of": "appointment", "result": "pending"}),
        ("settlement", NOW, {"of": "appointment", "result": "done", "after": stamp(AFTER)}),
    ), 1):  # fmt: skip
        draft = Draft(event, "rita", "user", ADMIN, "hub-admins", "hanna",
                      intent=1 if number > 1 else None, details=details)  # fmt: skip
        state.read(write(draft, number, BEGINNING, at_))
    assert not state.pending
    assert ages(snapshot(seen(hanna=at), state))["hanna"][1] == known


def test_who_was_seen_may_not_have_logged_in_anew():
    """A login lasts, and what was done where the group is kept does not show without another."""
    state = with_pending()
    known = snapshot(seen(uwe=NOW - timedelta(days=1)), state)
    macros = Templates([], {})._environment.get_template("responsibility-macros.html").module
    (line,) = decision_lines(known, Viewer("root", admin=True), ADMIN)
    text = in_words(macros.decision(line, "/", "", "decided-1"))
    assert "Seen on the hub since then, last on 21 Nov 2026, perhaps without a new login." in text
    assert "log out and in again" not in text
    (own,) = decision_lines(known, Viewer("uwe"))
    text = in_words(macros.decision(own, "/", "", "decided-1", in_full=False))
    assert "You are to become" in text
    assert "log out and in again: it shows here then." in text


def in_words(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", "", html).split())


def test_people_in_the_declaration_are_as_old_as_that():
    """No login tells anything of them."""
    known = snapshot()
    assert ages(known, GUIDE)["Gus"] == ("as of", known.declaration.as_of)


def test_the_age_of_a_role_is_that_of_its_oldest_holder():
    """If one of them is not known, that is said; a single one speaks for itself."""
    both = snapshot(seen(hanna=LATELY, rita=NOW)).holders_by_role[ADMIN]
    assert both.age == ("as of logins, the oldest no later than", LATELY)
    some = snapshot(seen(hanna=None)).holders_by_role[ADMIN]
    assert some.age == ("as of logins, some at an unknown time", None)
    one = snapshot(seen(rita=LATELY), members={**MEMBERS, "hub-admins": ("rita",)})
    assert one.holders_by_role[ADMIN].age == ("as of a login no later than", LATELY)
    assert snapshot(members={}).holders_by_role[REP].age == ("", None)


def test_nobody_is_a_holder_as_of_no_moment():
    """Somebody may be in the group who has not logged in since."""
    lines = holder_lines(snapshot(members={**MEMBERS, "community-reps": ()}))
    (nobody,) = [line for line in lines if line.role.id == REP]
    assert (nobody.kind, nobody.known_from, nobody.as_of) == ("nobody", "login", None)


def test_since_when_nobody_holds_a_role_is_not_known():
    """The hub has only learned of it; where it decides itself, it knows."""
    state = confirmed(load(DECLARED))
    state.emptied["community-reps"] = LATELY
    vacant = {"members": {**MEMBERS, "community-reps": ()}, "state": state}
    (there,) = drift("role-vacant", **vacant, **ELSEWHERE)
    (here,) = drift("role-vacant", **vacant)
    assert (there.since, here.since) == (None, LATELY)


# Who can't be checked


@pytest.mark.parametrize(("at", "unseen"), [(LONG_AGO, LONG_AGO), (LATELY, None)])
def test_who_was_not_seen_for_longer_than_the_role_allows(at, unseen):
    """Nobody can tell whether they still hold it; but only where logins decide."""
    accounts = seen(hanna=at)
    there = {each.name: each for each in snapshot(accounts).holders_by_role[ADMIN].holders}
    assert [*there] == (["rita", "hanna"] if unseen else ["hanna", "rita"])
    hanna = there["hanna"]
    assert (hanna.name, hanna.unseen) == ("hanna", unseen)
    here = snapshot(accounts, authenticator_groups=False)
    assert here.holders_by_role[ADMIN].holders[0].unseen is None


def states(**options) -> dict[str, str]:
    result = found(**{**ELSEWHERE, **options})
    return {each.responsibility.id: each.state for each in result.responsibilities}


def test_what_only_they_look_after_could_not_be_checked():
    """It is neither looked after nor left to nobody, and figures and summary say so."""
    accounts = seen(rita=LONG_AGO, zoe=LONG_AGO)
    assert states(accounts=accounts)["decide-finances"] == "unchecked"
    result = found(accounts=accounts, **ELSEWHERE)
    unchecked = result.count("unchecked")
    assert f"{unchecked} could not be checked." in result.summary
    assert result.count("vacant") == 0
    assert result.headline.startswith(f"{15 - unchecked} of 18")
    assert result.people == 6 - 2
    assert any(each.startswith("Whether \u2068rita\u2069 and") for each in result.unchecked)


def test_a_role_of_which_nobody_was_seen_has_one_gap():
    """It says of whom, since when, and whom people are sent to; nobody is said to be away."""
    gaps = found(accounts=seen(rita=LONG_AGO, zoe=LONG_AGO), **ELSEWHERE).gaps
    (gap,) = [each for each in gaps if each.about == REP and each.urgency == "urgent"]
    assert gap.kind == "role-unchecked"
    assert f"whether {isolated('rita')} and {isolated('zoe')} still hold the role" in gap.text
    assert "none of them seen on the hub since 23 Aug 2026" in gap.text
    assert "are sent to \u2068Desk\u2069 instead." in gap.text
    kinds = {each.kind for each in gaps if each.about == REP}
    assert kinds.isdisjoint({"holder-not-seen", "role-vacant", "single-holder"})


def test_with_somebody_else_in_the_role_it_is_about_one_person():
    """They are not counted, and that is said."""
    options = {"accounts": seen(hanna=LONG_AGO), **ELSEWHERE}
    (gap,) = drift("holder-not-seen", **options)
    assert f"whether {isolated('hanna')} still holds the role Hub Administrator: not" in gap.text
    (single,) = drift("single-holder", **options)
    assert (single.person, single.title) == (
        "rita",
        "Only one Hub Administrator, apart from 1 who could not be checked",
    )
    assert not drift("role-unchecked", **options)


def test_people_of_the_provider_do_not_stand_in_for_them():
    """In what is the community's job, they are no reason to call it looked after."""
    options = {"accounts": seen(zoe=LONG_AGO), "changes": {"provider": {"name": "Crew",
               "staff": ["rita"]}}, **ELSEWHERE}  # fmt: skip
    assert states(**options)["decide-finances"] == "unchecked"
    assert [gap.about for gap in drift("role-unchecked", **options)] == [REP]
    all_staff = {**options, "changes": WITH_STAFF}
    assert states(**all_staff)["decide-finances"] == "provider-only"
    unseen = {**all_staff, "accounts": seen(rita=LONG_AGO, zoe=LONG_AGO)}
    assert states(**unseen)["decide-finances"] == "unchecked"
    assert [gap.about for gap in drift("role-unchecked", **unseen)] == [REP]
    assert REP not in {gap.about for gap in drift("holder-not-seen", **unseen)}


def test_whom_to_ask_passes_on():
    """To the next who can be asked, with the reason; and never to somebody unseen."""
    known = snapshot(seen(rita=LONG_AGO, zoe=LONG_AGO))
    answer = known.contact_finder.answer("role", REP)
    assert answer.because.startswith("It could not be checked whether")
    assert [each.name for each in answer.channels] == ["Desk"]
    one = snapshot(seen(rita=LONG_AGO)).contact_finder.answer("role", REP)
    assert not one.because.startswith("It could not")


def test_metrics_count_them_apart():
    """A role of which nobody else is left is absent, and not 0."""

    class Now:
        snapshot = snapshot(seen(rita=LONG_AGO, zoe=LONG_AGO))

    holders, unchecked = dict(_holders(Now)), dict(_unchecked_holders(Now))
    assert (holders.get((ADMIN,)), holders.get((REP,))) == (1, None)
    assert (unchecked[ADMIN,], unchecked[REP,]) == (1, 2)
    assert (GUIDE,) not in unchecked


def test_a_list_with_somebody_unseen_is_not_certain():
    """Whoever passes it on can tell."""
    row = {"kind": "account", "unseen_since": None}
    assert certain([row])
    assert not certain([row, {**row, "unseen_since": "2026-01-01T00:00:00+00:00"}])


# What the ledger tells

GROUP, MADE = "community-reps", NOW - timedelta(days=400)


def observed(**changes: datetime) -> Past:
    """What the ledger knows of rita, who was seen to join or leave at some times."""
    past, entry = Past(), BEGINNING
    began = Draft("observation", "x", "service", REP, GROUP, details={"change": "began"})
    past.read(write(began, 1, entry, NOW - timedelta(hours=9)))
    for number, (change, at) in enumerate(changes.items(), 2):
        details = {"change": change, "after": stamp(at - timedelta(hours=1))}
        draft = Draft("observation", "", "hub", REP, GROUP, "rita", details=details)
        past.read(write(draft, number, entry, at))
    return past


def test_who_held_it_is_told_by_when_the_hub_learned_it():
    """Never that these held it and no others: the login service may have decided long before."""
    joined, left = NOW - timedelta(hours=5), NOW - timedelta(hours=2)
    at = Period(NOW - timedelta(hours=4), NOW - timedelta(hours=4))
    here = observed(joined=joined, left=left).at(REP, at, (GROUP,), NOW)
    there = here.told(lambda group: group == GROUP)
    assert (here.certain, there.certain, there.at_login) == (True, False, {GROUP})
    assert here.told(lambda _: False) == here
    assert then_sentences(here)[0] == "These accounts held this role, and no others."
    assert then_sentences(there)[:2] == (
        "The hub had these accounts in this role, and no others.",
        AT_LOGIN,
    )
    (rita,) = there.holders
    says = holder_sentence(rita, NOBODY_NAMED, there.at_login)
    assert "the hub learned between 22 Nov 2026, 04:00 UTC and 22 Nov 2026, 05:00 UTC that" in says
    assert says.endswith("07:00 UTC and 22 Nov 2026, 08:00 UTC that they were no longer in it.")
    assert "joined outside this page between" in holder_sentence(rita, NOBODY_NAMED)
    empty = Period(NOW, NOW)
    nobody = observed(joined=joined, left=left).at(REP, empty, (GROUP,), NOW)
    assert then_sentences(nobody.told(lambda _: True))[0] == "The hub had nobody in this role."


def test_whoever_was_appointed_here_was():
    """Whatever decides about the group by now."""
    past, about = Past(), ("root", "user", REP, GROUP, "rita")
    past.read(write(Draft("appointment", *about), 1, BEGINNING, NOW))
    details = {"of": "appointment", "result": "done"}
    past.read(write(Draft("outcome", *about, intent=1, details=details), 2, BEGINNING, NOW))
    (rita,) = past.at(REP, Period(NOW, NOW), (GROUP,), NOW).holders
    said = holder_sentence(rita, NOBODY_NAMED, {GROUP})
    assert "appointed by \u2068root\u2069, and the hub learned" in said


@pytest.mark.parametrize("names", [("rita",), ()], ids=["holds it", "does not"])
def test_whether_somebody_may_decide_is_as_old_as_their_login(names):
    """The hub is asked now, and says what it was told then; when they joined isn't known."""
    known = snapshot()
    model, rita = known.declaration.model, Account("rita", False, (), LATELY, NOW, MADE)
    money = find_responsibility(model, "decide-finances")
    then = observed(joined=NOW - timedelta(hours=5)).at(REP, Period(NOW, NOW), (GROUP,), NOW)
    asked = (model, money, rita, {GROUP: names}, NOW, then, NOBODY_NAMED)
    there, here = may_decide(*asked, known.logins), may_decide(*asked)
    assert (there.may, there.known_from) == (bool(names), "login")
    assert there.as_of == LATELY + RESOLUTION  # the hub doesn't note it more closely
    assert there.why.endswith("That is as of a login no later than 24 Aug 2026, 10:00 UTC.")
    assert (here.as_of, here.known_from) == (NOW, "hub")
    assert not any(each.since for each in there.through)
    assert all(each.since for each in here.through)


# What the hub's own process knows


class Asking(Authenticator):
    """Somebody's own, which is asked again."""

    async def refresh_user(self, user, handler=None):
        """Whatever it tells."""
        return True


OAUTH = {"client_id": "x", "authorize_url": "x", "token_url": "x", "userdata_url": "x"}


@pytest.mark.parametrize(
    ("made", "options", "checks"),
    [
        (Authenticator, {}, False),
        (LDAPAuthenticator, {"server_address": "x", "lookup_dn": True}, False),
        (Asking, {}, True),
        (Asking, {"auth_refresh_age": 0}, False),
        (Asking, {"manage_groups": False}, False),
        (GenericOAuthenticator, OAUTH, False),
        (GenericOAuthenticator, {**OAUTH, "enable_auth_state": True}, True),
        (GenericOAuthenticator, {**OAUTH, "enable_auth_state": True, "auth_refresh_age": 0}, False),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_which_authenticators_are_asked_again(made, options, checks):
    """Those that have something to tell, unless that is turned off."""
    assert checks_groups(made(**{"manage_groups": True, **options})) is checks


# Both kinds of groups on one hub


@pytest.fixture
def mixed(monkeypatch):
    """The login service decides who is in hub-admins alone."""
    monkeypatch.setattr(Rules, "decided_elsewhere", lambda _, group: group == "hub-admins")


@pytest.mark.usefixtures("mixed")
def test_each_group_is_as_old_as_its_own_kind():
    """And a page says both."""
    known = snapshot(seen(hanna=LATELY, rita=LATELY))
    assert ages(known)["rita"] == ("as of a login no later than", LATELY)
    assert ages(known, REP)["rita"] == ("as of", NOW)
    assert (known.as_of, known.at_login_in_words) == (NOW, "each holder's last login")


@pytest.mark.usefixtures("mixed")
def test_who_is_in_a_group_of_the_hub_as_well_is_so_as_it_was_read():
    """One that is certain is enough."""
    two = {"roles": {**DECLARED["roles"], ADMIN: {"groups": ["hub-admins", "more"]}}}
    members = {**MEMBERS, "more": ("hanna",)}
    known = snapshot(seen(hanna=LONG_AGO, rita=LONG_AGO), members=members, changes=two)
    hanna, rita = known.holders_by_role[ADMIN].holders
    assert (hanna.name, hanna.known_from, hanna.unseen) == ("hanna", "hub", None)
    assert (rita.name, rita.known_from, rita.unseen) == ("rita", "login", LONG_AGO)
