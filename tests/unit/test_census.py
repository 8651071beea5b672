"""The census: page by page and gently, to the end, whatever happens on the hub meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from jupyterhub_responsibility.domain.accounts import Account
from jupyterhub_responsibility.domain.model import Roster
from jupyterhub_responsibility.errors import BusyError, HubError, LedgerError
from jupyterhub_responsibility.hub import census as module
from jupyterhub_responsibility.hub import progress
from jupyterhub_responsibility.hub.census import LONGEST_REST, REST, Census
from jupyterhub_responsibility.hub.progress import of_interest
from jupyterhub_responsibility.ledger.state import Edit, LedgerState
from jupyterhub_responsibility.storage import readings
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from ..conftest import READ_AT

EVERY = 20.0
OTHER_GROUPS = ("old-admins",)


class Hub:
    """A hub with accounts in the order in which they were made, and a clock to move."""

    def __init__(self, number: int) -> None:
        self.now = READ_AT
        self.people: dict[str, Account] = {}
        for index in range(number):
            self.put(f"user-{index}")
        self.trouble: Exception | None = None
        self.asked: list[str] = []
        self.pages: list[int] = []
        self.other_groups = {"old-admins": ("hub-administrator",)}

    def put(self, name: str, *roles: str, admin: bool = False) -> None:
        self.people[name] = Account(name, admin, roles, None, self.now)

    async def roles_of_group(self, group):
        self._may_fail()
        return self.other_groups.get(group, ())

    async def accounts(self, offset: int, limit: int, now: datetime):
        self._may_fail()
        self.pages.append(offset)
        there = list(self.people.values())
        page = [replace(p, read_at=now) for p in there[offset : offset + limit]]
        return page, offset + limit < len(there)

    async def account(self, name: str, now: datetime):
        self._may_fail()
        self.asked.append(name)
        there = self.people.get(name)
        return there and replace(there, read_at=now)

    def _may_fail(self) -> None:
        if self.trouble:
            raise self.trouble


class Reading:
    """A census of a hub; `on` goes on with it as often as the census wants."""

    def __init__(self, declared, hub: Hub, store: Store, interesting=frozenset()) -> None:
        self.hub, self.interesting = hub, set(interesting)
        self.told_of: set[str] = set()
        self.ledger = Ledger(store, lambda: hub.now)
        self.census = Census(
            declared,
            hub,
            self.ledger,
            lambda: frozenset(self.interesting),
            lambda: self.told_of,
            OTHER_GROUPS,
            lambda: hub.now,
            EVERY,
            EVERY,
            timedelta(minutes=10),
        )

    async def on(self) -> float:
        """One step; the clock then moves on as far as the census rests."""
        rest = await self.step()
        self.hub.now += timedelta(seconds=rest)
        return rest

    async def step(self) -> float:
        """A look, and the next page. Returns the seconds to rest."""
        await self.census.look()
        return await self.census.read_on()

    async def to_the_end(self) -> int:
        """Until the reading that has begun, or begins now, is whole. Returns the steps it took."""
        before, steps = self.census.current.read_at, 0
        while self.census.current.read_at == before:
            await self.on()
            steps += 1
            assert steps < 200
        return steps

    @property
    def found(self) -> dict[str, Account]:
        return dict(self.census.current.found)


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path}/ledger.sqlite")
    yield made
    made.close()


@pytest.fixture
def reading(declared, store):
    """Begins the census of a hub with a number of accounts."""

    def begin(number: int, interesting=frozenset()) -> Reading:
        return Reading(declared, Hub(number), store, interesting)

    return begin


async def test_who_has_power_is_found_wherever_they_are(reading):
    """Over many pages: admins by flag and by role, and roles of ours; nobody else is kept."""
    it = reading(901)
    it.hub.put("user-0", admin=True)
    it.hub.put("user-450", "admin")
    it.hub.put("user-900", "hub-administrator")
    it.hub.put("user-10", "user", "grader")
    await it.to_the_end()
    assert set(it.found) == {"user-0", "user-450", "user-900"}
    current = it.census.current
    assert (current.total, current.read_at, current.trouble) == (901, READ_AT, "")
    assert set(current.other_group_roles) == {"old-admins"}


async def test_a_group_outside_of_the_declaration_that_is_gone(reading):
    """It has no role any more, in the next round."""
    it = reading(5)
    await it.on()
    assert it.census.current.other_group_roles["old-admins"] == ("hub-administrator",)
    it.hub.other_groups.clear()
    it.hub.now += timedelta(seconds=EVERY)
    await it.on()
    assert it.census.current.other_group_roles["old-admins"] == ()


async def test_before_the_end_nothing_is_whole(reading):
    """Half a reading is no reading of all accounts."""
    it = reading(900)
    await it.on()
    assert (it.census.current.read_at, it.census.current.total) == (None, 0)


async def test_holders_are_kept_too(reading):
    """Whoever holds or held a role is of interest, with power or without."""
    it = reading(500, {"user-3", "user-480"})
    await it.to_the_end()
    assert set(it.found) == {"user-3", "user-480"}


async def test_who_loses_power_is_let_go(reading):
    """Before the next reading comes by: accounts with power are asked for one by one."""
    it = reading(900)
    it.hub.put("user-800", admin=True)
    await it.to_the_end()
    it.hub.put("user-800")
    it.hub.pages.clear()
    it.hub.now += timedelta(seconds=EVERY)
    await it.on()
    assert it.found == {}
    assert "user-800" in it.hub.asked


async def test_who_is_gone(reading):
    """A holder whom the hub doesn't know any more; and back again."""
    it = reading(3, {"user-1"})
    await it.to_the_end()
    del it.hub.people["user-1"]
    it.hub.now += timedelta(seconds=EVERY)
    await it.on()
    await it.on()
    assert set(it.census.current.gone) == {"user-1"}
    assert it.found == {}
    it.hub.put("user-1")
    it.hub.now += timedelta(seconds=2 * EVERY)
    await it.to_the_end()
    assert (set(it.census.current.gone), set(it.found)) == (set(), {"user-1"})


