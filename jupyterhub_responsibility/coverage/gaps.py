"""What a gap is: its kinds, how urgent each is, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ..domain.model import Place as DeclaredPlace

Urgency = Literal["urgent", "soon", "later"]
URGENCIES: dict[Urgency, str] = {
    "urgent": "people have nobody to turn to, or the wrong person; or nobody answers for power",
    "soon": "it works for now, until somebody leaves or needs it",
    "later": "it should be looked at",
}
"""How soon something should be done about a gap, and why."""

GapKind = Literal[
    "role-vacant",
    "role-unchecked",
    "role-lost",
    "held-by-provider-only",
    "role-below-minimum",
    "role-above-maximum",
    "single-holder",
    "group-missing",
    "group-empty",
    "group-without-role",
    "group-unmapped",
    "responsibility-without-contact",
    "contact-without-channel",
    "contact-past-review",
    "messages-not-sent",
    "page-differs",
    "person-past-review",
    "term-ended",
    "never-confirmed",
    "confirmation-due",
    "holder-denies",
    "holder-gone",
    "holder-not-seen",
    "power-without-role",
    "role-lacks-permission",
    "edited-by-hand",
    "decision-not-done",
    "change-undecided",
    "page-closed",
    "template-shadowed",
]

Source = Literal["roster", "ledger", "accounts", "group roles", "configuration"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of gap: how urgent it is, and what it means.

    `sources` is what has to be known, besides the declaration, before one can be found. Of what is
    `said_once`, one card stands for many, whatever they are about; to `confirm` closes it.
    """

    urgency: Urgency
    meaning: str
    sources: tuple[Source, ...] = ()
    said_once: bool = False
    confirm: bool = False


KINDS: dict[GapKind, Kind] = {
    "role-vacant": Kind(
        "urgent", "nobody holds a role, so nobody does what only this role looks after", ("roster",)
    ),
    "role-unchecked": Kind(
        "urgent",
        "nobody was seen for a long time who holds a role that the login service gives, so it could"
        " not be checked whether anybody still does",
        ("roster", "ledger", "accounts"),
    ),
    "role-lost": Kind(
        "urgent",
        "people lost a role in the last weeks because the declaration was changed, and not because"
        " somebody withdrew them",
        ("roster", "ledger"),
    ),
    "held-by-provider-only": Kind(
        "urgent",
        "only people from the provider hold a role that belongs to the community",
        ("roster",),
    ),
    "role-below-minimum": Kind("soon", "a role has fewer holders than it needs", ("roster",)),
    "role-above-maximum": Kind("later", "a role has more holders than it can have", ("roster",)),
    "single-holder": Kind("soon", "a role has one holder and no backup", ("roster",)),
    "group-missing": Kind(
        "urgent", "the hub doesn't have the group that a role is held through", ("roster",)
    ),
    "group-empty": Kind(
        "later", "nobody is in one of the groups that a role is held through", ("roster",)
    ),
    "group-without-role": Kind(
        "urgent",
        "the members of a group don't have the permissions of their role",
        ("roster", "group roles"),
    ),
    "group-unmapped": Kind(
        "urgent",
        "a group that isn't in the declaration gives its members the permissions of a role, or"
        " all permissions",
        ("configuration",),
    ),
    "responsibility-without-contact": Kind(
        "urgent",
        "there is no way to reach anybody about a responsibility",
        ("roster",),  # a vacant role cannot be asked
        said_once=True,
    ),
    "contact-without-channel": Kind(
        "later", "a contact has no email address, telephone number or web address", said_once=True
    ),
    "contact-past-review": Kind("later", "the review date of a contact has passed", said_once=True),
    "person-past-review": Kind(
        "later", "the review date of a holder without an account has passed"
    ),
    "page-differs": Kind(
        "soon",
        "the page and the declaration say different things about a contact, a person without an"
        " account, or a link",
    ),
    "messages-not-sent": Kind(
        "soon", "messages have waited for more than a day, because they could not be sent"
    ),
    "term-ended": Kind(
        "soon", "somebody still holds a role although their term is over", ("roster", "ledger")
    ),
    "never-confirmed": Kind(
        "later",
        "a holder has not confirmed that they know their duties",
        ("roster", "ledger"),
        confirm=True,
    ),
    "confirmation-due": Kind(
        "later",
        "a holder's duties have changed since they confirmed them, or that was long ago",
        ("roster", "ledger"),
        confirm=True,
    ),
    "holder-denies": Kind(
        "soon",
        "a holder without an account says that they don't hold the role",
        ("ledger",),
    ),
    "holder-gone": Kind(
        "soon", "a holder's account was deleted, and nobody has taken over", ("roster", "ledger")
    ),
    "holder-not-seen": Kind(
        "soon",
        "a holder has not been on the hub for a long time",
        ("roster", "ledger", "accounts"),
    ),
    "power-without-role": Kind(
        "urgent",
        "an account can do what a role permits, or everything, without holding a role",
        ("roster", "accounts"),
    ),
    "role-lacks-permission": Kind(
        "soon", "a role lacks a permission that one of its duties needs", ("configuration",)
    ),
    "edited-by-hand": Kind(
        "soon",
        "somebody changed a group by hand, although the login service decides who is in it",
        ("roster", "ledger", "accounts"),
    ),
    "decision-not-done": Kind(
        "soon",
        "what was decided here has not been done for long where the group is kept",
        ("roster", "ledger"),
    ),
    "change-undecided": Kind(
        "soon",
        "somebody joined or left a group where it is kept, and nobody has decided that here",
        ("roster", "ledger", "accounts"),
    ),
    "page-closed": Kind("urgent", "ordinary users cannot open these pages", ("configuration",)),
    "template-shadowed": Kind(
        "later",
        "one of the operator's own templates hides what this service adds to the hub's pages",
        ("configuration",),
    ),
}
"""Every kind of gap."""

