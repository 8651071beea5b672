"""Decided here, done there: the login service decides who is in a group, with real logins.

The provider is one for OpenID Connect, or a directory; each `visit` is a login, which sets all
groups of whoever logs in. Nothing but a login, and nothing that is decided here, changes a group on
the hub.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ..hub.acting import (
    ADMINISTRATOR,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    code,
    entries,
    later,
    members,
    plain,
    said,
)
from ..realhub import DECLARATION, MANY_WRITES, PERSONAS, RealHub
from .test_login_services import LDAP, Managed, OpenID

NEWCOMERS = ("ada", "bea", "cleo", "dora")
QUICKER = (*QUICK, "--Settings.accounts_seconds=1")
DESK = {
    "who": "IT service desk",
    "how": "Use the form “Change a group”.",
    "url": "https://it.example/groups?name={group}",
    "within": 1,
}


class Elsewhere(Managed):
    """Such a hub, which says where its groups are kept; administrators appoint each other.

    `pattern` is that of the team's group, whose page is at `link`.
    """

    people = (*PERSONAS, *NEWCOMERS)
    pattern: str
    link: str

    def __init__(self, folder: Path, config: str) -> None:
        roles = {
            ADMINISTRATOR: {"groups": [self.admins], "holders": {"min": 0, "max": 8}},
            REPRESENTATIVE: {"groups": [self.team], "holders": {"min": 0, "max": 2}},
        }
        url = "https://git.example/teams/{team}"
        maintainers = {"groups": self.pattern, "url": url, "who": "The maintainers of the team"}
        declaration = {**DECLARATION, "roles": roles, "manage_at": [maintainers, DESK]}
        config += f"\nc.Authenticator.allowed_users = set({self.people!r})\n"
        RealHub.__init__(
            self, folder, declaration, config=config, settings=QUICKER, first=MANY_WRITES
        )

    def log_in(self, *names: str) -> None:
        """As a browser does, which goes on to a page: only then, the hub has seen somebody."""
        for name in names:
            self.visit(name).get(self.hub_url("home"), timeout=30).raise_for_status()
        self.wait_until_read()


class OpenIDElsewhere(Elsewhere, OpenID):
    """Teams of organisations, at a provider for OpenID Connect."""

    pattern, link = "{org}:{team}", "https://git.example/teams/team-a"


class LDAPElsewhere(Elsewhere, LDAP):
    """Groups of a directory, by their distinguished names."""

    pattern = r"CN=Reef\, {team},OU=groups,DC=example,DC=org"
    link = "https://git.example/teams/team%20a"


@pytest.fixture(scope="module", params=[OpenIDElsewhere, LDAPElsewhere])
def hub(request, tmp_path_factory) -> Iterator[Elsewhere]:
    """Everybody has logged in once: rita represents, and she and hanna administer. They came while
    nobody had decided it, and root took note of that."""
    with request.param.made(tmp_path_factory.mktemp("elsewhere")) as hub:
        hub.put(**{name: set() for name in (*NEWCOMERS, "uwe", "root")})
        hub.put(rita={hub.admins, hub.team}, hanna={hub.admins})
        with hub:
            hub.log_in(*hub.people)
            root = Person(hub, "root")
            for role, name in (
                (REPRESENTATIVE, "rita"),
                (ADMINISTRATOR, "rita"),
                (ADMINISTRATOR, "hanna"),
            ):
                assert root.appoint(role, name).json()["result"] == "unchanged"
            yield hub


def text(hub: RealHub, name: str, path: str = "") -> str:
    """What somebody who has just logged in reads on a page, as one line."""
    return read(Browser(hub, name), path)


def read(browser: Browser, path: str = "") -> str:
    page = browser.read(path).select_one("main")
    return plain(" ".join(page.text.split()))


def pending(hub: RealHub, role: str) -> set[tuple[str, str]]:
    """What was decided about a role, and isn't done, as the API says."""
    found = Person(hub, "root").get(f"api/roles/{role}").json()["pending"]
    return {(each["change"], each["user"]) for each in found}


def holders(hub: RealHub, role: str) -> set[str]:
    """Who holds a role through an account, as the API says."""
    found = Person(hub, "root").get(f"api/roles/{role}").json()["holders"]
    return {each["name"] for each in found if each["kind"] == "account"}


def settled(hub: RealHub, number: int) -> dict[str, Any]:
    """The entry that settles a decision, once there is one."""

    def found() -> dict[str, Any] | None:
        there = (e for e in entries(hub, number) if e["intent"] == number)
        return next((e for e in there if e["event"] == "settlement"), None)

    return hub.wait_for(found, 30)


