"""What of a changed declaration takes effect by itself, and what only once the hub restarts.

Words, contacts and people without an account are looked up whenever they are shown. What the hub
was told at its start, and what says who holds a role or may do what, stays as it was until the hub
is told anew: nobody gains or loses power by a file that is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..domain.messages import MESSAGES
from ..domain.model import EVERYONE, OPERATOR, Declaration, Place
from . import dump, load
from .entries import (
    AreaEntry,
    ContactEntry,
    DeclarationEntry,
    Entry,
    LinkEntry,
    ManageAtEntry,
    MessagesEntry,
    PartyEntry,
    PersonEntry,
    ProviderEntry,
    RangeEntry,
    ResponsibilityEntry,
    RoleEntry,
)
from .source import dotted

NOW = ""
"""It takes effect by itself."""

PARTS = "parts"
"""Which of these there are waits for a restart; what each of them says, as its own keys do."""

IDS = "the hub, the ledger and gaps know it by its id"
HUB = "the hub makes its groups and roles of it when it starts"
POWER = "it decides which accounts hold a role, or what they may do"
SCOPE = "that there is such a scope is checked when the hub starts"
WORK = "it says who has to do what"

EFFECTS: dict[type[Entry], dict[str, str]] = {
    DeclarationEntry: {
        "title": NOW,
        "model": PARTS,
        "community": NOW,
        "provider": NOW,
        "roles": PARTS,
        "areas": PARTS,
        "contacts": NOW,
        "links": NOW,
        "messages": NOW,
        "manage_at": NOW,
        "names": NOW,
    },
    MessagesEntry: dict.fromkeys(MESSAGES, NOW),
    PartyEntry: {"name": NOW, "url": NOW},
    ProviderEntry: {"name": NOW, "url": NOW, "staff": NOW},
    RoleEntry: {
        "title": NOW,
        "summary": NOW,
        "description": NOW,
        "filled_by": NOW,
        "holders": POWER,
        "appointed_by": POWER,
        "starts_with": POWER,
        "mapped": HUB,
        "adds_users": HUB,
        "groups": HUB,
        "initial": POWER,
        "people": NOW,
        "scopes": HUB,
        "on_term_end": POWER,
        "confirm_every": NOW,
        "seen_within": NOW,
        "remove": IDS,
    },
    PersonEntry: {"name": NOW, "email": NOW, "telephone": NOW, "url": NOW, "review_by": NOW},
    RangeEntry: {"min": POWER, "max": POWER},
    AreaEntry: {
        "title": NOW,
        "goal": NOW,
        "split": NOW,
        "note": NOW,
        "responsibilities": PARTS,
        "remove": IDS,
    },
    ResponsibilityEntry: {
        "id": IDS,
        "title": NOW,
        "description": NOW,
        "topics": NOW,
        "accountable": WORK,
        "performed_by": WORK,
        "needs": SCOPE,
        "split": NOW,
        "remove": IDS,
    },
    ContactEntry: {
        "id": NOW,
        "name": NOW,
        "for": NOW,
        "email": NOW,
        "telephone": NOW,
        "url": NOW,
        "hours": NOW,
        "languages": NOW,
        "topics": NOW,
        "review_by": NOW,
        "public": NOW,
    },
    ManageAtEntry: dict.fromkeys(("groups", "url", "who", "how", "email", "within"), NOW),
    LinkEntry: {"title": NOW, "url": NOW, "for": NOW},
}
"""Each key of each part of the declaration: NOW, PARTS, or why it needs a restart."""

BY_ID: dict[tuple[type[Entry], str], type[Entry]] = {
    (DeclarationEntry, "roles"): RoleEntry,
    (DeclarationEntry, "areas"): AreaEntry,
    (AreaEntry, "responsibilities"): ResponsibilityEntry,
}
"""Of PARTS, those that are told apart by their ids; a model is laid under the file before."""

Said = Mapping[str, Any]
"""A part of the declaration as plain data, in the format of the file."""


def in_force(started: Declaration, now: Declaration) -> tuple[Declaration, tuple[Place, ...]]:
    """What is in force of the declaration as it is `now`, on a hub that started with another one;
    and the places of what waits for a restart.

    Raises DeclarationError where the two can't be put together.
    """
    merged, waiting = _merged(started, now)
    made = replace(load(merged, now.as_of), source=started.source, lines=now.lines)
    return made, waiting


def needs_restart(running: Declaration, planned: Declaration) -> tuple[Place, ...]:
    """The places of what a hub needs a restart for, if it is to have what is planned.

    What it calls accounts is for it to say: names that differ in capitals alone are the same.
    """
    running, planned = (
        each.with_accounts(lambda _, name: name.lower()) for each in (running, planned)
    )
    return _merged(running, planned)[1]


def _merged(started: Declaration, now: Declaration) -> tuple[dict[str, Any], tuple[Place, ...]]:
    merging = Merging()
    merged = merging.part(DeclarationEntry, dump(started), dump(now), ())
    known = {EVERYONE, OPERATOR, *_ids(merged)}
    merged["contacts"] = merging.known(merged.get("contacts", ()), "contacts", known)
    merged["links"] = merging.known(merged.get("links", ()), "links", known)
    return merged, tuple(merging.waiting)


@dataclass
class Merging:
    """Puts together what a hub started with and what is said now; `waiting` is what stays out."""

    waiting: list[Place] = field(default_factory=list)

    def part(self, kind: type[Entry], was: Said, is_now: Said, at: Place) -> dict[str, Any]:
        """One part of the declaration, by the rows of its keys."""
        merged = {}
        for key, effect in EFFECTS[kind].items():
            before, after = was.get(key), is_now.get(key)
            if (kind, key) in BY_ID:
                value = self._parts(BY_ID[kind, key], before, after, (*at, key))
            elif effect in (NOW, PARTS):
                value = after
            else:
                value = before
                if before != after:
                    self.waiting.append((*at, key))
            if value is not None:
                merged[key] = value
        return merged

    def _parts(self, kind: type[Entry], was: Any, is_now: Any, at: Place) -> Any:
        """Parts with ids: those that the hub started with, in their order as long as there are
        others."""
        before, after = _by_id(was), _by_id(is_now)
        self.waiting += [(*at, each) for each in after if each not in before]
        self.waiting += [(*at, each) for each in before if each not in after]
        order = after if after.keys() == before.keys() else before
        merged = {
            each: self.part(kind, before[each], after[each], (*at, each))
            if each in after
            else dict(before[each])
            for each in order
        }
        if kind is ResponsibilityEntry:
            return [{**value, "id": each} for each, value in merged.items()] or None
        return merged or None

    def known(self, parts: Iterable[Said], key: str, ids: set[str]) -> list[Said]:
        """Contacts or links, without those that are only for what waits."""
        kept: list[Said] = []
        for index, each in enumerate(parts):
            targets = [target for target in each["for"] if target in ids]
            at = (key, each.get("id", index))
            if len(targets) < len(each["for"]):
                self.waiting.append((*at, "for") if targets else at)
            if targets:
                kept.append({**each, "for": targets})
        return kept


def _by_id(parts: Any) -> dict[str, Said]:
    if isinstance(parts, Mapping):
        return dict(parts)
    return {each["id"]: each for each in parts or ()}


def _ids(merged: Said) -> Iterable[str]:
    """The ids of every role, area and responsibility."""
    yield from merged.get("roles", ())
    for area_id, area in merged.get("areas", {}).items():
        yield area_id
        yield from (each["id"] for each in area.get("responsibilities", ()))


def in_words(places: Iterable[Place], declaration: Declaration) -> list[str]:
    """Places as people write them, in the order of the file, each with its line there."""
    found = [(_line(place, declaration.lines), dotted(place)) for place in places]
    return [
        f"{text} (line {line})" if line else text
        for line, text in sorted(found, key=lambda each: each[0] or 0)
    ]


def _line(place: Place, lines: Mapping[Place, int]) -> int | None:
    """That of the nearest part that is there."""
    return next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
