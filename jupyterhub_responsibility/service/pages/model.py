"""The whole model."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.diagram import Diagram, diagram
from ...domain.holders import Filling
from ...domain.model import Area, Declaration, Link, Model, Responsibility
from .parts import Share, shares, split_label
from .subject import Subject

WIDE, NARROW = 760, 340
"""Widths of the two drawings of the diagram, in pixels: for a desk, and for a phone."""


@dataclass(frozen=True)
class ModelPage:
    """The whole model, with live holders."""

    title = "Who looks after this hub"

    model: Model
    areas: tuple[tuple[Area, str, tuple[Item, ...], tuple[Link, ...]], ...]
    roles: tuple[Filling, ...]
    shares: tuple[Share, ...]
    wide: Diagram
    narrow: Diagram


@dataclass(frozen=True)
class Item:
    """A responsibility in the model, with whose job it is and who does it now."""

    responsibility: Responsibility
    label: str
    accountable: Filling | None
    performers: tuple[Filling, ...]
    links: tuple[Link, ...]


def model_page(subject: Subject) -> ModelPage:
    """The whole model."""
    declaration, model = subject.declaration, subject.declaration.model
    fillings = subject.desk.fillings
    return ModelPage(
        model=model,
        areas=tuple(
            (
                area,
                split_label(declaration, area.split),
                tuple(item(declaration, fillings, each) for each in area.responsibilities),
                declaration.links_for(area.id),
            )
            for area in model.areas
        ),
        roles=tuple(fillings.values()),
        shares=shares(declaration),
        wide=diagram(model, fillings, WIDE),
        narrow=diagram(model, fillings, NARROW),
    )


def item(declaration: Declaration, fillings: dict[str, Filling], each: Responsibility) -> Item:
    """A responsibility with whoever does it now."""
    return Item(
        responsibility=each,
        label=split_label(declaration, each.split),
        accountable=fillings.get(each.accountable or ""),
        performers=tuple(fillings[role] for role in each.performed_by),
        links=declaration.links_for(each.id),
    )
