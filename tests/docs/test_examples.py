"""The examples in the docs do what they say: declarations, configuration, templates, API."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import yaml
from jinja2 import Environment, nodes
from jupyterhub._data import DATA_FILES_PATH
from traitlets.config import Config, PyFileConfigLoader

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.declaration import BUILT_IN, dump, load
from jupyterhub_responsibility.enabling.handover import DATABASE_VARIABLE, DEFAULT_DATABASE
from jupyterhub_responsibility.errors import DeclarationError
from jupyterhub_responsibility.exports.lab_menu import lab_menu
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.service.app import ResponsibilityService
from jupyterhub_responsibility.service.events import emitter
from jupyterhub_responsibility.storage.store import Store

from ..arranged import started
from ..realhub import RealHub
from .reading import ROOT, Block, blocks, page, section

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)

GROUPS = {
    "hub-administrator": {"groups": ["hub-admins"]},
    "community-representative": {"groups": ["community-reps"]},
}
"""What every declaration on the built-in model needs; examples may leave it out."""

HELM = [block for block in blocks("yaml") if block.text.startswith("hub:")]
PROMETHEUS = [
    block
    for block in blocks("yaml", "python")
    if block.text.startswith("scrape_configs:") or '"name": "prometheus"' in block.text
]
"""How Prometheus reads the metrics: tests/fleet does as they say."""
FLEET = [block for block in blocks("yaml", "python") if block.heading == "The list of hubs"]
"""A list of hubs, which test_complete.py reads, and a token for it: tests/hub/test_fleet.py."""
(LAB,) = (block for block in blocks("yaml") if block.text.startswith("singleuser:"))
OTHER_YAML = (*HELM, *PROMETHEUS, *FLEET, LAB)
DECLARATIONS = [block for block in blocks("yaml") if block not in OTHER_YAML]
SERVICE = [block for block in blocks("python") if "c.EventLogger" in block.text]
REMOVAL = [block for block in blocks("python") if block.page == "removal.md"]
"""What comes instead of the service: tests/hub/test_removal.py does as it says."""
VERIFIER = [block for block in blocks("python") if "import hashlib" in block.text]
"""What needs nothing of ours: test_verifier.py runs it."""
OTHERS = (*SERVICE, *PROMETHEUS, *REMOVAL, *VERIFIER, *FLEET)
HUB = [block for block in blocks("python") if block not in OTHERS]
ACTING = ("GET api/requests", "GET api/ledger", "GET api/me/channels", "GET api/me/messages")
"""What answers with something only once something was done."""
API = [
    block
    for block in blocks("json")
    if block.heading.startswith("GET ") and block.heading not in ACTING
]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the files that the examples speak of."""
    whole = yaml.safe_dump(dump(load({"roles": GROUPS})))
    for name in ("responsibilities.yaml", "our-way.yaml"):
        (tmp_path / name).write_text(whole)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
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


@pytest.mark.parametrize("block", HUB, ids=str)
def test_configurations_work(block: Block, folder, monkeypatch):
    """Each piece of configuration in the docs enables the service."""
    monkeypatch.setenv("RESPONSIBILITIES_TOKEN", "not-a-real-one")
    monkeypatch.setenv("LEDGER_URL", "postgresql://responsibilities:secret@db.example/ledger")
    there = f'"{folder}/responsibilities.yaml"'
    text = re.sub(r'"[\w/.]*responsibilities\.yaml"', there, block.text)
    c = Config()
    exec(compile(text, str(block), "exec"), {"c": c})
    hub = started(c)
    assert [service["name"] for service in hub.services] == ["responsibilities"]


@pytest.mark.parametrize("block", SERVICE, ids=str)
def test_configurations_of_the_service_work(block: Block, folder):
    """Each piece of the service's own configuration makes it emit what is written."""
    (folder / "responsibility_config.py").write_text(block.text)
    service = ResponsibilityService()
    service.load_config_file("responsibility_config.py", str(folder))
    emitter(service)(write(Draft("account", "rita", person="lia"), 1, BEGINNING, NOW))
    assert json.loads((folder / "ledger-events.jsonl").read_text())["person"] == "lia"


def test_the_settings_for_jupyterlab_are_what_the_command_prints():
    """The file that Helm puts there is that of a hub without a path of its own."""
    (file,) = yaml.safe_load(LAB.text)["singleuser"]["extraFiles"].values()
    assert file["stringData"] == lab_menu("/services/responsibilities/")
    assert f"`{file['mountPath']}`" in page("jupyterlab.md")


