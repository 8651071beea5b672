"""The messages that people get: one table of what there is to tell, to whom, and how soon.

The declaration, the pages, the docs and what is sent follow from it.

message    what somebody is told, once, by one channel
transport  what messages go through: `mail` to single people, or the channel of the community
deciders   those who can act: holders of the roles that appoint to a role, and JupyterHub admins
digest     what isn't urgent, once a day in one message
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

To = Literal["person", "deciders", "community", "manager"]
TO: dict[To, str] = {
    "person": "the person whom it is about, or who asked",
    "deciders": "the people who can act: who can appoint to the role, and JupyterHub admins",
    "community": "the channel of the community",
    "manager": "whoever keeps the group where it is kept: the address in `manage_at`",
}
"""Whom a message may go to."""

TransportName = Literal["mail", "community"]
TRANSPORTS: dict[TransportName, str] = {
    "mail": "messages by mail",
    "community": "messages to the channel of the community",
}
"""What messages go through, and what goes there in words."""

MessageName = Literal[
    "appointed",
    "withdrawn",
    "proposed",
    "request",
    "decided",
    "term_changed",
    "term_ends",
    "term_ended",
    "duties_changed",
    "confirmation_due",
    "vacant",
    "contact_review",
    "power",
    "taken_back",
    "to_do",
    "called_off",
]


@dataclass(frozen=True, slots=True)
class MessageKind:
    """Something that there is to tell: when it is told, also as one of those who are told would
    say it (`yours`), whom, and the title of the message.

    `to` is whom, unless the declaration says otherwise. `you` is the title for the person whom it
    is about; empty where there is nobody to tell it to, as `yours` is where nobody on the hub is
    told. `others` is the title for everybody else: it names nobody. `page` is where to go from
    there. What isn't `urgent` waits for the digest.
    """

    when: str
    yours: str
    to: tuple[To, ...]
    urgent: bool
    you: str
    others: str
    page: str = "roles/{role}"

    @property
    def possible(self) -> tuple[To, ...]:
        """Whom it may go to."""
        if "manager" in self.to:
            return ("manager",)
        found = (to for to in get_args(To) if to != "manager")
        return tuple(to for to in found if self.you or to != "person")

    def title(self, to: To, role: str, day: str = "") -> str:
        """The title of the message; `role` is the title of the role."""
        return (self.you if to == "person" else self.others).format(role=role, day=day)

    def path(self, to: To, role_id: str) -> str:
        """The page to go to, below ours: “My responsibilities” is only for whom it is about."""
        page = self.page if self.page or to == "person" else "roles/{role}"
        return page.format(role=role_id)


MESSAGES: dict[MessageName, MessageKind] = {
    "appointed": MessageKind(
        "somebody was appointed to a role",
        "you are appointed to a role",
        ("person",),
        True,
        "You are now {role}",
        "{role}: somebody was appointed",
        "",
    ),
    "withdrawn": MessageKind(
        "somebody was withdrawn from a role, or lost it because a group stands for it no more",
        "you are withdrawn from a role, or lose it",
        ("person",),
        True,
        "You are no longer {role}",
        "{role}: somebody no longer holds this role",
    ),
    "proposed": MessageKind(
        "a holder proposed somebody for a role",
        "somebody proposes you for a role",
        ("person",),
        True,
        "You were proposed as {role}",
        "{role}: somebody was proposed",
    ),
    "request": MessageKind(
        "somebody asked for a role, or proposed a successor, and it has to be decided",
        "a request waits that you can decide",
        ("deciders",),
        True,
        "",
        "{role}: a request waits for a decision",
    ),
    "decided": MessageKind(
        "a request was approved or declined, or has ended",
        "a request that you made, or that is about you, is decided",
        ("person",),
        True,
        "Your request about {role} was decided",
        "{role}: a request was decided",
    ),
    "term_changed": MessageKind(
        "the last day of a holder's term was changed",
        "your last day in a role is changed",
        ("person",),
        True,
        "Your last day as {role} was changed",
        "{role}: the last day of a term was changed",
    ),
    "term_ends": MessageKind(
        "a holder's term ends in 30 days, and in 7",
        "your term ends in 30 days, and in 7",
        ("person",),
        False,
        "Your term as {role} ends after {day}",
        "{role}: a term ends after {day}",
    ),
    "term_ended": MessageKind(
        "a holder's term has ended, and they still hold the role",
        "your term has ended, or that of somebody whom you can appoint",
        ("person", "deciders"),
        False,
        "Your term as {role} has ended",
        "{role}: a term has ended",
    ),
    "duties_changed": MessageKind(
        "the duties of a role have changed since a holder confirmed them",
        "your duties have changed since you confirmed them",
        ("person",),
        False,
        "Your duties as {role} have changed",
        "{role}: the duties have changed",
        "",
    ),
    "confirmation_due": MessageKind(
        "a holder should confirm their duties again",
        "you should confirm your duties again",
        ("person",),
        False,
        "Please confirm your duties as {role} again",
        "{role}: a holder should confirm their duties again",
        "",
    ),
    "vacant": MessageKind(
        "a role that somebody has held is vacant",
        "a role is vacant to which you can appoint",
        ("deciders", "community"),
        True,
        "",
        "{role}: nobody holds this role",
    ),
    "contact_review": MessageKind(
        "the review date of a contact has passed",
        "the review date of a contact has passed (JupyterHub admins)",
        ("deciders",),
        False,
        "",
        "A contact is due for review",
        "admin",
    ),
    "power": MessageKind(
        "an account can do what a role permits, or everything, without holding a role",
        "an account has power without holding a role (JupyterHub admins)",
        ("deciders",),
        True,
        "",
        "An account has power without holding a role",
        "admin",
    ),
    "taken_back": MessageKind(
        "a request was approved, and that is taken back, or has ended, before it is done elsewhere",
        "the approval of a request that you made doesn't stand any more",
        ("person",),
        True,
        "The approval of your request about {role} doesn't stand any more",
        "{role}: the approval of a request doesn't stand any more",
    ),
    "to_do": MessageKind(
        "something was decided that has to be done where a group is kept",
        "",
        ("manager",),
        True,
        "",
        "{role}: please change who is in a group",
    ),
    "called_off": MessageKind(
        "what was to be done where a group is kept need not be done any more",
        "",
        ("manager",),
        True,
        "",
        "{role}: please do not change who is in a group",
    ),
}
"""Everything that there is to tell."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told: an account, and when it was made (empty where that isn't known)."""

    account: str
    created: str = ""

    @property
    def key(self) -> str:
        """What stays the same when the account gets another name."""
        return self.created or self.account

    def may_be(self, other: Recipient) -> bool:
        """Whether it is the same account, as far as is known of both when they were made."""
        if self.created and other.created:
            return self.created == other.created
        return self.account == other.account


COMMUNITY = Recipient("")
"""Stands for the channel of the community, which is nobody's."""

MANAGER = Recipient("", "manager")
"""Stands for whoever keeps a group elsewhere: the declaration says where to write to."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, before it is written: no names, no reasons, no address.

    `id` is the same however often it is made. What it says is made from the `entry` when it is
    sent, or from the role and the `day`.
    """

    id: str
    kind: MessageName
    to: To
    recipient: Recipient
    role: str = ""
    entry: int | None = None
    day: str = ""

    @property
    def transport(self) -> TransportName:
        """What it goes through."""
        return "community" if self.to == "community" else "mail"
