"""Who holds which role on each of several hubs: as rows, for people with a spreadsheet and for
programs that pass them on.

A hub that told nothing has a row all the same, which says `unknown`: a list never makes a hub look
as if nobody held a role there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import NAMESPACE_URL, uuid5

from pydantic import TypeAdapter, ValidationError
from typing_extensions import NotRequired, TypedDict

from ..declaration.entries import usable_email
from ..declaration.hubs import Hub
from ..declaration.shape import did_you_mean
from ..domain.holders import DECLARED
from ..domain.logins import KnownFrom
from ..errors import ResponsibilityError
from . import spreadsheet
from .formats import BYTE_ORDER, KNOWN_FROM, UNSEEN_SINCE, cell

T = TypeVar("T")

Kind = Literal["account", "person", "nobody", "no-role", "unknown"]
UNKNOWN: Kind = "unknown"


class NonsenseError(ResponsibilityError):
    """What a hub told is not what its API tells."""


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a hub told; None, and `why` in words, where it told nothing."""

    hub: Hub
    said: T | None
    why: str = ""


class SaidHolder(TypedDict):
    """A holder, as the API has it."""

    name: str
    display_name: NotRequired[str | None]
    kind: Literal["account", "person"]
    groups: list[str]
    as_of: str | None
    known_from: NotRequired[KnownFrom]
    unseen_since: NotRequired[str | None]
    email: NotRequired[str]


class SaidRole(TypedDict):
    """A role with its holders; `known` is false while the hub can't say who they are. `at_login`:
    the login service decides who is in all of its groups.

    `contacts` are email addresses of the contacts for it, where these were asked for.
    """

    id: str
    title: str
    groups: list[str]
    holders: list[SaidHolder]
    known: bool
    at_login: NotRequired[bool]
    contacts: NotRequired[list[str]]


class Said(TypedDict):
    """What `GET api/roles` answers, as far as it is wanted here."""

    roles: list[SaidRole]
    as_of: str | None
    trouble: str | None


class FleetRow(TypedDict):
    """A holder of a role on one of the hubs; a role that nobody holds has a row as well."""

    id: Annotated[str, "stays the same for one holder of one role on one hub, from list to list"]
    hub: Annotated[str, "what the list of hubs calls the hub"]
    role: Annotated[str, "the id of the role; empty where the hub didn't say which roles it has"]
    title: Annotated[str, "what the role is called there"]
    name: Annotated[str, "the account, or the name of a person without one"]
    display_name: Annotated[str | None, "what they are called, where the hub knows it"]
    kind: Annotated[
        Kind,
        "`account`, `person`, `nobody`, `no-role` where the hub's model has no such role, or"
        " `unknown` where the hub didn't say who holds it",
    ]
    through: Annotated[str, "the groups of the hub, separated by commas, or `declaration`"]
    email: Annotated[str | None, "their email address, where the hub tells it to this token"]
    as_of: Annotated[
        str | None,
        "when that was read from the hub, or declared; where the login service told it, no later"
        " than when, or nothing where that is not known",
    ]
    why: Annotated[str | None, "why it is unknown"]
    known_from: Annotated[KnownFrom | None, f"{KNOWN_FROM}; nothing where it is unknown"]
    unseen_since: Annotated[str | None, UNSEEN_SINCE]


class FleetHub(TypedDict):
    """One of the hubs. `etag` stands for who holds which role there, whenever that was read."""

    id: str
    url: str
    known: bool
    why: str | None
    etag: str
    as_of: str | None


class FleetFile(TypedDict):
    """Who holds which role on each hub. `etag` stands for all of it, but for the times."""

    made_at: str
    etag: str
    certain: bool
    hubs: list[FleetHub]
    holders: list[FleetRow]


_said = TypeAdapter(Said)


def checked(kind: TypeAdapter[T], said: Any) -> T:
    """What a hub told, if it is of this kind. Raises NonsenseError."""
    try:
        return kind.validate_python(said, strict=True)
    except ValidationError as error:
        raise NonsenseError("it is not the Responsibilities page that answers there") from error


def said_of_roles(answer: Any) -> Said:
    """What `GET api/roles` answered. Raises NonsenseError."""
    return checked(_said, answer)


def rows(told: Told[Said], roles: Sequence[str]) -> list[FleetRow]:
    """Who holds these roles on a hub; all of its roles, if none is named."""
    return list(_rows(told, roles))


