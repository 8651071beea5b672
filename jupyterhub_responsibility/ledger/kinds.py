"""Every kind of entry, and everything that an entry may say: one table of each.

What is written, read, said, documented and published follows from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

Event = Literal[
    "appointment",
    "withdrawal",
    "account",
    "term",
    "outcome",
    "settlement",
    "request",
    "decision",
    "asking",
    "confirmation",
    "denial",
    "kept",
    "observation",
    "erasure",
]

Detail = Literal[
    "until",
    "before",
    "reason",
    "note",
    "request",
    "asker",
    "first",
    "starts_with",
    "self_appointed",
    "noted",
    "of",
    "result",
    "refusal",
    "through",
    "created",
    "asker_created",
    "verdict",
    "expires",
    "duties_digest",
    "named",
    "change",
    "was",
    "after",
    "gone",
    "parts",
    "because",
    "kind",
    "thing",
    "title",
    "deed",
]

Result = Literal[
    "done", "unchanged", "refused", "unknown", "not done", "pending", "taken back", "ended"
]
"""What became of a change: one of a group that is kept elsewhere is decided and `pending` until it
is seen to be done there, unless it is taken back, or there is nothing any more that it is about."""

Deed = Literal["added", "changed", "set_aside", "taken_back"]
"""What somebody did about a contact, a person without an account, or a link."""

ActorKind = Literal["user", "service", "hub", "operator", "person"]
ACTOR_KINDS: dict[ActorKind, str] = {
    "user": "a person",
    "service": "a program: this service by itself, or one that has a token of the hub",
    "hub": "somebody whom the hub doesn't name",
    "operator": "whoever runs a command on the machine of the ledger",
    "person": "a person without an account, by a link that was mailed to them",
}
"""Every kind of actor, and who that is."""


@dataclass(frozen=True, slots=True)
class EventKind:
    """What a kind of entry records, and what it may say besides; `of_change` is a kind that
    announces a change on the hub, and is followed by what became of it."""

    records: str
    details: tuple[Detail, ...]
    of_change: bool = False


EVENTS: dict[Event, EventKind] = {
    "appointment": EventKind(
        "somebody starts appointing an account to a role",
        ("until", "reason", "request", "asker", "first", "starts_with", "self_appointed", "noted"),
        of_change=True,
    ),
    "withdrawal": EventKind(
        "somebody starts taking an account out of a role",
        ("reason", "note", "noted"),
        of_change=True,
    ),
    "account": EventKind("somebody starts adding a user", (), of_change=True),
    "term": EventKind(
        "somebody changed the last day of a holder's term", ("until", "before", "reason")
    ),
    "outcome": EventKind(
        "the result of one of these: done, unchanged, refused or unknown; pending, where it has to"
        " be done elsewhere",
        ("of", "result", "reason", "refusal", "through", "created"),
    ),
    "settlement": EventKind(
        "what the hub showed later, where the outcome was unknown or pending: done or not done; or"
        " that what was pending was taken back, or has ended",
        ("of", "result", "through", "created", "after"),
    ),
    "request": EventKind(
        "somebody asks for a role, or proposes a successor",
        ("reason", "until", "expires", "created", "asker_created"),
    ),
    "decision": EventKind(
        "a request was declined, or taken back", ("request", "asker", "verdict", "reason")
    ),
    "asking": EventKind(
        "somebody asks a holder without an account to confirm their duties", ("named",)
    ),
    "confirmation": EventKind("a holder confirmed their duties", ("duties_digest",)),
    "denial": EventKind("a holder without an account says that they don't hold the role", ()),
    "kept": EventKind(
        "somebody wrote a contact, a person without an account or a link on the page, set one"
        " aside, or took that back",
        ("kind", "thing", "title", "named", "deed"),
    ),
    "observation": EventKind(
        "a group or an account was changed other than through this service",
        ("change", "first", "gone", "through", "after", "was", "created"),
    ),
    "erasure": EventKind(
        "names, and what people wrote, were erased from earlier entries", ("parts", "because")
    ),
}
"""Every kind of entry."""

INTENTS: frozenset[Event] = frozenset(name for name, kind in EVENTS.items() if kind.of_change)
"""The kinds that announce a change on the hub, and are followed by what became of it."""

ENDINGS: frozenset[Event] = frozenset({"outcome", "settlement"})
"""The kinds that say what became of such a change; the first may leave it open."""

OVER: tuple[Result, ...] = ("taken back", "ended")
"""What becomes of a decision that is pending, and isn't to be carried out any more."""

