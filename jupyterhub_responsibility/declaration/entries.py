"""The format of the declaration, as types: what may stand in the file, part by part.

These types validate the file and generate its JSON Schema; each field's description is its
documentation. What one part says about another (unknown roles, circles, …) is checked in
`checks`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urljoin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    StrictBool,
    StrictInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
)
from pydantic_core import PydanticCustomError

from ..domain.elsewhere import GROUP, flaw, names_in
from ..domain.messages import MESSAGES, MessageKind
from ..domain.model import EVERYONE, Split, TermEnd

NO_MODEL = "none"

_WEB_ADDRESS = r"^(https?://[^\s/]|/(?![/\\]))\S*$"
"""Browsers read `//` and `/\\` at the start as the address of another site."""


def _printable(value: str) -> str:
    if not value.isprintable():
        raise PydanticCustomError("unprintable", "contains characters that cannot be seen")
    return value


def _printable_lines(value: str) -> str:
    return "\n".join(_printable(line) for line in value.split("\n"))


def _web_address(value: str) -> str:
    if not re.fullmatch(_WEB_ADDRESS, value):
        raise PydanticCustomError("web_address", "is not a web address")
    try:  # as browsers do, and as Python's own parser does
        HttpUrl(urljoin("https://hub.example/", value))
    except ValueError as error:
        raise PydanticCustomError("web_host", "names no host") from error
    return value


def _iso_date(value: Any) -> Any:
    """A date; programs that pass values on make its first moment of it, in UTC or nowhere."""
    if isinstance(value, datetime):  # which is a date in Python's eyes
        if value.time() == time() and not value.utcoffset():
            return value.date()
    elif isinstance(value, date):
        return value
    try:
        if found := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T00:00:00Z)?", value):
            return date.fromisoformat(found[1])
    except (TypeError, ValueError):
        pass
    raise PydanticCustomError("iso_date", "is not a date")


def _whole(value: Any) -> Any:
    """JSON doesn't tell 2.0 from 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_printable_lines),
]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_printable),
]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Email = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^@\s<>\"',;:?&#%()\[\]\\]+@[^@\s<>\"',;:?&#%()\[\]\\]+\.[^@\s<>\"',;:?&#%()\[\]\\.]+$",
        max_length=254,
    ),
    AfterValidator(_printable),
]
_EMAIL = TypeAdapter[str](Email)


def usable_email(address: str) -> str | None:
    """An email address that is one, and can be written to."""
    try:
        return _EMAIL.validate_python(address)
    except ValidationError:
        return None


Telephone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()./-]{2,30}$")]
WebAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000),
    AfterValidator(_printable),
    AfterValidator(_web_address),
    Field(json_schema_extra={"pattern": _WEB_ADDRESS}),
]
Permission = Annotated[str, StringConstraints(pattern=r"^[^\s!]+$", max_length=255)]
"""The name of a scope of the hub, without a filter: a model knows no groups and no accounts."""
Whole = BeforeValidator(_whole)
Once = AfterValidator(_once)
Ids = Annotated[tuple[Id, ...], Once]
Names = Annotated[tuple[Name, ...], Once]
Topics = Annotated[tuple[Title, ...], Once]
Permissions = Annotated[tuple[Permission, ...], Once]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
_NO_OTHER_KEYS = Field(json_schema_extra={"additionalProperties": False})
Date = Annotated[
    date,
    BeforeValidator(
        _iso_date,
        json_schema_input_type=Annotated[str, Field(json_schema_extra={"format": "date"})],
    ),
]


