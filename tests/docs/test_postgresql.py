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
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage import readings, spans
from jupyterhub_responsibility.storage.store import Store
from jupyterhub_responsibility.storage.tables import VERSION_TABLE, metadata

from ..realhub import RealHub
from .reading import ROOT, blocks

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
GAP = ("role-vacant", "hub-administrator", "")


def as_user(address: str, name: str) -> str:
    """The same database, for somebody else."""
    return re.sub(r"(?<=://)\w+(?=@)", name, address)


def run_as_written(url: str) -> None:
    """The command with which the owner makes the tables, in a shell, with another address."""
    (block,) = (block for block in blocks("bash") if "Store(os" in block.text)
    (shown,) = re.findall(r"postgresql://\S+", block.text)
    folder = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": os.pathsep.join((folder, os.environ["PATH"])),
        "PYTHONPATH": str(ROOT),
    }
    text = block.text.replace(shown, f"'{url}'")
    subprocess.run(["/bin/sh", "-ec", text], env=environment, check=True)


@pytest.fixture(scope="module")
def as_documented(postgresql) -> str:
    """The address for the service's user, once all was done that the docs say, in their order."""
    administrator = postgresql.new_database()
    owner = as_user(administrator, "owner")
    make_user, grants = blocks("sql")
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute("CREATE ROLE owner LOGIN")
        connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO owner")
        run_as_written(owner)
        connection.execute(make_user.text)
    for _ in range(2):  # after each new version again
        run_as_written(owner)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(grants.text)
    return as_user(administrator, "responsibilities")


def test_the_grants_are_enough(as_documented, monkeypatch):
    """With just the grants in the docs, a user does all that the service does to the database."""
    with closing(Store(as_documented)) as store:
        store.open()
        store.append([Draft("account", "rita", person="lia")], NOW)
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
        assert (len(store.after(0)), store.verify()) == (1, [])
    monkeypatch.setenv("JUPYTERHUB_RESPONSIBILITY_DATABASE", as_documented)
    assert main(["ledger", "verify"]) == 0


def test_no_table_is_forgotten(as_documented):
    """The docs grant something on every table that the code has."""
    with psycopg.connect(as_documented) as connection:
        for table in (*metadata.tables, VERSION_TABLE):
            connection.execute(f'SELECT * FROM "{table}"')


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE responsibility_entries SET actor = ''",
        "DELETE FROM responsibility_entries",
        "TRUNCATE responsibility_entries",
        "ALTER TABLE responsibility_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER responsibility_no_change ON responsibility_entries",
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
