"""Lay declarations over the models that they start from, part by part, by id.

A model is a declaration that others start from: the same format, the same rules. Each part
remembers which file and place every one of its values came from, so that a fault that only
shows after the merge still has a file and a line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Fault
from .entries import AreaEntry, DeclarationEntry, Entry
from .shape import did_you_mean, nearest
from .source import Location, Source, short

NEW = {"role": ("title",), "area": ("title", "goal"), "responsibility": ("title", "description")}
"""What a part that the model doesn't have yet must say about itself."""


@dataclass
class Part:
    """One role, area, responsibility, contact or link, merged from several files.

    `unknown` where it is neither in the model nor says what a new one has to: a fault by itself.
    """

    source: Source
    location: Location
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, tuple[Source, Location]] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    unknown: bool = False

    def lay(self, entry: Entry, source: Source, location: Location) -> None:
        """Take over what `entry` says; what it is silent about, or leaves empty, stays.

        Only `accountable: null` says something: that no role is.
        """
        for name in entry.model_fields_set:
            value = getattr(entry, name)
            if value is None and name != "accountable":
                continue
            alias = type(entry).model_fields[name].alias or name
            self.values[name] = value
            self.origins[name] = (source, (*location, alias))

    def get(self, name: str, default: Any = None) -> Any:
        """A value, or `default` where nobody gave one."""
        value = self.values.get(name)
        return default if value is None else value

    def fault(self, name: str, message: str, fix: str = "", index: int | None = None) -> Fault:
        """A fault in one of the values, at the file and line it came from."""
        source, location = self.origins.get(name, (self.source, self.location))
        if index is not None and name in self.origins:
            location = (*location, index)
        return source.fault(location, message, fix)


@dataclass
class Draft:
    """Everything that was declared, merged, before it is checked as a whole.

    `removed` has the place that said so. `whole` is False where a file is missing or cannot be
    read: what the parts say about each other cannot be judged then. `files` are those of the
    operator, the missing ones too, in the order in which they were looked for.
    """

    root: Part
    whole: bool = True
    sources: list[Source] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    roles: dict[str, Part] = field(default_factory=dict)
    areas: dict[str, Part] = field(default_factory=dict)
    contacts: list[Part] = field(default_factory=list)
    links: list[Part] = field(default_factory=list)
    removed: dict[str, tuple[Source, Location]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def lay(self, entry: DeclarationEntry, source: Source) -> None:
        """Lay one declaration over what is there."""
        self.root.lay(entry, source, ())
        for role_id, role in entry.roles.items():
            self._lay_part("role", self.roles, role_id, role, source, ("roles", role_id))
        for area_id, area in entry.areas.items():
            self._lay_area(area_id, area, source, ("areas", area_id))
        for index, contact in enumerate(entry.contacts):
            if "id" in contact.model_fields_set:
                self._lay_contact(_part(contact, source, ("contacts", index)), source)
        for index, link in enumerate(entry.links):
            self.links.append(_part(link, source, ("links", index)))

    def _lay_contact(self, part: Part, source: Source) -> None:
        """A contact of the file that this one starts from gives way; a twin in one file stays."""
        ids = [c.values["id"] if c.source is not source else None for c in self.contacts]
        if part.values["id"] in ids:
            self.contacts[ids.index(part.values["id"])] = part
        else:
            self.contacts.append(part)

    def _lay_area(self, area_id: str, area: AreaEntry, source: Source, at: Location) -> None:
        part = self._lay_part("area", self.areas, area_id, area, source, at)
        if part is None:
            return
        seen: set[str] = set()
        for index, entry in enumerate(area.responsibilities or ()):
            here = (*at, "responsibilities", index)
            if "id" not in entry.model_fields_set:
                continue
            if entry.id in seen:
                message = f"'{entry.id}' is in this list twice"
                fix = "Give one of them another id"
                self.faults.append(source.fault((*here, "id"), message, fix))
                continue
            seen.add(entry.id)
            self._lay_part("responsibility", part.parts, entry.id, entry, source, here)

    def _lay_part(
        self,
        kind: str,
        parts: dict[str, Part],
        part_id: str,
        entry: Any,
        source: Source,
        at: Location,
    ) -> Part | None:
        if entry.remove:
            self.removed[part_id] = (source, at)
            if parts.pop(part_id, None) is None:
                fix = did_you_mean(part_id, parts)
                self.faults.append(
                    source.fault(at, f"there is no {kind} '{part_id}' to remove", fix)
                )
            return None
        incomplete = any(getattr(entry, name) is None for name in NEW[kind])
        if part_id not in parts and incomplete:
            hint = did_you_mean(part_id, parts)
            hint = hint if hint.endswith("?") else f"{hint}."
            fix = f"{hint} A new {kind} needs: {' and '.join(NEW[kind])}"
            self.faults.append(source.fault(at, f"unknown {kind} '{short(part_id)}'", fix))
            part_id = nearest(part_id, parts) or part_id  # to find what else is wrong with it
        part = parts.setdefault(part_id, Part(source, at, unknown=incomplete))
        part.lay(entry, source, at)
        return part


def _part(entry: Entry, source: Source, at: Location) -> Part:
    part = Part(source, at)
    part.lay(entry, source, at)
    return part
