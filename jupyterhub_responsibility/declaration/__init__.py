"""The operator's file (or dict) → a Declaration: model, parties, groups, people and contacts.

`load` finds every fault at once; `dump` writes a declaration as one dict that needs no other
file, which `load` reads back to the same declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from functools import cache
from importlib import resources
from os.path import realpath
from pathlib import Path
from typing import Any, TypeVar, cast

from ..domain.elsewhere import ManageAt
from ..domain.messages import MessageName, To
from ..domain.model import (
    UNNAMED,
    Area,
    Contact,
    Declaration,
    Link,
    Model,
    Party,
    Person,
    Range,
    Responsibility,
    Role,
)
from ..errors import DeclarationError, Fault, UnreadableError
from .checks import check, check_alone
from .draft import NEW, Draft, Part
from .entries import (
    NO_MODEL,
    Date,
    DeclarationEntry,
    Email,
    Entry,
    Language,
    Telephone,
    Title,
    WebAddress,
    json_schema,
    usable_email,
)
from .shape import did_you_mean, entry_of
from .source import Location, Source, lines_of, read_file, short
from .values import no_file, plain
from .warnings import warnings

__all__ = [
    "BUILT_IN",
    "Date",
    "Email",
    "Language",
    "Reading",
    "Telephone",
    "Title",
    "WebAddress",
    "dump",
    "dump_thing",
    "json_schema",
    "lines_in",
    "load",
    "look_over",
    "read_again",
    "shipped_models",
    "usable_email",
]

BUILT_IN = "community-hub"
"""The model that a declaration starts from if it names none."""

T = TypeVar("T", Role, Area, Responsibility)

COMMUNITY, PROVIDER = map(Party, UNNAMED)


def shipped_models() -> dict[str, Path]:
    """The models that ship with the package, by name."""
    folder = Path(str(resources.files("jupyterhub_responsibility") / "models"))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def load(declared: str | Path | Mapping[str, Any], as_of: datetime | None = None) -> Declaration:
    """Read and check a declaration.

    `declared` is the path of a file, or the declaration itself. `as_of` says when a
    declaration that isn't a file was last changed (default: now).

    Raises DeclarationError with every fault, or UnreadableError where there is no file.
    """
    draft, changed = _read(declared, as_of)
    faults = _faults(draft)
    if faults:
        raise DeclarationError(faults)
    return _build(draft, changed, draft.root.source)


@dataclass(frozen=True)
class Reading:
    """What a file says, or every fault of it; `files` are those that it takes, missing ones too."""

    declaration: Declaration | None
    faults: tuple[Fault, ...]
    files: tuple[Path, ...]


def read_again(file: str) -> Reading:
    """Read a file that may be in the middle of being changed.

    Raises DeclarationError where it contains itself, UnreadableError where there is no file.
    """
    draft, changed = _read(file, None)
    faults = _faults(draft)
    declaration = None if faults else _build(draft, changed, draft.root.source)
    return Reading(declaration, faults, tuple(draft.files))


def look_over(
    declared: str | Path | Mapping[str, Any],
) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Every fault of a declaration, and every warning: what is right, and makes poor pages.

    Raises DeclarationError where it contains itself, UnreadableError where there is no file.
    """
    draft, _ = _read(declared, None)
    return _faults(draft), _in_order(warnings(draft))


def _read(
    declared: str | Path | Mapping[str, Any], as_of: datetime | None
) -> tuple[Draft, datetime]:
    """Everything that was declared, laid over each other, and when it was last changed."""
    if isinstance(declared, Mapping):
        try:
            source = Source(data=plain(declared))
        except RecursionError:
            raise DeclarationError((Fault("", "the declaration contains itself"),)) from None
        changed = as_of or datetime.now(timezone.utc)
        above, files = [], []
    elif fault := no_file(declared):
        raise UnreadableError(fault)
    else:
        source = read_file(Path(declared))
        changed = datetime.fromtimestamp(Path(declared).stat().st_mtime, timezone.utc)
        above, files = [realpath(declared)], [Path(declared)]
    draft = Draft(Part(source, ()), files=files)
    _lay(draft, source, entry_of(source), above)
    return draft, changed


