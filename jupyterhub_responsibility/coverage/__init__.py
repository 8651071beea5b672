"""Whether a hub's responsibilities are covered: gaps, each with its next step.

A gap is a difference between what the model demands and what the roster shows; drift is one
between a role and what the hub really permits. What cannot be told at the moment is
`unchecked`, never fine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from ..domain.contacts import whether_still
from ..ledger.gap_spans import key_of
from ..text import day
from .contacts import contact_gaps
from .covered import Coverage, Covered, State, covered, leaving
from .drift import drift_gaps, powerful
from .gaps import KINDS, URGENCIES, Gap, GapKind, Step, Urgency
from .holdings import holding_gaps
from .roles import role_gaps
from .snapshot import Snapshot

__all__ = [
    "KINDS",
    "URGENCIES",
    "Coverage",
    "Covered",
    "Gap",
    "GapKind",
    "State",
    "Step",
    "Urgency",
    "coverage",
    "key",
]


def coverage(snapshot: Snapshot) -> Coverage:
    """How a hub is covered."""
    areas = {
        area.id: tuple(covered(snapshot, each) for each in area.responsibilities)
        for area in snapshot.declaration.model.areas
    }
    found = chain(
        role_gaps(snapshot), contact_gaps(snapshot), holding_gaps(snapshot), drift_gaps(snapshot)
    )
    order = list(URGENCIES)
    gaps = [replace(gap, noticed=snapshot.noticed.get(key(gap))) for gap in found]
    people = {
        (h.kind, h.name)
        for role_holders in snapshot.holders_by_role.values()
        for h in role_holders.certain
    }
    certain = all(role_holders.known for role_holders in snapshot.holders_by_role.values())
    passing = tuple(_passing(snapshot))
    return Coverage(
        gaps=tuple(sorted(gaps, key=lambda gap: order.index(gap.urgency))),
        told=frozenset(
            name for name, kind in KINDS.items() if snapshot.known.issuperset(kind.sources)
        ),
        areas=areas,
        unchecked=(*passing, *_never(snapshot)),
        certain=not passing,
        leaving=leaving(areas.values(), snapshot.names),
        people=len(people) if certain else None,
        provider=snapshot.declaration.provider,
        staff=tuple(_staff_here(snapshot)),
    )


def key(gap: Gap) -> tuple[str, str, str]:
    """What tells a gap apart from others, over time."""
    return key_of(gap.kind, gap.about, gap.person or gap.group)


def _staff_here(snapshot: Snapshot) -> Iterator[str]:
    for name in sorted(snapshot.staff):
        account = snapshot.accounts.found.get(name)
        has_power = account and (account.can_do_everything or powerful(snapshot, account))
        if name in snapshot.roster.accounts or has_power:
            yield name


def _passing(snapshot: Snapshot) -> Iterator[str]:
    """What cannot be checked at the moment, and will be."""
    if snapshot.roster.read_at is None:
        yield "Who is in the hub's groups, and what they permit: the hub did not say"
    elif snapshot.roster.trouble:
        yield "Who is in the hub's groups now, and what they permit: what you see was read earlier"
    if not snapshot.ledger_read:
        yield "Terms, confirmations, and who left: the activity log has not been read yet"
    elif snapshot.ledger_trouble:
        yield f"Terms, confirmations, and who left, now: {snapshot.ledger_trouble}"
    accounts = snapshot.accounts
    power = "Which accounts have power without a role, and who has not been seen for a long time"
    if accounts.read_at is None:
        why = accounts.trouble or "not all accounts have been read yet"
        yield f"{power}: {why}"
    elif accounts.trouble:
        yield f"{power}, now: {accounts.trouble}"
    elif accounts.overdue(snapshot.now):
        yield f"{power}, now: all accounts were last read on {day(accounts.read_at)}"
    elif snapshot.left:
        yield f"{power}: some accounts ({len(snapshot.left)}) have to be read again first"
    if accounts.groups_overdue(snapshot.now):
        yield "Whether other groups still have permissions now: this was read earlier"


def _never(snapshot: Snapshot) -> Iterator[str]:
    """What cannot be checked on this hub."""
    if snapshot.roster.read_at and snapshot.roster.group_roles is None:
        yield "Whether the groups still have their permissions: the hub does not tell this service"
    if snapshot.configured is None:
        yield (
            "What each role permits, whether everybody can open these pages, and what the hub's"
            " own pages show: the hub says so only when it starts this service itself"
        )
    for role_holders in snapshot.holders_by_role.values():
        if unseen := [each for each in role_holders.holders if each.unseen]:
            said = whether_still(unseen, role_holders.role, snapshot.names)
            yield f"{said[0].upper()}{said[1:]}"
    if snapshot.accounts.cut:
        yield "More accounts with power: there are so many that not all are listed"