CONFIRMATIONS: frozenset[GapKind] = frozenset(name for name, kind in KINDS.items() if kind.confirm)
"""Those that a holder closes by confirming."""


PlaceKind = Literal[
    "role",
    "appoint",
    "holders",
    "decided",
    "undecided",
    "appointers",
    "confirm",
    "hub admin",
    "contact",
    "person",
    "new contact",
    "kept",
]
PLACES: dict[PlaceKind, str] = {
    "role": "roles/{}",
    "appoint": "roles/{}#appoint",
    "holders": "roles/{}#holders",
    "decided": "roles/{}#decided",
    "undecided": "roles/{}#undecided",
    "appointers": "roles/{}#appointers",
    "confirm": "#confirm-{}",
    "contact": "keep/contact/{}",
    "person": "keep/person/{}",
    "new contact": "keep/contact?for={}",
    "kept": "keep#{}",
    "hub admin": "admin",
}
"""Where a step is taken; `{}` is the role, or the id of what it is about. The last one is a page of
the hub's own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step is taken, and for which role or which thing that is kept."""

    kind: PlaceKind
    role: str = ""

    @property
    def path(self) -> str:
        """Its address: below the hub's prefix if it is `on_hub`, else below ours."""
        return PLACES[self.kind].format(self.role)

    @property
    def on_hub(self) -> bool:
        """Whether it is a page of the hub's own."""
        return self.kind == "hub admin"


By = Literal["reader", "operator", "holder", "login service"]
"""Whose step it is: the person who reads about the gap, or somebody they have to ask."""

Need = Literal["may appoint", "hub admin page", "may keep"]
"""What somebody has to be able to do for a step: appoint to its role, open the hub's page, or keep
what it is about."""


@dataclass(frozen=True, slots=True)
class Keep:
    """What somebody does on the page themselves who keeps what is for all of these `targets`."""

    label: str
    where: Place
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, and whose step it is; `where` is None for what is done by hand.

    `place` is where in the declaration; `edit` is the file and line of it, for those who may know.
    Whoever may `keep` what it is about does that instead.
    """

    label: str
    by: By = "reader"
    where: Place | None = None
    needs: Need | None = None
    place: DeclaredPlace | None = None
    edit: str = ""
    keep: Keep | None = None


def ask_operator(what: str, place: DeclaredPlace | None = None, keep: Keep | None = None) -> Step:
    """A step that the operator can take, and nobody else but who may `keep` what it is about;
    `place` is where, if it is in the declaration."""
    return Step(f"Ask the operator to {what}", by="operator", place=place, keep=keep)


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap. `about` is the id of a role, a responsibility or a contact, or the name of a role
    of the hub or of a template; `person` and `group` say whom or which, where there are several.

    `since` is when it began, where that is known; `noticed` when this service first saw it.
    """

    kind: GapKind
    about: str
    title: str
    text: str
    step: Step
    since: datetime | date | None = None
    person: str = ""
    group: str = ""
    noticed: datetime | None = None

    @property
    def urgency(self) -> Urgency:
        """How soon something should be done about it."""
        return KINDS[self.kind].urgency