def _faults(draft: Draft) -> tuple[Fault, ...]:
    """Every fault, in the order of the files, but for those that only follow from another."""
    faults = [fault for each in draft.sources for fault in each.faults]
    between = [*draft.faults, *check(draft)] if draft.whole else check_alone(draft)
    paths = {fault.path for fault in faults}
    return _in_order([*faults, *(f for f in between if not _follows(f.path, paths))])


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: (fault.source, fault.line or 0)))


def _follows(path: str, faulty: set[str]) -> bool:
    """Whether something looks wrong only because a value of the same part could not be read.

    That is the value itself, one that it is in, an entry of its list, or one of the texts
    that a new part needs.
    """
    ends = (match.start() for match in re.finditer(r"[.\[]", path))
    if path in faulty or any(path[:end] in faulty for end in ends):
        return True
    needed = {f"{path}.{name}" for names in NEW.values() for name in names}
    entry = re.compile(re.escape(path) + r"\[\d+\]")
    return not needed.isdisjoint(faulty) or any(map(entry.fullmatch, faulty))


def _lay(draft: Draft, source: Source, entry: DeclarationEntry, above: list[str]) -> None:
    """Lay the models that a document starts from, then the document itself.

    `above` are the files that start from this one, and its own.
    """
    base = _base(entry.model or BUILT_IN, source, above, draft.files)
    if base:
        _lay(draft, *base, [*above, base[0].name])
    draft.sources.append(source)
    if any(fault.path in ("", "model") for fault in source.faults):
        draft.whole = False
    if draft.whole or source is draft.root.source:
        draft.lay(entry, source)


def _base(
    name: str, source: Source, above: list[str], files: list[Path]
) -> tuple[Source, DeclarationEntry] | None:
    """The model that a document starts from; what is wrong with it is one of its faults.

    Where it is a file of the operator's, it is added to `files`.
    """
    if name == NO_MODEL:
        return None
    shipped = shipped_models()
    if name not in shipped:
        files.append(Path(source.name).parent / name)
    path = realpath(shipped.get(name, Path(source.name).parent / name))
    if path in above:
        message = "models start from each other in a circle"
        fix = "One of them must start from a model that ships, or from 'none'"
    else:
        try:
            return _shipped(path) if name in shipped else _document(path)
        except UnreadableError as error:
            message = f"the model '{short(name)}' cannot be used ({error})"
            fix = did_you_mean(name, [*shipped, NO_MODEL])
    source.faults.append(source.fault(("model",), message, fix))
    return None


def _document(path: str) -> tuple[Source, DeclarationEntry]:
    """A file with its entries. Raises UnreadableError."""
    source = read_file(Path(path))
    return source, entry_of(source)


_shipped = cache(_document)
"""A model that ships never changes: it is read once, however many declarations start from it."""


def _build(draft: Draft, as_of: datetime, source: Source) -> Declaration:
    roles = draft.roles
    return Declaration(
        model=Model(
            title=draft.root.get("title", "Responsibilities"),
            areas=tuple(_area(area_id, part) for area_id, part in draft.areas.items()),
            roles={role_id: _role(role_id, part) for role_id, part in roles.items()},
        ),
        community=_party(draft.root, "community", COMMUNITY),
        provider=_party(draft.root, "provider", PROVIDER),
        groups=_by_role(roles, "groups"),
        initial=_by_role(roles, "initial"),
        people={
            role_id: tuple(Person(**_said(entry)) for entry in people)
            for role_id, people in _by_role(roles, "people").items()
        },
        scopes=_by_role(roles, "scopes"),
        contacts=tuple(Contact(**part.values) for part in draft.contacts),
        links=tuple(dict.fromkeys(Link(**part.values) for part in draft.links)),
        as_of=as_of,
        names=draft.root.get("names", {}),
        messages=_messages(draft.root),
        manage_at=tuple(ManageAt(**_said(each)) for each in draft.root.get("manage_at", ())),
        source=source.name,
        lines=lines_of(source) if source.name else {},
    )


