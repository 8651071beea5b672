"""The types of what the API returns and accepts: published, and checked against the code.

Answers are `TypedDict`s, which `payloads` fills and mypy checks; what is sent to us are pydantic
models with `extra="forbid"`, which check it as it comes in. `openapi` makes schemas of both, so a
type's name, docstring and descriptions are read by those who use the API. Keys that are
`NotRequired` are left out where there is nothing to say.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import (  # pydantic wants these before Python 3.12
    NotRequired,
    Required,
    TypedDict,
)

from ..coverage import GapKind, State, Urgency
from ..declaration.keeper import FILE_STATES, FileState
from ..domain.access import UserManagement
from ..domain.channels import Audience, ChannelName
from ..domain.contacts import Kind
from ..domain.kept import WHY, ThingKind, Why
from ..domain.logins import KnownFrom
from ..domain.messages import MessageName, TransportName
from ..domain.model import Split
from ..ledger.kinds import ACTOR_KINDS, ActorKind, Event, KindName, PartName, Result
from ..ledger.state import ConfirmationState

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""ISO 8601, in UTC."""


DisplayName = Annotated[
    str | None, Field(description="What they are called, where the hub or the operator says so")
]

_MOMENT: dict[str, Any] = {"anyOf": [{"format": "date"}, {"format": "date-time"}]}
"""A day or a moment, as the API takes either."""


class ErrorDetail(TypedDict):
    """What went wrong."""

    status: Annotated[int, Field(description="The HTTP status")]
    code: Annotated[str, Field(description="What went wrong, for programs")]
    message: Annotated[str, Field(description="The same in words, for people")]


class Error(TypedDict):
    """Every error of the API."""

    error: ErrorDetail


class Link(TypedDict):
    """A page to read."""

    title: str
    url: str


class Party(TypedDict):
    """The community or the provider, as far as the operator says who that is."""

    name: NotRequired[str]
    url: NotRequired[str]


class Ways(TypedDict):
    """The ways to reach somebody, and when, as declared."""

    email: NotRequired[str]
    telephone: NotRequired[str]
    url: NotRequired[str]
    chat: NotRequired[Annotated[str, Field(description="Where they are in a chat")]]
    through: NotRequired[Annotated[str, Field(description="How else to get to them, in words")]]
    hours: NotRequired[Annotated[str, Field(description="When somebody is there, in words")]]
    languages: NotRequired[Annotated[list[str], Field(description="Language codes")]]
    topics: NotRequired[Annotated[list[str], Field(description="What people ask about")]]


_For = TypedDict(
    "_For",
    {
        "for": Annotated[
            list[str],
            Field(description="Ids of areas, roles and responsibilities, `operator` or `everyone`"),
        ]
    },
)


class Contact(Ways, _For):
    """A way to reach a role, an area, a responsibility, the operator or everyone."""

    id: str
    name: str


class Someone(Ways):
    """A person or party in the declaration that has no contact entry."""

    name: str


class User(TypedDict):
    """Who is asking."""

    name: str
    display_name: DisplayName
    admin: Annotated[bool, Field(description="Whether they are a JupyterHub admin")]
    kind: Annotated[str, Field(description="`user`, or `service` for the token of a service")]


_Channel = TypedDict(
    "_Channel",
    {
        "text": Annotated[str, Field(description="The address, or what else was said")],
        "for": Annotated[Audience, Field(description="Who may see it")],
    },
)


class Channel(_Channel):
    """One thing that somebody says about how to reach them."""


class Channels(TypedDict):
    """How somebody can be reached, as they say, by what it is."""

    channels: dict[ChannelName, Channel]


class Messages(TypedDict):
    """Which kinds of messages somebody has turned off, and whether any can reach them."""

    off: list[MessageName]
    reached: Annotated[
        bool, Field(description="Whether this hub sends messages by mail, and has your address")
    ]


class Confirmation(TypedDict):
    """Whether a holder has confirmed the duties of a role."""

    state: Annotated[
        ConfirmationState | None, Field(description="null until the ledger has been read")
    ]
    at: Annotated[Time | None, Field(description="When they last confirmed")]
    duties_digest: Annotated[str, Field(description="Identifies the duties to confirm now")]


