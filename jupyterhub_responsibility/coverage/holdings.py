"""Gaps about single holders: their terms and confirmations, and whether they are still there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from ..domain.contacts import could_not_check
from ..domain.holders import Holder, RoleHolders
from ..domain.model import Role
from ..text import in_a_row, isolated
from .elsewhere import elsewhere_gaps
from .gaps import Gap, Place, Step, ask_operator
from .people import people_gaps
from .roles import AT_LOGIN_ONLY, appoint, see_decided
from .snapshot import Snapshot
from .unconfirmed import unconfirmed

ENOUGH = 2
"""Holders of a role, so that one of them can stand in for the other."""

LOST_LATELY = timedelta(days=30)
"""For how long the panel says who lost a role: after that, it was meant."""

LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
"""When something was of which nobody knows when."""

NAMED = 5
"""Accounts to name in one line."""


def holding_gaps(snapshot: Snapshot) -> Iterator[Gap]:
    """The gaps of everybody who holds, or held, a role through an account."""
    for role_holders in snapshot.holders_by_role.values():
        for holder in role_holders.holders:
            if holder.kind == "account":
                yield from _ledger_gaps(snapshot, role_holders.role, holder)
                yield from _not_seen(snapshot, role_holders, holder)
            elif snapshot.ledger_read:
                yield from people_gaps(snapshot, role_holders.role, holder)
    if snapshot.ledger_read:
        yield from _lost(snapshot)
        yield from _gone(snapshot)
        yield from elsewhere_gaps(snapshot)


def _ledger_gaps(snapshot: Snapshot, role: Role, holder: Holder) -> Iterator[Gap]:
    if not snapshot.ledger_read:
        return
    account = holder.name
    name = snapshot.names.isolated(account)
    stands = snapshot.standing(role, account)
    if stands.term_ended:
        yield Gap(
            "term-ended",
            role.id,
            f"The term of {name} is over",
            f"{name} is still {role.title}.",
            _decide(snapshot, role, holder),
            since=stands.term_ended,
            person=account,
        )
    if stands.state != "confirmed":
        step = Step(f"Ask {name} to open “My responsibilities”", by="holder")
        text = "This is done on “My responsibilities”."
        yield unconfirmed(role, account, name, stands, text, step)


def _decide(snapshot: Snapshot, role: Role, holder: Holder) -> Step:
    if snapshot.goes(role, holder):
        return see_decided(role)
    return Step(
        "Change their last day, or withdraw them",
        where=Place("holders", role.id),
        needs="may appoint",
    )


def _not_seen(snapshot: Snapshot, role_holders: RoleHolders, holder: Holder) -> Iterator[Gap]:
    """Who wasn't seen for long. If a login told that they hold the role, it may be over; if it may
    be over for all who hold it, the gap about the role says so."""
    role, since = role_holders.role, snapshot.unseen(role_holders.role, holder.name)
    said_of_role = role_holders.unchecked or holder in snapshot.countable(role_holders)
    none_left = said_of_role and not snapshot.counted(role_holders)
    if since is None or (holder.at_login and none_left):
        return
    account = snapshot.accounts.found[holder.name]
    name, days = snapshot.names.isolated(holder.name), (snapshot.now - since).days
    yield Gap(
        "holder-not-seen",
        role.id,
        f"{name} has not been on the hub for {days} days"
        if account.last_activity
        else f"{name} has never been on the hub",
        f"{could_not_check([holder], role, snapshot.names)}. {AT_LOGIN_ONLY}"
        if holder.at_login
        else f"They are {role.title}. People who need them may wait in vain.",
        Step("Ask them whether they still look after this", where=Place("role", role.id)),
        since=since,
        person=holder.name,
    )


def _gone(snapshot: Snapshot) -> Iterator[Gap]:
    """Whose account was deleted while they held a role that few hold, with nobody after them.

    Where enough are left, that account is missed by nobody.
    """
    for (role_id, account), left in snapshot.ledger_state.departed.items():
        if (
            role_id not in snapshot.declaration.groups
            or not snapshot.holders_by_role[role_id].known
        ):
            continue
        role_holders = snapshot.holders_by_role[role_id]
        role, name = role_holders.role, snapshot.names.isolated(account, left or LONG_AGO)
        enough = max(role.holders.min, ENOUGH)
        if len(snapshot.counted(role_holders)) < min(enough, role.holders.max or enough):
            yield Gap(
                "holder-gone",
                role_id,
                f"The account of {name} was deleted",
                f"{name} was {role.title} until then, and nobody has joined since.",
                appoint(snapshot, role, "Appoint somebody"),
                since=left,
                person=account,
            )


def _lost(snapshot: Snapshot) -> Iterator[Gap]:
    """Who lost a role lately because its group does not stand for it any more."""
    lost: dict[tuple[str, str], list[str]] = {}
    state, roles = snapshot.ledger_state, snapshot.declaration.model.roles
    for (role_id, account), loss in sorted(state.lost.items()):
        held = snapshot.holders_by_role.get(role_id)
        if snapshot.now - loss.at < LOST_LATELY and not (held and account in held.accounts):
            lost.setdefault((role_id, loss.group), []).append(account)
    for (role_id, group), accounts in lost.items():
        role = roles.get(role_id)
        title = role.title if role else isolated(role_id)
        at = state.lost[role_id, accounts[0]].at
        yield Gap(
            "role-lost",
            role_id,
            f"{_named(snapshot, accounts, at)} lost the role {title}",
            f"The group “{isolated(group)}” does not stand for this role any more, because the"
            " declaration was changed. What was recorded of them comes back if that is undone.",
            ask_operator(
                f"check that this was meant (in the declaration: roles.{role_id}.groups)",
                ("roles", role_id, "groups"),
            ),
            since=at,
            group=group,
        )


def _named(snapshot: Snapshot, accounts: list[str], at: datetime) -> str:
    """Some names, and how many more."""
    names = [snapshot.names.isolated(name, at) for name in accounts[:NAMED]]
    more = len(accounts) - len(names)
    if more:
        names.append(f"{more} more")
    return in_a_row(names)
