"""Killed at any place, a change leaves no trace that the ledger doesn't explain.

A real process, a real SIGKILL, a real hub; then another process does what a restart does.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from multiprocessing.connection import Connection

import pytest
import requests

from jupyterhub_responsibility.ledger.entry import Entry
from jupyterhub_responsibility.ledger.kinds import INTENTS
from jupyterhub_responsibility.ledger.query import Wanted
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.storage.store import Store

from ..realhub import ADMIN_TOKEN, RealHub
from .mortal import GROUP, NEVER, PERSON, PLACES, PLACES_BETWEEN, ROLE, SETTLING_PLACES, live

ROUNDS = 30
FEWER_ROUNDS = 8
TOKEN = "a-token-for-the-service-that-dies"

processes = multiprocessing.get_context("forkserver")  # each is forked with everything imported
processes.set_forkserver_preload(
    [
        live.__module__,
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "alembic.command",
        "sqlite3",
        "tornado.platform.asyncio",
        "tornado.simple_httpclient",
    ]
)


@pytest.fixture(scope="module")
def hub_alone(tmp_path_factory):
    """A hub whose service is run by the tests."""
    options = f"external=True, api_token={TOKEN!r}"
    hub = RealHub(tmp_path_factory.mktemp("alone"), options=options)
    hub.start(wait=False)  # it waits for the service itself, and answers meanwhile
    api = f"http://127.0.0.1:{hub.hub_port}/hub/api"
    try:
        hub.wait_for(lambda: requests.get(api, timeout=5).ok)
        yield api
        hub.wait_for(lambda: hub.api("GET", "").ok)  # stopped before that, it forgets its proxy
    finally:
        hub.stop()


class Lives:
    """One ledger and one hub, and the processes that come one after the other."""

    def __init__(self, database: str, hub: str) -> None:
        self.database, self.hub = database, hub
        self.process: multiprocessing.Process | None = None
        self.pipe: Connection | None = None
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {ADMIN_TOKEN}"
        left_over = {"users": list(self.members())}
        self.session.delete(f"{hub}/groups/{GROUP}/users", json=left_over, timeout=10)
        self.before: set[str] = set()
        assert self.start()
        self.reader = Store.to_read(database)

    def start(self, at_start: str = NEVER) -> bool:
        """What a restart does. Returns whether it came to its end."""
        self.pipe, other = processes.Pipe()
        arguments = (other, self.database, self.hub, TOKEN, at_start)
        self.process = processes.Process(target=live, args=arguments)
        self.process.start()
        other.close()
        settled = self.said() == "settled"
        if not settled:
            self.wait_for_the_end()
        return settled

    def said(self) -> object:
        try:
            return self.pipe.recv()
        except EOFError:
            return None

    def kill_at(self, place: str) -> tuple[str, Entry | None]:
        """Let the process make a change, and die on the way: which change, what it replied."""
        what = "withdraw" if PERSON in self.before else "appoint"
        self.pipe.send((what, place))
        reply = self.said()
        self.wait_for_the_end()
        return what, reply

    def wait_for_the_end(self) -> None:
        self.process.join(20)
        assert self.process.exitcode == -signal.SIGKILL
        self.pipe.close()

    def members(self) -> set[str]:
        """Who is in the group, as the hub says."""
        reply = self.session.get(f"{self.hub}/groups/{GROUP}", timeout=10)
        return set(reply.json()["users"])

    def lock_is_free(self, seconds: float = 2) -> bool:
        """A server of a database takes a moment to see that somebody has gone."""
        until = time.monotonic() + seconds
        while (let_go := self.reader.lock(ROLE)) is None:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        let_go()
        return True

    def close(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()
        self.reader.close()


@pytest.fixture
def lives(database, hub_alone):
    made = Lives(database, hub_alone)
    yield made
    made.close()


def check_whole(lives: Lives) -> None:
    """What must hold after every restart."""
    state, intents, ends = LedgerState(), {}, []
    for entry in lives.reader.all():
        state.read(entry)
        if entry.event in INTENTS:
            intents[entry.number] = entry
        else:
            ends.append(entry.intent)
    assert state.unsettled == {}, "an intent is open"
    assert sorted(ends) == sorted(intents), "an intent has no outcome, or several"
    lives.before = lives.members()
    assert state.members[GROUP] == lives.before, "the hub is not as the ledger says"
    assert lives.reader.verify() == []
    assert lives.lock_is_free()


def one_round(lives: Lives, place: str) -> tuple[str, Entry | None, bool]:
    """A change cut off: which it was, what was replied, and whether the hub had done it."""
    last = max((entry.number for entry in lives.reader.page(Wanted(), None, 1)), default=0)
    what, reply = lives.kill_at(place)
    changed = lives.members() != lives.before
    written = lives.reader.after(last)
    if changed:
        assert [entry.person for entry in written if entry.event in INTENTS] == [PERSON]
    if reply is not None:
        assert reply in written, "a reply without its outcome"
        assert (reply.event, reply.facts["result"]) == ("outcome", "done")
    return what, reply, changed


ALL_PLACES = {
    **{place: (done, ROUNDS) for place, done in PLACES.items()},
    **{place: (done, FEWER_ROUNDS) for place, done in PLACES_BETWEEN.items()},
}


@pytest.mark.parametrize("place", ALL_PLACES)
def test_killed(lives, place):
    """Wherever it dies: no change without its intent, no reply without its outcome, and after
    the restart no open intent, a whole chain, and the ledger says what the hub says."""
    done, rounds = ALL_PLACES[place]
    seen = set()
    for _ in range(rounds):
        what, reply, changed = one_round(lives, place)
        assert done in (changed, None)
        assert (reply is not None) == (place == "after the reply")
        seen.add((what, changed))
        assert lives.start()
        check_whole(lives)
    if done:
        assert seen == {("appoint", True), ("withdraw", True)}


@pytest.mark.parametrize("place", SETTLING_PLACES)
def test_killed_while_settling(lives, place):
    """Whoever dies while settling leaves it to the next; it is settled once."""
    for _ in range(FEWER_ROUNDS):
        _, _, changed = one_round(lives, "before the outcome")
        assert changed
        assert not lives.start(place)
        assert lives.start()
        check_whole(lives)
