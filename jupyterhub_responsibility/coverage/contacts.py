"""Gaps about reaching somebody: contacts, and people without an account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..domain.kept import THING_KINDS, WHY, Difference, Item, Key, title_of
from ..domain.messages import TRANSPORTS
from ..text import isolated
from .gaps import Gap, Keep, Place, Step, ask_operator
from .snapshot import Snapshot


def contact_gaps(snapshot: Snapshot) -> Iterator[Gap]:
    """Everything that nobody can be reached about, and every contact that should be checked."""
    yield from _unreachable(snapshot)
    for contact in snapshot.declaration.contacts:
        where = Place("contact", contact.id)
        if not contact.reachable:
            yield Gap(
                "contact-without-channel",
                contact.id,
                f"{contact.name} cannot be reached",
                "This contact has no email address, telephone number or web address.",
                ask_operator(
                    "add one",
                    ("contacts", contact.id),
                    Keep("Add one", where, contact.targets),
                ),
            )
        if contact.review_by and contact.review_by < snapshot.today:
            yield Gap(
                "contact-past-review",
                contact.id,
                f"{contact.name} is due for review",
                "Its review date has passed.",
                Step(
                    "Check it, and ask the operator to set a new date",
                    by="operator",
                    place=("contacts", contact.id, "review_by"),
                    keep=Keep("Check it, and set a new date", where, contact.targets),
                ),
                since=contact.review_by,
            )
    yield from map(_differs, snapshot.laid.differs)
    yield from _people(snapshot)
    for transport, since in snapshot.unsent.items():
        yield Gap(
            "messages-not-sent",
            transport,
            f"{TRANSPORTS[transport].capitalize()} could not be sent",
            "They have waited for more than a day, and are tried again every hour.",
            ask_operator("check where messages go, and what is in the log"),
            since=since,
        )


def _unreachable(snapshot: Snapshot) -> Iterator[Gap]:
    for each in snapshot.declaration.model.responsibilities():
        if not snapshot.contact_finder.answer("responsibility", each.id).channels:
            yield Gap(
                "responsibility-without-contact",
                each.id,
                f"There is no contact for “{each.title}”",
                "People who ask about it find no way to reach anybody.",
                ask_operator(
                    "add a contact for it, or for everyone",
                    ("contacts",),
                    Keep("Add a contact for it", Place("new contact", each.id), (each.id,)),
                ),
            )


def _differs(each: Difference) -> Gap:
    """That the page and the file say different things, to be settled by those who keep it."""
    kept = each.kept
    thing = kept.thing or each.declared
    called = isolated(title_of(thing)) if thing else f"a {THING_KINDS.get(kept.kind, 'thing')}"
    return Gap(
        "page-differs",
        kept.id,
        f"The page and the declaration say different things about {called}",
        f"What was written on the page doesn't count, because {WHY[each.why]}.",
        Step(
            "Look at both, and say which one is right",
            where=Place("kept", f"{kept.kind}-{kept.id}"),
            needs="may keep",
        ),
        since=kept.at,
    )


def _people(snapshot: Snapshot) -> Iterator[Gap]:
    roles = snapshot.declaration.model.roles
    for role_id, people in snapshot.declaration.people.items():
        there = [item for item in snapshot.laid.items.values() if _holds(item, role_id)]
        declared = [key for key, item in snapshot.laid.declared.items() if _holds(item, role_id)]
        for person, item in zip(people, there, strict=True):
            if person.review_by and person.review_by < snapshot.today:
                yield Gap(
                    "person-past-review",
                    role_id,
                    f"Is {isolated(person.name)} still {roles[role_id].title}?",
                    "The review date has passed. They have no account, so the hub cannot tell.",
                    Step(
                        "Ask them, then ask the operator to set a new date",
                        by="operator",
                        place=("roles", role_id, "people", *_at(declared, item.key), "review_by"),
                        keep=Keep(
                            "Ask them, then set a new date", Place("person", item.id), (role_id,)
                        ),
                    ),
                    since=person.review_by,
                    person=person.name,
                )


def _holds(item: Item, role_id: str) -> bool:
    return item.kind == "person" and item.role == role_id


def _at(declared: Sequence[Key], key: Key) -> tuple[int, ...]:
    """The number of somebody in the file; none for whoever is named on the page alone."""
    return (declared.index(key),) if key in declared else ()
