"""Gaps about roles: how many hold them, and the groups that they are held through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..domain.contacts import Answer
from ..domain.holders import Filling
from ..domain.model import Role
from ..ledger.gap_spans import key_of
from ..text import isolated
from .covered import covered
from .facts import Facts
from .gaps import Gap, Step

AT_ONCE = timedelta(hours=1)
"""What is noticed so soon after it can have begun has begun then."""


def role_gaps(facts: Facts) -> Iterator[Gap]:
    """The gaps of every role."""
    for filling in facts.fillings.values():
        yield from _group_gaps(facts, filling)
        if filling.known:
            yield from _number_gaps(facts, filling)


def _group_gaps(facts: Facts, filling: Filling) -> Iterator[Gap]:
    role = filling.role
    for group in filling.missing:
        yield Gap(
            "group-missing",
            role.id,
            f"The hub has no group “{isolated(group)}”",
            f"So nobody can be {role.title} through it.",
            Step("Ask the operator to restart the hub: it then makes the group"),
            group=group,
        )
    if not filling.known or not any(holder.kind == "account" for holder in filling.holders):
        return  # then the role itself is vacant
    for group in facts.declaration.groups.get(role.id, ()):
        if facts.roster.members.get(group) == ():
            yield Gap(
                "group-empty",
                role.id,
                f"Nobody is in the group “{isolated(group)}”",
                f"{role.title} is held through it, and through another group. If it isn't needed,"
                " the operator can leave it out.",
                appoint(facts, role, "Appoint somebody to it"),
                since=facts.book.emptied.get(group),
                group=group,
            )


def _number_gaps(facts: Facts, filling: Filling) -> Iterator[Gap]:
    role, counted, everybody = filling.role, facts.counted(filling), len(filling.holders)
    number, least, most = len(counted), role.holders.min, role.holders.max
    responsibilities = tuple(facts.declaration.model.responsibilities())
    used = any(role.id in each.roles for each in responsibilities)
    shared = any(role.id in each.roles for each in responsibilities if each.split != "provider")
    beside = f" beside people of {facts.declaration.provider.name}" if everybody > number else ""
    if not number and (used or least):
        yield _only_staff(facts, filling) if everybody else _vacant(facts, role)
    elif number < least:
        yield Gap(
            "role-below-minimum",
            role.id,
            f"Only {number} {'is' if number == 1 else 'are'} {role.title}{beside}",
            f"The model asks for at least {least}.",
            appoint(facts, role, "Appoint another"),
        )
    elif number == 1 and shared and most != 1:
        name = counted[0].name
        yield Gap(
            "single-holder",
            role.id,
            f"Only one {role.title}{beside}",
            f"{isolated(name)} has no stand-in{beside}.",
            appoint(facts, role, "Appoint a second"),
            person=name,
        )
    if most is not None and everybody > most:
        yield Gap(
            "role-above-maximum",
            role.id,
            f"{everybody} are {role.title}",
            f"The model asks for at most {most}.",
            Step("Look at them", f"roles/{role.id}"),
        )


def _vacant(facts: Facts, role: Role) -> Gap:
    return Gap(
        "role-vacant",
        role.id,
        f"Nobody is {role.title}",
        f"{_left_alone(facts, role)} {_instead(facts.desk.answer('role', role.id))}".strip(),
        appoint(facts, role, "Appoint somebody"),
        since=_vacant_since(facts, role),
    )


def _vacant_since(facts: Facts, role: Role) -> datetime | None:
    """When its last group became empty, unless somebody in the declaration held it after that."""
    groups = facts.declaration.groups.get(role.id, ())
    emptied = [facts.book.emptied[group] for group in groups if group in facts.book.emptied]
    since = max(emptied) if emptied and len(emptied) == len(groups) else None
    noticed = facts.noticed.get(key_of("role-vacant", role.id, ""))
    return None if since and noticed and noticed - since > AT_ONCE else since


def _only_staff(facts: Facts, filling: Filling) -> Gap:
    names = " and ".join(isolated(holder.name) for holder in filling.holders[:2])
    party = facts.declaration.provider.name
    return Gap(
        "held-by-provider-only",
        filling.role.id,
        f"Only people of {party} are {filling.role.title}",
        f"{names} can stand in, but the community itself has nobody.",
        appoint(facts, filling.role, "Appoint somebody"),
    )


def _left_alone(facts: Facts, role: Role) -> str:
    """What nobody looks after, or answers for, as long as nobody holds a role."""
    alone, done = [], []
    for each in facts.declaration.model.responsibilities():
        if role.id in each.roles and covered(facts, each).state == "vacant":
            alone.append(each.title)
        elif role.id == each.accountable:
            done.append(each.title)
    said = [f"So nobody looks after: {', '.join(alone)}." if alone else ""]
    said.append(f"Others do, but nobody answers for: {', '.join(done)}." if done else "")
    return " ".join(filter(None, said))


def _instead(answer: Answer) -> str:
    names = " and ".join(isolated(contact.name) for contact in answer.channels[:2])
    if not names:
        return "Whoever asks for them finds no way to reach anybody."
    return f"Whoever asks for them is sent to {names} instead."


def appoint(facts: Facts, role: Role, label: str) -> Step:
    """How somebody comes to hold a role on this hub."""
    groups = facts.declaration.groups.get(role.id, ())
    if facts.may_change(role):
        if facts.roster.members.keys().isdisjoint(groups):
            return Step("Ask the operator to restart the hub: it then makes the group for them")
        most = role.holders.max
        if most is not None and len(facts.fillings[role.id].holders) >= most:
            return Step("Withdraw somebody first, since the role is full", f"roles/{role.id}")
        return Step(label, f"roles/{role.id}#appoint")
    if groups:
        return Step("Add somebody to the group, where the login service keeps it")
    return Step(f"Ask the operator to name somebody (in the declaration: roles.{role.id}.people)")
