"""The roster keeper: fresh facts, kept for a while, and never a name after that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from jupyterhub_responsibility.domain.model import Groups, Roster, Viewer
from jupyterhub_responsibility.errors import HubError
from jupyterhub_responsibility.hub.roster import RosterKeeper

from ..conftest import READ_AT

MAX_AGE = timedelta(minutes=5)
MEMBERS = {"hub-admins": ("hanna", "rita"), "community-reps": ("rita",)}
WITHOUT_HANNA = {**MEMBERS, "hub-admins": ("rita",)}


class Hub:
    """A hub that answers with its members, or raises its trouble; and a clock to move."""

    def __init__(self) -> None:
        self.members, self.trouble = dict(MEMBERS), None
        self.asked: list[tuple[str, ...]] = []
        self.now = READ_AT
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, groups: tuple[str, ...]) -> Groups:
        self.asked.append(groups)
        members = dict(self.members)
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        return Groups(members)

    def later(self, **how) -> datetime:
        """Let time pass."""
        self.now += timedelta(**how)
        return self.now


@pytest.fixture
async def hub() -> Hub:
    return Hub()


@pytest.fixture
async def keeper(declared, hub) -> RosterKeeper:
    return RosterKeeper(declared, hub.read, max_age=MAX_AGE, now=lambda: hub.now)


# Reading


async def test_before_the_first_reading_nothing_is_known(keeper):
    """A service that has just started says so, and names nobody."""
    assert keeper.current == Roster(trouble="The hub has not been asked yet")


async def test_a_reading_is_dated_and_asks_for_the_mapped_groups_only(keeper, hub):
    """The members of the mapped groups are known as of the moment they were read."""
    await keeper.refresh()
    assert keeper.current == Roster(READ_AT, MEMBERS, version=1)
    assert hub.asked == [("community-reps", "hub-admins")]


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (HubError("The hub answered 500 to /groups"), "The hub answered 500 to /groups"),
        (ValueError("secret"), "Reading the hub failed unexpectedly"),
        (TimeoutError(), "Reading the hub failed unexpectedly"),
        (RecursionError(), "Reading the hub failed unexpectedly"),
    ],
)
async def test_a_failed_reading_keeps_what_was_read(keeper, hub, error, trouble):
    """While the hub is in trouble, whatever kind, the last facts stay with their age."""
    await keeper.refresh()
    hub.trouble = error
    hub.later(minutes=4)
    await keeper.refresh()
    assert (keeper.current.members, keeper.current.read_at) == (MEMBERS, READ_AT)
    assert keeper.current.trouble == trouble


async def test_a_hub_that_never_answered_leaves_nothing_to_show(keeper, hub):
    """Trouble from the start names nobody, and says what the trouble is."""
    hub.trouble = HubError("The hub did not answer in time")
    await keeper.refresh()
    assert (keeper.current.read_at, keeper.current.members) == (None, {})
    assert keeper.current.trouble == "The hub did not answer in time"


async def test_names_vanish_when_they_are_too_old(keeper, hub):
    """A holder who may have left long ago is not shown as current."""
    await keeper.refresh()
    hub.trouble = HubError("The hub is down")
    hub.later(minutes=5)
    await keeper.refresh()
    assert keeper.current.members == MEMBERS
    hub.later(seconds=1)
    await keeper.refresh()
    assert (keeper.current.read_at, keeper.current.members) == (None, {})


async def test_the_hub_recovers(keeper, hub):
    """With the first good answer the trouble is over, even after names have vanished."""
    hub.trouble = HubError("The hub is down")
    await keeper.refresh()
    hub.trouble = None
    now = hub.later(hours=1)
    await keeper.refresh()
    assert keeper.current == replace(Roster(now, MEMBERS), version=keeper.current.version)


async def test_a_deleted_group_is_not_kept(keeper, hub):
    """A group that the hub no longer has is absent, and not remembered."""
    await keeper.refresh()
    del hub.members["hub-admins"]
    await keeper.refresh()
    assert "hub-admins" not in keeper.current.members


# The version, by which rendered pages are kept


async def versions(keeper, hub, *steps) -> list[int]:
    """The version after each step, which changes the hub first."""
    found = []
    for step in steps:
        step(hub)
        await keeper.refresh()
        found.append(keeper.current.version)
    return found


def nothing(hub: Hub) -> None:
    """Leave everything as it is."""


def a_second(hub: Hub) -> None:
    hub.later(seconds=1)


def a_minute(hub: Hub) -> None:
    hub.later(minutes=1)


def hanna_leaves(hub: Hub) -> None:
    hub.members = dict(WITHOUT_HANNA)


def breaks(hub: Hub) -> None:
    hub.trouble = HubError("The hub is down")


def breaks_otherwise(hub: Hub) -> None:
    hub.trouble = HubError("The hub answered 403 to /groups")


def is_mended(hub: Hub) -> None:
    hub.trouble = None


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((nothing, nothing, a_second), [1, 1, 1]),
        ((nothing, a_minute, a_minute), [1, 2, 3]),
        ((nothing, hanna_leaves, nothing), [1, 2, 2]),
        ((nothing, breaks, nothing, a_minute), [1, 2, 2, 2]),
        ((nothing, breaks, breaks_otherwise), [1, 2, 3]),
        ((nothing, breaks, is_mended, nothing), [1, 2, 3, 3]),
        ((nothing, breaks, *[a_minute] * 6, nothing), [1, 2, 2, 2, 2, 2, 2, 3, 3]),
        ((breaks, nothing, is_mended), [1, 1, 2]),
    ],
)
async def test_the_version_grows_only_when_pages_would_read_differently(
    keeper, hub, steps, expected
):
    """Other members, another minute, other trouble or expiry make other pages; nothing else."""
    assert await versions(keeper, hub, *steps) == expected


async def test_within_a_minute_the_age_still_advances(keeper, hub):
    """The time of the last reading is kept exactly, though pages show it to the minute."""
    await keeper.refresh()
    now = hub.later(seconds=30)
    await keeper.refresh()
    assert (keeper.current.read_at, keeper.current.version) == (now, 1)


# Several at once


async def test_those_who_ask_at_the_same_time_share_one_reading(keeper, hub):
    """Fifty requests at once ask the hub once."""
    hub.gate.clear()
    waiting = [asyncio.create_task(keeper.refresh()) for _ in range(50)]
    await asyncio.sleep(0)
    hub.gate.set()
    await asyncio.gather(*waiting)
    assert len(hub.asked) == 1
    await keeper.refresh()
    assert len(hub.asked) == 2


async def test_one_who_gives_up_does_not_end_the_reading_of_others(keeper, hub):
    """A request that is cancelled leaves the shared reading running."""
    hub.gate.clear()
    impatient, patient = (asyncio.create_task(keeper.refresh()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    hub.gate.set()
    await patient
    assert keeper.current.members == MEMBERS


async def test_a_failure_is_kept_as_trouble(keeper, hub):
    """Whatever happens while reading, the next reading can succeed."""
    for trouble in (ValueError(), HubError("The hub is down"), None):
        hub.trouble = trouble
        await keeper.refresh()
        assert bool(keeper.current.trouble) == bool(trouble)


async def test_what_the_hub_said_of_a_group_is_known_at_once(keeper, hub):
    """And a reading that began before it is not believed."""
    await keeper.refresh()
    hub.gate = asyncio.Event()
    reading = asyncio.create_task(keeper.refresh())
    await asyncio.sleep(0)
    keeper.learn("hub-admins", ("zoe", "ada"))
    assert keeper.current.members["hub-admins"] == ("ada", "zoe")
    asked = len(hub.asked)
    hub.gate.set()
    await reading
    assert len(hub.asked) == asked + 1


# Where the identity of a viewer and the roster differ


def viewer(name: str, *groups: str, **others) -> Viewer:
    """Somebody, in these groups as far as their identity goes."""
    return Viewer(name, groups=frozenset(groups), **others)


@pytest.fixture
async def fresh(keeper, hub) -> RosterKeeper:
    """A keeper that has read the roster two seconds ago."""
    await keeper.refresh()
    hub.later(seconds=2)
    return keeper


async def test_who_agrees_with_the_roster_costs_nothing(fresh, hub):
    """While identity and roster say the same, the hub isn't asked; other groups don't matter."""
    for each in (viewer("hanna", "hub-admins", "staff"), viewer("uwe"), viewer("uwe", "staff")):
        assert await fresh.agree_with(each, hub.now) is each
    assert len(hub.asked) == 1


async def test_who_has_just_joined_is_seen_at_once(fresh, hub):
    """uwe was appointed after the last reading: it is repeated, and he holds the role."""
    hub.members["hub-admins"] = ("hanna", "rita", "uwe")
    uwe = viewer("uwe", "hub-admins")
    assert await fresh.agree_with(uwe, hub.now) is uwe
    assert "uwe" in fresh.current.members["hub-admins"]
    assert len(hub.asked) == 2


async def test_who_has_just_left_is_gone_at_once(fresh, hub):
    """hanna left after the last reading: the roster no longer shows her."""
    hub.members = dict(WITHOUT_HANNA)
    hanna = viewer("hanna")
    assert await fresh.agree_with(hanna, hub.now) is hanna
    assert "hanna" not in fresh.current.members["hub-admins"]


async def test_however_soon_after_a_reading_somebody_joins_or_leaves(fresh, hub):
    """A login a moment after a reading is fresher than it, and what it says is looked up."""
    for members in (MEMBERS | {"hub-admins": ("uwe",)}, MEMBERS):
        hub.members = dict(members)
        uwe = viewer("uwe", *(["hub-admins"] if "uwe" in members["hub-admins"] else []))
        assert await fresh.agree_with(uwe, hub.later(milliseconds=1)) is uwe
        assert fresh.current.groups_of("uwe") == uwe.groups


async def test_a_reading_that_began_before_the_login_does_not_count(fresh, hub):
    """While a reading is under way, uwe is appointed and logs in: it is done once more."""
    hub.gate.clear()
    before = asyncio.ensure_future(fresh.refresh())
    await asyncio.sleep(0.01)  # until the hub is asked
    uwe = viewer("uwe", "hub-admins")
    login = hub.later(milliseconds=1)
    seen = asyncio.ensure_future(fresh.agree_with(uwe, login))
    hub.members["hub-admins"] = ("uwe",)
    hub.later(milliseconds=1)
    hub.gate.set()
    await before
    assert await seen is uwe
    assert fresh.current.members["hub-admins"] == ("uwe",)
    assert len(hub.asked) == 3


async def test_a_stale_identity_gives_no_role(fresh, hub):
    """An identity from before the withdrawal gives way to what the hub has said since."""
    known_at = hub.now
    hub.members = dict(WITHOUT_HANNA)
    hub.later(seconds=2)
    await fresh.refresh()
    for _ in range(100):
        seen = await fresh.agree_with(viewer("hanna", "hub-admins"), known_at)
        assert seen.groups == frozenset()
    assert len(hub.asked) == 2


async def test_one_identity_has_the_roster_read_at_most_once(fresh, hub):
    """A hundred requests of somebody who left between login and reading ask the hub once."""
    known_at = hub.now
    hub.later(seconds=2)
    for _ in range(100):
        seen = await fresh.agree_with(viewer("uwe", "hub-admins"), known_at)
        assert seen.groups == frozenset()
    assert len(hub.asked) == 2


async def test_a_clock_that_is_put_back_keeps_nobody_asking(fresh, hub):
    """An identity that came after now has the roster read once, and no more."""
    known_at = hub.now
    hub.later(seconds=-1)
    seen = await asyncio.wait_for(fresh.agree_with(viewer("uwe", "hub-admins"), known_at), 5)
    assert seen.groups == frozenset()
    assert len(hub.asked) == 2


async def test_while_the_hub_is_in_trouble_the_identity_counts(fresh, hub):
    """With a roster that can't be read again, what the viewer's own login says is newer."""
    hub.trouble = HubError("The hub is down")
    uwe = viewer("uwe", "hub-admins")
    for _ in range(3):
        assert await fresh.agree_with(uwe, hub.now) is uwe
    assert len(hub.asked) == 2
    hub.later(seconds=1)
    assert await fresh.agree_with(uwe, hub.now) is uwe
    assert len(hub.asked) == 3


async def test_before_the_first_reading_the_identity_counts(keeper, hub):
    """Without a roster there is nothing to agree with, and the hub isn't asked for each page."""
    uwe = viewer("uwe", "hub-admins")
    assert await keeper.agree_with(uwe, hub.now) is uwe
    assert hub.asked == []


async def test_a_service_is_never_compared(fresh, hub):
    """A token of a service called hanna is not hanna."""
    service = viewer("hanna", kind="service")
    assert await fresh.agree_with(service, hub.now) is service
    assert len(hub.asked) == 1
