"""Confirming the duties of a role: "I know them and accept them", pinned to what was read."""

from __future__ import annotations

from ..domain import refusals
from ..domain.duties import duties_digest
from ..domain.model import Role, Viewer
from ..domain.rules import About, Rules
from ..ledger.entry import Draft, Entry
from ..storage.ledger import Ledger


async def confirm(ledger: Ledger, rules: Rules, actor: Viewer, role: Role, digest: str) -> Entry:
    """Record that a holder confirms what they saw.

    `digest` stands for that. Raises RefusedError where they don't hold the role, or it
    says something else by now.
    """
    rules.check(actor, "holders", about=About(role))
    if digest != duties_digest(rules.declaration.model, role):
        raise refusals.DUTIES_CHANGED()
    draft = Draft(
        "confirmation",
        actor.name,
        role=role.id,
        person=actor.name,
        details={"duties_digest": digest},
    )
    (entry,) = await ledger.append(draft)
    return entry