class OwnRole(TypedDict):
    """A role that the asking user holds."""

    id: str
    title: str
    groups: Annotated[list[str], Field(description="The hub's groups through which they hold it")]
    confirmation: Confirmation


_As = TypedDict(
    "_As",
    {
        "as": Annotated[
            Literal["accountable", "performer"],
            Field(description="Whether they are accountable, or do it"),
        ]
    },
)


class Duty(_As):
    """A responsibility, seen by a holder of a role."""

    id: Annotated[str, Field(description="The id of the responsibility")]
    title: str
    area: Annotated[str, Field(description="The id of its area")]
    through: Annotated[str, Field(description="The id of the role that makes it their duty")]


class Aged(TypedDict):
    """How old the facts from the hub are."""

    as_of: Annotated[
        Time | None,
        Field(
            description="When holders were last read from the hub; null while that is not known,"
            " and where the login service decides who is in all groups: each holder has their own"
        ),
    ]
    answered_at: Annotated[
        Time | None,
        Field(description="When the hub last said who is in its groups; null while it hasn't"),
    ]
    trouble: Annotated[
        str | None, Field(description="Why the last reading failed; null if it did not")
    ]


class Pending(TypedDict):
    """A decision that has to be done where a group is kept, and isn't yet."""

    number: Annotated[int, Field(description="The number of its entry in the ledger")]
    role: str
    group: str
    user: Annotated[str, Field(description="The account that it is about")]
    change: Annotated[
        Literal["appointment", "withdrawal"],
        Field(description="Whether they are to get the role, or to lose it"),
    ]
    by: Annotated[str | None, Field(description="Who decided; null where that was erased")]
    at: Time
    until: Annotated[str | None, Field(description="The last day of the term that it begins")]
    last_seen: Annotated[
        Time | None, Field(description="When the account was last on the hub, where it is known")
    ]
    url: Annotated[str | None, Field(description="Where it has to be done, as declared")]


class Me(Aged):
    """Who is asking, what they hold and look after, and every contact."""

    user: User
    roles: list[OwnRole]
    pending: list[Pending]
    duties: list[Duty]
    contacts: list[Contact]


class Responsibility(TypedDict):
    """One thing that somebody has to do."""

    id: str
    title: str
    description: str
    accountable: Annotated[
        str | None, Field(description="The id of the role that is accountable, if any")
    ]
    performed_by: Annotated[list[str], Field(description="Ids of the roles that do it")]
    split: Annotated[Split, Field(description="Whose job it is")]
    topics: Annotated[list[str], Field(description="Everyday words for it")]


class Area(TypedDict):
    """A field of work with a key goal."""

    id: str
    title: str
    goal: str
    split: Annotated[Split, Field(description="Whose job it is")]
    note: str
    responsibilities: list[Responsibility]
    links: list[Link]


class Wanted(TypedDict):
    """How many holders a role should have."""

    min: int
    max: Annotated[int | None, Field(description="null where there is no limit")]


class Role(TypedDict):
    """A named part in the model."""

    id: str
    title: str
    summary: str
    description: str
    filled_by: Annotated[str, Field(description="Who usually holds it, in words")]
    wanted: Wanted
    groups: Annotated[list[str], Field(description="The hub's groups whose members hold it")]
    appointed_by: Annotated[
        list[str], Field(description="Ids of the roles whose holders can appoint")
    ]
    starts_with: Annotated[
        list[str], Field(description="Ids of the roles whose holders are also the first to hold it")
    ]
    scopes: Annotated[list[str], Field(description="The hub's permissions that come with it")]
    links: list[Link]


class Model(TypedDict):
    """The whole model with its parties."""

    title: str
    community: Party
    provider: Party
    areas: list[Area]
    roles: list[Role]


KnownFromField = Annotated[
    KnownFrom,
    Field(
        description="`hub`, `declaration`: read, or declared, at `as_of`. `login`: told by the"
        " login service at a login no later than `as_of`; `check`: at a login, or when the hub"
        " asked it again, no later than `as_of`"
    ),
]


