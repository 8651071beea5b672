"""What was decided and has to be done elsewhere, and what was done there without a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...changes.deciding import decided
from ...coverage.elsewhere import edits, is_over, to_note
from ...coverage.snapshot import Snapshot
from ...domain.elsewhere import ManageAt
from ...domain.messages import MessageName
from ...domain.model import Role, Viewer
from ...ledger.pending import Pending
from ...ledger.state import Edit
from ...messages.beforehand import told_when_taken_back, will_be_told
from ...messages.tickets import ticket


@dataclass(frozen=True)
class DecisionLine:
    """A decision that is not done yet, with its role and where it has to be done.

    `last_seen` is when the account was last seen on the hub, where that is known, and the viewer is
    in charge; `back_since` whether it was seen since the decision. `by_login` if only a login shows
    here what was done there. `ticket` is the text to paste, for those who may appoint; `mine` if it
    is about the viewer. `here` if its group can be changed on this hub by now, which `may_do` says
    if the viewer may; `stays` if they hold the role before and after. `told` is who will be told if
    it is taken back, and `told_done` if it is done here.
    """

    pending: Pending
    role: Role
    place: ManageAt | None
    link: str
    by_login: bool
    last_seen: datetime | None
    back_since: bool
    mine: bool
    may_take_back: bool
    ticket: str
    here: bool
    may_do: bool
    stays: bool
    told: str
    told_done: str

    @property
    def decided_on(self) -> date:
        """The day on which it was decided."""
        return self.pending.at.date()


@dataclass(frozen=True)
class GroupLine:
    """A group of a role: whether it is kept `elsewhere`, and where, as far as that is declared."""

    group: str
    elsewhere: bool
    place: ManageAt | None
    link: str


def decision_lines(
    snapshot: Snapshot, viewer: Viewer, role_id: str = ""
) -> tuple[DecisionLine, ...]:
    """What was decided about a role; of all roles, what is about the viewer."""
    roles = snapshot.declaration.model.roles
    pending = sorted(snapshot.ledger_state.pending.values(), key=lambda each: each.number)
    return tuple(
        _line(snapshot, viewer, roles[each.role], each)
        for each in pending
        if each.role in roles
        and (each.role == role_id or (not role_id and viewer.is_account(each.person, each.created)))
    )


def undecided_lines(snapshot: Snapshot, viewer: Viewer, role: Role) -> tuple[Edit, ...]:
    """Who joined or left a group of a role elsewhere, without a decision here, for those who may
    say whether that was right."""
    rules = snapshot.rules
    if not rules.may_appoint(viewer, role):
        return ()
    return tuple(
        each
        for each in edits(snapshot)
        if each.role == role.id
        and to_note(snapshot, each)
        and rules.may_decide_about(viewer, each.person)
    )


def group_lines(snapshot: Snapshot, role_id: str) -> tuple[GroupLine, ...]:
    """The groups of a role, and where each is kept; none on a hub that keeps all of its own."""
    declaration = snapshot.declaration
    if not any(map(snapshot.rules.kept_elsewhere, declaration.mapped_groups)):
        return ()
    return tuple(_group(snapshot, each) for each in declaration.groups.get(role_id, ()))


def _group(snapshot: Snapshot, group: str) -> GroupLine:
    elsewhere = snapshot.rules.kept_elsewhere(group)
    place = snapshot.declaration.kept_at(group) if elsewhere else None
    return GroupLine(group, elsewhere, place, place.link(group) if place else "")


def _has_room(snapshot: Snapshot, each: Pending) -> bool:
    """Whether a role has room for who was to go, if they stay."""
    will_be = snapshot.will_hold(each.role)
    return each.appoints or each.person in will_be.accounts or not will_be.full


def _is_too_many(snapshot: Snapshot, each: Pending) -> bool:
    """Whether a role has no room by now for who was to get it."""
    will_be = snapshot.will_hold(each.role)
    most = will_be.role.holders.max
    return each.appoints and most is not None and len(will_be.holders) > most


def _told_when_done(snapshot: Snapshot, viewer: Viewer, each: Pending, role: Role) -> str:
    """Who will be told if somebody joins or leaves a role here; of one group of several, nobody."""
    if snapshot.stays(each):
        return ""
    kind: MessageName = "appointed" if each.appoints else "withdrawn"
    return will_be_told(snapshot, viewer, kind, role, [snapshot.recipient(each.person)])


def _line(snapshot: Snapshot, viewer: Viewer, role: Role, each: Pending) -> DecisionLine:
    place, rules = snapshot.declaration.kept_at(each.group), snapshot.rules
    there = snapshot.accounts.found.get(each.person)
    mine = viewer.is_account(each.person, each.created)
    tells = mine or rules.may(viewer, "in charge")
    last = there.last_activity if there and tells else None
    here, appoints = not rules.kept_elsewhere(each.group), rules.may_appoint(viewer, role)
    takes_back = rules.may_take_back(viewer, decided(each, role)) and _has_room(snapshot, each)
    may_do = (
        here
        and appoints
        and rules.may_decide_about(viewer, each.person)
        and not is_over(snapshot, each)
        and not _is_too_many(snapshot, each)
    )
    return DecisionLine(
        each,
        role,
        place,
        link=place.link(each.group) if place else "",
        by_login=rules.decided_elsewhere(each.group),
        last_seen=last,
        back_since=last is not None and last > each.at,
        mine=mine,
        may_take_back=takes_back,
        ticket=ticket(each, snapshot) if appoints and not here else "",
        here=here,
        may_do=may_do,
        stays=snapshot.stays(each),
        told=told_when_taken_back(snapshot, viewer, each, role) if takes_back else "",
        told_done=_told_when_done(snapshot, viewer, each, role) if may_do else "",
    )
