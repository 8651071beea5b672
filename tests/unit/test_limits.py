"""How much one person may write."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.service import limits
from jupyterhub_responsibility.service.headers import address_of
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


def test_wrong_links_from_one_address(clock):
    """So many are tried, then none, right or wrong, until the first is a minute ago."""
    guesses = limits.Guesses(clock)
    for _ in range(limits.WRONG_LINKS):
        assert guesses.wait("a") == 0
        guesses.note("a", good=False)
        clock.now += 1
    assert guesses.wait("a") == WINDOW_SECONDS - limits.WRONG_LINKS
    assert guesses.wait("b") == 0
    clock.now += WINDOW_SECONDS - limits.WRONG_LINKS
    assert guesses.wait("a") == 0
    assert guesses.tried == {"wrong": limits.WRONG_LINKS, "refused": 1}


def test_right_links_are_not_counted(clock):
    """Whoever reads the question again and again may."""
    guesses = limits.Guesses(clock)
    for _ in range(2 * limits.WRONG_LINKS):
        assert guesses.wait("a") == 0
        guesses.note("a", good=True)
    assert guesses.tried == {"good": 2 * limits.WRONG_LINKS}


def test_wrong_links_from_everywhere(clock):
    """Once there are too many, whoever has tried one waits, and nobody else."""
    guesses = limits.Guesses(clock)
    for number in range(limits.ALL_WRONG_LINKS):
        assert guesses.wait(str(number)) == 0
        guesses.note(str(number), good=False)
    assert guesses.wait("0") == guesses.wait("7") == WINDOW_SECONDS
    assert guesses.wait("somebody") == 0
    clock.now += WINDOW_SECONDS
    assert guesses.wait("0") == 0


def test_what_is_counted_has_an_end(clock):
    """However many addresses somebody has."""
    guesses = limits.Guesses(clock)
    for number in range(20 * limits.ALL_WRONG_LINKS):
        guesses.note(str(number), good=False)
    assert len(guesses._wrong) == 10 * limits.ALL_WRONG_LINKS


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (None, "10.0.0.9"),
        ("", "10.0.0.9"),
        (",", "10.0.0.9"),
        ("1.2.3.4", "1.2.3.4"),
        ("made up, 1.2.3.4", "1.2.3.4"),
        ("made up, 1.2.3.4, 127.0.0.1", "1.2.3.4"),
        ("1.2.3.4, ::1", "1.2.3.4"),
        ("127.0.0.1", "10.0.0.9"),
        ("nonsense", "nonsense"),
    ],
)
def test_where_somebody_comes_from(header, address):
    """The last that isn't of this machine: what is before that, anybody may write."""
    asked = {} if header is None else {"X-Forwarded-For": header}
    assert address_of(asked, "10.0.0.9") == address
