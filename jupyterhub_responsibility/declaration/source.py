"""Read YAML as plain data together with the line on which each part stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from ..errors import Fault, UnreadableError

Location = tuple[str | int, ...]

MAX_BYTES = 300_000
"""Twenty times the built-in model: whatever is larger is no declaration."""

MAX_PARTS = 50_000
"""Aliases can make a short file stand for a very long one."""

_TOO_MUCH = "more than a declaration can hold"

# What the YAML parser says → the same for people who don't write YAML every day: what is wrong,
# how to fix it. What isn't listed is passed on.
_WORDS = {
    r"'\t'": ("there is a tab here", "Indent with spaces only"),
    "cannot start any token": ("text cannot start with this character", "Put it in quotes"),
    "mapping values are not allowed": (
        "there is a ':' where none can be",
        "Put text that contains ': ' in quotes, and let keys that belong together start in the"
        " same column",
    ),
    "expected <block end>": (
        "this line does not fit those above it",
        "Let what belongs together start in the same column, and check the quotes",
    ),
    "flow sequence": ("a list is not closed", "Write it as [one, two]"),
    "flow mapping": ("keys in braces are not closed", "Write them as {key: value, key: value}"),
    "quoted scalar": ("a quotation mark is not closed", "Put another one at the end of the text"),
    "expected ':'": ("there is no ':' after the key", "Write 'key: value'"),
    "single document": ("a second document starts here", "Keep one, without the line '---'"),
    "undefined alias": ("text cannot start with '*'", "Put it in quotes"),
    _TOO_MUCH: ("this stands for too much", "Write out what the aliases ('*…') stand for"),
}
_OPENED = ("flow sequence", "flow mapping", "quoted scalar", "simple key")
"""What is open for long before the parser stumbles: the line where it starts says more."""


@dataclass
class Source:
    """A document as plain data; `lines` has the line (from 1) of every part of it.

    `data` is None where the text could not be read as YAML.
    """

    name: str = ""
    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, location: Location, message: str, fix: str = "") -> Fault:
        """A fault at `location`, with the line of the nearest part that is there."""
        location = self._as_written(location)
        places = (location[:end] for end in range(len(location), -1, -1))
        line = next((self.lines[place] for place in places if place in self.lines), None)
        return Fault(dotted(location), message, fix, self.name, line)

    def _as_written(self, location: Location) -> Location:
        """What stands for a list of one is written without its number."""
        if location[1:2] != (0,) or not isinstance(self.data, dict):
            return location
        alone = isinstance(self.data.get(location[0]), dict)
        return (location[0], *location[2:]) if alone else location


def dotted(location: Location) -> str:
    """`("contacts", 0, "email")` as people write it: `contacts[0].email`."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{short(step)}" if text else short(step)
    return text


def short(value: Any) -> str:
    """A value as it can be shown in one line: cut, and without what cannot be seen."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(char if char.isprintable() else "�" for char in text)
    return text if len(text) <= 60 else text[:59] + "…"


def read_file(path: Path) -> Source:
    """Read a YAML (or JSON) file.

    Raises UnreadableError where there is no readable text; what is wrong with the YAML
    itself comes back as `faults`.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableError(
            f"{path}: cannot be read: {reason}{_looked_in(path, error)}"
        ) from error
    if len(raw) > MAX_BYTES:
        raise UnreadableError(f"{path}: is larger than {MAX_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        fix = "Save it again with the encoding UTF-8"
        raise UnreadableError(f"{path}: is not UTF-8 text. {fix}") from error
    return read_text(text, str(path))


def lines_of(source: Source) -> dict[Location, int]:
    """The line of every part, by its place; contacts by id, not by their number."""
    contacts = source.data.get("contacts") if isinstance(source.data, dict) else None
    if not isinstance(contacts, list):
        return dict(source.lines)
    ids = [each.get("id", "") if isinstance(each, dict) else "" for each in contacts]
    return {
        (at[0], ids[int(at[1])], *at[2:]) if at[:1] == ("contacts",) and len(at) > 1 else at: line
        for at, line in source.lines.items()
    }


def _looked_in(path: Path, error: Exception) -> str:
    """Where a relative path was looked for: whoever starts a hub may not know its folder."""
    there = isinstance(error, FileNotFoundError) and not path.is_absolute()
    return f". It was looked for as {path.absolute()}" if there else ""


def read_text(text: str, name: str = "") -> Source:
    """Read YAML text; `name` is what faults call it."""
    source = Source(name, lines={(): 1})
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        source.data = {} if node is None else _plain(node, (), source)
    except yaml.MarkedYAMLError as error:
        source.faults.append(_not_yaml(error, source))
    except ReaderError as error:
        message = f"there is a character that cannot be seen here (U+{error.character:04X})"
        line = text.count("\n", 0, error.position) + 1
        source.faults.append(Fault("", message, "Type the line again", name, line))
    except RecursionError:
        fix = "Nothing in a declaration is nested that deep"
        source.faults.append(source.fault((), "this is nested too deeply", fix))
    return source


def _not_yaml(error: yaml.MarkedYAMLError, source: Source) -> Fault:
    said = " ".join(filter(None, (error.context, error.problem)))
    unknown = (f"this is not valid YAML: {said}", "Check the indentation and the quotes here")
    message, fix = next((words for part, words in _WORDS.items() if part in said), unknown)
    opened = any(part in (error.context or "") for part in _OPENED)
    mark = error.context_mark if opened else error.problem_mark
    return Fault("", message, fix, source.name, mark.line + 1 if mark else None)


def _plain(node: yaml.Node, location: Location, source: Source) -> Any:
    source.lines.setdefault(location, node.start_mark.line + 1)
    if len(source.lines) > MAX_PARTS:
        raise yaml.MarkedYAMLError(problem=_TOO_MUCH, problem_mark=node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, location, source)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*location, i), source) for i, item in enumerate(node.value)]
    return _scalar(node, location, source)


def _mapping(node: yaml.MappingNode, location: Location, source: Source) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key, str) or key == "<<" or not key.isprintable():
            merged = key == "<<"
            message = "keys cannot be merged with '<<'" if merged else "this cannot be a key"
            fix = "Write the keys out: 'key: value', one per line"
            path = dotted(location) or "<<" * merged  # an empty one is about the whole file
            source.faults.append(Fault(path, message, fix, source.name, line))
            continue
        at = (*location, key)
        if key in data:
            message = f"'{short(key)}' is here a second time (first on line {source.lines[at]})"
            fix = "Keep one of them, or give the other another name"
            source.faults.append(Fault(dotted(at), message, fix, source.name, line))
            continue
        source.lines[at] = line
        data[key] = _plain(value_node, at, source)
    return data


def _scalar(node: yaml.Node, location: Location, source: Source) -> Any:
    if node.tag == "tag:yaml.org,2002:timestamp":
        return node.value  # a wrong date is a fault like any other, with better words
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, TypeError):
        message = f"'{short(node.value)}' cannot be read as it stands"
        fix = "Put it in quotes, without a word that starts with '!'"
        source.faults.append(source.fault(location, message, fix))
        return None
