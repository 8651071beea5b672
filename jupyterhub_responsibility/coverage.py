"""Whether a hub's responsibilities are covered: gaps, each with its next step.

A gap is a difference between what the model demands and what the roster shows. What cannot be
told at the moment is `unchecked`, never fine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from .confirmations import state_of, text_of
from .contacts import Answer, Desk
from .holders import Filling
from .ledger import Book
from .model import Declaration, Responsibility, Role, Roster
from .rules import Rules
from .text import isolated

Severity = Literal["severe", "warning", "note"]
SEVERITIES: dict[Severity, str] = {
    "severe": "somebody on the hub has nobody to turn to, or the wrong person",
    "warning": "it works, until somebody leaves",
    "note": "it should be looked at",
}

GapKind = Literal[
    "role-vacant",
    "role-below-minimum",
    "role-above-maximum",
    "single-holder",
    "group-missing",
    "responsibility-without-contact",
    "contact-without-channel",
    "contact-past-review",
    "term-ended",
    "never-confirmed",
    "confirmation-due",
]
KINDS: dict[GapKind, tuple[Severity, str]] = {
    "role-vacant": ("severe", "nobody holds a role, so what it alone looks after has nobody"),
    "role-below-minimum": ("warning", "a role has fewer holders than it needs"),
    "role-above-maximum": ("note", "a role has more holders than it may have"),
    "single-holder": ("warning", "a role has one holder and no backup"),
    "group-missing": ("severe", "the hub doesn't have the group that a role is held through"),
    "responsibility-without-contact": ("severe", "there is no way to reach anybody about it"),
    "contact-without-channel": ("note", "a contact says neither mail, telephone nor web address"),
    "contact-past-review": ("note", "the day by which a contact should be checked is over"),
    "term-ended": ("warning", "somebody holds a role, and their term is over"),
    "never-confirmed": ("note", "a holder has not confirmed that they know their duties"),
    "confirmation-due": ("note", "the duties have changed since, or it was long ago"),
}
"""Every kind of gap: how bad it is, and what it means."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: a link to a page of ours, or, without a `path`, something to do by hand."""

    label: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap. `about` is the id of a role, a responsibility or a contact, or a group's name."""

    kind: GapKind
    about: str
    title: str
    text: str
    step: Step
    since: datetime | date | None = None
    person: str = ""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return KINDS[self.kind][0]


@dataclass(frozen=True, slots=True)
class Covered:
    """A responsibility with its live holders; `state` is what a reader should know of it.

    "nobody-meant" are responsibilities to which the model gives no role; "unknown" is what
    cannot be told while the hub doesn't say who is in its groups.
    """

    responsibility: Responsibility
    holders: tuple[str, ...]
    state: Literal["covered", "single", "vacant", "nobody-meant", "unknown"]


@dataclass(frozen=True)
class Coverage:
    """How a hub is covered. `leaving` is whose leaving would empty most, and how many."""

    gaps: tuple[Gap, ...]
    areas: Mapping[str, tuple[Covered, ...]]
    unchecked: tuple[str, ...]
    leaving: tuple[str, int] | None
    people: int

    @property
    def responsibilities(self) -> tuple[Covered, ...]:
        """Every responsibility, in the order of the model."""
        return tuple(each for area in self.areas.values() for each in area)

    def count(self, *states: str) -> int:
        """How many responsibilities are in one of these states."""
        return sum(each.state in states for each in self.responsibilities)

    @property
    def headline(self) -> str:
        """The whole in one sentence that a person can read out."""
        total = len(self.responsibilities)
        covered = self.count("covered", "single")
        if self.count("unknown"):
            return "Who looks after this hub cannot be told right now"
        return f"{covered} of {total} responsibilities are looked after"

    @property
    def summary(self) -> str:
        """What else has to be known at once."""
        vacant, meant = self.count("vacant"), self.count("nobody-meant")
        said = [f"{vacant} {_have(vacant)} nobody." if vacant else ""]
        said.append(f"{meant} {_are(meant)} nobody's by design." if meant else "")
        if self.leaving:
            name, number = self.leaving
            said.append(f"If {isolated(name)} left, {number} more would have nobody.")
        return " ".join(filter(None, said))


