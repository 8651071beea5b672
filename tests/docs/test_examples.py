"""The examples in the docs do what they say: declarations, configuration, templates, API."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import yaml
from jinja2 import Environment, nodes
from jupyterhub._data import DATA_FILES_PATH
from traitlets.config import Config, PyFileConfigLoader

from jupyterhub_responsibility.declaration import BUILT_IN, dump, load
from jupyterhub_responsibility.errors import DeclarationError

from .reading import ROOT, Block, blocks, page

GROUPS = {
    "hub-administrator": {"groups": ["hub-admins"]},
    "community-representative": {"groups": ["community-reps"]},
}
"""What every declaration on the built-in model needs; examples may leave it out."""

HELM = [block for block in blocks("yaml") if block.text.startswith("hub:")]
DECLARATIONS = [block for block in blocks("yaml") if block not in HELM]
API = [block for block in blocks("json") if block.heading.startswith("GET ")]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the files that the examples speak of."""
    whole = yaml.safe_dump(dump(load({"roles": GROUPS})))
    for name in ("responsibilities.yaml", "our-way.yaml"):
        (tmp_path / name).write_text(whole)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", DECLARATIONS, ids=str)
def test_declarations_have_no_faults(block: Block, folder):
    """Each declaration in the docs loads without a fault."""
    data = yaml.safe_load(block.text)
    if data.get("model", BUILT_IN) == BUILT_IN:
        roles = data.setdefault("roles", {})
        for role, groups in GROUPS.items():
            roles[role] = groups | roles.get(role, {})
    (folder / "example.yaml").write_text(yaml.safe_dump(data))
    load(folder / "example.yaml")


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_configurations_work(block: Block, folder, monkeypatch):
    """Each piece of configuration in the docs enables the service."""
    monkeypatch.setenv("RESPONSIBILITIES_TOKEN", "not-a-real-one")
    there = f'"{folder}/responsibilities.yaml"'
    text = re.sub(r'"[\w/.]*responsibilities\.yaml"', there, block.text)
    c = Config()
    exec(compile(text, str(block), "exec"), {"c": c})
    assert [service["name"] for service in c.JupyterHub.services] == ["responsibilities"]


@pytest.mark.parametrize("block", HELM, ids=str)
def test_helm_values_work(block: Block, monkeypatch):
    """The values for Helm hold configuration that runs, with a declaration without faults."""
    values = yaml.safe_load(block.text)

    def get_config(path: str) -> Any:
        found = values
        for key in path.split("."):
            found = found[key]
        return found

    monkeypatch.setitem(sys.modules, "z2jh", SimpleNamespace(get_config=get_config))
    c = Config()
    for code in values["hub"]["extraConfig"].values():
        exec(code, {"c": c})
    (service,) = c.JupyterHub.services
    port = int(service["url"].rpartition(":")[2])
    assert port == values["hub"]["service"]["extraPorts"][0]["targetPort"]
    assert port == values["hub"]["networkPolicy"]["ingress"][0]["ports"][0]["port"]
    assert port == values["proxy"]["chp"]["networkPolicy"]["egress"][0]["ports"][0]["port"]


@pytest.mark.parametrize("block", blocks("jinja"), ids=str)
def test_templates_build_on_what_is_there(block: Block):
    """Each template in the docs extends and includes templates that are there."""
    tree = Environment(autoescape=True).parse(block.text)
    hub = Path(DATA_FILES_PATH) / "templates"
    for node in tree.find_all((nodes.Extends, nodes.Include)):
        name = node.template.value
        ours = ROOT / "share" / "templates" / name
        assert ours.is_file() or (hub / name.removeprefix("templates/")).is_file(), name


def test_the_example_of_a_fault(tmp_path):
    """The message that getting started shows is what `check` says."""
    roles = "roles:\n  community-representative:\n    groups: [reps]\n"
    file = tmp_path / "responsibilities.yaml"
    file.write_text(f"{roles}  hub-administrator:\n    group: [admins]\n")
    with pytest.raises(DeclarationError) as caught:
        load(file)
    said = [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]
    assert said[0] in page("getting-started.md")


def test_the_demo_is_configured():
    """The demo's configuration loads, and its declaration has no faults."""
    assert load(ROOT / "responsibilities.yaml").community.name


def test_the_demo_hub_has_the_service(monkeypatch):
    """The example to copy, jupyterhub_config.py, enables the service with the demo's groups."""
    monkeypatch.chdir(ROOT)
    c = PyFileConfigLoader("jupyterhub_config.py", path=str(ROOT)).load_config()
    assert [service["name"] for service in c.JupyterHub.services] == ["responsibilities"]
    assert c.JupyterHub.load_groups["community-reps"] == {"users": ["rita"]}


def shape(documented: Any, real: Any, at: str) -> None:
    """Compare two JSON values: the same keys, at every depth; a contact may lack some."""
    if isinstance(documented, dict):
        if "for" in documented:
            assert set(real) >= ({"id", "name", "for"} if "id" in real else {"name"}), at
            return
        assert set(documented) == set(real), at
        for key, value in documented.items():
            shape(value, real[key], f"{at}.{key}")
    elif isinstance(documented, list) and documented:
        assert real, at
        first = documented[0]
        same = (
            each for each in real if isinstance(first, dict) and each.get("id") == first.get("id")
        )
        shape(first, next(same, real[0]), f"{at}[0]")
    elif documented is not None and real is not None:
        assert type(documented) is type(real), at


@pytest.mark.parametrize("block", API, ids=lambda block: block.heading)
def test_the_api_answers_as_documented(block: Block, hub):
    """What the API really says has the keys that the docs show, at every depth."""
    headers = {"Authorization": f"token {hub.token_for('hanna')}"}
    path = block.heading.removeprefix("GET ")
    shape(json.loads(block.text), requests.get(hub.page(path), headers=headers).json(), path)


def test_healthz_answers_as_documented(hub):
    """What healthz really says has the keys that the docs show."""
    (block,) = (each for each in blocks("json") if each.heading == "healthz")
    shape(json.loads(block.text), hub.health(), "healthz")


def test_errors_are_as_documented(hub):
    """An error of the API has the shape, and the words, that the docs show."""
    (block,) = (each for each in blocks("json") if each.heading == "Errors")
    reply = requests.get(hub.page("api/nothing-here"))
    assert reply.status_code == 404
    assert reply.json() == json.loads(block.text)


@pytest.mark.parametrize(
    "block", [block for block in blocks("bash") if block.text.startswith("curl")], ids=str
)
def test_the_requests_with_a_token(hub, block: Block):
    """The examples with curl work with a token that is limited to the page."""
    header, path = re.search(r'-H "(.+?)" https://hub\.example/(\S+)', block.text).groups()
    token = hub.token_for("rita", ["access:services!service=responsibilities"])
    name, value = header.replace("$TOKEN", token).split(": ")
    reply = requests.get(f"{hub.origin}/{path}", headers={name: value})
    if path.endswith("api/me"):
        assert reply.json()["user"]["name"] == "rita"
    else:
        assert reply.json()["openapi"].startswith("3.1.")