DetailType = Literal["day", "moment", "number", "yes", "id", "text", "one of"]
TYPES: dict[DetailType, dict[str, Any]] = {
    "day": {"format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"},
    "moment": {"format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT"},
    "number": {"pattern": "^[1-9][0-9]*$"},
    "yes": {"const": "yes"},
    "id": {"minLength": 1},
    "text": {"minLength": 1},
    "one of": {},
}
"""Every type of detail, as JSON Schema narrows text down."""


@dataclass(frozen=True, slots=True)
class DetailKind:
    """What a detail says, and of which type its text is.

    One that is `personal` lies outside the chain, which holds a digest of it: it can be erased.
    """

    type: DetailType
    says: str
    personal: bool = False
    choices: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        choices: dict[str, Any] = {"enum": list(self.choices)} if self.choices else {}
        return {"title": self.says, "type": "string", **TYPES[self.type], **choices}


DETAILS: dict[Detail, DetailKind] = {
    "until": DetailKind("day", "the last day of a term, as year-month-day"),
    "before": DetailKind("day", "the last day that the term had before"),
    "reason": DetailKind(
        "text", "the reason; for an outcome, what the hub or the ledger said", personal=True
    ),
    "note": DetailKind(
        "text", "what somebody who steps down wrote for the next holder", personal=True
    ),
    "request": DetailKind(
        "number", "the number of the request that is approved, declined or taken back"
    ),
    "asker": DetailKind(
        "text",
        "who had asked, where that is somebody else than the account that it is about",
        personal=True,
    ),
    "first": DetailKind(
        "yes",
        "`yes` for an account that the declaration names as a first holder, and for one that"
        " was in a group when the record of it began",
    ),
    "starts_with": DetailKind(
        "id",
        "the role whose holders are the first ones of this role, where the service appointed"
        " somebody because they hold it",
    ),
    "self_appointed": DetailKind("yes", "`yes` where somebody appointed themselves"),
    "noted": DetailKind(
        "yes",
        "`yes` where somebody took note of a change that was made elsewhere, which makes it theirs",
    ),
    "of": DetailKind(
        "one of",
        "the kind of entry that this is the outcome of",
        choices=("appointment", "withdrawal", "account"),
    ),
    "result": DetailKind(
        "one of",
        "`done`, `unchanged`, `refused`, `unknown` or `not done`; `pending`, `taken back` or"
        " `ended` where it has to be done elsewhere",
        choices=get_args(Result),
    ),
    "refusal": DetailKind(
        "id", "the code of the rule that refused a change, where it wasn't the hub"
    ),
    "through": DetailKind(
        "text", "the other groups through which the account holds the role, after the change"
    ),
    "created": DetailKind(
        "moment",
        "when the hub made the account that this is about: an account that is made again has"
        " the same name, and is another one",
        personal=True,
    ),
    "asker_created": DetailKind(
        "moment", "when the hub made the account of whoever asks", personal=True
    ),
    "verdict": DetailKind(
        "one of",
        "`declined`, `taken_back`, or `ended` where the account is there no more",
        choices=("declined", "taken_back", "ended"),
    ),
    "expires": DetailKind("day", "the last day on which a request can be decided"),
    "duties_digest": DetailKind(
        "id", "identifies the duties as they were read before they were confirmed"
    ),
    "named": DetailKind(
        "text",
        "the name of a holder without an account: who is asked, or who holds the role no more by"
        " what was written on the page",
        personal=True,
    ),
    "change": DetailKind(
        "one of",
        "`began` and `ended` for the record of a group; `joined` and `left` for an account;"
        " `lost` where its group does not stand for the role any more; `renamed`, and `remade`"
        " where it was deleted and made again",
        choices=("began", "ended", "joined", "left", "lost", "renamed", "remade"),
    ),
    "was": DetailKind("text", "the name of the account before it was renamed", personal=True),
    "after": DetailKind("moment", "when the hub was last seen without this change"),
    "gone": DetailKind("yes", "`yes` where the account of the person who left was deleted"),
    "parts": DetailKind(
        "text",
        "what was erased: for each part its name and the numbers of the entries, as in"
        " `actor 3,7-9; reason 7`",
    ),
    "because": DetailKind(
        "one of",
        "`asked` where a person was to be forgotten, `age` where it was kept for long enough",
        choices=("asked", "age"),
    ),
    "kind": DetailKind(
        "one of",
        "what was written on the page: a `contact`, a `person` without an account, or a `link`",
        choices=("contact", "person", "link"),
    ),
    "thing": DetailKind("id", "the id of the contact or the link"),
    "title": DetailKind(
        "text", "the name of the contact or the person, or the title of the link", personal=True
    ),
    "deed": DetailKind(
        "one of",
        "what was done about it: `added`, `changed`, `set_aside` or `taken_back`",
        choices=get_args(Deed),
    ),
}
"""What else an entry may say, by name; what is empty is left out."""

