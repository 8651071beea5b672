"""Drift: power without a role, and roles without power."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.access import in_words
from ..domain.accounts import ADMIN, Account
from ..domain.configured import ALL_TEMPLATES, Configured
from ..domain.model import Role
from ..text import isolated
from .gaps import Gap, Place, Step, ask_operator
from .roles import appoint
from .snapshot import Snapshot

STANDS_FOR_ANOTHER = "although it stands for another role"
SHOWN_NOWHERE = "and no page shows who is in it"
"""What is wrong with a group that has the permissions of a role that it doesn't stand for."""


HIDDEN = {
    "page.html": "Its navigation bar has no link to these pages, and no Services menu.",
    "home.html": "The hub shows that page without the part that brings people here.",
    "admin.html": "The hub shows that page without the part that brings people here.",
}
"""What comes of a template that hides ours; the others are pages on which people are stuck."""


def drift_gaps(snapshot: Snapshot) -> Iterator[Gap]:
    """Every difference between roles and what the hub really permits."""
    if snapshot.roster.read_at is not None:
        yield from _power_without_role(snapshot)
        yield from _groups_without_role(snapshot)
    if snapshot.configured is not None:
        yield from _configuration(snapshot, snapshot.configured)


def _configuration(snapshot: Snapshot, hub: Configured) -> Iterator[Gap]:
    yield from _unmapped_groups(snapshot, hub)
    yield from _admin_groups(snapshot, hub)
    yield from _missing_permissions(snapshot, hub)
    if not hub.open_to_users:
        yield _closed()
    yield from map(_shadowed, hub.shadowed)


def _shadowed(template: str) -> Gap:
    if template == ALL_TEMPLATES:
        return Gap(
            "template-shadowed",
            template,
            "The hub's own pages show nothing from this service",
            "None of them links to these pages: the hub looks for its templates elsewhere.",
            ask_operator("set c.JupyterHub.template_paths before enable(), not after"),
        )
    return Gap(
        "template-shadowed",
        template,
        f"The operator's own {template} hides what this service adds",
        HIDDEN.get(template, "People who cannot get any further there are not told whom to ask."),
        ask_operator("add the include that the documentation shows"),
    )


def powerful(snapshot: Snapshot, account: Account) -> tuple[Role, ...]:
    """The roles of ours that an account was given itself, without being in their groups."""
    members = snapshot.roster.members
    return tuple(
        snapshot.declaration.model.roles[role_id]
        for role_id, groups in snapshot.declaration.groups.items()
        if role_id in account.roles
        and not any(account.name in members.get(group, ()) for group in groups)
    )


def _power_without_role(snapshot: Snapshot) -> Iterator[Gap]:
    for _, account in sorted(snapshot.accounts.found.items()):
        if snapshot.is_staff_account(account.name) or account.name in snapshot.left:
            continue
        if account.can_do_everything:
            if account.name not in snapshot.roster.accounts:
                yield _everything(snapshot, account)
            continue
        for role in powerful(snapshot, account):
            name = snapshot.names.isolated(account.name)
            yield Gap(
                "power-without-role",
                role.id,
                f"{name} has the permissions of {role.title}, but not the role",
                "The hub gives these permissions to the account itself, not through a group."
                " Appoint them, or ask the operator to take the permissions away.",
                appoint(snapshot, role, f"Appoint them as {role.title}"),
                person=account.name,
            )


def _everything(snapshot: Snapshot, account: Account) -> Gap:
    name = snapshot.names.isolated(account.name)
    provider = snapshot.declaration.provider.name
    return Gap(
        "power-without-role",
        ADMIN,
        f"{name} can do everything, without a role",
        f"{name} is a JupyterHub admin, and is in none of the groups that stand for a role. Give"
        " them a role, or ask a JupyterHub admin to change that. If they are from"
        f" {provider}, the operator can declare them as staff.",
        Step("Look at the account", where=Place("hub admin"), needs="hub admin page"),
        person=account.name,
    )


def _groups_without_role(snapshot: Snapshot) -> Iterator[Gap]:
    if snapshot.authenticator_roles:
        yield from _holders_without_role(snapshot)
        return
    given = snapshot.group_roles
    for role_id, groups in snapshot.declaration.groups.items():
        role = snapshot.declaration.model.roles[role_id]
        for group in groups:
            if group in snapshot.roster.members and group in given and role_id not in given[group]:
                yield Gap(
                    "group-without-role",
                    role_id,
                    f"The group “{isolated(group)}” has lost its permissions",
                    f"People who are {role.title} through it can do no more than anyone else here.",
                    ask_operator("restart the hub, which then gives the group its role back"),
                    group=group,
                )