@pytest.mark.parametrize("hours", [1, 20, 1000])
async def test_a_clock_that_was_ahead(reading, hours):
    """Once it is right again, everything is looked at as before."""
    it = reading(5, {"user-1"})
    it.hub.now += timedelta(hours=hours)
    await it.to_the_end()
    it.hub.now -= timedelta(hours=hours)
    it.hub.put("user-0", admin=True)
    del it.hub.people["user-1"]
    for _ in range(4):
        await it.on()
    assert set(it.found) == {"user-0"}
    assert set(it.census.current.gone) == {"user-1"}
    assert it.census.current.read_at < READ_AT + timedelta(minutes=5)


async def test_another_declaration_begins_anew(declared, reading, store):
    """Who has a role that was not looked for before is found before anything is told."""
    it = reading(900)
    it.hub.put("user-800", "community-guide")
    await it.to_the_end()
    assert it.found == {}
    changed = replace(declared, groups={**declared.groups, "community-guide": ("guides",)})
    next_life = Reading(changed, it.hub, store)
    await next_life.on()
    assert next_life.census.current.read_at is None
    await next_life.to_the_end()
    assert set(next_life.found) == {"user-800"}


@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_deleted_meanwhile(reading, at):
    """Accounts that are deleted while it reads move the others up: none is passed over."""
    it = reading(1000)
    for number in range(0, 1000, 5):
        it.hub.put(f"user-{number}", admin=True)
    for _ in range(at):
        await it.on()
    for number in (*range(90), *range(400, 420)):
        it.hub.people.pop(f"user-{number}", None)
    await it.to_the_end()
    there = {name for name, each in it.hub.people.items() if each.admin}
    assert there <= set(it.found)


