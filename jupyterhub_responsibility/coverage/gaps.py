"""What a gap is: its kinds, how bad each is, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ..domain.model import Place as DeclaredPlace

Severity = Literal["severe", "warning", "note"]
SEVERITIES: dict[Severity, str] = {
    "severe": "people have nobody to turn to, or the wrong person; or nobody answers for power",
    "warning": "it works for now, until somebody leaves or needs it",
    "note": "it should be looked at",
}

URGENCY: dict[Severity, str] = {
    "severe": "urgent",
    "warning": "soon",
    "note": "when there is time",
}
"""How soon to do something about it, in the words that pages use."""

GapKind = Literal[
    "role-vacant",
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
    "person-past-review",
    "term-ended",
    "never-confirmed",
    "confirmation-due",
    "holder-gone",
    "holder-not-seen",
    "power-without-role",
    "role-lacks-permission",
    "edited-by-hand",
    "page-closed",
    "template-shadowed",
]
KINDS: dict[GapKind, tuple[Severity, str]] = {
    "role-vacant": (
        "severe",
        "nobody holds a role, so nobody does what only this role looks after",
    ),
    "held-by-provider-only": (
        "severe",
        "only people from the provider hold a role that belongs to the community",
    ),
    "role-below-minimum": ("warning", "a role has fewer holders than it needs"),
    "role-above-maximum": ("note", "a role has more holders than it can have"),
    "single-holder": ("warning", "a role has one holder and no backup"),
    "group-missing": ("severe", "the hub doesn't have the group that a role is held through"),
    "group-empty": ("note", "nobody is in one of the groups that a role is held through"),
    "group-without-role": (
        "severe",
        "the members of a group don't have the permissions of their role",
    ),
    "group-unmapped": (
        "severe",
        "a group that isn't in the declaration gives its members the permissions of a role, or"
        " all permissions",
    ),
    "responsibility-without-contact": (
        "severe",
        "there is no way to reach anybody about a responsibility",
    ),
    "contact-without-channel": (
        "note",
        "a contact has no email address, telephone number or web address",
    ),
    "contact-past-review": ("note", "the review date of a contact has passed"),
    "person-past-review": (
        "note",
        "the review date of a holder without an account has passed",
    ),
    "term-ended": ("warning", "somebody still holds a role although their term is over"),
    "never-confirmed": ("note", "a holder has not confirmed that they know their duties"),
    "confirmation-due": (
        "note",
        "a holder's duties have changed since they confirmed them, or that was long ago",
    ),
    "holder-gone": ("warning", "a holder's account was deleted, and nobody has taken over"),
    "holder-not-seen": ("warning", "a holder has not been on the hub for a long time"),
    "power-without-role": (
        "severe",
        "an account can do what a role permits, or everything, without holding a role",
    ),
    "role-lacks-permission": ("warning", "a role lacks a permission that one of its duties needs"),
    "edited-by-hand": (
        "warning",
        "somebody changed a group by hand, although the login service decides who is in it",
    ),
    "page-closed": ("severe", "ordinary users cannot open these pages"),
    "template-shadowed": (
        "note",
        "one of the operator's own templates hides what this service adds to the hub's pages",
    ),
}
"""Every kind of gap: how bad it is, and what it means."""

CONFIRMATIONS: frozenset[GapKind] = frozenset({"never-confirmed", "confirmation-due"})
"""Those that a holder closes by confirming."""

Source = Literal["roster", "ledger", "accounts", "group roles", "configuration"]
SOURCES: dict[GapKind, frozenset[Source]] = {
    "role-vacant": frozenset({"roster"}),
    "held-by-provider-only": frozenset({"roster"}),
    "role-below-minimum": frozenset({"roster"}),
    "role-above-maximum": frozenset({"roster"}),
    "single-holder": frozenset({"roster"}),
    "group-missing": frozenset({"roster"}),
    "group-empty": frozenset({"roster"}),
    "group-without-role": frozenset({"roster", "group roles"}),
    "group-unmapped": frozenset({"configuration"}),
    "responsibility-without-contact": frozenset({"roster"}),  # a vacant role cannot be asked
    "contact-without-channel": frozenset(),
    "contact-past-review": frozenset(),
    "person-past-review": frozenset(),
    "term-ended": frozenset({"roster", "ledger"}),
    "never-confirmed": frozenset({"roster", "ledger"}),
    "confirmation-due": frozenset({"roster", "ledger"}),
    "holder-gone": frozenset({"roster", "ledger"}),
    "holder-not-seen": frozenset({"roster", "ledger", "accounts"}),
    "power-without-role": frozenset({"roster", "accounts"}),
    "role-lacks-permission": frozenset({"configuration"}),
    "edited-by-hand": frozenset({"roster", "ledger", "accounts"}),
    "page-closed": frozenset({"configuration"}),
    "template-shadowed": frozenset({"configuration"}),
}
"""What has to be known, besides the declaration, before a kind of gap can be found."""


PlaceKind = Literal["role", "appoint", "holders", "appointers", "confirm", "hub admin"]
PLACES: dict[PlaceKind, str] = {
    "role": "roles/{}",
    "appoint": "roles/{}#appoint",
    "holders": "roles/{}#holders",
    "appointers": "roles/{}#appointers",
    "confirm": "#confirm-{}",
    "hub admin": "admin",
}
"""Where a step is taken; `{}` is the role. The last one is a page of the hub's own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step is taken."""

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

Need = Literal["may appoint", "hub admin page"]
"""What somebody has to be able to do for a step: appoint to its role, or open the hub's page."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, and whose step it is; `where` is None for what is done by hand.

    `place` is where in the declaration; `edit` is the file and line of it, for those who may know.
    """

    label: str
    by: By = "reader"
    where: Place | None = None
    needs: Need | None = None
    place: DeclaredPlace | None = None
    edit: str = ""


def ask_operator(what: str, place: DeclaredPlace | None = None) -> Step:
    """A step that only the operator can take; `place` is where, if it is in the declaration."""
    return Step(f"Ask the operator to {what}", by="operator", place=place)


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
    def severity(self) -> Severity:
        """How bad it is."""
        return KINDS[self.kind][0]

    @property
    def urgency(self) -> str:
        """How soon to do something about it, in words."""
        return URGENCY[self.severity]
