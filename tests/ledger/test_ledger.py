"""The ledger as the service has it: it doesn't block, keeps its book, and takes turns."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from jupyterhub_responsibility.errors import LedgerError, RewrittenError
from jupyterhub_responsibility.ledger.chain import BEGINNING
from jupyterhub_responsibility.ledger.entry import Entry
from jupyterhub_responsibility.ledger.query import Wanted
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import CHUNK, Store

from .conftest import NOW, draft, drafts, no_room
from .tampering import change, cut, directly, execute, forget_the_end, rewrite


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


# Somebody else's hands


REWRITTEN = [
    (rewrite(2, role="nobody"), "entry 4, or one before it, is not what this service has read"),
    (change(4, digest="0" * 64), "entry 4, or one before it, is not what this service has read"),
    (cut(3), "entry 4 was there when this service last read it, and is there no more"),
    (cut(0, BEGINNING), "entry 4 was there when this service last read it, and is there no more"),
    (
        execute(f"UPDATE responsibility_head SET digest = '{'0' * 64}'"),
        "entry 4, or one before it, is not what this service has read",
    ),
    (
        execute("UPDATE responsibility_head SET number = 3"),
        "entry 4 was there when this service last read it, and is there no more",
    ),
    (forget_the_end, "it is not recorded where the ledger ends"),
]


@pytest.mark.parametrize(("deed", "said"), REWRITTEN)
async def test_a_ledger_that_was_rewritten(ledgers, database, deed, said):
    """It says so for as long as that is so, keeps what it has read, and writes nothing onto it."""
    ledger = ledgers()
    for _ in range(4):
        await ledger.append(draft())
    head = ledger.state.head
    directly(database, deed, armed=False)
    with pytest.raises(RewrittenError, match=said):
        await ledger.append(draft())  # without having looked
    with pytest.raises(RewrittenError, match=said):
        await ledger.catch_up()
    await ledger.page(Wanted(), None, 5)  # what works besides is no sign that this does
    assert said in ledger.trouble
    with pytest.raises(RewrittenError):
        async with ledger.lock("role"):
            pytest.fail("something could have been changed")
    assert ledger.state.head == head


async def test_a_ledger_that_is_put_right(ledgers, database):
    """Once it is the one that was read, it goes on."""
    ledger = ledgers()
    written = [(await ledger.append(draft()))[0] for _ in range(3)]
    directly(database, rewrite(2, role="nobody"), armed=False)
    with pytest.raises(RewrittenError):
        await ledger.catch_up()
    directly(database, rewrite(2, role=written[1].role), armed=False)
    await ledger.catch_up()
    assert ledger.trouble == ""
    assert (await ledger.append(draft()))[0].previous == written[-1].digest


async def test_another_file_in_its_place(tmp_path, sqlite, sqlite_file):
    """A copy that was changed, and moved to where the ledger is, is not the ledger."""
    ledger = Ledger(sqlite, lambda: NOW)
    await ledger.append(draft())
    other = Store(f"sqlite:///{tmp_path}/other.sqlite")
    other.open()
    other.append(drafts(5), NOW)
    other.close()
    (tmp_path / "other.sqlite").replace(sqlite_file)
    with pytest.raises(RewrittenError, match="its file is gone"):
        await ledger.catch_up()
    with pytest.raises(RewrittenError, match="its file is gone"):
        await ledger.append(draft())
    await ledger.close()


async def test_looking_costs_one_query(sqlite):
    """Beside reading on, which it did before."""
    ledger = Ledger(sqlite, lambda: NOW)
    await ledger.append(draft())
    asked: list[str] = []
    event.listen(sqlite._engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    await ledger.catch_up()
    assert len([each for each in asked if each.startswith("SELECT")]) == 2
    await ledger.close()


async def test_other_replicas_go_on_from_what_was_read(postgresql):
    """What somebody else wrote after it is no rewriting."""
    url = postgresql.new_database()
    one, two = (Ledger(Store(url), lambda: NOW) for _ in range(2))
    await one.append(draft())
    await two.append(draft(), draft())
    await one.append(draft())
    await two.catch_up()
    assert (one.state.head, one.trouble, two.trouble) == (two.state.head, "", "")
    await one.close()
    await two.close()
