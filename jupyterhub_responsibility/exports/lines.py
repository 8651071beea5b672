"""What exports list, line by line: who holds which role, and whom to ask about what.

Every line says how old it is: as of when it was read, or no later than when a login told it. A role
that nobody holds has a line too, and so has one of which the hub doesn't say who holds it: no
export looks as if a role weren't there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from urllib.parse import urljoin

from ..coverage.snapshot import Snapshot
from ..domain.channels import IN_CHARGE
from ..domain.holders import Holder, RoleHolders
from ..domain.logins import UNKNOWN_TIME, KnownFrom, aged
from ..domain.model import Contact, Declaration, Person, Role
from ..ledger.state import ConfirmationState

Held = Literal["account", "person", "nobody", "unknown"]
"""By whom: an account, a person without one, nobody, or the hub doesn't say."""

Confirmed = ConfirmationState | Literal["denied", "unknown"]


@dataclass(frozen=True, slots=True)
class HolderLine:
    """A holder of a role; no name where it is held by nobody, or by who knows whom.

    `through` are the groups, none for a person without an account. `since` and `until` (the last
    day) are about accounts, and come from the ledger, as `confirmed` does: None where it says
    nothing. `confirmed` is "unknown" until it has been read, and "denied" where a person without an
    account says that they don't hold the role. `nobody` is how pages say that there is none,
    `display_name` what somebody with an account is called, where that is known, `source` where
    somebody without one is named. `as_of` is how old that is, by where it is `known_from`: when it
    was read, or no later than when it was told; both are None where nobody knows who holds it.
    `unseen` is since when they haven't been seen, where nobody can tell whether they still hold it.
    `leaving` is when it was decided that they go, where that has to be done elsewhere, and isn't
    yet.
    """

    role: Role
    kind: Held
    name: str = ""
    through: tuple[str, ...] = ()
    since: datetime | None = None
    until: date | None = None
    confirmed: Confirmed | None = None
    confirmed_at: datetime | None = None
    as_of: datetime | None = None
    person: Person | None = None
    nobody: str = ""
    display_name: str = ""
    source: str = ""
    known_from: KnownFrom | None = None
    unseen: datetime | None = None
    leaving: datetime | None = None

    @property
    def at_login(self) -> bool:
        """Whether the login service told it."""
        return self.known_from in UNKNOWN_TIME

    @property
    def aged(self) -> str:
        """How old it is, in words that `as_of` comes after, where there is one."""
        return aged(self.known_from, bool(self.as_of)) if self.known_from else ""


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact, the account of a holder, or a person without one (no `id`), with what they are
    there `about`.

    `url` is complete: exports are read where the hub isn't. `as_of` is None where it isn't known
    how old the roles are that they hold.
    """

    kind: Literal["contact", "account", "person"]
    id: str
    name: str
    about: tuple[str, ...]
    email: str
    telephone: str
    url: str
    as_of: datetime | None
    hours: str = ""
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    review_by: date | None = None
    chat: str = ""
    through: str = ""


def holder_lines(snapshot: Snapshot) -> tuple[HolderLine, ...]:
    """Who holds which role, in the order of the model."""
    return tuple(
        line for each in snapshot.holders_by_role.values() for line in _role_lines(snapshot, each)
    )


def contact_lines(snapshot: Snapshot, origin: str) -> tuple[ContactLine, ...]:
    """Whom to ask about what, for those in charge: contacts, then holders who can be reached.

    `origin` is where the hub is (`https://hub.example`); addresses of its pages begin with it.
    """
    declaration = snapshot.declaration
    titles = declaration.model.titles()
    contacts = (
        ContactLine(
            "contact",
            each.id,
            each.name,
            tuple(titles[target] for target in each.targets),
            each.email,
            each.telephone,
            complete(each, origin),
            declaration.age_of(each),
            each.hours,
            each.languages,
            each.topics,
            each.review_by,
        )
        for each in declaration.contacts
    )
    return (*contacts, *_accounts(snapshot, origin), *_people(declaration, origin))


def complete(way: Contact | Person, origin: str) -> str:
    """The web address of somebody, with the hub in front where it is a page of it."""
    return urljoin(origin, way.url) if way.url else ""


def _role_lines(snapshot: Snapshot, role_holders: RoleHolders) -> Iterator[HolderLine]:
    if not role_holders.known:
        yield HolderLine(role_holders.role, "unknown")
    for holder in role_holders.holders:
        yield _holder_line(snapshot, role_holders.role, holder)
    if role_holders.vacant:
        yield HolderLine(
            role_holders.role,
            "nobody",
            as_of=_read_at(snapshot, role_holders),
            nobody=role_holders.nobody,
            known_from=_nobody_known_from(role_holders),
        )


def _read_at(snapshot: Snapshot, role_holders: RoleHolders) -> datetime | None:
    """When it was read who holds a role: from the hub, or from the declaration alone; None where
    logins decide, since nobody's was about a role that nobody holds."""
    if role_holders.at_login:
        return None
    return snapshot.roster.read_at if role_holders.on_hub else snapshot.declaration.as_of


