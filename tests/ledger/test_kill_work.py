"""Killed at any step, forgetting and moving have done all of it or nothing.

A real process and a real SIGKILL; `make kills` does each of them thirty times.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from contextlib import closing
from itertools import count
from random import uniform

import pytest
from sqlalchemy import make_url

from jupyterhub_responsibility.ledger.entry import stamp
from jupyterhub_responsibility.storage import erasing, readings, spans
from jupyterhub_responsibility.storage.store import NAME, OTHERS, Store

from .conftest import NOW
from .mortal_work import END, START, live
from .tampering import directly
from .test_erasing import busy
from .test_kill import processes
from .test_moving import fill, nothing_there, rows

NONE, ALL = "nothing", "all"


def begin(what: str, where: tuple[str, str], place: str = ""):
    """Start a process, up to where its work begins."""
    pipe, other = processes.Pipe()
    process = processes.Process(target=live, args=(other, what, where, place))
    process.start()
    other.close()
    assert pipe.recv() == START
    return process, pipe


def every_step(what: str, where: tuple[str, str]) -> tuple[list[str], float]:
    """Let it come to its end: its steps, and how many seconds it took."""
    process, pipe = begin(what, where)
    began = time.monotonic()
    steps = pipe.recv()
    took = time.monotonic() - began
    process.join()
    assert process.exitcode == 0
    return steps, took


def kill_at(what: str, where: tuple[str, str], place: str) -> None:
    process, _ = begin(what, where, place)
    process.join()
    assert process.exitcode == -signal.SIGKILL, place


def kill_after(what: str, where: tuple[str, str], seconds: float) -> None:
    process, _ = begin(what, where)
    time.sleep(seconds)
    process.kill()
    process.join()


def wait_until_it_is_gone(url: str) -> None:
    """A server of a database takes a moment to see that somebody has gone."""
    if make_url(url).get_backend_name() == "sqlite":
        return
    left = [1]
    until = time.monotonic() + 10
    while left[-1]:
        assert time.monotonic() < until
        directly(url, lambda c: left.append(c.execute(OTHERS, {"name": NAME}).scalar()))
        time.sleep(0.01)


def whole(url: str) -> bool:
    with closing(Store.to_read(url)) as store:
        return store.verify() == []


class Forgetting:
    """Somebody is forgotten, and somebody else the next time."""

    what = "forget"

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)
        self.prepare()

    @property
    def where(self) -> tuple[str, str]:
        return self.url, self.name

    def prepare(self) -> None:
        self.name = f"person{next(self._numbers)}q"
        with closing(Store(self.url)) as store:
            store.open()
            busy(store, self.name)
            readings.save(store, "accounts", f'{{"{self.name}": "{stamp(NOW)}"}}')
            spans.note(store, [("unconfirmed", "hub-administrator", self.name)], (), NOW)
        self.before = rows(self.url)

    def done(self) -> str:
        """How much of it there is. Half of it is neither."""
        wait_until_it_is_gone(self.url)
        assert whole(self.url)
        there = rows(self.url)
        if there == self.before:
            return NONE
        with closing(Store.to_read(self.url)) as store:
            assert erasing.traces(store, self.name).taken == set()
            assert store.after(0, 10_000)[-1].event == "erasure"
        assert self.name not in str(there)
        self.prepare()
        return ALL


class Moving:
    """A ledger moves to where nothing is, and is taken away there."""

    what = "import"

    def __init__(self, old: str, new: str) -> None:
        self.where = old, new
        with closing(Store(old)) as store:
            store.open()
            fill(store)
        self.before = rows(old)

    def done(self) -> str:
        old, new = self.where
        for each in self.where:
            wait_until_it_is_gone(each)
        assert rows(old) == self.before
        if nothing_there(new):
            self.clear()
            return NONE
        assert rows(new) == self.before
        assert whole(new)
        self.clear()
        return ALL

    def clear(self) -> None:
        """Make the new database as it was before."""
        with closing(Store(self.where[1])) as store:
            store.open()
            store.remove()


@pytest.fixture(params=["forget", "import"])
def work(request, database, tmp_path) -> Forgetting | Moving:
    """One of them, where a ledger moves from the other kind of database."""
    if request.param == "forget":
        return Forgetting(database)
    if database.startswith("sqlite"):
        return Moving(request.getfixturevalue("postgresql").new_database(), database)
    return Moving(f"sqlite:///{tmp_path}/old.sqlite", database)


@pytest.fixture
def rounds(request) -> int:
    return request.config.getoption("rounds")


def test_killed_at_each_step(work, rounds):
    """Up to the COMMIT there is nothing, after it all; the chain holds, and it can be done
    again."""
    steps, _ = every_step(work.what, work.where)
    assert work.done() == ALL
    found: dict[str, Counter[str]] = {}
    for step in steps:
        found[step] = Counter()
        for _ in range(rounds):
            kill_at(work.what, work.where, step)
            found[step][work.done()] += 1
        print(f"{work.what} {step}: {dict(found[step])}")
    last = max(i for i, step in enumerate(steps) if "COMMIT" in step)
    for i, step in enumerate(steps):
        assert found[step] == {ALL if i > last else NONE: rounds}, step
    assert steps[-1] == END


def test_killed_at_any_moment(work, rounds):
    """Wherever that is, also within a statement: all or nothing."""
    _, took = every_step(work.what, work.where)
    assert work.done() == ALL
    found: Counter[str] = Counter()
    for _ in range(rounds):
        kill_after(work.what, work.where, uniform(0, took * 1.1))
        found[work.done()] += 1
    print(f"{work.what} at any moment: {dict(found)}")
    assert set(found) <= {NONE, ALL}
