"""Who would gain or lose what by another declaration, compared with a running hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..domain.access import in_words
from ..domain.model import Declaration
from ..domain.rules import Rules
from ..text import visible

NOTHING = "Nothing would change for anybody."
NEEDS_RESTART = (
    "The hub has to be restarted for this. Where it has the file, everything else takes effect by"
    " itself:"
)

Running = Mapping[str, Any]
"""What `GET api/roles` answers."""

Members = Mapping[str, tuple[str, ...] | None]
"""Who is in groups of the hub: nobody in one that it doesn't have, None where it didn't tell."""


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What becomes of a role: who would hold it from then on, and who no more.

    `scopes_gained` and `scopes_lost` are for everybody who goes on holding it; `untold` are groups
    of which nobody said who is in them.
    """

    role: str
    title: str
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    scopes_gained: tuple[str, ...] = ()
    scopes_lost: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything becomes different for anybody, as far as that is known."""
        return any((self.gained, self.lost, self.scopes_gained, self.scopes_lost))


def groups_of(running: Running) -> dict[str, tuple[str, ...]]:
    """Who is in the groups that stand for roles now."""
    members: dict[str, list[str]] = {
        group: []
        for role in running["roles"]
        for group in role["groups"]
        if group not in role["missing_groups"]
    }
    for role in running["roles"]:
        for holder in role["holders"]:
            for group in holder["groups"]:
                members[group].append(holder["name"])
    return {group: tuple(dict.fromkeys(names)) for group, names in members.items()}


def unknown_groups(declared: Declaration, running: Running) -> tuple[str, ...]:
    """The groups that would stand for roles, and don't now."""
    known = groups_of(running)
    return tuple(group for group in declared.mapped_groups if group not in known)


def compare(declared: Declaration, running: Running, asked: Members) -> tuple[RoleChange, ...]:
    """What a declaration would change; `asked` are the members of the groups that it adds."""
    members = {**asked, **groups_of(running)}
    now = {role["id"]: role for role in running["roles"]}
    role_ids = dict.fromkeys((*now, *declared.model.roles))
    # The declaration doesn't say who adds users: that stays as it is.
    rules = Rules(declared, user_management=running["user_management"])
    changes = (_of_role(rules, now.get(each), each, members) for each in role_ids)
    return tuple(each for each in changes if each.changes or each.untold)


def _of_role(
    rules: Rules, now: Mapping[str, Any] | None, role_id: str, members: Members
) -> RoleChange:
    declared = rules.declaration
    groups = declared.groups.get(role_id, ())
    role = declared.model.roles.get(role_id)
    were = {holder["name"] for holder in now["holders"]} if now else set()
    will = {person.name for person in declared.people.get(role_id, ())}
    will |= {name for group in groups for name in members.get(group) or ()}
    untold = tuple(group for group in groups if members.get(group) is None)
    had = set(now["scopes"]) if now else set()
    has = set(rules.scopes([role_id])) if role else set()
    stay = bool(were & will)
    return RoleChange(
        role_id,
        role.title if role else str(now and now["title"]),
        gained=tuple(sorted(will - were)),
        lost=() if untold else tuple(sorted(were - will)),
        scopes_gained=tuple(sorted(has - had)) if stay else (),
        scopes_lost=tuple(sorted(had - has)) if stay else (),
        untold=untold,
    )


def as_text(changes: Iterable[RoleChange], restart: Sequence[str] | None = ()) -> str:
    """What would become different, to read in a terminal.

    `restart` are the parts of the declaration that need one; None where that could not be told.
    """
    said = [line for change in changes for line in _lines(change)] or [NOTHING]
    if restart:
        said += [NEEDS_RESTART, *(f"  {each}" for each in restart)]
    return "".join(f"{line}\n" for line in said)


def as_data(changes: Iterable[RoleChange], restart: Sequence[str] | None = ()) -> dict[str, Any]:
    """The same for a program."""
    parts = None if restart is None else list(restart)
    return {"roles": [asdict(change) for change in changes], "restart": parts}


def _lines(change: RoleChange) -> Iterator[str]:
    yield f"{change.title} ({change.role})"
    yield from (f"  + {visible(name)} gets this role" for name in change.gained)
    yield from (f"  - {visible(name)} loses this role" for name in change.lost)
    yield from (f"  + its holders may {in_words(scope)}" for scope in change.scopes_gained)
    yield from (f"  - its holders may no longer {in_words(scope)}" for scope in change.scopes_lost)
    for group in change.untold:
        yield f"  ? who is in the group {visible(group)}, and who loses this role"
