"""Anything that people may do on a hub, in any order, compared with what is so after each step.

`Hub` is an account of its own of what is so: who is in which group, until when, who has confirmed,
who waits for an answer, and what has to be in the ledger. It knows the rules as the documentation
has them, and nothing of the code. `python -m tests.hub.anything STEPS` plays for long.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ..realhub import MANY_WRITES, RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    GUIDE,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    deeds,
    later,
)

GROUPS = {
    ADMINISTRATOR: ("hub-admins",),
    REPRESENTATIVE: ("community-reps",),
    GUIDE: ("guides", "guides/pt"),
}
LEAST = {ADMINISTRATOR: 1, REPRESENTATIVE: 1, GUIDE: 0}
MOST = {ADMINISTRATOR: None, REPRESENTATIVE: 2, GUIDE: 3}
APPOINTED_BY = {ADMINISTRATOR: REPRESENTATIVE, REPRESENTATIVE: None, GUIDE: REPRESENTATIVE}
ROLES = st.sampled_from(list(GROUPS))
NAMES = ("rita", "hanna", "uwe", "ada", "bea", "cyn", "dua")
"""And root, who is a JupyterHub admin, and neither renamed nor deleted."""
SPARE = ("eli", "fay")
"""Names that nobody has at first."""

SELDOM = st.integers(1, 12).map(lambda number: number == 7)  # the ends are drawn more often
"""Whether to do something that takes long."""

DAYS = st.sampled_from([None, 1, 20, 400])
WHO = st.integers(0, len(NAMES) - 1)
ACTOR = st.integers(0, 2 * len(NAMES))
"""Somebody, and as often root, who may do most."""


def day(ahead: int | None) -> str | None:
    return later(ahead) if ahead else None


@dataclass
class Someone:
    """An account: its name may change, and another one may get that name."""

    name: str
    client: Person


@dataclass
class Request:
    """Somebody waits for an answer."""

    by: Someone
    person: Someone
    role: str
    group: str
    until: str | None


@dataclass
class Hub:
    """What is so. Accounts are compared as objects: one that is made again is another one."""

    real: RealHub
    people: list[Someone] = field(default_factory=list)
    members: dict[str, list[Someone]] = field(default_factory=dict)
    terms: dict[tuple[str, int], str | None] = field(default_factory=dict)
    confirmed: set[tuple[str, int]] = field(default_factory=set)
    recorded: set[tuple[str, int, str]] = field(default_factory=set)
    """Confirmations by the name that the account had then."""
    requests: dict[int, Request] = field(default_factory=dict)
    deeds: list[tuple[str, ...]] = field(default_factory=list)
    most: dict[str, int | None] = field(default_factory=MOST.copy)

    def holders(self, role: str) -> list[Someone]:
        found: list[Someone] = []
        for group in GROUPS[role]:
            found += [each for each in self.members[group] if each not in found]
        return found

    def through(self, role: str, someone: Someone) -> list[str]:
        return [group for group in GROUPS[role] if someone in self.members[group]]

    def waits(self, someone: Someone) -> bool:
        """Whether there is a request by them, or for them."""
        return any(someone in (each.by, each.person) for each in self.requests.values())

    def may_appoint(self, someone: Someone, role: str) -> bool:
        above = APPOINTED_BY[role]
        return someone.name == "root" or bool(above and someone in self.holders(above))

    def come(self, role: str, group: str, someone: Someone, until: str | None) -> None:
        """Somebody is appointed; a last day is never lost."""
        if someone not in self.holders(role) or until:
            self.terms[role, id(someone)] = until
        if someone not in self.members[group]:
            self.members[group].append(someone)

    def leave(self, role: str, group: str, someone: Someone) -> None:
        """Somebody has left a group; who holds the role no more begins anew one day."""
        self.members[group] = [each for each in self.members[group] if each is not someone]
        if someone not in self.holders(role):
            self.terms.pop((role, id(someone)), None)
            self.confirmed.discard((role, id(someone)))

    def forget(self, someone: Someone) -> None:
        """An account is no more."""
        for role, groups in GROUPS.items():
            for group in groups:
                self.leave(role, group, someone)
        for number, request in list(self.requests.items()):
            if someone in (request.by, request.person):
                del self.requests[number]
                self.deeds.append(("decision", "this service", request.person.name, "ended"))
        self.people.remove(someone)


class Anything(RuleBasedStateMachine):
    """Eight people, who do anything at all."""

    real: RealHub
    restarts = False
    """Whether the hub is restarted now and then, which takes a while."""
    compared = 0
    """How often all that is said was compared with what is so, over all plays."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub(self.real)
        for user in self.real.api("GET", "users").json():
            if user["name"] != "root":
                self.real.api("DELETE", f"users/{user['name']}").raise_for_status()
        names = ["rita", "hanna", *NAMES[2:]]
        self.real.api("POST", "users", json={"usernames": names}).raise_for_status()
        for name in (*names, "root"):
            self.hub.people.append(Someone(name, Person(self.real, name)))
        for groups in GROUPS.values():
            for group in groups:
                self._elsewhere("DELETE", group, ["root"])
                self.hub.members[group] = []
        for group, name in (("community-reps", "rita"), ("hub-admins", "hanna")):
            self._elsewhere("POST", group, [name])
            self.hub.members[group] = [self._named(name)]
        self._read()
        root = self._named("root").client
        for request in root.get("api/requests").json()["requests"]:
            path = f"api/requests/{request['number']}"
            root.ask("POST", path, json={"verdict": "declined"}).raise_for_status()
        self.mark = self.real.health()["ledger"]["number"]

    # -- what people do here

    @rule(actor=ACTOR, person=WHO, role=ROLES, which=st.integers(0, 1), ahead=DAYS)
    def appoint(self, actor: int, person: int, role: str, which: int, ahead: int | None) -> None:
        hub, by, whom, until = self.hub, self._who(actor), self._who(person), day(ahead)
        group = GROUPS[role][which % len(GROUPS[role])]
        body = {"group": group, **({"until": until} if until else {})}
        reply = by.client.appoint(role, whom.name, **body)
        if not hub.may_appoint(by, role) or (by is whom and by.name != "root"):
            assert reply.status_code == 403, reply.text
            return
        there, held = whom in hub.members[group], whom in hub.holders(role)
        if there and until and hub.terms.get((role, id(whom))) != until:
            hub.terms[role, id(whom)] = until
            self._recorded(("term", by.name, whom.name, ""))
        elif not held and len(hub.holders(role)) >= (hub.most[role] or 99):
            assert reply.status_code == 409, reply.text
            return
        else:
            if not there:
                hub.come(role, group, whom, until)
                self._changed("appointment", by, whom, "done")
        assert reply.ok, reply.text

    @rule(actor=ACTOR, person=WHO, role=ROLES, which=st.integers(0, 2))
    def withdraw(self, actor: int, person: int, role: str, which: int) -> None:
        hub, by, whom = self.hub, self._who(actor), self._who(person)
        named = [GROUPS[role][which]] if which < len(GROUPS[role]) else []
        reply = by.client.withdraw(role, whom.name, **({"group": named[0]} if named else {}))
        if by is not whom and not hub.may_appoint(by, role):
            assert reply.status_code == 403, reply.text
            return
        through = hub.through(role, whom)
        meant = named or through or list(GROUPS[role][:1])
        leaves = bool(through) and set(through) <= set(meant)
        if leaves and by.name != "root" and len(hub.holders(role)) - 1 < LEAST[role]:
            assert reply.status_code == 409, reply.text
            return
        assert reply.ok, reply.text
        for group in meant:
            if whom in hub.members[group]:
                hub.leave(role, group, whom)
                self._changed("withdrawal", by, whom, "done")

    @rule(actor=ACTOR, person=WHO, role=ROLES, ahead=DAYS)
    def change_last_day(self, actor: int, person: int, role: str, ahead: int | None) -> None:
        hub, by, whom, until = self.hub, self._who(actor), self._who(person), day(ahead)
        reply = by.client.change_day(role, whom.name, until)
        if not hub.may_appoint(by, role) or (by is whom and by.name != "root"):
            assert reply.status_code == 403, reply.text
        elif whom not in hub.holders(role):
            assert reply.status_code == 404, reply.text
        elif hub.terms.get((role, id(whom))) == until:
            assert reply.status_code == 409, reply.text
        else:
            assert reply.ok, reply.text
            hub.terms[role, id(whom)] = until
            self._recorded(("term", by.name, whom.name, ""))

    @rule(actor=ACTOR, person=WHO, role=ROLES, which=st.integers(0, 1), ahead=DAYS)
    def ask(self, actor: int, person: int, role: str, which: int, ahead: int | None) -> None:
        hub, by, whom, until = self.hub, self._who(actor), self._who(person), day(ahead)
        group = GROUPS[role][which % len(GROUPS[role])]
        body: dict[str, Any] = {"role": role, "user": whom.name, "group": group, "until": until}
        reply = by.client.ask("POST", "api/requests", json=body)
        if by is not whom and by not in hub.holders(role):
            assert reply.status_code == 403, reply.text
        elif whom in hub.holders(role) or any(
            (each.person, each.role) == (whom, role) for each in hub.requests.values()
        ):
            assert reply.status_code == 409, reply.text
        else:
            assert reply.ok, reply.text
            hub.requests[reply.json()["number"]] = Request(by, whom, role, group, until)
            self._recorded(("request", by.name, whom.name, ""))

    @rule(actor=ACTOR, which=st.integers(0, 9),
          verdict=st.sampled_from(["approved", "approved", "declined", "taken_back"]))  # fmt: skip
    def decide(self, actor: int, which: int, verdict: str) -> None:
        hub, by = self.hub, self._who(actor)
        if not hub.requests:
            return
        number = list(hub.requests)[which % len(hub.requests)]
        request = hub.requests[number]
        path = f"api/requests/{number}"
        reply = by.client.ask("POST", path, json={"verdict": verdict, "message": "So be it"})
        role, whom = request.role, request.person
        may = request.by is by if verdict == "taken_back" else hub.may_appoint(by, role)
        if not may or (verdict == "approved" and by is whom and by.name != "root"):
            assert reply.status_code == 403, reply.text
            return
        if verdict != "approved":
            self._recorded(("decision", by.name, whom.name, verdict))
        else:
            there = whom in hub.members[request.group]
            if whom not in hub.holders(role) and len(hub.holders(role)) >= (hub.most[role] or 99):
                assert reply.status_code == 409, reply.text
                return
            hub.come(role, request.group, whom, request.until)
            self._changed("appointment", by, whom, "unchanged" if there else "done")
        assert reply.ok, reply.text
        del hub.requests[number]

    @rule(actor=ACTOR, role=ROLES)
    def confirm(self, actor: int, role: str) -> None:
        hub, by = self.hub, self._who(actor)
        own = {each["id"]: each for each in by.client.get("api/me").json()["roles"]}
        digest = own[role]["confirmation"]["duties_digest"] if role in own else "0" * 16
        body = {"role": role, "duties_digest": digest}
        reply = by.client.ask("POST", "api/confirmations", json=body)
        if by not in hub.holders(role):
            assert reply.status_code == 403, reply.text
            return
        assert reply.ok, reply.text
        again = (role, id(by)) in hub.confirmed and (role, id(by), by.name) in hub.recorded
        if not again:  # once a day, by each name
            hub.confirmed.add((role, id(by)))
            hub.recorded.add((role, id(by), by.name))
            self._recorded(("confirmation", by.name, by.name, ""))

    # -- what is done elsewhere

    @rule(person=WHO, role=ROLES, which=st.integers(0, 1), add=st.booleans())
    def edit_group(self, person: int, role: str, which: int, add: bool) -> None:
        hub, whom = self.hub, self._who(person)
        group = GROUPS[role][which % len(GROUPS[role])]
        self._elsewhere("POST" if add else "DELETE", group, [whom.name])
        if add and whom not in hub.members[group]:
            hub.members[group].append(whom)
        elif not add:
            hub.leave(role, group, whom)
        self._read()

    @rule(person=WHO, new=st.sampled_from(NAMES + SPARE))
    def rename(self, person: int, new: str) -> None:
        whom = self._who(person)
        if whom.name == "root" or any(each.name == new for each in self.hub.people):
            return
        reply = self.real.api("PATCH", f"users/{whom.name}", json={"name": new})
        reply.raise_for_status()
        whom.name = new
        self._read(accounts=self.hub.waits(whom))

    @rule(person=WHO, back=st.sets(ROLES), at_once=st.booleans())
    def make_again(self, person: int, back: set[str], at_once: bool) -> None:
        """An account is deleted, and another one gets its name, and perhaps its groups."""
        hub, whom = self.hub, self._who(person)
        if whom.name == "root":
            return
        self.real.api("DELETE", f"users/{whom.name}").raise_for_status()
        waited = hub.waits(whom)
        hub.forget(whom)
        if not at_once:
            self._read()
        self.real.api("POST", f"users/{whom.name}").raise_for_status()
        new = Someone(whom.name, Person(self.real, whom.name))
        hub.people.insert(person % len(hub.people), new)
        for role in back:
            group = GROUPS[role][0]
            self._elsewhere("POST", group, [new.name])
            hub.members[group].append(new)
        self._read(accounts=waited)

    @rule(actor=ACTOR, person=WHO, role=ROLES,
          how=st.sampled_from(["logged out", "revoked", "expired"]))  # fmt: skip
    def end_login(self, actor: int, person: int, role: str, how: str) -> None:
        """A form is sent after its login is over: nothing happens."""
        name = self._who(actor).name
        browser = Browser(self.real, name)
        token = browser.read(f"roles/{role}").find("input", {"name": "_xsrf"})
        if how == "logged out":
            browser.session.get(self.real.hub_url("logout"), timeout=30)
        elif how == "revoked":
            self.real.end_logins(name)
        else:
            path = urlsplit(self.real.page()).path
            browser.session.cookies.clear("127.0.0.1", path, "service-responsibilities")
        fields = {"action": "appoint", "person": self._who(person).name,
                  "_xsrf": token["value"] if token else ""}  # fmt: skip
        reply = browser.session.post(self.real.page(f"roles/{role}"), data=fields, timeout=30)
        assert reply.status_code in (401, 403), reply.text

    @precondition(lambda self: self.restarts)
    @rule(seldom=SELDOM)
    def mistake_a_group(self, seldom: bool) -> None:
        """A group is mistyped in the declaration, and put right after a while."""
        if not seldom:
            return
        root = self._named("root").client
        for mistaken in (True, False):
            self._declare(**{ADMINISTRATOR: {"groups": ["hub-team"]}} if mistaken else {})
            told = root.get(f"api/roles/{ADMINISTRATOR}").json()["holders"]
            assert bool(told) is (not mistaken and bool(self.hub.holders(ADMINISTRATOR)))

    @precondition(lambda self: self.restarts)
    @rule(seldom=SELDOM, most=st.integers(1, 4))
    def declare_a_number(self, seldom: bool, most: int) -> None:
        """From now on, a role may have fewer or more holders; nobody loses it by that."""
        if seldom:
            self.hub.most[GUIDE] = most
            self._declare()

    def teardown(self) -> None:
        """The next play begins with the declaration as it was."""
        if self.hub.most != MOST:
            self.hub.most = MOST.copy()
            self._declare()

    # -- what is said

    @invariant()
    def what_is_said_is_so(self) -> None:
        type(self).compared += 1
        hub, root = self.hub, self._named("root").client
        for group, there in hub.members.items():
            path = f"groups/{group.replace('/', '%2F')}"
            on_hub = self.real.api("GET", path).json()["users"]
            assert sorted(on_hub) == sorted(each.name for each in there), group
        lines = {
            (each["role"], each["name"]): each
            for each in root.get("exports/holders.json").json()["holders"]
        }
        for role in GROUPS:
            holders = hub.holders(role)
            told = root.get(f"api/roles/{role}").json()["holders"]
            assert {each["name"]: each["groups"] for each in told} == {
                each.name: hub.through(role, each) for each in holders
            }
            page = dict(self._rows(root, role))
            assert page.keys() == {each.name for each in holders}
            for each in holders:
                until, confirmed = (
                    hub.terms.get((role, id(each))),
                    (role, id(each)) in hub.confirmed,
                )
                line = lines[role, each.name]
                assert (line["until"], line["confirmed"] == "confirmed") == (until, confirmed)
                assert ("Until" in page[each.name]) is bool(until), page[each.name]
                assert ("duties confirmed" in page[each.name]) is confirmed, page[each.name]
        asked = {
            each["number"]: (each["by"], each["user"], each["until"])
            for each in root.get("api/requests").json()["requests"]
        }
        assert asked == {
            number: (each.by.name, each.person.name, each.until)
            for number, each in hub.requests.items()
        }
        assert sorted(deeds(self.real, self.mark)) == sorted(hub.deeds)

    @staticmethod
    def _rows(client: Person, role: str) -> Iterator[tuple[str, str]]:
        html = BeautifulSoup(client.get(f"roles/{role}").text, "html.parser")
        for row in html.select(".rsp-holder"):
            yield row.h3.bdi.text, row.select_one(".rsp-how").text

    # -- means

    def _who(self, number: int) -> Someone:
        if number >= len(NAMES):
            return self._named("root")
        return self.hub.people[number % len(self.hub.people)]

    def _named(self, name: str) -> Someone:
        return next(each for each in self.hub.people if each.name == name)

    def _elsewhere(self, method: str, group: str, names: list[str]) -> None:
        path = f"groups/{group.replace('/', '%2F')}/users"
        self.real.api(method, path, json={"users": names}).raise_for_status()

    def _read(self, accounts: bool = False) -> None:
        """Let the service see what was changed elsewhere; of `accounts`, it sees holders soon."""
        if accounts:
            self.real.wait_until_accounts_are_read()
        for _ in range(3):
            self.real.wait_until_read()

    def _declare(self, **roles: dict[str, Any]) -> None:
        """Restart the hub with a declaration that says something else of these roles."""
        declared = {**DECLARATION["roles"], **roles}
        declared[GUIDE] = {**declared[GUIDE], "holders": {"min": 0, "max": self.hub.most[GUIDE]}}
        self.real.stop()
        text = yaml.safe_dump({**DECLARATION, "roles": declared})
        self.real.declaration_file.write_text(text)
        self.real.start()
        self._read()

    def _recorded(self, *deeds: tuple[str, ...]) -> None:
        self.hub.deeds += deeds

    def _changed(self, event: str, by: Someone, whom: Someone, result: str) -> None:
        self._recorded((event, by.name, whom.name, ""), ("outcome", by.name, whom.name, result))


@contextmanager
def playground(folder: Path, restarts: bool) -> Iterator[type[Anything]]:
    """The machine, on a hub of its own."""
    quick = ("--Settings.accounts_seconds=1", *QUICK)
    any_login = "c.Authenticator.allow_all = True\n"
    with RealHub(folder, DECLARATION, settings=quick, before=any_login, first=MANY_WRITES) as real:
        yield type("Anything", (Anything,), {"real": real, "restarts": restarts})


def play(folder: Path, examples: int, steps: int, restarts: bool = False) -> int:
    """Play so many times so many steps; how often all that was said was so."""
    with playground(folder, restarts) as machine:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                database=None,
                derandomize=False,
            ),
        )
        return machine.compared


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        compared = play(Path(place), max(1, int(sys.argv[1]) // 50), 50, restarts=True)
        print(f"Compared {compared} times, after each step: all that was said was so.")
