"""What has to be done elsewhere, in plain words that can be pasted into a ticket."""

from __future__ import annotations

from ..coverage.snapshot import Snapshot
from ..ledger.deeds import Deed
from ..ledger.pending import Pending
from ..text import day, visible


def ticket(each: Pending, snapshot: Snapshot) -> str:
    """What to do, where, and who decided it when; no reason, which may be personal."""
    role = snapshot.declaration.model.roles.get(each.role)
    place = snapshot.declaration.kept_at(each.group)
    account, group = visible(each.person), visible(each.group)
    until = f", until {day(each.until)}" if each.until else ""
    by = "the Responsibilities service" if each.by_kind != "user" else visible(each.by)
    title = role.title if role else each.role
    becomes = f"becomes {title}" if each.appoints else f"is no longer {title}"
    if snapshot.stays(each):
        becomes = f"is {title}, and stays so"
    lines = [
        f"Please {_todo(each.appoints, account)} the group {group}.",
        "",
        f"Account: {account}",
        f"Group: {group}",
        f"Do: {'add' if each.appoints else 'remove'}",
        f"Where: {place.link(each.group)}" if place and place.link(each.group) else "",
        f"How: {place.how}" if place and place.how else "",
        f"Why: {account} {becomes}{until}.",
        f"Decided by: {by}, on {day(each.at.date())} (entry {each.number} of the activity log)",
        f"Hub: {hub_name(snapshot)}",
    ]
    return "\n".join(line for index, line in enumerate(lines) if line or index == 1)


def called_off(deed: Deed, snapshot: Snapshot) -> str:
    """What is not to be done any more, for whoever may have been asked to do it."""
    began, result = deed.began, deed.result
    todo = _todo(began.event == "appointment", visible(deed.person))
    lines = [
        f"You may have been asked to {todo} the group {visible(began.group)}. Please don't.",
        "",
        f"Decided on {day(began.moment.date())} (entry {began.number} of the activity log)",
        "That decision was taken back. If it has been carried out already, please undo it."
        if result == "taken back"
        else "The account, or the group's part in the role, is there no more.",
        f"Hub: {hub_name(snapshot)}",
    ]
    return "\n".join(lines)


def _todo(appoints: bool, account: str) -> str:
    return f"add the account {account} to" if appoints else f"remove the account {account} from"


def hub_name(snapshot: Snapshot) -> str:
    """What a hub is called in the title of a message."""
    community = snapshot.declaration.community
    return "JupyterHub" if community.heading != community.name else community.name