@dataclass(frozen=True)
class _Facts:
    declaration: Declaration
    roster: Roster
    book: Book
    ledger_read: bool
    today: date
    authenticator_groups: bool

    @property
    def desk(self) -> Desk:
        return Desk(self.declaration, self.roster)

    def may_change(self, role: Role) -> bool:
        return Rules(self.declaration, self.authenticator_groups).open_to_change(role)


def coverage(
    declaration: Declaration,
    roster: Roster,
    book: Book,
    today: date,
    *,
    ledger_read: bool = True,
    authenticator_groups: bool = False,
) -> Coverage:
    """How a hub is covered today."""
    facts = _Facts(declaration, roster, book, ledger_read, today, authenticator_groups)
    desk = facts.desk
    areas = {
        area.id: tuple(_covered(each, desk.fillings) for each in area.responsibilities)
        for area in declaration.model.areas
    }
    gaps = [
        *_role_gaps(facts, desk.fillings),
        *_responsibility_gaps(desk, areas),
        *_contact_gaps(facts),
        *_holding_gaps(facts, desk.fillings),
    ]
    order = list(SEVERITIES)
    people = {h.name for filling in desk.fillings.values() for h in filling.holders}
    return Coverage(
        gaps=tuple(sorted(gaps, key=lambda gap: order.index(gap.severity))),
        areas=areas,
        unchecked=tuple(_unchecked(facts)),
        leaving=_leaving(areas.values()),
        people=len(people),
    )


def _covered(each: Responsibility, fillings: Mapping[str, Filling]) -> Covered:
    roles = [fillings[role] for role in each.roles]
    names = tuple(dict.fromkeys(h.name for filling in roles for h in filling.holders))
    if not roles:
        return Covered(each, (), "nobody-meant")
    if not names:
        known = all(filling.known for filling in roles)
        return Covered(each, (), "vacant" if known else "unknown")
    return Covered(each, names, "single" if len(names) == 1 else "covered")


def _leaving(areas: Iterable[tuple[Covered, ...]]) -> tuple[str, int] | None:
    """Whose leaving would empty most; how the provider staffs its own part is its own matter."""
    alone: dict[str, int] = {}
    for area in areas:
        for each in area:
            if each.state == "single" and each.responsibility.split != "provider":
                alone[each.holders[0]] = alone.get(each.holders[0], 0) + 1
    worst = max(alone, key=lambda name: alone[name], default=None)
    return (worst, alone[worst]) if worst is not None else None


def _role_gaps(facts: _Facts, fillings: Mapping[str, Filling]) -> Iterator[Gap]:
    model = facts.declaration.model
    used = {role for each in model.responsibilities() for role in each.roles}
    shared = (each for each in model.responsibilities() if each.split != "provider")
    ours = {role for each in shared for role in each.roles}
    for role_id, filling in fillings.items():
        role, number = filling.role, len(filling.holders)
        for group in filling.missing:
            yield Gap(
                "group-missing",
                role_id,
                f"The hub has no group “{isolated(group)}”",
                f"So nobody can be {role.title} through it.",
                Step("Restart the hub: it makes the groups that the declaration names"),
            )
        if not filling.known:
            continue
        least, most = role.holders.min, role.holders.max
        if not number and (role_id in used or least):
            yield _vacant_role(facts, role)
        elif number < least:
            yield Gap(
                "role-below-minimum",
                role_id,
                f"Only {number} {role.title}",
                f"The model asks for at least {least}.",
                _appoint(facts, role, "Appoint another"),
            )
        elif most is not None and number > most:
            yield Gap(
                "role-above-maximum",
                role_id,
                f"{number} are {role.title}",
                f"The model asks for at most {most}.",
                Step("Look at them", f"roles/{role_id}"),
            )
        elif number == 1 and role_id in ours and most != 1:
            name = filling.holders[0].name
            yield Gap(
                "single-holder",
                role_id,
                f"Only one {role.title}",
                f"{isolated(name)} has no stand-in.",
                _appoint(facts, role, "Appoint a second"),
                person=name,
            )


