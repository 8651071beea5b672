"""The panel: how a hub is covered, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from ...coverage import KINDS, Coverage, Covered, Gap
from ...coverage.first_steps import FirstStep
from ...coverage.gaps import CONFIRMATIONS
from ...coverage.over_time import Count, counts
from ...coverage.snapshot import Snapshot
from ...domain.holders import RoleHolders
from ...domain.model import Area, Viewer
from ..downloads import DOWNLOADS, Download
from .model import Item, covered_areas
from .parts import request_lines
from .steps import first_steps_for, gaps_for

ALIKE = 3
"""Gaps of one kind about people that have a card each; of more, one card stands for all."""

Age = tuple[str, str, datetime | None]
"""A source, how old what it told is, and the moment that comes after those words, if any."""

BAR, TALL = 8, 64
"""Width of a day in the chart, and its height, in units of its own."""


@dataclass(frozen=True)
class Card:
    """A gap, with others that are like it."""

    gap: Gap
    more: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class RoleLine:
    """A role with its holders: how many of them have confirmed their duties, of those who log in or
    were `asked` (None: not known), when the next term ends, and whose people are the provider's;
    `coming` and `going` are those of whom that was decided, and isn't done."""

    role_holders: RoleHolders
    asked: int
    confirmed: int | None
    next_end: date | None
    staff: tuple[str, ...]
    coming: tuple[str, ...] = ()
    going: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A day in the chart: where it begins, and how high all gaps and the urgent ones reach."""

    count: Count
    x: int
    height: float
    urgent: float


@dataclass(frozen=True)
class Chart:
    """The number of gaps over time; `most` is how many the highest bar stands for."""

    bars: tuple[Bar, ...]
    width: int
    most: int


@dataclass(frozen=True)
class PanelPage:
    """The panel: how this hub is covered, and what to do about it.

    `unconfirmed` is how many confirmations are missing (None: not known). `ages` says of each
    source in words how old it is, and when it was read (None: not yet), `accounts` how many there
    are. `downloads` are the files by what they are about. `first_steps` are there as long as
    nobody holds a role. `admin`: the viewer is a JupyterHub admin; `keeps` if they may change
    contacts; `subdomains`: each user's
    server has a domain of its own (None: not known).
    """

    coverage: Coverage
    first_steps: tuple[FirstStep, ...]
    cards: tuple[Card, ...]
    areas: tuple[tuple[Area, tuple[tuple[Covered, Item], ...]], ...]
    roles: tuple[RoleLine, ...]
    waiting: int
    unconfirmed: int | None
    chart: Chart | None
    ages: tuple[Age, ...]
    accounts: int
    downloads: tuple[tuple[str, tuple[Download, ...]], ...]
    admin: bool
    keeps: bool
    subdomains: bool | None


def panel_page(snapshot: Snapshot, viewer: Viewer) -> PanelPage:
    """The panel, for one viewer."""
    found = snapshot.coverage
    kinds = [gap.kind for gap in found.gaps]
    accounts = snapshot.accounts
    return PanelPage(
        coverage=found,
        first_steps=first_steps_for(snapshot, viewer),
        cards=cards(gaps_for(snapshot, viewer)),
        areas=covered_areas(snapshot),
        roles=tuple(_role_line(snapshot, each) for each in snapshot.holders_by_role.values()),
        waiting=len([line for line in request_lines(snapshot, viewer) if not line.mine]),
        unconfirmed=sum(map(kinds.count, CONFIRMATIONS)) if found.told >= CONFIRMATIONS else None,
        chart=chart(counts(snapshot.spans, found, snapshot.today)),
        ages=(
            *_ages_of_groups(snapshot),
            ("What accounts may do, and when they were last seen", "as of", accounts.read_at),
            ("The declaration: the file in which the operator names contacts and groups", "as of",
             snapshot.declaration.as_of),
        ),
        accounts=accounts.total,
        downloads=tuple(
            (about, tuple(files)) for about, files in groupby(DOWNLOADS, lambda each: each.about)
        ),
        admin=viewer.admin,
        keeps=snapshot.rules.may(viewer, "keepers"),
        subdomains=snapshot.subdomains,
    )  # fmt: skip


def _ages_of_groups(snapshot: Snapshot) -> Iterator[Age]:
    """That of the hub's groups; where logins decide, the hub's answer makes it no younger."""
    if at_login := snapshot.at_login_in_words:
        yield "Who is in groups of the login service", f"as of {at_login}", None
    if snapshot.as_of or not at_login:
        yield "Who is in the hub's groups", "as of", snapshot.as_of


def numbers(found: Coverage) -> dict[str, int]:
    """How many gaps there are, how many of them are urgent, and what could not be checked."""
    return {
        "gaps": len(found.gaps),
        "urgent": sum(gap.urgency == "urgent" for gap in found.gaps),
        "unchecked": len(found.unchecked),
    }


def cards(gaps: Iterable[Gap]) -> tuple[Card, ...]:
    """The gaps as cards, in the same order; what is said of many, with the same step, is said
    once."""
    alike: dict[tuple[object, ...], list[Gap]] = {}
    for gap in gaps:
        about = "" if KINDS[gap.kind].said_once else gap.about
        key = (gap.kind, about, "" if gap.person else gap.group, gap.step.where)
        alike.setdefault(key, []).append(gap)
    found: list[Card] = []
    for same in alike.values():
        if len(same) > ALIKE:
            found.append(Card(same[0], tuple(same[1:])))
        else:
            found += map(Card, same)
    return tuple(found)


def chart(days: tuple[Count, ...]) -> Chart | None:
    """The chart; None where it would show nothing over time."""
    most = max((day.gaps for day in days), default=0)
    if len(days) < 2 or not most:
        return None
    bars = (
        Bar(day, BAR * index, TALL * day.gaps / most, TALL * day.urgent / most)
        for index, day in enumerate(days)
    )
    return Chart(tuple(bars), BAR * len(days), most)


def _role_line(snapshot: Snapshot, role_holders: RoleHolders) -> RoleLine:
    role = role_holders.role
    accounts = [holder for holder in role_holders.holders if holder.kind == "account"]
    stands = [snapshot.standing_of(role, holder) for holder in role_holders.holders]
    ends = [s.term.until for s in stands if s.term and s.term.until]
    known = snapshot.ledger_read and role_holders.known
    return RoleLine(
        role_holders,
        asked=sum(
            each.kind == "account" or bool(s.state or s.denied_at)
            for each, s in zip(role_holders.holders, stands, strict=True)
        ),
        confirmed=sum(s.state == "confirmed" for s in stands) if known else None,
        next_end=min(ends, default=None),
        staff=tuple(each.name for each in accounts if snapshot.is_staff(each)),
        coming=snapshot.coming(role_holders),
        going=tuple(each.name for each in accounts if snapshot.goes(role, each)),
    )
