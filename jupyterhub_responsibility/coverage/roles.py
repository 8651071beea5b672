"""Gaps about roles: how many hold them, and the groups that they are held through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..domain.contacts import Answer, could_not_check
from ..domain.holders import Holder, RoleHolders
from ..domain.model import Role
from ..ledger.gap_spans import key_of
from ..ledger.pending import coming
from ..text import isolated
from .covered import apart_from, covered
from .gaps import Gap, Place, Step, ask_operator
from .snapshot import Snapshot

AT_ONCE = timedelta(hours=1)
"""What is noticed so soon after it can have begun has begun then."""


AT_LOGIN_ONLY = (
    "The login service decides who is in the group, and the hub learns of it only when they log in."
)
"""Why nobody can tell whether somebody who isn't there still holds a role."""


def role_gaps(snapshot: Snapshot) -> Iterator[Gap]:
    """The gaps of every role."""
    for role_holders in snapshot.holders_by_role.values():
        yield from _group_gaps(snapshot, role_holders)
        if role_holders.known:
            yield from _number_gaps(snapshot, role_holders)


def _group_gaps(snapshot: Snapshot, role_holders: RoleHolders) -> Iterator[Gap]:
    role = role_holders.role
    for group in role_holders.missing:
        yield Gap(
            "group-missing",
            role.id,
            f"The hub has no group “{isolated(group)}”",
            f"Nobody can be {role.title} through it.",
            _make_group(snapshot),
            group=group,
        )
    if not role_holders.known or not any(
        holder.kind == "account" for holder in role_holders.holders
    ):
        return  # then the role itself is vacant
    for group in snapshot.declaration.groups.get(role.id, ()):
        if snapshot.roster.members.get(group) == ():
            yield Gap(
                "group-empty",
                role.id,
                f"Nobody is in the group “{isolated(group)}”",
                f"It is one of several groups for the role {role.title}. If it isn't needed,"
                " the operator can remove it.",
                appoint(snapshot, role, "Appoint somebody", group),
                since=snapshot.emptied(group),
                group=group,
            )


def _make_group(snapshot: Snapshot) -> Step:
    """A hub makes the groups of its configuration at its start; those of a login, at a login."""
    if snapshot.authenticator_groups:
        return Step(
            "Ask whoever keeps the login service whether it has a group of just that name: the hub"
            " makes it when somebody in it logs in",
            by="login service",
        )
    return ask_operator("restart the hub, which then creates the group")


def _number_gaps(snapshot: Snapshot, role_holders: RoleHolders) -> Iterator[Gap]:
    role, counted = role_holders.role, snapshot.counted(role_holders)
    everybody, number, most = len(role_holders.holders), len(counted), role.holders.max
    beside = _beside(snapshot, role_holders)
    parts = [
        each for each in snapshot.declaration.model.responsibilities() if role.id in each.roles
    ]
    shared = any(each.split != "provider" for each in parts)
    if not number and (parts or role.holders.min or snapshot.countable(role_holders)):
        yield _held_by_nobody(snapshot, role_holders)
    elif number < role.holders.min:
        yield _below_minimum(snapshot, role, number, beside)
    elif number == 1 and shared and most != 1:
        yield _single(snapshot, role, counted[0], beside)
    if most is not None and everybody > most:
        yield Gap(
            "role-above-maximum",
            role.id,
            f"{everybody} people hold the role {role.title}",
            f"The model asks for at most {most}.",
            Step("Look at the holders", where=Place("role", role.id)),
        )


def _beside(snapshot: Snapshot, role_holders: RoleHolders) -> str:
    """Who isn't counted among the holders of a role, in words."""
    countable = snapshot.countable(role_holders)
    unchecked = len(countable) - len(snapshot.counted(role_holders))
    staff = len(countable) < len(role_holders.holders)
    words = apart_from(snapshot, staff, unchecked)
    return f", apart from {words}" if words else ""


def _held_by_nobody(snapshot: Snapshot, role_holders: RoleHolders) -> Gap:
    """That nobody who counts holds a role, as far as can be told."""
    staff = role_holders.holders
    unchecked = staff if role_holders.unchecked else snapshot.countable(role_holders)
    if unchecked:
        return _unchecked(snapshot, role_holders.role, unchecked)
    return _only_staff(snapshot, role_holders) if staff else _vacant(snapshot, role_holders.role)


