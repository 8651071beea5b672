"""Confirming the duties of a role: "I know them and accept them", pinned to what was read."""

from __future__ import annotations

from ..domain.duties import duties_digest
from ..domain.holders import roles_of
from ..domain.model import Declaration, Role, Viewer
from ..errors import RefusedError
from ..ledger.entry import Draft, Entry
from ..storage.ledger import Ledger


async def confirm(
    ledger: Ledger, declaration: Declaration, actor: Viewer, role: Role, digest: str
) -> Entry:
    """Record that a holder confirms what they saw.

    `digest` stands for that. Raises RefusedError where they don't hold the role, or it
    says something else by now.
    """
    if role.id not in {own.role.id for own in roles_of(declaration, actor)}:
        raise RefusedError(
            "not_allowed", f"Only holders of the role {role.title} can confirm its duties."
        )
    if digest != duties_digest(declaration.model, role):
        raise RefusedError(
            "stale", "These duties have changed since you opened the page. Read them again first."
        )
    draft = Draft(
        "confirmation",
        actor.name,
        role=role.id,
        person=actor.name,
        details={"duties_digest": digest},
    )
    (entry,) = await ledger.append(draft)
    return entry
