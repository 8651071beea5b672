"""Read YAML as plain data together with the line on which each part stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..errors import Fault, UnreadableError

Location = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 12


@dataclass
class Source:
    """A document as plain data; `lines` has the line (from 1) of every part of it."""

    name: str = ""
    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, location: Location, message: str, fix: str = "") -> Fault:
        """A fault at `location`, with the line of the nearest part that is there."""
        line = next(
            (
                self.lines[location[:end]]
                for end in range(len(location), -1, -1)
                if location[:end] in self.lines
            ),
            None,
        )
        return Fault(dotted(location), message, fix, self.name, line)


def dotted(location: Location) -> str:
    """`("contacts", 0, "email")` as people write it: `contacts[0].email`."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read_file(path: Path) -> Source:
    """Read a YAML (or JSON) file.

    Raises UnreadableError where there is no readable text; what is wrong with the YAML
    itself comes back as `faults`.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise UnreadableError(f"{path}: larger than {MAX_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    return read_text(text, str(path))


def read_text(text: str, name: str = "") -> Source:
    """Read YAML text; `name` is what faults call it."""
    source = Source(name)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        line = mark.line + 1 if mark else None
        fix = "Check the indentation and the quotes near this line"
        source.faults.append(Fault("", f"not valid YAML: {problem}", fix, name, line))
        return source
    except yaml.YAMLError as error:
        source.faults.append(Fault("", f"not valid YAML: {error}", source=name, line=1))
        return source
    except RecursionError:
        source.faults.append(_too_deep(source, ()))
        return source
    if node is not None:
        source.data = _plain(node, (), source)
    return source


def _plain(node: yaml.Node, location: Location, source: Source) -> Any:
    source.lines.setdefault(location, node.start_mark.line + 1)
    if len(location) > MAX_DEPTH:
        source.faults.append(_too_deep(source, location))
        return None
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, location, source)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*location, i), source) for i, item in enumerate(node.value)]
    return _scalar(node, location, source)


def _mapping(node: yaml.MappingNode, location: Location, source: Source) -> dict[Any, Any]:
    data: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node, location, source)
        if not isinstance(key, str):
            key = str(key_node.value)
        at = (*location, key)
        if key in data:
            first = source.lines[at]
            line = key_node.start_mark.line + 1
            message = f"'{key}' stands here a second time (first on line {first})"
            fix = "Keep one of them, or give the other another name"
            source.faults.append(Fault(dotted(at), message, fix, source.name, line))
            continue
        source.lines[at] = key_node.start_mark.line + 1
        data[key] = _plain(value_node, at, source)
    return data


def _scalar(node: yaml.Node, location: Location, source: Source) -> Any:
    if node.tag == "tag:yaml.org,2002:timestamp":
        return node.value  # a wrong date is a fault like any other, with better words
    try:
        return yaml.SafeLoader("").construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        problem = getattr(error, "problem", None) or str(error)
        fault = Fault(dotted(location), f"this value cannot be read: {problem}",
                      "Put it in quotes", source.name, node.start_mark.line + 1)  # fmt: skip
        source.faults.append(fault)
        return None


def _too_deep(source: Source, location: Location) -> Fault:
    return source.fault(location[:MAX_DEPTH], "nested too deeply", "Nothing here is nested so deep")
