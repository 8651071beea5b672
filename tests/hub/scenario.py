"""Changes that reach a hub in other ways than through this service, and what is said after each.

`play` makes them one after the other on real hubs. After each, it asks until the panel, the
pages of the roles and the API say what the oracle says, and notes how long that took. Whatever
is said in between has to have been true before the change, or be true after it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import requests
from bs4 import BeautifulSoup

from ..realhub import CLOSED, RealHub
from ..versions import EDITS_MANAGED_GROUPS
from .oracle import Holding, Oracle, Statement, Truth

WITHIN = 60
"""Seconds in which a change is to be seen."""

AS_SHIPPED = 40
"""Seconds in which a service as it ships looks at everything again."""

PAUSE = 0.2
"""Seconds between two questions."""

DATABASE = "jupyterhub.sqlite"

ISOLATES = dict.fromkeys((0x2068, 0x2069))

ADMINISTRATOR, REPRESENTATIVE = "hub-administrator", "community-representative"
GUIDE, ENGINEER = "community-guide", "site-reliability-engineer"

DECLARATION: dict[str, Any] = {
    "community": {"name": "Reef Lab", "url": "https://reef.example"},
    "provider": {"name": "Cloud Crew", "url": "https://crew.example", "staff": ["kim"]},
    "roles": {
        ADMINISTRATOR: {"groups": ["hub-admins", "assistants"]},
        REPRESENTATIVE: {"groups": ["community-reps"], "holders": {"min": 1, "max": 2}},
        GUIDE: {"groups": ["guides"], "holders": {"min": 2}},
        ENGINEER: {"people": [{"name": "Sam Storm", "review_by": date(2020, 2, 29)}]},
    },
    "contacts": [
        {"id": "help", "name": "Help", "for": ["everyone"], "url": "https://reef.example/help"},
        {"id": "old-line", "name": "Old line", "for": ["everyone"], "review_by": date(2020, 1, 1)},
    ],
}


# -- what is said


@dataclass(frozen=True)
class Said:
    """One answer of the API, without the words."""

    holders: frozenset[Holding]
    unknown: frozenset[str]
    gaps: frozenset[Statement]
    titles: tuple[str, ...]
    states: Mapping[str, str]
    figures: Mapping[str, int]
    leaving: str
    unchecked: tuple[str, ...]


@dataclass
class Reader:
    """A JupyterHub admin who reads what is said, with a token."""

    hub: RealHub
    token: str

    def get(self, path: str) -> requests.Response:
        headers = {"Authorization": f"token {self.token}", "Sec-Fetch-Mode": "navigate"}
        reply = requests.get(self.hub.page(path), headers=headers, timeout=30)
        reply.raise_for_status()
        return reply

    def api(self) -> Said:
        """What the API says."""
        found, roles = self.get("api/coverage").json(), self.get("api/roles").json()["roles"]
        assert len({_statement(gap) for gap in found["gaps"]}) == len(found["gaps"])
        figures, leaving = _figures(found["headline"], found["summary"])
        return Said(
            holders=frozenset((r["id"], h["name"]) for r in roles for h in r["holders"]),
            unknown=frozenset(role["id"] for role in roles if not role["known"]),
            gaps=frozenset(_statement(gap) for gap in found["gaps"]),
            titles=tuple(sorted(_plain(gap["title"]) for gap in found["gaps"])),
            states={each["id"]: each["state"] for each in found["responsibilities"]},
            figures=figures,
            leaving=leaving,
            unchecked=tuple(found["unchecked"]),
        )

    def role_page(self, role: str) -> frozenset[Holding]:
        """The holders on the page of a role."""
        html = BeautifulSoup(self.get(f"roles/{role}").text, "html.parser")
        return frozenset((role, _plain(each.text)) for each in html.select(".rsp-holder h3 bdi"))

    def panel(self) -> tuple[frozenset[Holding], tuple[str, ...], Mapping[str, int], str]:
        """Holders, titles of gaps, and figures on the panel."""
        html = BeautifulSoup(self.get("admin").text, "html.parser")
        for urgency in html.select(".rsp-urgency"):
            urgency.decompose()
        table = next(each for each in html.select("table") if "Who holds it" in each.thead.text)
        column = [th.text for th in table.select("thead th")].index("Who holds it") - 1
        for extra in table.select(".rsp-topic"):
            extra.decompose()
        holders = frozenset(
            (row.th.a["href"].rpartition("/")[2], _plain(name.text))
            for row in table.select("tbody tr")
            for name in row.select("td")[column].select("bdi")
        )
        titles = sorted(_plain(e.text) for e in html.select(".rsp-gap .rsp-title, .rsp-gap li"))
        figures, leaving = _figures(_plain(html.h1.text), _plain(html.select_one(".rsp-lead").text))
        return holders, tuple(titles), figures, leaving


def _statement(gap: Mapping[str, Any]) -> Statement:
    return gap["kind"], gap["about"], gap["user"] or gap.get("group") or ""


def _plain(text: str) -> str:
    return " ".join(text.translate(ISOLATES).split())


FIGURES = {
    "looked after": r"(\d+) of \d+ responsibilities are looked after",
    "all": r"\d+ of (\d+) responsibilities",
    "vacant": r"(\d+) (?:has|have) nobody\.",
    "provider-only": r"(\d+) (?:is|are) looked after only by people from",
    "no-role": r"(\d+) (?:has|have) no role assigned, by design",
    "leaving": r"left, (\d+) more would have nobody",
}


def _figures(headline: str, summary: str) -> tuple[dict[str, int], str]:
    """The numbers that a headline says, and whose leaving would hurt most."""
    text = _plain(f"{headline}. {summary}")
    found = {name: re.search(pattern, text) for name, pattern in FIGURES.items()}
    leaving = re.search(r"If (.+) left,", text)
    return (
        {name: int(match[1]) if match else 0 for name, match in found.items()},
        leaving[1] if leaving else "",
    )


def true_figures(truth: Truth) -> dict[str, int]:
    """The numbers that a headline has to say."""
    states = list(truth.states.values())
    return {
        "looked after": states.count("covered") + states.count("single"),
        "all": len(states),
        **{state: states.count(state) for state in ("vacant", "provider-only", "no-role")},
        "leaving": truth.leaving[1],
    }


# -- how it compares with the truth


def differences(said: Said, truth: Truth) -> list[str]:
    """What is said that isn't so, and what isn't said that is."""
    found = [*_apart("holder", said.holders, truth.holders), *_apart("gap", said.gaps, truth.gaps)]
    found += [f"could not check: {each}" for each in said.unchecked]
    found += [
        f"{each} is {said.states.get(each)}, not {state}"
        for each, state in truth.states.items()
        if said.states.get(each) != state
    ]
    if said.figures != true_figures(truth):
        found.append(f"says {said.figures}, not {true_figures(truth)}")
    if said.leaving not in (truth.leaving[0] or {""}):
        found.append(f"says that {said.leaving} leaving would hurt, not {truth.leaving[0]}")
    return found


def page_differences(reader: Reader, said: Said) -> list[str]:
    """What the pages say differently from the API."""
    holders, titles, figures, leaving = reader.panel()
    found = _apart("holder on the panel", holders, said.holders)
    found += _apart("gap on the panel", frozenset(titles), frozenset(said.titles))
    if (len(titles), figures, leaving) != (len(said.titles), said.figures, said.leaving):
        found.append(f"the panel says {len(titles)} gaps, {figures}, {leaving}")
    for role in DECLARATION["roles"]:
        named = frozenset(each for each in said.holders if each[0] == role)
        found += _apart("holder on the role's page", reader.role_page(role), named)
    return found


def _apart(what: str, said: frozenset[Any], true: frozenset[Any]) -> list[str]:
    return [*(f"false {what}: {each}" for each in sorted(said - true)),
            *(f"missing {what}: {each}" for each in sorted(true - said))]  # fmt: skip


def lies(said: Said, before: Truth, after: Truth) -> list[str]:
    """What was true neither before a change nor after it; what is left out has to be owned to."""
    found = [f"gap {each}" for each in said.gaps - before.gaps - after.gaps]
    if not said.unchecked:
        found += [f"no gap {each}" for each in (before.gaps & after.gaps) - said.gaps]
    for role in {role for role, _ in before.holders | after.holders} - said.unknown:
        names = [{h for r, h in each.holders if r == role} for each in (said, before, after)]
        if names[0] not in names[1:]:
            found.append(f"{role} held by {names[0]}")
    found += [
        f"{each} is {state}"
        for each, state in said.states.items()
        if state not in ("unknown", before.states[each], after.states[each])
    ]
    told = "unknown" not in said.states.values()
    if told and said.figures not in (true_figures(before), true_figures(after)):
        found.append(f"figures {said.figures}")
    return found


# -- changes


@dataclass(frozen=True)
class Change:
    """One change; `logged_in` is who made it by logging in."""

    name: str
    do: Callable[[World], object]
    logged_in: str = ""


@dataclass(frozen=True)
class Stage:
    """A start of the hub, with what was changed while it was down, and what happens after it.

    `edits` are changes of its database; `changes` are those of its configuration.
    """

    changes: Sequence[str]
    declaration: Mapping[str, Any]
    steps: Sequence[Change]
    edits: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    shadowed: Sequence[str] = ()


@dataclass
class World:
    """A hub in its folder, over several starts."""

    folder: Path
    settings: tuple[str, ...]
    oracle: Oracle
    hub: RealHub | None = None
    token: str = ""

    @property
    def reader(self) -> Reader:
        return Reader(self.hub, self.token)

    def start(self, stage: Stage) -> None:
        """Start the hub with the configuration of a stage."""
        self.hub = RealHub(self.folder, stage.declaration, settings=self.settings,
                           before=stage.before, config=stage.after)  # fmt: skip
        self.hub.start(wait=False)
        self.hub.wait_for(lambda: self.hub.api("GET", "info").ok)
        self.token = self.token or self.hub.token_for("root")

    def stop(self) -> None:
        if self.hub:
            self.hub.stop()

    def edit(self, sql: str) -> None:
        """Change the hub's database behind its back."""
        with closing(sqlite3.connect(self.folder / DATABASE)) as db, db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute(sql)

    def api(self, method: str, path: str, body: object = None) -> None:
        """Call the hub's API, as an administrator would."""
        self.hub.api(method, path, json=body).raise_for_status()

    def log_in(self, name: str) -> None:
        """Somebody logs in, and arrives at the hub's home page as browsers do."""
        self.hub.visit(name).get(self.hub.hub_url("home"), timeout=30).raise_for_status()

    def truth(self, logged_in: str = "") -> Truth:
        """What has to be said now."""
        now = datetime.now(timezone.utc).replace(tzinfo=None)  # as the hub's database has times
        return self.oracle.see(self.folder / DATABASE, now, logged_in)


