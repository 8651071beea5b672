"""Gaps about groups that are kept elsewhere: what was decided and isn't done, and what was done
there and nobody decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..domain.elsewhere import WITHIN
from ..domain.logins import RESOLUTION
from ..ledger.pending import Pending
from ..ledger.state import Edit
from ..text import day, isolated
from .gaps import Gap, Place, Step
from .snapshot import Snapshot

ASK_LATELY = timedelta(days=30)
"""For how long the panel asks about somebody who left: after that, it was meant."""

ACTIVITY_LAG = 3 * RESOLUTION
"""The hub writes down only so often when somebody was last seen."""


def elsewhere_gaps(snapshot: Snapshot) -> Iterator[Gap]:
    """The gaps between decisions and what others did."""
    for each in list(snapshot.ledger_state.pending.values()):
        place = snapshot.declaration.kept_at(each.group)
        late = each.at + timedelta(days=place.within if place else WITHIN) <= snapshot.now
        waits = late or is_over(snapshot, each) or not snapshot.rules.kept_elsewhere(each.group)
        if waits and each.role in snapshot.declaration.groups:
            yield _not_done(snapshot, each)
    for edit in edits(snapshot):
        if was_by_hand(snapshot, edit):
            yield _by_hand(snapshot, edit)
        elif to_note(snapshot, edit):
            yield _undecided(snapshot, edit)


def edits(snapshot: Snapshot) -> Iterator[Edit]:
    """What others changed in groups that are kept elsewhere, and nobody has decided here since."""
    for edit in list(snapshot.ledger_state.edits.values()):
        stands = edit.group in snapshot.declaration.groups.get(edit.role, ())
        decided = (edit.role, edit.group, edit.person) in snapshot.ledger_state.pending
        if stands and not decided and snapshot.rules.kept_elsewhere(edit.group):
            yield edit


def to_note(snapshot: Snapshot, edit: Edit) -> bool:
    """Whether somebody has to say if a change was right: not if somebody left long ago, had come
    without a decision, or has no account any more; and not what the next login will undo."""
    lately = snapshot.now - edit.at < ASK_LATELY and edit.person in snapshot.accounts.found
    missing = lately and not edit.undoes
    return (edit.joined or missing) and was_by_hand(snapshot, edit) is False


def was_by_hand(snapshot: Snapshot, edit: Edit) -> bool | None:
    """Whether somebody changed a group on the hub, whose members a login decides: who joined or
    left has not logged in. None where that can't be told yet."""
    if not snapshot.rules.decided_elsewhere(edit.group):
        return False
    account = snapshot.accounts.found.get(edit.person)
    if account is None or account.read_at < edit.at:
        return None
    last = account.last_activity
    return last is None or last <= edit.after - ACTIVITY_LAG


def where(snapshot: Snapshot, group: str) -> str:
    """Where a group is kept, in words."""
    place = snapshot.declaration.kept_at(group)
    if place and place.who:
        return f"{isolated(place.who)} can do it"
    by_login = snapshot.rules.decided_elsewhere(group)
    return "It is done in the login service" if by_login else "It is done there"


def _not_done(snapshot: Snapshot, each: Pending) -> Gap:
    role = snapshot.declaration.model.roles[each.role]
    name, group = snapshot.names.isolated(each.person), isolated(each.group)
    todo = f"added to the group “{group}”" if each.appoints else f"removed from “{group}”"
    here = not snapshot.rules.kept_elsewhere(each.group)
    said = f"It was decided on {day(each.at.date())}. {name} has to be {todo}, "
    said += "which can be done on this hub by now" if here else "where that group is kept"
    said += "." if here else f". {where(snapshot, each.group)}."
    becomes = f"{'become' if each.appoints else 'stop being'} {role.title}"
    if snapshot.stays(each):
        becomes = f"{'join' if each.appoints else 'leave'} “{group}”"
    if each.until and is_over(snapshot, each):
        said += f" But their last day was to be {day(each.until)}: take it back, or decide anew."
    elif snapshot.rules.decided_elsewhere(each.group):  # then it may be so, and nobody knows
        said += f" If that has been done, the hub learns of it when {name} next logs in."
    return Gap(
        "decision-not-done",
        role.id,
        f"{name} was to {becomes}: not done yet",
        said,
        Step("See what has to be done, and where", where=Place("decided", role.id)),
        since=each.at,
        person=each.person,
        group=each.group,
    )


def is_over(snapshot: Snapshot, each: Pending) -> bool:
    """Whether the term that was decided has ended before it could begin."""
    return each.until is not None and each.until < snapshot.today


def _undecided(snapshot: Snapshot, edit: Edit) -> Gap:
    role = snapshot.declaration.model.roles[edit.role]
    name, group = snapshot.names.isolated(edit.person), isolated(edit.group)
    stays = edit.person in snapshot.holders_by_role[edit.role].accounts  # through another group
    left = f"left “{group}”" if stays else f"is no longer {role.title}"
    return Gap(
        "change-undecided",
        role.id,
        f"{name} is {role.title}, appointed by nobody"
        if edit.joined
        else f"{name} {left}, withdrawn by nobody",
        f"{name} was {'added to' if edit.joined else 'removed from'} “{group}”, and nobody has"
        " decided that here.",
        Step(
            "Take note, or have it undone",
            where=Place("undecided", role.id),
            needs="may appoint",
        ),
        since=edit.at,
        person=edit.person,
        group=edit.group,
    )


def _by_hand(snapshot: Snapshot, edit: Edit) -> Gap:
    name, group = snapshot.names.isolated(edit.person), isolated(edit.group)
    how = "was added to" if edit.joined else "was removed from"
    return Gap(
        "edited-by-hand",
        edit.role,
        f"{name} {how} “{group}” by hand",
        f"The login service decides who is in this group, and will do so again when {name}"
        " next logs in.",
        Step("Make the change in the login service", by="login service"),
        since=edit.at,
        person=edit.person,
        group=edit.group,
    )
