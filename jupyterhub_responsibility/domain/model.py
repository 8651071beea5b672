"""The vocabulary, as frozen types.

model           areas, responsibilities and roles: what has to be done, and by which role
area            a field of work with a key goal and at most five responsibilities
responsibility  one thing somebody has to do; at most one role is accountable, roles perform it
role            a named part in the model; filled by holders
party           an organisation: the provider runs the infrastructure, the community uses it
holder          somebody who holds a role: an account (in a mapped group) or a declared person
topic           the everyday words in which people ask
contact         a way to reach a role, an area, a responsibility, the operator or everyone
link            a page to read about an area, a responsibility or a role
declaration     what the operator says about this hub, with the model that results from it
roster          the members of the mapped groups, as last read from the hub
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar, get_args

from .elsewhere import ManageAt
from .messages import MESSAGES, MessageName, To

Split = Literal["provider", "shared", "community", "partner", "none"]
SPLITS: tuple[Split, ...] = get_args(Split)

TermEnd = Literal["flag", "withdraw"]
"""What happens when a term ends: it is shown, or the account is taken out of the group."""

EVERYONE = "everyone"
"""The contact target that stands for everybody on the hub."""

OPERATOR = "operator"
"""The contact target that stands for whoever runs the hub, and keeps the declaration."""

RESPONSIBILITIES_PER_AREA = 5
"""More would overwhelm those who have to remember them."""

CONFIRM_EVERY = 12
"""Months after which holders are asked again whether they know their duties."""

SEEN_WITHIN = 90
"""Days after which a holder who wasn't seen on the hub may not look after anything any more."""

URL_SHOWN = 50
"""Characters of an address that are shown."""


@dataclass(frozen=True, slots=True)
class Range:
    """How many holders a role wants: at least `min`, at most `max` (None: no limit)."""

    min: int = 0
    max: int | None = None

    @property
    def in_words(self) -> str:
        """How many that is, as pages say it."""
        if self.max is None:
            return f"at least {self.min}" if self.min else "any number"
        if self.min == self.max:
            return str(self.max)
        return f"{self.min} to {self.max}" if self.min else f"at most {self.max}"


@dataclass(frozen=True, slots=True)
class Role:
    """A named part in the model; `mapped` roles are held through groups of the hub.

    Holders of a role that `adds_users` may let people in, where this service does that.

    `confirm_every` is how often holders confirm their duties, in months; `seen_within` is how
    long they may be away from the hub, in days.
    """

    id: str
    title: str
    summary: str = ""
    description: str = ""
    filled_by: str = ""
    holders: Range = Range()
    appointed_by: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    mapped: bool = False
    adds_users: bool = False
    on_term_end: TermEnd = "flag"
    confirm_every: int = CONFIRM_EVERY
    seen_within: int = SEEN_WITHIN


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One thing somebody has to do; `split` says whose job it is.

    `needs` are the permissions (scopes of the hub) without which those who perform it can't.
    """

    id: str
    area: str
    title: str
    description: str
    split: Split
    accountable: str | None = None
    performed_by: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Performing roles first, then the accountable one: the order in which to ask."""
        answers_for_it = (self.accountable,) if self.accountable else ()
        return tuple(dict.fromkeys((*self.performed_by, *answers_for_it)))


@dataclass(frozen=True, slots=True)
class Area:
    """A field of work; `note` says how the work is usually divided."""

    id: str
    title: str
    goal: str
    split: Split
    note: str = ""
    responsibilities: tuple[Responsibility, ...] = ()


@dataclass(frozen=True)
class Model:
    """What has to be done, and by which role."""

    title: str
    areas: tuple[Area, ...]
    roles: Mapping[str, Role]

    def responsibilities(self) -> Iterator[Responsibility]:
        """Every responsibility, in the order of the areas."""
        for area in self.areas:
            yield from area.responsibilities

    def roles_in(self, area: Area) -> tuple[Role, ...]:
        """The roles with a part in an area, in the order of the model."""
        taking_part = {role for r in area.responsibilities for role in r.roles}
        return tuple(role for role in self.roles.values() if role.id in taking_part)

    def titles(self) -> dict[str, str]:
        """Title by id, for everything that a contact or a link may be for."""
        return (
            {EVERYONE: "Everyone", OPERATOR: "Operator of this hub"}
            | {area.id: area.title for area in self.areas}
            | {each.id: each.title for each in self.responsibilities()}
            | {role.id: role.title for role in self.roles.values()}
        )


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation; `url` is where it can be reached.

    `staff` are the accounts of its people; only the provider's are told apart.
    """

    name: str
    url: str = ""
    staff: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Its name where a line begins with it."""
        return UNNAMED.get(self.name, self.name)