class Holder(TypedDict):
    """A holder of a role."""

    name: str
    display_name: DisplayName
    kind: Annotated[
        Literal["account", "person"],
        Field(description="An account of the hub, or a person without one"),
    ]
    staff: Annotated[
        bool, Field(description="Whether it is the account of somebody from the provider")
    ]
    source: Annotated[str, Field(description="The first of the groups, `declaration`, or `page`")]
    groups: Annotated[list[str], Field(description="Every group that they hold the role through")]
    as_of: Annotated[
        Time | None,
        Field(description="How old that is, see `known_from`; null where that is not known"),
    ]
    known_from: KnownFromField
    unseen_since: Annotated[
        Time | None,
        Field(
            description="Since when the hub hasn't seen them, where that is so long that nobody can"
            " tell whether they still hold it"
        ),
    ]
    email: NotRequired[Annotated[str, Field(description="As declared, or as they let you see it")]]


class RoleHolders(TypedDict):
    """Who holds a role."""

    holders: list[Holder]
    known: Annotated[
        bool,
        Field(description="False while the hub can't say; no accounts are then among the holders"),
    ]
    at_login: Annotated[
        bool, Field(description="Whether the login service decides who is in all of its groups")
    ]
    missing_groups: Annotated[
        list[str], Field(description="Groups of the declaration that the hub doesn't have")
    ]


class FilledRole(Role, RoleHolders):
    """A role with its holders, and what was decided about it that isn't done yet."""

    pending: list[Pending]


class Roles(Aged):
    """Every role with its holders."""

    roles: list[FilledRole]
    user_management: Annotated[
        UserManagement,
        Field(description="Who adds users, as `enable` was told; `scopes` are what follows"),
    ]


class RoleInFull(FilledRole, Aged):
    """A role with its holders and duties."""

    duties: list[Duty]


class Actor(TypedDict):
    """Who did something."""

    name: Annotated[
        str | None, Field(description="null where it isn't known who it was, or was erased")
    ]
    kind: Annotated[
        ActorKind,
        Field(description="; ".join(f"`{name}`: {who}" for name, who in ACTOR_KINDS.items())),
    ]


class Seen(TypedDict):
    """When something happened, as far as it was seen."""

    after: Annotated[
        Time | None,
        Field(description="It had not happened by then; null where nobody knows how long before"),
    ]
    at: Annotated[
        Time | None,
        Field(description="It had happened by then; null where it isn't known yet whether it has"),
    ]
    entries: Annotated[list[int], Field(description="The entries of the ledger that say so")]


class Stay(TypedDict):
    """The time of an account in a group of a role."""

    group: str
    by: Annotated[
        Actor | None, Field(description="Who appointed them; null if that was not done here")
    ]
    joined: Seen
    left: Annotated[Seen | None, Field(description="null while they are in the group")]


class HolderThen(TypedDict):
    """An account that held a role, or may have held it."""

    user: Annotated[str | None, Field(description="The account; null where it was erased")]
    was: Annotated[
        str | None, Field(description="What it was called then, if it was renamed since")
    ]
    certain: Annotated[bool, Field(description="False where they only may have held it")]
    since: Annotated[Seen, Field(description="When they got the role, through whichever group")]
    until: Annotated[
        str | None, Field(description="The last day of their term, as it was known then")
    ]
    through: list[Stay]
    entries: Annotated[list[int], Field(description="The entries from which all this follows")]
    says: Annotated[str, Field(description="The same in words")]


class GroupThen(TypedDict):
    """A group that stands for a role, or once did."""

    group: str
    watched: Annotated[
        Literal["whole", "part", "no"],
        Field(description="Whether it was watched for the whole time that is asked about"),
    ]
    at_login: Annotated[
        bool,
        Field(
            description="Whether the login service decides who is in it: the hub learned of it"
            " when they logged in, which may be long after that"
        ),
    ]


Then = TypedDict(
    "Then",
    {
        "role": Annotated[str, Field(description="The id of the role")],
        "from": Annotated[Time, Field(description="The first moment of the time asked about")],
        "to": Annotated[Time, Field(description="The last moment of it: of a day, or the same")],
        "certain": Annotated[
            bool,
            Field(
                description="Whether these accounts held the role, and no others did; never where"
                " the login service decides"
            ),
        ],
        "watched": Annotated[
            Literal["whole", "part", "no"],
            Field(description="`no`, and in part `part`: others may have held it, unseen"),
        ],
        "holders": list[HolderThen],
        "groups": list[GroupThen],
        "says": Annotated[list[str], Field(description="What holds for all of it, in words")],
    },
)
Then.__doc__ = "Who held a role on a day, or at a moment."


