"""What one part of a declaration says about another: checked once everything is merged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..domain.model import EVERYONE, OPERATOR, RESPONSIBILITIES_PER_AREA
from ..errors import Fault
from .draft import Draft, Part
from .shape import did_you_mean

NO_PATH = {".", ".."}
"""Names that no address can have as one of its parts, however they are written."""


def check(draft: Draft) -> Iterator[Fault]:
    """Every fault between the parts."""
    return chain(
        _limits(draft),
        _role_references(draft),
        _circles(draft),
        _ids(draft),
        _targets(draft),
        _unmapped(draft),
        _groups(draft),
        _initial(draft),
    )


def check_alone(draft: Draft) -> Iterator[Fault]:
    """Those faults that show whatever the model says, where that cannot be read."""
    return chain(_groups(draft), _longer_than_allowed(draft))


def _responsibilities(draft: Draft) -> Iterator[tuple[str, Part]]:
    for area in draft.areas.values():
        yield from area.parts.items()


def _limits(draft: Draft) -> Iterator[Fault]:
    for area_id, area in draft.areas.items():
        number = sum(not part.unknown for part in area.parts.values())
        if number > RESPONSIBILITIES_PER_AREA:
            message = f"'{area_id}' has {number} responsibilities"
            most = f"At most {RESPONSIBILITIES_PER_AREA} per area"
            fix = f"{most}: drop some with 'remove: true', or use another area"
            yield area.fault("responsibilities", message, fix)
    for role in draft.roles.values():
        holders = role.get("holders")
        if holders and holders.max is not None and holders.min > holders.max:
            message = f"min ({holders.min}) is more than max ({holders.max})"
            yield role.fault("holders", message, "Raise max or lower min")


def _role_references(draft: Draft) -> Iterator[Fault]:
    still_named: dict[str, list[str]] = {}
    for part_id, part, name in _naming_roles(draft):
        named = part.get(name, ())
        for index, role_id in enumerate(named) if isinstance(named, tuple) else [(None, named)]:
            if role_id in draft.removed and role_id not in draft.roles:
                still_named.setdefault(role_id, []).append(f"{part_id} ({name})")
            elif role_id not in draft.roles:
                fix = did_you_mean(role_id, draft.roles)
                yield part.fault(name, f"there is no role '{role_id}'", fix, index)
    for role_id, places in still_named.items():
        source, at = draft.removed[role_id]
        message = f"'{role_id}' is removed, but still named by {', '.join(places)}"
        yield source.fault(at, message, "Change these too, or keep the role")


def _naming_roles(draft: Draft) -> Iterator[tuple[str, Part, str]]:
    """Every value that is a role, or a list of roles: what has it, by id, and its name."""
    for part_id, part in draft.roles.items():
        yield from ((part_id, part, name) for name in ("appointed_by", "starts_with"))
    for part_id, part in _responsibilities(draft):
        yield from ((part_id, part, name) for name in ("accountable", "performed_by"))


def _circles(draft: Draft) -> Iterator[Fault]:
    """Roles that appoint each other in a circle: nobody could ever be the first."""
    seen: set[frozenset[str]] = set()
    for start in draft.roles:
        circle = _way_back(draft, start)
        if circle and frozenset(circle) not in seen:
            seen.add(frozenset(circle))
            way = " → ".join((*circle, start))
            message = f"roles appoint each other in a circle: {way}"
            fix = "Take one of them out of 'appointed_by'; JupyterHub admins can always appoint"
            yield draft.roles[start].fault("appointed_by", message, fix)


def _way_back(draft: Draft, start: str) -> tuple[str, ...]:
    """The shortest way from a role over those who appoint it back to itself (two steps or more)."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        for role_id in draft.roles[way[-1]].get("appointed_by", ()):
            if role_id == start and len(way) > 1:
                return way
            if role_id in draft.roles and role_id not in seen:
                seen.add(role_id)
                ways.append((*way, role_id))
    return ()


def _ids(draft: Draft) -> Iterator[Fault]:
    """Contacts and links say what they are for by id: an id may name one thing only."""
    kinds: dict[str, str] = {
        EVERYONE: "the word for everybody on the hub",
        OPERATOR: "the word for whoever runs the hub",
    }
    named = chain(
        (("a role", i, p) for i, p in draft.roles.items()),
        (("an area", i, p) for i, p in draft.areas.items()),
        (("a responsibility", i, p) for i, p in _responsibilities(draft)),
    )
    for kind, part_id, part in named:
        if part_id in kinds:
            message = f"'{part_id}' is already {kinds[part_id]}"
            yield part.fault("id", message, "Give one of them another id")
        kinds.setdefault(part_id, f"the id of {kind}")
    contacts: set[str] = set()
    for contact in draft.contacts:
        contact_id = contact.values["id"]
        if contact_id in contacts:
            message = f"another contact has the id '{contact_id}' already"
            yield contact.fault("id", message, "Give one of them another id")
        contacts.add(contact_id)


def _targets(draft: Draft) -> Iterator[Fault]:
    known = {*draft.roles, *draft.areas, *(i for i, _ in _responsibilities(draft))}
    for parts, targets in ((draft.contacts, known | {EVERYONE, OPERATOR}), (draft.links, known)):
        for part in parts:
            for index, target in enumerate(part.get("targets", ())):
                if target not in targets:
                    message = f"there is no area, role or responsibility '{target}'"
                    yield part.fault("targets", message, did_you_mean(target, targets), index)


def _unmapped(draft: Draft) -> Iterator[Fault]:
    for role_id, role in draft.roles.items():
        if role.get("mapped") and not role.get("groups"):
            fix = "Name the group on the hub whose members hold it, such as 'groups: [hub-admins]'"
            at = ("roles", role_id, "groups")
            yield draft.root.source.fault(at, f"the role '{role_id}' has no groups", fix)


def _groups(draft: Draft) -> Iterator[Fault]:
    mapped: dict[str, str] = {}
    for role_id, role in draft.roles.items():
        for index, group in enumerate(role.get("groups", ())):
            if mapped.get(group, role_id) != role_id:
                message = f"the group '{group}' already stands for {mapped[group]}"
                fix = "Give each role a group of its own; a person can be in both"
                yield role.fault("groups", message, fix, index)
            if group in NO_PATH:
                message = f"the hub's API cannot reach a group called '{group}'"
                yield role.fault("groups", message, "Give it another name", index)
            mapped.setdefault(group, role_id)


def _initial(draft: Draft) -> Iterator[Fault]:
    for role in draft.roles.values():
        if role.get("initial") and not role.get("groups"):
            fix = "Add 'groups', so that there is a group to put them into"
            yield role.fault("initial", "accounts can only be appointed to a group", fix)
    yield from _longer_than_allowed(draft)


def _longer_than_allowed(draft: Draft) -> Iterator[Fault]:
    for role in draft.roles.values():
        initial, holders = role.get("initial", ()), role.get("holders")
        if holders and holders.max is not None and len(initial) > holders.max:
            message = f"lists {len(initial)} accounts, but the role can have {holders.max}"
            yield role.fault("initial", message, "Shorten the list or raise holders.max")
