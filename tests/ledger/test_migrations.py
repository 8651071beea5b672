"""The tables of the ledger: from every earlier state to the newest, or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect

import jupyterhub_responsibility.storage.migrations as migrations
from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.storage.migrating import REVISION
from jupyterhub_responsibility.storage.tables import VERSION_TABLE, metadata

from .conftest import NOW, draft, drafts
from .tampering import directly, execute

FOLDER = Path(migrations.__file__).parent


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    return made


SCRIPTS = ScriptDirectory.from_config(config())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]


def differences(connection: Connection) -> list:
    """What differs between a database and the tables as the code has them."""
    options = {"version_table": VERSION_TABLE, "compare_type": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def bring_to(revision: str):
    """Migrate as far as an earlier version did."""

    def deed(connection: Connection) -> None:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)

    return deed


def test_the_newest_migration_is_known():
    """The code names the newest migration, and there is one line of them."""
    assert SCRIPTS.get_heads() == [REVISION]
    assert len(SCRIPTS.get_bases()) == 1


def test_an_empty_database(store, database):
    """An empty database gets the tables as the code has them."""
    directly(database, lambda connection: assert_as_in_code(connection))
    assert store.append([draft()], NOW)[0].number == 1


def assert_as_in_code(connection: Connection) -> None:
    assert differences(connection) == []
    names = set(inspect(connection).get_table_names())
    assert names == {*metadata.tables, VERSION_TABLE}


def test_differences_would_show(store, database):
    """The comparison sees a column that is too many, and an index that is missing."""
    directly(
        database,
        execute(
            "ALTER TABLE responsibility_entries ADD COLUMN extra TEXT",
            "DROP INDEX responsibility_entries_at",
        ),
    )
    found: list = []
    directly(database, lambda connection: found.extend(differences(connection)))
    assert sorted(each[0] for each in found) == ["add_index", "remove_column"]


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_every_earlier_revision(stores, database, revision):
    """A ledger of any earlier version is brought up to date, and written on."""
    directly(database, bring_to(revision))
    store = stores()
    store.open()
    directly(database, assert_as_in_code)
    assert store.append([draft()], NOW)[0].number == 1
    assert store.verify() == []


def test_a_ledger_that_is_up_to_date_stays_as_it_is(store, stores, database):
    """To start again changes neither tables nor entries."""
    written = store.append(drafts(3), NOW)
    store.close()
    again = stores()
    again.open()
    assert list(again.all()) == written
    directly(database, assert_as_in_code)


def test_a_newer_ledger_is_refused(store, stores, database):
    """A ledger of a version to come is left alone, and it is said why."""
    written = store.append(drafts(3), NOW)
    store.close()
    directly(database, execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    again = stores()
    with pytest.raises(LedgerError, match="made by a newer version"):
        again.open()
    directly(database, execute(f"UPDATE {VERSION_TABLE} SET version_num = '{REVISION}'"))
    again.open()
    assert list(again.all()) == written


def test_a_migration_that_is_cut_off(stores, database):
    """Tables are made all or not at all; the next start makes them."""
    store = stores()
    committing = True

    def fail(_connection: Connection) -> None:
        if committing:
            raise OSError("cut off")

    event.listen(store._engine, "commit", fail)
    with pytest.raises(LedgerError):
        store.open()
    tables: list[str] = []
    directly(database, lambda c: tables.extend(inspect(c).get_table_names()))
    assert tables == []
    committing = False
    store.open()
    directly(database, assert_as_in_code)


def test_the_hubs_own_tables_are_left_alone(stores, database):
    """In a database that others use, too, their tables stay, their migrations as well."""
    directly(
        database,
        execute(
            "CREATE TABLE users (id INTEGER PRIMARY KEY)",
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
            "INSERT INTO alembic_version VALUES ('abcd')",
        ),
    )
    store = stores()
    store.open()
    assert store.append([draft()], NOW)[0].number == 1
    rows: list = []
    directly(
        database,
        lambda c: rows.extend(c.exec_driver_sql("SELECT version_num FROM alembic_version").all()),
    )
    assert rows == [("abcd",)]