class RoleQuery(TypedDict):
    """What to know about a role: without `at`, what is so now."""

    at: NotRequired[
        Annotated[
            str,
            Field(
                description="A day or a moment (UTC): who held the role then",
                json_schema_extra=_MOMENT,
            ),
        ]
    ]


class Through(TypedDict):
    """How an account holds a role now."""

    role: Annotated[str, Field(description="The id of the role")]
    group: str
    by: Annotated[
        str | None, Field(description="Who appointed them; null where the ledger doesn't say")
    ]
    since: Annotated[Time | None, Field(description="Since when; null where nobody knows")]
    until: Annotated[str | None, Field(description="The last day of their term")]


class May(TypedDict):
    """Whether an account may decide on a responsibility now."""

    user: str
    responsibility: Annotated[str, Field(description="The id of the responsibility")]
    may: Annotated[
        bool | None, Field(description="null where the hub didn't answer: take it for a no")
    ]
    why: Annotated[str, Field(description="The same in words, with the reason")]
    through: Annotated[list[Through], Field(description="How they hold the role; empty for a no")]
    as_of: Annotated[
        Time | None,
        Field(description="How old that is, see `known_from`; null where that is not known"),
    ]
    known_from: KnownFromField


class Candidate(TypedDict):
    """An account that can be appointed."""

    user: Annotated[str, Field(description="The name of the account")]
    name: NotRequired[
        Annotated[
            str,
            Field(
                description="What the person is called, if the hub or the operator says so, so that"
                " nobody else can be meant"
            ),
        ]
    ]
    opaque: NotRequired[
        Annotated[bool, Field(description="Whether people know them by that name alone")]
    ]


class Candidates(TypedDict):
    """Accounts that match what somebody typed."""

    q: Annotated[str, Field(description="What was typed, as it was read")]
    matches: Annotated[list[Candidate], Field(description="The best match first, at most ten")]


class CandidateQuery(TypedDict):
    """What to look for among the accounts."""

    q: NotRequired[
        Annotated[
            str,
            Field(
                description="A part of the name of the account, or of the person, with three"
                " letters in a row or more; for less, nothing matches"
            ),
        ]
    ]


class Answer(TypedDict):
    """Whom to ask about one thing."""

    id: str
    kind: Annotated[Kind, Field(description="What the id belongs to")]
    title: str
    about: Annotated[list[str], Field(description="What it belongs to, in words")]
    role: Annotated[str | None, Field(description="The id of the role to ask, if any")]
    holders: Annotated[list[Holder], Field(description="Who holds that role")]
    contacts: Annotated[list[Contact | Someone], Field(description="The ways to reach somebody")]
    because: Annotated[
        str | None,
        Field(description="Why the answer is not the holders of the role; null if it is"),
    ]
    away: Annotated[list[str], Field(description="Which of the holders are away until when")]


class Contacts(Aged):
    """Answers to a question."""

    q: Annotated[str, Field(description="The question as it was read")]
    answers: Annotated[list[Answer], Field(description="The best match first")]
    otherwise: Annotated[list[Contact], Field(description="Whom to ask when nothing fits")]


class Question(TypedDict):
    """The question for `contacts`."""

    q: NotRequired[
        Annotated[
            str,
            Field(
                description="A question in everyday words, of which 200 characters are read;"
                " without it, one answer for every contact"
            ),
        ]
    ]


class Reading(TypedDict):
    """The state of reading the holders from the hub."""

    as_of: Annotated[Time | None, Field(description="When they were last read")]
    age_seconds: float | None
    trouble: Annotated[str | None, Field(description="Why the last reading failed")]
    hub_calls: Annotated[int, Field(description="Calls to the hub since the start")]


class AccountsRead(TypedDict):
    """The state of reading what accounts can do."""

    as_of: Annotated[Time | None, Field(description="When the last whole reading of them began")]
    trouble: Annotated[str | None, Field(description="Why the last reading failed")]


