"""What is kept on the page, in the database: with its entry or not at all, for every replica, and
forgotten with whoever wrote it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal

import pytest
import sqlalchemy.event

from jupyterhub_responsibility.changes.forgetting import Forgetting
from jupyterhub_responsibility.changes.keeping import Keeping
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.declaration.keeper import DeclarationKeeper
from jupyterhub_responsibility.domain.model import Person, Viewer
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.storage import kept, links, tidying
from jupyterhub_responsibility.storage.erasing import Eraser, forget
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from ..realhub import DECLARATION
from .conftest import NOW

MADE = "2026-01-04T08:00:00.000000+00:00"
RITA = Viewer("rita", groups=frozenset({"community-reps"}), created=MADE)
HANNA = Viewer("hanna", groups=frozenset({"hub-admins"}))
ROOT = Viewer("root", admin=True)
ADMIN = "hub-administrator"
ADDED = ("contact", "everyone-contact")


def replica(database: str) -> tuple[Ledger, Keeping]:
    """One process of the service, as far as it keeps something."""
    ledger = Ledger(Store(database), lambda: NOW)
    declared = DeclarationKeeper(load(DECLARATION, NOW), "", lambda: NOW)
    return ledger, Keeping(
        ledger, declared, lambda: Rules(declared.current.declaration), lambda: NOW
    )


async def _add(database: str, place: str) -> None:
    ledger, keeping = replica(database)
    await ledger.catch_up()

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    engine = ledger._store._engine
    if place == "before":
        sqlalchemy.event.listen(engine, "begin", die)
    if place == "inside":

        def written(_connection, _cursor, statement, *_: object) -> None:
            if "INSERT INTO responsibility_kept" in statement:
                sqlalchemy.event.listen(engine, "commit", die)

        sqlalchemy.event.listen(engine, "after_cursor_execute", written)
    if place == "between":

        def read(_connection, _cursor, statement, *_: object) -> None:
            if "INSERT INTO responsibility_kept" in statement:
                die()

        sqlalchemy.event.listen(engine, "before_cursor_execute", read)
    await keeping.add(RITA, "contact", "", {"name": "Desk", "email": "desk@reef.example"})
    die()


def add(database: str, place: str) -> None:
    asyncio.run(_add(database, place))


@pytest.mark.parametrize("place", ["before", "between", "inside", "after"])
async def test_killed_on_the_way(database, place):
    """Whenever the process dies, there is the entry with what is kept, or neither of them."""
    process = multiprocessing.get_context("spawn").Process(target=add, args=(database, place))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    ledger, keeping = replica(database)
    await keeping.read()
    done = place == "after"
    assert ledger.state.number == int(done)
    assert set(keeping.laid.kept) == ({ADDED} if done else set())
    key, entry = await keeping.add(RITA, "contact", "", {"name": "Next"})
    assert (entry.number, key) == (1 + done, ADDED if not done else (key[0], f"{ADDED[1]}-2"))
    await ledger.close()


async def test_every_replica_has_it(postgresql):
    """What is kept at one is there at the other once it reads; two at once take turns."""
    database = postgresql.new_database()
    (here, one), (there, other) = replica(database), replica(database)
    await one.add(RITA, "contact", "", {"name": "Desk"})
    await other.read()
    assert other.laid.kept.keys() == {ADDED}
    await asyncio.gather(
        *(each.add(HANNA, "link", "", {"title": "T", "url": "/t", "for": [ADMIN]})
          for each in (one, other, one, other))
    )  # fmt: skip
    await one.read()
    await other.read()
    assert one.laid.kept == other.laid.kept
    assert len(one.laid.kept) == 5
    await here.close()
    await there.close()


async def test_what_was_written_stays_when_its_writer_is_forgotten(database):
    """The contact is the hub's; that it was them is nowhere any more."""
    ledger, keeping = replica(database)
    await keeping.add(RITA, "contact", "", {"name": "Desk"})
    await keeping.add(HANNA, "contact", "", {"name": "Desk of hanna"})
    await ledger.run(forget, "rita", Eraser(), NOW)
    await keeping.read()
    assert [each.by for each in keeping.laid.kept.values()] == ["", "hanna"]
    await ledger.run(forget, "hanna", Eraser(), NOW)
    await keeping.read()
    assert [each.by for each in keeping.laid.kept.values()] == ["", ""]
    assert "rita" not in str(await ledger.run(kept.read))
    await ledger.close()


async def test_a_person_who_is_taken_back_can_be_forgotten(database):
    """Their addresses are gone at once; their name goes from the ledger, as any name does."""
    ledger, keeping = replica(database)
    said = {"name": "Kim Miller", "email": "kim@reef.example"}
    key, _ = await keeping.add(RITA, "person", ADMIN, said)
    await keeping.take_back(RITA, key)
    assert await ledger.run(kept.read) == []
    assert await ledger.run(tidying.is_due)
    done = await ledger.run(forget, "Kim Miller", Eraser(), NOW)
    assert done.parts == 3
    assert "Kim" not in str([entry.facts for entry in await ledger.run(lambda s: list(s.all()))])
    await ledger.close()


async def test_what_was_written_over_is_tidied_away(database):
    """A telephone number that was changed isn't left in the file of the database."""
    ledger, keeping = replica(database)
    key, _ = await keeping.add(RITA, "contact", "", {"name": "Desk", "telephone": "+49 40 111"})
    assert not await ledger.run(tidying.is_due)
    await keeping.save(RITA, key, {"name": "Desk", "telephone": "+49 40 222"})
    assert await ledger.run(tidying.is_due)
    await ledger.close()


async def test_links_end_with_whoever_leaves(database):
    """At once: somebody of that name and address who comes back is asked anew."""
    ledger, keeping = replica(database)
    said = {"name": "Kim Miller", "email": "kim@reef.example"}
    key, _ = await keeping.add(RITA, "person", ADMIN, said)
    await ledger.run(links.put, "token", ADMIN, Person(**said), NOW)
    await keeping.save(RITA, key, {**said, "telephone": "+49 40 1"})
    assert await ledger.run(links.find, "token", NOW)
    await keeping.save(RITA, key, {"name": "Somebody else"})
    assert await ledger.run(links.find, "token", NOW) is None
    await ledger.close()


async def test_who_is_named_is_not_forgotten_by_halves(database):
    """The page shows them even where that doesn't count: they are to be taken out there first."""
    ledger, keeping = replica(database)
    key, _ = await keeping.add(RITA, "person", ADMIN, {"name": "Kim Miller"})
    rules = Rules(keeping.laid.file)

    def people() -> frozenset[str]:
        return keeping.laid.people

    forgetting = Forgetting(ledger, Nobody(), lambda: rules, lambda: NOW, people=people)
    with pytest.raises(RefusedError, match="its page Contacts, people and links"):
        await forgetting.look(ROOT, "Kim Miller")
    await keeping.take_back(RITA, key)
    assert (await forgetting.look(ROOT, "Kim Miller")).parts
    await ledger.close()


class Nobody:
    """A hub without accounts."""

    async def account(self, *_: object) -> None:
        """Of any name."""
