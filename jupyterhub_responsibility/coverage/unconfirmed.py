"""The gap about somebody who has not confirmed their duties, with an account or without."""

from __future__ import annotations

from ..domain.model import Role
from ..ledger.standing import Standing
from .gaps import Gap, Step


def unconfirmed(role: Role, person: str, name: str, stands: Standing, text: str, step: Step) -> Gap:
    """That `person`, who is called `name`, has never confirmed them, or should do so again."""
    never = stands.state == "never"
    return Gap(
        "never-confirmed" if never else "confirmation-due",
        role.id,
        f"{name} has not confirmed the duties of {role.title}"
        if never
        else f"{name} should confirm the duties of {role.title} again",
        text,
        step,
        since=stands.due_since,
        person=person,
    )