def put(group: str, *names: str) -> Callable[[World], None]:
    return lambda world: world.api("POST", f"groups/{quote(group)}/users", {"users": names})


def take(group: str, *names: str) -> Callable[[World], None]:
    return lambda world: world.api("DELETE", f"groups/{quote(group)}/users", {"users": names})


def call(method: str, path: str, **body: Any) -> Callable[[World], None]:
    return lambda world: world.api(method, path, body or None)


def by_hand(do: Callable[[World], object]) -> Callable[[World], None]:
    """A change of groups that the login service keeps. JupyterHub 5.2 refuses it."""

    def tried(world: World) -> None:
        try:
            do(world)
        except requests.HTTPError as error:
            if EDITS_MANAGED_GROUPS or error.response.status_code != 400:
                raise

    return tried


def login(name: str) -> Callable[[World], object]:
    return lambda world: world.log_in(name)


def log_out(name: str) -> Callable[[World], None]:
    """Somebody who has opened our page logs out of the hub."""
    return lambda world: _end_login(
        world,
        name,
        lambda browser: browser.get(world.hub.hub_url("logout"), timeout=30).raise_for_status(),
    )


def revoke(name: str) -> Callable[[World], None]:
    """An administrator ends all logins of somebody who has opened our page."""
    return lambda world: _end_login(world, name, lambda _: world.hub.end_logins(name))


