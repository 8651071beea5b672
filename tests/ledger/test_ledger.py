"""The ledger as the service has it: it doesn't block, keeps its book, and takes turns."""

from __future__ import annotations

import asyncio

import pytest

from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.ledger.entry import Entry
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import CHUNK, Store

from .conftest import NOW, draft, drafts, no_room


@pytest.fixture
async def ledgers(database):
    """Make the ledgers of as many replicas as wanted (one, on SQLite)."""
    made: list[Ledger] = []

    def make(on_entry=lambda _: None) -> Ledger:
        made.append(Ledger(Store(database), lambda: NOW, on_entry))
        return made[-1]

    yield make
    for ledger in made:
        await ledger.close()


async def test_it_opens_by_itself(ledgers):
    """The first thing that is asked of it opens it; until then it says that it is not open."""
    ledger = ledgers()
    assert ledger.trouble == "The ledger has not been opened yet"
    (entry,) = await ledger.append(draft())
    assert (entry.number, ledger.state.number, ledger.trouble) == (1, 1, "")


async def test_a_long_ledger_is_read_to_its_end(ledgers, store):
    """More entries than are read at a time are all read, at a start."""
    store.append(drafts(2 * CHUNK + 1), NOW)
    store.close()
    ledger = ledgers()
    await ledger.catch_up()
    assert ledger.state.number == 2 * CHUNK + 1


async def test_what_is_written_is_heard(ledgers):
    """Each entry is told once, by the process that wrote it, when it is written."""
    on_entry: list[Entry] = []
    ledger = ledgers(on_entry.append)
    written = await ledger.append(draft("hanna"), draft("uwe"))
    await ledger.catch_up()
    assert on_entry == written


async def test_one_at_a_time(ledgers):
    """Nobody else is inside with the same key; with another one, they are."""
    ledger = ledgers()
    inside: list[str] = []

    async def enter(key: str, name: str) -> None:
        async with ledger.lock(key):
            inside.append(f"{name} in")
            await asyncio.sleep(0.05)
            inside.append(f"{name} out")

    await asyncio.gather(enter("role", "a"), enter("role", "b"), enter("other", "c"))
    order = [each for each in inside if each[0] != "c"]
    assert order in (["a in", "a out", "b in", "b out"], ["b in", "b out", "a in", "a out"])
    assert inside.index("c in") < inside.index(order[2])


async def test_replicas_take_turns(postgresql):
    """What two replicas read and write under a lock is as if one had done it after the other."""
    url = postgresql.new_database()
    replicas = [Ledger(Store(url), lambda: NOW) for _ in range(2)]
    seen: list[int] = []

    async def count(ledger: Ledger) -> None:
        for _ in range(5):
            async with ledger.lock("role"):
                seen.append(ledger.state.number)
                await asyncio.sleep(0.002)
                await ledger.append(draft())

    await asyncio.gather(*map(count, replicas))
    assert seen == list(range(10))
    for ledger in replicas:
        await ledger.close()


async def test_nobody_waits_for_ever(postgresql, monkeypatch):
    """Who cannot get in learns so, in this process and in another; and can when it is free."""
    monkeypatch.setattr("jupyterhub_responsibility.storage.ledger.PATIENCE", 0.2)
    url = postgresql.new_database()
    one, two = (Ledger(Store(url), lambda: NOW) for _ in range(2))
    async with one.lock("role"):
        for ledger in (one, two):
            with pytest.raises(LedgerError, match="Somebody else is changing this right now"):
                async with ledger.lock("role"):
                    pytest.fail("two are inside")
    async with two.lock("role"):
        pass
    await one.close()
    await two.close()


async def test_a_lock_is_let_go_after_a_failure(ledgers):
    """Whatever goes wrong inside, the next can enter."""
    ledger = ledgers()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with ledger.lock("role"):
                raise ZeroDivisionError


async def test_a_lock_is_let_go_by_whoever_is_cancelled(ledgers):
    """Somebody whose connection is cut while they are inside leaves nothing locked."""
    ledger = ledgers()
    await ledger.catch_up()

    entered = asyncio.Event()

    async def stay() -> None:
        async with ledger.lock("role"):
            entered.set()
            await asyncio.sleep(60)

    inside = asyncio.ensure_future(stay())
    await entered.wait()
    waiting = asyncio.ensure_future(stay())
    beginning = asyncio.ensure_future(stay())
    await asyncio.sleep(0.05)
    for task in (beginning, waiting, inside):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with ledger.lock("role"):
        pass


async def test_a_cancellation_is_never_lost(ledgers):
    """Told to end at whatever step of entering, it ends: the service could not stop otherwise."""
    ledger = ledgers()
    for steps in range(12):

        async def stay(key: str) -> None:
            async with ledger.lock(key):
                await asyncio.sleep(60)

        task = asyncio.ensure_future(stay(f"role {steps}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=5)
        assert done, f"after {steps} steps"


async def test_trouble_is_remembered_until_it_is_over(sqlite_file, tmp_path):
    """While the ledger fails it says how, and opens when it can."""
    sqlite_file.mkdir()
    ledger = Ledger(Store(f"sqlite:///{sqlite_file}"), lambda: NOW)
    with pytest.raises(LedgerError):
        await ledger.catch_up()
    assert ledger.trouble == "The ledger cannot be opened: Is a directory"
    with pytest.raises(LedgerError):
        await ledger.append(draft())
    sqlite_file.rmdir()
    await ledger.append(draft())
    assert ledger.trouble == ""
    await ledger.close()


async def test_a_full_disk_is_not_mended_by_looking(sqlite, sqlite_file):
    """As long as nothing can be written, that is said, however often it is tried again."""
    ledger = Ledger(sqlite, lambda: NOW)
    await ledger.append(draft())
    with no_room():
        with pytest.raises(LedgerError):
            await ledger.append(draft())
        for _ in range(3):
            with pytest.raises(LedgerError):
                await ledger.catch_up()
            assert ledger.trouble == "The ledger cannot be used: the disk does not take it"
    await ledger.catch_up()
    assert ledger.trouble == ""
    await ledger.close()
