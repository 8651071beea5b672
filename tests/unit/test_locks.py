"""Locks: two kinds of work that have nothing to do with each other never wait for one another."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.changes.recording import Recorder
from jupyterhub_responsibility.changes.users import NewUsers
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.storage import locks
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

ROLES = ("accounts", "adding users", "observing", "a", "requests a", "role a", "")


def test_no_two_share_a_name():
    """Whatever a role is called, its locks are no others'."""
    names = [value for name, value in vars(locks).items() if name.isupper()]
    names += [lock(role) for role in ROLES for lock in (locks.of_role, locks.of_requests)]
    assert len(names) == len(set(names)) == 8 + 2 * len(ROLES)


def now() -> datetime:
    return datetime.now(timezone.utc)


class Hub:
    """A hub that takes everybody."""

    async def has_user(self, name: str) -> bool:
        return False

    async def add_user(self, name: str) -> str:
        return name


@pytest.mark.parametrize(
    "held",
    [locks.CENSUS, locks.OBSERVATIONS, locks.GAPS, locks.of_role("accounts")],
)
async def test_adding_people_waits_for_nothing_else(tmp_path, declared, held):
    """While accounts are read from a slow hub, say, people can be added."""
    ledger = Ledger(Store(f"sqlite:///{tmp_path}/ledger.sqlite"), now)
    new_users = NewUsers(Hub(), ledger, Recorder(ledger, Hub()), Rules(declared), now)
    async with ledger.lock(held):
        entry = await asyncio.wait_for(new_users.add(Viewer("hanna"), "lia"), 2)
    assert entry.facts["result"] == "done"
    await ledger.close()