def _end_login(world: World, name: str, end: Callable[[requests.Session], None]) -> None:
    """Once it is ended, the page has to ask the hub anew who this is."""
    browser, page = world.hub.visit(name), world.hub.page()
    browser.get(page, timeout=30).raise_for_status()
    end(browser)
    world.hub.wait_for(lambda: browser.get(page, timeout=30, allow_redirects=False).is_redirect)


def confirm(name: str, role: str) -> Callable[[World], None]:
    """A holder confirms their duties: the one thing here that goes through this service."""

    def do(world: World) -> None:
        headers = {"Authorization": f"token {world.hub.token_for(name)}"}
        me = requests.get(world.hub.page("api/me"), headers=headers, timeout=30).json()
        digest = next(
            each["confirmation"]["duties_digest"] for each in me["roles"] if each["id"] == role
        )
        body = {"role": role, "duties_digest": digest}
        page = world.hub.page("api/confirmations")
        requests.post(page, json=body, headers=headers, timeout=30).raise_for_status()
        world.oracle.confirmed.add((role, name))

    return do


FIRST = Stage(
    changes=("the hub starts for the first time",),
    declaration=DECLARATION,
    steps=(
        Change("rita joins the representatives", put("community-reps", "rita")),
        Change("hanna joins the administrators", put("hub-admins", "hanna")),
        Change("uwe joins the administrators", put("hub-admins", "uwe")),
        Change("an account is added", call("POST", "users/ada")),
        Change("it is given the admin flag", call("PATCH", "users/ada", admin=True)),
        Change("it joins the assistants", put("assistants", "ada")),
        Change("it is renamed", call("PATCH", "users/ada", name="adele")),
        Change("the admin flag is taken away", call("PATCH", "users/adele", admin=False)),
        Change("a holder confirms their duties", confirm("hanna", ADMINISTRATOR)),
        Change("they log out", log_out("hanna")),
        Change("an administrator ends another holder's logins", revoke("uwe")),
        Change("the provider's admin is added",
               call("POST", "users", usernames=["kim"], admin=True)),
        Change("the representative is taken out", take("community-reps", "rita")),
        Change("the provider's admin stands in", put("community-reps", "kim")),
        Change("another account is added", call("POST", "users/mo")),
        Change("two representatives join", put("community-reps", "rita", "mo")),
        Change("a representative's account is deleted", call("DELETE", "users/mo")),
        Change("an account of the same name is added", call("POST", "users/mo")),
        Change("the provider's admin steps back", take("community-reps", "kim")),
        Change("and is deleted, long after", call("DELETE", "users/kim")),
        Change("a role's second group is deleted", call("DELETE", "groups/assistants")),
        Change("it is made again, without its permissions", call("POST", "groups/assistants")),
        Change("a holder joins it", put("assistants", "adele")),
        Change("a group that is no role's is made", call("POST", "groups/outside")),
        Change("others join it", put("outside", "rita", "mo", "root")),
        Change("it is deleted", call("DELETE", "groups/outside")),
        Change("a holder's account is deleted", call("DELETE", "users/hanna")),
        Change("somebody takes over", put("hub-admins", "mo")),
        Change("one person gets a second role", put("guides", "mo")),
        Change("a holder of two roles is renamed", call("PATCH", "users/mo", name="moana")),
        Change("a JupyterHub admin joins a role", put("guides", "root")),
        Change("and leaves it", take("guides", "root")),
    ),
)  # fmt: skip

