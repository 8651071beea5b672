"""One role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ...changes.asking import cannot_be_asked
from ...coverage.snapshot import Snapshot
from ...domain.access import Ability
from ...domain.contacts import Answer
from ...domain.holders import Holder, RoleHolders
from ...domain.matches import Named
from ...domain.messages import MessageName
from ...domain.model import Area, Link, Role, Viewer
from ...domain.rules import RULES, About
from ...ledger.past import Then
from ...ledger.pending import is_coming
from ...ledger.standing import Standing, state_tag
from ...ledger.state import Edit
from ...messages.beforehand import will_be_told, will_be_told_elsewhere
from ...text import isolated
from .decisions import DecisionLine, GroupLine, decision_lines, group_lines, undecided_lines
from .parts import DutyLine, RequestLine, duty_lines, hub_abilities, request_lines
from .past import PastPart, past_part

HOLDERS_SHOWN = 50


@dataclass(frozen=True)
class RolePage:
    """One role: what it is, who holds it, what for, and who may appoint.

    `asks` says whether the viewer waits for an answer, or for what was decided to be done, `full`
    that there is no room for more; `appoints_self` if they need not ask. `meant` are accounts that
    may have been meant by a name that no account has, `adders` the roles whose holders can add one;
    `adds` says whether the viewer can, here. `told_appointed` and `told_asked` say who will be told
    when somebody is appointed, or asks, `told_proposed` when a successor is proposed. `keeps` if
    they may say how to reach it, and who holds it without an account. `decisions`
    are those about it that have to be done elsewhere, and weren't yet, `undecided` what was done
    there without one; `kept` says of each group where it is kept, where some are kept elsewhere,
    and `elsewhere` that all of its own are. `looks_back` if they may see who held it before, and
    `then` is who held it when they asked about.
    """

    role_holders: RoleHolders
    shown: tuple[HolderRow, ...]
    areas: tuple[tuple[Area, tuple[DutyLine, ...]], ...]
    answer: Answer
    groups: tuple[str, ...]
    authenticator_groups: bool
    authenticator_checks: bool
    decisions: tuple[DecisionLine, ...]
    undecided: tuple[Edit, ...]
    kept: tuple[GroupLine, ...]
    elsewhere: bool
    appointed_by: tuple[Role, ...]
    starts_with: tuple[Role, ...]
    abilities: tuple[Ability, ...]
    links: tuple[Link, ...]
    holds: bool
    may_appoint: bool
    open_to_change: bool
    opens_hub_admin: bool
    full: bool
    requests: tuple[RequestLine, ...]
    asks: bool
    appoints_self: bool
    tag: str
    rules: tuple[str, ...]
    today: date
    meant: tuple[Named, ...]
    adders: tuple[Role, ...]
    adds: bool
    keeps: bool
    looks_back: bool
    then: PastPart | None
    told_appointed: str
    told_asked: str
    told_proposed: str

    @property
    def title(self) -> str:
        """For the browser's tab, and the heading."""
        return self.role_holders.role.title


@dataclass(frozen=True)
class HolderRow:
    """A holder, and how they stand in the role.

    `mine` if it is the viewer, `staff` if it is one of the provider's people; `may_withdraw` if the
    viewer may take them out, on a hub where that can be done here, `may_change_day` if they may say
    until when. `leaving` if it was decided that they go, and that isn't done; `elsewhere` if it has
    to be done elsewhere. `told` says who will be told when they are taken out, `told_day` when that
    is said. `may_ask` if the viewer can ask somebody without an account, by mail, whether they hold
    the role; `not_asked` is why that can't be done, for whoever might.
    """

    holder: Holder
    mine: bool
    staff: bool
    may_withdraw: bool
    may_change_day: bool
    standing: Standing
    told: str = ""
    told_day: str = ""
    may_ask: bool = False
    not_asked: str = ""
    leaving: bool = False
    elsewhere: bool = False


