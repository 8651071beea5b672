"""The ledger in a file: whose it is, and what happens when file or disk let it down.

Whatever goes wrong, nothing is half written, it is said in plain words, and it goes on after.
"""

from __future__ import annotations

import os
import pwd
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.storage.store import Store

from .conftest import NOW, draft, drafts, no_room

WAL_PARTS = ("", "-wal", "-shm", ".lock")


def part(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


@pytest.fixture
def impatient(monkeypatch):
    """Waiting for others takes a moment, not seconds."""
    monkeypatch.setattr("jupyterhub_responsibility.storage.engines.WAIT", 0.2)


def refuses(store: Store, words: str) -> None:
    """Nothing is written, and the reason is said in words."""
    before = list(store.all())
    with pytest.raises(LedgerError) as caught:
        store.append(drafts(3), NOW)
    assert str(caught.value).endswith(words)
    assert list(store.all()) == before
    assert store.verify() == []


# Whose it is


def test_only_its_owner_reads_the_file(sqlite, sqlite_file):
    """Every file that the ledger makes is for its owner only, whatever the umask."""
    sqlite.append([draft()], NOW)
    for ending in WAL_PARTS:
        assert stat.S_IMODE(part(sqlite_file, ending).stat().st_mode) == 0o600, ending


def test_a_second_process_is_refused(sqlite, sqlite_file):
    """One process has the ledger; another learns so, even one in a process of its own."""
    url = f"sqlite:///{sqlite_file}"
    with pytest.raises(LedgerError, match="in use by another process"):
        Store(url).open()
    code = (
        "import sys; from jupyterhub_responsibility.storage.store import Store\n"
        "try: Store(sys.argv[1]).open()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, check=True)
    assert done.stdout == b"LedgerError The ledger is in use by another process\n"
    sqlite.close()
    again = Store(url)
    again.open()
    again.close()


def test_opened_twice_by_the_same_process(sqlite):
    """To open it again changes nothing."""
    sqlite.append([draft()], NOW)
    sqlite.open()
    assert sqlite.append([draft()], NOW)[0].number == 2


def test_no_folder_to_be_in(tmp_path):
    """Where its folder is missing, that is said."""
    with pytest.raises(LedgerError, match="No such file or directory"):
        Store(f"sqlite:///{tmp_path}/none/ledger.sqlite").open()


def test_a_folder_with_an_odd_name(tmp_path):
    """Signs that mean something in an address are only signs in a folder's name."""
    folder = tmp_path / "a b#c&d=é"
    folder.mkdir()
    url = f"sqlite:///{folder}/ledger.sqlite"
    store = Store(url)
    store.open()
    written = store.append([draft()], NOW)
    assert list(Store.to_read(url).all()) == written
    store.close()
    assert (folder / "ledger.sqlite").exists()


# What is no ledger


@pytest.mark.parametrize("make", [Store, Store.to_read], ids=["writing", "reading"])
def test_a_file_that_is_something_else(sqlite_file, make):
    """A file of another kind is left as it is."""
    sqlite_file.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(LedgerError, match="that is not a database"):
        make(f"sqlite:///{sqlite_file}").open()
    assert sqlite_file.read_bytes() == b"Dear diary, " * 1000


def test_a_damaged_file(sqlite, sqlite_file):
    """Damage to the file itself is said to be that."""
    sqlite.append(drafts(2000), NOW)
    sqlite.close()
    with sqlite_file.open("r+b") as file:
        file.seek(4096 * 4)
        file.write(b"\xff" * 4096 * 20)
    with pytest.raises(LedgerError, match="it is damaged"):
        Store.to_read(f"sqlite:///{sqlite_file}").verify()


# Trouble


def test_a_file_that_was_deleted(sqlite, sqlite_file):
    """Nothing is written to a file that nobody will find again."""
    sqlite.append([draft()], NOW)
    sqlite_file.unlink()
    refuses(sqlite, "its file is gone")
    assert not sqlite_file.exists()


def test_a_file_that_was_put_in_its_place(sqlite, sqlite_file):
    """Another file under its name is not the ledger."""
    sqlite.append([draft()], NOW)
    sqlite_file.rename(part(sqlite_file, ".moved"))
    sqlite_file.touch()
    refuses(sqlite, "its file is gone")
    part(sqlite_file, ".moved").rename(sqlite_file)
    assert sqlite.append([draft()], NOW)[0].number == 2


def test_locked_by_another_program(impatient, sqlite_file):
    """While another program writes, nothing can be; reading goes on, and writing after."""
    store = Store(f"sqlite:///{sqlite_file}")
    store.open()
    store.append([draft()], NOW)
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refuses(store, "another program holds it")
        other.execute("ROLLBACK")
    assert store.append([draft()], NOW)[0].number == 2
    store.close()


def test_a_short_wait_for_another_program(sqlite, sqlite_file):
    """Another program that is done soon is waited for."""
    connection = sqlite3.connect(sqlite_file, isolation_level=None, check_same_thread=False)
    with closing(connection) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
        timer.start()
        assert sqlite.append([draft()], NOW)[0].number == 1
        timer.join()


def test_a_full_disk(sqlite_file):
    """Where the database has no room, nothing is written; with room, it goes on."""
    store = Store(f"sqlite:///{sqlite_file}")
    most = [1_000_000]

    def limit(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count = {most[0]}")

    event.listen(store._engine, "checkout", limit)
    store.open()
    store.append([draft()], NOW)
    most[0] = 1
    before = list(store.all())
    with pytest.raises(LedgerError, match="the disk is full"):
        store.append(drafts(300), NOW)
    assert list(store.all()) == before
    most[0] = 1_000_000
    assert store.append(drafts(300), NOW)[0].number == 2
    assert store.verify() == []
    store.close()


def test_a_disk_that_takes_no_more(sqlite, sqlite_file):
    """Where the system refuses to write, nothing is written; when it does again, it goes on."""
    sqlite.append(drafts(50), NOW)
    with no_room(max(part(sqlite_file, ending).stat().st_size for ending in ("", "-wal"))):
        refuses(sqlite, "the disk does not take it")
    assert sqlite.append([draft()], NOW)[0].number == 51
    assert sqlite.verify() == []


def as_somebody_else(work) -> str:
    """Do something in a process without an administrator's rights: what it raised, in words."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        said = ""
        try:
            if os.geteuid() == 0:
                os.setgid(pwd.getpwnam("nobody").pw_gid)
                os.setuid(pwd.getpwnam("nobody").pw_uid)
            work()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


@pytest.fixture
def common_folder(tmp_path):
    """A folder that everybody on this machine can reach."""
    folder = tmp_path
    while folder != Path("/tmp") and folder != folder.parent:
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o055)
        folder = folder.parent
    tmp_path.chmod(0o777)
    return tmp_path


def test_a_file_that_can_only_be_read(common_folder):
    """A ledger without the right to write: nothing is changed, and that is said."""
    file = common_folder / "ledger.sqlite"
    url = f"sqlite:///{file}"
    store = Store(url)
    store.open()
    written = store.append([draft()], NOW)
    store.close()
    part(file, ".lock").chmod(0o666)
    file.chmod(0o444)
    assert as_somebody_else(lambda: Store(url).open()) == (
        "LedgerError: The ledger cannot be opened: Permission denied"
    )
    assert as_somebody_else(lambda: Store.to_read(url).verify()) == ""
    file.chmod(0o600)
    assert as_somebody_else(lambda: Store.to_read(url).verify()) == (
        "LedgerError: The ledger cannot be used: it cannot be opened"
    )
    assert list(Store.to_read(url).all()) == written


def test_the_file_becomes_read_only(sqlite):
    """A database that refuses to be written to is said to be read-only, and can be read."""
    sqlite.append([draft()], NOW)

    def forbid(connection, _record, _proxy):
        connection.execute("PRAGMA query_only = ON")

    event.listen(sqlite._engine, "checkout", forbid)
    refuses(sqlite, "it can only be read")
