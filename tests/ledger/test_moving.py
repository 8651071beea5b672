"""Moving house: a ledger is in another database as it was, letter by letter, or not at all."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url, select

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.storage import erasing, readings, spans
from jupyterhub_responsibility.storage.moving import move
from jupyterhub_responsibility.storage.store import CHUNK, Store
from jupyterhub_responsibility.storage.tables import entries, gaps, head, metadata, parts

from .conftest import NOW, draft, drafts
from .tampering import change, directly, execute
from .test_erasing import ROOT, busy

GAPS = [("role-vacant", "hub-administrator", ""), ("unconfirmed", "hub-administrator", "uwe")]
ALL = (entries, parts, head, gaps, *(t for t in metadata.sorted_tables if "readings" in t.name))


def fill(store: Store) -> None:
    """A ledger with something of everything: erased parts, closed gaps, and odd letters."""
    busy(store, "hanna")
    busy(store, "zoë")
    erasing.forget(store, "zoë", ROOT, NOW + timedelta(days=1))
    store.append([draft("李明\u202e", details={"reason": "a\nb\\ 'quoted' \"twice\" 🐚"})], NOW)
    spans.note(store, GAPS, (), NOW)
    spans.note(store, GAPS[1:], (), NOW + timedelta(days=1))
    readings.save(store, "accounts", '{"uwe": ["é"]}')


def rows(url: str) -> dict[str, list]:
    """All that is in a database, but for the numbers of gaps, which mean nothing."""
    found: dict[str, list] = {}

    def read(connection: Connection) -> None:
        for table in ALL:
            columns = [each for each in table.c if each is not gaps.c.id]
            found[table.name] = sorted(map(tuple, connection.execute(select(*columns))), key=repr)

    directly(url, read)
    return found


@pytest.fixture
def new_database(tmp_path, request) -> Callable[[str], str]:
    """The address of a database in which nothing is yet."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/new.sqlite"
        return request.getfixturevalue("postgresql").new_database()

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def new(request, new_database) -> str:
    return new_database(request.param)


@pytest.fixture
def old(database) -> str:
    """Where a ledger is that nobody has open."""
    with closing(Store(database)) as store:
        store.open()
        fill(store)
    return database


@pytest.fixture
def run(capsys):
    def command(*words: str) -> tuple[int, str, str]:
        return (main(["ledger", *words]), *capsys.readouterr())

    return command


def test_everything_is_there(run, old, new):
    """Entries, digests, salts, what was erased, gaps and readings; and then it goes on."""
    before = rows(old)
    assert all(before.values())
    ((_, number, digest),) = before[head.name]
    status, said, trouble = run("import", "--from", old, "--database", new)
    end = f"It ends at entry {number}: {digest}\n"
    assert (status, said, trouble) == (0, f"The ledger was moved, and is whole. {end}", "")
    assert rows(new) == rows(old) == before
    with closing(Store(new)) as store:
        store.open()
        assert store.append([draft()], NOW)[0].number == number + 1
        assert erasing.forget(store, "ina", ROOT, NOW).parts
        assert store.verify() == []
    assert run("verify", "--database", new)[0] == 0


def test_gaps_are_noted_on(old, new):
    """Those of before keep their order, the next one comes after them, and none is lost."""
    with closing(Store.to_read(old)) as source, closing(Store(new)) as target:
        there = spans.read_spans(source)
        move(source, target)
        assert spans.read_spans(target) == there
        more = ("role-vacant", "community-representative", "")
        noted = spans.note(target, [*GAPS, more], (), NOW + timedelta(days=2))
        assert noted[: len(there)] == there
        assert {each.key for each in noted[len(there) :]} == {GAPS[0], more}


def test_an_empty_ledger(run, database, new):
    """One in which nothing was written yet can be moved, too."""
    with closing(Store(database)) as store:
        store.open()
    assert run("import", "--from", database, "--database", new) == (
        0,
        "The ledger was moved, and is whole. It is empty\n",
        "",
    )


def test_many_entries(database, new):
    """More than are copied at a time."""
    with closing(Store(database)) as store:
        store.open()
        store.append(drafts(CHUNK + 3), NOW)
    with closing(Store.to_read(database)) as source, closing(Store(new)) as target:
        assert move(source, target)[0] == CHUNK + 3
    assert rows(new) == rows(database)


