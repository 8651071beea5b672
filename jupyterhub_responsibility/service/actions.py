"""What people can do, for forms and the API alike: what was sent → a use case → an entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..changes import confirming
from ..changes.users import NewUsers
from ..domain.model import Role, Viewer
from ..domain.rules import Change
from ..errors import HubError, LedgerError, RefusedError
from .bodies import AppointBody, ConfirmBody, RequestBody, UsersBody, VerdictBody, WithdrawBody

if TYPE_CHECKING:
    from ..ledger.entry import Entry
    from .site import Site


def role_of(site: Site, role_id: str) -> Role:
    """The role that is meant. Raises RefusedError."""
    role = site.declaration.model.roles.get(role_id)
    if role is None:
        raise RefusedError("unknown", "There is no such role.")
    return role


async def appoint(
    site: Site, actor: Viewer, role_id: str, person: str, body: AppointBody, seen: str = ""
) -> Entry:
    """Add an account to a role's group."""
    role = role_of(site, role_id)
    rules = site.snapshot.rules
    rules.check_decider(actor, role)
    group = rules.group_of(role, body.group)
    change = Change(role, group, person, body.until, body.reason)
    return await site.appointments.appoint(actor, change, seen)


async def withdraw(
    site: Site, actor: Viewer, role_id: str, person: str, body: WithdrawBody, seen: str = ""
) -> Entry:
    """Take an account out of a role's group."""
    role = role_of(site, role_id)
    group = site.snapshot.rules.group_of(role, body.group)
    note = body.note if person == actor.name else ""
    change = Change(role, group, person, reason=body.reason, note=note)
    return await site.appointments.withdraw(actor, change, seen)


async def ask(site: Site, actor: Viewer, body: RequestBody) -> Entry:
    """Ask for a role, or propose a successor."""
    role = role_of(site, body.role)
    group = site.snapshot.rules.group_of(role, body.group)
    change = Change(role, group, body.user or actor.name, body.until, body.reason)
    return await site.requests.ask(actor, change, site.roster.current)


async def decide(site: Site, actor: Viewer, number: int, body: VerdictBody) -> Entry:
    """Approve, decline or take back a request."""
    return await site.requests.decide(actor, number, body.verdict, body.message)


async def confirm(site: Site, actor: Viewer, body: ConfirmBody) -> Entry:
    """Confirm the duties of a role."""
    role = role_of(site, body.role)
    return await confirming.confirm(site.ledger, site.declaration, actor, role, body.duties_digest)


async def add_users(site: Site, actor: Viewer, body: UsersBody) -> list[tuple[str, str]]:
    """Add users; what became of each name: added, there already, or why not."""
    return await add_each(site.new_users, actor, dict.fromkeys(body.usernames))


async def add_each(
    new_users: NewUsers, actor: Viewer, names: Iterable[str]
) -> list[tuple[str, str]]:
    """Add one after the other: a name that is refused leaves the others alone.

    Once hub or ledger fail, the rest isn't tried: each would take as long to fail. Raises
    LedgerError where that is so from the beginning, and nothing was changed.
    """
    left = list(names)
    results: list[tuple[str, str]] = []
    failed = False
    while left and not failed:
        try:
            name, result, failed = await _add(new_users, actor, left[0])
        except LedgerError:
            if not results:
                raise
            break
        results.append((name, result))
        del left[0]
    skipped = "not tried, because the hub or the ledger failed before this name"
    return [*results, *((name, skipped) for name in left)]


async def _add(new_users: NewUsers, actor: Viewer, name: str) -> tuple[str, str, bool]:
    """The name as the hub has it, what became of it, and whether the hub failed."""
    try:
        entry = await new_users.add(actor, name)
    except (RefusedError, HubError) as error:
        return name, str(error), isinstance(error, HubError)
    return entry.person, entry.facts["result"], False