class Entry(BaseModel):
    """A part of the file; a key that isn't listed is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PartyEntry(Entry):
    name: Title
    """What people call the organisation."""
    url: WebAddress | None = None
    """Where to reach it; shown when there is no better contact, before the one for everyone."""


class ProviderEntry(PartyEntry):
    staff: Names = ()
    """Account names of people from the provider."""


class PersonEntry(Entry):
    name: Title
    """Their name, as people on the hub know it."""
    email: Email | None = None
    """Shown to people who are logged in."""
    telephone: Telephone | None = None
    """Shown to people who are logged in."""
    url: WebAddress | None = None
    """A page about them, or a form to reach them."""
    review_by: Date | None = None
    """The review date: by then, somebody should check that they still hold the role."""


class RangeEntry(Entry):
    min: Annotated[StrictInt, Field(ge=0), Whole] = 0
    """The smallest number of holders."""
    max: Annotated[StrictInt, Field(ge=1), Whole] | None = None
    """The largest number of holders; without it there is no limit."""


class RoleEntry(Entry):
    title: Title | None = None
    """What the role is called; required for a role that the model doesn't have yet."""
    summary: Text | None = None
    """One short sentence: what somebody in this role does."""
    description: Text | None = None
    """What the role is, in a few sentences."""
    filled_by: Text | None = None
    """Who usually fills it."""
    holders: RangeEntry | None = None
    """How many holders it should have."""
    appointed_by: Ids | None = None
    """Roles whose holders can appoint new ones; JupyterHub admins always can."""
    starts_with: Ids | None = None
    """Roles whose holders are also the first to hold this one: as long as nobody ever has, the
    service appoints them."""
    mapped: StrictBool | None = None
    """Whether accounts hold it through groups of the hub; if so, `groups` is required."""
    adds_users: StrictBool | None = None
    """Whether its holders can add users to the hub, where this service adds users."""
    groups: Names | None = None
    """Groups of the hub whose members hold the role."""
    initial: Names | None = None
    """Accounts to appoint as the first holders; each is appointed once."""
    people: tuple[PersonEntry, ...] | None = None
    """Holders without an account on the hub."""
    scopes: Names | None = None
    """JupyterHub scopes to grant instead of the usual ones."""
    on_term_end: TermEnd | None = None
    """What happens when a holder's term ends: `flag` shows it, `withdraw` ends it."""
    confirm_every: Annotated[StrictInt, Field(ge=1, le=120), Whole] | None = None
    """After how many months holders should confirm their duties again; the default is 12."""
    seen_within: Annotated[StrictInt, Field(ge=1, le=3650), Whole] | None = None
    """After how many days away from the hub the panel mentions a holder; the default is 90."""
    remove: StrictBool = False
    """Remove the role from the model."""


class ResponsibilityEntry(Entry):
    id: Id
    """Its name in links and in the API; keep it when the title changes."""
    title: Title | None = None
    """A few words; required for a responsibility that the model doesn't have yet."""
    description: Text | None = None
    """One or two sentences; required for a new responsibility."""
    topics: Topics | None = None
    """Everyday words that people use when they ask about it."""
    accountable: Id | None = None
    """The one role that is accountable; null for none."""
    performed_by: Ids | None = None
    """The roles that do it."""
    needs: Permissions | None = None
    """JupyterHub scopes, without filters, that people need in order to do it."""
    split: Split | None = None
    """Whose job it is, if that differs from the area."""
    remove: StrictBool = False
    """Remove the responsibility from the model."""


class AreaEntry(Entry):
    title: Title | None = None
    """What the area is called; required for an area that the model doesn't have yet."""
    goal: Text | None = None
    """Its key goal; required for a new area."""
    split: Split | None = None
    """Whose job it is."""
    note: Text | None = None
    """How the work is usually divided."""
    responsibilities: tuple[ResponsibilityEntry, ...] | None = None
    """At most five, counted after the merge with the model."""
    remove: StrictBool = False
    """Remove the area, and everything in it, from the model."""


class ContactEntry(Entry):
    id: Id
    """Its name in links and in the API."""
    name: Title
    """What people see as the name of the contact."""
    targets: Annotated[
        tuple[Id, ...],
        Field(
            alias="for",
            min_length=1,
            description="Ids of areas, roles or responsibilities, `operator` or `everyone`.",
        ),
        Once,
    ] = (EVERYONE,)
    email: Email | None = None
    """Email address."""
    telephone: Telephone | None = None
    """Telephone number, in quotes."""
    url: WebAddress | None = None
    """A web page, form or chat."""
    hours: Title | None = None
    """When somebody answers."""
    languages: tuple[Language, ...] = ()
    """Language codes, such as `en`."""
    topics: Topics = ()
    """Everyday words that people use when they ask."""
    review_by: Date | None = None
    """The review date: by then, somebody should check that this is still right."""
    public: StrictBool = False
    """Whether to show it on login and error pages too, to people who aren't logged in."""


