"""Nothing of an operator's is ever lost, however their configuration is laid out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyterhub_responsibility.paths import templates

from .layouts import ENABLE, NUMBER, layouts
from .test_hub5 import python5  # noqa: F401  # a fixture

ROOT = Path(__file__).parents[2]
PAGE = "access:services!service=responsibilities"


@pytest.fixture(scope="module", params=["JupyterHub 6", "JupyterHub 5"])
def hubs(request, tmp_path_factory):
    """What hubs have, without and with us, by layout; on either JupyterHub."""
    python = sys.executable if "6" in request.param else request.getfixturevalue("python5")
    done = subprocess.run(
        [python, "-m", "tests.hub.layouts", str(tmp_path_factory.mktemp("layouts"))],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_layouts_differ():
    """There are enough of them, with enable() first, last, in the main file and in others."""
    files = list(layouts())
    assert len(files) == NUMBER >= 40
    places = {
        (number > 0, statements.index(ENABLE) == 0, statements[-1] == ENABLE)
        for layout in files
        for number, statements in enumerate(layout)
        if ENABLE in statements
    }
    assert len(places) >= 6


def test_whatever_was_there_is_there(hubs):
    """Services, groups, members, variables and folders are what they were, and come first."""
    for without, with_us in hubs:
        for what in ("services", "groups", "variables"):
            assert with_us[what].items() >= without[what].items(), what
        assert with_us["paths"] == [*without["paths"], str(templates())]
        assert set(with_us["user_scopes"]) >= set(without["user_scopes"])


def test_roles_keep_what_they_have(hubs):
    """A role of the same name gets what it lacks; nothing is taken from any."""
    for without, with_us in hubs:
        for name, role in without["roles"].items():
            now = with_us["roles"][name]
            for key in ("scopes", "groups", "users", "services"):
                assert set(role.get(key, ())) <= set(now.get(key, ())), (name, key)


def test_what_we_need_is_there(hubs):
    """The service, its roles and groups, and the page for everybody."""
    for _, hub in hubs:
        assert "responsibilities" in hub["services"]
        assert "hub-admins" in hub["roles"]["hub-administrator"]["groups"]
        assert "groups!group=hub-admins" in hub["roles"]["responsibilities-service"]["scopes"]
        assert {"hub-admins", "community-reps"} <= set(hub["groups"])
        everybody = hub["roles"].get("user", {"scopes": hub["user_scopes"]})
        assert PAGE in everybody["scopes"]
