"""PostgreSQL as the docs have it: an owner makes the tables, and the service is another user."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import psycopg
import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.enabling.handover import DATABASE_VARIABLE
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage import erasing, readings, spans
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.storage.tables import VERSION_TABLE, metadata

from ..postgresql import PostgreSQL
from ..realhub import RealHub
from .reading import ROOT, Block, blocks

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
CONFIRMED = Draft("confirmation", "lia", person="lia", details={"duties_digest": "1"})
GAP = ("role-vacant", "hub-administrator", "")


def as_user(address: str, name: str) -> str:
    """The same database, for somebody else."""
    return re.sub(r"(?<=://)\w+(?=@)", name, address)


def run_as_written(block: Block, database: str, folder: Path = ROOT) -> None:
    """The commands of a block in a shell, with another address, each for the same account."""
    environment = os.environ | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "PYTHONPATH": str(ROOT),
        DATABASE_VARIABLE: as_user(database, "owner"),
    }
    text = re.sub(
        r"postgresql://(\w+):\S+", lambda shown: f"'{as_user(database, shown[1])}'", block.text
    )
    subprocess.run(["/bin/sh", "-ec", text], env=environment, cwd=folder, check=True)


def execute_as_written(block: Block, database: str) -> None:
    """The statements of a block, as whoever administers the server."""
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in block.text.split(";"):
            connection.execute(statement)


def documented(page: str, language: str, words: str) -> Block:
    """The block of a page in which something is said."""
    (found,) = (b for b in blocks(language) if b.page == page and words in b.text)
    return found


@pytest.fixture(scope="module")
def as_documented(postgresql) -> str:
    """The address for the service's account, once all was done that the docs say, in their
    order."""
    database = postgresql.new_database()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE owner LOGIN")
        connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO owner")
    execute_as_written(documented("ledger.md", "sql", "CREATE ROLE"), database)
    run_as_written(documented("ledger.md", "bash", "ledger migrate"), database)
    # after each new version again
    run_as_written(documented("upgrading.md", "bash", "ledger migrate"), database)
    return as_user(database, "responsibilities")


def test_the_grants_are_enough(as_documented, monkeypatch):
    """With just the grants in the docs, a user does all that the service does to the database."""
    with closing(Store(as_documented)) as store:
        store.open()
        store.append([CONFIRMED], NOW)
        assert [each.key for each in spans.note(store, [GAP], (), NOW)] == [GAP]
        assert [each.until for each in spans.note(store, [], (), NOW)] == [NOW]
        later = NOW + 2 * spans.KEPT
        assert spans.note(store, [], (), later) == []
        for value in ("1", "2"):
            readings.save(store, "accounts", value)
            assert readings.load(store, "accounts") == value
        let_go = store.lock("accounts")
        assert let_go
        let_go()
        assert erasing.forget(store, "lia", erasing.Eraser(), NOW).parts == 2
        store.tidy()
        assert (len(store.after(0)), store.verify()) == (2, [])
    monkeypatch.setenv(DATABASE_VARIABLE, as_documented)
    assert main(["ledger", "verify"]) == 0


def test_no_table_is_forgotten(as_documented):
    """The docs grant something on every table that the code has."""
    with psycopg.connect(as_documented) as connection:
        for table in (*metadata.tables, VERSION_TABLE):
            connection.execute(f'SELECT * FROM "{table}"')


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE responsibility_entries SET role = ''",
        "DELETE FROM responsibility_entries",
        "DELETE FROM responsibility_parts",
        "TRUNCATE responsibility_entries",
        "TRUNCATE responsibility_parts",
        "TRUNCATE responsibility_gaps",
        "ALTER TABLE responsibility_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER responsibility_no_change ON responsibility_entries",
        "DROP TRIGGER responsibility_only_erased ON responsibility_parts",
        "DROP FUNCTION responsibility_append_only CASCADE",
        "DROP TABLE responsibility_entries",
        "DELETE FROM responsibility_head",
        "UPDATE responsibility_version SET version_num = ''",
    ],
)
def test_the_grants_are_not_too_much(as_documented, deed):
    """That user can neither alter what is written nor get the triggers out of the way."""
    with (
        psycopg.connect(as_documented) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(deed)


def test_the_service_runs_with_them(as_documented, tmp_path):
    """A whole service as that user records, and notes since when there are gaps."""
    with RealHub(tmp_path, options=f"database_url={as_documented!r}") as hub:
        hub.with_holders()
        with psycopg.connect(as_documented) as connection:
            connection.autocommit = True
            for table in ("responsibility_gaps", "responsibility_readings"):
                hub.wait_for(lambda t=table: connection.execute(f"SELECT FROM {t}").rowcount)
        assert not hub.health()["ledger"]["trouble"]
        hub.wait_for(lambda: hub.health()["ledger"]["number"] > 1)
        assert "permission denied" not in hub.log()


def test_from_one_replica_to_several(tmp_path):
    """As the docs say, a ledger in a file becomes one in PostgreSQL, and the service goes on."""
    with closing(Store(f"sqlite:///{tmp_path}/jupyterhub-responsibility.sqlite")) as store:
        store.open()
        store.append([CONFIRMED], NOW)
        erasing.forget(store, "lia", erasing.Eraser(), NOW)
        before = list(store.all())
    with PostgreSQL() as server:
        administrator = server.new_database()
        execute_as_written(documented("replicas.md", "sql", "CREATE ROLE"), administrator)
        database = re.sub(r"(?<=@/)\w+", "responsibilities", administrator)
        for words in ("ledger migrate", "ledger import"):
            run_as_written(documented("replicas.md", "bash", words), database, tmp_path)
        with closing(Store(as_user(database, "responsibilities"))) as store:
            store.open()
            assert list(store.all()) == before
            assert store.append([CONFIRMED], NOW)[0].number == 3
            assert store.verify() == []
