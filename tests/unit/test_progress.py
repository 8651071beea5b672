"""How far the reading of all accounts has come: what is read next, and what is kept."""

from __future__ import annotations

from datetime import timedelta

from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.hub.progress import (
    CLOCKS_APART,
    PAGE,
    RECHECKED,
    Keeping,
    PageRead,
    Progress,
)

from ..conftest import READ_AT

REST = timedelta(seconds=7)
SMALL, LARGE = timedelta(seconds=35), timedelta(seconds=15)
MINUTE = timedelta(minutes=1)
ROLE = "hub-administrator"


def account(name: str, *roles: str, admin: bool = False, age: int = 0) -> Account:
    """Somebody, read `age` minutes ago."""
    return Account(name, admin, roles, None, READ_AT - age * MINUTE)


def keeping(*names: str) -> Keeping:
    return Keeping(frozenset({ROLE}), frozenset(names))


def knowing(*found: Account, **more) -> Accounts:
    return Accounts(found={each.name: each for each in found}, **more)


def page(*accounts: Account, more: bool = False) -> PageRead:
    return PageRead([*accounts], more, READ_AT, READ_AT + MINUTE, REST)


# What is looked at one by one


def test_those_never_read_come_first_then_the_longest_unread():
    """Whoever the hub doesn't know comes last, and whoever was read just now not at all."""
    accounts = knowing(
        account("ann", age=3), account("ben", age=9), account("cas"), gone=frozenset({"gone"})
    )
    wanted = keeping("ann", "ben", "cas", "gone", "new")
    assert wanted.to_recheck(accounts, READ_AT) == ["new", "ben", "ann", "gone"]


def test_the_longest_unread_with_power_come_first():
    """By their age, not by their names."""
    accounts = knowing(*(account(f"p-{n}", ROLE, age=30 - n) for n in range(30)))
    first = keeping().to_recheck(accounts, READ_AT)
    assert first == [f"p-{n}" for n in range(RECHECKED)]


def test_many_of_one_kind_leave_places_for_the_other():
    """Half of the places are for each kind; what one doesn't need is the other's."""
    powerful = [account(f"p-{n:02}", ROLE, age=5) for n in range(30)]
    names = [f"h-{n:02}" for n in range(30)]
    half = RECHECKED // 2
    both = keeping(*names).to_recheck(knowing(*powerful), READ_AT)
    assert both == [*(each.name for each in powerful[:half]), *names[:half]]
    few = keeping(*names[:2]).to_recheck(knowing(*powerful), READ_AT)
    assert few == [*(each.name for each in powerful[: RECHECKED - 2]), *names[:2]]
    alone = keeping(*names).to_recheck(knowing(powerful[0]), READ_AT)
    assert alone == ["p-00", *names[: RECHECKED - 1]]


# What is kept


def test_whoever_is_not_there_is_forgotten_and_noted_if_of_interest():
    """And nobody else is."""
    accounts = knowing(account("ann"), account("ben"), gone=frozenset({"old", "older"}))
    left = keeping("ann", "old").without(accounts, "ann")
    assert set(left.found) == {"ben"}
    assert left.gone == {"old", "ann"}


def test_power_is_counted_once():
    """An account with power that is read again takes no second place."""
    known = knowing(account("ann", ROLE), account("ben", admin=True))
    again = keeping().with_read(known, [account("ann", ROLE), account("ben")])
    assert (set(again.found), again.cut) == ({"ann"}, False)


def test_a_whole_reading_says_when_and_how_long():
    """Whoever was not come across has gone."""
    known = knowing(account("ann", ROLE), account("ben", ROLE, age=9))
    began, ended = READ_AT - MINUTE, READ_AT + MINUTE
    whole = keeping().of_this_reading(known, began, ended, 7)
    assert (set(whole.found), whole.read_at, whole.total) == ({"ann"}, began, 7)
    assert whole.took == 2 * MINUTE


# What is read next


def test_a_page_after_which_accounts_have_moved_up():
    """It goes back one page, keeps what it read, and rests as after any other."""
    before = Progress(began=READ_AT - MINUTE, offset=3 * PAGE, last="ann")
    after = before.after_page(page(account("ben", ROLE), more=True), keeping(), SMALL, LARGE)
    assert (after.offset, after.last, after.began) == (2 * PAGE - 1, "", before.began)
    assert after.page_due == READ_AT + REST
    assert set(after.accounts.found) == {"ben"}
    again = Progress(began=READ_AT, offset=5, last="ann").after_page(
        page(more=True), keeping(), SMALL, LARGE
    )
    assert again.offset == 0


def test_the_last_page_ends_the_reading():
    """The next begins anew, as often as is right for a hub of that size."""
    begun = Progress(began=READ_AT - MINUTE, offset=PAGE + 1, last="ann")
    whole = begun.after_page(page(account("ann"), account("ben")), keeping(), SMALL, LARGE)
    assert (whole.began, whole.offset, whole.last) == (None, 0, "")
    assert (whole.accounts.total, whole.page_due) == (PAGE + 2, READ_AT + LARGE)
    small = Progress().after_page(page(account("ann")), keeping("ann", "bo"), SMALL, LARGE)
    assert (small.accounts.total, small.page_due, small.small) == (1, READ_AT + SMALL, True)
    assert small.accounts.gone == {"bo"}


def test_what_is_too_old_or_from_another_time_begins_anew():
    """A reading that was left off, one for other roles, and one of a clock that was ahead."""
    begun = Progress(began=READ_AT, offset=9, last="ann", page_due=READ_AT, roles=(ROLE,))
    assert begun.usable({ROLE}, READ_AT + MINUTE, MINUTE) is begun
    late = begun.usable({ROLE}, READ_AT + 2 * MINUTE, MINUTE)
    assert (late.began, late.offset, late.last, late.roles) == (None, 0, "", (ROLE,))
    assert begun.usable({"other"}, READ_AT, MINUTE) == Progress(roles=("other",))
    ahead = Progress(Accounts(groups_read_at=READ_AT + CLOCKS_APART), roles=(ROLE,))
    assert ahead.usable({ROLE}, READ_AT, MINUTE) is ahead
    assert ahead.usable({ROLE}, READ_AT - MINUTE, MINUTE) == Progress(roles=(ROLE,))
