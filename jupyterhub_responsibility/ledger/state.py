"""What follows from the ledger: terms, confirmations, requests, notes, and what is unsettled.

Entries go in, in order; nothing else changes it. But for `past`, it holds what is still of
interest, not what once was, so that a long ledger costs a page no more than a short one.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from ..text import is_erased
from .chain import BEGINNING, Head
from .confirmed import BY_PEOPLE, Confirmation, Words
from .entry import Entry, stamp
from .kinds import ENDINGS
from .past import Past
from .pending import Key, Pending, by_key

Holding = tuple[str, str]
"""A role and an account."""

Told = tuple[int, datetime, str]
"""The number of an entry, when it was, and when the account that it is about was made."""

TOLD = 20
"""So many things that were done for somebody are remembered as news."""


@dataclass(frozen=True, slots=True)
class Term:
    """Since when, until when (its last day), and by whom an account holds a role.

    `starts_with` is the role that they held, where this service made them the first holder.
    `closed` if it was decided that they go, even where that is not done yet, or was taken back.
    """

    since: datetime
    by: str
    until: date | None = None
    reason: str = ""
    starts_with: str = ""
    closed: bool = False

    def ended(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for a role, for themselves or for a successor.

    `created` is when the account that should get it was made, `asker_created` that of whoever asks.
    """

    number: int
    at: datetime
    by: str
    role: str
    group: str
    person: str
    reason: str = ""
    until: date | None = None
    expires: date = date.max
    created: str = ""
    asker_created: str = ""

    @property
    def proposer(self) -> str:
        """Who asks, where it is for somebody else."""
        return "" if self.by == self.person else self.by

    def open_on(self, today: date) -> bool:
        """Whether it can still be decided."""
        return today <= self.expires


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision about a request, for the person who made it.

    It has `ended` without one, or before it was done, where an account that it was about is gone.
    `number` is that of the entry.
    """

    at: datetime
    by: str
    request: Request
    approved: bool
    message: str = ""
    ended: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody who left a role wrote for the next holder."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody joined or left a group by a way other than this service.

    It happened after `after`, when it was not yet so, and before `at`. `undoes` if it only undid
    what was done in the same way, so that nobody who was appointed is missing.
    """

    role: str
    group: str
    person: str
    joined: bool
    after: datetime
    at: datetime
    undoes: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """Somebody lost a role because a group doesn't stand for it any more, since `at`.

    `kept` is what hung on them, and returns with them if it does so again.
    """

    group: str
    at: datetime
    kept: tuple[object, ...]


LOOKED_LATELY = timedelta(minutes=10)
"""What wasn't so before that, and is now, has happened now, as people see it."""

ConfirmationState = Literal["confirmed", "due", "never"]


