"""Observations while another replica changes the same group."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.ledger import Draft, Ledger, Store
from jupyterhub_responsibility.model import Roster
from jupyterhub_responsibility.observations import observe

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)


@pytest.fixture
async def replicas(postgresql):
    """Two ledgers on one PostgreSQL."""
    database = postgresql.new_database()
    both = [Ledger(Store(database), lambda: NOW) for _ in range(2)]
    for each in both:
        await each.catch_up()
    yield both
    for each in both:
        await each.close()


def about(event: str, **more) -> Draft:
    return Draft(event, "rita", role="hub-administrator", group="hub-admins", person="uwe", **more)


async def test_what_another_replica_withdraws_meanwhile(declared, replicas):
    """Whoever was seen in a group, and is withdrawn before that is written, did not come back."""
    one, other = replicas
    before = Roster(NOW, {"hub-admins": ("uwe",), "community-reps": ()})
    catch_up, rounds = one.catch_up, []

    async def slow_catch_up():
        await catch_up()
        rounds.append(None)
        if len(rounds) == 2:  # `one` holds its lock, and is about to write
            (intent,) = await other.append(about("withdrawal"))
            details = {"result": "done", "of": "withdrawal"}
            await other.append(about("outcome", intent=intent.number, details=details))

    one.catch_up = slow_catch_up
    await observe(one, declared, before)
    assert "uwe" not in one.book.members["hub-admins"]
    await catch_up()
    after = Roster(NOW, {"hub-admins": (), "community-reps": ()}, seen_at=one.book.number)
    await observe(one, declared, after)
    assert {entry.event for entry in other._store.after(0) if entry.person} == {
        "withdrawal",
        "outcome",
    }
