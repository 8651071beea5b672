"""What the operator writes takes effect while the hub runs; what can't is told, and waits."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from copy import deepcopy

import pytest
import requests
import yaml

from ..realhub import ADMIN_TOKEN, RealHub
from .acting import ADMINISTRATOR, DECLARATION, ENGINEER, QUICK, Browser, Person, diff, plain

SECONDS = 10
"""Ample for a service that looks three times a second; as it ships, it looks every 15 seconds."""

PUBLIC = {
    "id": "desk",
    "name": "Desk",
    "for": ["everyone"],
    "email": "desk@reef.example",
    "topics": ["lost property"],
    "public": True,
}
OURS = {
    **deepcopy(DECLARATION),
    "contacts": [PUBLIC],
    "links": [{"title": "Guide", "url": "https://reef.example/guide", "for": [ADMINISTRATOR]}],
}
HUB_LOOKS = "\nimport jupyterhub_responsibility.enabling.following as f\nf.SECONDS = 0.3\n"
FILE = "responsibilities.yaml"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """hanna is Hub Administrator, and nobody else holds anything."""
    folder = tmp_path_factory.mktemp("following")
    with RealHub(folder, OURS, settings=QUICK, before=HUB_LOOKS) as hub:
        hub.put_in_group("hub-admins", "hanna")
        hub.people = {name: Person(hub, name) for name in ("hanna", "uwe", "root")}
        yield hub


@pytest.fixture
def hub(running):
    """The hub, with the file as it was at the start."""
    write(running, OURS)
    running.wait_for(lambda: names(running) == ["Desk"] and state(running) == "loaded", SECONDS)
    return running


def write(hub, declared: dict | str) -> None:
    text = declared if isinstance(declared, str) else yaml.safe_dump(declared, sort_keys=False)
    hub.declaration_file.write_text(text)


def state(hub) -> str:
    return hub.health()["declaration"]["state"]


def names(hub, address=lambda url: url) -> list[str]:
    """The contacts that the hub has."""
    url = address(hub.page("api/me"))
    said = requests.get(url, headers=hub.people["uwe"].headers, timeout=10).json()
    return [contact["name"] for contact in said["contacts"]]


def notes(hub, name: str) -> str:
    """What JupyterHub admins are told on a page."""
    token = {"Authorization": f"token {hub.token_for(name)}"}
    html = requests.get(hub.page("contacts"), headers=token, timeout=10).text
    return " ".join(re.findall(r"For JupyterHub admins:</strong>(.*?)</div>", html, re.S))


def figures(hub) -> dict[str, str]:
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    text = requests.get(hub.page("metrics"), headers=headers, timeout=10).text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in lines if "declaration" in name}


def test_what_is_written_takes_effect(hub):
    """Contacts, people, links, texts and names: on pages, in the API, files and search, and on the
    hub's own pages, without a restart."""
    began, log = hub.health()["started_at"], len(hub.log())
    hanna, digest = hub.people["hanna"], "duties_digest"
    question = {"q": "stray umbrella"}
    assert not hub.people["uwe"].get("api/contacts", params=question).json()["answers"]
    before = hanna.get("api/me").json()["roles"][0]["confirmation"][digest]
    assert "Counter" not in requests.get(hub.hub_url("login"), timeout=10).text
    declared = deepcopy(OURS)
    declared["community"]["name"] = "Kelp Lab"
    declared["contacts"] = [{**PUBLIC, "name": "Counter", "topics": ["stray umbrella"]}]
    declared["links"][0]["title"] = "Handbook"
    declared["names"] = {"hanna": "Hanna Berg"}
    declared["roles"][ENGINEER]["people"] = [{"name": "Toni of Cloud Crew", "url": "/toni"}]
    declared["roles"][ADMINISTRATOR]["summary"] = "Keeps the doors."
    declared["areas"] = {"community-leadership": {"note": "Mondays at nine."}}
    at = time.monotonic()
    write(hub, declared)
    hub.wait_for(lambda: names(hub) == ["Counter"], SECONDS)
    assert time.monotonic() - at < SECONDS
    page = Browser(hub, "uwe").read
    assert "Counter" in page("contacts").text
    assert "hub%20of%20Kelp%20Lab" in str(page("contacts?q=stray umbrella"))
    assert "Kelp Lab" in page("model").text
    assert "Mondays at nine." in page("model").text
    role = page(f"roles/{ADMINISTRATOR}").text
    assert "Handbook" in role
    assert "Guide" not in role
    assert "Hanna Berg" in role
    assert "Keeps the doors." in role
    assert "Toni of Cloud Crew" in page(f"roles/{ENGINEER}").text
    found = hub.people["uwe"].get("api/contacts", params=question).json()
    assert "Counter" in json.dumps(found["answers"][0])
    asked = {"q": "Berg"}
    root = hub.people["root"]
    candidates = root.get(f"api/roles/{ADMINISTRATOR}/candidates", params=asked)
    assert "hanna" in candidates.text
    assert "Counter" in hanna.get("exports/contacts.csv").text
    assert "Toni of Cloud Crew" in hanna.get("exports/holders.csv").text
    assert "Kelp Lab" in hanna.get("exports/declaration.yaml").text
    after = hanna.get("api/me").json()["roles"][0]["confirmation"][digest]
    assert after != before
    login = hub.hub_url("login")
    hub.wait_for(lambda: "Counter" in requests.get(login, timeout=10).text, SECONDS)
    assert "Desk" not in requests.get(login, timeout=10).text
    assert (state(hub), notes(hub, "root"), hub.health()["started_at"]) == ("loaded", "", began)
    assert "Traceback" not in hub.log()[log:]