class LedgerState:
    """The state that a chain of entries leads to; `number` is the last one that was read, and
    `digest` its digest."""

    def __init__(self) -> None:
        self.number = 0
        self.digest = BEGINNING
        self.terms: dict[Holding, Term] = {}
        self.confirmations: dict[Holding, Confirmation] = {}
        self.requests: dict[int, Request] = {}
        self.approved: dict[int, Request] = {}
        """Those that were approved, by decisions that have not been seen to be done."""
        self.answers: dict[Holding, Answer] = {}
        """The last answer by role and by whoever had asked."""
        self.notes: dict[str, Note] = {}
        self.first_appointed: set[Holding] = set()
        self.ever_held: set[str] = set()
        """Roles that somebody has held through the hub."""
        self.created: dict[Holding, str] = {}
        """When the account of a holder was made, as far as the hub told."""
        self.lost: dict[Holding, Loss] = {}
        """Who lost a role with the group that stood for it, while that group does so no more."""
        self._returning: dict[Holding, Loss] = {}
        """The same, for groups that stand for their role again."""
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
        self.pending: dict[Key, Pending] = {}
        """What was decided and has to be done elsewhere."""
        self.ever_decided: set[str] = set()
        """Roles to which somebody was appointed that way, whatever became of it."""
        self.people: set[str] = set()
        """Every account that an entry names."""
        self.given_up: dict[str, datetime] = {}
        """A name → when it was found that its account has another one."""
        self.told: dict[str, deque[Told]] = {}
        """Account → the last entries by which others changed something for it."""
        self.past = Past()
        """Who held which role when."""
        self.words = Words()
        """What people without an account have said."""

    def read(self, entry: Entry) -> None:
        """Take in the next entry."""
        self.number, self.digest = entry.number, entry.digest
        self.past.read(entry)
        self.words.read(entry)
        self._name(entry)
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
        elif entry.event == "confirmation" and entry.actor_kind != BY_PEOPLE:
            confirmed = Confirmation(entry.moment, entry.facts["duties_digest"])
            self.confirmations[entry.role, entry.person] = confirmed
        elif entry.event == "term":
            self._last_day(entry)

    def _name(self, entry: Entry) -> None:
        """Note whom an entry names, and for whom it is news."""
        if entry.person and not is_erased(entry.person) and _is_news(entry):
            whose = self.created.get((entry.role, entry.person), "")
            lately = self.told.setdefault(entry.person, deque(maxlen=TOLD))
            lately.append((entry.number, entry.moment, entry.facts.get("created", whose)))
        named = {entry.person, entry.was, entry.actor if entry.actor_kind == "user" else ""}
        self.people |= {name for name in named if name and not is_erased(name)}
        if entry.event == "observation" and entry.facts["change"] == "renamed":
            self.given_up[entry.was] = entry.moment

    @property
    def head(self) -> Head:
        """Where the chain ends, as far as it was read."""
        return self.number, self.digest

    def made(self, account: str) -> str:
        """When the last account of a name was made that is known of; empty where none is."""
        recorded = list(self.created.items())  # it may be written to meanwhile
        return max((created for (_, name), created in recorded if name == account), default="")

    def watched_groups(self) -> list[Holding]:
        """The groups whose members are looked at, each with the role that it stands for."""
        return [
            (role, group)
            for role, groups in self._groups.items()
            for group in sorted(groups & self.watched)
        ]

    def groups_of(self, role_id: str) -> frozenset[str]:
        """The groups that a role is or was held through, as recorded."""
        return frozenset(self._groups[role_id])

    def open_requests(self, today: date) -> list[Request]:
        """The requests that can still be decided, oldest first."""
        return [request for request in self.requests.values() if request.open_on(today)]

    def intent_of(self, ending: Entry) -> Entry | None:
        """What an entry says the outcome of, where that isn't known yet, or is pending."""
        pending = (p.intent for p in self.pending.values() if p.number == ending.intent)
        return self.unsettled.get(ending.intent or 0) or next(pending, None)

    def _outcome(self, entry: Entry) -> None:
        result, was_pending = entry.facts["result"], self._take_pending(entry)
        intent = was_pending.intent if was_pending else self.unsettled.get(entry.intent or 0)
        if intent is None or result == "unknown":
            return
        self.unsettled.pop(intent.number, None)
        if result == "pending":
            self._decided(intent, entry)
        elif result in ("taken back", "ended"):
            self._answered_again(intent, entry, approved=False)
        if result not in ("done", "unchanged"):
            return
        self.approved.pop(_asked(intent), None)
        person = entry.person or (was_pending.person if was_pending else intent.person)
        if intent.event == "appointment":
            self._appointed(intent, entry, entry if was_pending else intent)
        elif intent.event == "withdrawal":
            self._left(intent, person)
        self._count(intent.group, entry)

    def _take_pending(self, ending: Entry) -> Pending | None:
        """The decision that an entry settles, which is pending no more."""
        found = next((p for p in self.pending.values() if p.number == ending.intent), None)
        return self.pending.pop(found.key) if found else None

    def _decided(self, intent: Entry, outcome: Entry) -> None:
        """It has to be done elsewhere: what hangs on the decision itself holds from now on."""
        person = outcome.person or intent.person
        known = self.created.get((intent.role, person), "")
        created = outcome.facts.get("created", "") or known
        made = Pending(intent, person, created, outcome.number)
        self.pending[made.key] = made
        if made.appoints:
            self.ever_decided.add(intent.role)
            if "first" in intent.facts:
                self.first_appointed.add((intent.role, intent.person))
            if request := self.requests.get(_asked(intent)):
                self.approved[request.number] = request
            self._approved(intent, outcome)
        elif term := self.terms.get((intent.role, person)):
            self.terms[intent.role, person] = replace(term, closed=True)

    def _approved(self, intent: Entry, outcome: Entry) -> None:
        """A request was approved; or again, by a decision in the place of another one."""
        if _asked(intent) in self.requests:
            self._answered(intent, approved=True)
        else:
            self._answered_again(intent, outcome, approved=True)

    def _answered_again(self, intent: Entry, ending: Entry, approved: bool) -> None:
        """Whoever had asked, and was told that it was approved, is told that it was not, or is
        again; unless they have said so themselves."""
        ended = ending.facts["result"] == "ended"
        for key, answer in list(self.answers.items()):
            request = answer.request
            if request.number == _asked(intent):
                message = intent.facts.get("reason", "") if approved else ""
                by = intent.actor if approved else ending.actor
                self.answers[key] = Answer(
                    ending.moment, by, request, approved, message, ended, ending.number
                )
                # whoever has their name may be somebody else by now
                if by == request.by or (ended and not request.asker_created):
                    del self.answers[key]

    def _appointed(self, intent: Entry, outcome: Entry, came: Entry) -> None:
        """Who holds the role already, through another group, keeps a term unless there is a new
        last day; `came` says when they were in the group."""
        facts, holding = intent.facts, (intent.role, outcome.person or intent.person)
        until = date.fromisoformat(facts["until"]) if "until" in facts else None
        created = outcome.facts.get("created", "")
        self._made(holding, created)
        is_noted = "noted" in facts and holding not in self.terms
        if until or holding not in self.joined or is_noted:
            reason, first = facts.get("reason", ""), facts.get("starts_with", "")
            self.terms[holding] = Term(intent.moment, intent.actor, until, reason, first)
        self._come(came, holding[1], created)
        if "first" in facts:
            self.first_appointed.add((intent.role, intent.person))
        if came is intent:  # and not decided before
            self._approved(intent, outcome)

    def _last_day(self, entry: Entry) -> None:
        """A term gets another last day, or none; who came by another way has a term from now on."""
        holding, said = (entry.role, entry.person), entry.facts.get("until")
        term = self.terms.get(holding) or Term(self.joined.get(holding, entry.moment), "")
        until = date.fromisoformat(said) if said else None
        self.terms[holding] = replace(term, until=until, closed=False)

    def _answered(self, entry: Entry, approved: bool) -> None:
        """Whoever asked will read it, unless they have said so themselves."""
        facts = entry.facts
        request = self.requests.pop(_asked(entry), None)
        if request is None or entry.actor == request.by:
            return
        ended = facts.get("verdict") == "ended"
        if ended and not request.asker_created:  # whoever has their name may be somebody else
            return
        message = facts.get("reason", "")
        answer = Answer(entry.moment, entry.actor, request, approved, message, ended, entry.number)
        self.answers[request.role, request.by] = answer

    def _left(self, intent: Entry, person: str) -> None:
        if note := intent.facts.get("note"):
            self.notes[intent.role] = Note(intent.moment, intent.actor, note)
        self._gone(intent.role, intent.group, person)

    def _observation(self, entry: Entry) -> None:
        change, before = entry.facts["change"], self.edits.get((entry.group, entry.person))
        if change == "began":
            self._began(entry)
        elif change == "lost":
            self._lost(entry, entry.person)
        elif change == "ended":
            self._ended(entry)
            return
        elif change == "joined":
            self._come(entry, entry.person, entry.facts.get("created", ""))
        elif change == "renamed":
            self._renamed(entry)
        elif change == "remade":
            self._remade(entry)
        else:
            self._gone(entry.role, entry.group, entry.person)
            if "gone" in entry.facts:
                self._missed(entry)
        if "after" in entry.facts and change in ("joined", "left"):
            after = datetime.fromisoformat(entry.facts["after"])
            undoes = before is not None and before.joined != (change == "joined")
            self._edited(entry, after, undoes)
        if entry.group:
            self._count(entry.group, entry)

    def _edited(self, entry: Entry, after: datetime, undoes: bool = False) -> None:
        is_in = entry.facts["change"] != "left"
        self.edits[entry.group, entry.person] = Edit(
            entry.role, entry.group, entry.person, is_in, after, entry.moment, undoes
        )

    def _began(self, entry: Entry) -> None:
        """Who lost the role with this group, and is in it still, has it again from now on."""
        self.watched.add(entry.group)
        back = {
            each: loss
            for each, loss in self.lost.items()
            if (each[0], loss.group) == (entry.role, entry.group)
        }
        self._returning = back
        for each in back:
            del self.lost[each]

    def _lost(self, entry: Entry, person: str) -> None:
        """A group will no longer stand for a role: that may be a mistake in the declaration.

        What hung on its members waits for it to be put right.
        """
        holding = (entry.role, person)
        held = tuple(kept.get(holding) for kept in self._belongings)
        self._gone(entry.role, entry.group, person)
        if holding not in self.joined and not is_erased(person):
            self.lost[holding] = Loss(entry.group, entry.moment, held)

    def _ended(self, entry: Entry) -> None:
        """A group no longer stands for a role."""
        for person in list(self.members[entry.group]):
            self._lost(entry, person)
        for kept in (self.members, self.emptied):
            kept.pop(entry.group, None)
        self.watched.discard(entry.group)
        self._groups[entry.role].discard(entry.group)

    @property
    def _belongings(self) -> tuple[dict[Holding, Any], ...]:
        """What hangs on a holder."""
        return self.terms, self.confirmations, self.joined, self.created

    def _come(self, entry: Entry, person: str, created: str = "") -> None:
        """Somebody is in a role's group; people who left before have a successor now."""
        holding = (entry.role, person)
        self.members[entry.group].add(person)
        self.ever_held.add(entry.role)
        self.edits.pop((entry.group, person), None)
        self._back(entry, holding)
        self._made(holding, created)
        self.joined.setdefault(holding, entry.moment)
        self.departed = {each: at for each, at in self.departed.items() if each[0] != entry.role}

    def _back(self, entry: Entry, holding: Holding) -> None:
        """Who lost a role with its group, and is there when the group or another one begins to
        stand for it, has not been away."""
        loss = self.lost.pop(holding, None) or self._returning.pop(holding, None)
        if loss is None or "first" not in entry.facts or holding in self.joined:
            return
        for kept, value in zip(self._belongings, loss.kept, strict=True):
            if value is not None:
                kept[holding] = value

    def _renamed(self, entry: Entry) -> None:
        """Everything that hangs on a holder goes along with the account, and so do requests.

        With another group of the role, it has done so; by then, the name may be somebody else's.
        """
        self.requests = {n: _of_renamed(each, entry) for n, each in self.requests.items()}
        self.approved = {n: _of_renamed(each, entry) for n, each in self.approved.items()}
        made = entry.facts.get("created", "")
        self.pending = by_key(
            each.renamed(entry.was, entry.person, made) for each in self.pending.values()
        )
        if not entry.group:
            return
        was, now, created = entry.was, entry.person, entry.facts.get("created", "")
        if self.created.get((entry.role, was), created) == created:
            for kept in self._belongings:
                if (entry.role, was) in kept:
                    kept[entry.role, now] = kept.pop((entry.role, was))
        self.members[entry.group].discard(was)
        edit = self.edits.pop((entry.group, was), None)
        self._come(entry, now, created)
        if edit:
            self.edits[entry.group, now] = replace(edit, person=now)

    def _remade(self, entry: Entry) -> None:
        """The account was deleted, and another one of its name is in the group."""
        created = entry.facts.get("created", "")
        confirmed = self.confirmations.get((entry.role, entry.person))
        self._let_go(entry.role, entry.person)
        self._come(entry, entry.person, created)
        self._edited(entry, datetime.fromisoformat(created) if created else entry.moment)
        if confirmed and stamp(confirmed.at) > created:  # by the new one
            self.confirmations[entry.role, entry.person] = confirmed

    def _made(self, holding: Holding, created: str) -> None:
        """Note when an account was made; what hung on another one of its name ends."""
        if created and self.created.get(holding, created) != created:
            self._let_go(*holding)
        if created:
            self.created[holding] = created

    def _let_go(self, role: str, person: str) -> None:
        for kept in self._belongings:
            kept.pop((role, person), None)

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
        self._let_go(role, person)


