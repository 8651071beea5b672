"""The list of hubs that are asked together: which there are, and where the token for each is.

A token never stands in the list, which names the variable of the environment that holds it. No
message about the list repeats what may be a token after all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ..errors import DeclarationError, Fault
from .entries import Entry, Id, WebAddress
from .shape import typed
from .source import Source, read_file

USUAL_NAME = "responsibilities"
"""What the service is called on a hub, unless its operator chose another name."""

_SERVICES = "/services/"
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
"""No small letters: tokens have some, and are no names then."""

_TOKEN = (
    "a token does not belong in this file",
    "Put it into a variable of the environment, and write the name of that: token_variable:"
    " REEF_TOKEN",
)


_web = TypeAdapter[str](WebAddress)


def _address(value: str) -> str:
    try:
        address = _web.validate_python(value)
    except ValidationError:
        address = ""
    if not address.startswith(("https://", "http://")) or set("?#@") & set(address):
        raise PydanticCustomError("hub_address", "is not the address of a hub")
    return address


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise PydanticCustomError("variable", "is not the name of a variable")
    return value


class HubEntry(Entry):
    """One hub of the list."""

    id: Id
    """What this list calls the hub. Keep it, even if the address changes: whatever is made of the
    list knows the hub by it."""
    url: Annotated[str, AfterValidator(_address)]
    """The address of the hub, or of its Responsibilities page; of that page if the service has
    another name than `responsibilities`."""
    token_variable: Annotated[str, AfterValidator(_variable)]
    """The name of the environment variable that holds a token for this hub."""


class HubsEntry(Entry):
    """The whole list."""

    hubs: Annotated[tuple[HubEntry, ...], Field(min_length=1)]
    """Every hub to ask."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub to ask. `page` is the address of its Responsibilities page, with a `/` at the end;
    `variable` the name of the environment variable with the token."""

    id: str
    page: str
    variable: str

    @property
    def address(self) -> str:
        """Where the hub itself is."""
        return hub_above(self.page)


def load_hubs(path: str) -> tuple[Hub, ...]:
    """The hubs of a list. Raises DeclarationError with every fault, or UnreadableError."""
    source = read_file(Path(path))
    entries = typed(source, HubsEntry)
    faults = [*map(_of_a_token, source.faults), *_second_ids(source)]
    if faults:
        ordered = sorted(faults, key=lambda fault: fault.line or 0)
        raise DeclarationError(tuple(ordered), "the list of hubs")
    return tuple(Hub(each.id, page_of(each.url), each.token_variable) for each in entries.hubs)


def page_of(url: str) -> str:
    """Where the Responsibilities page of a hub is; `url` leads to it, or to any page of the hub."""
    parts = urlsplit(url)
    before, found, after = parts.path.rpartition(_SERVICES)
    name = after.partition("/")[0] or USUAL_NAME
    base = before if found else re.sub(r"(/hub(/.*)?|/+)$", "", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, f"{base}{_SERVICES}{name}/", "", ""))


def hub_above(page: str) -> str:
    """Where the hub is that has a service at an address."""
    parts = urlsplit(page)
    before, found, _ = parts.path.rpartition(_SERVICES)
    return urlunsplit((parts.scheme, parts.netloc, f"{before if found else ''}/hub/", "", ""))


def _of_a_token(fault: Fault) -> Fault:
    """A fault as it is said; of a token in the file, what to do with it instead."""
    if not re.search(r"\.(\w+_)?token$", fault.path):
        return fault
    message, fix = _TOKEN
    return replace(fault, message=message, fix=fix)


def _second_ids(source: Source) -> Iterator[Fault]:
    """Two hubs with one id would be taken for one by whoever reads what is said of them."""
    hubs = source.data.get("hubs") if isinstance(source.data, dict) else None
    first: dict[str, int] = {}
    for number, each in enumerate(hubs if isinstance(hubs, list) else ()):
        found = each.get("id") if isinstance(each, dict) else None
        if not isinstance(found, str):
            continue
        at = ("hubs", number, "id")
        line = source.lines[at]
        if found in first:
            message = f"another hub has this id (on line {first[found]})"
            yield source.fault(at, message, "Give each hub an id of its own")
        first.setdefault(found, line)