def test_appointed_here_done_there(hub):
    """It is pending until the login after the change in the provider; then it is the decider's."""
    reply = Person(hub, "rita").appoint(
        ADMINISTRATOR, "uwe", until=later(90), reason="for the term"
    )
    assert reply.ok, reply.text
    assert (reply.json()["result"], reply.json()["user"]) == ("pending", "uwe")
    assert "uwe" not in {each["name"] for each in reply.json()["holders"]}
    number = reply.json()["entry"] - 1
    assert pending(hub, ADMINISTRATOR) == {("appointment", "uwe")}
    assert "uwe" not in members(hub, hub.admins)
    page = text(hub, "rita", f"roles/{ADMINISTRATOR}")
    assert "uwe is to become Hub Administrator, until" in page
    assert "by rita, not done yet. No login since then is known" in page
    assert "IT service desk can do it" in page
    mine = text(hub, "uwe")  # a login, and nothing has changed in the provider
    assert "You are to become Hub Administrator" in mine
    assert "Your role" not in mine
    hub.put(uwe={hub.admins})
    assert "uwe" not in members(hub, hub.admins)
    hub.log_in("uwe")
    ended = settled(hub, number)
    assert (ended["details"]["result"], ended["person"], ended["actor"]) == (
        "done",
        "uwe",
        "this service",
    )
    assert not pending(hub, ADMINISTRATOR)
    assert "uwe" in holders(hub, ADMINISTRATOR)
    assert "Your term ends" in text(hub, "uwe")
    said = [plain(each["says"]) for each in Person(hub, "root").get("api/ledger").json()["entries"]]
    assert "uwe is now Hub Administrator." in said
    assert not [e for e in entries(hub, number) if e["event"] == "observation"]
    log = text(hub, "root", "ledger")
    assert "rita decided to make uwe Hub Administrator" in log
    assert "“for the term” uwe is now Hub Administrator. Seen on" in log


def test_withdrawn_here_done_there(hub):
    """Who is to go holds the role until it is done, and the page says both."""
    number = Person(hub, "rita").withdraw(ADMINISTRATOR, "uwe").json()["entry"] - 1
    assert pending(hub, ADMINISTRATOR) == {("withdrawal", "uwe")}
    assert "uwe" in holders(hub, ADMINISTRATOR)
    page = text(hub, "rita", f"roles/{ADMINISTRATOR}")
    assert "to go, and not done yet" in page
    assert "uwe is no longer to be Hub Administrator" in page
    again = Person(hub, "rita").withdraw(ADMINISTRATOR, "uwe").json()
    assert (again["result"], again["entry"]) == ("unchanged", None)
    hub.put(uwe=set())
    hub.log_in("uwe")
    assert settled(hub, number)["details"]["result"] == "done"
    assert not pending(hub, ADMINISTRATOR)
    assert "uwe" not in holders(hub, ADMINISTRATOR)


def test_asked_for_approved_and_done(hub):
    """A request is answered when it is approved, and the role is there when that is done."""
    asked = Person(hub, "ada").ask("POST", "api/requests", json={"role": ADMINISTRATOR}).json()
    path = f"api/requests/{asked['number']}"
    reply = Person(hub, "rita").ask("POST", path, json={"verdict": "approved", "message": "yes"})
    assert reply.json()["details"]["result"] == "pending"
    mine = text(hub, "ada")
    assert "rita approved your request to become Hub Administrator" in mine
    assert "Decided about you, and not done yet" in mine
    hub.put(ada={hub.admins})
    hub.log_in("ada")
    settled(hub, reply.json()["intent"])
    assert "ada" in holders(hub, ADMINISTRATOR)
    assert "Decided about you" not in text(hub, "ada")


def test_taken_back(hub):
    """By whoever may appoint, and whoever is to be appointed; then nothing is left of it."""
    person = Person(hub, "rita")
    number = person.appoint(ADMINISTRATOR, "bea").json()["entry"] - 1
    path = f"api/roles/{ADMINISTRATOR}/decisions/{number}"
    assert code(Person(hub, "uwe").ask("DELETE", path)) == "not_allowed"
    assert person.ask("DELETE", path).json()["result"] == "done"
    assert not pending(hub, ADMINISTRATOR)
    assert code(person.ask("DELETE", path)) == "closed"
    person.appoint(ADMINISTRATOR, "bea").raise_for_status()
    page = Browser(hub, "bea")
    form = page.submit("", {"action": "take_back"})
    assert "bea took back the decision to make" in plain(said_on(form))
    assert not pending(hub, ADMINISTRATOR)
    hub.log_in("bea")
    assert not [e for e in entries(hub, number) if e["event"] == "observation"]


def said_on(reply: Any) -> str:
    assert reply.ok, reply.text
    return said(reply)


