"""An entry of the ledger, and the chain that holds entries together.

Each entry carries the digest of the one before it, so that none can be changed, taken out or
moved without being found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from hashlib import sha256
from typing import Literal, get_args

Event = Literal[
    "appointment",
    "withdrawal",
    "account",
    "term",
    "outcome",
    "settlement",
    "request",
    "decision",
    "confirmation",
    "observation",
]
EVENTS: dict[Event, str] = {
    "appointment": "somebody starts appointing an account to a role",
    "withdrawal": "somebody starts taking an account out of a role",
    "account": "somebody starts adding a user",
    "term": "somebody changed the last day of a holder's term",
    "outcome": "the result of one of these: done, unchanged, refused or unknown",
    "settlement": "what the hub showed later, where the outcome was unknown: done or not done",
    "request": "somebody asks for a role, or proposes a successor",
    "decision": "a request was declined, or taken back",
    "confirmation": "a holder confirmed their duties",
    "observation": "a group or an account was changed other than through this service",
}
"""Every kind of entry, and what it records."""

INTENTS: frozenset[Event] = frozenset({"appointment", "withdrawal", "account"})
"""The kinds that announce a change on the hub, and are followed by what became of it."""

ENDINGS: frozenset[Event] = frozenset({"outcome", "settlement"})
"""The kinds that say what became of such a change; the first may leave it open."""

KindName = Literal["appointments", "requests", "confirmations", "people", "outside"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What somebody may want to read about: its name for people, and the events that are of it.

    What became of a change is of the kind of the change.
    """

    title: str
    events: tuple[Event, ...]


KINDS: dict[KindName, Kind] = {
    "appointments": Kind("Appointments and withdrawals", ("appointment", "withdrawal", "term")),
    "requests": Kind("Requests", ("request", "decision")),
    "confirmations": Kind("Confirmations", ("confirmation",)),
    "people": Kind("People added", ("account",)),
    "outside": Kind("Changes outside this page", ("observation",)),
}
"""What there is to read about; each event but the endings is of one of these."""

Result = Literal["done", "unchanged", "refused", "unknown", "not done"]
"""What became of a change on the hub."""

Detail = Literal[
    "until",
    "before",
    "reason",
    "note",
    "request",
    "first",
    "starts_with",
    "self_appointed",
    "of",
    "result",
    "refusal",
    "through",
    "created",
    "asker_created",
    "verdict",
    "expires",
    "duties_digest",
    "change",
    "was",
    "after",
    "gone",
]
DETAILS: dict[Detail, str] = {
    "until": "the last day of a term, as year-month-day",
    "before": "the last day that the term had before",
    "reason": "the reason; for an outcome, what the hub or the ledger said",
    "note": "what somebody who steps down wrote for the next holder",
    "request": "the number of the request that is approved, declined or taken back",
    "first": "`yes` for an account that the declaration names as a first holder, and for one that"
    " was in a group when the record of it began",
    "starts_with": "the role whose holders are the first ones of this role, where the service"
    " appointed somebody because they hold it",
    "self_appointed": "`yes` where somebody appointed themselves",
    "of": "the kind of entry that this is the outcome of",
    "result": "`done`, `unchanged`, `refused`, `unknown` or `not done`",
    "refusal": "the code of the rule that refused a change, where it wasn't the hub",
    "through": "the other groups through which the account holds the role, after the change",
    "created": "when the hub made the account that this is about: an account that is made again has"
    " the same name, and is another one",
    "asker_created": "when the hub made the account of whoever asks",
    "verdict": "`declined`, `taken_back`, or `ended` where the account is there no more",
    "expires": "the last day on which a request can be decided",
    "duties_digest": "identifies the duties as they were read before they were confirmed",
    "change": "`began` and `ended` for the record of a group; `joined` and `left` for an account;"
    " `lost` where its group does not stand for the role any more; `renamed`, and `remade` where it"
    " was deleted and made again",
    "was": "the name of the account before it was renamed",
    "after": "when the hub was last seen without this change",
    "gone": "`yes` where the account of the person who left was deleted",
}
"""What else an entry may say, by name; what is empty is left out."""

