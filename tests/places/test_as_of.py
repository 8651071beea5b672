"""Where the login service decides who is in a group, nothing is younger than the last login.

Each place that says how old it is who holds a role is a row of PLACES. The clock of the service
goes ahead, so that its own readings are of another day than anybody's login.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
import yaml

from jupyterhub_responsibility.text import day

from ..hub.acting import ADMINISTRATOR, REPRESENTATIVE, Person, entries, members
from ..realhub import ADMIN_TOKEN, MOVABLE_CLOCK, PERSONAS
from .test_login_services import LDAP, Checking, Managed, OpenID, read

AHEAD = 40
"""Days: more than any test takes, fewer than a holder may be away."""

MADE = r'"(made_at|answered_at|accounts_as_of)": "[^"]*"'
"""When an answer was made, when the hub last answered, and when other things were read."""


@dataclass(frozen=True)
class Place:
    """Where it is said how old it is who holds a role: what is asked for there, by whom, and in
    which words. `beside` is what else has a time, and may be of today."""

    path: str
    says: str
    beside: str = MADE
    who: str = "rita"


PAGE = "as of each holder's last {login}"
"""What is on top of each page."""

PLACES = (
    Place("", "through the group {team}, as of your last {login},"),
    Place("contacts", PAGE),
    Place("contacts?q=decide", PAGE),
    Place("model", PAGE),
    Place(f"roles/{ADMINISTRATOR}", "as of a {login} no later than {today}"),
    Place(f"roles/{REPRESENTATIVE}", "as of a {login} no later than {today}"),
    Place(
        "admin",
        "as of {logins}, the oldest no later than {today}",
        r"What accounts may do, and when they were last seen as of [^,]*, \d\d:\d\d UTC"
        r"|Noticed on [^.]*\.|\d+ \w+ \d+: \d+, \d+ of them urgent",
    ),
    Place(
        "exports/print",
        "as of a {login} no later than {today}",
        r"This page was made [^.]*\.|Noticed on [^.]*\.",
    ),
    Place("api/me", '"as_of": null'),
    Place("api/roles", '"as_of": "{iso}'),
    Place(f"api/roles/{ADMINISTRATOR}", '"as_of": "{iso}'),
    Place("api/contacts?q=hub-administrator", '"as_of": "{iso}'),
    Place("api/coverage", '"as_of": null', rf'{MADE}|"noticed": "[^"]*"'),
    Place("api/may?user=rita&responsibility=decide-finances", '"as_of": "{iso}'),
    Place("exports/holders.csv", ",{iso}"),
    Place("exports/holders.json", '"as_of": "{iso}'),
    Place("exports/contacts.json", '"as_of": "{iso}'),
    Place("exports/contacts.csv", ",{iso}"),
    Place("exports/contacts.vcf", "REV:{basic}"),
)

HUBS = {"OpenID Connect": OpenID, "OpenID Connect with checks": Checking, "LDAP": LDAP}


@pytest.fixture(scope="module", params=[*HUBS])
def managed(request, tmp_path_factory):
    """A hub on which everybody has logged in today, while its service has a later day."""
    folder = tmp_path_factory.mktemp("as-of")
    with HUBS[request.param].made(folder, first=MOVABLE_CLOCK) as hub:
        hub.login = "login or check" if isinstance(hub, Checking) else "login"
        hub.put(hanna={hub.admins}, rita={hub.admins, hub.team}, uwe=set(), root=set())
        with hub:
            for name in PERSONAS:
                read(hub, name)
            joined = [("rita", hub.admins), ("hanna", hub.admins), ("rita", hub.team)]
            hub.wait_for(lambda: {(e["person"], e["group"]) for e in entries(hub)} >= {*joined})
            rita = Person(hub, "rita")
            mail = {"email": "rita@reef.example", "email_for": "everybody"}
            rita.ask("PUT", "api/me/channels", json=mail).raise_for_status()
            yield hub


@pytest.fixture
def ahead(managed):
    """From now on, the service has a day that is so many days ahead; it stays ahead."""

    def go(days: int) -> datetime:
        file = managed.folder / "days-ahead"
        if file.exists() and file.read_text() == str(days):
            return datetime.now(timezone.utc) + timedelta(days=days)
        file.write_text(str(days))
        managed.wait_until_accounts_are_read()
        managed.wait_until_read()
        return datetime.now(timezone.utc) + timedelta(days=days)

    return go


def words(hub: Managed) -> dict[str, str]:
    """What stands for a login of today, in each way in which it is written."""
    today = datetime.now(timezone.utc)
    logins = {"login": "logins", "login or check": "logins and checks"}
    return {
        "login": hub.login,
        "logins": logins[hub.login],
        "team": hub.team,
        "today": day(today),
        "iso": f"{today:%Y-%m-%dT}",
        "basic": f"{today:%Y%m%dT}",
    }


def text_of(hub: Managed, place: Place) -> str:
    """What is said there, in one line."""
    if place.path.startswith(("api", "exports")) and place.path != "exports/print":
        reply = Person(hub, place.who).get(place.path)
        reply.raise_for_status()
        is_json = reply.headers["Content-Type"].startswith("application/json")
        return json.dumps(reply.json()) if is_json else reply.text.replace("\r\n", "\n")
    return read(hub, place.who, place.path)


def holders(hub: Managed, role: str = ADMINISTRATOR) -> dict[str, dict]:
    found = Person(hub, "rita").get(f"api/roles/{role}").json()["holders"]
    return {each["name"]: each for each in found}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.path or "my responsibilities")
def test_no_place_has_the_time_of_the_reading(managed, ahead, place):
    """Each says as of which login, and none as of when the service last asked."""
    later = ahead(AHEAD)
    text = " ".join(text_of(managed, place).split())
    assert place.says.format(**words(managed)) in text, text
    rest = re.sub(place.beside, "", text)
    for written in (day(later), f"{later:%Y-%m-%d}", f"{later:%Y%m%dT}"):
        assert written not in rest, rest


def command(hub: Managed, *words: str, name: str = "rita") -> tuple[int, str]:
    """What a command says about the hub, and how it ends."""
    listed = {"id": "reef", "url": hub.page(), "token_variable": "JUPYTERHUB_API_TOKEN"}
    (hub.folder / "hubs.yaml").write_text(yaml.safe_dump({"hubs": [listed]}))
    token = Person(hub, name).headers["Authorization"].removeprefix("token ")
    done = subprocess.run(
        [sys.executable, "-m", "jupyterhub_responsibility", *words],
        cwd=hub.folder, env={**os.environ, "JUPYTERHUB_API_TOKEN": token},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


COMMANDS = (
    Place("fleet holders hubs.yaml --format csv", ",{iso}"),
    Place("fleet holders hubs.yaml --format json", '"as_of": "{iso}'),
    Place("fleet holders hubs.yaml --format html", "a {login} no later than {iso_day}"),
    Place("coverage {page}", "Holders as of each holder's last {login}"),
)


@pytest.mark.parametrize("place", COMMANDS, ids=lambda place: place.path)
def test_no_command_has_the_time_of_the_reading(managed, ahead, place):
    """On one hub or several."""
    later = ahead(AHEAD)
    asked = place.path.format(page=managed.page()).split()
    text = command(managed, *asked)[1]
    iso_day = words(managed)["iso"].rstrip("T")
    assert place.says.format(**words(managed), iso_day=iso_day) in text, text
    beside = rf"{MADE}|what accounts may do: as of \S*|Noticed on \S*|Asked on [^:]*:"
    assert f"{later:%Y-%m-%d}" not in re.sub(beside, "", text), text
    assert day(later) not in re.sub(beside, "", text), text


def test_metrics_age_no_holder(managed, ahead):
    """They say how old the reading is, and that this isn't the age of what logins told."""
    ahead(AHEAD)
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    text = managed.visit("rita").get(managed.page("metrics"), headers=headers, timeout=30).text
    help_of = r"HELP responsibility_roster_age_seconds .*own age is that of their last login"
    assert re.search(help_of, text)
    assert f'responsibility_holders{{role="{ADMINISTRATOR}"}} 2.0' in text
    assert f'responsibility_holders_unchecked{{role="{ADMINISTRATOR}"}} 0.0' in text


