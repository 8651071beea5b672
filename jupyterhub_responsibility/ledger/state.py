"""What follows from the ledger: terms, confirmations, requests, notes, and what is unsettled.

Entries go in, in order; nothing else changes it. It holds what is still of interest, not
what once was, so that a long ledger costs a page no more than a short one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from .entry import Entry

Holding = tuple[str, str]
"""A role and an account."""


@dataclass(frozen=True, slots=True)
class Term:
    """Since when, until when (its last day), and by whom an account holds a role."""

    since: datetime
    by: str
    until: date | None = None
    reason: str = ""

    def ended(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A holder's "I know these duties": when, and the digest of what they saw."""

    at: datetime
    duties_digest: str


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for a role, for themselves or for a successor."""

    number: int
    at: datetime
    by: str
    role: str
    group: str
    person: str
    reason: str = ""
    until: date | None = None
    expires: date = date.max

    def open_on(self, today: date) -> bool:
        """Whether it can still be decided."""
        return today <= self.expires


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision about a request, for the person who made it."""

    at: datetime
    by: str
    request: Request
    approved: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody who left a role wrote for the next holder."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody joined or left a group by a way other than this service.

    It happened after `after`, when it was not yet so, and before `at`.
    """

    role: str
    group: str
    person: str
    joined: bool
    after: datetime
    at: datetime


LOOKED_LATELY = timedelta(minutes=10)
"""What wasn't so before that, and is now, has happened now, as people see it."""

ConfirmationState = Literal["confirmed", "due", "never"]


