"""People who act: by the API with hub tokens, and by forms in a browser."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import yaml
from bs4 import BeautifulSoup

from ..realhub import RealHub

ADMINISTRATOR, REPRESENTATIVE = "hub-administrator", "community-representative"
GUIDE, ENGINEER = "community-guide", "site-reliability-engineer"

ROLE_OF = {
    "hub-admins": ADMINISTRATOR,
    "community-reps": REPRESENTATIVE,
    "guides": GUIDE,
    "guides/pt": GUIDE,
}
GROUPS = tuple(ROLE_OF)

DECLARATION = {
    "community": {"name": "Reef Lab", "url": "https://reef.example"},
    "provider": {"name": "Cloud Crew", "url": "https://crew.example", "staff": ["kim"]},
    "roles": {
        ADMINISTRATOR: {"groups": ["hub-admins"]},
        REPRESENTATIVE: {"groups": ["community-reps"]},
        GUIDE: {
            "groups": ["guides", "guides/pt"],
            "holders": {"min": 0, "max": 3},
            "appointed_by": [REPRESENTATIVE],
        },
        ENGINEER: {"people": [{"name": "Sam of Cloud Crew"}]},
    },
    "contacts": [
        {"id": "help", "name": "Help", "for": ["everyone"], "url": "https://reef.example/help"}
    ],
}
"""Somebody for each rule: a role with room, one that may be full, one with several groups."""

QUICK = (
    "--Settings.roster_seconds=1",
    "--Settings.identity_seconds=60",  # so that a change which relied on it would be seen
    "--Settings.settle_seconds=1",
    "--Settings.declaration_seconds=0.3",
)


class Person:
    """Somebody with a hub token, who uses the API."""

    def __init__(self, hub: RealHub, name: str) -> None:
        self.hub, self.name = hub, name
        self.headers = {"Authorization": f"token {hub.token_for(name)}"}

    def ask(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {**self.headers, **kwargs.pop("headers", {})}
        url = self.hub.page(path)
        return requests.request(method, url, headers=headers, timeout=30, **kwargs)

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return self.ask("GET", path, **kwargs)

    def appoint(self, role: str, person: str, seen: str = "", **body: Any) -> requests.Response:
        headers = {"If-Match": seen} if seen else {}
        path = f"api/roles/{role}/holders/{quote(person, safe='')}"
        return self.ask("PUT", path, json=body, headers=headers)

    def change_day(self, role: str, person: str, *until: str | None) -> requests.Response:
        path = f"api/roles/{role}/holders/{quote(person, safe='')}"
        return self.ask("PATCH", path, json={"until": until[0]} if until else {})

    def withdraw(self, role: str, person: str, seen: str = "", **query: Any) -> requests.Response:
        headers = {"If-Match": seen} if seen else {}
        path = f"api/roles/{role}/holders/{quote(person, safe='')}"
        return self.ask("DELETE", path, params=query, headers=headers)

    def raw(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """A path exactly as it stands, which other clients and the proxy would tidy up."""
        address = urlsplit(self.hub.page())
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.service_port, timeout=30)
        connection.request(method, address.path + path, body, {**self.headers, **headers})
        reply = connection.getresponse()
        found = reply.status, reply.read()
        connection.close()
        return found


class Browser:
    """Somebody in front of a browser without scripts, who fills in forms."""

    def __init__(self, hub: RealHub, name: str) -> None:
        self.hub, self.name = hub, name
        self.session = hub.visit(name)
        self.session.headers["Sec-Fetch-Site"] = "same-origin"

    def read(self, path: str = "") -> BeautifulSoup:
        reply = self.session.get(self.hub.page(path), timeout=30)
        reply.raise_for_status()
        return BeautifulSoup(reply.text, "html.parser")

    def submit(
        self, path: str, fields: dict[str, str], press: str = "", **typed: str
    ) -> requests.Response:
        """Fill in and send the form that has these fields as they are, as a browser does.

        `press` is the value of the button, where the form has several.
        """
        form = form_with(self.read(path), fields)
        assert typed.keys() <= values(form).keys()
        data = {**values(form), **{name: crlf(value) for name, value in typed.items()}}
        if press:
            button = form.find("button", value=press)
            data[button["name"]] = press
        address = self.hub.origin + form["action"]
        return self.session.post(address, data=data, timeout=30)


def form_with(page: BeautifulSoup, fields: dict[str, str]) -> Any:
    """The form of a page that has these fields as they are."""
    forms = page.find_all("form", method="post")
    return next(form for form in forms if fields.items() <= values(form).items())


def later(days: int) -> str:
    """The day so many days from now, as it is sent."""
    return (datetime.now(timezone.utc).date() + timedelta(days=days)).isoformat()


def standing(hub: RealHub, name: str) -> str:
    """What the page of the role says of how a Hub Administrator holds it."""
    page = Browser(hub, "rita").read(f"roles/{ADMINISTRATOR}")
    names = page.select_one(".rsp-holder").parent
    row = names.find("bdi", string=name).find_next("div", class_="rsp-how")
    return " ".join(row.text.split())


def confirm(hub: RealHub, name: str) -> None:
    """A Hub Administrator confirms their duties, as they read them."""
    mine = Person(hub, name).get("api/me").json()["roles"][0]
    body = {"role": ADMINISTRATOR, "duties_digest": mine["confirmation"]["duties_digest"]}
    Person(hub, name).ask("POST", "api/confirmations", json=body).raise_for_status()


def plain(sentence: str) -> str:
    """A sentence without the marks that isolate names."""
    return sentence.translate(dict.fromkeys(map(ord, "\u2068\u2069")))


def values(form: Any) -> dict[str, str]:
    """What a form sends if nothing is typed; of several fields of one name, the last."""
    found = {
        field["name"]: crlf(field.get("value", ""))
        for field in form.find_all("input")
        if field.get("type") != "checkbox" or field.has_attr("checked")
    }
    found |= {  # a line break right at the start is not part of it (HTML)
        field["name"]: crlf(field.text.removeprefix("\n")) for field in form.find_all("textarea")
    }
    return found | {field["name"]: "" for field in form.find_all("select")}


def diff(hub: RealHub, declaration: dict, token: str, *more: str) -> CompletedProcess[str]:
    """What would become different by another declaration."""
    file = hub.folder / "planned.yaml"
    file.write_text(yaml.safe_dump(declaration))
    command = [sys.executable, "-m", "jupyterhub_responsibility", "diff", str(file)]
    return subprocess.run(
        [*command, "--url", hub.page(), *more],
        env={"JUPYTERHUB_API_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
    )


def crlf(text: str) -> str:
    """Line breaks as browsers send them, whatever they were on the page."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def said(reply: requests.Response) -> str:
    """What a page says about what was just done, or about why it was not."""
    html = BeautifulSoup(reply.text, "html.parser")
    found = html.select(".rsp-notice[role=status], .rsp-notice[role=alert]")
    return " ".join(" ".join(each.text.split()) for each in found)


