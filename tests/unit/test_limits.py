"""How much one person may write."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.service import limits
from jupyterhub_responsibility.service.limits import MAX_WRITES, WINDOW_SECONDS


def Limiter(clock) -> limits.Limiter:  # noqa: N802  # stands for the one that the service has
    return limits.Limiter(clock, MAX_WRITES, "changes")


HANNA, RITA, ROBOT = ("user", "hanna"), ("user", "rita"), ("service", "hanna")


@pytest.fixture
def clock():
    """A clock to set: `clock.now`."""

    class Clock:
        now = 1000.0

        def __call__(self) -> float:
            return self.now

    return Clock()


def test_so_many_and_no_more(clock):
    """Thirty writes in a minute have room; the next one waits until the first is a minute ago."""
    limiter = Limiter(clock)
    for _ in range(MAX_WRITES):
        assert limiter.wait(HANNA) == 0
        clock.now += 1
    assert limiter.wait(HANNA) == WINDOW_SECONDS - MAX_WRITES
    clock.now += WINDOW_SECONDS - MAX_WRITES
    assert limiter.wait(HANNA) == 0
    assert limiter.wait(HANNA) == 1


def test_whoever_is_refused_is_not_set_back(clock):
    """Trying again too early doesn't lengthen the wait."""
    limiter = Limiter(clock)
    for _ in range(MAX_WRITES):
        limiter.wait(HANNA)
    for _ in range(100):
        assert limiter.wait(HANNA) == WINDOW_SECONDS
    clock.now += WINDOW_SECONDS
    assert limiter.wait(HANNA) == 0


def test_everybody_has_their_own(clock):
    """One person's writes leave room for others, and for a service of the same name."""
    limiter = Limiter(clock)
    for _ in range(MAX_WRITES):
        limiter.wait(HANNA)
    assert limiter.wait(HANNA) > 0
    assert limiter.wait(RITA) == limiter.wait(ROBOT) == 0


def test_it_forgets(clock):
    """Whoever hasn't written for a minute takes no memory."""
    limiter = Limiter(clock)
    for number in range(1000):
        limiter.wait(("user", f"user-{number}"))
    clock.now += WINDOW_SECONDS
    limiter.wait(HANNA)
    assert list(limiter._done) == [HANNA]
