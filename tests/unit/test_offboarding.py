"""What somebody who leaves still has on a hub, what ends it, and what could not be seen."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest

from jupyterhub_responsibility.declaration.hubs import Hub
from jupyterhub_responsibility.exports.fleet import Told, said_of_roles
from jupyterhub_responsibility.exports.offboarding import (
    Leaver,
    Left,
    Seen,
    as_data,
    as_text,
    farewell,
)

from ..horrors import NAMES

REEF = Hub("reef", "https://reef.example/services/responsibilities/", "REEF_TOKEN")
PAGE, API = REEF.page, "https://reef.example/hub/api/"
HANNA = Leaver("hanna")
PLAIN = {"admin": False, "roles": ["user"], "groups": []}


def roles(*holders: dict[str, Any], known: bool = True, trouble: str | None = None) -> Any:
    role = {"id": "hub-administrator", "title": "Hub Administrator", "groups": ["hub-admins"],
            "holders": list(holders), "known": known}  # fmt: skip
    return said_of_roles({"roles": [role], "as_of": None, "trouble": trouble})


def account(name: str, *groups: str) -> dict[str, Any]:
    return {"name": name, "kind": "account", "groups": list(groups), "as_of": None}


NOTHING = Seen(roles(account("kim", "hub-admins")), [], PLAIN)


def left(leaver: Leaver = HANNA, **seen: Any) -> list[Left]:
    return list(farewell(Told(REEF, replace(NOTHING, **seen)), leaver).left)


def curl(method: str, address: str, body: str = "") -> str:
    sent = f"-d '{body}' " if body else ""
    return f'curl --fail -X {method} -H "Authorization: token $REEF_TOKEN" {sent}{address}'


ADMIN = {**PLAIN, "admin": True, "roles": ["user", "admin"]}
REQUEST = {"number": 9, "by": "hanna", "user": "hanna", "role": "guide"}
CONTACT = {"id": "desk", "name": "Desk", "email": "hanna@reef.example"}
PERSON = {"name": "Hanna", "kind": "person", "groups": [], "as_of": None}
HOLDS = curl("DELETE", f"{PAGE}api/roles/hub-administrator/holders/hanna")
EDIT = "In the declaration, take {} out of {}; restart the hub if it is no file"
EDIT_AT_START = "In the declaration, take {} out of {}, and restart the hub"

# what was seen → kind, what it is about, what ends it
THINGS: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "a role": (
        {"roles": roles(account("hanna", "hub-admins"))},
        ("role", "hub-administrator", HOLDS),
    ),
    "a role that the service has not read yet": (
        {"account": {**PLAIN, "groups": ["hub-admins"]}},
        ("role", "hub-administrator", HOLDS),
    ),
    "being a JupyterHub admin": (
        {"account": ADMIN},
        ("power", "admin", curl("PATCH", f"{API}users/hanna", '{"admin": false}')),
    ),
    "the hub's role admin": (
        {"account": {**PLAIN, "roles": ["user", "admin"]}},
        ("power", "admin", curl("DELETE", f"{API}users/hanna")),
    ),
    "a role of the hub": (
        {"account": {**PLAIN, "roles": ["user", "watcher"]}},
        ("power", "watcher", curl("DELETE", f"{API}users/hanna")),
    ),
    "a group with power": (
        {"group_roles": {"a/b": ["admin"]}},
        ("power", "a/b", curl("DELETE", f"{API}groups/a%2Fb/users", '{"users": ["hanna"]}')),
    ),
    "a request": (
        {"requests": [REQUEST]},
        ("request", "9", curl("POST", f"{PAGE}api/requests/9", '{"verdict": "declined"}')),
    ),
    "a request for them": (
        {"requests": [{**REQUEST, "by": "kim"}]},
        ("request", "9", curl("POST", f"{PAGE}api/requests/9", '{"verdict": "declined"}')),
    ),
    "a request for somebody else": (
        {"requests": [{**REQUEST, "user": "kim"}]},
        ("request", "9", curl("POST", f"{PAGE}api/requests/9", '{"verdict": "declined"}')),
    ),
    "a contact by its address": (
        {"contacts": [CONTACT]},
        ("contact", "desk", EDIT.format("the contact with the id desk", "contacts")),
    ),
    "a contact by its name": (
        {"contacts": [{"id": "desk", "name": "HANNA"}]},
        ("contact", "desk", EDIT.format("the contact with the id desk", "contacts")),
    ),
    "a person": (
        {"roles": roles(PERSON)},
        ("person", "hub-administrator", EDIT.format("Hanna", "roles.hub-administrator.people")),
    ),
    "the staff": (
        {"declared": {"provider": {"staff": ["kim", "hanna"]}}},
        ("staff", "", EDIT.format("hanna", "provider.staff")),
    ),
    "the first holders": (
        {"declared": {"roles": {"guide": {"initial": ["hanna"]}}}},
        ("initial", "guide", EDIT_AT_START.format("hanna", "roles.guide.initial")),
    ),
}


@pytest.mark.parametrize("what", THINGS)
def test_what_is_left(what):
    """Each thing is found alone, with the one command or edit that ends it."""
    seen, expected = THINGS[what]
    (found,) = left(**seen)
    assert (found.kind, found.about, found.end) == expected
    assert left(Leaver("uwe"), **seen) == [] or what in (
        "being a JupyterHub admin", "the hub's role admin", "a role of the hub",
        "a group with power", "a role that the service has not read yet",
    )  # fmt: skip  # those were asked about the one account


def test_what_is_not_power():
    """What every account has, groups without roles, and other people's things are not theirs."""
    assert left() == []
    assert left(group_roles={"readers": []}) == []
    assert left(contacts=[{"id": "desk", "name": "Hannah", "email": "johanna@reef.example"}]) == []
    assert left(Leaver("kim"), requests=[REQUEST]) != []  # kim holds a role
    assert left(Leaver("Hanna"), requests=[REQUEST]) == []  # accounts have one spelling


