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

STANDS_FOR_ANOTHER = "although it stands for another"
SHOWN_NOWHERE = "and no page shows who is in it"
"""What is odd about a group with a role that is not its own: one that is declared, or isn't."""


HIDDEN = {
    "page.html": "Its navigation bar leads nobody here: it has no link, and no menu of services.",
    "home.html": "The hub shows it without the part that leads people here.",
    "admin.html": "The hub shows it without the part that leads people here.",
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
            "The hub's own pages show nothing of this one",
            "None of them leads people here: the hub was told to look for its pages elsewhere.",
            ask_operator("set c.JupyterHub.template_paths before enable(), not after"),
        )
    return Gap(
        "template-shadowed",
        template,
        f"The operator's own {template} hides what belongs there",
        HIDDEN.get(template, "Whoever cannot get further there isn't told whom to ask."),
        ask_operator("add the include that the documentation gives for it"),
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
            name = isolated(account.name)
            yield Gap(
                "power-without-role",
                role.id,
                f"{name} may do what a {role.title} may, without being one",
                "The hub gives the account this role itself, not through a group. Appoint them, or"
                " ask the operator to take it away.",
                appoint(snapshot, role, f"Appoint them as {role.title}"),
                person=account.name,
            )


def _everything(snapshot: Snapshot, account: Account) -> Gap:
    name, provider = isolated(account.name), snapshot.declaration.provider.name
    return Gap(
        "power-without-role",
        ADMIN,
        f"{name} can do everything, without a role",
        f"{name} is a JupyterHub admin, and belongs to none of the roles' groups. Give them a"
        f" role, or let a JupyterHub admin end that; whoever is one of the people of {provider}"
        " can be declared as such.",
        Step("Look at the account", where=Place("hub admin"), needs="hub admin page"),
        person=account.name,
    )


def _groups_without_role(snapshot: Snapshot) -> Iterator[Gap]:
    if snapshot.authenticator_roles:
        yield from _holders_without_role(snapshot)
        return
    given = snapshot.accounts.group_roles or {}
    for role_id, groups in snapshot.declaration.groups.items():
        role = snapshot.declaration.model.roles[role_id]
        for group in groups:
            if group in snapshot.roster.members and group in given and role_id not in given[group]:
                yield Gap(
                    "group-without-role",
                    role_id,
                    f"The group “{isolated(group)}” has lost its permissions",
                    f"Whoever is {role.title} through it may do no more than others on the hub.",
                    ask_operator("restart the hub: it then gives the group its role"),
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
                    f"{isolated(holder.name)} may not do what {role.title} should",
                    "On this hub, the login service says who may do what, and does not say it of"
                    " them. They may do no more than others.",
                    Step(
                        "Ask whoever keeps the login service to give them this role there",
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
                    "end that" if mapped else f"end that, or to declare it (roles.{role_id}.groups)"
                )
                yield Gap(
                    "group-unmapped",
                    role_id,
                    f"The group “{isolated(group)}” may do what a {role.title} may",
                    f"The hub gave it this role when it started, {odd}.",
                    ask_operator(end),
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
    given = snapshot.accounts.group_roles or {}
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
                f"{model.roles[role_id].title} lacks what its duties need",
                f"{'; '.join(words)}. The hub does not permit that to the role.",
                ask_operator(f"permit it (in the declaration: roles.{role_id}.scopes)"),
            )


def _closed() -> Gap:
    return Gap(
        "page-closed",
        "user",
        "Ordinary users cannot open these pages",
        "So they cannot see whom to ask. The hub's configuration does not permit it to them.",
        ask_operator("let everybody open the service; the documentation has the line"),
    )
