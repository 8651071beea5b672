"""Confirming the duties of a role: "I know them and accept them", pinned to what was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..domain import refusals
from ..domain.duties import duties_digest
from ..domain.model import Role, Viewer
from ..domain.rules import About, Rules
from ..ledger.entry import Draft, Entry, stamp
from ..ledger.query import Wanted
from ..storage.ledger import Ledger
from .quota import Quota


async def confirm(
    ledger: Ledger,
    rules: Rules,
    now: Callable[[], datetime],
    actor: Viewer,
    role: Role,
    digest: str,
) -> Entry:
    """Record that a holder confirms what they saw; who has done so today need not do so again.

    `digest` stands for what they saw. Returns the entry. Raises RefusedError where they don't hold
    the role, or it says something else by now.
    """
    rules.check(actor, "holders", about=About(role))
    if digest != duties_digest(rules.declaration.model, role):
        raise refusals.DUTIES_CHANGED()
    async with Quota(ledger, rules, now).of(actor):
        if entry := await _of_today(ledger, now(), actor, role, digest):
            return entry
        draft = Draft(
            "confirmation",
            actor.name,
            role=role.id,
            person=actor.name,
            details={"duties_digest": digest},
        )
        (entry,) = await ledger.append(draft)
        return entry


async def _of_today(
    ledger: Ledger, now: datetime, actor: Viewer, role: Role, digest: str
) -> Entry | None:
    """The entry by which this account has confirmed the same today, as it is counted still."""
    last = ledger.state.confirmations.get((role.id, actor.name))
    if last is None or last.duties_digest != digest or last.at.date() != now.date():
        return None
    about = Wanted(person=actor.name, role=role.id, since=last.at, events=("confirmation",))
    found = await ledger.page(about, None, 1)
    is_theirs = bool(found) and stamp(last.at) >= actor.created
    return found[0] if is_theirs else None