def test_what_else_they_are_called():
    """Names and addresses by which somebody is known find the contacts that the account can't."""
    contact = {"id": "desk", "name": "H. Reed", "email": "reed@reef.example"}
    assert left(contacts=[contact]) == []
    for known_as in ("h. reed", "reed@reef.example", "REED"):
        assert left(Leaver("hanna", frozenset({known_as})), contacts=[contact])


def test_a_hub_that_could_not_be_asked():
    """Nothing is said to be gone where nothing was seen."""
    found = farewell(Told(REEF, None, "no answer in time"), HANNA)
    assert (found.left, found.unseen) == ((), ("everything: no answer in time",))
    text = as_text([found], HANNA)
    assert "unknown: everything: no answer in time" in text
    assert "nothing" not in text
    assert "on 1, not everything could be seen" in text


def test_what_could_not_be_seen():
    """Beside what is left, each hub says what is not known there, and why."""
    seen = replace(
        NOTHING, roles=roles(known=False, trouble="The hub is down"), unseen=("requests: no",)
    )
    found = farewell(Told(REEF, seen), HANNA)
    assert found.unseen == ("requests: no", "who holds Hub Administrator: The hub is down")


def test_a_name_that_may_be_mistyped():
    """Where no hub has such an account, that is said; and nowhere else."""
    absent = replace(NOTHING, account={"admin": False, "roles": [], "groups": []})
    said = {
        "absent": as_text([farewell(Told(REEF, absent), HANNA)], HANNA),
        "there": as_text([farewell(Told(REEF, NOTHING), HANNA)], HANNA),
        "unseen": as_text([farewell(Told(REEF, None, "no"), HANNA)], HANNA),
    }
    assert [k for k, text in said.items() if "has an account of this name" in text] == ["absent"]


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n and "\ud800" not in n and "\udfff" not in n]
)
def test_names_of_horror(name):
    """Whatever they and their groups are called, a command has them as one word, and ends them."""
    leaver = Leaver(name)
    seen = replace(
        NOTHING,
        roles=roles(account(name, name), {**PERSON, "name": name}),
        account=ADMIN,
        group_roles={name: [name]},
        requests=[{"number": 9, "by": name, "user": "kim", "role": name}],
        contacts=[{"id": "desk", "name": name}],
        declared={"provider": {"staff": [name]}, "roles": {name: {"initial": [name]}}},
    )
    found = farewell(Told(REEF, seen), leaver)
    assert {each.kind for each in found.left} == {
        "role", "power", "request", "contact", "person", "staff", "initial"
    }  # fmt: skip
    for each in found.left:
        if each.end.startswith("curl"):
            words = shlex.split(each.end)
            assert words[-1].startswith("https://reef.example/")
            assert len(words) in (7, 9)
            if each.about == name and each.kind == "power":
                assert json.loads(words[7]) == {"users": [name]}
        assert "$(" not in each.end
    text = as_text([found], leaver)
    assert all(line.isprintable() for line in text.splitlines())
    assert json.loads(json.dumps(as_data([found], leaver)))["user"] == name
