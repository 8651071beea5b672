"""`make mutants`: is every change to the code of the pure rooms noticed by a test?

mutmut makes mutants, each with one small change, and runs the tests that reach it. Printed is how
many of a hundred are caught, by room; those that are not are listed in mutants/survivors.txt, and
`mutmut show NAME` says what the change is. Which rooms and tests these are stands in
pyproject.toml. Names of rooms may be given: the others are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

LEAST = 90
"""Of a hundred mutants, so many have to be caught."""

FOLDER = Path("mutants")
CAUGHT = ("killed", "timeout", "segfault", "suspicious")
"""A test fails, or does not come to an end."""


class Mutant(NamedTuple):
    """One change, by its name, and what became of it."""

    name: str
    status: str

    @property
    def room(self) -> str:
        """The folder that it is in."""
        return self.name.split(".")[1]

    @property
    def caught(self) -> bool:
        """Whether a test notices."""
        return self.status in CAUGHT


def run(rooms: Iterable[str]) -> None:
    """Try all mutants of some rooms, of all if none is named; it begins anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    names = [f"jupyterhub_responsibility.{room}.*" for room in rooms]
    at_once = str(os.cpu_count() or 1)
    subprocess.run(["mutmut", "run", "--max-children", at_once, *names], check=True)


def tried() -> Iterator[Mutant]:
    """The mutants that were tried."""
    command = ["mutmut", "results", "--all", "true"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in filter(None, said.splitlines()):
        mutant = Mutant(*line.strip().rsplit(": ", 1))
        if mutant.status not in ("not checked", "skipped"):
            yield mutant


def score(mutants: list[Mutant]) -> float:
    """How many of a hundred are caught."""
    return 100 * sum(mutant.caught for mutant in mutants) / len(mutants)


def report(mutants: list[Mutant]) -> Iterator[str]:
    """The score of each room, and of all."""
    for room in sorted({mutant.room for mutant in mutants}):
        yield _line(room, [mutant for mutant in mutants if mutant.room == room])
    yield _line("in total", mutants)


def _line(name: str, mutants: list[Mutant]) -> str:
    caught = sum(mutant.caught for mutant in mutants)
    return f"{name:12} {score(mutants):5.1f} %   {caught:5,} of {len(mutants):5,} caught"


def main(rooms: list[str]) -> int:
    """Run, report, and fail under the least that is asked for."""
    run(rooms)
    mutants = list(tried())
    survivors = [mutant.name for mutant in mutants if not mutant.caught]
    (FOLDER / "survivors.txt").write_text("".join(f"{name}\n" for name in survivors))
    print(*report(mutants), sep="\n")
    if score(mutants) >= LEAST:
        return 0
    print(f"At least {LEAST} % have to be caught. The others: {FOLDER / 'survivors.txt'}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