async def test_deleted_and_renamed_are_dropped_by_a_whole_reading(reading):
    """Nobody is said to have power who isn't there under that name."""
    it = reading(600)
    it.hub.put("user-1", admin=True)
    it.hub.put("user-2", admin=True)
    await it.to_the_end()
    people = dict(it.hub.people)
    it.hub.people = {("renamed" if n == "user-1" else n): a for n, a in people.items()}
    it.hub.put("renamed", admin=True)
    del it.hub.people["user-2"]
    it.hub.now += timedelta(hours=1)
    await it.to_the_end()
    assert set(it.found) == {"renamed"}


async def test_it_goes_on_after_a_restart(declared, reading, store):
    """Another process goes on with the same page, and has what was found before."""
    it = reading(2000)
    it.hub.put("user-0", admin=True)
    for _ in range(5):
        await it.on()
    last = it.hub.pages[-1]
    next_life = Reading(declared, it.hub, store)
    it.hub.pages.clear()
    await next_life.on()
    assert it.hub.pages[0] > last
    assert "user-0" in next_life.found
    steps = await next_life.to_the_end()
    assert steps < 8
    assert next_life.census.current.total == 2000


async def test_a_reading_left_off_long_ago_begins_anew(declared, reading, store):
    """It would be as old as the stop was long, and be followed by as long a rest."""
    it = reading(2000)
    for _ in range(5):
        await it.on()
    it.hub.now += timedelta(days=30)
    it.hub.put("user-3", admin=True)
    back = it.hub.now
    next_life = Reading(declared, it.hub, store)
    await next_life.to_the_end()
    assert "user-3" in next_life.found
    current = next_life.census.current
    assert current.read_at >= back
    assert not current.overdue(it.hub.now)
    it.hub.put("user-4", admin=True)
    await next_life.to_the_end()
    assert "user-4" in next_life.found
    assert it.hub.now - back < timedelta(minutes=5)


@pytest.mark.parametrize("number", [5, 2000])
async def test_what_was_read_is_not_overdue_in_time(reading, number):
    """However large a hub is, one reading after the other comes in time; after a stop none does."""
    it = reading(number)
    await it.to_the_end()
    for _ in range(40):
        await it.on()
        assert not it.census.current.overdue(it.hub.now)
    assert it.census.current.overdue(it.hub.now + timedelta(hours=2))


async def test_many_with_power_keep_no_holder_waiting(reading):
    """Holders are looked at as often as admins, of whom there may be many."""
    holders = {f"user-{number}" for number in range(10_000, 10_005)}
    it = reading(20_000, holders)
    for number in range(60):
        it.hub.put(f"user-{number}", admin=True)
    await it.to_the_end()
    for _ in range(150):
        await it.on()
        ages = {
            name: (it.hub.now - each.read_at).total_seconds() for name, each in it.found.items()
        }
        assert max(ages[name] for name in holders) < 3 * EVERY
        assert max(ages.values()) < 8 * EVERY


async def test_a_replica_that_hangs_is_noticed(reading, monkeypatch):
    """What another process keeps from being read is not repeated for ever."""
    it = reading(5)
    await it.to_the_end()

    def busy(*_: object):
        raise BusyError("busy")

    monkeypatch.setattr(it.ledger, "lock", busy)
    await it.on()
    assert it.census.current.trouble == ""
    it.hub.now += timedelta(minutes=11)
    await it.on()
    assert "does not finish" in it.census.current.trouble
    assert it.census.current.read_at is None


async def test_of_two_replicas_one_reads(declared, reading, store):
    """What one has just read, the other takes over."""
    it = reading(100)
    it.hub.put("user-5", admin=True)
    await it.on()
    other = Reading(declared, it.hub, store)
    it.hub.pages.clear()
    it.hub.now -= timedelta(seconds=1)
    await other.step()
    assert it.hub.pages == []
    assert set(other.found) == {"user-5"}


