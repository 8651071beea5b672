"""What people can do, for forms and the API alike: what was sent → a use case → an entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..changes import confirming
from ..changes.users import Added
from ..declaration.things import thing_of
from ..domain import refusals
from ..domain.matches import Named
from ..domain.model import Role, Viewer
from ..domain.names import Called
from ..domain.pasted import Habits, Line, are_addresses, read
from ..domain.rules import About, Change, Rules
from ..errors import RefusedError
from ..text import day
from . import limits
from .bodies import (
    AppointBody,
    AskBody,
    ConfirmBody,
    EraseBody,
    MessagesBody,
    PastedBody,
    ReachBody,
    RequestBody,
    TermBody,
    UsersBody,
    VerdictBody,
    WithdrawBody,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..coverage.snapshot import Snapshot
    from ..domain.channels import Reach
    from ..domain.kept import ThingKind
    from ..domain.messages import MessageName
    from ..errors import Fault
    from ..ledger.entry import Entry
    from ..storage.erasing import Forgotten
    from .site import Site


def role_of(site: Site, role_id: str) -> Role:
    """The role that is meant. Raises RefusedError."""
    role = site.declaration.model.roles.get(role_id)
    if role is None:
        raise refusals.NO_ROLE()
    return role


async def appoint(
    site: Site, actor: Viewer, role_id: str, person: str, body: AppointBody, seen: str = ""
) -> Entry:
    """Add an account to a role's group."""
    change = Change(role_of(site, role_id), body.group or "", person, body.until, body.reason)
    return await site.appointments.appoint(actor, change, seen)


async def change_last_day(
    site: Site, actor: Viewer, role_id: str, person: str, body: TermBody, seen: str = ""
) -> Entry:
    """Give a holder's term another last day, or none."""
    change = Change(role_of(site, role_id), "", person, body.until, body.reason)
    return await site.appointments.change_last_day(actor, change, seen)


async def take_back(site: Site, actor: Viewer, role_id: str, number: int) -> Entry:
    """Take back what was decided, and hasn't been done elsewhere."""
    return await site.appointments.take_back(actor, role_of(site, role_id), number)


async def withdraw(
    site: Site, actor: Viewer, role_id: str, person: str, body: WithdrawBody, seen: str = ""
) -> Entry:
    """Take an account out of a group of a role, or out of all."""
    note = body.note if person == actor.name else ""
    role = role_of(site, role_id)
    change = Change(role, body.group or "", person, reason=body.reason, note=note)
    return await site.appointments.withdraw(actor, change, seen)


async def ask(site: Site, actor: Viewer, body: RequestBody) -> Entry:
    """Ask for a role, or propose a successor."""
    role = role_of(site, body.role)
    person = body.user or actor.name
    change = Change(role, body.group or "", person, body.until, body.reason)
    return await site.requests.ask(actor, change, site.roster.current)


async def decide(site: Site, actor: Viewer, number: int, body: VerdictBody) -> Entry:
    """Approve, decline or take back a request; or decline all of the person who made it."""
    if body.all and body.verdict != "declined":
        raise RefusedError("invalid", "all: only declining can be done for all of them.", "all")
    if body.all:
        return await site.requests.decline_all(actor, number, body.message)
    return await site.requests.decide(actor, number, body.verdict, body.message)


async def confirm(site: Site, actor: Viewer, body: ConfirmBody) -> Entry:
    """Confirm the duties of a role."""
    role = role_of(site, body.role)
    return await confirming.confirm(
        site.ledger, site.snapshot.rules, site.now, actor, role, body.duties_digest
    )


async def ask_to_confirm(site: Site, actor: Viewer, body: AskBody) -> Entry:
    """Ask somebody without an account, by mail, whether they hold a role."""
    return await site.asking.ask(actor, role_of(site, body.role), body.name)


async def say_how_to_reach(site: Site, actor: Viewer, body: ReachBody) -> Reach:
    """Keep what somebody says of how to reach them."""
    if body.away_until and body.away_until < site.snapshot.today:
        raise refusals.BACK_ALREADY(date=day(body.away_until))
    if body.email and not site.telling.takes(body.email):
        raise refusals.NOT_SENDABLE()
    return await site.reachable.save(site.known(actor), body.said())


async def choose_messages(site: Site, actor: Viewer, body: MessagesBody) -> frozenset[MessageName]:
    """Keep which kinds of messages somebody doesn't want."""
    return await site.reachable.mute(site.known(actor), body.off)


def faults_of(kind: ThingKind, fields: Mapping[str, Any], missing: Iterable[Fault]) -> list[Fault]:
    """What is wrong with a thing, beside what is missing."""
    known = {each.path for each in missing}
    named = {"id": "new", **fields} if kind == "contact" else fields
    return [each for each in thing_of(kind, named)[1] if each.path not in known]


async def forget(site: Site, actor: Viewer, body: EraseBody) -> Forgotten:
    """Erase what is recorded about a person."""
    return await site.forgetting.forget(actor, body.user)


async def read_pasted(
    site: Site, actor: Viewer, body: PastedBody
) -> tuple[tuple[Line, ...], frozenset[str]]:
    """The names in what somebody pasted, and which of them have an account; changes nothing."""
    snapshot = site.snapshot
    lines = read(body.pasted, habits(snapshot, actor), body.before_at)
    certain = sum(not line.doubts for line in lines)
    if not lines:
        raise RefusedError("invalid", "Enter at least one name.", "pasted")
    if certain > limits.MAX_NAMES or len(lines) > 2 * limits.MAX_NAMES:
        raise RefusedError(
            "invalid",
            f"This list has {len(lines)} names; at most {limits.MAX_NAMES} at once can be added.",
            "pasted",
        )
    return lines, await site.new_users.there(line.name for line in lines if line.possible)


def habits(snapshot: Snapshot, viewer: Viewer) -> Habits:
    """What names are like on this hub, by those of people who hold a role."""
    configured = snapshot.configured
    return Habits(
        are_addresses((viewer.name, *snapshot.roster.accounts)),
        configured is not None and configured.small_letters,
    )


async def candidates(site: Site, viewer: Viewer, role_id: str, typed: str) -> tuple[Named, ...]:
    """Accounts with what was typed in a name, for somebody who can appoint to a role."""
    _check_decider(site, viewer, role_id)
    return _to_appoint(site, viewer, await site.directory.matching(typed))


async def meant(site: Site, viewer: Viewer, role_id: str, typed: str) -> tuple[Named, ...]:
    """Accounts that they may have meant by a name that no account has."""
    _check_decider(site, viewer, role_id)
    return _to_appoint(site, viewer, await site.directory.near(typed))


def _check_decider(site: Site, viewer: Viewer, role_id: str) -> None:
    site.snapshot.rules.check(viewer, "deciders", about=About(role_of(site, role_id)))


def _to_appoint(site: Site, viewer: Viewer, named: tuple[Named, ...]) -> tuple[Named, ...]:
    """Those about whom the viewer may decide: not themselves, unless they are an admin. Two of one
    name can be told apart."""
    known = site.snapshot.names
    called = {each.account: Called(each.person) for each in named if each.person}
    names = replace(known, given={**known.given, **called})
    return tuple(
        replace(each, person=names.plain(each.account)) if each.opaque else each
        for each in named
        if Rules.may_decide_about(viewer, each.account)
    )


async def add_users(site: Site, actor: Viewer, body: UsersBody) -> list[Added]:
    """Add users; what became of each name."""
    return await site.new_users.add_each(actor, dict.fromkeys(body.usernames))
