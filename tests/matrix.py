"""`make matrix`: every test on a real hub, with the oldest and the newest of everything.

Each row has an environment of its own below .venv-matrix. The oldest are the lowest versions that
setup.cfg lets in; a row may be given by its name, and the others are left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

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


def oldest(python: Path) -> list[str]:
    """The lowest version of everything that the package needs, but the hub: as low as the hub that
    is there lets it be."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    ours = map(Requirement, config["options"]["install_requires"].strip().split("\n"))
    of_hub = {canonicalize_name(each.name): each for each in map(Requirement, _needed(python))}
    return [
        f"{each.name}=={max(map(_lowest, (each, of_hub.get(canonicalize_name(each.name)))))}"
        for each in ours
        if each.name != "jupyterhub"
    ]


def _needed(python: Path) -> list[str]:
    """What the hub of an environment needs."""
    ask = "import json; from importlib.metadata import requires; "
    said = subprocess.run(
        [python, "-c", ask + "print(json.dumps(requires('jupyterhub')))"],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    needed: list[str] = json.loads(said)
    return needed


def _lowest(needed: Requirement | None) -> Version:
    """The lowest version that is enough; 0 where any is."""
    bounds = (Version(each.version) for each in needed.specifier) if needed else ()
    return min(bounds, default=Version("0"))


def environment(name: str, row: Row) -> Path:
    """The Python of an environment, made anew."""
    folder = FOLDER / name
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, row.hub], check=True)
    exact = oldest(python) if row.oldest else []
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
