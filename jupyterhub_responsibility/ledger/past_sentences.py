"""What was found out about who held a role at some time, in sentences."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta

from ..domain.names import Names
from ..text import clock, day, isolated
from .entry import ITSELF
from .past import GroupThen, HolderThen, Period, Seen, Stay, Then, Watch

SOON = timedelta(minutes=1)
"""People needn't know more exactly when something happened."""

ACCOUNTS_ONLY = (
    "The ledger knows accounts only, not people without one, whom the declaration names."
)
AT_LOGIN = (
    "The login service decides who is in the group, and the hub learns of it when they log in. It"
    " may have been decided long before that."
)
NOBODY = {
    False: "Nobody held this role through an account.",
    True: "The hub had nobody in this role.",
}
THESE = {
    False: "These accounts held this role, and no others.",
    True: "The hub had these accounts in this role, and no others.",
}
"""By whether logins tell who is in a group of the role."""

OPEN = "and it is not known yet whether that was done"


def period_in_words(period: Period) -> str:
    """The time that is asked about: a day, or a moment."""
    is_day = period.last - period.first > timedelta(0)
    return day(period.first) if is_day else clock(period.first)


def then_sentences(then: Then) -> tuple[str, ...]:
    """What holds for the answer as a whole."""
    if then.watched == "no":
        summary = "This role was not watched then: nothing is known but what was done here."
        if not any(group.watches for group in then.groups):
            summary = "This role has never been watched: nothing is known but what was done here."
    elif then.watched == "part":
        summary = "This role was watched for a part of that time only: others may have held it."
    elif not then.holders:
        summary = NOBODY[bool(then.at_login)]
    elif then.certain_on_hub:
        summary = THESE[bool(then.at_login)]
    else:
        summary = "Not all of this is certain."
    groups = (group_sentence(each) for each in then.groups if each.watched != "whole")
    logins = [AT_LOGIN] if then.at_login else []
    return (summary, *logins, *groups, ACCOUNTS_ONLY)


def group_sentence(group: GroupThen) -> str:
    """When a group was watched that was not so, or not always, in the time in question."""
    name = isolated(group.group)
    if not group.watches:
        return f"The group {name} was not watched then."
    return f"The group {name} was watched {_either(group.watches)}."


def holder_sentence(
    holder: HolderThen, names: Names, at_login: Container[str] = frozenset()
) -> str:
    """Through what somebody held the role, how they came and left, and what isn't certain; of
    groups in `at_login`, when the hub learned it."""
    told = " ".join(stay_sentence(each, names, each.group in at_login) for each in holder.through)
    return told if holder.certain else f"Not certain. {told}"


def stay_sentence(stay: Stay, names: Names, at_login: bool) -> str:
    """How somebody came into a group, and how they left it."""
    group = isolated(stay.group)
    came = f"{_came(stay, names, at_login)}."
    if stay.ended is None:
        return f"Through {group}: {came}"
    return f"Through {group}: {came} {_left(stay.ended, at_login)}."


def _came(stay: Stay, names: Names, at_login: bool) -> str:
    began = stay.began
    by = _actor(stay.by, names, began.at or began.after)
    if began.at is None:
        return f"{by} started appointing them on {clock(began.after)}, {OPEN}"
    if began.earlier:
        return f"already in it when the record of it began, on {clock(began.at)}"
    learned = f"the hub learned {_when(began)} that they were in it"
    if stay.by and at_login:  # that was decided before
        return f"appointed by {by}, and {learned}"
    if stay.by:
        return f"appointed by {by} {_when(began)}"
    if at_login:
        return learned
    return f"joined outside this page {_when(began)}"


def _left(ended: Seen, at_login: bool) -> str:
    if ended.at is None:
        return f"Somebody started withdrawing them on {clock(ended.after)}, {OPEN}"
    if at_login:
        return f"The hub learned {_when(ended)} that they were no longer in it"
    return f"Left {_when(ended)}"


def _when(seen: Seen) -> str:
    at = seen.at or seen.after
    if at - seen.after < SOON:
        return f"on {clock(at)}"
    return f"between {clock(seen.after)} and {clock(at)}"


def _actor(name: str, names: Names, at: datetime) -> str:
    return "this service" if name == ITSELF else names.isolated(name, at)


def _either(watches: tuple[Watch, ...]) -> str:
    times = [f"from {clock(each.began)} to {clock(each.last)}" for each in watches]
    return " and ".join(times)