def _vacant_role(facts: _Facts, role: Role) -> Gap:
    groups = facts.declaration.groups.get(role.id, ())
    emptied = [facts.book.emptied[group] for group in groups if group in facts.book.emptied]
    return Gap(
        "role-vacant",
        role.id,
        f"Nobody is {role.title}",
        f"{_left_alone(facts, role)} {_instead(facts.desk.answer('role', role.id))}".strip(),
        _appoint(facts, role, "Appoint somebody"),
        since=max(emptied) if emptied and len(emptied) == len(groups) else None,
    )


def _left_alone(facts: _Facts, role: Role) -> str:
    """What nobody looks after, as long as nobody holds a role."""
    fillings = facts.desk.fillings
    titles = [
        each.title
        for each in facts.declaration.model.responsibilities()
        if role.id in each.roles and _covered(each, fillings).state == "vacant"
    ]
    return f"So nobody looks after: {', '.join(titles)}." if titles else ""


def _instead(answer: Answer) -> str:
    names = " and ".join(isolated(contact.name) for contact in answer.channels[:2])
    if not names:
        return "Whoever asks for them finds no way to reach anybody."
    return f"Whoever asks for them is sent to {names} instead."


def _appoint(facts: _Facts, role: Role, label: str) -> Step:
    if facts.may_change(role):
        return Step(label, f"roles/{role.id}#appoint")
    if facts.declaration.groups.get(role.id):
        return Step("Add somebody to the group where the login service keeps it")
    return Step(f"Name somebody in the declaration, under roles.{role.id}.people")


def _responsibility_gaps(desk: Desk, areas: Mapping[str, tuple[Covered, ...]]) -> Iterator[Gap]:
    for area in areas.values():
        for covered in area:
            each = covered.responsibility
            if not desk.answer("responsibility", each.id).channels:
                yield Gap(
                    "responsibility-without-contact",
                    each.id,
                    f"“{each.title}” leads to no contact",
                    "Whoever asks about it finds no way to reach anybody.",
                    Step("Give a contact in the declaration, for it or for everyone"),
                )


def _contact_gaps(facts: _Facts) -> Iterator[Gap]:
    for contact in facts.declaration.contacts:
        if not contact.reachable:
            yield Gap(
                "contact-without-channel",
                contact.id,
                f"{contact.name} cannot be reached",
                "The contact gives neither mail, telephone nor web address.",
                Step("Give one in the declaration"),
            )
        if contact.review_by and contact.review_by < facts.today:
            yield Gap(
                "contact-past-review",
                contact.id,
                f"{contact.name} should be looked at",
                f"It was to be checked by {contact.review_by}.",
                Step("Check it, and set a new review_by in the declaration"),
                since=contact.review_by,
            )


def _holding_gaps(facts: _Facts, fillings: Mapping[str, Filling]) -> Iterator[Gap]:
    if not facts.ledger_read:
        return
    for role_id, filling in fillings.items():
        role, text = filling.role, text_of(facts.declaration, filling.role)
        for holder in filling.holders:
            if holder.kind != "account":
                continue
            holding, name = (role_id, holder.name), isolated(holder.name)
            term = facts.book.terms.get(holding)
            if term and term.ended(facts.today):
                yield Gap(
                    "term-ended",
                    role_id,
                    f"The term of {name} is over",
                    f"{name} is still {role.title}.",
                    Step("Withdraw them, or extend the term", f"roles/{role_id}"),
                    since=term.until,
                    person=holder.name,
                )
            confirmation = facts.book.confirmations.get(holding)
            state = state_of(confirmation, text, role, facts.today)
            if state != "confirmed":
                yield Gap(
                    "never-confirmed" if state == "never" else "confirmation-due",
                    role_id,
                    f"{name} has not confirmed the duties of {role.title}"
                    if state == "never"
                    else f"{name} should confirm the duties of {role.title} again",
                    "They can do so on their own page.",
                    Step(f"Ask {name} to open “Yours”"),
                    since=confirmation.at if confirmation else None,
                    person=holder.name,
                )


def _unchecked(facts: _Facts) -> Iterator[str]:
    if facts.roster.read_at is None:
        yield "Who is in the hub's groups: the hub did not say"
    elif facts.roster.trouble:
        yield "Who is in the hub's groups now: what is shown was read earlier"
    if not facts.ledger_read:
        yield "Terms and confirmations: the ledger has not been read yet"
    yield "Accounts that have power without a role: this version does not look for them"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
