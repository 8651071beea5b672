"""What can be sent to change something, by form or as JSON: the same types check both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import ValidationError as Invalid

from ..changes.requests import Verdict
from ..declaration import Date, Email, Language, Telephone, Title, WebAddress
from ..domain.channels import CHANNELS, Audience, ChannelName, Said
from ..domain.messages import MessageName
from ..domain.pasted import LONGEST
from ..errors import RefusedError
from . import limits

AccountName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
RoleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,80}$")]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
GroupName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


TYPED = (
    *("person", "pasted", "usernames", "reason", "note", "message"),
    *("name", "title", "email", "chat", "telephone", "url", "through", "hours", "languages"),
    "topics",
)
"""Fields of forms in which people write, instead of choosing."""


class Body(BaseModel):
    """Something that was sent; a field that isn't listed is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class AppointBody(Body):
    """How an account is appointed."""

    group: GroupName | None = None
    """The group to add them to; needed if the role has several."""
    until: Date | None = None
    """The last day of the term."""
    reason: Words = ""
    """The reason, which is recorded in the ledger."""


class TermBody(Body):
    """How the term of a holder is changed."""

    until: Date | None
    """The last day of the term; null if it has none."""
    reason: Words = ""
    """The reason, which is recorded in the ledger."""


class WithdrawBody(Body):
    """How an account is withdrawn."""

    group: GroupName | None = None
    """The group to remove them from; all groups of the role, if it is missing."""
    reason: Words = ""
    """The reason, which is recorded in the ledger."""
    note: Words = ""
    """A note for the next holder, from somebody who steps down."""


class RequestBody(Body):
    """A request for a role."""

    role: RoleId
    """The role that is asked for."""
    user: AccountName | None = None
    """The account to appoint; if it is missing, the account that asks."""
    group: GroupName | None = None
    """The group to add them to; needed if the role has several."""
    until: Date | None = None
    """The last day of the term."""
    reason: Words = ""
    """The reason, which the people who decide can see."""


class VerdictBody(Body):
    """The decision about a request."""

    verdict: Verdict
    """`taken_back` is for your own request."""
    message: Words = ""
    """A message to the person who asked."""
    all: bool = False
    """Whether to decline every open request of that person that you can decide on."""


class ConfirmBody(Body):
    """A confirmation."""

    role: RoleId
    """The role whose duties are confirmed."""
    duties_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    """Identifies the duties that were read, as in `GET api/me`."""


class AskBody(Body):
    """Whom to ask by mail, of those without an account."""

    role: RoleId
    """The role that they hold."""
    name: PersonName
    """Their name, as it is written there."""


class PastedBody(Body):
    """What somebody pasted to add others."""

    pasted: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = ""
    """A list of any kind."""
    before_at: bool = False
    """Whether of an address only what is before the @ is a name."""


class MayQuery(Body):
    """Whether somebody may decide on something."""

    user: AccountName
    """The name of the account."""
    responsibility: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    """The id of the responsibility."""


class UsersBody(Body):
    """Accounts to add."""

    usernames: Annotated[tuple[AccountName, ...], Field(min_length=1, max_length=limits.MAX_NAMES)]
    """The names that people use to log in."""


def _empty(value: object) -> object:
    """A field of a form that was left empty says nothing."""
    return None if isinstance(value, str) and not value.strip() else value


def _languages(value: object) -> object:
    """Several codes, as people write them in one line."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


Empty = BeforeValidator(_empty)


class ReachBody(Body):
    """How to reach you, and who may see each of it. What is left out is no longer said."""

    email: Annotated[Email | None, Empty] = None
    """A mail address."""
    email_for: Audience = "nobody"
    """Who may see it."""
    chat: Annotated[Title | None, Empty] = None
    """Where you are in a chat: its name, and what you are called there."""
    chat_for: Audience = "nobody"
    """Who may see it."""
    telephone: Annotated[Telephone | None, Empty] = None
    """A telephone number."""
    telephone_for: Audience = "nobody"
    """Who may see it."""
    url: Annotated[WebAddress | None, Empty] = None
    """A page about you, or with a form to write to you."""
    url_for: Audience = "nobody"
    """Who may see it."""
    through: Annotated[Title | None, Empty] = None
    """How else to get to you: through whom, or where."""
    through_for: Audience = "nobody"
    """Who may see it."""
    hours: Annotated[Title | None, Empty] = None
    """When you can be reached."""
    hours_for: Audience = "nobody"
    """Who may see it."""
    languages: Annotated[tuple[Language, ...] | None, BeforeValidator(_languages), Empty] = None
    """The codes of languages that you speak, such as en or pt-BR."""
    languages_for: Audience = "nobody"
    """Who may see it."""
    away_until: Annotated[Date | None, Empty] = None
    """The last day on which you are away; until then, others are asked first."""
    away_until_for: Audience = "nobody"
    """Who may see it."""

    def said(self) -> dict[ChannelName, Said]:
        """The same by what each is, as it is kept."""
        given = ((name, getattr(self, name)) for name in CHANNELS)
        return {
            name: Said(" ".join(value) if isinstance(value, tuple) else str(value),
                       getattr(self, f"{name}_for"))
            for name, value in given
            if value
        }  # fmt: skip


class MessagesBody(Body):
    """Which messages you don't want."""

    off: tuple[MessageName, ...]
    """The kinds of messages that you have turned off."""


class ThingBody(Body):
    """What counts of a contact, a person or a link from now on."""

    fields: dict[str, Any] | None
    """What it says, by the keys of the declaration; null sets aside what the declaration has."""


class AddThingBody(Body):
    """A contact, a person without an account, or a link that is new."""

    role: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,80}$")] = ""
    """The role that a person holds."""
    fields: dict[str, Any]
    """What it says, by the keys of the declaration."""


class EraseBody(Body):
    """Whom to forget."""

    user: AccountName
    """The name of the account."""


B = TypeVar("B", bound=Body)


def from_json(kind: type[B], raw: bytes) -> B:
    """Read what was sent as JSON; nothing at all is an empty object. Raises RefusedError."""
    try:
        values = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as error:  # the latter for thousands of brackets
        raise RefusedError("invalid", "What was sent is not JSON.") from error
    return check(kind, values)


def check(kind: type[B], values: Mapping[str, Any]) -> B:
    """Check values against a type. Raises RefusedError that says what is wrong where."""
    try:
        return kind.model_validate(values)
    except Invalid as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = tuple(map(str, first["loc"])) or ("it",)
        what = _WORDS.get(first["type"], first["msg"])
        raise RefusedError("invalid", f"{'.'.join(where)}: {what}.", where[0]) from None


_WORDS = {
    "extra_forbidden": "there is no such field here",
    "missing": "this is missing",
    "iso_date": "write the date as year-month-day, such as 2027-06-30",
    "too_long": f"at most {limits.MAX_NAMES} at once",
    "too_short": "at least one is needed",
    "string_too_long": "this is too long",
    "string_too_short": "this is empty",
}
