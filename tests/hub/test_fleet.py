"""Real hubs asked together: who holds which role, and what somebody who leaves still has."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from ..docs.reading import blocks
from ..realhub import ADMIN_TOKEN, DECLARATION, RealHub
from .acting import ADMINISTRATOR, REPRESENTATIVE, Person

PAGE = "access:services!service=responsibilities"
POWER = [PAGE, "read:users", "read:roles:groups"]
"""The least with which everything is seen, with an account of a JupyterHub admin."""

LIST_KEEPER = "token-of-the-list-keeper-0123456789"
(SERVICE,) = (each.text for each in blocks("python") if each.heading == "The list of hubs")
CONFIG = f"""
import os
os.environ["LIST_TOKEN"] = "{LIST_KEEPER}"
{SERVICE}
c.JupyterHub.load_groups.update({{"wardens": {{"users": []}}}})
c.JupyterHub.load_roles.append(
    {{"name": "warden", "scopes": ["read:users"], "groups": ["wardens"]}}
)
"""
"""The docs' own service that lists holders, and a group with power that stands for no role."""
LEAVING = {
    **DECLARATION,
    "provider": {**DECLARATION["provider"], "staff": ["hanna"]},
    "roles": {
        **DECLARATION["roles"],
        ADMINISTRATOR: {"groups": ["hub-admins"], "initial": ["hanna"]},
    },
    "contacts": [
        *DECLARATION["contacts"],
        {"id": "fix", "name": "Fix", "for": ["operator"], "email": "hanna@reef.example"},
    ],
}


@pytest.fixture(scope="module")
def reef(tmp_path_factory):
    """A hub on which hanna has everything that there is to have."""
    folder = tmp_path_factory.mktemp("reef")
    with RealHub(folder, LEAVING, config=CONFIG) as running:
        yield running.with_holders()


