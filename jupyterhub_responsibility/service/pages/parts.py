"""What several pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...changes.requests import asked
from ...coverage.snapshot import Snapshot
from ...domain.access import Ability, abilities
from ...domain.duties import Duty, duties_by_area
from ...domain.messages import Recipient
from ...domain.model import SPLITS, Area, Declaration, Link, Role, Split, Viewer
from ...ledger.state import Request
from ...messages.beforehand import will_be_told


@dataclass(frozen=True)
class DutyLine:
    """A duty with pages to read about it."""

    duty: Duty
    links: tuple[Link, ...]


def duty_lines(
    declaration: Declaration, roles: Iterable[str]
) -> tuple[tuple[Area, tuple[DutyLine, ...]], ...]:
    """The duties that come with these roles, by area."""
    return tuple(
        (area, tuple(DutyLine(d, declaration.links_for(d.responsibility.id)) for d in duties))
        for area, duties in duties_by_area(declaration.model, roles).items()
    )


@dataclass(frozen=True)
class Share:
    """What one side looks after: areas by whose job they are."""

    split: Split
    label: str
    areas: tuple[Area, ...]


def shares(declaration: Declaration) -> tuple[Share, ...]:
    """What each side looks after, in the order from provider to community."""
    found = (
        Share(
            split,
            split_label(declaration, split),
            tuple(area for area in declaration.model.areas if area.split == split),
        )
        for split in SPLITS
    )
    return tuple(share for share in found if share.areas)


def split_label(declaration: Declaration, split: Split) -> str:
    """Whose job it is, by name."""
    labels: dict[Split, str] = {
        "provider": declaration.provider.heading,
        "shared": "Shared",
        "community": declaration.community.heading,
        "partner": "Community and partners",
        "none": "Nobody",
    }
    return labels[split]


@dataclass(frozen=True)
class RequestLine:
    """A request that is open, with its role; `mine` if the viewer made it, `theirs_to_decide`
    if they may appoint whom it is about. `of_asker` is how many of whoever made it they may
    decline. `told` says who will be told of the decision."""

    request: Request
    role: Role
    mine: bool
    theirs_to_decide: bool
    of_asker: int
    told: str


def request_lines(snapshot: Snapshot, viewer: Viewer, role_id: str = "") -> tuple[RequestLine, ...]:
    """The open requests that somebody made, or may decide; for one role, or for all."""
    return tuple(_lines(snapshot, viewer, role_id))


def _lines(snapshot: Snapshot, viewer: Viewer, role_id: str) -> Iterator[RequestLine]:
    roles, rules = snapshot.declaration.model.roles, snapshot.rules
    deciding = rules.decides_on(viewer)
    requests = snapshot.ledger_state.open_requests(snapshot.today)
    of_asker = Counter((each.by, each.asker_created) for each in requests if each.role in deciding)
    for each in requests:
        role = roles.get(each.role)
        if role is None or role_id not in ("", each.role):
            continue
        mine = rules.may(viewer, "asker", about=asked(each, role))
        theirs = role.id in deciding and rules.may_decide_about(viewer, each.person)
        if mine or theirs:
            told = will_be_told(snapshot, viewer, "decided", role, _parties(each))
            of = of_asker[each.by, each.asker_created]
            yield RequestLine(each, role, mine, theirs, of, told)


def _parties(request: Request) -> list[Recipient]:
    """Who hears of a decision: whoever asked, and who was proposed."""
    return [Recipient(request.by, request.asker_created)] + (
        [Recipient(request.person, request.created)] if request.proposer else []
    )


def hub_abilities(snapshot: Snapshot, roles: Iterable[str]) -> tuple[Ability, ...]:
    """What the hub lets the holders of these roles do because of them."""
    return abilities(snapshot.rules.scopes(roles))