RENAMED = deepcopy(DECLARATION)
RENAMED["provider"]["staff"] = ["moana"]
RENAMED["roles"][ADMINISTRATOR] = {"groups": ["hub-managers"], "scopes": ["list:users"]}
RENAMED["roles"][GUIDE]["holders"] = {"min": 0}
RENAMED["roles"][ENGINEER] = {"people": [{"name": "Sam Storm"}, {"name": "Thea Thunder"}]}
RENAMED["contacts"].pop()

OWN_CONFIGURATION = (
    CLOSED
    + """
c.JupyterHub.load_roles.append(
    {"name": "hub-administrator", "scopes": ["list:users"], "groups": ["hub-admins"]})
c.JupyterHub.load_roles.append(
    {"name": "community-representative", "scopes": ["list:users"], "users": ["uwe", "rita"]})
c.JupyterHub.load_roles.append({"name": "admin", "users": ["root", "adele"]})
c.JupyterHub.template_paths.insert(0, "own-templates")
"""
)

SECOND = Stage(
    changes=(
        "a role's group is renamed in the declaration, and another taken out",
        "the old group still gets the role from the operator's configuration",
        "a role's scopes are narrowed, so that a duty lacks one",
        "an account is given a role of ours itself",
        "an account is given the hub's role admin",
        "ordinary users lose the page to a role of the operator's",
        "the operator's home page hides ours",
        "the provider's staff is declared anew",
        "contacts, people and numbers are declared anew",
    ),
    declaration=RENAMED,
    before="",
    after=OWN_CONFIGURATION,
    files={"own-templates/home.html": "{% extends 'page.html' %}{% block main %}Hi{% endblock %}"},
    shadowed=("home.html",),
    edits={
        "a holder was last seen 200 days ago":
            "UPDATE users SET last_activity = datetime('now', '-200 days') WHERE name = 'rita'",
        "an account is given the admin flag in the database":
            "INSERT INTO users (name, admin, cookie_id, created)"
            " VALUES ('eve', 1, 'eve', datetime('now'))",
        "a membership is written into the database":
            "INSERT INTO user_group_map SELECT u.id, g.id FROM users u, groups g"
            " WHERE u.name = 'moana' AND g.name = 'community-reps'",
    },
    steps=(
        Change("the old group, which still has the role, is deleted",
               call("DELETE", "groups/hub-admins")),
        Change("the new group gets somebody", put("hub-managers", "uwe")),
        Change("the holder who was away comes back", login("rita"), logged_in="rita"),
    ),
)  # fmt: skip

