"""The program in the docs that checks an export of the ledger, without this package."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.ledger.chain import breaks
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage import erasing
from jupyterhub_responsibility.storage.store import Store

from ..ledger.conftest import NOW
from ..ledger.reading import entry_of
from ..ledger.test_rewriting import GOLDEN, LAST, ORIGINAL
from ..unit.test_text import HORRORS
from .test_examples import VERIFIER

(BLOCK,) = VERIFIER
LINES = GOLDEN.read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.fixture
def verify(tmp_path):
    """Run exactly what the docs show on lines of an export: its status, and what it says."""
    (tmp_path / "verify.py").write_text(BLOCK.text, encoding="utf-8")

    def run(lines: list[str]) -> tuple[int, str]:
        (tmp_path / "export.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
        command = [sys.executable, "-I", "verify.py", "export.jsonl"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_it_is_short_and_needs_nothing():
    """Fewer than sixty lines, and Python's standard library."""
    assert len(BLOCK.text.splitlines()) < 60
    imported = [
        name.name
        for node in ast.walk(ast.parse(BLOCK.text))
        if isinstance(node, ast.Import)
        for name in node.names
    ]
    assert set(imported) <= sys.stdlib_module_names
    assert "from " not in "".join(line for line in BLOCK.text.splitlines() if "import" in line)


def test_a_whole_export(verify):
    """Every kind of entry, with erased parts: where it ends is what `verify` of ours says."""
    assert verify(LINES) == (0, f"The ledger ends at entry {LAST}: {ORIGINAL[-1].digest}\n")


def test_a_real_export(verify, tmp_path):
    """As the command writes it, with names as people have them, after somebody was forgotten."""
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    store = Store(url)
    store.open()
    names = [name for name, _ in HORRORS.values()] + ["nul\0", "half\ud800", "\u2028"]
    store.append([Draft("account", "rita", person=name) for name in names if name], NOW)
    store.append([Draft("request", "uwe", person="uwe", details={"expires": "2026-11-01"})], NOW)
    erasing.forget(store, "uwe", erasing.Eraser(), NOW)
    last = list(store.all())[-1]
    store.close()
    assert main(["ledger", "export", "--database", url, "-o", str(tmp_path / "e.jsonl")]) == 0
    with Path(tmp_path / "e.jsonl").open(encoding="utf-8", newline="\n") as file:
        said = verify([*file])
    assert said == (0, f"The ledger ends at entry {last.number}: {last.digest}\n")


def altered(which: int, /, **more: object) -> list[str]:
    """The same export with something else in one entry."""
    entry = json.loads(LINES[which - 1]) | more
    return [*LINES[: which - 1], json.dumps(entry, ensure_ascii=False) + "\n", *LINES[which:]]


def part(number: int, name: str, **more: object) -> list[str]:
    """The same export with something else in a part of an entry."""
    parts = json.loads(LINES[number - 1])["parts"]
    return altered(number, parts={**parts, name: {**parts[name], **more}})


def without(number: int, name: str) -> list[str]:
    """The same export with a part that is not there, and not erased."""
    parts = json.loads(LINES[number - 1])["parts"]
    return altered(number, parts={**parts, name: {"digest": parts[name]["digest"]}})


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (altered(5, role="guide"), "entry 5: it was changed"),
        (altered(5, previous="0" * 64), "entry 5: it does not follow"),
        (altered(5, details={}), "entry 5: it was changed"),
        (altered(5, number=True), "entry 5: it is missing"),
        (LINES[:4] + LINES[5:], "entry 5: it is missing"),
        (LINES[1:], "entry 1: it is missing"),
        ([LINES[1], LINES[0], *LINES[2:]], "entry 1: it is missing"),
        (part(2, "person", text="mallory"), "entry 2: person was changed"),
        (part(2, "person", salt="0" * 32), "entry 2: person was changed"),
        (without(2, "person"), "entry 2: 'salt'"),
        (part(2, "person", digest="0" * 64), "entry 2: it was changed"),
        (
            altered(2, parts={**json.loads(LINES[1])["parts"], "note": {"digest": "0" * 64}}),
            "entry 2: it was changed",
        ),
        (part(19, "note", text="The budget"), "entry 19: note is there, though erased"),
        (part(19, "note", erasure=48), "entry 19: note and the list of erased parts"),
        (["nonsense\n"], "entry 1: "),
        (["[]\n"], "entry 1: "),
    ],
    ids=range(16),
)
def test_whatever_is_done_to_it(verify, lines, said):
    """It says which entry is wrong first, and ends with 1, as our own finds something too."""
    status, words = verify(lines)
    assert (status, words.startswith(said), "Traceback" in words) == (1, True, False), words


def test_a_part_that_only_claims_to_be_erased(verify):
    """A part is gone only where an erasure lists it."""
    entry = json.loads(LINES[1])
    digest = entry["parts"]["person"]["digest"]
    lines = altered(2, parts={**entry["parts"], "person": {"digest": digest, "erasure": 48}})
    assert verify(lines)[1].startswith("entry 2: person and the list of erased parts in entry 48")
    assert breaks([entry_of(line) for line in lines], (LAST, ORIGINAL[-1].digest))