async def test_it_rests_long_after_every_page(reading, monkeypatch):
    """The hub is left in peace for many times as long as it took."""
    it = reading(1000)
    ticks = iter([0.0, 0.05])
    monkeypatch.setattr(module, "monotonic", lambda: next(ticks, 100.0))
    assert await it.census.read_on() == pytest.approx(0.05 * REST)


async def test_a_hub_that_is_slow_is_not_left_alone_for_long(reading, monkeypatch):
    """After the longest rest, the next page is read, however long the one before took."""
    it = reading(1000)
    ticks = iter([0.0, 5.0])
    monkeypatch.setattr(module, "monotonic", lambda: next(ticks, 100.0))
    await it.step()
    assert it.hub.pages == [0]
    it.hub.now += LONGEST_REST
    await it.step()
    assert len(it.hub.pages) == 2


async def test_a_small_hub_is_read_again_and_again(reading):
    """Every time after `every` seconds, and no sooner."""
    it = reading(5)
    began = it.hub.now
    for _ in range(5):
        await it.on()
    assert len(it.hub.pages) == pytest.approx((it.hub.now - began).total_seconds() / EVERY, abs=1)


async def test_a_small_hub_is_asked_for_one_page_and_nothing_else(reading):
    """Whoever has power, holds a role, or is gone: one page tells it all, at each look."""
    it = reading(200, {"user-1", "user-2", "moved-away"})
    it.hub.put("user-7", admin=True)
    await it.to_the_end()
    assert (set(it.found), set(it.census.current.gone)) == (
        {"user-1", "user-2", "user-7"},
        {"moved-away"},
    )
    it.hub.asked.clear()
    it.hub.pages.clear()
    for number in range(1, 6):
        it.hub.now += timedelta(seconds=EVERY)
        it.hub.put(f"user-{number + 100}", admin=True)
        del it.hub.people[f"user-{number}"]
        await it.census.look()
        assert f"user-{number + 100}" in it.found
        assert f"user-{number}" not in it.found
        assert await it.census.read_on() == EVERY
    assert (it.hub.asked, it.hub.pages) == ([], [0] * 5)
    assert set(it.census.current.gone) == {"user-1", "user-2", "moved-away"}


async def test_a_small_hub_that_grows_is_read_on(reading):
    """From the account on that no longer fits on the page, there is a reading page by page."""
    it = reading(200)
    await it.to_the_end()
    for number in range(200, 450):
        it.hub.put(f"user-{number}", admin=number == 449)
    await it.to_the_end()
    assert (it.census.current.total, set(it.found)) == (450, {"user-449"})


async def test_a_look_has_an_end(reading, monkeypatch):
    """On a slow hub, some accounts have to wait for the next look, so that the roster needn't."""
    it = reading(900, {"user-1", "user-2", "user-3", "user-4"})
    monkeypatch.setattr(module, "monotonic", lambda: 6.0 * len(it.hub.asked))
    await it.census.look()
    assert len(it.hub.asked) == 2
    it.hub.now += timedelta(seconds=EVERY)
    await it.census.look()
    assert set(it.hub.asked) == {"user-1", "user-2", "user-3", "user-4"}


async def test_trouble_is_said_and_what_was_known_is_kept_for_a_while(reading):
    """A hub that fails is named as the reason; after some time nothing is repeated."""
    it = reading(5)
    it.hub.put("user-0", admin=True)
    await it.to_the_end()
    it.hub.trouble = HubError("The hub answered 503")
    it.hub.now += timedelta(minutes=1)
    with pytest.raises(HubError):
        await it.step()
    assert set(it.found) == {"user-0"}
    assert it.census.current.trouble == "The hub answered 503"
    it.hub.now += timedelta(minutes=10)
    with pytest.raises(HubError):
        await it.step()
    assert (it.found, it.census.current.read_at) == ({}, None)
    it.hub.trouble = None
    await it.to_the_end()
    assert it.census.current.trouble == ""


