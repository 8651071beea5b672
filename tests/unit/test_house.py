"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import jupyterhub_responsibility as package
from jupyterhub_responsibility.coverage.gaps import PLACES, Place
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import ACCESS, Rules
from jupyterhub_responsibility.service.routes import ROUTES

ROOT = Path(package.__file__).parent
MODULES = [
    each.name
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not re.search(r"\.migrations\.|\.__main__$|\.tljh$", each.name)
]
"""Every module but those that only run inside another program."""


@pytest.mark.parametrize("name", MODULES)
def test_what_is_offered_is_there(name):
    """Each name in an `__all__` is in its module."""
    module = importlib.import_module(name)
    for each in getattr(module, "__all__", ()):
        assert hasattr(module, each), each


@pytest.mark.parametrize("name", MODULES)
def test_no_constant_is_another_one_further_down(name):
    """What is assigned at the top of a module is assigned once."""
    tree = ast.parse(inspect.getsource(importlib.import_module(name)))
    given = [
        each.id
        for line in tree.body
        if isinstance(line, ast.Assign)
        for each in line.targets
        if isinstance(each, ast.Name)
    ]
    assert sorted(given) == sorted(set(given))


def test_there_is_one_clock():
    """The time is asked for in one place, for how old a declaration is that is a dict, and by
    commands that stand alone."""
    asks = re.compile(r"datetime\.now\(|\.utcnow\(|date\.today\(|time\.time\(")
    found = {str(f.relative_to(ROOT)) for f in ROOT.rglob("*.py") if asks.search(f.read_text())}
    commands = {"cli/ledger.py", "cli/fleet.py"}
    assert found == {"service/app.py", "declaration/__init__.py", *commands}


def is_ours(path: str) -> bool:
    """Whether there is a page at an address below ours."""
    return any(re.fullmatch(route.pattern, path) for route in ROUTES if route.page)


@pytest.mark.parametrize("kind", PLACES)
def test_steps_lead_to_pages(kind):
    """Where a gap says that its next step is taken, a page of ours or of the hub's is."""
    place = Place(kind, "hub-administrator")
    assert place.on_hub or is_ours(re.split("[#?]", place.path)[0])


def test_abilities_lead_to_pages_that_open(declared):
    """What somebody may do on our pages is done at an address of the table that lets them in."""
    rules, root = Rules(declared), Viewer("root", admin=True)
    places = [each.place for each in rules.abilities(root)]
    assert len(places) == 5
    for place in places:
        (route,) = (each for each in ROUTES if each.page and re.fullmatch(each.pattern, place))
        assert rules.may(root, route.may)
        assert not rules.may(Viewer("uwe"), route.may) or "<role>" in route.path


@pytest.mark.parametrize("name", ACCESS)
def test_each_row_of_access_is_in_use(name):
    """There is no row that says who may do something that nobody can do."""
    assert any(name in (r.may, *(n for m in r.operations for n in r.for_whom(m))) for r in ROUTES)
