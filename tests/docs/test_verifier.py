"""The program in the docs that checks an export of the ledger, without this package."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from itertools import count
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
    there = json.loads(LINES[which - 1]) | more
    return [*LINES[: which - 1], json.dumps(there, ensure_ascii=False) + "\n", *LINES[which:]]


def entry(number: int) -> dict:
    return json.loads(LINES[number - 1])


def part(number: int, name: str, **more: object) -> list[str]:
    """The same export with something else beside a part of an entry."""
    parts = entry(number)["parts"]
    return altered(number, parts={**parts, name: {**parts[name], **more}})


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (altered(5, role="guide"), "entry 5: it was changed"),
        (altered(5, previous="0" * 64), "entry 5: it does not follow"),
        (altered(5, details={}), "entry 5: it was changed"),
        (altered(1, number=True), "entry 1: it was changed"),
        (LINES[:4] + LINES[5:], "entry 5: it is missing"),
        (LINES[1:], "entry 1: it is missing"),
        ([LINES[1], LINES[0], *LINES[2:]], "entry 1: it is missing"),
        (altered(2, person="mallory"), "entry 2: person was changed"),
        (altered(2, person=""), "entry 2: person was changed"),
        (altered(2, person=None), "entry 2: 'person'"),
        (altered(2, actor="mallory"), "entry 2: a name was added"),
        (altered(2, details={**entry(2)["details"], "note": "x"}), "entry 2: it was changed"),
        (altered(2, details={**entry(2)["details"], "person": "x"}), "entry 2: a name was added"),
        (altered(15, details={**entry(15)["details"], "reason": "x"}), "entry 15: reason was ch"),
        (part(2, "person", salt="0" * 32), "entry 2: person was changed"),
        (part(2, "person", digest="0" * 64), "entry 2: it was changed"),
        (
            altered(2, parts={**entry(2)["parts"], "note": {"digest": "0" * 64}}),
            "entry 2: it was changed",
        ),
        (
            altered(19, details={**entry(19)["details"], "note": "The budget"}),
            "entry 19: note is there, though erased",
        ),
        (part(19, "note", erasure=48), "entry 19: note and the list of erased parts"),
        (altered(2, note="mallory"), "entry 2: it was changed"),
        (part(2, "person", text="mallory"), "entry 2: it was changed"),
        (
            [
                LINES[0],
                LINES[1].replace('"person": ', '"person": "eve", "person": ', 1),
                *LINES[2:],
            ],
            "entry 2: something stands there twice",
        ),
        (["nonsense\n"], "entry 1: "),
        (["[]\n"], "entry 1: "),
    ],
    ids=count(),
)
def test_whatever_is_done_to_it(verify, lines, said):
    """It says which entry is wrong first, and ends with 1, as our own finds something too."""
    status, words = verify(lines)
    assert (status, words.startswith(said), "Traceback" in words) == (1, True, False), words


@pytest.mark.parametrize("more", [{}, {"text": "x"}])
def test_a_part_that_was_added(verify, more):
    """With a salt and a digest of its own, which nothing in the chain knows."""
    salt = "0" * 32
    note = {"digest": hashlib.sha256(f"{salt}x".encode()).hexdigest(), "salt": salt, **more}
    there = entry(2)
    lines = altered(
        2, parts={**there["parts"], "note": note}, details={**there["details"], "note": "x"}
    )
    assert verify(lines) == (1, "entry 2: it was changed\n")


@pytest.mark.parametrize("at", [0, 1, 16, 31, 33, 34])
@pytest.mark.parametrize(("number", "name"), [(2, "person"), (15, "actor"), (15, "reason")])
def test_letters_that_go_from_a_text_into_its_salt(verify, number, name, at):
    """Or the other way round: the digest is the same, and it is named all the same, as by ours."""
    there = entry(number)
    texts = there["details"] if name in there["details"] else there
    whole = there["parts"][name]["salt"] + texts[name]
    texts[name] = whole[at:]
    there["parts"][name]["salt"] = whole[:at]
    lines = altered(number, **there)
    assert verify(lines) == (1, f"entry {number}: {name} has no salt of 32 digits\n")
    assert breaks([entry_of(line) for line in lines], (LAST, ORIGINAL[-1].digest))


def test_bytes_that_are_no_text(verify, tmp_path):
    """They are in some entry, and it is named: nothing is read as something else."""
    damaged = LINES[1].replace('"hanna"', '"han\udcffna"') if '"hanna"' in LINES[1] else ""
    assert damaged
    run = verify([LINES[0]])
    assert run[0] == 0
    (tmp_path / "export.jsonl").write_bytes(
        "".join([LINES[0], damaged]).encode("utf-8", "surrogateescape")
    )
    command = [sys.executable, "-I", "verify.py", "export.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr[:9]) == (1, "entry 2: ")


def test_a_part_that_only_claims_to_be_erased(verify):
    """A part is gone only where an erasure lists it."""
    parts = entry(2)["parts"]
    gone = {"digest": parts["person"]["digest"], "erasure": 48}
    lines = altered(2, person=None, parts={**parts, "person": gone})
    assert verify(lines)[1].startswith("entry 2: person and the list of erased parts in entry 48")
    assert breaks([entry_of(line) for line in lines], (LAST, ORIGINAL[-1].digest))