class DeclaredWrong(TypedDict):
    """A place in the declaration at which something is wrong."""

    file: Annotated[str, Field(description="The name of the file")]
    line: Annotated[int | None, Field(description="The line; null where it is the whole file")]


class Declared(TypedDict):
    """The declaration that is in force, and how its file stands to it."""

    state: Annotated[
        FileState,
        Field(description="; ".join(f"`{name}`: {says}" for name, says in FILE_STATES.items())),
    ]
    as_of: Time
    since: Annotated[
        str | None,
        Field(
            description="Since when the file can't be used as it is; null if it can",
            json_schema_extra={"format": "date-time"},
        ),
    ]
    faults: Annotated[list[DeclaredWrong], Field(description="Where something is wrong with it")]
    waiting: Annotated[
        list[str],
        Field(description="What needs a restart of the hub, as `roles.hub-administrator.groups`"),
    ]


class Look(TypedDict):
    """The templates in use."""

    operators_own: Annotated[
        bool, Field(description="False where the operator's page.html can't be used")
    ]


class Health(TypedDict, total=False):
    """The state of the service; all but `status` is for those in charge."""

    status: Required[Literal["ok", "degraded"]]
    version: str
    started_at: Time
    roster: Reading
    accounts: AccountsRead
    declaration: Declared
    ledger: Ledger
    messages: Annotated[
        dict[TransportName, int],
        Field(description="How many messages wait, by what they go through: `mail`, `community`"),
    ]
    failing: Annotated[
        list[str], Field(description="Tasks of the service that failed the last time they ran")
    ]
    templates: Look
    faults: Annotated[
        int,
        Field(description="Faults in the configuration that JupyterHub admins see on the pages"),
    ]


class Entry(TypedDict):
    """An entry of the ledger."""

    number: Annotated[int, Field(description="Its position in the ledger, from 1")]
    at: Time
    event: Event
    actor: Actor
    role: Annotated[str | None, Field(description="The id of the role it is about")]
    group: Annotated[str | None, Field(description="The group of the hub")]
    user: Annotated[str | None, Field(description="The account it is about")]
    intent: Annotated[int | None, Field(description="The entry that this is the outcome of")]
    details: Annotated[dict[str, str], Field(description="Further details, by name")]
    erased: Annotated[
        list[PartName], Field(description="What was erased from it: it is null, or left out")
    ]
    says: Annotated[str, Field(description="The entry as a sentence")]
    digest: Annotated[str, Field(description="Its digest, which the next entry contains")]


class LedgerEnd(TypedDict):
    """Where the ledger ends. Kept elsewhere, it shows if what was recorded by then is changed
    later."""

    number: Annotated[int, Field(description="The last entry")]
    digest: Annotated[str, Field(description="Its digest")]


class Entries(TypedDict):
    """A part of the ledger, newest first."""

    entries: list[Entry]
    before: Annotated[
        int | None, Field(description="Send this as `before` to get older ones; null at the end")
    ]
    ledger: Annotated[LedgerEnd | None, Field(description="null while there is no entry")]


class Change(TypedDict):
    """The result of an appointment or withdrawal, and who holds the role now."""

    role: str
    group: str
    user: Annotated[str, Field(description="The account, as the hub writes it")]
    result: Annotated[
        Literal["done", "unchanged", "pending"],
        Field(
            description="`unchanged`: nothing had to be changed; `pending`: it is decided, and has"
            " to be done where the group is kept"
        ),
    ]
    entry: Annotated[
        int | None,
        Field(description="The number of the entry in the ledger; null where nothing is recorded"),
    ]
    holders: list[Holder]


class Thing(TypedDict):
    """A contact, a person without an account, or a link: what the declaration and the page say."""

    kind: ThingKind
    id: str
    role: Annotated[str | None, Field(description="The role that a person holds")]
    says: Annotated[
        dict[str, Any] | None,
        Field(description="What counts, by the keys of the declaration; null if it is set aside"),
    ]
    declared: Annotated[dict[str, Any] | None, Field(description="What the declaration says")]
    written: Annotated[dict[str, Any] | None, Field(description="What was written on the page")]
    set_aside: Annotated[bool, Field(description="Whether it was set aside on the page")]
    by: Annotated[str | None, Field(description="Who wrote it, or set it aside")]
    at: Annotated[Time | None, Field(description="When")]
    differs: Annotated[
        Why | None,
        Field(
            description="Why what was written doesn't count: "
            + "; ".join(f"`{name}`: {says}" for name, says in WHY.items())
        ),
    ]
    yours: Annotated[bool, Field(description="Whether you may change it")]
    etag: Annotated[str, Field(description="Stands for what is said of it, for `If-Match`")]