def test_the_opposite_takes_back(hub):
    """Withdrawing whom nobody has added yet, and appointing whom nobody has removed yet."""
    person = Person(hub, "rita")
    person.appoint(ADMINISTRATOR, "bea").raise_for_status()
    assert person.withdraw(ADMINISTRATOR, "bea").json()["result"] == "done"
    assert not pending(hub, ADMINISTRATOR)
    person.withdraw(ADMINISTRATOR, "ada").raise_for_status()
    assert person.appoint(ADMINISTRATOR, "ada").json()["result"] == "done"
    assert not pending(hub, ADMINISTRATOR)
    assert entries(hub)[-1]["details"]["result"] == "taken back"


def test_stepping_down_and_handing_over(hub):
    """A holder steps down, and may say so no more; the next one is decided meanwhile."""
    Browser(hub, "ada").submit(
        f"roles/{ADMINISTRATOR}", {"action": "withdraw", "account": "ada"}, note="Keys are with uwe"
    ).raise_for_status()
    Person(hub, "rita").appoint(ADMINISTRATOR, "cleo").raise_for_status()
    assert pending(hub, ADMINISTRATOR) == {("withdrawal", "ada"), ("appointment", "cleo")}
    hub.put(ada=set(), cleo={hub.admins})
    hub.log_in("ada", "cleo")
    hub.wait_for(lambda: not pending(hub, ADMINISTRATOR))
    assert "Keys are with uwe" in text(hub, "cleo")
    assert "cleo" in holders(hub, ADMINISTRATOR)
    assert "ada" not in holders(hub, ADMINISTRATOR)


def undecided(hub: RealHub) -> set[str]:
    """Whom a gap is about that says that nobody decided it."""
    gaps = Person(hub, "root").get("api/coverage").json()["gaps"]
    return {gap["user"] for gap in gaps if gap["kind"] == "change-undecided"}


def test_done_there_and_decided_by_nobody(hub):
    """It is a gap, until somebody takes note, or it is undone as they decide."""
    hub.put(dora={hub.admins}, cleo=set())
    hub.log_in("dora", "cleo")
    hub.wait_for(lambda: undecided(hub) == {"dora", "cleo"})
    page = text(hub, "rita", f"roles/{ADMINISTRATOR}")
    assert "Changed elsewhere, decided by nobody" in page
    browser = Browser(hub, "rita")
    fields = {"account": "dora", "action": "appoint"}
    reply = browser.submit(f"roles/{ADMINISTRATOR}", fields)
    assert reply.ok
    hub.wait_for(lambda: undecided(hub) == {"cleo"})
    fields = {"account": "cleo", "action": "appoint"}
    browser.submit(f"roles/{ADMINISTRATOR}", fields).raise_for_status()
    assert pending(hub, ADMINISTRATOR) == {("appointment", "cleo")}
    hub.wait_for(lambda: not undecided(hub))
    assert "rita took note that dora is Hub Administrator" in text(hub, "root", "ledger")
    hub.put(cleo={hub.admins})
    hub.log_in("cleo")
    hub.wait_for(lambda: not pending(hub, ADMINISTRATOR))


def test_decided_when_it_is_done_already(hub):
    """Nothing is pending, before the service has seen it or after."""
    hub.put(bea={hub.admins})
    hub.log_in("bea")
    reply = Person(hub, "rita").appoint(ADMINISTRATOR, "bea").json()
    assert reply["result"] == "unchanged"
    assert not pending(hub, ADMINISTRATOR)
    reply = Person(hub, "rita").appoint(ADMINISTRATOR, "hanna").json()
    assert (reply["result"], reply["entry"]) == ("unchanged", None)


def test_no_more_than_there_is_room_for(hub):
    """Who is to come counts, and who is to go makes room."""
    root = Person(hub, "root")
    root.appoint(REPRESENTATIVE, "bea").raise_for_status()
    assert code(root.appoint(REPRESENTATIVE, "cleo")) == "full"
    root.withdraw(REPRESENTATIVE, "rita").raise_for_status()
    assert root.appoint(REPRESENTATIVE, "cleo").json()["result"] == "pending"
    assert pending(hub, REPRESENTATIVE) == {
        ("appointment", "bea"),
        ("appointment", "cleo"),
        ("withdrawal", "rita"),
    }
    for each in root.get(f"api/roles/{REPRESENTATIVE}").json()["pending"]:
        path = f"api/roles/{REPRESENTATIVE}/decisions/{each['number']}"
        root.ask("DELETE", path).raise_for_status()
    assert not pending(hub, REPRESENTATIVE)


