"""What somebody who leaves still has on a hub: power, roles and contacts, and what ends each.

What could not be seen is said: nothing that was not looked at counts as gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from shlex import quote as shell
from typing import Any, Literal
from urllib.parse import quote

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict

from ..declaration.effects import EFFECTS, NOW
from ..declaration.entries import DeclarationEntry, ProviderEntry, RoleEntry
from ..declaration.hubs import Hub
from ..domain.accounts import ADMIN
from ..text import counted, prose, visible
from .fleet import UNKNOWN, Said, Told
from .report import below

ORDINARY = "user"
"""The role of the hub that every account has."""

Kind = Literal["role", "power", "request", "contact", "person", "staff", "initial"]


class SaidAccount(TypedDict):
    """An account, as the hub's own API has it."""

    admin: bool
    roles: list[str]
    groups: list[str]


class SaidRequest(TypedDict):
    """An open request, as the API has it."""

    number: int
    by: str
    user: str
    role: str


class _Requests(TypedDict):
    requests: list[SaidRequest]


class _Ways(TypedDict):
    name: str
    email: NotRequired[str]


class _Contact(_Ways):
    id: str


class _Provider(TypedDict, total=False):
    staff: list[str]


class _Role(TypedDict, total=False):
    people: list[_Ways]
    initial: list[str]


class SaidDeclaration(TypedDict, total=False):
    """A declaration, as a hub exports it, as far as it is about people."""

    provider: _Provider
    roles: dict[str, _Role]
    contacts: list[_Contact]


class SaidMe(TypedDict):
    """Who asks, and every contact, as `GET api/me` has it."""

    user: Mapping[str, Any]
    contacts: list[_Contact]


