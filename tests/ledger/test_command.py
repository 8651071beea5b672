"""`ledger verify` and `ledger export`: beside a running service, and without changing a thing."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys

import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.enabling.handover import DATABASE_VARIABLE
from jupyterhub_responsibility.exports.ledger import COLUMNS
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage.store import Store

from .conftest import NOW, draft, drafts
from .reading import entry_of
from .tampering import change, change_part, cut, directly, execute, remove, rewrite


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Each test works in an empty folder, and nobody has said where the ledger is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run `ledger …`: its status, what it prints, what it says about trouble."""

    def command(*words: str) -> tuple[int, str, str]:
        try:
            status = main(["ledger", *words])
        except SystemExit as end:  # argparse
            status = end.code
        return (status, *capsys.readouterr())

    return command


WHOLE = "no entry was changed, removed or moved\n"


def test_a_whole_ledger(run, store, database):
    """A ledger to which nothing was done is clean, while the service has it open; where it ends
    is said, for whoever keeps that."""
    assert run("verify", "--database", database) == (0, f"{WHOLE}The ledger is empty\n", "")
    *_, last = store.append(drafts(5), NOW)
    end = f"The ledger ends at entry 5: {last.digest}\n"
    assert run("verify", "--database", database) == (0, WHOLE + end, "")
    assert store.append([draft()], NOW)[0].number == 6


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (change(3, role="nobody"), "entry 3 was changed\n"),
        (remove(2, 4), "entry 2 is missing\nentry 4 is missing\n"),
        (cut(3), "entry 4–5 is missing at the end\n"),
    ],
    ids=["changed", "removed", "cut"],
)
def test_faults_are_named(run, store, database, deed, said):
    """Each fault is a line with the number of the entry, and the status is 1."""
    *_, last = store.append(drafts(5), NOW)
    directly(database, deed, armed=False)
    end = f"The ledger ends at entry 5: {last.digest}\n"
    assert run("verify", "--database", database) == (1, said + end, "")


def test_erased_parts_are_counted(run, store, database):
    """What was erased, and an entry says so, is no fault."""
    store.append([draft(details={"reason": "he was late"})], NOW)
    erased = {"parts": "person 1; reason 1", "because": "asked"}
    store.append([Draft("erasure", "rita", details=erased)], NOW)
    for name in ("person", "reason"):
        directly(database, change_part(1, name, salt=None, text=None, erasure=2))
    status, said, _ = run("verify", "--database", database)
    assert (status, said.splitlines()[:2]) == (
        0,
        [WHOLE[:-1], "parts of entries that are erased: 2"],
    )


# Against what was kept elsewhere


@pytest.fixture
def kept(run, store, database, here) -> dict[str, str]:
    """What somebody kept when there were six entries: the digest of the last, and exports."""
    *_, last = store.append(drafts(6), NOW)
    for form in ("jsonl", "csv"):
        run("export", "--database", database, "--format", form, "-o", f"kept.{form}")
    return {"one": f"6:{last.digest}", "jsonl": "kept.jsonl", "csv": "kept.csv"}