class Things(TypedDict):
    """Everything that is kept on the page, or could be."""

    things: list[Thing]


class ThingChange(TypedDict):
    """What became of a change of a contact, a person or a link."""

    result: Annotated[
        Literal["done", "unchanged"], Field(description="`unchanged`: it says that already")
    ]
    entry: Annotated[int | None, Field(description="The number of the entry in the ledger")]
    thing: Annotated[Thing | None, Field(description="As it is now; null if nothing is left of it")]


class Added(TypedDict):
    """The result for one name."""

    name: Annotated[str, Field(description="The name, as the hub writes it")]
    result: Annotated[
        Result,
        Field(
            description="`unchanged`: the account already existed; `unknown`: it is not certain"
            " whether the hub added it, and the ledger will say; `not done`: it was not tried"
        ),
    ]
    message: NotRequired[Annotated[str, Field(description="Why, unless it was added or there")]]


class Erased(TypedDict):
    """What was erased about a person."""

    entry: Annotated[
        int | None, Field(description="The entry that says so; null where there was nothing")
    ]
    parts: Annotated[int, Field(description="How many parts of entries are gone")]
    gaps: Annotated[int, Field(description="In how many gaps the name was")]
    in_file: Annotated[
        bool,
        Field(description="Whether the last bytes wait in the file until nobody reads it"),
    ]


class AddedUsers(TypedDict):
    """The result for each name."""

    results: list[Added]


class Request(TypedDict):
    """An open request."""

    number: Annotated[int, Field(description="Its entry in the ledger")]
    at: Time
    by: Annotated[str, Field(description="Who asks")]
    role: str
    group: str
    user: Annotated[str, Field(description="The account to appoint")]
    reason: str
    until: Annotated[str | None, Field(description="The last day of the term")]
    expires: Annotated[str, Field(description="The last day on which it can be decided")]
    mine: Annotated[bool, Field(description="Whether the asking user made it")]


class Requests(TypedDict):
    """The open requests that somebody made, or can decide."""

    requests: list[Request]


class MyRole(TypedDict):
    """A role that you hold."""

    role: Annotated[str, Field(description="The id of the role")]
    since: Annotated[Time, Field(description="Since when, as far as this service saw it")]
    until: Annotated[str | None, Field(description="The last day of your term")]
    by: Annotated[str | None, Field(description="Who appointed you, if that was recorded")]
    reason: Annotated[str, Field(description="What they gave as the reason")]
    confirmed_at: Annotated[Time | None, Field(description="When you last confirmed its duties")]


class MyAnswer(TypedDict):
    """The answer to a request of yours."""

    request: Annotated[int, Field(description="The number of the request")]
    at: Time
    by: Annotated[str | None, Field(description="Who answered")]
    role: str
    user: Annotated[str | None, Field(description="The account that it was about")]
    verdict: Annotated[
        Literal["approved", "declined", "ended"],
        Field(description="`ended`: it can no longer be carried out"),
    ]
    message: str


class MyNote(TypedDict):
    """A note that you left for the next holder of a role."""

    role: str
    at: Time
    text: str


class MyGap(TypedDict):
    """A gap that was about you."""

    kind: str
    about: str
    since: Annotated[Time, Field(description="When it was noticed")]
    until: Annotated[Time | None, Field(description="When it was seen to be closed")]


class MyData(TypedDict):
    """Everything that is recorded about you."""

    made_at: Time
    user: User
    roles: list[MyRole]
    requests: Annotated[
        list[Request], Field(description="Those that you made, and those that are about you")
    ]
    answers: list[MyAnswer]
    notes: list[MyNote]
    gaps: list[MyGap]
    channels: Annotated[
        dict[ChannelName, Channel], Field(description="How you can be reached, as you say")
    ]
    messages_off: Annotated[
        list[MessageName], Field(description="The kinds of messages that you have turned off")
    ]
    entries: Annotated[
        list[Entry], Field(description="Every entry of the ledger about you, the newest first")
    ]
    ledger: Annotated[LedgerEnd | None, Field(description="null while there is no entry")]