ActorKind = Literal["user", "service", "hub"]
ACTOR_KINDS: tuple[ActorKind, ...] = get_args(ActorKind)

ITSELF = "this service"
"""The actor where nobody asked for it."""

BEGINNING = "0" * 64
"""What the first entry carries in place of the digest of an entry before it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it is written.

    `actor` did it: a person, this service by itself, or somebody unknown (of the kind `hub`, and
    empty: the hub shows what was changed, and not by whom). `person` is the account that it is
    about. `intent` is the number of the entry that an outcome belongs to. Names are text: what
    happens to an account later erases nothing here.
    """

    event: Event
    actor: str
    actor_kind: ActorKind = "user"
    role: str = ""
    group: str = ""
    person: str = ""
    intent: int | None = None
    details: Mapping[Detail, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the ledger; `at` is in UTC, to the microsecond."""

    number: int
    at: str
    event: Event
    actor: str
    actor_kind: ActorKind
    role: str
    group: str
    person: str
    intent: int | None
    details: str
    previous: str
    digest: str = ""

    @property
    def moment(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.at)

    @property
    def is_intent(self) -> bool:
        """Whether it announces a change on the hub."""
        return self.event in INTENTS

    @property
    def facts(self) -> dict[str, str]:
        """The details, by name."""
        found: dict[str, str] = json.loads(self.details)
        return found


def storable(text: str) -> str:
    """Text that every database can hold: the hub accepts names that some cannot."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def stamp(moment: datetime) -> str:
    """A moment as entries have it: in UTC, and the later one sorts after the earlier."""
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")


def write(draft: Draft, number: int, previous: str, now: datetime) -> Entry:
    """The entry that a draft becomes after the one that has the digest `previous`."""
    details = {name: storable(value) for name, value in draft.details.items() if value}
    entry = Entry(
        number=number,
        at=stamp(now),
        event=draft.event,
        actor=storable(draft.actor),
        actor_kind=draft.actor_kind,
        role=draft.role,
        group=storable(draft.group),
        person=storable(draft.person),
        intent=draft.intent,
        details=json.dumps(details, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        previous=previous,
    )
    return replace(entry, digest=digest(entry))


def digest(entry: Entry) -> str:
    """The digest of everything that an entry says."""
    said = [
        entry.number,
        entry.at,
        entry.event,
        entry.actor,
        entry.actor_kind,
        entry.role,
        entry.group,
        entry.person,
        entry.intent,
        entry.details,
        entry.previous,
    ]
    # default: what somebody put in its place may be of any kind
    return sha256(json.dumps(said, separators=(",", ":"), default=repr).encode()).hexdigest()


def breaks(entries: Iterable[Entry], head: tuple[int, str]) -> Iterator[str]:
    """What is wrong with a chain that should end at `head` (number and digest), in words."""
    number, previous = 0, BEGINNING
    for entry in entries:
        if entry.number <= number:  # the first is 1
            yield f"entry {entry.number} was not written by this service"
            continue
        number += 1
        if entry.number != number:
            missing = f"{number}" if entry.number == number + 1 else f"{number}–{entry.number - 1}"
            yield f"entry {missing} is missing"
        if digest(entry) != entry.digest:
            yield f"entry {entry.number} was changed"
        elif entry.number == number and entry.previous != previous:
            yield f"entry {entry.number} does not follow from the one before it"
        number, previous = entry.number, entry.digest
    if number < head[0]:
        missing = f"{head[0]}" if head[0] == number + 1 else f"{number + 1}–{head[0]}"
        yield f"entry {missing} is missing at the end"
    elif (number, previous) != head and head[0] == number:
        yield f"entry {number} is not the one that was written last"
    elif number > head[0]:
        yield f"entry {head[0] + 1} and those after it were not written by this service"
