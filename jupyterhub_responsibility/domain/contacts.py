"""Whom to ask about what: the live holder and the way to reach them, or the fallback and why.

A question goes first to those who perform the responsibility, then to those who are
accountable; where nobody can be reached that way, to the area's contact, to the party whose job
it is, and at last to everyone's contact. An answer that had to fall back says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Literal

from ..text import day, in_a_row
from .channels import EVERYBODY, Audience, Reach
from .holders import NO_ROLE, Holder, RoleHolders, holders_by_role
from .logins import NO_LOGINS, Logins
from .model import EVERYONE, OPERATOR, Contact, Declaration, Party, Role, Roster, Split
from .names import NOBODY_NAMED, Names

FEW = 5
"""So many holders of a role are named with how to reach them; whoever asks needs one."""

NAMED = 3
"""So many are named of whom something could not be checked."""

Kind = Literal["responsibility", "area", "role", "contact", "operator"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom to ask about one thing.

    `role_holders` is the role to ask, None where there is none; `channels` are the ways to reach
    somebody; `because` says why it isn't the role itself that is reached, and is empty if it is.
    `away` says of holders of that role until when they are.
    """

    id: str
    kind: Kind
    title: str
    about: tuple[str, ...]
    role_holders: RoleHolders | None
    channels: tuple[Contact, ...]
    because: str = ""
    away: tuple[str, ...] = ()

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Who holds the role to ask, right now."""
        return self.role_holders.holders if self.role_holders else ()


def nobody(vacant: RoleHolders) -> str:
    """That a role is vacant, in words."""
    title = vacant.role.title
    return f"There is no {title} right now" if vacant.on_hub else f"No {title} has been named"


def none_of_them(holders: Sequence[Holder], role: Role, names: Names) -> str:
    """That all who are named say that they don't hold a role, in words."""
    say = "says" if len(holders) == 1 else "say"
    return f"{_listed(holders, names)} {say} that they don't hold the role {role.title}"


def could_not_check(holders: Sequence[Holder], role: Role, names: Names) -> str:
    """That it could not be checked whether some still hold a role, in words."""
    return f"It could not be checked {whether_still(holders, role, names)}"


def whether_still(holders: Sequence[Holder], role: Role, names: Names) -> str:
    """Whether some who haven't been seen for long still hold a role, in words."""
    alone = len(holders) == 1
    hold, seen = ("holds", "not seen") if alone else ("hold", "none of them seen")
    last = max(each.unseen for each in holders if each.unseen)
    those = _listed(holders, names)
    return (
        f"whether {those} still {hold} the role {role.title}: {seen} on the hub since {day(last)}"
    )


def _listed(holders: Sequence[Holder], names: Names) -> str:
    """Some of them, and how many more there are."""
    shown = [names.isolated_holder(each) for each in holders[:NAMED]]
    more = len(holders) - len(shown)
    return in_a_row([*shown, f"{more:,} more"] if more else shown)


def _unreachable(role: Role) -> str:
    return f"There are no contact details for {role.title}"


def _addresses(contact: Contact) -> set[str]:
    return {contact.email, contact.telephone, contact.url} - {""}


@dataclass(frozen=True)
class People:
    """What accounts say of how to reach them, by account, as far as `audiences` may see it.

    `denied` are people without an account who say that they don't hold a role, each with that
    role's id before the name.
    """

    reach: Mapping[str, Reach] = field(default_factory=dict)
    audiences: frozenset[Audience] = EVERYBODY
    names: Names = NOBODY_NAMED
    today: date = date.min
    denied: frozenset[tuple[str, str]] = frozenset()

    def asked(self, role_holders: RoleHolders) -> tuple[Holder, ...]:
        """The holders of a role who can be asked: it is known that they hold it, and they don't say
        that they don't."""
        role_id = role_holders.role.id
        return tuple(
            each
            for each in role_holders.certain
            if each.kind == "account" or (role_id, each.name) not in self.denied
        )

    def channels(self, role_holders: RoleHolders) -> tuple[Contact, ...]:
        """The ways to reach those who hold a role and are there; a few."""
        found = (self._contact(holder) for holder in role_holders.certain)
        return tuple(islice(filter(None, found), FEW))

    def away(self, role_holders: RoleHolders) -> tuple[str, ...]:
        """Who is away, for those who may know it."""
        return tuple(
            f"{self.names.isolated(account)} is away until {day(date.fromisoformat(until))}"
            for account, each in self._those(role_holders)
            if each.away(self.today) and (until := each.seen_by(self.audiences).get("away_until"))
        )

    def _contact(self, holder: Holder) -> Contact | None:
        each = self.reach.get(holder.name) if holder.kind == "account" else None
        if each is None or each.away(self.today):
            return None
        return each.contact(self.names.plain(holder.name), self.audiences)

    def _those(self, role_holders: RoleHolders) -> Iterator[tuple[str, Reach]]:
        for account in sorted(role_holders.accounts & self.reach.keys()):
            yield account, self.reach[account]