class LedgerState:
    """The state that a chain of entries leads to; `number` is the last one that was read."""

    def __init__(self) -> None:
        self.number = 0
        self.terms: dict[Holding, Term] = {}
        self.confirmations: dict[Holding, Confirmation] = {}
        self.requests: dict[int, Request] = {}
        self.answers: dict[Holding, Answer] = {}
        """The last answer by role and by whoever had asked."""
        self.notes: dict[str, Note] = {}
        self.first_appointed: set[Holding] = set()
        self.members: defaultdict[str, set[str]] = defaultdict(set)
        """Group → accounts, as recorded."""
        self._groups: defaultdict[str, set[str]] = defaultdict(set)
        """Role → the groups that it was held through."""
        self.emptied: dict[str, datetime] = {}
        """Group → since when nobody is in it, where the moment is known."""
        self.watched: set[str] = set()
        """Groups whose members were looked at since the ledger began."""
        self.touched: dict[str, int] = {}
        """Group → the last entry about it."""
        self.joined: dict[Holding, datetime] = {}
        """Since when an account holds a role, as far as that was seen."""
        self.departed: dict[Holding, datetime | None] = {}
        """Whose account was deleted while they held a role, and nobody joined it since: when, where
        the moment is known."""
        self.edits: dict[tuple[str, str], Edit] = {}
        """The last change of a group that was not made through this service, by account."""
        self.unsettled: dict[int, Entry] = {}
        """Intents of which it isn't known what became of them."""

    def read(self, entry: Entry) -> None:
        """Take in the next entry."""
        self.number = entry.number
        if entry.group:
            self.touched[entry.group] = entry.number
            self._groups[entry.role].add(entry.group)
        if entry.is_intent:
            self.unsettled[entry.number] = entry
        elif entry.event in ("outcome", "settlement"):
            self._outcome(entry)
        elif entry.event == "observation":
            self._observation(entry)
        elif entry.event == "request":
            self.requests[entry.number] = _request(entry)
            self.answers.pop((entry.role, entry.actor), None)
        elif entry.event == "decision":
            self._answered(entry, approved=False)
        elif entry.event == "confirmation":
            confirmed = Confirmation(entry.moment, entry.facts["duties_digest"])
            self.confirmations[entry.role, entry.person] = confirmed

    def watched_groups(self) -> list[Holding]:
        """The groups whose members are looked at, each with the role that it stands for."""
        return [
            (role, group)
            for role, groups in self._groups.items()
            for group in sorted(groups & self.watched)
        ]

    def open_requests(self, today: date) -> list[Request]:
        """The requests that can still be decided, oldest first."""
        return [request for request in self.requests.values() if request.open_on(today)]

    def _outcome(self, entry: Entry) -> None:
        result = entry.facts["result"]
        intent = self.unsettled.get(entry.intent or 0)
        if intent is None or result == "unknown":
            return
        del self.unsettled[intent.number]
        if result not in ("done", "unchanged"):
            return
        if intent.event == "appointment":
            self._appointed(intent, entry.person or intent.person)
        elif intent.event == "withdrawal":
            self._left(intent, entry.person or intent.person)
        self._count(intent.group, entry)

    def _appointed(self, intent: Entry, person: str) -> None:
        facts = intent.facts
        holding = (intent.role, person)
        until = date.fromisoformat(facts["until"]) if "until" in facts else None
        self.terms[holding] = Term(intent.moment, intent.actor, until, facts.get("reason", ""))
        self._come(intent, person)
        if "first" in facts:
            self.first_appointed.add((intent.role, intent.person))
        self._answered(intent, approved=True)

    def _answered(self, entry: Entry, approved: bool) -> None:
        facts = entry.facts
        request = self.requests.pop(int(facts.get("request", 0)), None)
        if request is not None and entry.actor != request.by:
            message = facts.get("reason", "")
            answer = Answer(entry.moment, entry.actor, request, approved, message)
            self.answers[request.role, request.by] = answer

    def _left(self, intent: Entry, person: str) -> None:
        if note := intent.facts.get("note"):
            self.notes[intent.role] = Note(intent.moment, intent.actor, note)
        self._gone(intent.role, intent.group, person)

    def _observation(self, entry: Entry) -> None:
        change = entry.facts["change"]
        if change == "began":
            self.watched.add(entry.group)
        elif change == "ended":
            self._ended(entry)
            return
        elif change == "joined":
            self._come(entry, entry.person)
        else:
            self._gone(entry.role, entry.group, entry.person)
            if "gone" in entry.facts:
                self._missed(entry)
        if "after" in entry.facts:
            after = datetime.fromisoformat(entry.facts["after"])
            self.edits[entry.group, entry.person] = Edit(
                entry.role, entry.group, entry.person, change == "joined", after, entry.moment
            )
        self._count(entry.group, entry)

    def _ended(self, entry: Entry) -> None:
        """A group no longer stands for a role: people who held the role through it have left it."""
        for person in list(self.members[entry.group]):
            self._gone(entry.role, entry.group, person)
        for kept in (self.members, self.emptied):
            kept.pop(entry.group, None)
        self.watched.discard(entry.group)
        self._groups[entry.role].discard(entry.group)

    def _come(self, entry: Entry, person: str) -> None:
        """Somebody is in a role's group; people who left before have a successor now."""
        self.members[entry.group].add(person)
        self.edits.pop((entry.group, person), None)
        self.joined.setdefault((entry.role, person), entry.moment)
        self.departed = {each: at for each, at in self.departed.items() if each[0] != entry.role}

    def _missed(self, entry: Entry) -> None:
        """Somebody is gone for good; who was renamed joins at the same moment, and isn't."""
        came = [at for (role, _), at in self.joined.items() if role == entry.role]
        if (entry.role, entry.person) not in self.joined and entry.moment not in came:
            self.departed[entry.role, entry.person] = _moment_of(entry)

    def _count(self, group: str, entry: Entry) -> None:
        """Note since when a group is empty."""
        if self.members[group]:
            self.emptied.pop(group, None)
        elif group not in self.emptied and (moment := _moment_of(entry)):
            self.emptied[group] = moment

    def _gone(self, role: str, group: str, person: str) -> None:
        """Who comes back starts anew: with a new term, and asked to confirm again.

        Who still holds the role through another group has not left it.
        """
        self.members[group].discard(person)
        self.edits.pop((group, person), None)
        if any(person in self.members[other] for other in self._groups[role]):
            return
        self.joined.pop((role, person), None)
        self.terms.pop((role, person), None)
        self.confirmations.pop((role, person), None)


def _moment_of(entry: Entry) -> datetime | None:
    """When something happened; None if it was only found that it had, long after."""
    if entry.event != "observation":
        return entry.moment if entry.facts["result"] == "done" else None
    after = entry.facts.get("after")
    known = after and entry.moment - datetime.fromisoformat(after) < LOOKED_LATELY
    return entry.moment if known else None


def _request(entry: Entry) -> Request:
    facts = entry.facts
    return Request(
        number=entry.number,
        at=entry.moment,
        by=entry.actor,
        role=entry.role,
        group=entry.group,
        person=entry.person,
        reason=facts.get("reason", ""),
        until=date.fromisoformat(facts["until"]) if "until" in facts else None,
        expires=date.fromisoformat(facts["expires"]),
    )
