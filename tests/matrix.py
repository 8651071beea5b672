"""`make matrix`: every test on a real hub, with the oldest and the newest of everything.

Each row has an environment of its own below .venv-matrix. The oldest are the lowest versions that
setup.cfg lets in; a row may be given by its name, and the others are left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-matrix"
SUITE = ("tests/unit", "tests/ledger", "tests/hub", "tests/browser", "tests/places")


class Row(NamedTuple):
    """Which JupyterHub, and whether all else is as old as it may be."""

    hub: str
    oldest: bool = False


ROWS = {
    "5.2.1-oldest": Row("jupyterhub==5.2.1", oldest=True),
    "5-newest": Row("jupyterhub>=5.5,<6"),
    "6-oldest": Row("jupyterhub==6.0.0", oldest=True),
    "6-newest": Row("jupyterhub>=6,<7"),
}


def oldest() -> list[str]:
    """The lowest version of everything that the package needs, but the hub."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    needed = config["options"]["install_requires"].split("\n")
    lowest = [re.sub(r"\s*>=\s*", "==", each) for each in filter(None, needed)]
    return [each for each in lowest if not each.startswith("jupyterhub==")]


def environment(name: str, row: Row) -> Path:
    """The Python of an environment, made anew."""
    folder = FOLDER / name
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = folder / "bin" / "python"
    exact = oldest() if row.oldest else []
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-e", f"{ROOT}[test]", row.hub, *exact], check=True)
    return python


def passes(name: str, row: Row) -> bool:
    """Run the suite in an environment. Returns whether all of it passed."""
    python = environment(name, row)
    parallel = ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
    there = [each for each in SUITE if (ROOT / each).exists()]
    return subprocess.run([python, "-m", "pytest", *parallel, *there], cwd=ROOT).returncode == 0


def main(names: list[str]) -> int:
    """Every row that is named, or all; 1 where a test failed."""
    said = {name: passes(name, ROWS[name]) for name in names or ROWS}
    for name, passed in said.items():
        print(f"{name:14} {'passed' if passed else 'FAILED'}")
    return 0 if all(said.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