def test_whoever_was_not_seen_for_long_could_not_be_checked(managed, ahead):
    """On every page, in every figure; questions go to somebody else, and say why."""
    today = words(managed)["today"]
    ahead(100)
    hanna = holders(managed)["hanna"]
    assert hanna["unseen_since"] <= hanna["as_of"]
    why = "It could not be checked whether"
    coverage = Person(managed, "rita").get("api/coverage").json()
    gaps = {gap["about"]: gap for gap in coverage["gaps"] if gap["kind"] == "role-unchecked"}
    assert why in gaps[ADMINISTRATOR]["text"]
    assert f"seen on the hub since {today}" in gaps[ADMINISTRATOR]["text"]
    assert {each["state"] for each in coverage["responsibilities"]} >= {"unchecked"}
    assert "could not be checked." in coverage["summary"]
    (answer,) = (
        Person(managed, "rita")
        .get("api/contacts", params={"q": "Hub administrators"})
        .json()["answers"][:1]
    )
    assert answer["because"].startswith(why)
    assert "could not be checked" in read(managed, "rita", "admin")
    page = read(managed, "uwe", f"roles/{ADMINISTRATOR}")
    assert f"Not seen since {today}: it could not be checked whether they still hold it" in page
    assert why in read(managed, "uwe", "contacts?q=Hub+administrators")
    assert "could not be checked" in read(managed, "rita", "exports/print")
    status, said = command(managed, "coverage", managed.page())
    assert (status, why in said) == (1, True)
    listed = json.loads(command(managed, "fleet", "holders", "hubs.yaml", "--format", "json")[1])
    assert not listed["certain"]
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    text = managed.visit("rita").get(managed.page("metrics"), headers=headers, timeout=30).text
    assert f'responsibility_holders_unchecked{{role="{ADMINISTRATOR}"}} 2.0' in text
    assert f'responsibility_holders{{role="{ADMINISTRATOR}"}}' not in text