PartName = Literal[
    "actor",
    "person",
    "asker",
    "reason",
    "note",
    "created",
    "asker_created",
    "named",
    "was",
    "title",
]
PARTS: dict[PartName, str] = {
    "actor": "who did it",
    "person": "whom it is about",
    "asker": "who had asked",
    "reason": "the reason",
    "note": "the note",
    "created": "when the account was made",
    "asker_created": "when the account of the asker was made",
    "named": "the holder without an account",
    "was": "the earlier name",
    "title": "the name of a contact, a person or a link",
}
"""What lies outside the chain, and can be erased, by name and in words: who did it, the account
that it is about, and the details that are personal."""

NAMES: tuple[PartName, ...] = ("actor", "person", "asker", "was")
"""Which of these are names of accounts."""

CONCERNED: tuple[PartName, ...] = ("person", "actor", "asker")
"""Who is concerned by an entry: the account that it is about, whoever did it, and whoever had asked
for it."""

TEXTS: tuple[PartName, ...] = ("reason", "note", "title")
"""Which of these somebody wrote."""

KindName = Literal[
    "appointments", "requests", "confirmations", "people", "contacts", "outside", "erasures"
]


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
    "confirmations": Kind("Confirmations", ("asking", "confirmation", "denial")),
    "people": Kind("People added", ("account",)),
    "contacts": Kind("Contacts, people and links", ("kept",)),
    "outside": Kind("Changes outside this page", ("observation",)),
    "erasures": Kind("What was erased", ("erasure",)),
}
"""What there is to read about; each event but the endings is of one of these."""


SCHEMA_ID = "urn:jupyterhub-responsibility:ledger-entry:v1"


def event_schema() -> dict[str, Any]:
    """An entry as it is emitted, as JSON Schema and as `jupyter_events` wants it."""
    said = {name: kind.schema() for name, kind in DETAILS.items()}
    properties = {
        "number": {"title": "The position of the entry in the ledger, from 1", "type": "integer"},
        "at": {"title": "When it was written", "type": "string", "format": "date-time"},
        "event": {"title": "What kind of entry it is", "enum": list(EVENTS)},
        "actor": {"title": "Who did it; empty where that isn't known", "type": "string"},
        "actor_kind": {
            "title": "; ".join(f"{name}: {who}" for name, who in ACTOR_KINDS.items()),
            "enum": list(ACTOR_KINDS),
        },
        "role": {"title": "The id of the role, or empty", "type": "string"},
        "group": {"title": "The group of the hub, or empty", "type": "string"},
        "person": {"title": "The account that it is about, or empty", "type": "string"},
        "intent": {
            "title": "The number of the entry that this is the outcome of",
            "type": ["integer", "null"],
        },
        "details": {
            "title": "Further details, by name",
            "type": "object",
            "additionalProperties": False,
            "properties": said,
        },
        "digest": {
            "title": "The digest of the entry, which the next one contains",
            "type": "string",
        },
    }
    return {
        "$id": SCHEMA_ID,
        "version": "1",
        "title": "An entry of the responsibility ledger",
        "personal-data": True,
        "description": "Emitted for every entry that is written to the ledger of"
        " jupyterhub-responsibility: who did what about who holds which role, and what was"
        " observed.",
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
