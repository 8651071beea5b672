"""The panel: those in charge see how the hub is covered; what it says follows the hub."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
import requests


def coverage(hub, name: str = "root") -> requests.Response:
    headers = {"Authorization": f"token {hub.token_for(name)}"}
    return requests.get(hub.page("api/coverage"), headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("name", "sees"), [("root", True), ("rita", True), ("hanna", True), ("uwe", False)]
)
def test_it_is_for_those_in_charge(hub, name, sees):
    """JupyterHub admins and holders of a role see it; others are led to the model, and told why."""
    session = hub.visit(name)
    reply = session.get(hub.page("admin"))
    assert reply.url.partition("?")[0] == hub.page("admin" if sees else "model")
    assert ("Only JupyterHub admins, and people who hold a role" in reply.text) is not sees
    assert ("What to do next" in reply.text) is sees
    assert ('href="/services/responsibilities/admin"' in reply.text) is sees
    assert coverage(hub, name).status_code == (200 if sees else 403)


SERVERS = "What other people's servers can do here"


@pytest.mark.parametrize(("name", "told"), [("root", True), ("rita", False)])
def test_admins_are_told_whose_address_servers_have(hub, name, told):
    """JupyterHub admins read that every server has the hub's address, and what would change it."""
    page = hub.visit(name).get(hub.page("admin")).text
    assert (SERVERS in page) is told
    assert ("c.JupyterHub.subdomain_host" in page) is told


def test_it_follows_the_hub(hub):
    """A role that is emptied on the hub is a gap a moment later, until it is filled again."""

    def vacant() -> bool:
        gaps = coverage(hub).json()["gaps"]
        return ("role-vacant", "hub-administrator") in {(g["kind"], g["about"]) for g in gaps}

    assert not vacant()
    hub.take_out_of_group("hub-admins", "hanna", "rita")
    hub.wait_for(vacant, 20)
    headline = coverage(hub).json()["headline"]
    hub.put_in_group("hub-admins", "hanna", "rita")
    hub.wait_for(lambda: not vacant(), 20)
    assert headline.endswith("responsibilities are looked after")


def buttons(hub, name: str) -> dict[str, str]:
    """The next steps on somebody's panel that are links: what each says, and where it leads."""
    page = hub.visit(name).get(hub.page("admin")).text
    return {
        text: href for href, text in re.findall(r'<a class="btn[^>]* href="(.*?)">(.*?)<', page)
    }


def test_its_buttons_lead_everybody_to_what_they_may_do(hub):
    """No button leads to what refuses whoever reads, or to a part that their page doesn't have."""
    hub.take_out_of_group("community-reps", "rita")
    try:
        steps = {name: buttons(hub, name) for name in ("root", "hanna")}
        hub.put_in_group("community-reps", "uwe")
        steps["uwe"] = buttons(hub, "uwe")
        for name, found in steps.items():
            session = hub.visit(name)
            for href in found.values():
                reply = session.get(hub.origin + href)
                anchor = href.partition("#")[2]
                assert reply.ok, (name, href)
                assert not anchor or f'id="{anchor}"' in reply.text, (name, href)
    finally:
        hub.take_out_of_group("community-reps", "uwe")
        hub.put_in_group("community-reps", "rita")
    role = "/services/responsibilities/roles/community-representative"
    assert steps["root"]["Appoint a second"] == f"{role}#appoint"
    assert steps["hanna"]["See who can appoint"] == f"{role}#appointers"
    assert steps["hanna"]["Read and confirm your duties"].endswith("#confirm-hub-administrator")
    assert "/hub/admin" in steps["hanna"].values()
    assert "/hub/admin" not in steps["uwe"].values()


def test_everything_can_be_checked(hub):
    """A hub that starts the service tells it all: groups, accounts, their power, its roles."""
    hub.wait_for(lambda: coverage(hub).json()["unchecked"] == [], 60)
    said = coverage(hub).json()
    assert said["accounts"] == len(hub.api("GET", "users").json())
    power = {(g["about"], g["user"]) for g in said["gaps"] if g["kind"] == "power-without-role"}
    assert power == {("admin", "root")}


def test_the_page_says_what_the_api_says(hub):
    """Headline, summary and every gap of the API stand on the page."""
    said = coverage(hub).json()
    page = hub.visit("root").get(hub.page("admin")).text
    assert said["headline"] in page
    assert all(line in page for line in said["unchecked"])
    assert page.count("rsp-gap ") == len(said["gaps"])


def command(url: str, token: str, *options: str) -> subprocess.CompletedProcess:
    """Run `jupyterhub-responsibility coverage`, as a cron job would."""
    return subprocess.run(
        [sys.executable, "-m", "jupyterhub_responsibility", "coverage", url, *options],
        env={**os.environ, "JUPYTERHUB_API_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_lists_the_gaps(hub):
    """From outside, with a token of somebody in charge: exit status 1, in three formats."""
    token, said = hub.token_for("rita"), coverage(hub).json()
    assert said["gaps"]
    for option in ("text", "json", "markdown"):
        done = command(hub.page(), token, "--format", option)
        assert (done.returncode, done.stderr) == (1, "")
        assert said["headline"] in done.stdout
    assert json.loads(command(hub.page(), token, "--format=json").stdout)["gaps"] == said["gaps"]


@pytest.mark.parametrize("who", ["uwe", "nobody", ""])
def test_the_command_says_when_it_could_not_check(hub, who):
    """A token that may not see it, a wrong one or none: exit status 2, in one line."""
    token = hub.token_for("uwe") if who == "uwe" else who
    done = command(hub.page(), token)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "file:///etc/passwd", "nonsense"])
def test_the_command_says_when_nobody_answers(url):
    """No hub there, or no web address at all: exit status 2, in one line."""
    done = command(url, "a-token")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "a-token" not in done.stderr
