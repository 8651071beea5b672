"""A link to write to those who hold roles on several hubs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict

from ..declaration.entries import usable_email
from ..text import visible
from .fleet import FleetRow, Said, Told, checked, rows

_SaidContact = TypedDict("_SaidContact", {"for": list[str], "email": NotRequired[str]})


class _SaidContacts(TypedDict):
    contacts: list[_SaidContact]


_said = TypeAdapter(_SaidContacts)


def with_contacts(said: Said, answer: Any) -> Said:
    """Roles with the addresses of their contacts, which `GET api/me` answered.

    Raises NonsenseError.
    """
    contacts = checked(_said, answer)["contacts"]
    for role in said["roles"]:
        found = (
            usable_email(each.get("email", "")) for each in contacts if role["id"] in each["for"]
        )
        role["contacts"] = [address for address in found if address]
    return said


def link(told: Iterable[Told[Said]], roles: Sequence[str]) -> str:
    """A link that writes to all of them, each address once; none of them sees the others.

    Nothing, where no hub tells an address.
    """
    found = (address for each in told for _, those in _reached(each, roles) for address in those)
    addresses = {address.casefold(): address for address in found}
    said = ",".join(quote(each, safe="@") for each in addresses.values())
    return f"mailto:?bcc={said}\n" if said else ""


def without_address(told: Iterable[Told[Said]], roles: Sequence[str]) -> Iterator[str]:
    """Whom the link doesn't reach, in words."""
    for each in told:
        for row, addresses in _reached(each, roles):
            if not addresses:
                name, title = visible(row["name"]), visible(row["title"])
                yield f"{row['hub']}: {name} ({title}): the hub tells no email address"


def _reached(told: Told[Said], roles: Sequence[str]) -> Iterator[tuple[FleetRow, Sequence[str]]]:
    """Who holds a role, with their own address, or those of the contacts for the role."""
    said = told.said["roles"] if told.said else ()
    contacts = {role["id"]: role.get("contacts", ()) for role in said}
    for row in rows(told, roles):
        if row["kind"] in ("account", "person"):
            yield row, (row["email"],) if row["email"] else contacts[row["role"]]