def role_page(
    snapshot: Snapshot,
    viewer: Viewer,
    role_id: str,
    meant: tuple[Named, ...] = (),
    then: Then | None = None,
) -> RolePage:
    """One role, for one viewer. Raises KeyError where the model has no such role."""
    declaration = snapshot.declaration
    role = declaration.model.roles[role_id]
    holders = snapshot.holders_by_role[role_id]
    roles, rules = declaration.model.roles, snapshot.rules
    requests = request_lines(snapshot, viewer, role_id)
    return RolePage(
        role_holders=holders,
        shown=_rows(snapshot, viewer, role, holders),
        areas=duty_lines(declaration, [role_id]),
        answer=snapshot.contact_finder_for(viewer).answer("role", role_id),
        groups=declaration.groups.get(role_id, ()),
        authenticator_groups=snapshot.authenticator_groups,
        authenticator_checks=snapshot.authenticator_checks,
        decisions=decision_lines(snapshot, viewer, role_id),
        undecided=undecided_lines(snapshot, viewer, role),
        kept=(kept := group_lines(snapshot, role_id)),
        elsewhere=bool(kept) and all(each.elsewhere for each in kept),
        appointed_by=tuple(roles[each] for each in role.appointed_by),
        starts_with=tuple(roles[each] for each in role.starts_with),
        abilities=hub_abilities(snapshot, [role_id]),
        links=declaration.links_for(role_id),
        holds=rules.holds(viewer, role),
        may_appoint=rules.may_appoint(viewer, role),
        open_to_change=rules.open_to_change(role),
        opens_hub_admin=rules.opens_hub_admin(viewer),
        full=snapshot.will_hold(role_id).full,
        requests=requests,
        asks=any(each.request.by == each.request.person == viewer.name for each in requests)
        or is_coming(snapshot.ledger_state.pending, role_id, viewer.name),
        appoints_self=rules.may_decide_about(viewer, viewer.name),
        tag=state_tag(role, declaration, snapshot.roster.members, snapshot.ledger_state),
        rules=tuple(RULES.values()),
        today=snapshot.today,
        meant=meant,
        adders=rules.adding_roles(),
        adds=rules.may(viewer, "adders"),
        keeps=rules.may_keep(viewer, (role_id,)),
        looks_back=declaration.on_hub(role_id)
        and rules.may(viewer, "past readers", about=About(role)),
        then=past_part(then, snapshot.names, HOLDERS_SHOWN) if then else None,
        told_appointed=will_be_told_elsewhere(
            snapshot,
            declaration.groups.get(role_id, ()),
            will_be_told(snapshot, viewer, "appointed", role, anybody=True),
        ),
        told_asked=will_be_told(snapshot, viewer, "request", role),
        told_proposed=will_be_told(
            snapshot, viewer, "proposed", role, anybody=True, also=("request",)
        ),
    )


def _rows(
    snapshot: Snapshot, viewer: Viewer, role: Role, holders: RoleHolders
) -> tuple[HolderRow, ...]:
    """The viewer comes first: their own row is where they step down."""
    others = sorted(holders.holders, key=lambda each: not _is(viewer, each))
    empties: tuple[MessageName, ...] = ("vacant",) if len(others) == 1 else ()
    return tuple(_row(snapshot, viewer, role, each, empties) for each in others[:HOLDERS_SHOWN])


def _row(
    snapshot: Snapshot,
    viewer: Viewer,
    role: Role,
    holder: Holder,
    empties: tuple[MessageName, ...],
) -> HolderRow:
    """`empties` is what there is to tell besides once they are gone."""
    if holder.kind != "account":
        return _person_row(snapshot, viewer, role, holder)
    people = [snapshot.recipient(holder.name)]
    leaving = snapshot.goes(role, holder) is not None
    told = _told_of_leaving(snapshot, viewer, role, holder, empties)
    return HolderRow(
        holder,
        mine=_is(viewer, holder),
        staff=snapshot.is_staff(holder),
        may_withdraw=not leaving and snapshot.rules.may_withdraw(viewer, role, holder.name),
        may_change_day=not leaving and snapshot.rules.may_change_day(viewer, role, holder.name),
        standing=snapshot.standing(role, holder.name),
        told=will_be_told_elsewhere(snapshot, holder.groups, told),
        told_day=will_be_told(snapshot, viewer, "term_changed", role, people),
        leaving=leaving,
        elsewhere=any(map(snapshot.rules.kept_elsewhere, holder.groups)),
    )


def _person_row(snapshot: Snapshot, viewer: Viewer, role: Role, holder: Holder) -> HolderRow:
    """Somebody without an account: what can be done about them is to ask."""
    why_not = cannot_be_asked(holder.person, snapshot)
    asks = snapshot.rules.may_keep(viewer, (role.id,))
    return HolderRow(
        holder,
        mine=False,
        staff=False,
        may_withdraw=False,
        may_change_day=False,
        standing=snapshot.standing_of(role, holder),
        may_ask=asks and why_not is None,
        not_asked=str(why_not(name=isolated(holder.name))) if asks and why_not else "",
    )


def _told_of_leaving(
    snapshot: Snapshot,
    viewer: Viewer,
    role: Role,
    holder: Holder,
    empties: tuple[MessageName, ...],
) -> str:
    """Who will be told when a holder is withdrawn; whoever steps down knows it themselves."""
    if not _is(viewer, holder):
        people = [snapshot.recipient(holder.name)]
        return will_be_told(snapshot, viewer, "withdrawn", role, people, also=empties)
    return " ".join(will_be_told(snapshot, viewer, each, role) for each in empties)


def _is(viewer: Viewer, holder: Holder) -> bool:
    return holder.kind == "account" and viewer.is_account(holder.name)
