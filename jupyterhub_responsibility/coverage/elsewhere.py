"""Gaps about groups that are kept elsewhere: what was decided and isn't done, and what was done
there and nobody decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..domain.elsewhere import WITHIN
from ..ledger.pending import Pending
from ..ledger.state import Edit
from ..text import day, isolated
from .gaps import Gap, Place, Step
from .snapshot import Snapshot

ASK_LATELY = timedelta(days=30)
"""For how long the panel asks about somebody who left: after that, it was meant."""

ACTIVITY_LAG = timedelta(seconds=90)
"""The hub writes down when somebody was last seen at most every 30 seconds."""


def elsewhere_gaps(snapshot: Snapshot) -> Iterator[Gap]:
    """The gaps between decisions and what others did."""
    for each in list(snapshot.ledger_state.pending.values()):
        place = snapshot.declaration.kept_at(each.group)
        late = each.at + timedelta(days=place.within if place else WITHIN)
        if each.role in snapshot.declaration.groups and late <= snapshot.now:
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
    """Whether somebody has to say if a change was right: not if somebody left long ago, or had come
    without a decision; and not what the next login will undo."""
    missing = not edit.undoes and snapshot.now - edit.at < ASK_LATELY
    return (edit.joined or missing) and was_by_hand(snapshot, edit) is False


def was_by_hand(snapshot: Snapshot, edit: Edit) -> bool | None:
    """Whether somebody changed a group on the hub, whose members a login decides: who joined or
    left has not logged in. None where that can't be told yet."""
    if not snapshot.authenticator_groups:
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
    return (
        "It is done in the login service" if snapshot.authenticator_groups else "It is done there"
    )


def _not_done(snapshot: Snapshot, each: Pending) -> Gap:
    role = snapshot.declaration.model.roles[each.role]
    name, group = snapshot.names.isolated(each.person), isolated(each.group)
    todo = f"added to the group “{group}”" if each.appoints else f"removed from “{group}”"
    return Gap(
        "decision-not-done",
        role.id,
        f"{name} was to {'become' if each.appoints else 'stop being'} {role.title}: not done yet",
        f"It was decided on {day(each.at.date())}. {name} has to be {todo}, where that group is"
        f" kept. {where(snapshot, each.group)}.",
        Step("See what has to be done, and where", where=Place("decided", role.id)),
        since=each.at,
        person=each.person,
        group=each.group,
    )


def _undecided(snapshot: Snapshot, edit: Edit) -> Gap:
    role = snapshot.declaration.model.roles[edit.role]
    name, group = snapshot.names.isolated(edit.person), isolated(edit.group)
    return Gap(
        "change-undecided",
        role.id,
        f"{name} is {role.title}, appointed by nobody"
        if edit.joined
        else f"{name} is no longer {role.title}, withdrawn by nobody",
        f"{name} was {'added to' if edit.joined else 'removed from'} “{group}” where that group is"
        " kept, and nobody has decided that here.",
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
