"""What has to be done elsewhere, in plain words that can be pasted into a ticket."""

from __future__ import annotations

from ..coverage.snapshot import Snapshot
from ..ledger.pending import Pending
from ..text import day, visible


def ticket(each: Pending, snapshot: Snapshot) -> str:
    """What to do, where, and who decided it when; no reason, which may be personal."""
    role = snapshot.declaration.model.roles.get(each.role)
    place = snapshot.declaration.kept_at(each.group)
    account, group = visible(each.person), visible(each.group)
    todo = (
        f"add the account {account} to" if each.appoints else f"remove the account {account} from"
    )
    until = f", until {day(each.until)}" if each.until else ""
    by = "the Responsibilities service" if each.by_kind != "user" else visible(each.by)
    title = role.title if role else each.role
    lines = [
        f"Please {todo} the group {group}.",
        "",
        f"Account: {account}",
        f"Group: {group}",
        f"Do: {'add' if each.appoints else 'remove'}",
        f"Where: {place.link(each.group)}" if place and place.link(each.group) else "",
        f"How: {place.how}" if place and place.how else "",
        f"Why: {account} {'becomes' if each.appoints else 'is no longer'} {title}{until}.",
        f"Decided by: {by}, on {day(each.at.date())} (entry {each.number} of the activity log)",
        f"Hub: {hub_name(snapshot)}",
    ]
    return "\n".join(line for index, line in enumerate(lines) if line or index == 1)


def hub_name(snapshot: Snapshot) -> str:
    """What a hub is called in the title of a message."""
    community = snapshot.declaration.community
    return "JupyterHub" if community.heading != community.name else community.name
