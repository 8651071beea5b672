"""Killed at any place, what is to be told is never lost, and not told twice without need.

A real process, a real SIGKILL, a real mail server; `make letters` does each thirty times.
"""

from __future__ import annotations

import signal
from contextlib import closing

import pytest
from sqlalchemy import select

from jupyterhub_responsibility.domain.channels import Said
from jupyterhub_responsibility.storage import channels, outbox
from jupyterhub_responsibility.storage.store import Store

from ..post import Post
from .conftest import NOW
from .mortal_telling import PLACES, live
from .test_kill import processes


@pytest.fixture
def rounds(request) -> int:
    return request.config.getoption("rounds")


class Lives:
    """One outbox, and the processes that come one after the other."""

    def __init__(self, database: str, post: Post) -> None:
        self.database, self.post, self.number = database, post, 0
        with closing(Store(database)) as store:
            store.open()
            channels.save(store, "rita", "", {"email": Said("rita@reef.example", "nobody")}, NOW)

    def start(self) -> None:
        """What a restart does: it sends what was left."""
        self.number += 1
        self.pipe, other = processes.Pipe()
        addresses = f"mail: {self.post.mail_address}\n"
        arguments = (other, self.database, addresses, self.number)
        self.process = processes.Process(target=live, args=arguments)
        self.process.start()
        other.close()
        assert self.pipe.recv() == "settled"

    def kill_at(self, place: str) -> None:
        self.pipe.send(place)
        self.process.join(30)
        assert self.process.exitcode == -signal.SIGKILL, place
        self.pipe.close()

    def rows(self) -> dict[str, str]:
        """What became of each letter."""
        with closing(Store.to_read(self.database)) as store, store.reading() as connection:
            found = connection.execute(select(outbox.outbox.c.letter, outbox.outbox.c.became))
            return dict(found.tuples().all())

    def entries(self) -> int:
        with closing(Store.to_read(self.database)) as store:
            assert store.verify() == []
            return len(list(store.all()))

    def close(self) -> None:
        self.process.kill()
        self.process.join()


@pytest.fixture
def lives(database, post):
    made = Lives(database, post)
    made.start()
    yield made
    made.close()


@pytest.mark.parametrize("place", PLACES)
def test_killed(lives, post, place, rounds):
    """With the entry there is a letter, which comes; without it, there is none."""
    written, times = PLACES[place]
    came = []
    for _ in range(rounds):
        before, rows = lives.entries(), lives.rows()
        lives.kill_at(place)
        assert lives.entries() - before == written
        new = lives.rows().keys() - rows.keys()
        assert len(new) == written
        noted = {each for each in new if lives.rows()[each] == outbox.SENT}
        if times is not None:
            assert bool(noted) == (place == "after the note")
        lives.start()
        assert set(lives.rows().values()) <= {outbox.SENT}
        came += [post.ids.count(each) for each in new]
        assert all(post.ids.count(each) == 1 for each in noted)
    print(f"{place}: {rounds} kills, {len(came)} letters, {came.count(0)} lost,"
          f" {sum(number > 1 for number in came)} sent again")  # fmt: skip
    assert set(came) <= ({1, 2} if times is None else {times})
