"""An entry of the ledger: what is in the chain, and the parts of it that can be erased."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ..text import ERASED, is_erased
from .kinds import DETAILS, INTENTS, ActorKind, Detail, Event, PartName

ITSELF = "this service"
"""The actor where nobody asked for it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it is written.

    `actor` did it: a person, this service by itself, or somebody unknown (of the kind `hub`, and
    empty: the hub shows what was changed, and not by whom). `person` is the account that it is
    about. `intent` is the number of the entry that an outcome belongs to.
    """

    event: Event
    actor: str
    actor_kind: ActorKind = "user"
    role: str = ""
    group: str = ""
    person: str = ""
    intent: int | None = None
    details: Mapping[Detail, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an entry that lies outside the chain, which holds a digest of both.

    Once it is erased, `erasure` is the number of the entry that says so, and there is no text.
    """

    salt: str | None
    text: str | None
    erasure: int | None = None

    @property
    def name(self) -> str:
        """The text; where it was erased, what tells one erased account from another."""
        return f"{ERASED}{self.erasure}" if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the ledger.

    `at` is in UTC, to the microsecond. `stated` are the details that stay, and `sealed` the digests
    of the `parts`, both as JSON. The digest covers all but the parts.
    """

    number: int
    at: str
    event: Event
    actor_kind: ActorKind
    role: str
    group: str
    intent: int | None
    stated: str
    sealed: str
    previous: str
    digest: str = ""
    parts: Mapping[PartName, Part] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.at)

    @property
    def is_intent(self) -> bool:
        """Whether it announces a change on the hub."""
        return self.event in INTENTS

    @property
    def actor(self) -> str:
        """Who did it."""
        return self._name("actor")

    @property
    def person(self) -> str:
        """The account that it is about."""
        return self._name("person")

    @property
    def was(self) -> str:
        """The name that the account had before it was renamed."""
        return self._name("was")

    @property
    def facts(self) -> dict[str, str]:
        """The details, by name, without what was erased."""
        found: dict[str, str] = json.loads(self.stated)
        for name, part in self.parts.items():
            if name in DETAILS and part.text is not None:
                found[name] = part.text
        return found

    @property
    def erased(self) -> tuple[PartName, ...]:
        """The parts that were erased."""
        return tuple(name for name, part in self.parts.items() if part.erasure is not None)

    def _name(self, name: PartName) -> str:
        part = self.parts.get(name)
        return part.name if part else ""


def known(name: str) -> str | None:
    """A name, for programs: None where there is none, or it was erased."""
    return None if is_erased(name) else name or None


def storable(text: str) -> str:
    """Text that every database can hold: the hub accepts names that some cannot."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def stamp(moment: datetime) -> str:
    """A moment as entries have it: in UTC, and the later one sorts after the earlier."""
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")