def lines_in(path: str) -> dict[Location, int]:
    """The line of every part of a declaration's file; empty where it can't be read."""
    try:
        return lines_of(read_file(Path(path)))
    except UnreadableError:
        return {}


def _by_role(roles: dict[str, Part], name: str) -> dict[str, tuple[Any, ...]]:
    return {
        role_id: part.values[name]
        for role_id, part in roles.items()
        if part.values.get(name) or (name == "scopes" and name in part.values)
    }


def _made(kind: type[T], values: Mapping[str, Any], **own: Any) -> T:
    """One of the domain's types, from what was said of it and from what is its `own`."""
    names = {field.name for field in fields(kind)}
    said = {name: value for name, value in values.items() if name in names}
    return kind(**{**said, **own})


def _role(role_id: str, part: Part) -> Role:
    holders = part.get("holders")
    limits = Range(holders.min, holders.max) if holders else Range()
    return _made(Role, part.values, id=role_id, holders=limits)


def _area(area_id: str, part: Part) -> Area:
    split = part.get("split", "none")
    responsibilities = tuple(
        _made(Responsibility, each.values, id=each_id, area=area_id, split=each.get("split", split))
        for each_id, each in part.parts.items()
    )
    own = {"id": area_id, "split": split, "responsibilities": responsibilities}
    return _made(Area, part.values, **own)


def _party(root: Part, name: str, default: Party) -> Party:
    entry = root.get(name)
    return Party(**_said(entry)) if entry else default


def _messages(root: Part) -> dict[MessageName, tuple[To, ...]]:
    entry = root.get("messages")
    return cast("dict[MessageName, tuple[To, ...]]", _said(entry)) if entry else {}


def _said(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(exclude_none=True)


def dump(declaration: Declaration) -> dict[str, Any]:
    """The whole declaration, model included, as plain data in the format of the file."""
    model = declaration.model
    parties = {"community": declaration.community, "provider": declaration.provider}
    whole: dict[str, Any] = {
        "title": model.title,
        "model": NO_MODEL,
        **{name: _filled(_fields(party)) for name, party in parties.items()},
        "roles": {role.id: _dump_role(declaration, role) for role in model.roles.values()},
        "areas": {area.id: _dump_area(area) for area in model.areas},
        "contacts": [dump_thing(contact) for contact in declaration.contacts],
        "links": [dump_thing(link) for link in declaration.links],
        "names": dict(declaration.names),
        "messages": {kind: list(to) for kind, to in declaration.messages.items()},
        "manage_at": [_filled(_fields(each)) for each in declaration.manage_at],
    }
    return _filled(whole)


def _fields(thing: Any) -> dict[str, Any]:
    """The fields of a frozen type, as plain data."""
    return {name: _jsonable(getattr(thing, name)) for name in thing.__dataclass_fields__}


def _jsonable(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_jsonable(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return _filled(_fields(value))
    return value.isoformat() if hasattr(value, "isoformat") else value


def _filled(values: Any) -> dict[str, Any]:
    """Without what is empty; `accountable: null` and `min: 0` say nothing that is not default."""
    return {k: v for k, v in values.items() if v not in (None, "", [], {}, False, 0)}


def _dump_role(declaration: Declaration, role: Role) -> dict[str, Any]:
    own = {k: v for k, v in _fields(role).items() if k != "id"}
    here = {
        name: _jsonable(getattr(declaration, name).get(role.id, ()))
        for name in ("groups", "initial", "people")
    }
    scopes = declaration.scopes.get(role.id)  # an empty list grants nothing, no list the usual
    return _filled(own | here) | ({} if scopes is None else {"scopes": list(scopes)})


def _dump_area(area: Area) -> dict[str, Any]:
    own = {k: v for k, v in _fields(area).items() if k != "id"}
    own["responsibilities"] = [
        {k: v for k, v in _filled(_fields(each)).items() if k != "area"}
        for each in area.responsibilities
    ]
    return _filled(own)


def dump_thing(thing: Contact | Person | Link) -> dict[str, Any]:
    """A contact, a person or a link as plain data in the format of the file."""
    values = _fields(thing)
    return _filled({"for" if k == "targets" else k: v for k, v in values.items()})