class ContactFinder:
    """Answers questions about one hub, from its declaration, one reading of its roster, what
    `people` say of themselves, and what is known of `logins`."""

    def __init__(
        self,
        declaration: Declaration,
        roster: Roster,
        people: People | None = None,
        logins: Logins = NO_LOGINS,
    ) -> None:
        self.declaration = declaration
        self._people = people or People()
        self.holders_by_role = holders_by_role(declaration, roster, logins)
        self.titles = declaration.model.titles()
        self._by_target: dict[str, list[Contact]] = {}
        for contact in declaration.contacts:
            for target in contact.targets:
                self._by_target.setdefault(target, []).append(contact)

    def answer(self, kind: Kind, thing_id: str) -> Answer:
        """Whom to ask about a responsibility, an area, a role or a contact, or as the operator.

        Raises KeyError where there is no such thing.
        """
        if kind == "contact":
            return self._about_contact(thing_id)
        if kind == "operator":
            return self._about_operator()
        if kind == "role":
            return self._about_role(self.declaration.model.roles[thing_id])
        for area in self.declaration.model.areas:
            if kind == "area" and area.id == thing_id:
                roles = tuple(role.id for role in self.declaration.model.roles_in(area))
                return self._ask(kind, area.id, area.title, roles, area.id, area.split)
            for each in area.responsibilities:
                if kind == "responsibility" and each.id == thing_id:
                    return self._ask(kind, each.id, each.title, each.roles, area.id, each.split)
        raise KeyError(thing_id)

    def directory(self) -> tuple[Answer, ...]:
        """An answer for every declared contact, everyone's last."""
        ordered = sorted(self.declaration.contacts, key=lambda c: EVERYONE in c.targets)
        return tuple(self._about_contact(contact.id) for contact in ordered)

    def first_contacts(self) -> tuple[Contact, ...]:
        """Whom to ask when nothing else fits: everyone's contacts, or the parties."""
        everyone = tuple(c for c in self._by_target.get(EVERYONE, ()) if c.reachable)
        return everyone or tuple(self._party_channels("shared"))

    def _about_role(self, role: Role) -> Answer:
        """Its holders, and what they do; else whoever is asked about that."""
        duties = [x for x in self.declaration.model.responsibilities() if role.id in x.roles]
        found = self._ask("role", role.id, role.title, (role.id,), "", "none")
        found = replace(found, about=tuple(each.title for each in duties))
        if not found.because:
            return found
        instead = (self.answer("responsibility", each.id) for each in duties)
        for answer in instead:
            if answer.channels:
                asked = found.role_holders or answer.role_holders
                return replace(found, channels=answer.channels, role_holders=asked)
        return found

    def _about_operator(self) -> Answer:
        """Whoever runs the hub: their contacts, the provider's address, or everyone's contacts."""
        own = self._reachable(OPERATOR)
        channels = own or tuple(self._party_channels("provider")) or self.first_contacts()
        because = "" if own else "There are no contact details for the operator of this hub"
        return Answer(OPERATOR, "operator", self.titles[OPERATOR], (), None, channels, because)

    def _ask(
        self,
        kind: Kind,
        thing_id: str,
        title: str,
        role_ids: tuple[str, ...],
        area_id: str,
        split: Split,
    ) -> Answer:
        about = (self.titles[area_id],) if area_id not in ("", thing_id) else ()
        own = self._reachable(thing_id) if kind != "role" else ()
        can_ask = [self.holders_by_role[role_id] for role_id in role_ids if self._can_ask(role_id)]
        asked = can_ask[0] if can_ask else None
        away = self._people.away(asked) if asked else ()
        if own:
            live = self._people.channels(asked) if asked else ()
            return Answer(thing_id, kind, title, about, asked, (*live, *own), away=away)
        for role_holders in can_ask:
            if channels := self._role_channels(role_holders):
                because = self._why_not_first(role_ids, role_holders)
                return Answer(thing_id, kind, title, about, role_holders, channels, because, away)
        because = _unreachable(asked.role) if asked else self._why_not_first(role_ids, None)
        fallback = next(filter(None, self._fallbacks(area_id, split)), ())
        return Answer(thing_id, kind, title, about, asked, fallback, because, away)

    def _fallbacks(self, area_id: str, split: Split) -> Iterator[tuple[Contact, ...]]:
        yield self._reachable(area_id)
        yield tuple(self._party_channels(split))
        yield self.first_contacts()

    def _can_ask(self, role_id: str) -> bool:
        """A role that nobody holds, as far as can be told, can't be asked, unless it isn't held on
        the hub and has a contact."""
        role_holders = self.holders_by_role[role_id]
        if not role_holders.on_hub and self._reachable(role_id):
            return True
        return not role_holders.known or bool(self._people.asked(role_holders))

    def _role_channels(self, role_holders: RoleHolders) -> tuple[Contact, ...]:
        """Holders first, as they say themselves; then what is declared of the role."""
        declared = self._reachable(role_holders.role.id)
        known = {address for contact in declared for address in _addresses(contact)}
        people = (each.person for each in self._people.asked(role_holders) if each.person)
        own = (person.contact for person in people)
        live = self._people.channels(role_holders)
        return (*live, *declared, *(c for c in own if _addresses(c) - known))

    def _why_not_first(self, role_ids: tuple[str, ...], asked: RoleHolders | None) -> str:
        if not role_ids:
            return NO_ROLE.capitalize()
        first = self.holders_by_role[role_ids[0]]
        if asked is first:
            return ""
        if self._can_ask(first.role.id):
            return _unreachable(first.role)
        if first.unchecked:
            return could_not_check(first.holders, first.role, self._people.names)
        if first.holders:
            return none_of_them(first.holders, first.role, self._people.names)
        return nobody(first)

    def _about_contact(self, contact_id: str) -> Answer:
        contact = next((c for c in self.declaration.contacts if c.id == contact_id), None)
        if contact is None:
            raise KeyError(contact_id)
        roles = tuple(t for t in contact.targets if t in self.holders_by_role)
        for_roles_only = len(roles) == len(contact.targets)
        about = contact.topics or tuple(self.titles[target] for target in contact.targets)
        asked = next((self.holders_by_role[r] for r in roles if self._can_ask(r)), None)
        channels: tuple[Contact, ...] = (contact,)
        because = ""
        if for_roles_only and asked is None:
            instead = self.answer("role", roles[0])
            channels, asked, because = instead.channels, instead.role_holders, instead.because
        elif not contact.reachable:
            channels = self.first_contacts()
            because = f"There are no contact details for {contact.name}"
        return Answer(contact.id, "contact", contact.name, about, asked, channels, because)

    def _reachable(self, target: str) -> tuple[Contact, ...]:
        return tuple(c for c in self._by_target.get(target, ()) if c.reachable)

    def _party_channels(self, split: Split) -> Iterable[Contact]:
        """The parties' own addresses: the one whose job it is; both where it is shared."""
        parties: dict[Split, tuple[Party, ...]] = {
            "provider": (self.declaration.provider,),
            "community": (self.declaration.community,),
            "partner": (self.declaration.community,),
            "shared": (self.declaration.community, self.declaration.provider),
        }
        for party in parties.get(split, ()):
            if party.url:
                yield Contact("", party.name, (), url=party.url)
