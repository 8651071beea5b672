"""The entries that say what becomes of a decision that has to be done elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..domain.accounts import Account
from ..ledger.accounts import made_at
from ..ledger.entry import ITSELF, Draft
from ..ledger.kinds import ActorKind, Detail, Result
from ..ledger.pending import Pending

Members = Mapping[str, tuple[str, ...]]
"""Who is in which group."""


def settlement(
    pending: Pending,
    result: Result,
    members: Members,
    account: Account | None,
    after: str = "",
) -> Draft:
    """What becomes of a decision: the entry that says so. `members` are those of the groups of its
    role then, and `after` is when it was last seen not to be done."""
    person = account.name if account else pending.person
    details: dict[Detail, str] = {
        "result": result,
        "of": pending.intent.event,
        "through": others(members, person, pending.group),
        "created": made_at(account) or pending.created,
        "after": after,
    }
    return Draft(
        "settlement",
        ITSELF,
        "service",
        pending.role,
        pending.group,
        person,
        intent=pending.number,
        details=details,
    )


def taken_back(pending: Pending, actor: str, kind: ActorKind) -> Draft:
    """That somebody took a decision back."""
    return replace(settlement(pending, "taken back", {}, None), actor=actor, actor_kind=kind)


def others(members: Members, person: str, group: str) -> str:
    """The other groups of a role that somebody is in, in words."""
    return ", ".join(each for each in sorted(members) if each != group and person in members[each])