@pytest.mark.parametrize("minutes", [1, 30])
async def test_pages_that_cannot_be_read_hide_no_group(reading, monkeypatch, minutes):
    """What groups permit, and single accounts, are read on their own, and told."""
    it = reading(5)
    await it.to_the_end()

    async def fail(*_: object):
        raise HubError("The hub answered 500 to /users")

    monkeypatch.setattr(it.hub, "accounts", fail)
    it.hub.other_groups["old-admins"] = ("grader",)
    it.hub.now += timedelta(minutes=minutes)
    with pytest.raises(HubError):
        await it.step()
    current = it.census.current
    assert current.other_group_roles["old-admins"] == ("grader",)
    assert not current.groups_overdue(it.hub.now)
    assert current.trouble == "The hub answered 500 to /users"


async def test_a_ledger_that_fails_is_trouble_too(reading, monkeypatch):
    """What cannot be kept is not known for sure."""
    it = reading(5)
    await it.on()

    def fail(*_: object) -> None:
        raise LedgerError("The ledger cannot be used: the disk is full")

    monkeypatch.setattr(readings, "save", fail)
    it.hub.now += timedelta(minutes=1)
    with pytest.raises(LedgerError):
        await it.step()
    assert "not be recorded" in it.census.current.trouble


async def test_a_reading_of_another_version_is_begun_anew(reading):
    """What cannot be understood is no reason to stop."""
    it = reading(5)
    await it.ledger.run(readings.save, module.NAME, '{"offset": "many"}')
    await it.to_the_end()
    assert it.census.current.total == 5


async def test_so_many_with_power(reading, monkeypatch):
    """No more are kept than can be listed; that there are more is said, until there aren't."""
    monkeypatch.setattr(progress, "MAX_KEPT", 10)
    holders = {f"user-{number}" for number in range(280, 300)}
    it = reading(300, holders)
    for number in range(50):
        it.hub.put(f"user-{number}", admin=True)
    await it.to_the_end()
    assert (len(it.found), it.census.current.cut) == (10 + len(holders), True)
    for number in range(50):
        it.hub.put(f"user-{number}")
    it.hub.now += timedelta(minutes=5)
    await it.to_the_end()
    assert (set(it.found), it.census.current.cut) == (holders, False)


def test_who_is_of_interest():
    """Holders, and whoever was moved by others."""
    state = LedgerState()
    edit = Edit("hub-administrator", "hub-admins", "bea", False, READ_AT, READ_AT)
    state.edits["hub-admins", "bea"] = edit
    roster = Roster(READ_AT, {"hub-admins": ("cyn",)})
    assert of_interest(roster, state) == {"bea", "cyn"}


# What people are called


async def test_names_of_whom_the_ledger_tells_are_kept(declared, store):
    """Of nobody else, unless more is kept of them."""
    hub = Hub(450)
    for number in (3, 4, 300):
        there = hub.people[f"user-{number}"]
        hub.people[there.name] = replace(there, display_name=f"Person {number}")
    reading = Reading(declared, hub, store, {"user-3"})
    reading.told_of = {"user-300"}
    await reading.to_the_end()
    current = reading.census.current
    assert current.found["user-3"].display_name == "Person 3"
    assert {name: called.name for name, called in current.names.items()} == {
        "user-300": "Person 300"
    }
    hub.people["user-300"] = replace(hub.people["user-300"], display_name="")
    await reading.to_the_end()
    assert reading.census.current.names == {}
    hub.people["user-300"] = replace(hub.people["user-300"], display_name="Another")
    await reading.to_the_end()
    assert reading.census.current.names["user-300"].name == "Another"
    reading.told_of = set()
    await reading.to_the_end()
    assert reading.census.current.names == {}