def test_a_change_is_there_with_the_login_and_not_before(managed):
    """Until then, every statement is as of the login before; its own is no younger than itself."""
    (managed.folder / "days-ahead").unlink(missing_ok=True)  # it is today again
    managed.wait_for(lambda: managed.health()["roster"]["age_seconds"] >= 0)
    managed.wait_until_read()
    began = managed.health()["ledger"]["number"]
    before = holders(managed)["hanna"]["as_of"]
    managed.put(uwe={managed.admins}, hanna=set())
    managed.wait_until_read()
    assert holders(managed)["hanna"]["as_of"] == before
    assert "uwe" not in holders(managed)
    told = datetime.now(timezone.utc)
    for name in ("uwe", "hanna"):
        read(managed, name)
    login = datetime.now(timezone.utc)
    managed.wait_for(lambda: holders(managed).keys() == {"rita", "uwe"})

    def seen() -> datetime:
        said = holders(managed)["uwe"]["as_of"]
        return datetime.fromisoformat(said) if said else datetime.min.replace(tzinfo=timezone.utc)

    managed.wait_for(lambda: seen() >= told - timedelta(seconds=1))  # with the next reading
    assert seen() <= login + timedelta(seconds=30)
    assert members(managed, managed.admins) == {"rita", "uwe"}
    managed.wait_for(lambda: len(entries(managed, began)) >= 2)
    then = (
        Person(managed, "root")
        .get(f"api/roles/{ADMINISTRATOR}", params={"at": datetime.now(timezone.utc).isoformat()})
        .json()
    )
    assert not then["certain"]
    assert all(group["at_login"] for group in then["groups"])
    says = {each["user"]: each["says"] for each in then["holders"]}
    assert "the hub learned" in says["uwe"]
    assert "joined outside this page" not in str(then)
    managed.put(uwe=set(), hanna={managed.admins})
    for name in ("uwe", "hanna"):
        read(managed, name)
    managed.wait_for(lambda: holders(managed).keys() == {"hanna", "rita"})


@pytest.mark.parametrize("kind", [Checking, OpenID], ids=["checks", "does not"])
def test_where_the_hub_checks_a_change_is_there_without_a_login(kind, tmp_path):
    """As soon as the person uses the hub; elsewhere, that tells nothing new."""
    with kind.made(tmp_path) as hub:
        hub.put(hanna={hub.admins}, rita=set(), uwe=set(), root=set())
        with hub:
            hanna = hub.visit("hanna")
            assert hanna.get(hub.page(), timeout=30).ok
            hub.put(hanna=set())
            hub.wait_until_read()
            assert members(hub, hub.admins) == {"hanna"}
            time.sleep(1)  # so long the hub goes on believing what it was told
            assert hanna.get(hub.hub_url("home"), timeout=30).ok
            checked = members(hub, hub.admins) == set()
            assert checked == (kind is Checking)
            page = read(hub, "rita", f"roles/{ADMINISTRATOR}")
            assert ("or while they use the hub" in page) == checked
