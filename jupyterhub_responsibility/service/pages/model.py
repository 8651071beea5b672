"""The whole model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...coverage import Covered
from ...coverage.snapshot import Snapshot
from ...domain.diagram import Diagram, diagram
from ...domain.holders import RoleHolders
from ...domain.model import Area, Declaration, Link, Model, Responsibility, Viewer
from .parts import Share, shares, split_label

WIDE, NARROW = 760, 340
"""Widths of the two drawings of the diagram, in pixels: for a desk, and for a phone."""


@dataclass(frozen=True)
class ModelPage:
    """The whole model, with live holders."""

    model: Model
    areas: tuple[tuple[Area, str, tuple[Item, ...], tuple[Link, ...]], ...]
    roles: tuple[RoleHolders, ...]
    shares: tuple[Share, ...]
    wide: Diagram
    narrow: Diagram


@dataclass(frozen=True)
class Item:
    """A responsibility in the model, with whose job it is and who does it now."""

    responsibility: Responsibility
    label: str
    accountable: RoleHolders | None
    performers: tuple[RoleHolders, ...]
    links: tuple[Link, ...]


def model_page(snapshot: Snapshot, _viewer: Viewer) -> ModelPage:
    """The whole model."""
    declaration, model = snapshot.declaration, snapshot.declaration.model
    holders_by_role = snapshot.contact_finder.holders_by_role
    return ModelPage(
        model=model,
        areas=tuple(
            (
                area,
                split_label(declaration, area.split),
                tuple(item(declaration, holders_by_role, each) for each in area.responsibilities),
                declaration.links_for(area.id),
            )
            for area in model.areas
        ),
        roles=tuple(holders_by_role.values()),
        shares=shares(declaration),
        wide=diagram(declaration, holders_by_role, snapshot.names, WIDE),
        narrow=diagram(declaration, holders_by_role, snapshot.names, NARROW),
    )


def covered_areas(snapshot: Snapshot) -> tuple[tuple[Area, tuple[tuple[Covered, Item], ...]], ...]:
    """Each area, and how each responsibility in it is covered, with its item."""
    declaration, found = snapshot.declaration, snapshot.coverage
    holders_by_role = snapshot.contact_finder.holders_by_role
    return tuple(
        (
            area,
            tuple(
                (each, item(declaration, holders_by_role, each.responsibility))
                for each in found.areas[area.id]
            ),
        )
        for area in declaration.model.areas
    )


def item(
    declaration: Declaration, holders_by_role: Mapping[str, RoleHolders], each: Responsibility
) -> Item:
    """A responsibility with the people who do it now."""
    return Item(
        responsibility=each,
        label=split_label(declaration, each.split),
        accountable=holders_by_role.get(each.accountable or ""),
        performers=tuple(holders_by_role[role] for role in each.performed_by),
        links=declaration.links_for(each.id),
    )
