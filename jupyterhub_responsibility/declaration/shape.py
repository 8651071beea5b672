"""From plain data to typed entries: every fault at once, in words that help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ..errors import Fault
from .entries import DeclarationEntry
from .source import Location, Source, dotted, short

_EMPTY = ("is empty", "Fill it in, or leave it out")
_UNPRINTABLE = (
    "contains characters that cannot be seen",
    "Type the text again; copying from a page can bring such characters with it",
)

AnyEntry = TypeVar("AnyEntry", bound=BaseModel)

# pydantic error type → what is wrong, how to fix it. `{…}` are the error's own context.
_WORDS = {
    "missing": ("'{key}' is missing", "Add it"),
    "string_type": ("should be text", "Put the value in quotes"),
    "string_too_short": _EMPTY,
    "string_too_long": ("is longer than {max_length} characters", "Shorten it"),
    "bool_type": ("should be true or false", "Write true or false, without quotes"),
    "int_type": ("should be a whole number", "Write it in digits, without quotes"),
    "greater_than_equal": ("is less than {ge}", "Use {ge} or more"),
    "less_than_equal": ("is more than {le}", "Use {le} or less"),
    "literal_error": ("'{input}' is not allowed here", "Use one of: {expected}"),
    "tuple_type": ("should be a list", "Write it as [one, two], or one entry per line after '- '"),
    "too_short": ("is an empty list", "List something, or leave it out"),
    "dict_type": ("should be keys with values", "Write 'key: value', one per line"),
    "model_type": ("should be keys with values", "Write 'key: value', one per line"),
    "unprintable": _UNPRINTABLE,
    "string_unicode": _UNPRINTABLE,
    "invalid_key": ("'{key}' cannot be a key", "Use text"),
    "web_address": (
        "'{input}' is not a web address",
        "Start it with https:// or http://, or with / for a page of this hub",
    ),
    "web_host": (
        "'{input}' is an address that no browser can open",
        "Check the name after //, and the number after a colon",
    ),
    # Without the value, of these two: it may hold the token that does not belong there.
    "hub_address": (
        "is not the address of a hub, or of its Responsibilities page",
        "Write it as https://hub.example, with nothing secret in it, and without '?', '#' and '@'",
    ),
    "variable": (
        "is not the name of an environment variable",
        "Write a name such as REEF_TOKEN, in capital letters, digits and '_', and put the token"
        " into that variable, never here",
    ),
    "pattern": ("'{input}' {wrong}", "Write it as in '{{org}}:{{team}}', each name once"),
    "not_in_pattern": (
        "'{name}' is not in the pattern of these groups",
        "Use {known}, or give 'groups' a name that can be used here",
    ),
    "iso_date": ("'{input}' is not a date", "Write it as year-month-day, such as 2027-06-30"),
}

# A pattern that doesn't match: the last key of the path says what was expected.
_PATTERNS = {
    "email": ("'{input}' is not an email address", "Write it as name@example.org"),
    "telephone": ("'{input}' is not a telephone number", "Write it as '+49 40 123456'"),
    "languages": ("'{input}' is not a language code", "Use a code such as en, de or pt-BR"),
    "needs": ("'{input}' is not the plain name of a scope", "Write one such as servers, without !"),
}
_MANY = 12
_ID = ("'{input}' cannot be an id", "Use small letters, digits and single hyphens")


def entry_of(source: Source) -> DeclarationEntry:
    """The typed entries of a declaration; what is wrong with them is added to its faults."""
    return typed(source, DeclarationEntry)


def typed(source: Source, kind: type[AnyEntry]) -> AnyEntry:
    """A document as entries of a kind; what is wrong with them is added to its faults.

    Where there are faults, the entries hold what is sound, so that the faults between parts
    can be found in the same run; nothing may be built from them.
    """
    if source.data is None:
        return kind.model_construct()
    try:
        return kind.model_validate(source.data)
    except ValidationError as error:
        source.faults.extend(_faults(source, kind, error.errors()))
        return _sound_entry(kind, source.data)


def _faults(source: Source, root: type[BaseModel], details: list[ErrorDetails]) -> list[Fault]:
    """What is wrong, but for what only follows from a mistyped key or an unreadable value."""
    unreadable = {fault.path for fault in source.faults}
    places = [(detail["type"], _location(detail)) for detail in details]
    mistyped = {
        (*place[:-1], nearest(str(place[-1]), _keys_at(root, place[:-1])))
        for kind, place in places
        if kind == "extra_forbidden"
    }
    return [
        _translate(source, root, detail)
        for detail, (kind, place) in zip(details, places, strict=True)
        if dotted(place) not in unreadable
        and not (kind == "missing" and (place in mistyped or dotted(place[:-1]) in unreadable))
    ]


def _location(detail: ErrorDetails) -> Location:
    return tuple(step for step in detail["loc"] if step != "[key]")


def _sound_fields(entry: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """The values, by alias, of those fields that are right as they stand.

    A mistyped key is taken for the nearest right one: nothing is missing then.
    """
    names = {field.alias or name: name for name, field in entry.model_fields.items()}
    mistyped = (key for key in data if key not in names and isinstance(key, str))
    meant = {nearest(key, names): data[key] for key in mistyped} | dict(data)
    sound = {key: _sound(entry, name, meant[key]) for key, name in names.items() if key in meant}
    return {key: value for key, value in sound.items() if value is not None}


def _sound(entry: type[BaseModel], name: str, value: Any) -> Any:
    field = entry.model_fields[name]
    inner = _entry_in(field.annotation)
    if inner is None:
        try:
            return _adapter(entry, name).validate_python(value)
        except ValidationError:
            return None
    if get_origin(field.annotation) is dict:
        pairs = value.items() if isinstance(value, dict) else ()
        return {key: _sound_entry(inner, item) for key, item in pairs if isinstance(key, str)}
    if _is_list(field.annotation):
        items = value if isinstance(value, list) else ()
        return tuple(_sound_entry(inner, item) for item in items)
    return _sound_entry(inner, value)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(map(_is_list, get_args(annotation)))


@cache
def _adapter(entry: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What validates one field on its own (`Annotated[x, *y]` needs Python 3.11)."""
    field = entry.model_fields[name]
    annotation = Annotated.__class_getitem__((field.annotation, *field.metadata, None))  # type: ignore[attr-defined]  # it is there at run time
    return TypeAdapter(annotation)


