"""Whom do I ask?"""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.contacts import Answer
from ...domain.finder import Finder
from ...domain.model import Area, Contact
from .subject import Subject


@dataclass(frozen=True)
class ContactsPage:
    """Whom do I ask? `answers` are for the question; `areas` are everything there is."""

    title = "Whom do I ask?"

    question: str
    answers: tuple[Answer, ...]
    directory: tuple[Answer, ...]
    areas: tuple[tuple[Area, tuple[Answer, ...]], ...]
    first: tuple[Contact, ...]


def contacts_page(subject: Subject, finder: Finder, question: str) -> ContactsPage:
    """Whom do I ask?, for one question; without one, everything there is."""
    desk = subject.desk
    areas = subject.declaration.model.areas
    return ContactsPage(
        question=question,
        answers=tuple(desk.answer(found.kind, found.id) for found in finder.find(question)),
        directory=desk.directory(),
        areas=tuple(
            (area, tuple(desk.answer("responsibility", r.id) for r in area.responsibilities))
            for area in areas
        ),
        first=desk.first_contacts(),
    )