def _nobody_known_from(role_holders: RoleHolders) -> KnownFrom:
    return role_holders.at_login or ("hub" if role_holders.on_hub else "declaration")


def _holder_line(snapshot: Snapshot, role: Role, holder: Holder) -> HolderLine:
    line = HolderLine(
        role,
        holder.kind,
        holder.name,
        holder.groups,
        as_of=holder.as_of,
        known_from=holder.known_from,
        unseen=holder.unseen,
    )
    if holder.kind == "person":
        line = replace(line, person=holder.person, source=holder.source)
    else:
        line = replace(line, display_name=snapshot.names.called(holder.name))
    if not snapshot.ledger_read:
        return replace(line, confirmed="unknown")
    stands = snapshot.standing_of(role, holder)
    return replace(
        line,
        since=stands.term.since if stands.term else None,
        until=stands.term.until if stands.term else None,
        confirmed="denied" if stands.denied_at else stands.state,
        confirmed_at=stands.confirmed_at,
        leaving=snapshot.goes(role, holder),
    )


def _accounts(snapshot: Snapshot, origin: str) -> Iterator[ContactLine]:
    """Holders with an account, each once, by what they say themselves to those in charge."""
    held: dict[str, list[str]] = {}
    ages: dict[str, list[datetime | None]] = {}
    for each in snapshot.holders_by_role.values():
        for holder in sorted(each.holders, key=lambda one: one.name):
            if holder.kind == "account" and holder.name in snapshot.reach:
                held.setdefault(holder.name, []).append(each.role.title)
                ages.setdefault(holder.name, []).append(holder.as_of)
    for account, titles in held.items():
        reach = snapshot.reach[account]
        contact = reach.contact(snapshot.names.plain(account), IN_CHARGE)
        if contact:
            yield ContactLine(
                "account",
                account,
                contact.name,
                tuple(titles),
                contact.email,
                contact.telephone,
                complete(contact, origin),
                _oldest(ages[account]),
                contact.hours,
                contact.languages,
                chat=contact.chat,
                through=contact.through,
            )


def _oldest(ages: Sequence[datetime | None]) -> datetime | None:
    """The age of the oldest of some facts; None where that of one of them isn't known."""
    known = [each for each in ages if each]
    return min(known) if len(known) == len(ages) else None


def _people(declaration: Declaration, origin: str) -> Iterator[ContactLine]:
    """People who can be reached, each once, whatever roles they hold."""
    held: dict[Person, list[str]] = {}
    for role_id, people in declaration.people.items():
        for person in people:
            held.setdefault(person, []).append(declaration.model.roles[role_id].title)
    for person, titles in held.items():
        if person.email or person.telephone or person.url:
            yield ContactLine(
                "person",
                "",
                person.name,
                tuple(titles),
                person.email,
                person.telephone,
                complete(person, origin),
                declaration.age_of(person),
                review_by=person.review_by,
            )
