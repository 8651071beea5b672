"""What can be taken out of the hub's process: values that JSON can carry, however deep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 50
"""Deeper than people write."""

LEFT_OUT = object()


@dataclass(frozen=True)
class Plain:
    """Variables that can be taken along, and the paths (`custom.badge`) of what cannot."""

    values: dict[str, Any]
    left_out: tuple[str, ...] = ()


def plain(variables: Mapping[str, Any], room: int | None = None) -> Plain:
    """What a page outside the hub's process can be given of the template variables.

    Functions and other objects are left out; so are, from the largest on, texts for which there
    is no room in a JSON text of `room` bytes.
    """
    walk = _Walk(frozenset())
    found = walk.taken(variables)
    if room is None or size(found.values) <= room:
        return found
    heavy, over = set(), size(found.values) - room
    for weight, path in sorted(walk.weights, reverse=True):
        if over <= 0:
            break
        heavy.add(path)
        over -= weight
    found = _Walk(frozenset(heavy)).taken(variables)
    return found if size(found.values) <= room else Plain({}, tuple(variables))


def size(value: object) -> int:
    """The bytes of a value as JSON; it is ASCII, so that any locale can carry it."""
    return len(json.dumps(value))


class _Walk:
    """One walk through variables; `without` are paths to leave out."""

    def __init__(self, without: frozenset[str]) -> None:
        self._without = without
        self._left_out: list[str] = []
        self._inside: list[int] = []
        self.weights: list[tuple[int, str]] = []
        """How much every single text and number takes, and where it is."""

    def taken(self, variables: Mapping[str, Any]) -> Plain:
        """What can be taken of them."""
        values = self._value(variables, "")
        return Plain(values, tuple(self._left_out))

    def _value(self, value: Any, path: str) -> Any:
        if path not in self._without and id(value) not in self._inside:
            if isinstance(value, Mapping | list | tuple) and len(self._inside) < MAX_DEPTH:
                return self._inner(value, path)
            # text that is marked as HTML would come out as text with its tags to be read
            if isinstance(value, str | int | float | None) and not hasattr(value, "__html__"):
                self.weights.append((size(value), path))
                return value
        self._left_out.append(path)
        return LEFT_OUT

    def _inner(self, value: Any, path: str) -> Any:
        self._inside.append(id(value))  # what contains itself has no end
        found = self._mapping if isinstance(value, Mapping) else self._sequence
        taken = found(value, path)
        self._inside.pop()
        return taken

    def _mapping(self, value: Mapping[Any, Any], path: str) -> dict[str, Any]:
        found = {}
        for key, each in value.items():
            if isinstance(key, str):
                found[key] = self._value(each, f"{path}.{key}" if path else key)
            else:  # JSON would make it text, and templates not find it
                self._left_out.append(f"{path}[{key!r}]")
        return {key: each for key, each in found.items() if each is not LEFT_OUT}

    def _sequence(self, value: list[Any] | tuple[Any, ...], path: str) -> list[Any]:
        found = [self._value(each, f"{path}[{index}]") for index, each in enumerate(value)]
        return [each for each in found if each is not LEFT_OUT]