class Fleet:
    """Two hubs: reef, and one that is down. `ask` runs a command about both."""

    def __init__(self, hub: RealHub, folder: Path) -> None:
        self.hub, self.folder = hub, folder

    def ask(self, *words: str, token: str, alone: bool = True) -> tuple[int, str, str]:
        down = {"id": "down", "url": "http://127.0.0.1:1", "token_variable": "REEF_TOKEN"}
        reef = {"id": "reef", "url": self.hub.hub_url("home"), "token_variable": "REEF_TOKEN"}
        hubs = [reef] if alone else [reef, down]
        (self.folder / "hubs.yaml").write_text(yaml.safe_dump({"hubs": hubs}))
        done = subprocess.run(
            [sys.executable, "-m", "jupyterhub_responsibility", "fleet", *words],
            cwd=self.folder,
            env={**os.environ, "REEF_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert token not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def left(self, name: str, token: str, *words: str) -> tuple[int, list[Any], list[str]]:
        """What is left of somebody on reef, and what could not be seen."""
        status, said, _ = self.ask("offboard", name, "--format", "json", *words, token=token)
        (hub,) = json.loads(said)["hubs"]
        return status, hub["left"], hub["unseen"]


@pytest.fixture
def fleet(reef, tmp_path) -> Fleet:
    return Fleet(reef, tmp_path)


@pytest.mark.parametrize("whose", ["uwe", "a service"])
def test_the_least_token_lists_holders(fleet, reef, whose):
    """The scope of the page is enough, for somebody without a role and for a service."""
    token = reef.token_for("uwe", [PAGE]) if whose == "uwe" else LIST_KEEPER
    status, said, trouble = fleet.ask("holders", token=token)
    assert (status, trouble) == (0, "")
    rows = list(csv.DictReader(io.StringIO(said.removeprefix("\ufeff"))))
    held = {(row["role"], row["name"], row["kind"], row["through"], row["email"]) for row in rows}
    assert {
        (ADMINISTRATOR, "hanna", "account", "hub-admins", ""),
        (REPRESENTATIVE, "rita", "account", "community-reps", ""),
        (REPRESENTATIVE, "Professor Marlow", "person", "declaration", "marlow@reef.example"),
        ("site-reliability-engineer", "", "nobody", "", ""),
    } <= held
    assert len({row["id"] for row in rows}) == len(rows)


def test_an_unchanged_hub_is_the_same_until_somebody_is_appointed(fleet, reef):
    """Read again later, nothing but the times differs; an appointment changes the etag."""
    token = reef.token_for("uwe", [PAGE])

    def told() -> dict[str, Any]:
        return json.loads(fleet.ask("holders", "--format", "json", token=token)[1])

    def later() -> dict[str, Any] | None:
        now = told()
        return now if now["hubs"][0]["as_of"] > before["hubs"][0]["as_of"] else None

    before = told()
    assert reef.wait_for(later)["etag"] == before["etag"]
    Person(reef, "root").appoint(ADMINISTRATOR, "uwe").raise_for_status()
    reef.wait_until_read()
    changed = told()
    assert changed["etag"] != before["etag"]
    ids = [{row["id"] for row in each["holders"]} for each in (before, changed)]
    assert len(ids[1] - ids[0]) == 1
    assert ids[0] <= ids[1]
    Person(reef, "root").withdraw(ADMINISTRATOR, "uwe").raise_for_status()
    reef.wait_until_read()
    assert told()["etag"] == before["etag"]


def test_a_hub_that_is_down_is_unknown_in_every_format(fleet, reef):
    """Beside one that tells, it is there as unknown, with the reason; the status says so, too."""
    token = reef.token_for("uwe", [PAGE])
    for kind in ("csv", "json", "html", "mailto"):
        words = ("holders", "--role", REPRESENTATIVE, "--format", kind)
        status, said, trouble = fleet.ask(*words, token=token, alone=False)
        assert status == 2
        assert "down: unknown: nothing answers at this address" in trouble
        assert ("nothing answers at this address" in said) == (kind != "mailto")
    assert said == "mailto:?bcc=marlow@reef.example\n"
    assert "reef: rita (Community Representative): the hub tells no email address" in trouble


def test_contacts_of_a_role_are_written_to(fleet, reef):
    """Where holders are accounts, a contact that is declared for the role reaches them."""
    token = reef.token_for("uwe", [PAGE])
    words = ("holders", "--role", ADMINISTRATOR, "--format", "mailto")
    assert fleet.ask(*words, token=token) == (0, "mailto:?bcc=hub-admins@reef.example\n", "")


def test_a_token_that_is_not_valid(fleet):
    """Its hub is unknown, and not one without holders."""
    status, said, _ = fleet.ask("holders", token="nonsense")
    assert status == 2
    assert 'unknown,,,,"the token is not valid there' in said


def test_another_service_of_the_hub_is_not_ours(fleet, reef):
    """An address where the hub sends people elsewhere is followed by no token."""
    listed = {"id": "a", "url": reef.origin + "/services/other", "token_variable": "T"}
    (fleet.folder / "other.yaml").write_text(yaml.safe_dump({"hubs": [listed]}))
    done = subprocess.run(
        [sys.executable, "-m", "jupyterhub_responsibility", "fleet", "holders", "other.yaml"],
        cwd=fleet.folder, env={**os.environ, "T": "x"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"leads elsewhere, to {reef.origin}/hub/services/other" in done.stderr


# offboard


def test_somebody_who_leaves(fleet, reef):
    """All that hanna has is found with the least token; each command ends it, and at last no power,
    role or request is left, and no account besides is touched."""
    token = reef.token_for("root", POWER)
    reef.api("PATCH", "users/hanna", json={"admin": True}).raise_for_status()
    reef.put_in_group("wardens", "hanna")
    ask = {"role": REPRESENTATIVE, "user": "hanna"}
    Person(reef, "rita").ask("POST", "api/requests", json=ask).raise_for_status()

    status, left, unseen = fleet.left("hanna", token)
    assert (status, unseen) == (1, [])
    assert [(each["kind"], each["about"]) for each in left] == [
        ("role", ADMINISTRATOR),
        ("power", "admin"),
        ("power", "wardens"),
        ("request", left[3]["about"]),
        ("contact", "fix"),
        ("staff", ""),
        ("initial", ADMINISTRATOR),
    ]
    for each in left:
        if each["end"].startswith("curl"):
            done = subprocess.run(
                ["bash", "-c", each["end"]],
                env={**os.environ, "REEF_TOKEN": reef.token_for("root")},
                capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode == 0, (each, done.stdout, done.stderr)
        else:
            assert each["end"].startswith("In the declaration, take ")
    reef.wait_until_read()

    status, left, unseen = fleet.left("hanna", token)
    assert (status, unseen) == (1, [])
    assert [each["kind"] for each in left] == ["contact", "staff", "initial"]
    rita = {each["kind"] for each in fleet.left("rita", token)[1]}
    assert rita == {"role"}
    reef.put_in_group("hub-admins", "hanna")


def test_nobody_has_nothing(fleet, reef):
    """Of an account that isn't there, nothing is left, and that it isn't there is said."""
    token = reef.token_for("root", POWER)
    status, said, _ = fleet.ask("offboard", "Hanna Reed", token=token)
    assert status == 0
    assert "no hub that could say so has an account of this name" in said
    assert fleet.ask("offboard", "uwe", token=token)[0] == 0


UNSEEN = {
    "somebody without a role": (
        "uwe",
        [PAGE],
        ["what the hub lets them do: the token needs the scope read:users",
         "requests: the token must be that of a JupyterHub admin",
         "staff and first holders: the token must be that of somebody who can open the panel"],
    ),
    "an admin who may only open the page": (
        "root", [PAGE], ["what the hub lets them do: the token needs the scope read:users"],
    ),
    "an admin who can't see roles of groups": (
        "root", POWER[:2], ["the group wardens: the token needs the scope read:roles:groups"],
    ),
    "an admin who sees names only": (
        "root", [PAGE, "read:users:name"],
        ["what the hub lets them do: the token needs the scope read:users"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", UNSEEN)
def test_what_a_token_cannot_see_is_unknown(fleet, reef, who):
    """With less than the least, what could not be seen is said, with what it takes."""
    name, scopes, expected = UNSEEN[who]
    reef.put_in_group("wardens", "hanna")
    status, left, unseen = fleet.left("hanna", reef.token_for(name, scopes))
    assert (status, unseen) == (2, expected)
    assert ("role", ADMINISTRATOR) in [(each["kind"], each["about"]) for each in left]


def test_a_service_sees_holders_alone(fleet, reef):
    """The token of a service that may do everything on the hub still can't see every request."""
    status, _, unseen = fleet.left("hanna", ADMIN_TOKEN)
    assert status == 2
    assert "requests: the token must be that of a JupyterHub admin" in unseen
    assert requests.get(reef.page("healthz"), timeout=10).ok