def _is_news(entry: Entry) -> bool:
    """Whether somebody else changed something for whom it is about."""
    if entry.actor == entry.person:
        return False
    if entry.event in ENDINGS:
        return entry.facts.get("of") in ("appointment", "withdrawal") and (
            entry.facts.get("result") == "done"
        )
    if entry.event == "observation":
        return entry.facts["change"] in ("joined", "left", "lost") and "gone" not in entry.facts
    return entry.event in ("request", "term")


def _of_renamed(request: Request, entry: Entry) -> Request:
    """A request with the new name of an account that was renamed, where it is about that one."""
    was, created = entry.was, entry.facts.get("created", "")
    if created and (request.person, request.created) == (was, created):
        request = replace(request, person=entry.person)
    if created and (request.by, request.asker_created) == (was, created):
        request = replace(request, by=entry.person)
    return request


def _asked(entry: Entry) -> int:
    """The number of the request that a decision answers; 0 where it answers none."""
    return int(entry.facts.get("request", 0))


def _moment_of(entry: Entry) -> datetime | None:
    """When something happened; None if it was only found that it had, long after."""
    after = entry.facts.get("after")
    if entry.event != "observation" and not after:
        return entry.moment if entry.facts["result"] == "done" else None
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
        created=facts.get("created", ""),
        asker_created=facts.get("asker_created", ""),
    )
