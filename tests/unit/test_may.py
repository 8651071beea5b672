"""Whether somebody may decide on a responsibility: what is said, and what may have been meant."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.domain.accounts import Account
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.errors import HubError, RefusedError
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.ledger.may import (
    could_not_tell,
    find_responsibility,
    may_decide,
)
from jupyterhub_responsibility.ledger.past import Past, Period, Then

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)
MADE = NOW - timedelta(days=100)
ROLE, GROUP = "community-representative", "community-reps"


def recorded(actor: str = "root", **details: str) -> Then:
    """What the ledger knows after rita was appointed an hour ago."""
    past, before = Past(), NOW - timedelta(hours=1)
    about = (actor, "user", ROLE, GROUP, "rita")
    past.read(write(Draft("appointment", *about, details=details), 1, BEGINNING, before))
    ending = {"of": "appointment", "result": "done", "created": stamp(MADE)}
    past.read(write(Draft("outcome", *about, intent=1, details=ending), 2, BEGINNING, before))
    return past.at(ROLE, Period(NOW, NOW))


def account(name: str = "rita", created: datetime = MADE) -> Account:
    return Account(name, False, (), None, NOW, created)


@pytest.fixture
def decides(declared):
    """Whether an account may decide on money, and what is said of it."""

    def ask(who: Account, members: tuple[str, ...], then: Then | None):
        model = declared.model
        money = find_responsibility(model, "decide-finances")
        return may_decide(model, money, who, {GROUP: members}, NOW, then, NOBODY_NAMED)

    return ask


def test_who_holds_the_role_may(decides):
    """With the group, who appointed them, since when, and until when."""
    found = decides(account(), ("rita",), recorded(until="2027-06-30"))
    (through,) = found.through
    assert (found.may, found.as_of) == (True, NOW)
    assert (through.group, through.by, through.until) == (GROUP, "root", date(2027, 6, 30))
    assert "root\u2069 appointed them on 22 Nov 2026, 09:42 UTC" in found.why
    assert found.why.endswith("Their term ends on 30 Jun 2027.")


def test_whose_term_is_over_may_still(decides):
    """Nobody is withdrawn for that by default; it is said."""
    found = decides(account(), ("rita",), recorded(until="2026-11-21"))
    assert found.may
    assert found.why.endswith("Their term ended on 21 Nov 2026.")


def test_who_is_in_no_group_may_not(decides):
    """Whatever the ledger says: the hub counts."""
    found = decides(account(), ("hanna",), recorded())
    assert (found.may, found.through) == (False, ())


@pytest.mark.parametrize("then", [None, Past().at(ROLE, Period(NOW, NOW))])
def test_what_the_ledger_does_not_say(decides, then):
    """The hub alone decides; who appointed them is not known."""
    found = decides(account(), ("rita",), then)
    assert (found.may, found.through[0].by) == (True, "")
    assert "does not say who put them there" in found.why


def test_another_account_of_the_name(decides):
    """What is recorded of an older one is not said of it."""
    found = decides(account(created=NOW), ("rita",), recorded())
    assert (found.may, found.through[0].by) == (True, "")


def test_the_hub_does_not_answer(declared):
    """It could not be told, for the reason that there is: that is no yes."""
    money = find_responsibility(declared.model, "decide-finances")
    found = could_not_tell("rita", money, HubError("The hub did not answer in time"))
    assert (found.may, found.as_of) == (None, None)
    assert found.why.endswith("The hub did not answer in time.")


MEANT = {
    "decide-finance": "Did you mean \u2068decide-finances\u2069?",
    "Money": "Did you mean \u2068decide-finances\u2069?",
    "xyzzy": "There is no responsibility “\u2068xyzzy\u2069”.",
}


@pytest.mark.parametrize("wanted", MEANT)
def test_what_may_have_been_meant(declared, wanted):
    """Ids and titles that are near, or nothing."""
    with pytest.raises(RefusedError) as caught:
        find_responsibility(declared.model, wanted)
    assert caught.value.code == "unknown"
    assert str(caught.value).endswith(MEANT[wanted])