def test_what_to_do_there(hub):
    """Where, by whom, and in words to paste: for those who decide, and nobody else."""
    root = Person(hub, "root")
    secret = "because of an illness"
    root.appoint(REPRESENTATIVE, "uwe", reason=secret).raise_for_status()
    page = Browser(hub, "root").read(f"roles/{REPRESENTATIVE}")
    ticket = page.select_one("textarea[readonly]").text
    assert f"Please add the account uwe to the group {hub.team}." in ticket
    assert f"Where: {hub.link}" in ticket
    assert "Decided by: root" in ticket
    assert secret not in page.text
    assert page.select_one(f"a[href='{hub.link}']")
    assert not Browser(hub, "uwe").read(f"roles/{REPRESENTATIVE}").select("textarea[readonly]")
    root.withdraw(REPRESENTATIVE, "uwe").raise_for_status()


def test_it_outlives_a_restart(hub):
    """What is pending is in the ledger."""
    Person(hub, "rita").appoint(ADMINISTRATOR, "uwe").raise_for_status()
    hub.stop()
    hub.start()
    assert pending(hub, ADMINISTRATOR) == {("appointment", "uwe")}
    hub.put(uwe={hub.admins})
    hub.log_in("uwe")
    hub.wait_for(lambda: not pending(hub, ADMINISTRATOR))
    assert "uwe" in holders(hub, ADMINISTRATOR)


@dataclass
class Forty:
    """Changes in the provider, with decisions before and after them, or without one; `wanted` is
    what was decided and isn't done, and `settled` how many were."""

    hub: Elsewhere
    chance: random.Random = field(default_factory=lambda: random.Random(14))
    wanted: dict[str, bool] = field(default_factory=dict)
    settled: int = 0

    def __post_init__(self) -> None:
        self.rita, self.root = Browser(self.hub, "rita"), Browser(self.hub, "root")

    def decide(self, name: str, joins: bool) -> str:
        """What rita decides, and what became of it."""
        rita = Person(self.hub, "rita")
        reply = rita.appoint(ADMINISTRATOR, name) if joins else rita.withdraw(ADMINISTRATOR, name)
        assert reply.ok, reply.text
        there = name in members(self.hub, self.hub.admins)
        self.wanted.pop(name, None)
        if there != joins:
            self.wanted[name] = joins
        return str(reply.json()["result"])

    def change(self, name: str, joins: bool) -> None:
        """In the provider, where nothing of it shows on the hub."""
        self.hub.put(**{name: {self.hub.admins} if joins else set()})

    def log_in(self, name: str) -> None:
        self.hub.log_in(name)
        if self.wanted.get(name) == (name in members(self.hub, self.hub.admins)):
            del self.wanted[name]
            self.settled += 1

    def check(self) -> None:
        """What each page says is what is so."""
        hub, expected = (
            self.hub,
            {
                ("appointment" if joins else "withdrawal", name)
                for name, joins in self.wanted.items()
            },
        )
        hub.wait_for(lambda: pending(hub, ADMINISTRATOR) == expected, 20)
        assert holders(hub, ADMINISTRATOR) == members(hub, self.hub.admins)
        page = read(self.rita, f"roles/{ADMINISTRATOR}")
        for name in (*NEWCOMERS, "uwe"):
            joins = self.wanted.get(name)
            assert (f"{name} is to become Hub Administrator" in page) == (joins is True)
            assert (f"{name} is no longer to be Hub Administrator" in page) == (joins is False)
        panel = read(self.root, "admin")
        assert ("to come, not done yet:" in panel) == (True in self.wanted.values())
        assert ("to go, not done yet:" in panel) == (False in self.wanted.values())

    def play(self, way: str) -> None:
        """One change; it may leave something pending, which the next ones settle or take back."""
        name = self.chance.choice((*NEWCOMERS, "uwe"))
        joins = name not in members(self.hub, self.hub.admins)
        if way in ("before", "opposite"):
            assert self.decide(name, joins) in ("pending", "unchanged")
            self.check()
        self.change(name, joins if way != "opposite" else not joins)
        if way == "after the change":
            self.decide(name, joins)
            self.check()
        self.log_in(name)
        if way == "after the login":
            assert self.decide(name, joins) == "unchanged"
        self.check()


@pytest.mark.timeout(600)
def test_forty_changes(hub):
    """In both directions, before a decision and after it, with its opposite and without one: no
    page says what isn't so, nothing is left pending that is done, and nothing else is settled."""
    forty, first = Forty(hub), entries(hub)[-1]["number"]
    for each in pending(hub, ADMINISTRATOR):
        forty.wanted[each[1]] = each[0] == "appointment"
    ways = ["before", "after the change", "after the login", "opposite", "nobody"] * 8
    forty.chance.shuffle(ways)
    for way in ways:
        forty.play(way)
    done = [
        e
        for e in entries(hub, first)
        if e["event"] == "settlement" and e["details"]["result"] == "done"
    ]
    assert len(done) == forty.settled
    decided = {e["number"]: e for e in entries(hub)}
    assert {decided[e["intent"]]["actor"] for e in done} == {"rita"}