UNNAMED = {"the community": "The community", "the provider": "The provider"}
"""What parties are called that nobody has named: inside a line, and where one begins."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who holds a role without an account on the hub.

    `review_by` is the day by which somebody should check that they still do.
    """

    name: str
    email: str = ""
    telephone: str = ""
    url: str = ""
    review_by: date | None = None

    @property
    def contact(self) -> Contact:
        """How to reach them, as a contact that is for nothing in particular."""
        return Contact("", self.name, (), self.email, self.telephone, self.url)


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach somebody; the fields are those of schema.org's ContactPoint.

    `targets` are ids of areas, roles or responsibilities, `operator` or `everyone` (`for` in
    the file); `public` contacts are shown to those who aren't logged in. `chat` is where they are
    in a chat, `through` how else to get to them, in words.
    """

    id: str
    name: str
    targets: tuple[str, ...] = (EVERYONE,)
    email: str = ""
    telephone: str = ""
    url: str = ""
    chat: str = ""
    through: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    review_by: date | None = None
    public: bool = False

    @property
    def reachable(self) -> bool:
        """Whether there is any way to reach it."""
        return bool(self.email or self.telephone or self.url or self.chat or self.through)

    @property
    def shown_url(self) -> str:
        """The address of its page as people read it, cut where it is long."""
        plain = self.url.removeprefix("https://").removeprefix("http://").strip("/")
        return plain if len(plain) <= URL_SHOWN else f"{plain[: URL_SHOWN - 1]}…"


@dataclass(frozen=True, slots=True)
class Link:
    """A page to read."""

    title: str
    url: str
    targets: tuple[str, ...] = ()


Addressed = TypeVar("Addressed", Party, Person, Contact, Link, ManageAt)


def _at(host: str, each: Addressed) -> Addressed:
    of_the_hub = each.url.startswith("/")
    return replace(each, url=host + each.url) if of_the_hub else each


def _at_any(host: str, each: Person | Contact | Link) -> Person | Contact | Link:
    return replace(each, url=host + each.url) if each.url.startswith("/") else each


Place = tuple[str | int, ...]
"""Where something stands in the declaration: `("contacts", "help-desk", "email")`, by ids."""


@dataclass(frozen=True)
class Declaration:
    """What the operator says about this hub.

    The mappings are by role id, but for `names`: what people are called, by account, and
    `messages`: whom each kind of message goes to, where that isn't as usual. `manage_at` says where
    groups are kept that are kept elsewhere; the first row that fits counts. `as_of` is when the
    file was last changed: the age of everything that it claims. `source` names the file, and is
    empty for a dict; `lines` are those of its parts, by their place in it. `ages` is when that was
    said that stands on the page, and not in the file.
    """

    model: Model
    community: Party
    provider: Party
    groups: Mapping[str, tuple[str, ...]]
    initial: Mapping[str, tuple[str, ...]]
    people: Mapping[str, tuple[Person, ...]]
    scopes: Mapping[str, tuple[str, ...]]
    contacts: tuple[Contact, ...]
    links: tuple[Link, ...]
    as_of: datetime = field(compare=False)
    names: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[MessageName, tuple[To, ...]] = field(default_factory=dict)
    manage_at: tuple[ManageAt, ...] = ()
    source: str = ""
    lines: Mapping[Place, int] = field(default_factory=dict, compare=False)
    ages: Mapping[Person | Contact | Link, datetime] = field(default_factory=dict, compare=False)

    def age_of(self, thing: Person | Contact | Link) -> datetime:
        """When what is said of a person, a contact or a link was said."""
        return self.ages.get(thing, self.as_of)

    def where(self, place: Place) -> str:
        """The file in which something is declared or would be, with the line of the nearest part
        that is there; empty where there is no file."""
        nearest = (place[:end] for end in range(len(place), 0, -1))
        line = next((self.lines[part] for part in nearest if part in self.lines), None)
        return f"{self.source}, line {line}" if self.source and line else self.source

    def told(self, kind: MessageName) -> tuple[To, ...]:
        """Whom a kind of message goes to; nobody, where it is empty."""
        return self.messages.get(kind, MESSAGES[kind].to)

    def on_hub(self, role_id: str) -> bool:
        """Whether a role is held through groups of the hub; else people can only be named."""
        return bool(self.groups.get(role_id))

    def kept_at(self, group: str) -> ManageAt | None:
        """The first row that says where a group is kept."""
        return next((each for each in self.manage_at if each.values(group) is not None), None)

    @property
    def mapped_groups(self) -> tuple[str, ...]:
        """Every group that makes its members holders of a role."""
        return tuple(dict.fromkeys(g for groups in self.groups.values() for g in groups))

    def seen_from(self, host: str) -> Declaration:
        """The same for pages that aren't at the hub's `host` (`https://hub.example`).

        What begins with a slash is a page of the hub, and gets the host in front of it.
        """
        if not host:
            return self
        return replace(
            self,
            community=_at(host, self.community),
            provider=_at(host, self.provider),
            people={
                role: tuple(_at(host, p) for p in found) for role, found in self.people.items()
            },
            contacts=tuple(_at(host, each) for each in self.contacts),
            links=tuple(_at(host, each) for each in self.links),
            ages={_at_any(host, thing): at for thing, at in self.ages.items()},
            manage_at=tuple(_at(host, each) for each in self.manage_at),
        )

    def with_accounts(self, called: Callable[[str, str], str]) -> Declaration:
        """The same with accounts as the hub calls them: `called` is given where a name stands in
        the declaration, and the name."""

        def names(path: str, given: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(called(path, each) for each in given))

        initial = {
            role: names(f"roles.{role}.initial", each) for role, each in self.initial.items()
        }
        provider = replace(self.provider, staff=names("provider.staff", self.provider.staff))
        return replace(self, initial=initial, provider=provider)

    def links_for(self, target: str) -> tuple[Link, ...]:
        """The pages to read about an area, a responsibility or a role."""
        return tuple(link for link in self.links if target in link.targets)


class Groups(NamedTuple):
    """What the hub says of groups in one answer: their members, and the hub roles given to them.

    A group that the hub doesn't have is absent; `roles` is None where the hub doesn't tell.
    """

    members: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Roster:
    """The members of the mapped groups as last read from the hub.

    `read_at` is None while they are not known: never read, or read too long ago to be
    repeated. A group that the hub doesn't have is absent from `members`. `trouble` says in
    plain words why the last attempt to read failed, and is empty if it did not. `version`
    grows whenever a page made from it would read differently. `ledger_number` is the last entry of
    the ledger when the reading began. `group_roles` are the hub roles of these groups; None where
    the hub doesn't tell.
    """

    read_at: datetime | None = None
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group_roles: Mapping[str, tuple[str, ...]] | None = None
    trouble: str = ""
    version: int = 0
    ledger_number: int = 0

    @cached_property
    def _groups(self) -> Mapping[str, frozenset[str]]:
        by_account: dict[str, set[str]] = {}
        for group, names in self.members.items():
            for name in names:
                by_account.setdefault(name, set()).add(group)
        return {name: frozenset(groups) for name, groups in by_account.items()}

    @property
    def accounts(self) -> frozenset[str]:
        """Every account that is in a mapped group."""
        return frozenset(self._groups)

    def groups_of(self, account: str) -> frozenset[str]:
        """The mapped groups that an account is in."""
        return self._groups.get(account, frozenset())


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: an account of the hub, or a service with a token (`kind`).

    `scopes` are what the login or token at hand may do on the hub: two of one person's may differ,
    and the person is the same. `created` is when the account was made, as entries of the ledger
    have it; empty where the hub doesn't tell. `display_name` is what they are called, and
    `email` their address, as the hub says.
    """

    name: str
    admin: bool = False
    groups: frozenset[str] = frozenset()
    kind: str = "user"
    scopes: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    created: str = field(default="", compare=False)
    display_name: str = ""
    email: str = field(default="", compare=False, repr=False)

    def is_account(self, name: str, created: str = "") -> bool:
        """Whether this is the account of that name, and not a service that is called so.

        If it is known when each was made, that counts: accounts are renamed, and made again.
        """
        if created and self.created:
            return self.kind == "user" and self.created == created
        return (self.kind, self.name) == ("user", name)