@pytest.mark.parametrize("block", HELM, ids=str)
def test_helm_values_work(block: Block, folder, monkeypatch):
    """The values for Helm hold configuration that runs, with a declaration without faults."""
    values = yaml.safe_load(block.text)

    def get_config(path: str) -> Any:
        found = values
        for key in path.split("."):
            found = found[key]
        return found

    monkeypatch.setitem(sys.modules, "z2jh", SimpleNamespace(get_config=get_config))
    for name in values["hub"].get("extraEnv", ()):
        monkeypatch.setenv(name, "not-a-real-one")
    c = Config()
    for code in values["hub"]["extraConfig"].values():
        exec(code.replace("/etc/responsibilities/", f"{folder}/"), {"c": c})
    (service,) = started(c).services
    port = int(service["url"].rpartition(":")[2])
    ports = {
        each["port"]
        for policy in (values["hub"]["networkPolicy"], values["proxy"]["chp"]["networkPolicy"])
        for rule in (*policy.get("ingress", ()), *policy["egress"])
        for each in rule["ports"]
    }
    assert ports == {port}


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
    written = next(b for b in blocks("yaml") if b.page == "getting-started.md").text
    file = tmp_path / "responsibilities.yaml"
    file.write_text(written.replace("groups: [hub-admins]", "group: [hub-admins]"))
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
    hub = started(c)
    assert [service["name"] for service in hub.services] == ["responsibilities"]
    assert "community-reps" in hub.load_groups


def shape(documented: Any, real: Any, at: str) -> None:
    """Compare two JSON values: the same keys, at every depth; a contact may lack some."""
    if documented is None or real is None:
        return
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
    else:
        assert type(documented) is type(real), at


@pytest.mark.parametrize("block", API, ids=lambda block: block.heading)
def test_the_api_answers_as_documented(block: Block, hub):
    """What the API really says has the keys that the docs show, at every depth."""
    decides = "candidates" in block.heading or "at=" in block.heading
    headers = {"Authorization": f"token {hub.token_for('root' if decides else 'hanna')}"}
    today = datetime.now(timezone.utc).date().isoformat()
    path = re.sub(r"(?<=at=)\S+", today, block.heading.removeprefix("GET "))
    documented = json.loads(block.text)
    real = requests.get(hub.page(path), headers=headers).json()
    if path.endswith("my-data"):  # of somebody who has not done all that there is
        documented |= {name: value for name, value in real.items() if value in ([], {})}
    if path.endswith("my-data"):
        documented["channels"] = real["channels"]  # of which there is an example of its own
    shape(documented, real, path)


def test_how_people_are_reached_is_as_documented(hub):
    """What is said in the one way comes back in the other."""
    heading = "GET api/me/channels"
    (documented,) = (json.loads(each.text) for each in blocks("json") if each.heading == heading)
    said = {name: each["text"] for name, each in documented["channels"].items()}
    said |= {f"{name}_for": each["for"] for name, each in documented["channels"].items()}
    headers = {"Authorization": f"token {hub.token_for('hanna')}"}
    url = hub.page("api/me/channels")
    assert requests.put(url, json=said, headers=headers).json() == documented
    assert requests.get(url, headers=headers).json() == documented
    (curl,) = (b.text for b in blocks("bash") if "api/me/channels" in b.text)
    sent = json.loads(re.search(r"-d '(.+)'", curl)[1])
    assert requests.put(url, json=sent, headers=headers).json()["channels"].keys() == {"email"}
    requests.put(url, json={}, headers=headers)


def test_what_is_turned_off_is_as_documented(hub):
    """What is turned off in the one way comes back in the other."""
    heading = "GET api/me/messages"
    (documented,) = (json.loads(each.text) for each in blocks("json") if each.heading == heading)
    headers = {"Authorization": f"token {hub.token_for('hanna')}"}
    url = hub.page("api/me/messages")
    sent = {"off": documented["off"]}
    assert requests.put(url, json=sent, headers=headers).json().keys() == documented.keys()
    assert requests.get(url, headers=headers).json()["off"] == documented["off"]
    (curl,) = (b.text for b in blocks("bash") if "api/me/messages" in b.text)
    sent = json.loads(re.search(r"-d '(.+)'", curl)[1])
    assert requests.put(url, json=sent, headers=headers).json()["off"] == sent["off"]
    requests.put(url, json={"off": []}, headers=headers)


def test_healthz_answers_as_documented(hub):
    """What healthz really says has the keys that the docs show."""
    (block,) = (each for each in blocks("json") if each.heading == "healthz")
    shape(json.loads(block.text), hub.health(), "healthz")


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Who holds which role", "holders"), ("Whom to ask about what", "contacts")],
)
def test_exports_are_as_documented(heading: str, name: str, hub):
    """What can be taken along really has the keys that the docs show, in both formats."""
    headers = {"Authorization": f"token {hub.token_for('hanna')}"}
    (block,) = (each for each in blocks("json") if each.heading == heading)
    documented = json.loads(block.text)
    real = requests.get(hub.page(f"exports/{name}.json"), headers=headers)
    shape(documented, real.json(), name)
    table = requests.get(hub.page(f"exports/{name}.csv"), headers=headers)
    columns = table.content.decode("utf-8-sig").splitlines()[0].split(",")
    assert columns == [*documented[name][0], "ledger"] == [*real.json()[name][0], "ledger"]


