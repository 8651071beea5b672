"""The table of real hubs says what is so."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ..docs.reading import ROOT
from ..hub.layouts import NUMBER
from .table import PLACES


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_each_is_shown_by_a_test(place):
    """The test that a row names is there."""
    file, _, name = place.shown_by.partition("::")
    tests = ast.parse((ROOT / file).read_text()).body
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {each.name for each in tests if isinstance(each, kinds)}


def test_no_place_is_forgotten():
    """Each file of tests in this folder shows a row."""
    here = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    named = {place.shown_by.partition("::")[0].rpartition("/")[2] for place in PLACES}
    assert here - {Path(__file__).name} <= named


def test_the_layouts_are_as_many():
    """The number in the table is that of the layouts that are tried."""
    (layouts,) = (place for place in PLACES if "layouts" in place.shown_by)
    assert f"{NUMBER} layouts" in layouts.differs
