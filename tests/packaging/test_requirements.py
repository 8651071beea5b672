"""What the package imports is what setup.cfg asks for, and the other way round."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGE = "jupyterhub_responsibility"

OPTIONAL = {"tljh": "the plugin is only loaded by The Littlest JupyterHub, which has it"}
"""Modules that are imported where something else brings them, and why."""

NOT_IMPORTED = {
    "psycopg": "SQLAlchemy imports it, for an address that begins with postgresql://",
    "jupyterlab": "the demo's hub starts it for people",
}
"""What is asked for and never imported, and why."""


def declared(extra: str = "") -> dict[str, Requirement]:
    """What setup.cfg asks for, by name."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    text = setup["options.extras_require"][extra] if extra else setup["options"]["install_requires"]
    found = map(Requirement, text.strip().splitlines())
    return {canonicalize_name(each.name): each for each in found}


def imported() -> Iterator[tuple[str, Path]]:
    """Modules that the package imports and that are neither Python's nor its own."""
    for path in (ROOT / PACKAGE).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for top in {name.partition(".")[0] for name in names} - {PACKAGE}:
                if top not in sys.stdlib_module_names:
                    yield top, path


BROUGHT_BY = packages_distributions()


def distributions(module: str) -> set[str]:
    """Which packages bring a module."""
    return {canonicalize_name(name) for name in BROUGHT_BY.get(module, ())}


def test_what_is_imported_is_declared():
    """Nothing is there only because something else happens to bring it."""
    wanted = declared()
    missing = {
        module: path.name
        for module, path in imported()
        if module not in OPTIONAL and not distributions(module) & {*wanted, *declared("messages")}
    }
    assert not missing


def test_what_is_declared_is_imported():
    """Nothing is installed for nothing."""
    used = set().union(*(distributions(module) for module, _ in imported()))
    optional = {**declared("postgresql"), **declared("demo")}
    assert {*declared(), *declared("messages")} - used == set()
    assert set(optional) - used == set(NOT_IMPORTED)


def test_what_is_optional_is_used():
    """Each exception to the rule is still one."""
    assert set(OPTIONAL) <= {module for module, _ in imported()}


@pytest.mark.parametrize("name", sorted(declared()))
def test_every_package_has_its_lowest_version(name):
    """Each is asked for from the oldest version on with which the tests passed, and no newest."""
    (bound,) = declared()[name].specifier
    assert bound.operator == ">="
