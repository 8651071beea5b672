"""The plugin for The Littlest JupyterHub, on a hub that is configured in its way."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from textwrap import dedent

import pytest
import yaml

from ..realhub import RealHub

TLJH = {
    "__init__": "",
    "config": """
        from pathlib import Path
        CONFIG_DIR = str(Path("config").absolute())
        STATE_DIR = str(Path("state").absolute())
        """,
    "configurer": """
        import yaml
        def load_config():
            with open("config/config.yaml") as file:
                return {"auth": {"type": "dummy"}, **(yaml.safe_load(file) or {})}
        """,
    "hooks": """
        import pluggy
        hookimpl, hookspec = pluggy.HookimplMarker("tljh"), pluggy.HookspecMarker("tljh")
        @hookspec
        def tljh_custom_jupyterhub_config(c):
            pass
        """,
}
"""What the plugin needs of TLJH, which no registry has: the parts are named as there."""

CALLS_PLUGINS = """
import sys
sys.path.insert(0, ".")
import pluggy
from tljh import hooks
plugins = pluggy.PluginManager("tljh")
plugins.add_hookspecs(hooks)
plugins.load_setuptools_entrypoints("tljh")
plugins.hook.tljh_custom_jupyterhub_config(c=c)
load_subconfig("config/jupyterhub_config.d/50.py")
"""
"""What TLJH's own configuration does, after everything else."""


def tljh(folder, settings: dict, responsibilities: str = "") -> RealHub:
    """A hub as TLJH lays it out, with what `tljh-config` has set."""
    hub = RealHub(folder)
    (folder / "tljh").mkdir()
    for name, text in TLJH.items():
        (folder / "tljh" / f"{name}.py").write_text(dedent(text))
    (folder / "config" / "jupyterhub_config.d").mkdir(parents=True)
    (folder / "state").mkdir()
    (folder / "config" / "jupyterhub_config.d" / "50.py").write_text(
        'c.JupyterHub.load_groups = {"class": {"users": ["uwe"]}}\n'
    )
    options = {"url": f"http://127.0.0.1:{hub.service_port}"}
    said = {"responsibilities": {**settings, "options": options}}
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(said))
    (folder / "config" / "responsibilities.yaml").write_text(responsibilities)
    enabling = hub.config.index("from jupyterhub_responsibility import enable")
    hub.config = hub.config[:enabling] + CALLS_PLUGINS
    return hub


def test_the_entry_point_is_there():
    """`--plugin jupyterhub-responsibility` finds it."""
    (found,) = entry_points(group="tljh", name="jupyterhub-responsibility")
    assert found.value == "jupyterhub_responsibility.enabling.tljh"


def test_nothing_has_to_be_set(tmp_path):
    """With the plugin alone, the page is there, with a group for each of the two roles."""
    with tljh(tmp_path, {}) as hub:
        groups = {each["name"] for each in hub.api("GET", "groups").json()}
        assert groups == {"class", "hub-admins", "community-reps"}
        assert hub.health()["status"] == "ok"
        assert (tmp_path / "state" / "jupyterhub-responsibility.sqlite").exists()


SETTINGS = {
    "community": {"name": "Reef Lab"},
    "roles": {
        "hub-administrator": {"groups": ["staff"]},
        "community-guide": {"title": "Reef Guide"},
    },
}


@pytest.mark.parametrize(
    ("settings", "file"),
    [(SETTINGS, ""), ({"file": "responsibilities.yaml"}, yaml.safe_dump(SETTINGS))],
    ids=["settings", "a file"],
)
def test_what_is_set_is_declared(tmp_path, settings, file):
    """`tljh-config set responsibilities.community.name …` is the declaration, or names its file."""
    if file:
        roles = {**SETTINGS["roles"], "community-representative": {"groups": ["community-reps"]}}
        file = yaml.safe_dump({**SETTINGS, "roles": roles})
    with tljh(tmp_path, settings, file) as hub:
        page = hub.visit("uwe").get(hub.page("model")).text
        assert "Reef Lab" in page
        assert "Reef Guide" in page
        groups = {each["name"] for each in hub.api("GET", "groups").json()}
        assert groups == {"class", "staff", "community-reps"}


ASK_PLUGIN = """
import sys
sys.path.insert(0, ".")
from jupyterhub_responsibility.enabling import tljh
tljh.enable = lambda *_, **options: print(options.get("database_url"))
tljh.tljh_custom_jupyterhub_config(None)
"""


@pytest.mark.parametrize("external", [True, False])
def test_where_the_ledger_is(tmp_path, external):
    """In TLJH's folder for that; a service that the hub doesn't start is told so itself."""
    tljh(tmp_path, {})
    said = {"responsibilities": {"options": {"external": external, "api_token": "a-token"}}}
    (tmp_path / "config" / "config.yaml").write_text(yaml.safe_dump(said))
    told = subprocess.check_output([sys.executable, "-c", ASK_PLUGIN], cwd=tmp_path, text=True)
    there = f"sqlite:///{tmp_path}/state/jupyterhub-responsibility.sqlite"
    assert told.strip() == str(None if external else there)
