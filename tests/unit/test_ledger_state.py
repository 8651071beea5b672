"""What follows from the ledger, for roles that are held through several groups."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.state import LedgerState

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)
HOLDING = ("guide", "hanna")


@pytest.fixture
def state() -> LedgerState:
    """hanna holds a role through two groups, until the end of the year, and has confirmed."""
    read = LedgerState()
    for group in ("day", "night"):
        tell(read, "appointment", group, until="2026-12-31")
        tell(read, "outcome", group, intent=read.number, result="done", of="appointment")
    tell(read, "confirmation", "", duties_digest="0" * 16)
    return read


def tell(
    state: LedgerState, event: str, group: str, intent: int | None = None, **details: str
) -> None:
    """Let a book read one more entry."""
    draft = Draft(event, "rita", "user", "guide", group, "hanna", intent, details)
    state.read(write(draft, state.number + 1, BEGINNING, NOW))


def leave(state: LedgerState, group: str, how: str) -> None:
    """hanna is withdrawn from a group, or seen to have left it."""
    if how == "observation":
        tell(state, "observation", group, change="left")
    else:
        tell(state, "withdrawal", group)
        tell(state, "outcome", group, intent=state.number, result="done", of="withdrawal")


@pytest.mark.parametrize("how", ["observation", "withdrawal"])
def test_who_leaves_one_of_two_groups_still_holds_the_role(state, how):
    """Their term goes on, and what they have confirmed stays so, until they leave the other."""
    leave(state, "night", how)
    assert state.terms[HOLDING].until == date(2026, 12, 31)
    assert HOLDING in state.confirmations
    leave(state, "day", how)
    assert HOLDING not in state.terms
    assert HOLDING not in state.confirmations


def seen(state: LedgerState, change: str, person: str, at: datetime, **more: str) -> None:
    """Somebody is seen to have joined or left, by other ways than this service."""
    details = {"change": change, **more}
    draft = Draft("observation", "somebody", "hub", "guide", "day", person, None, details)
    state.read(write(draft, state.number + 1, BEGINNING, at))


LATER = NOW + timedelta(hours=1)
JUST_BEFORE = LATER - timedelta(seconds=15)


def test_whose_account_is_deleted_is_missed_until_somebody_joins():
    """Whoever joins takes over; who comes back is not missed either."""
    state = LedgerState()
    seen(state, "joined", "ada", NOW)
    seen(state, "left", "ada", LATER, gone="yes", after=JUST_BEFORE.isoformat())
    assert state.departed == {("guide", "ada"): LATER}
    seen(state, "joined", "bea", LATER + timedelta(minutes=1))
    assert not state.departed


def test_who_leaves_and_keeps_their_account_is_not_missed():
    """Somebody took them out, and knows."""
    state = LedgerState()
    seen(state, "joined", "ada", NOW)
    seen(state, "left", "ada", LATER)
    assert not state.departed


def test_who_is_renamed_is_not_missed():
    """The new name joins at the moment at which the old one is gone."""
    state = LedgerState()
    seen(state, "joined", "ada", NOW)
    seen(state, "joined", "ada-b", LATER)
    seen(state, "left", "ada", LATER, gone="yes")
    assert not state.departed


def test_who_is_withdrawn_here_is_not_missed(state):
    """Somebody decided that, and knows."""
    leave(state, "day", "withdrawal")
    leave(state, "night", "withdrawal")
    assert not state.departed


def test_when_others_changed_a_group():
    """Between two readings of it; what this service does then counts instead."""
    state = LedgerState()
    seen(state, "joined", "hanna", LATER, after=NOW.isoformat())
    (edit,) = state.edits.values()
    assert (edit.joined, edit.after, edit.at) == (True, NOW, LATER)
    leave(state, "day", "withdrawal")
    assert not state.edits


def test_the_first_look_at_a_group_tells_no_change():
    """Nobody knows when they joined who were there when recording began."""
    state = LedgerState()
    seen(state, "joined", "hanna", NOW, first="yes")
    assert not state.edits


def test_a_group_that_stands_for_the_role_no_more(state):
    """Whoever held it through that group has left; through another, they hold it still."""
    for group in ("day", "night"):
        tell(state, "observation", group, change="began")
    assert sorted(state.watched_groups()) == [("guide", "day"), ("guide", "night")]
    tell(state, "observation", "night", change="ended")
    assert (HOLDING in state.terms, HOLDING in state.confirmations) == (True, True)
    tell(state, "observation", "day", change="ended")
    assert state.watched_groups() == []
    assert not any((state.terms, state.confirmations, state.joined))


FOUND_EMPTY = {
    "when it became empty, in view": ({"after": JUST_BEFORE.isoformat()}, LATER),
    "after a stop": ({"after": NOW.isoformat()}, None),
    "by a service that had not looked before": ({}, None),
}


@pytest.mark.parametrize(("details", "since"), FOUND_EMPTY.values(), ids=FOUND_EMPTY.keys())
def test_since_when_a_group_is_empty(details, since):
    """Only who looked shortly before knows when."""
    state = LedgerState()
    seen(state, "joined", "ada", NOW)
    seen(state, "left", "ada", LATER, **details)
    assert state.emptied.get("day") == since


def test_a_group_that_was_empty_when_the_record_began():
    """Since when, nobody knows; and a withdrawal that changes nothing doesn't tell either."""
    state = LedgerState()
    seen(state, "began", "", NOW)
    assert state.emptied == {}
    tell(state, "withdrawal", "day")
    tell(state, "outcome", "day", intent=state.number, result="unchanged", of="withdrawal")
    assert state.emptied == {}


def test_a_group_that_this_service_empties(state):
    """It knows when."""
    leave(state, "day", "withdrawal")
    assert state.emptied == {"day": NOW}


def test_of_several_accounts_of_a_name_the_last_counts():
    """An older one may still stand beside a role that it held."""
    state = LedgerState()
    older, newer = "2026-01-01T00:00:00.000000+00:00", "2026-05-05T00:00:00.000000+00:00"
    state.created = {("a", "hanna"): newer, ("b", "hanna"): older, ("b", "uwe"): newer}
    assert (state.made("hanna"), state.made("rita")) == (newer, "")
