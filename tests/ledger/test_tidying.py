"""What was erased leaves the file as well: at once, or as soon as nobody reads it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from jupyterhub_responsibility.changes.forgetting import Forgetting
from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage import erasing, spans, tidying
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from .conftest import NOW
from .test_erasing import ROOT, busy, everything
from .test_kill_work import kill_at, wait_until_it_is_gone

NAME = "quirrenbach"


def in_files(url: str) -> bool:
    """Whether the name is in the files of SQLite."""
    file = Path(make_url(url).database)
    return any(NAME.encode() in each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


@contextmanager
def reader(url: str):
    """Somebody who reads for a while, as a backup does."""
    with closing(sqlite3.connect(make_url(url).database, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM responsibility_entries").fetchone()
        yield


@pytest.fixture
def file(sqlite, sqlite_file) -> str:
    """A ledger in a file that somebody is in, and that no process has open any more."""
    busy(sqlite, NAME)
    sqlite.close()
    return f"sqlite:///{sqlite_file}"


def test_it_is_due_until_it_is_done(store, database):
    """Each erasure says so together with what it erases, on both databases."""
    busy(store, NAME)
    assert not tidying.is_due(store)
    erasing.forget(store, NAME, ROOT, NOW)
    assert tidying.is_due(store)
    assert tidying.tidy(store)
    assert not tidying.is_due(store)
    assert NAME not in everything(store, database)


def test_a_gap_alone_is_enough(store):
    """Nothing but a gap named them."""
    spans.note(store, [("k", "a", NAME)], (), NOW)
    assert erasing.forget(store, NAME, ROOT, NOW).gaps == 1
    assert tidying.is_due(store)


def test_one_that_erases_meanwhile_has_it_done_again(store, monkeypatch):
    """What came after the file was emptied is still to go."""
    busy(store, NAME)
    erasing.forget(store, NAME, ROOT, NOW)

    def tidied(self: Store, _patience: float) -> bool:
        return bool(erasing.forget(self, "ina", ROOT, NOW).parts)

    monkeypatch.setattr(Store, "tidy", tidied)
    assert tidying.tidy(store)
    assert tidying.is_due(store)


def test_somebody_is_reading(file):
    """The command says that the last bytes are there, and is not content; the next one is."""
    command = ["ledger", "forget", NAME, "--yes", "--database", file]
    with reader(file):
        assert main(command) == 1
        assert in_files(file)
    assert main(command) == 0
    assert not in_files(file)


def test_what_the_command_says(file, capsys):
    """That it is erased, what is left, and what to do."""
    with reader(file):
        main(["ledger", "forget", NAME, "--yes", "--database", file])
    erased, left = capsys.readouterr().out.splitlines()
    assert erased.startswith("Erased: ")
    assert "still in the file of the database. Somebody is reading the ledger." in left
    assert "run the same command again" in left


def test_killed_before_it_is_tidy(file):
    """Whoever comes next knows that it is due."""
    kill_at("forget", (file, NAME), "before tidying")
    wait_until_it_is_gone(file)
    with closing(Store(file)) as store:
        store.open()
        assert tidying.is_due(store)


@pytest.fixture
async def service(file, declared):
    """The service on that ledger, and what it does by itself."""
    ledger = Ledger(Store(file), lambda: NOW)
    await ledger.catch_up()
    yield ledger, Forgetting(ledger, None, lambda: Rules(declared), lambda: NOW)
    await ledger.close()


async def test_the_service_tries_until_nobody_reads(service, file, caplog):
    """Changes go on meanwhile, and the log has it once."""
    ledger, forgetting = service
    with reader(file):
        await ledger.run(erasing.forget, NAME, ROOT, NOW)
        for _ in range(3):
            await forgetting.tidy()
            await ledger.append(Draft("confirmation", "rita", person="rita",
                                      details={"duties_digest": "d"}))  # fmt: skip
        assert await forgetting.in_file()
        assert in_files(file)
    assert len([said for said in caplog.messages if "Somebody is reading it" in said]) == 1
    await forgetting.tidy()
    assert not await forgetting.in_file()
    assert not in_files(file)


async def test_a_start_goes_on_with_it(file, declared):
    """What another process erased, and was killed after that."""
    kill_at("forget", (file, NAME), "before tidying")
    ledger = Ledger(Store(file), lambda: NOW)
    forgetting = Forgetting(ledger, None, lambda: Rules(declared), lambda: NOW)
    await forgetting.tidy()  # before the ledger was read, nothing is known
    await ledger.catch_up()
    assert await forgetting.in_file()
    await forgetting.tidy()
    assert not await forgetting.in_file()
    assert not in_files(file)
    await ledger.close()
