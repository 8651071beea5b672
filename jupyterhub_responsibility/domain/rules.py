"""Who may see and change what: every rule, in one place.

A rule that says no raises RefusedError; its message tells the person what to do instead.
Nothing here asks anybody: who is asking and who holds the role are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ..errors import RefusedError
from ..text import visible
from . import refusals
from .access import METRICS_SCOPE, Ability, UserManagement, scopes_of, service_adds_users
from .holders import RoleHolders, roles_of
from .kept import Owner, owner_of
from .model import Declaration, Role, Viewer

RULES: dict[str, str] = {
    "appoint": "Only JupyterHub admins, and holders of the roles named here, can appoint.",
    "yourself": refusals.YOURSELF.message,
    "step down": "Anyone who holds a role can step down.",
    "last": "If a role would have too few holders left, only a JupyterHub admin can withdraw one.",
    "most": "Nobody can be added once a role has as many holders as it can have.",
    "elsewhere": "Where a group is kept elsewhere, it is decided here, and has to be done there.",
}
"""The rules in words, as the pages give them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A wish to add `person` to a role's group, or to take them out. `until` is the last day.

    Without a `group`, the role's only one is meant; all of them, for whoever is to be taken out.
    """

    role: Role
    group: str
    person: str
    until: date | None = None
    reason: str = ""
    note: str = ""
    request: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What is decided for each role: which role, about whom, and whose request it is.

    `asker_created` is when the account of whoever asked was made.
    """

    role: Role
    person: str = ""
    asked_by: str = ""
    asker_created: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, and isn't done yet: about whom, whose account was made when that was
    `created`, and by whom; whether it `appoints` them, or takes them out."""

    role: Role
    person: str
    created: str
    by: str
    appoints: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one hub."""

    declaration: Declaration
    authenticator_groups: bool = False
    user_management: UserManagement = "service"

    def check(self, viewer: Viewer, *names: AccessName, about: About | None = None) -> None:
        """Whether somebody is one of those whom these rows of ACCESS let; the first one refuses."""
        if not self.may(viewer, *names, about=about):
            refusal = ACCESS[names[0]].refusal
            said = self._said_of(about.role) if about else {}
            raise RefusedError("not_allowed", refusal.format(**said))

    def may(self, viewer: Viewer, *names: AccessName, about: About | None = None) -> bool:
        """The same as an answer."""
        return any(ACCESS[name].lets(self, viewer, about) for name in names)

    def may_appoint(self, viewer: Viewer, role: Role) -> bool:
        """Whether somebody may appoint to a role, and withdraw from it."""
        if viewer.kind != "user":
            return False
        held = {own.role.id for own in roles_of(self.declaration, viewer)}
        return viewer.admin or not held.isdisjoint(role.appointed_by)

    def may_appoint_to_some(self, viewer: Viewer) -> bool:
        """Whether there is a role to which somebody may appoint."""
        return any(self.may_appoint(viewer, role) for role in self._mapped())

    def decides_on(self, viewer: Viewer) -> frozenset[str]:
        """The roles on which somebody may decide: who gets them, and on requests for them."""
        roles = self.declaration.model.roles.values()
        return frozenset(
            each.id for each in roles if self.may(viewer, "deciders", about=About(each))
        )

    def reads_everything(self, viewer: Viewer) -> bool:
        """Whether the ledger is open to somebody as a whole: what is about roles that the model has
        no more, too."""
        return viewer.kind == "user" and viewer.admin

    def holds(self, viewer: Viewer, role: Role) -> bool:
        """Whether somebody holds a role through the hub."""
        return any(own.role.id == role.id for own in roles_of(self.declaration, viewer))

    def in_charge(self, viewer: Viewer) -> bool:
        """Whether somebody is a JupyterHub admin, or holds a role through the hub."""
        return viewer.kind == "user" and (viewer.admin or bool(roles_of(self.declaration, viewer)))

    def has_power(self, viewer: Viewer) -> bool:
        """Whether somebody may change something about others: appoint, add users, or keep contacts
        and people without an account."""
        acts = self.may_appoint_to_some(viewer) or self.may_add_users(viewer)
        return acts or self.may(viewer, "keepers")

    def may_add_users(self, viewer: Viewer) -> bool:
        """Whether somebody may add users here: JupyterHub admins, and whose role says so."""
        if viewer.kind != "user" or not service_adds_users(self.declaration, self.user_management):
            return False
        return viewer.admin or any(
            own.role.adds_users for own in roles_of(self.declaration, viewer)
        )

    def keeps_the_communitys(self, viewer: Viewer) -> bool:
        """Whether somebody keeps the community's contacts, people without an account, and links:
        holders of its roles that decide something, by appointing others or adding users."""
        if viewer.kind != "user":
            return False
        return viewer.admin or any(
            self._decides(own.role) and owner_of(self.declaration.model, own.role.id) == "community"
            for own in roles_of(self.declaration, viewer)
        )

    def _decides(self, role: Role) -> bool:
        roles = self.declaration.model.roles.values()
        return role.adds_users or any(role.id in each.appointed_by for each in roles)

    def keeps_the_providers(self, viewer: Viewer) -> bool:
        """The same for what is the provider's: its own people."""
        staff = self.declaration.provider.staff
        return viewer.kind == "user" and (viewer.admin or viewer.name in staff)

    def may_keep(self, viewer: Viewer, targets: Iterable[str]) -> bool:
        """Whether somebody keeps what is for all of these."""
        return all(self.may(viewer, *KEEPERS[each]) for each in self._owners(targets))

    def check_keeper(self, viewer: Viewer, targets: Iterable[str]) -> None:
        """The same as a check: each of these has to be theirs to keep."""
        for owner in self._owners(targets):
            self.check(viewer, *KEEPERS[owner])

    def _owners(self, targets: Iterable[str]) -> list[Owner]:
        """Whose these are; what is for nothing is anybody's who keeps anything."""
        owners = [owner_of(self.declaration.model, each) for each in targets]
        return list(dict.fromkeys(owners or ["both"]))

    def adding_roles(self) -> tuple[Role, ...]:
        """The roles whose holders may add users, here or on the hub's own pages."""
        if self.user_management == "off":
            return ()
        return tuple(role for role in self._mapped() if role.adds_users)

    def hub_scopes(self, viewer: Viewer) -> tuple[str, ...]:
        """The scopes that somebody's roles give them on the hub's own pages."""
        if viewer.admin:
            return ("admin-ui",)
        return self.scopes(own.role.id for own in roles_of(self.declaration, viewer))

    def scopes(self, role_ids: Iterable[str]) -> tuple[str, ...]:
        """The scopes that the hub gives to those who hold roles through its groups."""
        return tuple(
            scope
            for role_id in role_ids
            if self.declaration.on_hub(role_id)
            for scope in scopes_of(self.declaration, role_id, self.user_management)
        )

    def opens_hub_admin(self, viewer: Viewer) -> bool:
        """Whether the hub shows somebody its own admin page."""
        return "admin-ui" in self.hub_scopes(viewer)

    def changes(self, viewer: Viewer) -> tuple[Ability, ...]:
        """What somebody may change on our own pages."""
        found = [
            Ability(f"Decide who is {role.title}", f"roles/{role.id}", role.title, our=True)
            for role in self._mapped()
            if self.may_appoint(viewer, role) and self.open_to_change(role)
        ]
        if self.may(viewer, "adders"):
            found.append(Ability("Add people to the hub", "users", "Add people", our=True))
        return tuple(found)

    def abilities(self, viewer: Viewer) -> tuple[Ability, ...]:
        """What somebody may do on our own pages, beside what everybody may."""
        found = list(self.changes(viewer))
        if self.may(viewer, "keepers"):
            keep = "Change contacts, people without an account, and links"
            found.append(Ability(keep, "keep", "Contacts and people", our=True))
        if self.may(viewer, "appointers"):
            found.append(Ability("See who changed what", "ledger", "Activity log", our=True))
        return tuple(found)

    def decided_elsewhere(self, group: str) -> bool:  # noqa: ARG002  # all of a hub's, so far
        """Whether the login service decides who is in a group, and the hub learns it at a login."""
        return self.authenticator_groups

    def open_to_change(self, role: Role) -> bool:
        """Whether who holds a role can be decided here at all."""
        return self.declaration.on_hub(role.id)

    def kept_elsewhere(self, group: str) -> bool:
        """Whether who is in a group is decided here, and has to be done elsewhere: a login sets
        all groups of whoever logs in, and what the declaration says is kept elsewhere comes from
        there again."""
        if self.decided_elsewhere(group):
            return True
        return any(each.groups and each.values(group) for each in self.declaration.manage_at)

    def with_group(self, change: Change) -> Change:
        """A change with the group that is meant. Raises RefusedError where that can't be told."""
        return replace(change, group=self.group_of(change.role, change.group or None))

    def group_of(self, role: Role, wanted: str | None) -> str:
        """The group that is meant: the role's only one, or the one that was named."""
        groups = self.declaration.groups.get(role.id, ())
        if not groups:
            raise refusals.NOT_MAPPED(role=role.title)
        if wanted is None and len(groups) > 1:
            names = ", ".join(map(visible, groups))
            raise refusals.WHICH_GROUP(role=role.title, groups=names)
        if wanted is not None and wanted not in groups:
            raise refusals.NOT_ITS_GROUP(group=visible(wanted), role=role.title)
        return wanted or groups[0]

    def check_appointer(self, actor: Viewer, change: Change, today: date) -> Change:
        """Whether somebody may appoint this person, whoever holds the role now.

        Returns the change with the group that is meant, which only those hear of who may.
        """
        self.check_decider(actor, change, today)
        return self.with_group(change)

    def check_decider(self, actor: Viewer, change: Change, today: date) -> None:
        """Whether somebody may decide about this person, until when, as a holder of the role."""
        self.check(actor, "deciders", about=About(change.role))
        self.check_group(change)
        if not self.may_decide_about(actor, change.person):
            raise refusals.YOURSELF()
        check_until(change.until, today)

    def check_take_back(self, actor: Viewer, decided: Decided) -> None:
        """Whether somebody may take back what was decided, and isn't done yet: deciders, about
        others; and whoever decided it about themselves, or is to be appointed."""
        if not self._takes_back_own(actor, decided):
            self.check(actor, "deciders", about=About(decided.role))
            if not self.may_decide_about(actor, decided.person):
                raise refusals.YOURSELF()

    def may_take_back(self, viewer: Viewer, decided: Decided) -> bool:
        """The same as an answer."""
        return self._takes_back_own(viewer, decided) or (
            self.may(viewer, "deciders", about=About(decided.role))
            and self.may_decide_about(viewer, decided.person)
        )

    @staticmethod
    def _takes_back_own(viewer: Viewer, decided: Decided) -> bool:
        own = viewer.is_account(decided.person, decided.created)
        return own and (decided.appoints or decided.by == decided.person)

    def check_group(self, change: Change) -> None:
        """Whether a role has groups that can be changed here, and the one that is named."""
        groups = self.declaration.groups.get(change.role.id, ())
        self.group_of(change.role, change.group or next(iter(groups), None))

    def check_withdrawer(self, actor: Viewer, change: Change) -> None:
        """Whether somebody may take this person out: those who may appoint, and themselves."""
        self.check(actor, *WITHDRAWERS, about=About(change.role, change.person))

    def may_withdraw(self, viewer: Viewer, role: Role, account: str) -> bool:
        """The same as an answer, where who holds a role can be changed here at all."""
        about = About(role, account)
        return self.open_to_change(role) and self.may(viewer, *WITHDRAWERS, about=about)

    def may_change_day(self, viewer: Viewer, role: Role, account: str) -> bool:
        """Whether somebody may say until when somebody else holds a role."""
        return (
            self.may_decide_about(viewer, account)
            and self.open_to_change(role)
            and self.may(viewer, "deciders", about=About(role, account))
        )

    @staticmethod
    def may_decide_about(viewer: Viewer, account: str) -> bool:
        """Whether it is somebody else, about whom deciders decide; admins do about themselves."""
        return viewer.admin or not alike(account, viewer.name)

    def check_request(
        self, actor: Viewer, change: Change, role_holders: RoleHolders, today: date
    ) -> Change:
        """Anybody may ask for themselves; holders may propose somebody else.

        Returns the change with the group that is meant.
        """
        if alike(change.person, actor.name):
            self.check(actor, "oneself", about=About(change.role, actor.name))
        else:
            self.check(actor, "proposers", about=About(change.role))
        change = self.with_group(change)
        if any(alike(change.person, name) for name in role_holders.accounts):
            raise refusals.HOLDS_IT(name=refusals.account(change.person), role=change.role.title)
        check_until(change.until, today)
        return change

    def check_room(self, change: Change, role_holders: RoleHolders) -> None:
        """Whether the role has room for one more."""
        if change.person in role_holders.accounts or not role_holders.full:
            return
        raise refusals.FULL(
            role=change.role.title,
            holders=_holders(change.role.holders.max or 0),
            names=refusals.Whom(role_holders.holders),
        )

    def check_left_over(self, admin: bool, change: Change, role_holders: RoleHolders) -> None:
        """Whether enough holders are left; JupyterHub admins decide that for themselves."""
        least = change.role.holders.min
        if admin or change.person not in role_holders.accounts:
            return
        if len(role_holders.holders) - 1 < least:
            raise refusals.LAST(
                role=change.role.title,
                holders=_holders(least),
                name=refusals.account(change.person),
            )

    def _mapped(self) -> Iterable[Role]:
        return (self.declaration.model.roles[role_id] for role_id in self.declaration.groups)

    def _said_of(self, role: Role) -> dict[str, str]:
        """What refusals say of a role."""
        titles = [self.declaration.model.roles[each].title for each in role.appointed_by]
        deciders = ["JupyterHub admins", *(f"anyone who is {title}" for title in titles)]
        return {"role": role.title, "deciders": ", ".join(deciders)}


