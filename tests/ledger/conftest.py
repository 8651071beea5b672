"""A ledger in a fresh database, on SQLite and again on PostgreSQL."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage.store import Store

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)


def draft(person: str = "hanna", **more) -> Draft:
    """What somebody set out to do."""
    said = {"actor": "rita", "role": "hub-administrator", "group": "hub-admins", **more}
    return Draft("appointment", person=person, **said)


def drafts(number: int, **more) -> list[Draft]:
    """As many drafts, each about somebody else."""
    return [draft(f"user-{each}", **more) for each in range(1, number + 1)]


@contextmanager
def no_room(size: int = 0) -> Iterator[None]:
    """While no file may grow beyond some bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def stores(database):
    """Make as many stores as wanted on one database."""
    made: list[Store] = []

    def make(url: str = database) -> Store:
        made.append(Store(url))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(stores) -> Store:
    opened = stores()
    opened.open()
    return opened


@pytest.fixture
def sqlite_file(tmp_path):
    """Where SQLite has its ledger."""
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def sqlite(sqlite_file):
    """A ledger on SQLite."""
    opened = Store(f"sqlite:///{sqlite_file}")
    opened.open()
    yield opened
    opened.close()
