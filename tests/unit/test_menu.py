"""The Services menu on our pages."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.service.menu import Menu

TOLD = [
    {"name": "quota", "open_to_all": True},
    {"name": "inner", "open_to_admins": True},
    {"name": "grading", "groups": ["staff"]},
    {"name": "who", "open_to_all": False},
    {"name": "shared", "accounts": ["uwe"]},
]


def seen(viewer: Viewer | None, told=TOLD) -> list[str]:
    return [each.name for each in Menu(told, "who", "/services/who/").seen_by(viewer)]


@pytest.mark.parametrize(
    ("viewer", "names"),
    [
        (Viewer("uwe"), ["quota", "who", "shared"]),
        (Viewer("hanna", groups=frozenset({"staff"})), ["quota", "grading", "who"]),
        (Viewer("root", admin=True), ["quota", "inner", "who"]),
        (Viewer("uwe", kind="service", admin=True), ["who"]),
        (None, []),
    ],
)
def test_it_shows_what_the_viewer_may_open(viewer, names):
    """What the hub would refuse is not in it; whoever is here may open this page."""
    assert seen(viewer) == names


def test_a_service_that_runs_elsewhere_shows_itself():
    """Where the hub told nothing, nothing else is certain; templates find what they use."""
    assert seen(Viewer("root", admin=True), []) == ["who"]
    (alone,) = Menu([], "who", "/services/who/").seen_by(Viewer("uwe"))
    assert (alone.href, alone.prefix, alone.display, alone.info) == (
        "/services/who/", "/services/who/", True, {})  # fmt: skip