AccessName = Literal[
    "anybody",
    "users",
    "in charge",
    "appointers",
    "adders",
    "admins",
    "metrics",
    "the hub",
    "deciders",
    "oneself",
    "holders",
    "proposers",
    "asker",
    "past readers",
    "support",
    "keepers",
    "community keepers",
    "provider keepers",
]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open or change something, in words and as a rule, and the message for others.

    Where it is decided for each role, `may_about` is the rule, and the message names the role.
    """

    who: str
    may: Callable[[Rules, Viewer], bool] = lambda *_: False
    refusal: str = ""
    may_about: Callable[[Rules, Viewer, About], bool] | None = None

    def lets(self, rules: Rules, viewer: Viewer, about: About | None) -> bool:
        """Whether it lets somebody. Raises TypeError where nobody said what it is about."""
        if self.may_about is None:
            return self.may(rules, viewer)
        if about is None:
            raise TypeError(f"this is decided for each role, and none was named: {self.who}")
        return self.may_about(rules, viewer, about)


def _holds_it(rules: Rules, viewer: Viewer, about: About) -> bool:
    return rules.holds(viewer, about.role)


ACCESS: dict[AccessName, Access] = {
    "anybody": Access("anybody, without a login", lambda *_: True),
    "users": Access("everybody who is logged in", lambda *_: True),
    "in charge": Access(
        "JupyterHub admins, and anyone who holds a role through the hub",
        Rules.in_charge,
        "Only JupyterHub admins, and people who hold a role through the hub, can see this. The"
        " other pages show everybody who holds which role, and whom to ask.",
    ),
    "appointers": Access(
        "people who can appoint to a role",
        Rules.may_appoint_to_some,
        "Only JupyterHub admins, and people who can appoint to a role, can see who did what.",
    ),
    "adders": Access(
        "JupyterHub admins, and holders of a role that can add users, where this service adds them",
        Rules.may_add_users,
        "Only JupyterHub admins, and holders of a role that can add users, can add people here."
        " On some hubs, nobody can.",
    ),
    "admins": Access(
        "JupyterHub admins",
        lambda _, viewer: viewer.kind == "user" and viewer.admin,
        "Only JupyterHub admins can erase what is recorded about a person.",
    ),
    "metrics": Access(
        f"programs, with a hub token that has the scope `{METRICS_SCOPE}`",
        lambda _, viewer: METRICS_SCOPE in viewer.scopes,
        f"This needs a hub token with the scope {METRICS_SCOPE}, in the header"
        " Authorization, as in: Authorization: Bearer ...",
    ),
    "the hub": Access(
        "the hub itself, which shows that it has the token of this service",
        lambda *_: False,
        "Only the hub itself can read this.",
    ),
    "deciders": Access(
        "JupyterHub admins, and holders of the roles that appoint to this one",
        refusal="Only these people can decide who is {role}: {deciders}.",
        may_about=lambda rules, viewer, about: rules.may_appoint(viewer, about.role),
    ),
    "oneself": Access(
        "everybody, for themselves",
        refusal="Only people can ask for a role.",
        may_about=lambda _, viewer, about: viewer.is_account(about.person),
    ),
    "holders": Access(
        "holders of the role",
        refusal="Only holders of the role {role} can confirm its duties.",
        may_about=_holds_it,
    ),
    "proposers": Access(
        "holders of the role, for somebody else",
        refusal="Only holders of the role {role} can propose a successor. You can ask for the role"
        " yourself.",
        may_about=_holds_it,
    ),
    "past readers": Access(
        "of an earlier day, JupyterHub admins and holders of the roles that appoint to this one",
        refusal="Only these people can see who was {role} on an earlier day: {deciders}.",
        may_about=lambda rules, viewer, about: rules.may_appoint(viewer, about.role),
    ),
    "support": Access(
        "JupyterHub admins, anyone who holds a role through the hub, and services of the hub",
        lambda rules, viewer: rules.in_charge(viewer) or viewer.kind == "service",
        "Only JupyterHub admins, people who hold a role through the hub, and services can ask this"
        " about somebody else. You can ask it about yourself.",
    ),
    "asker": Access(
        "the person who asked, to take it back",
        refusal="Only the person who asked can take this back.",
        may_about=lambda _, viewer, about: viewer.is_account(about.asked_by, about.asker_created),
    ),
    "keepers": Access(
        "JupyterHub admins, holders of a role of the community that appoints others or adds users,"
        " and the provider's staff",
        lambda rules, viewer: rules.may(viewer, *KEEPERS["both"]),
        "Only JupyterHub admins, people who hold a role of the community in which they appoint"
        " others or add users, and the provider's staff can change contacts, people and links.",
    ),
    "community keepers": Access(
        "JupyterHub admins, and holders of a role of the community that appoints others or adds"
        " users, for what is the community's",
        Rules.keeps_the_communitys,
        "This is the community's: only JupyterHub admins, and people who hold a role of the"
        " community in which they appoint others or add users, can change it.",
    ),
    "provider keepers": Access(
        "JupyterHub admins and the provider's staff, for what is the provider's",
        Rules.keeps_the_providers,
        "This is the provider's: only JupyterHub admins and the provider's staff can change it."
        " Ask the operator.",
    ),
}
"""Who may open and change what: the table of addresses names these for each."""

KEEPERS: dict[Owner, tuple[AccessName, ...]] = {
    "community": ("community keepers",),
    "provider": ("provider keepers",),
    "both": ("community keepers", "provider keepers"),
}
"""Who may keep contacts, people without an account and links, by whose they are."""

WITHDRAWERS: tuple[AccessName, ...] = ("deciders", "oneself")
"""Who may take an account out of a role."""


def check_until(until: date | None, today: date) -> None:
    """A term can't end before it begins."""
    if until is not None and until < today:
        raise refusals.DATE_PASSED(date=until.isoformat())


def alike(one: str, other: str) -> bool:
    """Whether two names are one account to the hub, which writes them in small letters."""
    return one.lower() == other.lower()


def _holders(number: int) -> str:
    return f"{number} {'holder' if number == 1 else 'holders'}"
