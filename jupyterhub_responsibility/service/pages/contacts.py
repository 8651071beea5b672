"""Whom to ask."""

from __future__ import annotations

from dataclasses import dataclass

from ...coverage.snapshot import Snapshot
from ...domain.contacts import Answer
from ...domain.finder import Found
from ...domain.model import Area, Contact, Viewer


@dataclass(frozen=True)
class ContactsPage:
    """Whom to ask. `answers` are for the question; `areas` are everything there is. `keeps` if the
    viewer may change contacts."""

    question: str
    answers: tuple[Answer, ...]
    directory: tuple[Answer, ...]
    areas: tuple[tuple[Area, tuple[Answer, ...]], ...]
    first: tuple[Contact, ...]
    keeps: bool


def contacts_page(
    snapshot: Snapshot, viewer: Viewer, question: str, found: tuple[Found, ...]
) -> ContactsPage:
    """Whom to ask, with what was found for a question, and everything there is."""
    contact_finder = snapshot.contact_finder_for(viewer)
    areas = snapshot.declaration.model.areas
    return ContactsPage(
        question=question,
        answers=tuple(contact_finder.answer(each.kind, each.id) for each in found),
        directory=contact_finder.directory(),
        areas=tuple(
            (
                area,
                tuple(contact_finder.answer("responsibility", r.id) for r in area.responsibilities),
            )
            for area in areas
        ),
        first=contact_finder.first_contacts(),
        keeps=snapshot.rules.may(viewer, "keepers"),
    )
