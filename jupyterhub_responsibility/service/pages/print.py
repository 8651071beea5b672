"""Everything on one page, to print: who holds what, whom to ask, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ...coverage import Coverage, Covered
from ...coverage.snapshot import Snapshot
from ...domain.contacts import Answer
from ...domain.model import Area, Role, Viewer
from ...exports.lines import HolderLine, complete, holder_lines
from .model import Item, covered_areas
from .panel import Card, cards
from .role import HOLDERS_SHOWN
from .steps import gaps_for


@dataclass(frozen=True)
class PrintPage:
    """What is printed, `made_at` a moment; the declaration is as of `declared_at`.

    `cards` are the gaps, with steps that are the reader's to take. Web addresses are complete:
    nobody can follow a printed link.
    """

    community: str
    coverage: Coverage
    cards: tuple[Card, ...]
    roles: tuple[PrintedRole, ...]
    areas: tuple[tuple[Area, tuple[tuple[Covered, Item], ...]], ...]
    contacts: tuple[Answer, ...]
    declared_at: datetime
    made_at: datetime

    @property
    def title(self) -> str:
        """For the browser's tab, and the heading."""
        return f"Who looks after the hub of {self.community}"


@dataclass(frozen=True)
class PrintedRole:
    """A role with its first holders, and how many `more` there are; `coming` are those who were
    decided to get it, where that isn't done."""

    role: Role
    lines: tuple[HolderLine, ...]
    more: int
    coming: tuple[str, ...]


def print_page(snapshot: Snapshot, viewer: Viewer, origin: str, now: datetime) -> PrintPage:
    """The page to print; `origin` is where the hub is (`https://hub.example`)."""
    declaration = snapshot.declaration
    return PrintPage(
        community=declaration.community.name,
        coverage=snapshot.coverage,
        cards=cards(gaps_for(snapshot, viewer)),
        roles=_roles(snapshot),
        areas=covered_areas(snapshot),
        contacts=tuple(
            _for_print(answer, origin) for answer in snapshot.contact_finder_for(viewer).directory()
        ),
        declared_at=declaration.as_of,
        made_at=now,
    )


def _roles(snapshot: Snapshot) -> tuple[PrintedRole, ...]:
    by_role: dict[str, list[HolderLine]] = {}
    for line in holder_lines(snapshot):
        by_role.setdefault(line.role.id, []).append(line)
    return tuple(
        PrintedRole(
            lines[0].role,
            tuple(lines[:HOLDERS_SHOWN]),
            max(0, len(lines) - HOLDERS_SHOWN),
            snapshot.coming(snapshot.holders_by_role[role_id]),
        )
        for role_id, lines in by_role.items()
    )


def _for_print(answer: Answer, origin: str) -> Answer:
    channels = tuple(replace(each, url=complete(each, origin)) for each in answer.channels)
    return replace(answer, channels=channels)