def _sound_entry(entry: type[AnyEntry], value: Any) -> AnyEntry:
    fields = _sound_fields(entry, value) if isinstance(value, dict) else {}
    return entry.model_construct(**fields)


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The one among some words that a mistyped one was probably meant to be."""
    return next(iter(get_close_matches(word.lower(), sorted(choices), n=1, cutoff=0.6)), None)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """How to fix an unknown word: the nearest right one, or all there are."""
    known = sorted(map(short, choices))
    if near := nearest(word, known):
        return f"Did you mean '{near}'?"
    if len(known) > _MANY:
        return f"There are {len(known)} to choose from, such as {', '.join(known[:3])}"
    return f"Use one of: {', '.join(known)}" if known else "There are none to choose from"


def _translate(source: Source, root: type[BaseModel], detail: ErrorDetails) -> Fault:
    location = _location(detail)
    key = str(location[-1]) if location else ""
    kind = detail["type"]
    if kind == "extra_forbidden":
        fix = did_you_mean(key, _keys_at(root, location[:-1]))
        return source.fault(location, f"unknown key '{short(key)}'", fix)
    words = _WORDS.get(kind, (detail["msg"], ""))
    if detail["input"] is None and kind.endswith("_type"):
        words = _EMPTY
    if kind == "string_pattern_mismatch":
        named = (step for step in reversed(location) if isinstance(step, str))
        words = _PATTERNS.get(next(named, ""), _ID)
        if detail["loc"][-1:] == ("[key]",):
            words = _ID
    context = {"key": short(key), "input": short(detail["input"])} | detail.get("ctx", {})
    message, fix = (_fill(text, context) for text in words)
    return source.fault(location, message, fix)


def _fill(text: str, context: dict[str, Any]) -> str:
    return text.format_map(context) if "{" in text else text


def _keys_at(root: type[BaseModel], location: Location) -> list[str]:
    """The keys that may stand at a place in the file."""
    entry = root
    skip = False
    for step in location:
        if skip or isinstance(step, int):
            skip = False
            continue
        fields = {field.alias or name: field for name, field in entry.model_fields.items()}
        if step not in fields:
            return []
        annotation = fields[step].annotation
        skip = get_origin(annotation) is dict
        entry = _entry_in(annotation) or entry
    return [field.alias or name for name, field in entry.model_fields.items()]


def _entry_in(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) is None and isinstance(annotation, type):  # 3.10: both, for a list
        return annotation if issubclass(annotation, BaseModel) else None
    found = (_entry_in(inner) for inner in get_args(annotation))
    return next((entry for entry in found if entry), None)
