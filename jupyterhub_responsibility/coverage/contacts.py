"""Gaps about reaching somebody: contacts, and people without an account."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import isolated
from .facts import Facts
from .gaps import Gap, Step


def contact_gaps(facts: Facts) -> Iterator[Gap]:
    """Whatever leads to nobody, or to somebody who should be checked."""
    yield from _unreachable(facts)
    for contact in facts.declaration.contacts:
        if not contact.reachable:
            yield Gap(
                "contact-without-channel",
                contact.id,
                f"{contact.name} cannot be reached",
                "The contact gives neither mail, telephone nor web address.",
                Step("Ask the operator to give one"),
            )
        if contact.review_by and contact.review_by < facts.today:
            yield Gap(
                "contact-past-review",
                contact.id,
                f"{contact.name} should be looked at",
                "The day by which somebody was to check that it is still right is over.",
                Step("Check it, and tell the operator, who sets a new day for that"),
                since=contact.review_by,
            )
    yield from _people(facts)


def _unreachable(facts: Facts) -> Iterator[Gap]:
    for each in facts.declaration.model.responsibilities():
        if not facts.desk.answer("responsibility", each.id).channels:
            yield Gap(
                "responsibility-without-contact",
                each.id,
                f"“{each.title}” leads to no contact",
                "Whoever asks about it finds no way to reach anybody.",
                Step("Ask the operator to give a contact for it, or for everyone"),
            )


def _people(facts: Facts) -> Iterator[Gap]:
    roles = facts.declaration.model.roles
    for role_id, people in facts.declaration.people.items():
        for person in people:
            if person.review_by and person.review_by < facts.today:
                yield Gap(
                    "person-past-review",
                    role_id,
                    f"Is {isolated(person.name)} still {roles[role_id].title}?",
                    "The day by which somebody was to ask them is over, and no account tells.",
                    Step("Ask them, and tell the operator, who sets a new day for that"),
                    since=person.review_by,
                    person=person.name,
                )