class LinkEntry(Entry):
    title: Title
    """The title of the page."""
    url: WebAddress
    """The address of the page."""
    targets: Annotated[
        tuple[Id, ...],
        Field(alias="for", min_length=1, description="Ids of areas, roles or responsibilities."),
        Once,
    ]


class ManageAtEntry(Entry):
    groups: Name | None = None
    """Which groups are kept there: a name, with names in braces for what differs, such as
    `{org}:{team}`. Without it: every group that the login service decides about."""
    url: WebAddress | None = None
    """The page where it is done; `{group}` is the whole name of the group, and what is in braces
    in `groups` can be used as well."""
    who: Title | None = None
    """Who can do it there."""
    how: Text | None = None
    """What they have to do, in a few words."""
    email: Email | None = None
    """Where to send what was decided and has to be done there, if this service sends mail."""
    within: Annotated[StrictInt, Field(ge=1, le=3650), Whole] | None = None
    """After how many days the panel says that something has not been done there; the default is
    14."""

    @field_validator("groups")
    @classmethod
    def _whole(cls, pattern: str | None) -> str | None:
        if wrong := flaw(pattern or ""):
            raise PydanticCustomError("pattern", "{wrong}", {"wrong": wrong})
        return pattern

    @field_validator("url")
    @classmethod
    def _known(cls, url: str | None, info: ValidationInfo) -> str | None:
        known = [GROUP, *names_in(info.data.get("groups") or "")]
        unknown = [name for name in names_in(url or "") if name not in known]
        if unknown and "groups" in info.data:  # else that is what is wrong
            names = " or ".join(f"{{{name}}}" for name in known)
            raise PydanticCustomError("not_in_pattern", "", {"name": unknown[0], "known": names})
        return url


def _list_of_one(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _or_one(schema: dict[str, Any]) -> None:
    """Say of a list that one without a list is right, too."""
    items = {name: schema.pop(name) for name in ("type", "items")}
    schema["anyOf"] = [dict(items["items"]), items]


def _to(kind: MessageKind) -> tuple[Any, Any]:
    """A list of those whom a kind of message may go to, as a field."""
    each: Any = Literal.__getitem__(kind.possible)
    to: Any = Annotated.__class_getitem__((tuple[each, ...], Once))  # type: ignore[attr-defined]  # it is there at run time
    return to | None, Field(None, description=f"Whom to tell that {kind.when}.")


if TYPE_CHECKING:
    MessagesEntry = Entry
else:  # whom each kind of message goes to, from the one table of them
    MessagesEntry = create_model(
        "MessagesEntry", __base__=Entry, **{name: _to(kind) for name, kind in MESSAGES.items()}
    )


class DeclarationEntry(Entry):
    """A declaration for jupyterhub-responsibility: who looks after what on a JupyterHub."""

    title: Title | None = None
    """The name of the model; only useful in a file that others start from."""
    model: Text | None = None
    """The model to start from: the name of one that comes with the package, a path, or `none`."""
    community: PartyEntry | None = None
    """The organisation whose people use the hub."""
    provider: ProviderEntry | None = None
    """The organisation that runs the infrastructure."""
    roles: Annotated[dict[Id, RoleEntry], _NO_OTHER_KEYS] = {}
    """Roles, by id: who holds them, and changes to the model."""
    areas: Annotated[dict[Id, AreaEntry], _NO_OTHER_KEYS] = {}
    """Areas, by id: changes to the model."""
    contacts: tuple[ContactEntry, ...] = ()
    """Ways to reach a role, an area, a responsibility, the operator or everyone."""
    links: tuple[LinkEntry, ...] = ()
    """Pages to read."""
    messages: MessagesEntry | None = None
    """Whom each kind of message goes to, where that isn't as usual; an empty list is nobody."""
    manage_at: Annotated[
        tuple[ManageAtEntry, ...],
        BeforeValidator(_list_of_one),
        Field(json_schema_extra=_or_one),
    ] = ()
    """Where groups are kept that the hub doesn't keep itself: one place, or a list of them."""
    names: dict[Name, Title] = {}
    """What people are called, by account name, where the hub doesn't know it."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the declaration, for editors that complete and check it."""
    schema = DeclarationEntry.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
