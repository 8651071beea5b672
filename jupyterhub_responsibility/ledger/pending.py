"""Decisions that have to be carried out elsewhere, and were not seen to be done yet. Pure.

pending    decided here, and not yet seen in the group
settled    seen to be done: the account has joined the group, or left it
taken back somebody decided that it is not to be done
ended      the account, or its group's part in the role, is there no more
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from .entry import Draft, Entry
from .kinds import ActorKind

Key = tuple[str, str, str]
"""A role, a group and an account."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One such decision: the entry that announced it, and the account that it is about, as it is
    called now; `created` is when that was made, as far as the hub told, and `outcome` the number of
    the entry that says that it has to be done elsewhere."""

    intent: Entry
    person: str
    created: str = ""
    outcome: int = 0

    @property
    def number(self) -> int:
        """The number of the entry by which it is known."""
        return self.intent.number

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return self.intent.moment

    @property
    def by(self) -> str:
        """Who decided it."""
        return self.intent.actor

    @property
    def by_kind(self) -> ActorKind:
        """Whether that was a person or a program."""
        return self.intent.actor_kind

    @property
    def role(self) -> str:
        """The role that it is about."""
        return self.intent.role

    @property
    def group(self) -> str:
        """The group that has to be changed."""
        return self.intent.group

    @property
    def appoints(self) -> bool:
        """Whether the account is to be added to the group; else it is to be taken out."""
        return self.intent.event == "appointment"

    @property
    def until(self) -> date | None:
        """The last day of the term that it begins."""
        said = self.intent.facts.get("until")
        return date.fromisoformat(said) if said else None

    @property
    def reason(self) -> str:
        """The reason that was given."""
        return self.intent.facts.get("reason", "")

    @property
    def request(self) -> int | None:
        """The number of the request that it answers."""
        said = self.intent.facts.get("request")
        return int(said) if said else None

    @property
    def key(self) -> Key:
        """Of which role, group and account there is one at most."""
        return self.role, self.group, self.person

    def renamed(self, was: str, now: str, created: str) -> Pending:
        """The same, where this is the account that has another name now."""
        same = bool(created) and (self.person, self.created) == (was, created)
        return replace(self, person=now) if same else self


def by_key(pending: Iterable[Pending]) -> dict[Key, Pending]:
    """Each by what there is one of at most."""
    return {each.key: each for each in pending}


def of_group(pending: Mapping[Key, Pending], role: str, group: str) -> Iterator[Pending]:
    """Those about one group of a role."""
    return (each for each in list(pending.values()) if (each.role, each.group) == (role, group))


def of_the_same(pending: Mapping[Key, Pending], outcome: Draft) -> Pending | None:
    """What is pending, and gives way to another decision like it about the same account."""
    said = outcome.details
    there = of_group(pending, outcome.role, outcome.group)
    found = (each for each in there if each.intent.event == said.get("of"))
    return next(
        (
            each
            for each in found
            if each.number != outcome.intent
            and is_same(each.person, each.created, outcome.person, said.get("created", ""))
        ),
        None,
    )


def is_same(person: str, created: str, other: str, made: str) -> bool:
    """Whether two names are those of the same account: by when that was made, where it is known of
    both."""
    return created == made if created and made else person == other


def coming(pending: Mapping[Key, Pending], role: str) -> Iterator[Pending]:
    """By which it is decided that people get a role, and that isn't done."""
    return (each for each in list(pending.values()) if each.appoints and each.role == role)


def is_coming(pending: Mapping[Key, Pending], role: str, person: str) -> bool:
    """Whether that is decided of somebody."""
    return any(each.person == person for each in coming(pending, role))


def goes(
    pending: Mapping[Key, Pending], role: str, groups: Iterable[str], person: str
) -> datetime | None:
    """When it was decided that somebody goes, who holds a role through these groups; None where
    they are to stay in one of them."""
    found = [pending.get((role, group, person)) for group in groups]
    leaving = [each.at for each in found if each and not each.appoints]
    return max(leaving) if leaving and len(leaving) == len(found) else None


def of_outcome(pending: Mapping[Key, Pending], number: int | None) -> Pending | None:
    """The one whose outcome is the entry of that number, if it is still to be done."""
    return next((each for each in list(pending.values()) if each.outcome == number), None)


def as_decided(
    members: Mapping[str, tuple[str, ...]],
    pending: Mapping[Key, Pending],
    role: str,
    appointed: bool = True,
) -> dict[str, tuple[str, ...]]:
    """Who will be in the groups of a role once all that was decided is done; without those who are
    only to be `appointed`, if so: nobody can count on them yet."""
    found = {group: list(names) for group, names in members.items()}
    for each in list(pending.values()):
        there = found.setdefault(each.group, []) if each.role == role else []
        if each.appoints and appointed and each.person not in there:
            there.append(each.person)
        elif not each.appoints and each.person in there:
            there.remove(each.person)
    return {group: tuple(names) for group, names in found.items()}