def _holders_without_role(snapshot: Snapshot) -> Iterator[Gap]:
    """Where logging in decides about roles: holders who were read after that, and lack theirs."""
    for role_id in snapshot.declaration.groups:
        role = snapshot.declaration.model.roles[role_id]
        for holder in snapshot.holders_by_role[role_id].holders:
            account = snapshot.accounts.found.get(holder.name) if holder.kind == "account" else None
            joined = snapshot.ledger_state.joined.get((role_id, holder.name))
            if account is None or joined is None or account.read_at < joined:
                continue
            if role_id not in account.roles and not account.can_do_everything:
                yield Gap(
                    "group-without-role",
                    role_id,
                    f"{snapshot.names.isolated(holder.name)} lacks the permissions of {role.title}",
                    "On this hub, the login service gives people their permissions, and has not"
                    " given them these. They can do no more than anyone else.",
                    Step(
                        "Ask the people who run the login service to give them this role there",
                        by="login service",
                    ),
                    person=holder.name,
                )


def _unmapped_groups(snapshot: Snapshot, hub: Configured) -> Iterator[Gap]:
    for role_id, grant in hub.roles.items():
        if role_id not in snapshot.declaration.groups:
            continue
        role = snapshot.declaration.model.roles[role_id]
        for group in grant.groups:
            if group not in snapshot.declaration.groups[role_id] and _carries(
                snapshot, group, role_id
            ):
                mapped = group in snapshot.declaration.mapped_groups
                odd = STANDS_FOR_ANOTHER if mapped else SHOWN_NOWHERE
                end = (
                    "change that"
                    if mapped
                    else f"change that, or to declare it (roles.{role_id}.groups)"
                )
                yield Gap(
                    "group-unmapped",
                    role_id,
                    f"The group “{isolated(group)}” has the permissions of {role.title}",
                    f"The hub gave it these permissions when it started, {odd}.",
                    ask_operator(end, None if mapped else ("roles", role_id, "groups")),
                    group=group,
                )


def _admin_groups(snapshot: Snapshot, hub: Configured) -> Iterator[Gap]:
    """Groups of JupyterHub admins, but for those whose members hold a role."""
    grant = hub.roles.get(ADMIN)
    for group in grant.groups if grant else ():
        if group not in snapshot.declaration.mapped_groups and _carries(snapshot, group, ADMIN):
            yield Gap(
                "group-unmapped",
                ADMIN,
                f"Everybody in the group “{isolated(group)}” can do everything",
                "The hub made them JupyterHub admins when it started, and no page shows who is"
                " in the group.",
                Step(
                    "Ask the operator who is in it, and whether they need to be JupyterHub admins",
                    by="operator",
                ),
                group=group,
            )


def _carries(snapshot: Snapshot, group: str, role: str) -> bool:
    """Whether a group that had a role when the hub started has it still, as far as is known."""
    given = snapshot.group_roles
    return group not in given or role in given[group]


def _missing_permissions(snapshot: Snapshot, hub: Configured) -> Iterator[Gap]:
    """One gap for a role: what it lacks, and for which duties."""
    model = snapshot.declaration.model
    for role_id in snapshot.declaration.groups:
        given = hub.roles[role_id].scopes if role_id in hub.roles else ()
        lacking = {
            each.title: [scope for scope in each.needs if scope not in given]
            for each in model.responsibilities()
            if role_id in (each.performed_by or (each.accountable,))
        }
        words = [
            f"“{title}” needs to {', '.join(map(in_words, scopes))}"
            for title, scopes in lacking.items()
            if scopes
        ]
        if words:
            yield Gap(
                "role-lacks-permission",
                role_id,
                f"{model.roles[role_id].title} lacks permissions that its duties need",
                f"{'; '.join(words)}. The role does not permit that.",
                ask_operator(
                    f"allow it (in the declaration: roles.{role_id}.scopes)",
                    ("roles", role_id, "scopes"),
                ),
            )


def _closed() -> Gap:
    return Gap(
        "page-closed",
        "user",
        "Ordinary users cannot open these pages",
        "They cannot see whom to ask. The hub's configuration does not let them.",
        ask_operator("let everybody open the service (the documentation has the line to add)"),
    )
