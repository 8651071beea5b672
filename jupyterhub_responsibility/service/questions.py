"""What people can ask, and must not be answered to everybody: who held a role, who may decide."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from ..domain import refusals
from ..domain.matches import Named
from ..domain.model import Viewer
from ..domain.rules import About
from ..errors import HubError, LedgerError, RefusedError
from ..ledger import may
from ..ledger.may import May, could_not_tell, did_you_mean, find_responsibility
from ..ledger.past import Period, Then
from ..text import visible
from .actions import role_of
from .bodies import MayQuery
from .filters import period

if TYPE_CHECKING:
    from .site import Site


async def held(site: Site, viewer: Viewer, role_id: str, at: str) -> Then:
    """Who held a role on a day or at a moment. Raises RefusedError or LedgerError.

    Of a role that the model has no more, who may read everything can ask.
    """
    rules = site.snapshot.rules
    if not (rules.reads_everything(viewer) and site.ledger.state.past.knows(role_id)):
        rules.check(viewer, "past readers", about=About(role_of(site, role_id)))
    now, looked = site.now(), site.watch.looked
    when = period(at, now, looked)
    await site.ledger.catch_up()
    groups = site.declaration.groups.get(role_id, ())
    found = site.ledger.state.past.at(role_id, when, groups, looked)
    return found.told(rules.decided_elsewhere)


async def may_decide(site: Site, viewer: Viewer, asked: MayQuery) -> May:
    """Whether somebody may decide on a responsibility, by what the hub says now.

    Where it doesn't answer, nobody may. Raises RefusedError where there is no such thing.
    """
    if not viewer.is_account(asked.user):
        site.snapshot.rules.check(viewer, "support")
    responsibility = find_responsibility(site.declaration.model, asked.responsibility)
    role_id, now = responsibility.accountable or "", site.now()
    groups = site.declaration.groups.get(role_id, ())
    try:
        account = await site.api.account(asked.user, now)
        if account is None:
            raise await _no_account(site, asked.user)
        found = await site.api.members(groups) if groups else {}
    except HubError as error:
        return could_not_tell(asked.user, responsibility, error)
    members = {group: found.get(group, ()) for group in groups}
    then = await _holders_now(site, role_id, now)
    model, names = site.declaration.model, site.snapshot.names
    return may.may_decide(
        model, responsibility, account, members, now, then, names, site.snapshot.logins
    )


async def _no_account(site: Site, name: str) -> RefusedError:
    near: tuple[Named, ...] = ()
    with suppress(HubError):
        near = await site.directory.near(name)
    meant = did_you_mean(each.account for each in near)
    return refusals.NO_SUCH_ACCOUNT(name=visible(name), meant=meant)


async def _holders_now(site: Site, role_id: str, now: datetime) -> Then | None:
    """What the ledger knows of who holds a role, if it can be read."""
    with suppress(LedgerError):
        await site.ledger.catch_up()
        return site.ledger.state.past.at(role_id, Period(now, now))
    return None