THIRD = Stage(
    changes=("the operator's configuration is as it was at first",),
    declaration=DECLARATION,
    edits={
        "a membership is deleted from the database":
            "DELETE FROM user_group_map WHERE user_id = (SELECT id FROM users WHERE name = 'rita')",
        "an account is deleted from the database":
            "DELETE FROM users WHERE name = 'eve'",
        "a holder's account is deleted from the database":
            "DELETE FROM users WHERE name = 'moana'",
        "every login is ended in the database":
            "DELETE FROM api_tokens WHERE session_id IS NOT NULL",
        "the admin flag is taken away in the database":
            "UPDATE users SET admin = 0 WHERE name = 'adele'",
    },
    steps=(
        Change("the representatives get somebody", put("community-reps", "adele")),
    ),
)  # fmt: skip

LOGIN_SERVICE = """
import json
from pathlib import Path
from jupyterhub.auth import DummyAuthenticator

class LoginService(DummyAuthenticator):
    async def authenticate(self, handler, data):
        name = await super().authenticate(handler, data)
        groups = json.loads(Path("directory.json").read_text())
        return name and {"name": name, "groups": groups.get(name, [])}

c.JupyterHub.authenticator_class = LoginService
c.LoginService.manage_groups = True
c.LoginService.password = c.DummyAuthenticator.password
c.LoginService.allow_all = True
"""


def let_in(**groups: list[str]) -> Callable[[World], object]:
    """The login service has an account in some groups; the account logs in."""
    ((name, wanted),) = groups.items()

    def do(world: World) -> None:
        path = world.folder / "directory.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), name: wanted}))
        world.log_in(name)

    return do


MANAGED = Stage(
    changes=("a hub starts on which the login service keeps the groups",),
    declaration=DECLARATION,
    before=LOGIN_SERVICE,
    files={"directory.json": "{}"},
    steps=(
        Change("a login brings a holder of two roles",
               let_in(nia=["hub-admins", "community-reps"]), logged_in="nia"),
        Change("a login brings another", let_in(zoe=["community-reps"]), logged_in="zoe"),
        Change("a login brings groups that are no role's", let_in(uwe=["divers"]), logged_in="uwe"),
        Change("a holder logs out", log_out("zoe"), logged_in="zoe"),
        Change("an administrator ends a holder's logins", revoke("nia"), logged_in="nia"),
        Change("somebody is put into a group by hand, where the hub lets that",
               by_hand(put("hub-admins", "hanna"))),
        Change("their login takes them out again", let_in(hanna=[]), logged_in="hanna"),
        Change("an account is added that never logs in", call("POST", "users", usernames=["lea"])),
    ),
)  # fmt: skip

