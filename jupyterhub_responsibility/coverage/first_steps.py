"""What to do first on a hub where nobody holds a role through it yet, instead of every gap."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.holders import RoleHolders
from ..domain.model import Role
from .gaps import Step, ask_operator
from .roles import appoint
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Something to do at the beginning; without a `step`, it is done or follows by itself."""

    title: str
    text: str
    done: bool = False
    step: Step | None = None


def first_steps(snapshot: Snapshot) -> tuple[FirstStep, ...]:
    """The roles to fill, whoever appoints to others first, and contacts.

    None where an account holds a role that the hub has a group for, or where that isn't known.
    """
    mapped = [snapshot.holders_by_role[role_id] for role_id in snapshot.declaration.groups]
    if not mapped or not all(each.known and not each.accounts for each in mapped):
        return ()
    needed = [each for each in mapped if each.role.holders.min]
    in_order = sorted(needed, key=lambda each: len(_roles_before(snapshot, each.role)))
    return (*(_fill(snapshot, each) for each in in_order), _name_contacts(snapshot))


def _roles_before(snapshot: Snapshot, role: Role) -> set[str]:
    """The roles whose holders appoint to a role, or are its first."""
    return {*role.appointed_by, *role.starts_with} & snapshot.declaration.groups.keys()


def _fill(snapshot: Snapshot, role_holders: RoleHolders) -> FirstStep:
    role = role_holders.role
    which = "a new" if role.id in snapshot.ledger_state.ever_held else "the first"
    if role_holders.holders:
        names = " and ".join(map(snapshot.names.isolated_holder, role_holders.holders))
        return FirstStep(f"Name {which} {role.title}", f"The declaration names {names}.", True)
    if leaders := _follows(snapshot, role):
        return FirstStep(
            f"The first {role.title} follows by itself",
            f"Whoever becomes {' or '.join(leaders)} becomes {role.title} as well, within a"
            " minute.",
        )
    return FirstStep(
        f"Appoint {which} {role.title}",
        " ".join(filter(None, (role.summary, _soon(snapshot, role)))),
        step=appoint(snapshot, role, "Appoint somebody"),
    )


def _follows(snapshot: Snapshot, role: Role) -> list[str]:
    """The titles of the roles whose holders will be the first of this one without being asked,
    as long as nobody has ever held it."""
    groups = snapshot.declaration.groups.get(role.id, ())
    is_here = bool(groups) and not snapshot.rules.kept_elsewhere(groups[0])
    if not is_here or role.id in snapshot.ledger_state.ever_held:
        return []
    roles = [snapshot.holders_by_role[role_id] for role_id in role.starts_with]
    return [
        each.role.title
        for each in roles
        if each.vacant and each.role.id in snapshot.declaration.groups
    ]


def _soon(snapshot: Snapshot, role: Role) -> str:
    """Whom the operator has named as the first, and the hub doesn't have yet."""
    names = " and ".join(
        map(snapshot.names.isolated, snapshot.declaration.initial.get(role.id, ()))
    )
    return (
        f"The declaration names {names}: that follows by itself once there is an account of that"
        " name."
        if names
        else ""
    )


def _name_contacts(snapshot: Snapshot) -> FirstStep:
    done = any(contact.reachable for contact in snapshot.declaration.contacts)
    return FirstStep(
        "Name contacts",
        "So that everybody finds somebody to ask. To begin with, one for everyone is enough.",
        done,
        None if done else ask_operator("add a contact to the declaration", ("contacts",)),
    )