def _unchecked(snapshot: Snapshot, role: Role, holders: Sequence[Holder]) -> Gap:
    answer = snapshot.contact_finder.answer("role", role.id)
    why = could_not_check(holders, role, snapshot.names)
    return Gap(
        "role-unchecked",
        role.id,
        f"It could not be checked whether there is still a {role.title}",
        f"{why}. {AT_LOGIN_ONLY} {_instead(answer) if answer.because else ''}".strip(),
        appoint(snapshot, role, "Ask them to log in, or appoint somebody else"),
        since=max(each.unseen for each in holders if each.unseen),
    )


def _below_minimum(snapshot: Snapshot, role: Role, number: int, beside: str) -> Gap:
    hold = "person holds" if number == 1 else "people hold"
    return Gap(
        "role-below-minimum",
        role.id,
        f"Only {number} {hold} the role {role.title}{beside}",
        f"The model asks for at least {role.holders.min}.",
        appoint(snapshot, role, "Appoint another"),
    )


def _single(snapshot: Snapshot, role: Role, only: Holder, beside: str) -> Gap:
    return Gap(
        "single-holder",
        role.id,
        f"Only one {role.title}{beside}",
        f"Nobody can stand in for {snapshot.names.isolated_holder(only)}{beside}.",
        appoint(snapshot, role, "Appoint a second"),
        person=only.name,
    )


def _vacant(snapshot: Snapshot, role: Role) -> Gap:
    answer = snapshot.contact_finder.answer("role", role.id)
    return Gap(
        "role-vacant",
        role.id,
        f"There is no {role.title}",
        f"{_left_alone(snapshot, role)} {_instead(answer)}".strip(),
        appoint(snapshot, role, "Appoint somebody"),
        since=_vacant_since(snapshot, role),
    )


def _vacant_since(snapshot: Snapshot, role: Role) -> datetime | None:
    """When its last group became empty, unless somebody in the declaration held it after that."""
    groups = snapshot.declaration.groups.get(role.id, ())
    emptied = list(filter(None, map(snapshot.emptied, groups)))
    since = max(emptied) if emptied and len(emptied) == len(groups) else None
    noticed = snapshot.noticed.get(key_of("role-vacant", role.id, ""))
    return None if since and noticed and noticed - since > AT_ONCE else since


def _only_staff(snapshot: Snapshot, role_holders: RoleHolders) -> Gap:
    names = " and ".join(map(snapshot.names.isolated_holder, role_holders.holders[:2]))
    party = snapshot.declaration.provider.name
    return Gap(
        "held-by-provider-only",
        role_holders.role.id,
        f"Only people from {party} hold the role {role_holders.role.title}",
        f"{names} can stand in, but the community itself has nobody.",
        appoint(snapshot, role_holders.role, "Appoint somebody"),
    )


def _left_alone(snapshot: Snapshot, role: Role) -> str:
    """What nobody looks after, or is accountable for, as long as nobody holds a role."""
    alone, done = [], []
    for each in snapshot.declaration.model.responsibilities():
        if role.id in each.roles and covered(snapshot, each).state == "vacant":
            alone.append(each.title)
        elif role.id == each.accountable:
            done.append(each.title)
    said = [f"Nobody looks after: {', '.join(alone)}." if alone else ""]
    said.append(
        f"Others do the work, but nobody is accountable for: {', '.join(done)}." if done else ""
    )
    return " ".join(filter(None, said))


def _instead(answer: Answer) -> str:
    names = " and ".join(isolated(contact.name) for contact in answer.channels[:2])
    if not names:
        return "People who ask for this role find no way to reach anybody."
    return f"People who ask for this role are sent to {names} instead."


def appoint(snapshot: Snapshot, role: Role, label: str, group: str = "") -> Step:
    """How somebody comes to hold a role on this hub, through a group where that matters."""
    groups = snapshot.declaration.groups.get(role.id, ())
    if groups:
        pending = coming(snapshot.ledger_state.pending, role.id)
        if any(group in ("", each.group) for each in pending):
            return see_decided(role)
        is_here = not any(map(snapshot.rules.kept_elsewhere, groups))
        if is_here and snapshot.roster.members.keys().isdisjoint(groups):
            return _make_group(snapshot)
        if snapshot.will_hold(role.id).full:
            return Step(
                "Withdraw somebody first: the role is full",
                where=Place("holders", role.id),
                needs="may appoint",
            )
        return Step(label, where=Place("appoint", role.id), needs="may appoint")
    what = f"name somebody (in the declaration: roles.{role.id}.people)"
    return ask_operator(what, ("roles", role.id, "people"))


def see_decided(role: Role) -> Step:
    """What is left to do of what was decided."""
    return Step("See what was decided, and has to be done", where=Place("decided", role.id))