account = TypeAdapter(SaidAccount)
requests = TypeAdapter(_Requests)
declaration = TypeAdapter(SaidDeclaration)
me = TypeAdapter(SaidMe)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who leaves: the name of the account, and what else they may be called in a declaration."""

    name: str
    known_as: frozenset[str] = frozenset()

    @property
    def segment(self) -> str:
        """The name as a part of an address."""
        return quote(self.name, safe="")

    def is_named(self, *said: str) -> bool:
        """Whether one of these is them: a name, an address, or what stands before the @."""
        names = {each.casefold() for each in (self.name, *self.known_as)}
        parts = {part.casefold() for each in said for part in (each, each.partition("@")[0])}
        return not names.isdisjoint(parts)


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is still there, in words, and what ends it: a command, or an edit."""

    kind: Kind
    about: str
    says: str
    end: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of an account on a hub. Of what is None, `unseen` says why.

    Where the hub has no such account, it has no `roles`, not even the one that every account has.
    `group_roles` are what the hub gives to those of its groups that stand for no role.
    """

    roles: Said
    contacts: list[_Contact]
    account: SaidAccount | None = None
    group_roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    requests: Sequence[SaidRequest] = ()
    declared: SaidDeclaration | None = None
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Farewell:
    """What is still there on one hub, and what could not be seen.

    `account` is whether the hub has an account of this name; None where it didn't say.
    """

    hub: str
    url: str
    account: bool | None
    left: tuple[Left, ...]
    unseen: tuple[str, ...]


def farewell(told: Told[Seen], leaver: Leaver) -> Farewell:
    """What an account still has on a hub."""
    hub, seen = told.hub, told.said
    if seen is None:
        return Farewell(hub.id, hub.page, None, (), (f"everything: {told.why}",))
    left = (
        *_roles(hub, seen, leaver),
        *_power(hub, seen, leaver),
        *_requests(hub, seen, leaver),
        *_contacts(seen, leaver),
        *_people(seen, leaver),
        *_declared(seen.declared or {}, leaver),
    )
    exists = bool(seen.account["roles"]) if seen.account else None
    return Farewell(hub.id, hub.page, exists, left, (*seen.unseen, *_not_known(seen.roles)))


def _not_known(said: Said) -> Iterator[str]:
    unknown = [role["title"] for role in said["roles"] if not role["known"]]
    if unknown:
        why = said["trouble"] or "the hub has not said yet who is in its groups"
        yield f"who holds {', '.join(map(visible, unknown))}: {prose(why)}"


def _roles(hub: Hub, seen: Seen, leaver: Leaver) -> Iterator[Left]:
    """The roles that they hold, by what the service last read and what the hub says now."""
    now = set(seen.account["groups"]) if seen.account else set()
    for role in seen.roles["roles"]:
        held = [x for x in role["holders"] if x["kind"] == "account" and x["name"] == leaver.name]
        groups = {group for each in held for group in each["groups"]} | now & set(role["groups"])
        if groups:
            through = ", ".join(map(visible, sorted(groups)))
            says = f"holds the role {visible(role['title'])}, through {through}"
            path = f"api/roles/{quote(role['id'], safe='')}/holders/{leaver.segment}"
            yield Left("role", role["id"], says, _curl(hub, "DELETE", below(hub.page, path)))


def _power(hub: Hub, seen: Seen, leaver: Leaver) -> Iterator[Left]:
    """What the hub lets them do besides, itself or through a group that stands for no role."""
    if seen.account is None:
        return
    account, address = seen.account, f"{hub.address}api/users/{leaver.segment}"
    if account["admin"]:
        end = _curl(hub, "PATCH", address, {"admin": False})
        yield Left("power", ADMIN, "is a JupyterHub admin, and can do everything", end)
    for role in account["roles"]:
        if role not in (ORDINARY, ADMIN) or (role == ADMIN and not account["admin"]):
            says = (
                f"has the hub's role {visible(role)} without a group; what ends that deletes the"
                " account, and its servers"
            )
            yield Left("power", role, says, _curl(hub, "DELETE", address))
    for group, given in seen.group_roles.items():
        if given:
            roles = ", ".join(map(visible, given))
            says = f"is in the group {visible(group)}, to which the hub gives its role {roles}"
            path = f"{hub.address}api/groups/{quote(group, safe='')}/users"
            yield Left("power", group, says, _curl(hub, "DELETE", path, {"users": [leaver.name]}))


def _requests(hub: Hub, seen: Seen, leaver: Leaver) -> Iterator[Left]:
    for each in seen.requests:
        if leaver.name in (each["by"], each["user"]):
            says = f"{_asked(each, leaver)} the role {visible(each['role'])}"
            address = below(hub.page, f"api/requests/{each['number']}")
            end = _curl(hub, "POST", address, {"verdict": "declined"})
            yield Left("request", str(each["number"]), says, end)


def _asked(request: SaidRequest, leaver: Leaver) -> str:
    if request["by"] == request["user"]:
        return "has asked for"
    if request["by"] == leaver.name:
        return f"has proposed {visible(request['user'])} for"
    return f"is proposed by {visible(request['by'])} for"


def _contacts(seen: Seen, leaver: Leaver) -> Iterator[Left]:
    for each in seen.contacts:
        if leaver.is_named(each["name"], each.get("email", "")):
            says = f"is the contact {visible(each['name'])}"
            end = _in_the_declaration(
                f"the contact with the id {visible(each['id'])}",
                "contacts",
                EFFECTS[DeclarationEntry]["contacts"],
            )
            yield Left("contact", each["id"], says, end)


def _people(seen: Seen, leaver: Leaver) -> Iterator[Left]:
    for role in seen.roles["roles"]:
        for each in role["holders"]:
            if each["kind"] == "person" and leaver.is_named(each["name"], each.get("email", "")):
                name, title = visible(each["name"]), visible(role["title"])
                says = f"is named as {title}, as {name}"
                where = f"roles.{role['id']}.people"
                end = _in_the_declaration(name, where, EFFECTS[RoleEntry]["people"])
                yield Left("person", role["id"], says, end)


def _declared(said: SaidDeclaration, leaver: Leaver) -> Iterator[Left]:
    """Where accounts stand in the declaration that may hold a role again, or pass for staff."""
    name = visible(leaver.name)
    if leaver.name in said.get("provider", {}).get("staff", ()):
        end = _in_the_declaration(name, "provider.staff", EFFECTS[ProviderEntry]["staff"])
        yield Left("staff", "", "is named among the provider's staff", end)
    for role, declared in said.get("roles", {}).items():
        if leaver.name in declared.get("initial", ()):
            says = f"is to be one of the first to hold the role {visible(role)}"
            where = f"roles.{visible(role)}.initial"
            end = _in_the_declaration(name, where, EFFECTS[RoleEntry]["initial"])
            yield Left("initial", role, says, end)


def _in_the_declaration(what: str, where: str, effect: str) -> str:
    then = "; restart the hub if it is no file" if effect == NOW else ", and restart the hub"
    return f"In the declaration, take {what} out of {where}{then}"


def _curl(hub: Hub, method: str, address: str, body: Mapping[str, Any] | None = None) -> str:
    """The command for a shell; the token comes from the environment, as it did to look."""
    sent = ["-d", shell(json.dumps(body))] if body else []
    header = f'"Authorization: token ${hub.variable}"'
    return " ".join(["curl --fail -X", method, "-H", header, *sent, shell(address)])


def as_text(farewells: Iterable[Farewell], leaver: Leaver) -> str:
    """All of it, to read in a terminal."""
    found = list(farewells)
    lines = [line for each in found for line in _lines(each)]
    return "\n".join([*lines, "", _summary(found, leaver), ""])


def as_data(farewells: Iterable[Farewell], leaver: Leaver) -> dict[str, Any]:
    """The same for a program."""
    return {"user": leaver.name, "hubs": [asdict(each) for each in farewells]}


def _lines(each: Farewell) -> Iterator[str]:
    yield f"{each.hub} ({each.url})"
    for left in each.left:
        yield f"  - {left.says}"
        yield f"    {left.end}"
    yield from (f"  ? {UNKNOWN}: {unseen}" for unseen in each.unseen)
    if not each.left and not each.unseen:
        yield "  nothing"


def _summary(farewells: Collection[Farewell], leaver: Leaver) -> str:
    left = sum(bool(each.left) for each in farewells)
    unseen = sum(bool(each.unseen) for each in farewells)
    hubs = counted(len(farewells), "hub", "hubs")
    said = [f"{visible(leaver.name)}: something is left on {left} of {hubs}"]
    if unseen:
        said.append(f"on {unseen}, not everything could be seen")
    exists = {each.account for each in farewells}
    if False in exists and True not in exists:  # the name may be mistyped
        said.append("no hub that could say so has an account of this name")
    return "; ".join(said)