def test_somebody_confirms_what_they_read(hub):
    """Who read the old texts confirms nothing; the new ones are as they are after a restart."""
    hanna = hub.people["hanna"]
    body = {"role": ADMINISTRATOR}
    body["duties_digest"] = hanna.get("api/me").json()["roles"][0]["confirmation"]["duties_digest"]
    declared = deepcopy(OURS)
    declared["roles"][ADMINISTRATOR]["description"] = "Another one."
    write(hub, declared)
    hub.wait_for(lambda: "Another one." in hanna.get("api/roles").text, SECONDS)
    reply = hanna.ask("POST", "api/confirmations", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (412, "stale")
    mine = hanna.get("api/me").json()["roles"][0]["confirmation"]
    body["duties_digest"] = mine["duties_digest"]
    assert hanna.ask("POST", "api/confirmations", json=body).status_code == 201
    assert hanna.get("api/me").json()["roles"][0]["confirmation"]["state"] == "confirmed"


def test_people_count_as_holders(hub):
    """Somebody who is named takes the place of an account that could be appointed."""
    declared = deepcopy(OURS)
    guides = declared["roles"]["community-guide"]
    guides["people"] = [{"name": f"Person {n}"} for n in range(3)]
    write(hub, declared)
    uwe = hub.people["uwe"]
    hub.wait_for(lambda: "Person 2" in uwe.get("api/roles/community-guide").text, SECONDS)
    root = hub.people["root"]
    reply = root.appoint("community-guide", "uwe", group="guides")
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "full")


def wrong(name: str, **more) -> str:
    """A file with a fault in its last line."""
    text = yaml.safe_dump({**OURS, **more}, sort_keys=False)
    return f"{text}nams: {{uwe: {name}}}\n"


def test_faults_are_told_and_change_nothing(hub):
    """To JupyterHub admins with file, line and time; nobody else sees anything, and no text of the
    file gets into what anybody may read."""
    text = wrong("Secret", contacts=[{**PUBLIC, "name": "Counter"}])
    line = len(text.splitlines())
    write(hub, text)
    hub.wait_for(lambda: state(hub) == "faulty", SECONDS)
    assert names(hub) == ["Desk"]
    said = notes(hub, "root")
    assert "has faults, noticed on " in said
    assert f"{hub.declaration_file}:{line}: nams: unknown key" in plain(said).replace("&#39;", "'")
    assert "names" in said
    assert notes(hub, "uwe") == ""
    health = hub.health()
    assert health["status"] == "degraded"
    assert health["declaration"]["faults"] == [{"file": FILE, "line": line}]
    assert health["declaration"]["since"]
    assert "Secret" not in json.dumps(health)
    name = f'responsibility_declaration_wrong_timestamp_seconds{{file="{FILE}",line="{line}"}}'
    assert float(figures(hub)[name]) > 1_700_000_000
    assert "What" in hub.log()
    assert f"{FILE}:{line}: nams: unknown key 'nams'" in hub.log()
    write(hub, OURS)
    hub.wait_for(lambda: state(hub) == "loaded", SECONDS)
    assert notes(hub, "root") == ""
    assert hub.health()["declaration"]["since"] is None
    assert not any("wrong" in each for each in figures(hub))