def test_errors_are_as_documented(hub):
    """An error of the API has the shape, and the words, that the docs show."""
    (block,) = (each for each in blocks("json") if each.heading == "Errors")
    reply = requests.get(hub.page("api/nothing-here"))
    assert reply.status_code == 404
    assert reply.json() == json.loads(block.text)


@pytest.fixture(scope="module")
def own_hub(tmp_path_factory):
    """A hub to change: the other one is to be left as it is."""
    with RealHub(tmp_path_factory.mktemp("docs")) as running:
        yield running.with_holders()


def example(heading: str) -> tuple[Any, Any]:
    """What the docs show below a heading: what is sent, and what comes back."""
    sent = re.search(r"`({.+?})`", section("pages-and-api.md", heading))
    back = [block for block in blocks("json") if block.heading == heading]
    return json.loads(sent[1]) if sent else None, json.loads(back[0].text) if back else None


def test_the_changes_work_as_documented(own_hub):
    """Each change in the docs can be made as they say, and answers as they say."""

    def ask(name: str, heading: str, path: str = "", body: Any = None, **headers: str) -> Any:
        method, _, address = heading.partition(" ")
        headers["Authorization"] = f"token {own_hub.token_for(name)}"
        url = own_hub.page(path or address)
        reply = requests.request(method, url, json=body, headers=headers, timeout=30)
        assert reply.ok, (heading, reply.text)
        return reply

    put, delete = (f"{method} api/roles/<role>/holders/<user>" for method in ("PUT", "DELETE"))
    holder = "api/roles/hub-administrator/holders/uwe"
    (curl,) = (block.text for block in blocks("bash") if block.text.startswith("curl -X PUT"))
    assert f"/{holder}" in curl
    body = json.loads(re.search(r"-d '(.+)'", curl)[1])
    _, shown = example(put)
    seen = ask("rita", "GET api/roles/hub-administrator").headers["ETag"]
    reply = ask("rita", put, holder, body, **{"If-Match": seen})
    shape(shown, reply.json(), put)
    assert {**reply.json(), "holders": 0, "entry": 0} == {**shown, "holders": 0, "entry": 0}
    (query,) = re.findall(r"`(\?reason=.+?)`", section("pages-and-api.md", delete))
    shape(shown, ask("uwe", delete, holder + query).json(), delete)

    sent, shown = example("POST api/users")
    assert ask("hanna", "POST api/users", body=sent).json() == shown

    sent, _ = example("POST api/requests")
    asked = ask("uwe", "POST api/requests", body=sent).json()
    _, shown = example("GET api/requests")
    shape(shown, ask("rita", "GET api/requests").json(), "requests")
    (mine,) = ask("uwe", "GET api/requests").json()["requests"]
    assert {key: mine[key] for key in sent} == sent
    assert mine["mine"]
    sent, _ = example("POST api/requests/<number>")
    ask("rita", "POST api/requests/<number>", f"api/requests/{asked['number']}", sent)

    sent, _ = example("POST api/confirmations")
    (role,) = ask("hanna", "GET api/me").json()["roles"]
    assert role["confirmation"]["duties_digest"] == sent["duties_digest"], (
        "the example is out of date"
    )
    assert ask("hanna", "POST api/confirmations", body=sent).status_code == 201

    _, shown = example("GET api/ledger")
    real = ask("rita", "GET api/ledger").json()
    outcomes = [each for each in real["entries"] if each["details"].get("of") == "appointment"]
    shape(shown, {**real, "entries": outcomes}, "ledger")
    words = outcomes[-1]["says"].translate(dict.fromkeys(map(ord, "\u2068\u2069")))
    assert words == shown["entries"][0]["says"]


def test_the_backup_is_whole(folder):
    """The commands for a backup copy the ledger of a running service, and find it whole."""
    store = Store(DEFAULT_DATABASE)
    store.open()
    store.append([Draft("account", "rita", person="lia")], NOW)
    (block,) = (block for block in blocks("bash") if "VACUUM INTO" in block.text)
    for line in block.text.splitlines():
        words = shlex.split(line)
        if words[0] == "python3":
            subprocess.run([sys.executable, *words[1:]], check=True)
        else:
            assert main(words[1:]) == 0
    store.close()


@pytest.mark.parametrize(
    "block", [block for block in blocks("bash") if block.text.startswith("curl -H")], ids=str
)
def test_the_requests_with_a_token(hub, block: Block):
    """The examples with curl work with a token that is limited to the page."""
    header, path = re.search(r'-H "(.+?)" https://hub\.example/(\S+)', block.text).groups()
    token = hub.token_for("rita", ["access:services!service=responsibilities"])
    name, value = header.replace("$TOKEN", token).split(": ")
    reply = requests.get(f"{hub.origin}/{path}", headers={name: value})
    if path.endswith("api/me"):
        assert reply.json()["user"]["name"] == "rita"
    elif path.endswith("healthz"):
        assert reply.json()["version"]
    else:
        assert reply.json()["openapi"].startswith("3.1.")