def code(reply: requests.Response) -> str:
    """The code of an error, which has the one shape that errors have."""
    error = reply.json()["error"]
    assert set(reply.json()) == {"error"}
    assert set(error) == {"status", "code", "message"}
    assert error["status"] == reply.status_code
    assert error["message"].strip()
    return str(error["code"])


def entries(hub: RealHub, after: int = 0) -> list[dict[str, Any]]:
    """The ledger after an entry, oldest first, as a JupyterHub admin exports it."""
    if not hasattr(hub, "reader"):
        hub.reader = Person(hub, "root")
    reply = hub.reader.get("api/ledger", params={"format": "jsonl"})
    reply.raise_for_status()
    found = [json.loads(line) for line in reply.text.splitlines()]
    return sorted((each for each in found if each["number"] > after), key=lambda e: e["number"])


def told(hub: RealHub, *about: str) -> list[str]:
    """The newest entries as people read them, oldest first; those about some accounts."""
    found = Person(hub, "root").get("api/ledger").json()["entries"]
    return [plain(each["says"]) for each in reversed(found) if not about or each["user"] in about]


def deeds(hub: RealHub, after: int) -> list[tuple[str, ...]]:
    """The same without what was observed: event, actor, person, result or verdict."""
    return [
        (each["event"], each["actor"], each["person"], _result(each))
        for each in entries(hub, after)
        if each["event"] != "observation"
    ]


def _result(entry: dict[str, Any]) -> str:
    return str(entry["details"].get("result") or entry["details"].get("verdict", ""))


def members(hub: RealHub, group: str) -> set[str]:
    """Who is in a group, as the hub says."""
    reply = hub.api("GET", f"groups/{quote(group, safe='')}")
    reply.raise_for_status()
    return set(reply.json()["users"])


def set_members(hub: RealHub, **groups: set[str]) -> None:
    """Let groups have exactly these members, and wait until the service knows."""
    changed = False
    for group, wanted in groups.items():
        path = f"groups/{quote(group, safe='')}/users"
        there = members(hub, group)
        for method, names in (("POST", wanted - there), ("DELETE", there - wanted)):
            if names:
                hub.api(method, path, json={"users": sorted(names)}).raise_for_status()
                changed = True
    if changed:
        hub.wait_until_read()


def arrange(hub: RealHub, **groups: set[str]) -> None:
    """The same, faster, by this service: it is recorded, and the service knows at once."""
    if not hasattr(hub, "arranger"):
        hub.arranger = Person(hub, "root")
    for group, wanted in groups.items():
        role = ROLE_OF[group]
        for name in members(hub, group) - wanted:
            hub.arranger.withdraw(role, name, group=group).raise_for_status()
    for group, wanted in groups.items():
        for name in wanted - members(hub, group):
            hub.arranger.appoint(ROLE_OF[group], name, group=group).raise_for_status()

    def known() -> bool:
        told = hub.arranger.get("api/roles").json()["roles"]
        holders = {(role["id"], h["name"]) for role in told for h in role["holders"]
                   if h["kind"] == "account" and set(role["groups"]) & set(groups)}  # fmt: skip
        return {(ROLE_OF[group], name) for group in groups for name in groups[group]} == holders

    if set(groups) >= set(GROUPS):
        hub.wait_for(known)


def settled(hub: RealHub) -> int:
    """The last entry of the ledger, once everything that was observed is in it."""
    hub.wait_until_read()
    return int(hub.health()["ledger"]["number"])