@pytest.mark.parametrize("form", ["one", "jsonl", "csv"])
def test_what_was_kept_agrees(run, store, database, kept, form):
    """As long as nothing up to there was rewritten, whatever came after."""
    store.append(drafts(3), NOW)
    status, said, _ = run("verify", "--database", database, "--against", kept[form])
    assert (status, said.splitlines()[:2]) == (
        0,
        [WHOLE[:-1], "up to entry 6, the ledger is as it was when that was kept"],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_whatever_says_where_the_ledger_ended(run, store, database, here, kept, encoding):
    """A page, a mail, a log: however its letters are encoded, and all that it says is compared."""
    number, _, digest = kept["one"].partition(":")
    page = f'<p class="rsp-anchor">Größe. Ledger: entry {number}, <code>{digest}</code></p>'
    (here / "page.html").write_text(page, encoding=encoding)
    (here / "hub.log").write_text(
        f"ends at entry 6: {digest}\nends at entry 9: {digest}\n", encoding
    )
    words = ("verify", "--database", database, "--against")
    assert run(*words, "page.html")[0] == 0
    assert run(*words, f"Ledger: entry {number}, {digest}")[0] == 0
    status, said, _ = run(*words, "hub.log")
    assert (status, said.splitlines()[0]) == (1, "entry 9 was there once, and is missing")
    directly(database, rewrite(4, role="nobody"), armed=False)
    status, said, _ = run(*words, "page.html")
    assert (status, said.splitlines()[0]) == (1, "entry 6, or one before it, was rewritten")


def test_what_is_stored_of_a_person_says_where_the_ledger_ends(run, store, database, here):
    """Whoever gets it can prove later what had been recorded by then."""
    *_, last = store.append(drafts(3), NOW)
    status, said, _ = run("about", "user-2", "--database", database)
    assert (status, json.loads(said)["ledger"]) == (0, {"number": 3, "digest": last.digest})
    (here / "about.json").write_text(said, encoding="utf-8")
    assert run("verify", "--database", database, "--against", "about.json")[0] == 0


@pytest.mark.parametrize(
    ("forms", "said"),
    [
        (["one"], "entry 6, or one before it, was rewritten"),
        (["jsonl"], "entry 4 was rewritten"),
        (["csv"], "entry 4 was rewritten"),
        (["one", "second"], "entry 6, or one before it and after entry 2, was rewritten"),
    ],
)
def test_a_chain_that_was_written_anew(run, store, database, kept, forms, said):
    """It is whole in itself, and not the one that was there when something was kept."""
    kept["second"] = f"2:{store.after(0)[1].digest}"
    against = [word for form in forms for word in ("--against", kept[form])]
    directly(database, rewrite(4, role="nobody"), armed=False)
    assert run("verify", "--database", database)[0] == 0
    status, lines, _ = run("verify", "--database", database, *against)
    assert (status, lines.splitlines()[0]) == (1, said)


def test_a_chain_that_is_shorter(run, store, database, kept):
    """What was kept was there once."""
    directly(database, cut(4, store.after(0)[3].digest), armed=False)
    for form, first in (("one", 6), ("jsonl", 5)):
        status, said, _ = run("verify", "--database", database, "--against", kept[form])
        assert (status, said.splitlines()[0]) == (
            1,
            f"entry {first} was there once, and is missing",
        )


def test_an_export_from_before_an_erasure(run, store, database, kept):
    """Digests stay when parts are erased."""
    store.append([Draft("erasure", "rita", details={"parts": "person 2", "because": "asked"})], NOW)
    directly(database, change_part(2, "person", salt=None, text=None, erasure=7))
    assert run("verify", "--database", database, "--against", kept["jsonl"])[0] == 0


@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        ("6", "there is no such file, and it is not NUMBER:DIGEST"),
        ("6:5b0c", "there is no such file, and it is not NUMBER:DIGEST"),
        (f"0:{'0' * 64}", "there is no such file"),
        ("empty", "there is no entry in it to compare with. Give a file from `ledger export`"),
        ("letter", "there is no entry in it to compare with. Give a file from `ledger export`"),
        ("broken", "line 2 is not from an export of the ledger"),
        ("picture", "there is no entry in it to compare with. Give a file from `ledger export`"),
        (".", ""),
    ],
)
def test_what_cannot_be_compared_with(run, store, database, here, kept, anchor, said):
    """Nothing is verified then: status 2, and it is said what to give."""
    (here / "empty").write_text("")
    (here / "letter").write_text("Dear diary,\nthere were six entries\n")
    (here / "broken").write_text((here / "kept.jsonl").read_text()[:900])
    (here / "picture").write_bytes(b"\x89PNG\xff")
    status, lines, trouble = run("verify", "--database", database, "--against", anchor)
    assert (status, lines, trouble.count("\n")) == (2, "", 1)
    assert said in trouble
    assert "Traceback" not in trouble


def test_where_the_ledger_is(run, sqlite, sqlite_file, here, monkeypatch):
    """The option comes first, then the environment, then the default file."""
    sqlite.append(drafts(1), NOW)
    status, _, trouble = run("verify")
    assert (status, trouble) == (
        2,
        f"jupyterhub-responsibility: There is no ledger at"
        f" {here}/jupyterhub-responsibility.sqlite\n",
    )
    monkeypatch.setenv(DATABASE_VARIABLE, f"sqlite:///{sqlite_file}")
    assert run("verify")[0] == 0
    assert run("verify", "--database", "sqlite:///none.sqlite")[0] == 2
    monkeypatch.setenv(DATABASE_VARIABLE, "")
    sqlite.close()
    sqlite_file.rename(here / "jupyterhub-responsibility.sqlite")
    assert run("verify")[0] == 0


@pytest.mark.parametrize("words", [["verify"], ["export"], ["export", "-o", "copy.jsonl"]])
@pytest.mark.parametrize(
    "url", ["sqlite:///none.sqlite", "sqlite:///none/none.sqlite", "sqlite://", "nonsense"]
)
def test_no_ledger(run, here, words, url):
    """Where there is no ledger the status is 2, in one line, and no file is made."""
    status, said, trouble = run(*words, "--database", url)
    assert (status, said) == (2, "")
    assert trouble.count("\n") == 1
    assert list(here.iterdir()) == []


