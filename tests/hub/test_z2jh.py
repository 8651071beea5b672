"""A hub that is configured as the Helm chart Zero to JupyterHub does it, without Kubernetes.

What the chart mounts into the hub's pod is laid out in a folder: the values, as Helm writes them,
and a module `z2jh` that reads them. The configuration does what the chart's does with those values
that matter here: lists that begin empty, `hub.config`, roles, and the parts of `hub.extraConfig`.
"""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
import yaml

from ..docs.reading import blocks
from ..realhub import ADMIN_TOKEN, RealHub

(DOCUMENTED,) = (
    values
    for values in (yaml.safe_load(block.text) for block in blocks("yaml"))
    if "custom" in values and "proxy" in values
)
"""The values in the docs with which the hub starts the service."""

Z2JH = """
    from functools import lru_cache
    from pathlib import Path

    import yaml


    @lru_cache
    def values():
        found = {}
        for name in ("secret", "existing-secret"):
            file = Path(name, "values.yaml")
            if file.exists():
                found = laid_over(found, yaml.safe_load(file.read_text()))
        return found


    def laid_over(below, above):
        both = {**below, **above}
        for key in below.keys() & above.keys():
            if isinstance(below[key], dict) and isinstance(above[key], dict):
                both[key] = laid_over(below[key], above[key])
        return both


    def get_config(path, default=None):
        found = values()
        for key in path.split("."):
            if not isinstance(found, dict) or key not in found:
                return default
            found = found[key]
        return found
"""

CHART = f"""
import sys
sys.path.insert(0, ".")
from z2jh import get_config as value_of

c.JupyterHub.template_vars = value_of("hub.templateVars", {{}})
c.JupyterHub.services = []
c.JupyterHub.load_roles = []
c.JupyterHub.services.append(
    {{"name": "tester", "api_token": "{ADMIN_TOKEN}", "admin": True}}
)
for name, role in value_of("hub.loadRoles", {{}}).items():
    c.JupyterHub.load_roles.append({{"name": name, **role}})
for section, settings in value_of("hub.config", {{}}).items():
    c[section].update(settings)
for name, code in sorted(value_of("hub.extraConfig", {{}}).items()):
    exec(code)
"""


def helm(values: dict) -> str:
    """Values as Helm writes them for the hub: through JSON, keys in the order of the alphabet."""
    return yaml.safe_dump(json.loads(json.dumps(values, sort_keys=True)), sort_keys=True)


def chart(folder, values: dict, existing: dict | None = None) -> RealHub:
    """A hub with values of the chart, and perhaps those of a secret that was there before."""
    hub = RealHub(folder)
    (folder / "z2jh.py").write_text(dedent(Z2JH))
    here = f"127.0.0.1:{hub.service_port}"
    for name, part in (("secret", values), ("existing-secret", existing)):
        (folder / name).mkdir()
        if part is not None:
            text = helm(part).replace("hub:10105", here).replace("0.0.0.0:10105", here)
            (folder / name / "values.yaml").write_text(text)
    enabling = hub.config.index("from jupyterhub_responsibility import enable")
    hub.config = hub.config[:enabling] + CHART
    return hub


OPERATORS = {
    "hub": {
        "config": {
            "Authenticator": {"allowed_users": ["rita", "hanna", "uwe", "root", "lia"]},
            "JupyterHub": {"load_groups": {"class": {"users": ["lia"]}}},
        },
        "loadRoles": {"class": {"scopes": ["list:users!group=class"], "groups": ["class"]}},
        "templateVars": {"announcement": "Maintenance on Sunday"},
    }
}
"""What else an operator sets in the values."""

EXISTING = {
    "custom": {
        "responsibilities": {
            "community": {"name": "Atoll Lab", "url": None},
            "contacts": None,
            "roles": {"community-representative": {"holders": {"max": 3.0}, "initial": ["lia"]}},
        }
    }
}
"""What lies over it: another name, no contacts, a number as some programs write it."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub with the values in the docs, those of an operator, and a secret that changes some."""
    values = {**DOCUMENTED, "hub": {**DOCUMENTED["hub"], **OPERATORS["hub"]}}
    with chart(tmp_path_factory.mktemp("z2jh"), values, EXISTING) as running:
        yield running


def test_the_hub_starts_with_them(hub):
    """The service is there, well, and with the declaration of both files."""
    assert hub.health()["status"] == "ok"
    page = hub.visit("uwe").get(hub.page("model")).text
    assert "Atoll Lab" in page
    assert "Cloud Crew" in page
    assert "Reef Lab" not in page


def test_what_is_taken_away(hub):
    """A contact that the other file takes away with null is not there."""
    page = hub.visit("uwe").get(hub.page("contacts")).text
    assert "Help desk" not in page


def test_nothing_of_the_operators_is_lost(hub):
    """Groups, roles and template variables of the values are there, beside ours."""
    groups = {each["name"] for each in hub.api("GET", "groups").json()}
    assert groups == {"class", "hub-admins", "community-reps"}
    assert "class" in hub.api("GET", "users/lia").json()["groups"]
    home = hub.visit("lia").get(hub.hub_url("home")).text
    assert "Maintenance on Sunday" in home
    assert "/services/responsibilities/" in home


def test_first_holders_are_appointed(hub):
    """`initial` in the values is appointed, once."""
    hub.wait_for(lambda: hub.api("GET", "groups/community-reps").json()["users"] == ["lia"])


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (None, "custom.responsibilities"),
        ({"roles": {}, "contacts": [{"id": "x", "name": 2.0}]}, "contacts[0].name"),
    ],
    ids=["nothing", "a fault"],
)
def test_what_is_wrong_stops_the_hub(tmp_path, declared, said):
    """Where there are no such values, or wrong ones, the hub says so, with the path."""
    values = {**DOCUMENTED, "custom": {"responsibilities": declared}}
    hub = chart(tmp_path, values)
    hub.start(wait=False)
    assert hub.process.wait(30) == 1
    assert said in hub.log()
    hub.stop()