class Gap(TypedDict):
    """A difference between what the model demands and what the hub shows."""

    kind: GapKind
    urgency: Urgency
    about: Annotated[
        str,
        Field(
            description="The id of a role, a responsibility or a contact; or `admin` or `user`,"
            " roles of the hub; or the name of a template"
        ),
    ]
    user: Annotated[str | None, Field(description="The account or person it is about")]
    group: Annotated[str | None, Field(description="The hub group it is about")]
    title: str
    text: str
    since: Annotated[str | None, Field(description="When it began, if that is known")]
    noticed: Annotated[str | None, Field(description="When this service first noticed it")]
    next: Annotated[str, Field(description="What to do next")]
    path: Annotated[str | None, Field(description="Where to do it, below the service's address")]


class CoveredResponsibility(TypedDict):
    """A responsibility with those who hold its roles."""

    id: str
    area: str
    state: Annotated[
        State,
        Field(
            description="`provider-only`: the community's job, done by the provider's people alone;"
            " `no-role`: the model gives it no role; `unchecked`: its holders haven't been seen for"
            " so long that nobody can tell whether they still are"
        ),
    ]
    holders: list[str]


class Coverage(Aged):
    """Whether this hub's responsibilities are covered."""

    headline: str
    summary: str
    gaps: list[Gap]
    responsibilities: list[CoveredResponsibility]
    certain: Annotated[
        bool, Field(description="Whether everything was checked that can be on this hub")
    ]
    unchecked: Annotated[list[str], Field(description="What could not be checked, in words")]
    staff: Annotated[
        list[str], Field(description="The provider's people who hold a role or have power here")
    ]
    at_login: Annotated[
        Literal["login", "check"] | None,
        Field(
            description="Where the login service decides who is in a group of any role: whether it"
            " tells the hub at a login, or also at a later check"
        ),
    ]
    accounts: Annotated[int | None, Field(description="How many accounts the hub has")]
    accounts_as_of: Annotated[
        str | None, Field(description="When the reading of all accounts began: the oldest facts")
    ]
    ledger: Annotated[LedgerEnd | None, Field(description="null until the ledger has been read")]


class LedgerQuery(TypedDict):
    """Which entries of the ledger are wanted."""

    person: NotRequired[Annotated[str, Field(description="Who did it, or whom it is about")]]
    role: NotRequired[Annotated[str, Field(description="The id of a role")]]
    kind: NotRequired[
        Annotated[
            KindName,
            Field(description="What it is about; with each change comes what became of it"),
        ]
    ]
    since: NotRequired[
        Annotated[str, Field(description="From this day or moment on", json_schema_extra=_MOMENT)]
    ]
    until: NotRequired[
        Annotated[
            str, Field(description="To this day, it included, or moment", json_schema_extra=_MOMENT)
        ]
    ]
    before: NotRequired[
        Annotated[
            str,
            Field(
                description="Only entries before this number",
                json_schema_extra={"pattern": "^[0-9]{1,9}$"},
            ),
        ]
    ]
    format: NotRequired[
        Annotated[
            Literal["json", "jsonl", "csv"],
            Field(description="`jsonl` and `csv` give every entry at once, as a file"),
        ]
    ]


IfMatch = TypedDict(
    "IfMatch",
    {
        "If-Match": NotRequired[
            Annotated[
                str,
                Field(
                    description="The `ETag` of what was seen: if somebody else has changed it"
                    " since, nothing is done (412)"
                ),
            ]
        ]
    },
)
"""Headers with which a stale page cannot overwrite."""


class Ledger(TypedDict):
    """How the ledger is."""

    number: Annotated[int, Field(description="The last entry")]
    trouble: Annotated[str | None, Field(description="Why it cannot be used; null if it can")]


class Document(TypedDict):
    """The description of the API: an OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    security: list[dict[str, Any]]
    paths: dict[str, Any]
    components: dict[str, Any]