def _rows(told: Told[Said], roles: Sequence[str]) -> Iterator[FleetRow]:
    hub, said = told.hub, told.said
    if said is None:
        yield from (_row(hub, role, "", UNKNOWN, why=told.why) for role in roles or ("",))
        return
    there = {each["id"]: each for each in said["roles"]}
    for role in roles or there:
        if role in there:
            yield from _of_role(hub, said, there[role])
        else:
            yield _row(hub, role, "", "no-role", as_of=said["as_of"])


def _of_role(hub: Hub, said: Said, role: SaidRole) -> Iterator[FleetRow]:
    own = hub, role["id"], role["title"]
    if not role["known"]:
        why = said["trouble"] or "the hub has not said yet who is in its groups"
        yield _row(*own, UNKNOWN, why=why)
    elif not role["holders"]:
        row = _row(*own, "nobody", as_of=None if role.get("at_login") else said["as_of"])
        row["known_from"] = _nobody_known_from(role)
        yield row
    for each in role["holders"]:
        row = _row(*own, each["kind"], each["name"], as_of=each["as_of"])
        row["known_from"], row["unseen_since"] = each.get("known_from"), each.get("unseen_since")
        row["display_name"] = each.get("display_name")
        row["through"] = ", ".join(each["groups"]) if each["kind"] == "account" else DECLARED
        row["email"] = usable_email(each.get("email", ""))
        yield row


def _nobody_known_from(role: SaidRole) -> KnownFrom:
    if role.get("at_login"):
        return "login"
    return "hub" if role["groups"] else "declaration"


def _row(
    hub: Hub,
    role: str,
    title: str,
    kind: Kind,
    name: str = "",
    as_of: str | None = None,
    why: str | None = None,
) -> FleetRow:
    return {
        "id": stable_id(hub.id, role, kind, name),
        "hub": hub.id,
        "role": role,
        "title": title,
        "name": name,
        "display_name": None,
        "kind": kind,
        "through": "",
        "email": None,
        "as_of": as_of,
        "why": why,
        "known_from": None,
        "unseen_since": None,
    }


def stable_id(*parts: str) -> str:
    """An id that stays the same for the same parts, whichever letters are in them."""
    return str(uuid5(NAMESPACE_URL, json.dumps(["jupyterhub-responsibility", *parts])))


def etag(rows: Iterable[FleetRow]) -> str:
    """Stands for what rows say, whenever it was read, and whyever it was not."""
    ordered = sorted(rows, key=lambda row: row["id"])
    lasting = [{k: v for k, v in row.items() if k not in ("as_of", "why")} for row in ordered]
    return sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()


def no_such_role(told: Iterable[Told[Said]], roles: Collection[str]) -> str:
    """What is wrong with roles that none of the hubs has, if each of them has told; or ""."""
    said = [each.said for each in told]
    there = {role["id"] for each in said if each for role in each["roles"]}
    for role in roles:
        if role not in there and all(said):
            return f"--role {role}: none of the hubs has such a role. {did_you_mean(role, there)}"
    return ""


def as_csv(rows: Iterable[FleetRow]) -> str:
    """Rows for a spreadsheet."""
    columns = list(FleetRow.__annotations__)
    cells = ([cell(value) for value in _in_order(row, columns)] for row in rows)
    return BYTE_ORDER + "".join(map(spreadsheet.line, [columns, *cells]))


def _in_order(row: Mapping[str, object], columns: Iterable[str]) -> list[object]:
    return [row[column] for column in columns]


def as_json(told: Sequence[Told[Said]], roles: Sequence[str], made_at: str) -> str:
    """Rows for a program, with what to compare them by."""
    by_hub = [(each, rows(each, roles)) for each in told]
    holders = [row for _, those in by_hub for row in those]
    said: FleetFile = {
        "made_at": made_at,
        "etag": etag(holders),
        "certain": certain(holders),
        "hubs": [_hub(each, those) for each, those in by_hub],
        "holders": holders,
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def certain(rows: Iterable[FleetRow]) -> bool:
    """Whether it is known of every role who holds it, and of everybody whether they still do."""
    return all(row["kind"] != UNKNOWN and not row["unseen_since"] for row in rows)


def _hub(told: Told[Said], rows: Sequence[FleetRow]) -> FleetHub:
    why = next((row["why"] for row in rows if row["kind"] == UNKNOWN), None)
    return {
        "id": told.hub.id,
        "url": told.hub.page,
        "known": why is None,
        "why": why,
        "etag": etag(rows),
        "as_of": told.said["as_of"] if told.said else None,
    }
