"""Asking for a role, and deciding about it, where the hub need not be asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.changes.requests import OPEN_DAYS, Requests
from jupyterhub_responsibility.domain.accounts import Account
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Change, Rules
from jupyterhub_responsibility.errors import RefusedError

from .conftest import Clock

ADMIN = "hub-administrator"
RITA = Viewer("rita", groups=frozenset({"community-reps"}))
HANNA = Viewer("hanna", groups=frozenset({"hub-admins"}))
UWE = Viewer("uwe")


class Hub:
    """Every account is there, made when its name is first heard."""

    def __init__(self) -> None:
        self.made: dict[str, datetime] = {}

    async def account(self, name, now):
        return Account(name, False, (), None, now, self.made.setdefault(name, now))


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc))


@pytest.fixture
def ask(declared, roster, ledger, clock):
    """Ask for the role of Hub Administrator; the number of the request."""
    requests = Requests(Hub(), ledger, lambda: Rules(declared), None, clock)

    async def ask(actor: Viewer = UWE, person: str = "uwe") -> int:
        change = Change(declared.model.roles[ADMIN], "hub-admins", person)
        return (await requests.ask(actor, change, roster)).number

    return ask


@pytest.fixture
def decide(declared, ledger, clock):
    async def decide(actor: Viewer, number: int, verdict: str, said=declared, managed=False):
        """Decide, by what a declaration says now; what was refused, or nothing."""
        requests = Requests(Hub(), ledger, lambda: Rules(said, managed), None, clock)
        try:
            await requests.decide(actor, number, verdict, "")
        except RefusedError as error:
            return error.code
        return ""

    return decide


async def test_one_request_at_a_time(ask, clock):
    """The same isn't asked for twice, by whomever, while it is open; afterwards it may be."""
    await ask()
    for actor in (UWE, HANNA):
        with pytest.raises(RefusedError, match="has already asked for this"):
            await ask(actor)
    clock.now += timedelta(days=OPEN_DAYS + 1)
    await ask()


@pytest.mark.parametrize(
    ("actor", "verdict", "code"),
    [
        (RITA, "declined", ""),
        (UWE, "declined", "not_allowed"),
        (HANNA, "declined", "not_allowed"),
        (UWE, "taken_back", ""),
        (RITA, "taken_back", "not_allowed"),
        (Viewer("uwe", kind="service"), "taken_back", "not_allowed"),
        (UWE, "approved", "not_allowed"),
        (HANNA, "approved", "not_allowed"),
    ],
)
async def test_who_decides(ask, decide, ledger, actor, verdict, code):
    """Those who may appoint decline, and whoever asked takes back: only then it is closed."""
    number = await ask()
    assert await decide(actor, number, verdict) == code
    assert bool(ledger.state.requests) == bool(code)


async def test_once_and_in_time(ask, decide, clock):
    """What has been decided, has expired or never was cannot be decided."""
    number = await ask()
    clock.now += timedelta(days=OPEN_DAYS)
    assert await decide(RITA, number, "declined") == ""
    assert await decide(RITA, number, "declined") == "closed"
    late = await ask()
    clock.now += timedelta(days=OPEN_DAYS + 1)
    assert await decide(RITA, late, "declined") == "closed"
    assert await decide(RITA, 99, "declined") == "closed"


async def test_the_declaration_has_changed_since(ask, decide, declared):
    """A request for a group that no longer makes people hold the role is not carried out."""
    number = await ask()
    root = Viewer("root", admin=True)
    reps = {"community-representative": ("community-reps",)}
    for groups, code in (({}, "not_mapped"), ({ADMIN: ("others",)}, "which_group")):
        changed = replace(declared, groups={**reps, **groups})
        assert await decide(root, number, "approved", changed) == code
