"""Deadlines: days by which somebody has to do something about a role or a contact.

term           the last day of somebody's term
handover       the same, where somebody else has been proposed for the role, or has asked for it
confirmation   the day on which a holder should confirm the duties, for the first time or again
review         the day by which a contact, or a holder without an account, should be checked
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ..coverage.snapshot import Snapshot
from ..domain.holders import roles_of
from ..domain.model import Person, Role, Viewer
from ..domain.names import Names
from ..ledger.gap_spans import key_of
from ..ledger.standing import Standing
from ..ledger.state import Request
from ..text import day, isolated, visible

DeadlineKind = Literal["term", "handover", "confirmation", "review"]

CHECK = "Somebody should make sure that this is still right, and ask the operator for a new date."
"""What to do about a review date."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something to be done by a `day`, or on it.

    `key` tells it from every other deadline of the hub, and stays the same when the day is moved or
    the words are others. `path` is a page below the service's address; `mine` if it is the
    viewer's own.
    """

    kind: DeadlineKind
    key: tuple[str, ...]
    day: date
    title: str
    text: str
    path: str
    mine: bool = False


def own(snapshot: Snapshot, viewer: Viewer, requests: tuple[Request, ...]) -> tuple[Deadline, ...]:
    """Somebody's own: their terms, and the confirmations of their duties.

    `requests` are the open ones that they may see.
    """
    own = roles_of(snapshot.declaration, viewer)
    return _in_order(
        deadline
        for each in own
        for deadline in _of_holder(snapshot, viewer, each.role, viewer.name, requests)
    )


def everybodys(
    snapshot: Snapshot, viewer: Viewer, requests: tuple[Request, ...]
) -> tuple[Deadline, ...]:
    """Everybody's, as somebody in charge sees them. `requests` are the open ones that they see."""
    return _in_order([*_of_holders(snapshot, viewer, requests), *_reviews(snapshot)])


def _in_order(found: Iterable[Deadline]) -> tuple[Deadline, ...]:
    """Each once: somebody may be declared twice. What comes first is first."""
    return tuple(sorted({each.key: each for each in found}.values(), key=lambda each: each.day))


def _of_holders(
    snapshot: Snapshot, viewer: Viewer, requests: tuple[Request, ...]
) -> Iterator[Deadline]:
    for role_id, held in snapshot.holders_by_role.items():
        role = snapshot.declaration.model.roles[role_id]
        for holder in held.holders:
            if holder.kind == "account":
                yield from _of_holder(snapshot, viewer, role, holder.name, requests)


def _of_holder(
    snapshot: Snapshot, viewer: Viewer, role: Role, account: str, requests: tuple[Request, ...]
) -> Iterator[Deadline]:
    mine = viewer.is_account(account)
    stands = snapshot.standing(role, account, viewer.created if mine else "")
    if stands.term and stands.term.until:
        successors = [r for r in requests if r.role == role.id and r.person != account]
        yield _last_day(snapshot, role, account, stands.term.until, successors, mine)
    if stands.state:
        yield _confirmation(snapshot, role, account, stands, mine)


def _of_account(snapshot: Snapshot, role: Role, account: str) -> str:
    """What stands for an account in a key, whatever it is called: it keeps its events in a
    calendar, and another one of the same name has events of its own."""
    return snapshot.ledger_state.created.get((role.id, account)) or visible(account)


def _last_day(
    snapshot: Snapshot,
    role: Role,
    account: str,
    until: date,
    successors: list[Request],
    mine: bool,
) -> Deadline:
    name = snapshot.names.isolated(account)
    said = [_candidate(snapshot.names, role, each) for each in successors]
    if role.on_term_end == "withdraw":
        whom = "you" if mine else name
        said.append(f"After this day, the role is taken away from {whom}.")
    said.append("Anyone who can appoint to this role can set another last day.")
    return Deadline(
        "handover" if successors else "term",
        ("term", role.id, _of_account(snapshot, role, account)),
        until,
        f"{'Your last day' if mine else f'Last day of {name}'} as {role.title}"
        f"{': hand over' if successors else ''}",
        " ".join(said),
        "" if mine else f"roles/{role.id}",
        mine,
    )


def _candidate(names: Names, role: Role, request: Request) -> str:
    person = names.isolated(request.person)
    if request.proposer:
        return f"{names.isolated(request.proposer)} has proposed {person} for the role."
    return f"{person} has asked to become {role.title}."


def _confirmation(
    snapshot: Snapshot, role: Role, account: str, stands: Standing, mine: bool
) -> Deadline:
    name, duties = snapshot.names.isolated(account), f"duties as {role.title}"
    return Deadline(
        "confirmation",
        ("confirmation", role.id, _of_account(snapshot, role, account)),
        _confirm_on(snapshot, role, account, stands),
        f"Confirm your {duties}" if mine else f"{name} should confirm their {duties}",
        f"{_why('You have' if mine else f'{name} has', stands)}"
        f" This is done on {'your' if mine else 'their'} page “My responsibilities”.",
        "" if mine else f"roles/{role.id}",
        mine,
    )


def _confirm_on(snapshot: Snapshot, role: Role, account: str, stands: Standing) -> date:
    """By when to confirm; where that is due for an unknown time, since when it was noticed."""
    if stands.confirm_by:
        return stands.confirm_by
    kind = "never-confirmed" if stands.state == "never" else "confirmation-due"
    noticed = snapshot.noticed.get(key_of(kind, role.id, account))
    return noticed.date() if noticed else snapshot.today


def _why(who_has: str, stands: Standing) -> str:
    if stands.confirmed_at is None:
        return f"{who_has} not confirmed them yet."
    last = day(stands.confirmed_at)
    if stands.confirm_by is None:
        return f"They have changed since they were last confirmed, on {last}."
    return f"They were last confirmed on {last}."


def _reviews(snapshot: Snapshot) -> Iterator[Deadline]:
    for contact in snapshot.declaration.contacts:
        if contact.review_by:
            title = f"Check the contact {isolated(contact.name)}"
            key = ("contact", contact.id)
            yield Deadline("review", key, contact.review_by, title, CHECK, "contacts")
    for role_id, people in snapshot.declaration.people.items():
        role = snapshot.declaration.model.roles[role_id]
        yield from (_person(role, each, each.review_by) for each in people if each.review_by)


def _person(role: Role, person: Person, review_by: date) -> Deadline:
    known_by = person.email or person.telephone or person.url
    return Deadline(
        "review",
        ("person", role.id, person.name, known_by),
        review_by,
        f"Check whether {isolated(person.name)} is still {role.title}",
        CHECK,
        f"roles/{role.id}",
    )