def nothing_there(new: str) -> bool:
    """Whether a database has no ledger, or one in which nothing is."""
    try:
        with closing(Store.to_read(new)):
            left = rows(new)
    except LedgerError:
        return True
    return left.pop(head.name) == [(1, 0, "0" * 64)] and not any(left.values())


def test_a_broken_chain_is_refused(run, old, new):
    """What `verify` says of it is said, and nothing is moved."""
    directly(old, change(3, role="nobody"), armed=False)
    status, said, trouble = run("import", "--from", old, "--database", new)
    assert (status, said) == (2, "")
    assert "The ledger is not moved, for it is not whole. This is what `ledger verify`" in trouble
    assert "\nentry 3 was changed\n" in trouble
    assert nothing_there(new)


@pytest.mark.parametrize(
    "kept",
    [
        lambda store: store.append([draft()], NOW),
        lambda store: spans.note(store, GAPS, (), NOW),
        lambda store: readings.save(store, "accounts", "1"),
    ],
    ids=["entry", "gap", "reading"],
)
def test_only_into_an_empty_one(run, old, new, kept):
    """Whatever is there already stays, and nothing comes to it."""
    with closing(Store(new)) as store:
        store.open()
        kept(store)
    before = rows(new)
    status, said, trouble = run("import", "--from", old, "--database", new)
    assert (status, said) == (2, "")
    assert "Name one that is empty, or delete what is there" in trouble
    assert rows(new) == before


@pytest.mark.parametrize("which", ["old", "new"])
def test_a_service_that_has_it_open(run, old, new, which, monkeypatch):
    """Whoever would write meanwhile is to be stopped first; afterwards, it works."""
    monkeypatch.setattr("jupyterhub_responsibility.storage.store.WAIT", 1)
    before = rows(old)
    with closing(Store({"old": old, "new": new}[which])) as service:
        service.open()
        status, said, trouble = run("import", "--from", old, "--database", new)
        assert (status, said) == (2, "")
        assert "The ledger is in use by another process" in trouble
    assert nothing_there(new)
    assert run("import", "--from", old, "--database", new)[0] == 0
    assert rows(new) == before


def test_the_same_database(run, old):
    """Moved to where it is, it stays as it was."""
    before = rows(old)
    status, _, trouble = run("import", "--from", old, "--database", old)
    assert status == 2
    assert "Both addresses are of the same database" in trouble
    assert rows(old) == before


def test_no_ledger_to_move(run, database, new):
    """Where there is none, none is made, here or there."""
    status, said, trouble = run("import", "--from", database, "--database", new)
    assert (status, said) == (2, "")
    assert "There is no ledger" in trouble
    for url in (database, new):
        assert not url.startswith("sqlite") or not Path(make_url(url).database).exists()


def test_the_old_file_stays_as_it_was(run, sqlite, sqlite_file, new):
    """Not a byte of it changes, and the new one is for its owner only."""
    fill(sqlite)
    sqlite.close()
    before = sqlite_file.read_bytes()
    assert run("import", "--from", f"sqlite:///{sqlite_file}", "--database", new)[0] == 0
    assert sqlite_file.read_bytes() == before
    if new.startswith("sqlite"):
        assert stat.S_IMODE(Path(make_url(new).database).stat().st_mode) == 0o600


def test_what_the_target_refuses(run, old, new):
    """Where the new database doesn't take something in the midst of it, nothing is there."""
    with closing(Store(new)) as store:
        store.open()
    body = {
        "sqlite": ["CREATE TRIGGER full BEFORE INSERT ON responsibility_readings"
                   " BEGIN SELECT RAISE(ABORT, 'disk is full'); END"],
        "postgresql": ["CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS"
                       " $$ BEGIN RAISE EXCEPTION 'disk is full'; END $$",
                       "CREATE TRIGGER full_ BEFORE INSERT ON responsibility_readings"
                       " FOR EACH ROW EXECUTE FUNCTION full_()"],
    }  # fmt: skip
    directly(new, execute(*body[make_url(new).get_backend_name()]))
    status, _, trouble = run("import", "--from", old, "--database", new)
    assert (status, trouble) == (
        2,
        "jupyterhub-responsibility: The ledger cannot be used: the disk is full\n",
    )
    assert nothing_there(new)


def test_a_password_is_not_repeated(run, new):
    """What cannot be reached is said without its address."""
    url = "postgresql://ledger:secret@127.0.0.1:1/ledger"
    status, said, trouble = run("import", "--from", url, "--database", new)
    assert (status, said) == (2, "")
    assert "does not answer" in trouble
    assert "secret" not in trouble
