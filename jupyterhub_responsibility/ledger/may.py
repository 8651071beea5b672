"""Whether an account may decide on a responsibility now: whether it holds the role that is
accountable for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

from ..domain import refusals
from ..domain.accounts import Account
from ..domain.logins import NO_LOGINS, RESOLUTION, UNKNOWN_TIME, KnownFrom, Logins, aged
from ..domain.model import Model, Responsibility, Role
from ..domain.names import Names
from ..text import clock, day, isolated, quoted
from .accounts import is_other
from .entry import ITSELF
from .past import HolderThen, Then


@dataclass(frozen=True, slots=True)
class Through:
    """A group through which an account holds the role now; `by` is who appointed it, as far as
    that was recorded, and `until` the last day of its term."""

    role: Role
    group: str
    by: str = ""
    since: datetime | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class May:
    """Whether an account may decide: None where that could not be told. `why` says it in words."""

    user: str
    responsibility: Responsibility
    may: bool | None
    why: str
    through: tuple[Through, ...] = ()
    as_of: datetime | None = None
    known_from: KnownFrom = "hub"


def find_responsibility(model: Model, wanted: str) -> Responsibility:
    """The responsibility of that id. Raises RefusedError, which names near ones."""
    known = {each.id: each for each in model.responsibilities()}
    if wanted in known:
        return known[wanted]
    titles = {each.title.lower(): each.id for each in known.values()}
    words = {**titles, **{each: each for each in known}}
    near = [words[each] for each in get_close_matches(wanted.lower(), words, 3)]
    raise refusals.NO_RESPONSIBILITY(name=quoted(wanted), meant=did_you_mean(near))


def did_you_mean(names: Iterable[str]) -> str:
    """What may have been meant, as a sentence to put behind another one; empty if nothing is."""
    found = list(dict.fromkeys(names))
    return f" Did you mean {' or '.join(map(isolated, found))}?" if found else ""


def could_not_tell(user: str, responsibility: Responsibility, why: object) -> May:
    """The answer while the hub doesn't give one."""
    said = f"It could not be told whether {isolated(user)} may decide on this. {why}."
    return May(user, responsibility, None, said)


def may_decide(
    model: Model,
    responsibility: Responsibility,
    account: Account,
    members: Mapping[str, Iterable[str]],
    now: datetime,
    then: Then | None,
    names: Names,
    logins: Logins = NO_LOGINS,
) -> May:
    """Whether an account may decide, where these are the members of the role's groups on the hub
    `now`. `then` is what the ledger knows of who holds the role, None where it can't be read.

    Where `logins` decide who is in all of these groups, the hub's answer is as old as the last one.
    """
    user, title = names.isolated(account.name), quoted(responsibility.title)
    if responsibility.accountable is None:
        why = f"No role is accountable for {title}, so nobody may decide on it."
        return May(account.name, responsibility, False, why, (), now)
    role = model.roles[responsibility.accountable]
    groups = [group for group, names in members.items() if account.name in names]
    at_login = logins.at_login(groups or tuple(members))
    known_from: KnownFrom = at_login or "hub"
    as_of = _last_seen(account, now) if at_login else now
    if not groups:
        why = f"{role.title} decides on {title}, and {user} does not hold this role."
        if not members:
            why = f"{role.title} decides on {title}, and accounts cannot hold this role."
        said = f"{why}{_aged(known_from, as_of)}"
        return May(account.name, responsibility, False, said, (), as_of, known_from)
    holder = _recorded(account, then)
    through = tuple(_through(role, group, holder, logins) for group in groups)
    why = f"{user} is {role.title}, which decides on {title}. {_told(through, now, names)}"
    said = f"{why}{_aged(known_from, as_of)}"
    return May(account.name, responsibility, True, said, through, as_of, known_from)


def _last_seen(account: Account, now: datetime) -> datetime | None:
    """A moment that no login was later than; None where the account was never seen."""
    last = account.last_activity
    return min(last + RESOLUTION, now) if last else None


def _aged(known_from: KnownFrom, as_of: datetime | None) -> str:
    """How old that is, where it isn't what the hub says now."""
    if known_from not in UNKNOWN_TIME:
        return ""
    moment = f" {clock(as_of)}" if as_of else ""
    return f" That is {aged(known_from, bool(as_of))}{moment}."


def _recorded(account: Account, then: Then | None) -> HolderThen | None:
    """What is recorded of an account, and not of an older one of its name."""
    for each in then.holders if then else ():
        known_at = each.since.at or each.since.after
        if each.name == account.name and not is_other(account, each.created, known_at):
            return each
    return None


def _through(role: Role, group: str, holder: HolderThen | None, logins: Logins) -> Through:
    """How the account came into a group; when is known where that was done here, or seen."""
    stay = next((s for s in holder.through if s.group == group), None) if holder else None
    if holder is None or stay is None:
        return Through(role, group)
    until = holder.last_day.until if holder.last_day else None
    learned_later = logins.decide(group) and not stay.by
    since = None if stay.began.earlier or learned_later else stay.began.at
    return Through(role, group, stay.by, since, until)


def _told(through: tuple[Through, ...], now: datetime, names: Names) -> str:
    told = [_group(each, names) for each in through]
    until = through[0].until
    if until is not None:
        over = until < now.date()
        told.append(f"Their term {'ended' if over else 'ends'} on {day(until)}.")
    return " ".join(told)


def _group(each: Through, names: Names) -> str:
    group = isolated(each.group)
    if not each.by:
        return f"They are in the group {group}; the ledger does not say who put them there."
    by = "This service" if each.by == ITSELF else names.isolated(each.by, each.since)
    since = f" on {clock(each.since)}" if each.since else ""
    return f"They are in the group {group}: {by} appointed them{since}."
