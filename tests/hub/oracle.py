"""What must be said about a hub, worked out without the code that says it.

From the hub's own database, the declaration as it is written, and the built-in model as data.
What no database tells (who held a role before, who was moved by hand) comes from comparing one
look with the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jupyterhub.scopes import expand_scopes

MODEL = Path(__file__).parents[2] / "jupyterhub_responsibility" / "models" / "community-hub.yaml"
PAGE_SCOPES = {"access:services", "access:services!service=responsibilities"}
DAYS_AWAY = 90
"""As the documentation of `seen_within` has it."""

OWN = ("!user", "!server")

COMMUNITY_SPLITS = {"community", "partner"}
"""Splits of which the provider's people don't count."""

Statement = tuple[str, str, str]
"""A gap: its kind, what it is about, and the account, person or group, if any."""

Holding = tuple[str, str]
"""A role, and who holds it."""


@dataclass(frozen=True)
class Account:
    """An account, as the hub's database has it."""

    id: int
    name: str
    admin: bool
    roles: frozenset[str]
    last_activity: datetime | None

    @property
    def powerful(self) -> bool:
        return self.admin or "admin" in self.roles


@dataclass(frozen=True)
class Look:
    """The hub's database at one moment."""

    accounts: Mapping[str, Account]
    members: Mapping[str, frozenset[str]]
    group_roles: Mapping[str, frozenset[str]]
    scopes: Mapping[str, frozenset[str]]


