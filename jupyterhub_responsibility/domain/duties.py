"""What somebody is on the hook for: the responsibilities of the roles they hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from .model import Area, Model, Responsibility, Role

Part = Literal["accountable", "performer"]


@dataclass(frozen=True, slots=True)
class Duty:
    """A responsibility as seen by a holder of `through`, who is accountable for it or does it."""

    responsibility: Responsibility
    part: Part
    through: Role
    others: tuple[Role, ...] = ()
    """The other roles that perform it."""
    also: tuple[Role, ...] = ()
    """More roles of the same holder through which they perform it."""

    @property
    def parts(self) -> tuple[tuple[Part, Role], ...]:
        """What the holder has to do with it, role by role."""
        return ((self.part, self.through), *(("performer", role) for role in self.also))


def duty_of(model: Model, responsibility: Responsibility, held: tuple[str, ...]) -> Duty | None:
    """The duty that a responsibility is to somebody who holds these roles.

    Being accountable outweighs performing: one responsibility is one duty.
    """
    part: Part = "accountable"
    through = responsibility.accountable
    if through not in held:
        part = "performer"
        through = next((role for role in responsibility.performed_by if role in held), None)
    if through is None:
        return None
    others = tuple(
        model.roles[role] for role in responsibility.performed_by if role not in (through, *held)
    )
    also = tuple(
        model.roles[role]
        for role in responsibility.performed_by
        if role in held and role != through
    )
    return Duty(responsibility, part, model.roles[through], others, also)


def duties_by_area(model: Model, held: Iterable[str]) -> dict[Area, tuple[Duty, ...]]:
    """The duties of somebody who holds these roles, by area; areas without duties left out."""
    roles = tuple(held)
    by_area = {}
    for area in model.areas:
        found = (duty_of(model, each, roles) for each in area.responsibilities)
        duties = tuple(duty for duty in found if duty)
        if duties:
            by_area[area] = duties
    return by_area


def duties(model: Model, held: Iterable[str]) -> tuple[Duty, ...]:
    """The same as one list, in the order of the model."""
    return tuple(duty for each in duties_by_area(model, held).values() for duty in each)


def duties_digest(model: Model, role: Role) -> str:
    """The digest of what a holder of a role confirms: what it is, and each of its duties."""
    said = [
        role.title,
        role.summary,
        role.description,
        [
            (each.part, each.responsibility.title, each.responsibility.description)
            for each in duties(model, [role.id])
        ],
    ]
    return sha256(json.dumps(said).encode()).hexdigest()[:16]