def test_it_is_gone_and_comes_back(hub):
    """Pages go on, the hub's own too."""
    aside = hub.declaration_file.rename(hub.folder / "aside.yaml")
    hub.wait_for(lambda: state(hub) == "missing", SECONDS)
    assert names(hub) == ["Desk"]
    assert "is gone, noticed on " in notes(hub, "root")
    assert "Desk" in requests.get(hub.hub_url("login"), timeout=10).text
    aside.rename(hub.declaration_file)
    hub.wait_for(lambda: state(hub) == "loaded", SECONDS)


@contextmanager
def writing(hub, text: str, pause: float = 0.0):
    """Somebody who writes the file over and over, a few letters at a time."""
    stop = threading.Event()

    def write_on() -> None:
        while not stop.is_set():
            with hub.declaration_file.open("w") as file:
                for n in range(0, len(text), 30):
                    file.write(text[n : n + 30])
                    file.flush()
                    time.sleep(pause)

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_half_a_file_is_never_shown(hub):
    """While it is written again and again, all that anybody reads is one version or the other."""
    contacts = [{**PUBLIC, "id": f"desk-{n}", "name": f"Counter {n}"} for n in range(20)]
    whole = [contact["name"] for contact in contacts]
    text = yaml.safe_dump({**OURS, "contacts": contacts}, sort_keys=False)
    seen, until = set(), time.monotonic() + 5
    with writing(hub, text, pause=0.01):
        while time.monotonic() < until:
            seen.add(tuple(names(hub)))
    assert seen <= {("Desk",), tuple(whole)}
    hub.wait_for(lambda: names(hub) == whole, SECONDS)
    assert state(hub) == "loaded"


AT_WORK = """
c.Authenticator.username_map = {"rita-at-work": "rita", "kim-at-work": "kim"}
"""


def test_names_that_the_hub_knows_under_another_one(tmp_path):
    """First holders and staff are who they were at the start: nothing waits that stays."""
    declared = deepcopy(OURS)
    declared["provider"]["staff"] = ["kim-at-work"]
    declared["roles"]["community-representative"]["initial"] = ["rita-at-work"]
    with RealHub(tmp_path, declared, settings=QUICK, config=AT_WORK) as hub:
        hub.people = {"uwe": Person(hub, "uwe"), "rita": Person(hub, "rita")}
        role = "api/roles/community-representative"
        uwe = hub.people["uwe"]
        hub.wait_for(lambda: "rita" in str(uwe.get(role).json()["holders"]), 20)
        write(hub, {**declared, "contacts": [{**PUBLIC, "name": "Counter"}]})
        hub.wait_for(lambda: names(hub) == ["Counter"], SECONDS)
        assert state(hub) == "loaded"
        said = yaml.safe_load(hub.people["rita"].get("exports/declaration.yaml").text)
        assert said["provider"]["staff"] == ["kim"]
        assert said["roles"]["community-representative"]["initial"] == ["rita"]


def test_values_are_told_to_need_a_restart(tmp_path):
    """What is handed over is no file: it is said so, and nobody looks for one."""
    hub = RealHub(tmp_path, OURS, settings=QUICK)
    hub.config = hub.config.replace('enable(c, "responsibilities.yaml"', f"enable(c, {OURS!r}")
    with hub:
        hub.people = {"uwe": Person(hub, "uwe")}
        write(hub, {**OURS, "contacts": [{**PUBLIC, "name": "Counter"}]})
        time.sleep(2)
        assert (state(hub), names(hub)) == ("not a file", ["Desk"])
        assert hub.health()["status"] == "ok"


