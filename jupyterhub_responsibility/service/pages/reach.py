"""How people reach the viewer: what they say themselves, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...coverage.snapshot import Snapshot
from ...declaration import usable_email
from ...domain.channels import AUDIENCES, CHANNELS, Audience, ChannelName, Reach, Said
from ...domain.holders import roles_of
from ...domain.messages import MESSAGES, MessageName
from ...domain.model import Viewer


@dataclass(frozen=True)
class Field:
    """Something to say: its name in forms, how it is asked for, and an example or a hint."""

    name: ChannelName
    label: str
    hint: str = ""
    kind: str = "text"


FIELDS = (
    Field("email", "Mail address", kind="email"),
    Field("chat", "Chat", "Which one, and your name there: “Zulip, @rita”."),
    Field("telephone", "Telephone", "Such as +49 40 123456.", "tel"),
    Field("url", "Web page", "A page about you, or a form to write to you."),
    Field("through", "Or else through", "“The office on the second floor”, “my deputy Kim”."),
    Field("hours", "When", "“Mon to Thu, 9 to 15 h”."),
    Field("languages", "Languages", "Codes, such as: en pt-BR."),
    Field("away_until", "Away until", "The last day. Until then, others are asked first.", "date"),
)
"""What people are asked, in this order."""


@dataclass(frozen=True)
class Kind:
    """A kind of message that people may get: its name in the form, when it is sent, and whether
    it is `wanted`."""

    name: MessageName
    when: str
    wanted: bool


@dataclass(frozen=True)
class ReachPage:
    """How people reach the viewer.

    `said` is what they said; `offered` an address that the hub knows of them, which nobody sees
    unless they say so. `holds` if they hold a role: what they say is shown for that. `by_mail` if
    this hub sends messages by mail, of these `kinds`; `not_taken` is since when no message to them
    was taken.
    """

    fields: tuple[Field, ...]
    said: dict[ChannelName, Said]
    offered: str
    holds: bool
    audiences: dict[Audience, str]
    by_mail: bool
    kinds: tuple[Kind, ...]
    not_taken: datetime | None

    title: str = "How people reach you"


def reach_page(
    snapshot: Snapshot,
    viewer: Viewer,
    reach: Reach,
    muted: frozenset[MessageName] = frozenset(),
    not_taken: datetime | None = None,
) -> ReachPage:
    """The form with what was said, by the one who says it, and which messages they want."""
    over = set() if reach.away(snapshot.today) else {"away_until"}  # who is back need not say so
    return ReachPage(
        fields=FIELDS,
        said={
            name: reach.said[name] for name in CHANNELS if name in reach.said and name not in over
        },
        offered="" if "email" in reach.said else offered_address(viewer),
        holds=bool(roles_of(snapshot.declaration, viewer)),
        audiences=AUDIENCES,
        by_mail="mail" in snapshot.transports,
        kinds=tuple(
            Kind(name, kind.yours, name not in muted)
            for name, kind in MESSAGES.items()
            if kind.yours
            if not {"person", "deciders"}.isdisjoint(snapshot.declaration.told(name))
        ),
        not_taken=not_taken,
    )


def offered_address(viewer: Viewer) -> str:
    """A mail address that may be the viewer's: the hub's, or the name of the account."""
    return usable_email(viewer.email) or usable_email(viewer.name) or ""