def look(database: Path) -> Look:
    """Read what counts from a hub's database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:

        def pairs(sql: str) -> dict[Any, set[str]]:
            found: dict[Any, set[str]] = {}
            for key, value in db.execute(sql):
                found.setdefault(key, set())
                if value is not None:
                    found[key].add(value)
            return found

        roles = pairs(
            "SELECT m.user_id, r.name FROM user_role_map m JOIN roles r ON r.id = role_id"
        )
        members = pairs(
            "SELECT g.name, u.name FROM groups g"
            " LEFT JOIN user_group_map m ON m.group_id = g.id LEFT JOIN users u ON u.id = m.user_id"
        )
        given = pairs(
            "SELECT g.name, r.name FROM groups g"
            " LEFT JOIN group_role_map m ON m.group_id = g.id LEFT JOIN roles r ON r.id = m.role_id"
        )
        accounts = {
            name: Account(number, name, bool(admin), frozenset(roles.get(number, ())),
                          datetime.fromisoformat(seen) if seen else None)
            for number, name, admin, seen in db.execute(
                "SELECT id, name, admin, last_activity FROM users")
        }  # fmt: skip
        scopes = dict(db.execute("SELECT name, scopes FROM roles"))
    return Look(
        accounts,
        {group: frozenset(names) for group, names in members.items()},
        {group: frozenset(names) for group, names in given.items()},
        {role: _expanded(json.loads(said)) for role, said in scopes.items()},
    )


def _expanded(scopes: list[str]) -> frozenset[str]:
    """What scopes come to, but for those that depend on whose they are."""
    return frozenset(expand_scopes([s for s in scopes if s != "self" and not s.endswith(OWN)]))


@dataclass(frozen=True)
class Truth:
    """What must be said, all of it and nothing else."""

    holders: frozenset[Holding]
    gaps: frozenset[Statement]
    states: Mapping[str, str]
    leaving: tuple[frozenset[str], int]
    """Those whose leaving would empty most, and how many responsibilities that would be."""


@dataclass
class Oracle:
    """Looks at a hub after each change, and remembers what it saw."""

    declaration: Mapping[str, Any]
    shadowed: Iterable[str] = ()
    managed: bool = False
    last: Look | None = None
    confirmed: set[Holding] = field(default_factory=set)
    gone: set[Holding] = field(default_factory=set)
    lost: set[Statement] = field(default_factory=set)
    """Role, group and account: who lost a role because its group does not stand for it any more."""
    declared_last: Mapping[str, Any] = field(default_factory=dict)
    by_hand: set[Statement] = field(default_factory=set)
    undecided: set[Statement] = field(default_factory=set)
    """Whom a login has moved, and nobody has said that it is right."""
    moved_in: dict[Holding, bool] = field(default_factory=dict)
    """Whether the last move of somebody was into a role."""

    def see(self, database: Path, now: datetime, logged_in: str = "") -> Truth:
        """The truth after a change; `logged_in` is who made it by logging in."""
        seen = look(database)
        if self.last is not None:
            self._remember_mapping(self.last)
            self._remember(self.last, seen, logged_in)
        self.lost = {each for each in self.lost if each[2] not in self._accounts(seen, each[0])}
        self.last, self.declared_last = seen, self.declaration
        return Truth(
            holders=frozenset(
                (role, name) for role in self.roles for name in self._holders(seen, role)
            ),
            gaps=frozenset(self._gaps(seen, now)),
            states={each["id"]: self._state(seen, each) for each in self.responsibilities},
            leaving=self._leaving(seen),
        )

    # -- the declaration

    @property
    def roles(self) -> dict[str, dict[str, Any]]:
        builtin, declared = _model()["roles"], self.declaration["roles"]
        return {role: {**said, **declared.get(role, {})} for role, said in builtin.items()}

    @property
    def responsibilities(self) -> list[dict[str, Any]]:
        return [
            {"split": area["split"], "needs": [], **each,
             "roles": {*each.get("performed_by", ()), each.get("accountable")} - {None}}
            for area in _model()["areas"].values() for each in area["responsibilities"]
        ]  # fmt: skip

    @property
    def staff(self) -> set[str]:
        return set(self.declaration["provider"].get("staff", ()))

    def _groups(self, role: str) -> list[str]:
        return self.roles[role].get("groups", [])

    def _mapped(self) -> list[str]:
        return [role for role in self.roles if self._groups(role)]

    # -- who holds what

    def _accounts(self, seen: Look, role: str) -> set[str]:
        return {name for group in self._groups(role) for name in seen.members.get(group, ())}

    def _people(self, role: str) -> set[str]:
        return {person["name"] for person in self.roles[role].get("people", ())}

    def _holders(self, seen: Look, role: str) -> set[str]:
        return self._accounts(seen, role) | self._people(role)

    def _state(self, seen: Look, each: Mapping[str, Any]) -> str:
        everybody = {name for role in each["roles"] for name in self._holders(seen, role)}
        counted = self._counted(seen, each)
        if not each["roles"]:
            return "no-role"
        if not everybody:
            return "vacant"
        return {0: "provider-only", 1: "single"}.get(len(counted), "covered")

    def _counted(self, seen: Look, each: Mapping[str, Any]) -> set[str]:
        people = {name for role in each["roles"] for name in self._people(role)}
        accounts = {name for role in each["roles"] for name in self._accounts(seen, role)}
        return people | (accounts - self.staff if each["split"] in COMMUNITY_SPLITS else accounts)

    def _leaving(self, seen: Look) -> tuple[frozenset[str], int]:
        alone: dict[str, int] = {}
        for each in self.responsibilities:
            counted = self._counted(seen, each)
            if len(counted) == 1 and each["split"] != "provider":
                name = counted.pop()
                alone[name] = alone.get(name, 0) + 1
        most = max(alone.values(), default=0)
        return frozenset(name for name in alone if alone[name] == most), most

    # -- what no single look tells

    def _remember(self, before: Look, after: Look, logged_in: str) -> None:
        ids = {account.id for account in after.accounts.values()}
        for role in self._mapped():
            were, are = self._accounts(before, role), self._accounts(after, role)
            were_ids = {before.accounts[name].id for name in were}
            joined = {name for name in are if after.accounts[name].id not in were_ids}
            if joined:
                self.gone = {each for each in self.gone if each[0] != role}
            left = {(role, name) for name in were if before.accounts[name].id not in ids}
            self.gone |= set() if joined else left
            self.confirmed -= {(role, name) for name in were - are}
        self._remember_edits(before, after, logged_in)

    def _remember_mapping(self, before: Look) -> None:
        """Who was in groups that stood for a role until the declaration was changed."""
        for role, said in self.declared_last["roles"].items():
            ended = set(said.get("groups", ())) - set(self._groups(role))
            for group in ended:
                self.lost |= {(role, group, name) for name in before.members.get(group, ())}
        self.lost = {each for each in self.lost if each[1] not in self._groups(each[0])}

    def _remember_edits(self, before: Look, after: Look, logged_in: str) -> None:
        theirs = {each for each in self.by_hand if each[2] == logged_in}
        self.by_hand -= theirs
        self.undecided |= {("change-undecided", role, name) for _, role, name in theirs}
        for role in self._mapped():
            for group in self._groups(role):
                moved = before.members.get(group, frozenset()) ^ after.members.get(
                    group, frozenset()
                )
                for name in moved:
                    self._moved(role, name, name in after.members.get(group, ()), logged_in)

    def _moved(self, role: str, name: str, joined: bool, logged_in: str) -> None:
        said, came = ("change-undecided", role, name), self.moved_in.get((role, name), False)
        self.undecided.discard(said)
        self.moved_in[role, name] = joined
        if name != logged_in:
            self.by_hand ^= {("edited-by-hand", role, name)}  # there and back: as the login left it
        elif joined or not came:
            self.undecided.add(said)

    # -- gaps

    def _gaps(self, seen: Look, now: datetime) -> Iterator[Statement]:
        for role in self.roles:
            yield from self._number_gaps(seen, role)
            yield from self._group_gaps(seen, role)
            yield from self._person_gaps(seen, role, now)
        yield from self._power_gaps(seen)
        yield from self._contact_gaps(now)
        yield from (("template-shadowed", name, "") for name in self.shadowed)
        if not PAGE_SCOPES & seen.scopes["user"]:
            yield "page-closed", "user", ""

    def _who_count(self, seen: Look, role: str) -> set[str]:
        """Who holds a role, without the staff where a part of it is the community's."""
        parts = [each for each in self.responsibilities if role in each["roles"]]
        community_roles = any(each["split"] in COMMUNITY_SPLITS for each in parts)
        theirs = self.staff if community_roles else set()
        return self._people(role) | (self._accounts(seen, role) - theirs)

    def _number_gaps(self, seen: Look, role: str) -> Iterator[Statement]:
        wanted = {"min": 0, "max": None, **self.roles[role].get("holders", {})}
        parts = [each for each in self.responsibilities if role in each["roles"]]
        everybody = self._holders(seen, role)
        counted = self._who_count(seen, role)
        if not counted and (parts or wanted["min"]):
            yield ("held-by-provider-only" if everybody else "role-vacant"), role, ""
        elif len(counted) < wanted["min"]:
            yield "role-below-minimum", role, ""
        elif (
            len(counted) == 1
            and wanted["max"] != 1
            and any(each["split"] != "provider" for each in parts)
        ):
            yield "single-holder", role, min(counted)
        if wanted["max"] is not None and len(everybody) > wanted["max"]:
            yield "role-above-maximum", role, ""

    def _group_gaps(self, seen: Look, role: str) -> Iterator[Statement]:
        for group in self._groups(role):
            if group not in seen.members:
                yield "group-missing", role, group
                continue
            if not seen.members[group] and self._accounts(seen, role):
                yield "group-empty", role, group
            if role not in seen.group_roles[group]:
                yield "group-without-role", role, group
        if self._groups(role):
            for group, given in seen.group_roles.items():
                if role in given and group not in self._groups(role):
                    yield "group-unmapped", role, group
            needed = {
                scope
                for each in self.responsibilities
                if role in (each.get("performed_by") or [each.get("accountable")])
                for scope in each["needs"]
            }
            if needed - seen.scopes[role]:
                yield "role-lacks-permission", role, ""

    def _person_gaps(self, seen: Look, role: str, now: datetime) -> Iterator[Statement]:
        yield from {("role-lost", role, group) for lost, group, _ in self.lost if lost == role}
        longest = timedelta(days=self.roles[role].get("seen_within", DAYS_AWAY))
        for name in self._accounts(seen, role):
            active = seen.accounts[name].last_activity
            if active and now - active > longest:
                yield "holder-not-seen", role, name
            if (role, name) not in self.confirmed:
                yield "never-confirmed", role, name
        for person in self.roles[role].get("people", ()):
            if "review_by" in person and person["review_by"] < now.date():
                yield "person-past-review", role, person["name"]
        least = self.roles[role].get("holders", {}).get("min", 0)
        enough = max(2, least)
        most = self.roles[role].get("holders", {}).get("max") or enough
        if len(self._who_count(seen, role)) < min(enough, most):
            yield from (("holder-gone", *each) for each in self.gone if each[0] == role)
        if self.managed:
            yield from (said for said in self.by_hand | self.undecided if said[1] == role)

    def _power_gaps(self, seen: Look) -> Iterator[Statement]:
        holders = {name for role in self._mapped() for name in self._accounts(seen, role)}
        for account in seen.accounts.values():
            if account.name in self.staff:
                continue
            if account.powerful:
                if account.name not in holders:
                    yield "power-without-role", "admin", account.name
                continue
            for role in account.roles.intersection(self._mapped()):
                if account.name not in self._accounts(seen, role):
                    yield "power-without-role", role, account.name

    def _contact_gaps(self, now: datetime) -> Iterator[Statement]:
        contacts = self.declaration.get("contacts", [])
        ways = {"email", "telephone", "url"}
        for contact in contacts:
            if not ways & contact.keys():
                yield "contact-without-channel", contact["id"], ""
            if "review_by" in contact and contact["review_by"] < now.date():
                yield "contact-past-review", contact["id"], ""
        if not any(
            contact["for"] == ["everyone"] and ways & contact.keys() for contact in contacts
        ):
            raise NotImplementedError("every declaration here has a contact for everyone")


@cache
def _model() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(MODEL.read_text("utf-8"))
    return said