def test_a_ledger_of_another_version(run, store, database):
    """Tables that this version doesn't know are not read."""
    directly(database, execute("UPDATE responsibility_version SET version_num = 'ffff'"))
    status, said, trouble = run("verify", "--database", database)
    assert (status, said) == (2, "")
    assert "made by another version of this service" in trouble


def test_the_files_stay_as_they_are(run, sqlite, sqlite_file):
    """Neither command writes to the ledger, nor tidies up after a service that was killed."""
    sqlite.append(drafts(50), NOW)

    def digests() -> list[str]:
        return [
            hashlib.sha256(sqlite_file.with_name(sqlite_file.name + end).read_bytes()).hexdigest()
            for end in ("", "-wal")
        ]

    before = digests()
    run("verify", "--database", f"sqlite:///{sqlite_file}")
    run("export", "--database", f"sqlite:///{sqlite_file}")
    assert digests() == before


# Export


def test_every_entry_is_exported(run, store, database, here):
    """JSON Lines hold all that the ledger holds, the oldest first, to a file or printed."""
    store.append(drafts(2500, details={"reason": "größer\n😀"}), NOW)
    assert run("export", "--database", database, "-o", "copy.jsonl") == (0, "", "")
    written = (here / "copy.jsonl").read_text(encoding="utf-8")
    lines = written.split("\n")
    assert [entry_of(line) for line in lines[:-1]] == list(store.all())
    assert run("export", "--database", database) == (0, written, "")


def test_exported_as_csv(run, store, database, here):
    """CSV has a head and a line for each entry; no cell is a formula to a spreadsheet."""
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", 'a "b", c', "a\nb", "größer"]
    store.append([draft(name, details={"reason": name}) for name in names], NOW)
    assert run("export", "--database", database, "--format", "csv", "-o", "c.csv") == (0, "", "")
    with (here / "c.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["person"].replace("'", "") for row in rows] == names
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for row in rows for cell in row.values())


def test_an_empty_ledger_is_exported(run, store, database):
    """Nothing in the ledger: nothing exported, but for the head of a table."""
    assert run("export", "--database", database) == (0, "", "")
    status, said, _ = run("export", "--database", database, "--format", "csv")
    assert (status, said[:10]) == (0, "number,at,")


def test_an_export_to_nowhere(run, sqlite, sqlite_file):
    """A place where nothing can be written is status 2, in one line."""
    words = ["--database", f"sqlite:///{sqlite_file}", "-o", "nowhere/copy.jsonl"]
    status, said, trouble = run("export", *words)
    assert (status, said, trouble.count("\n")) == (2, "", 1)


def command(*words: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "jupyterhub_responsibility", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def test_an_export_is_utf_8_everywhere(sqlite, sqlite_file):
    """Piped on, an export is right whatever the terminal speaks."""
    sqlite.append([draft("李明")], NOW)
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    words = ("ledger", "export", "--database", f"sqlite:///{sqlite_file}")
    said, _ = command(*words, env=environment).communicate()
    assert json.loads(said.decode("utf-8"))["person"] == "李明"


def test_whoever_reads_has_seen_enough(sqlite, sqlite_file):
    """`export | head -1` ends without a complaint."""
    sqlite.append(drafts(5000), NOW)
    process = command("ledger", "export", "--database", f"sqlite:///{sqlite_file}")
    assert b'"number": 1,' in process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 2


def test_a_missing_driver(run, monkeypatch):
    """Without the driver for PostgreSQL, it is said how to get it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    status, said, trouble = run("verify", "--database", "postgresql://ledger@/ledger")
    assert (status, said) == (2, "")
    assert "jupyterhub-responsibility[postgresql]" in trouble


def test_other_commands_start_without_a_database():
    """Only the ledger's commands load the library of a database, which is slow."""
    code = (
        "import sys; from jupyterhub_responsibility.cli import main; main(['schema']);"
        "sys.exit(any(name in sys.modules for name in ('sqlalchemy', 'asyncio', 'alembic')))"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("words", [[], ["verif"], ["export", "--format", "xml"], ["export", "x"]])
def test_wrong_words(run, words):
    """An unknown or incomplete command is status 2, with how to use it."""
    status, said, trouble = run(*words)
    assert (status, said) == (2, "")
    assert trouble.startswith("usage: jupyterhub-responsibility")


def test_reading_needs_no_lock(store, database):
    """Several may read at once."""
    readers = [Store.to_read(database) for _ in range(3)]
    assert [list(reader.all()) for reader in readers] == [[]] * 3