def test_two_replicas(hub):
    """Each follows by itself; both say the same a moment later."""
    with hub.replica() as second:
        hub.wait_for(lambda: names(hub, second.at) == ["Desk"], SECONDS)
        write(hub, {**OURS, "contacts": [{**PUBLIC, "name": "Counter"}]})
        for at in (str, second.at):
            hub.wait_for(lambda at=at: names(hub, at) == ["Counter"], SECONDS)
        write(hub, "{")
        for at in (str, second.at):
            headers = {"Authorization": f"token {ADMIN_TOKEN}"}
            url = at(hub.page("healthz"))

            def faulty(url=url, headers=headers) -> bool:
                said = requests.get(url, headers=headers, timeout=10).json()
                return said["declaration"]["state"] == "faulty"

            hub.wait_for(faulty, SECONDS)
            assert names(hub, at) == ["Counter"]


def test_the_service_is_started_anew(hub):
    """By itself, with what the hub had at its start: it reads the file, and takes what it may."""
    declared = {**deepcopy(OURS), "contacts": [{**PUBLIC, "name": "Counter"}]}
    declared["roles"][ADMINISTRATOR]["groups"] = ["hub-team"]
    write(hub, declared)
    hub.wait_for(lambda: names(hub) == ["Counter"], SECONDS)
    began = hub.health()["started_at"]
    hub.service.kill()
    hub.wait_for(lambda: hub.health()["started_at"] != began, 30)
    hub.wait_for(lambda: names(hub) == ["Counter"], SECONDS)
    assert state(hub) == "waiting"


def test_a_group_waits_for_a_restart(hub):
    """It is told to JupyterHub admins and by `diff`, while the rest is in force; nobody loses or
    gains anything until then, and nothing is recorded."""
    declared = {**deepcopy(OURS), "contacts": [{**PUBLIC, "name": "Counter"}]}
    declared["roles"][ADMINISTRATOR]["groups"] = ["hub-team"]
    declared["roles"]["community-guide"]["appointed_by"] = []
    text = yaml.safe_dump(declared, sort_keys=False).splitlines()
    line = text.index("    - hub-team") + 1
    number = hub.health()["ledger"]["number"]
    planned = diff(hub, declared, hub.token_for("root"))
    assert planned.returncode == 1, planned.stderr
    waiting = [f"roles.{ADMINISTRATOR}.groups", "roles.community-guide.appointed_by"]
    said = re.sub(r" \(line \d+\)", "", planned.stdout).splitlines()[2:]
    assert said[0].startswith("The hub has to be restarted for this.")
    assert sorted(said[1:]) == sorted(f"  {each}" for each in waiting)
    write(hub, declared)
    hub.wait_for(lambda: names(hub) == ["Counter"], SECONDS)
    health = hub.health()["declaration"]
    assert (health["state"], health["faults"]) == ("waiting", [])
    assert [each.partition(" ")[0] for each in health["waiting"]] == waiting
    assert health["waiting"][0].endswith(f"(line {line - 1})")
    assert figures(hub)["responsibility_declaration_waiting"] == "2.0"
    said = notes(hub, "root")
    assert "Restart the hub to apply this too: " in said
    assert all(each in said for each in waiting)
    assert notes(hub, "uwe") == ""
    for _ in range(2):
        hub.wait_until_read()
    root = hub.people["root"].get("api/roles").json()["roles"]
    role = next(each for each in root if each["id"] == ADMINISTRATOR)
    assert role["groups"] == ["hub-admins"]
    assert [holder["name"] for holder in role["holders"]] == ["hanna"]
    assert hub.health()["ledger"]["number"] == number
    again = json.loads(diff(hub, declared, hub.token_for("root"), "--format", "json").stdout)
    assert len(again["restart"]) == 2
    hub.stop()
    hub.start()
    assert state(hub) == "loaded"
    role = hub.people["root"].get(f"api/roles/{ADMINISTRATOR}").json()
    assert role["groups"] == ["hub-team"]
    assert diff(hub, declared, hub.token_for("root")).stdout.startswith("Nothing would change")
    write(hub, OURS)
    hub.stop()
    hub.start()


def test_what_needs_a_restart_is_not_for_everybody(hub):
    """Who may not see the declaration is told who gains or loses, and that the rest is unknown."""
    found = diff(hub, OURS, hub.token_for("uwe"), "--format", "json")
    assert found.returncode == 0
    assert json.loads(found.stdout)["restart"] is None
    assert "What needs a restart of the hub is not known" in found.stderr
