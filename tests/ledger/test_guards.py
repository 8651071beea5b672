"""The triggers that refuse changes: whoever gets them out of the way shows."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.cli.ledger import LOOK
from jupyterhub_responsibility.storage import guards
from jupyterhub_responsibility.storage.store import Store

from .conftest import NOW, drafts
from .tampering import directly, disarm, execute

LOST = "the database no longer refuses what it is there for. `ledger migrate` puts it back"


@pytest.fixture
def on_postgresql(postgresql, stores) -> tuple[Store, str]:
    url = postgresql.new_database()
    store = stores(url)
    store.open()
    return store, url


@pytest.mark.parametrize("name", guards.SQLITE)
def test_a_trigger_that_is_missing_on_sqlite(sqlite, sqlite_file, name):
    """Each is named, though no entry was changed."""
    sqlite.append(drafts(2), NOW)
    directly(f"sqlite:///{sqlite_file}", execute(f"DROP TRIGGER {name}"))
    assert sqlite.verify() == [f"the trigger {name} is missing: {LOST}"]


def test_a_trigger_that_was_replaced_on_sqlite(sqlite, sqlite_file):
    """One that has the name alone is none."""
    harmless = "AFTER UPDATE ON responsibility_entries BEGIN SELECT 1; END"
    directly(
        f"sqlite:///{sqlite_file}",
        execute(
            "DROP TRIGGER responsibility_no_update",
            f"CREATE TRIGGER responsibility_no_update {harmless}",
        ),
    )
    assert sqlite.verify() == [f"the trigger responsibility_no_update was replaced: {LOST}"]


@pytest.mark.parametrize("name", guards.POSTGRESQL)
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("DROP TRIGGER {name} ON {table}", "is missing"),
        ("ALTER TABLE {table} DISABLE TRIGGER {name}", "is switched off"),
        ("ALTER TABLE {table} ENABLE REPLICA TRIGGER {name}", "is switched off"),
        (
            "DROP TRIGGER {name} ON {table};"
            "CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW WHEN (false)"
            " EXECUTE FUNCTION responsibility_append_only()",
            "was replaced",
        ),
    ],
    ids=["dropped", "disabled", "for replicas", "replaced"],
)
def test_a_trigger_that_does_nothing_on_postgresql(on_postgresql, name, how, said):
    """Each is named: dropped, switched off, or another one."""
    store, url = on_postgresql
    table = guards.POSTGRESQL[name].split(" ON ")[1].split()[0]
    directly(url, execute(how.format(name=name, table=table)))
    assert store.verify() == [f"the trigger {name} {said}: {LOST}"]


@pytest.mark.parametrize("function", guards.FUNCTIONS)
def test_a_function_that_was_replaced(on_postgresql, function):
    """A trigger that calls something else is another one."""
    store, url = on_postgresql
    body = "$$ BEGIN RETURN NEW; END $$"
    directly(
        url,
        execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}"
        ),
    )
    calling = [name for name, made in guards.POSTGRESQL.items() if f" {function}()" in made]
    assert store.verify() == [f"the trigger {name} was replaced: {LOST}" for name in calling]


def test_all_at_once(store, database):
    """All that are gone are named, on either database."""
    directly(database, disarm)
    assert len(store.verify()) == 6


@pytest.mark.parametrize("name", guards.SQLITE)
def test_a_trigger_is_put_back_on_sqlite(sqlite, sqlite_file, name):
    """Also one that was replaced; and then nothing is left to do."""
    for more in (
        "",
        f"CREATE TRIGGER {name} AFTER UPDATE ON responsibility_head BEGIN SELECT 1; END",
    ):
        directly(f"sqlite:///{sqlite_file}", execute(*filter(None, (f"DROP TRIGGER {name}", more))))
        assert sqlite.put_back() == [name]
        assert sqlite.put_back() == sqlite.verify() == []


@pytest.mark.parametrize(
    "how",
    [
        "DROP TRIGGER responsibility_no_part_more ON responsibility_parts",
        "ALTER TABLE responsibility_parts DISABLE TRIGGER responsibility_no_part_more",
        "DROP FUNCTION responsibility_part_more CASCADE",
        "DROP FUNCTION responsibility_part_more CASCADE;"
        "CREATE FUNCTION responsibility_part_more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION responsibility_part_more() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$",
    ],
    ids=["dropped", "disabled", "without its function", "another function", "emptied"],
)
def test_a_trigger_is_put_back_on_postgresql(on_postgresql, how):
    """However it was got out of the way."""
    store, url = on_postgresql
    directly(url, execute(how))
    assert store.put_back() == ["responsibility_no_part_more"]
    assert store.put_back() == store.verify() == []
    assert len(store.append(drafts(2), NOW)) == 2


def test_all_are_put_back_by_the_command(store, database, capsys):
    """It says which, and where to look next; with nothing to do, it doesn't."""
    store.append(drafts(2), NOW)
    directly(database, disarm)
    store.close()
    assert main(["ledger", "migrate", "--database", database]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("These triggers were put back: responsibility_no_")
    assert said[0].count(",") == 5
    assert said[1:] == [LOOK, "The tables are up to date."]
    assert store.verify() == []
    store.close()
    assert main(["ledger", "migrate", "--database", database]) == 0
    assert capsys.readouterr().out == "The tables are up to date.\n"


def test_a_copy_has_them(sqlite, tmp_path):
    """A backup that SQLite itself makes is as good as the ledger."""
    sqlite.append(drafts(2), NOW)
    copy = tmp_path / "copy.sqlite"
    with sqlite._engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{copy}'")
    assert Store.to_read(f"sqlite:///{copy}").verify() == []
