"""What the hub is asked for accounts to appoint, and how seldom."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain.matches import Named
from jupyterhub_responsibility.hub.directory import KEPT_SECONDS, PAGES, Directory


class Hub:
    """Accounts, two a page; those that were active last come first."""

    def __init__(self, *everybody: Named) -> None:
        self.everybody = everybody
        self.asked: list[tuple[str, str, int]] = []

    async def named(self, part: str, sort: str, offset: int) -> tuple[list[Named], bool]:
        self.asked.append((part, sort, offset))
        found = [each for each in self.everybody if part in each.account]
        return found[offset : offset + 2], len(found) > offset + 2


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_the_hub_is_asked_for_three_letters(clock):
    """For less it isn't asked at all."""
    hub = Hub(Named("maria"), Named("uwe"))
    directory = Directory(hub, clock)
    assert await directory.matching("ma") == await directory.near("m%a") == ()
    assert hub.asked == []
    assert await directory.matching("Mar") == (Named("maria"),)
    assert hub.asked == [("", "-last_activity", 0), ("mar", "name", 0)]


async def test_people_are_kept_for_a_minute(clock):
    """Who types on is answered by one more question, to the hub's own list of names."""
    hub = Hub(Named("u1", "Maria Sánchez"), Named("u2", "Uwe"), Named("u3", "Ada"))
    directory = Directory(hub, clock)
    for typed in ("san", "sanc", "sanch"):
        assert await directory.matching(typed) == (Named("u1", "Maria Sánchez"),)
    assert [sort for _, sort, _ in hub.asked].count("-last_activity") == 2
    assert [part for part, sort, _ in hub.asked if sort == "name"] == ["san", "sanc", "sanch"]
    clock.now += KEPT_SECONDS + 1
    hub.asked.clear()
    await directory.matching("sanch")
    assert hub.asked[:2] == [("", "-last_activity", 0), ("", "-last_activity", 2)]


async def test_a_large_hub_is_not_read_to_the_end(clock):
    """Only some pages are read, and only one where the hub knows nobody's name."""
    hub = Hub(*(Named(f"u{number}", "Somebody") for number in range(100)))
    await Directory(hub, clock).matching("ada")
    assert [offset for _, sort, offset in hub.asked if sort != "name"] == [0, 2, 4, 6, 8][:PAGES]
    hub = Hub(*(Named(f"u{number}") for number in range(100)))
    await Directory(hub, clock).matching("ada")
    assert len(hub.asked) == 2


async def test_near_names_are_sought_by_both_ends(clock):
    """A slip is somewhere: the first three letters or the last three are mostly right."""
    hub = Hub(Named("a"), Named("b"), Named("maria"), Named("xaria"))
    found = await Directory(hub, clock).near("Xaria.x")
    assert {part for part, sort, _ in hub.asked if sort == "name"} == {"xar", "ria"}
    assert Named("maria") in found