MANAGED_AGAIN = Stage(
    changes=("that hub starts again",),
    declaration=DECLARATION,
    before=LOGIN_SERVICE,
    edits={
        "a membership is written into its database":
            "INSERT INTO user_group_map SELECT u.id, g.id FROM users u, groups g"
            " WHERE u.name = 'lea' AND g.name = 'community-reps'",
    },
    steps=(
        Change("their login takes them out again", let_in(lea=[]), logged_in="lea"),
        Change("a login takes all roles away", let_in(nia=[]), logged_in="nia"),
        Change("a role's group is deleted, where the hub lets that",
               by_hand(call("DELETE", "groups/hub-admins"))),
        Change("a login makes it again, without its permissions",
               let_in(uwe=["hub-admins"]), logged_in="uwe"),
    ),
)  # fmt: skip


PLAYS = {"changes": ((FIRST, SECOND, THIRD), False), "logins": ((MANAGED, MANAGED_AGAIN), True)}
"""The stages of each, and whether the login service keeps the groups."""


# -- playing them


@dataclass(frozen=True)
class Seen:
    """A change, after how many seconds everything was said as it is, and what was wrong."""

    change: str
    seconds: float
    wrong: tuple[str, ...]


def play(
    folder: Path, settings: tuple[str, ...], hold: float, stages: Sequence[Stage], managed: bool
) -> Iterator[Seen]:
    """Make every change; one that makes no difference is watched for `hold` seconds."""
    world, before = World(folder, settings, Oracle(DECLARATION, managed=managed)), None
    try:
        for stage in stages:
            began = time.monotonic()
            before, wrong = _start(world, stage, before, hold)
            took = time.monotonic() - began
            for change in (*stage.changes, *stage.edits):
                yield Seen(change, took, wrong)
            for step in stage.steps:
                step.do(world)
                after, began = world.truth(step.logged_in), time.monotonic()
                watched = hold if before == after else 0
                wrong = _settled(world.reader, before, after, watched)
                yield Seen(step.name, time.monotonic() - began - watched, wrong)
                before = after
    finally:
        world.stop()


def _start(
    world: World, stage: Stage, before: Truth | None, hold: float
) -> tuple[Truth, tuple[str, ...]]:
    world.stop()
    for sql in stage.edits.values():
        world.edit(sql)
    for name, text in stage.files.items():
        (world.folder / name).parent.mkdir(exist_ok=True)
        (world.folder / name).write_text(text)
    world.oracle.declaration, world.oracle.shadowed = stage.declaration, stage.shadowed
    world.start(stage)
    after = world.truth()
    return after, _settled(world.reader, before or after, after, starting=True)


def _settled(
    reader: Reader, before: Truth, after: Truth, watched: float = 0, starting: bool = False
) -> tuple[str, ...]:
    """Ask until everything is said as it is. Returns what was said and never so, or not in time."""
    now, wrong = time.monotonic(), dict[str, None]()
    until, watched_until = now + WITHIN, now + watched
    while True:
        pages = time.monotonic() >= watched_until
        try:
            said = reader.api()
            wrong |= dict.fromkeys(lies(said, before, after))
            apart = differences(said, after) or (page_differences(reader, said) if pages else [])
        except requests.RequestException as error:
            if not starting:
                raise
            apart = [f"no answer: {error}"]
        if pages and not apart:
            return tuple(wrong)
        if time.monotonic() > until:
            return *wrong, *(f"after {WITHIN} s: {each}" for each in apart)
        time.sleep(PAUSE)


def main() -> int:
    """Make every change at the pace of a service as it ships: for minutes, not seconds."""
    wrong = 0
    for stages, managed in PLAYS.values():
        with TemporaryDirectory() as folder:
            for each in play(Path(folder), (), AS_SHIPPED, stages, managed):
                print(
                    f"{each.seconds:6.1f} s  {each.change}", *each.wrong, sep="\n    ", flush=True
                )
                wrong += len(each.wrong)
    print(f"{wrong} false or late" if wrong else "All was so, and said in time.")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
