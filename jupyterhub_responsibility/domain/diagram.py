"""The overview diagram: areas of work on a line from provider to community, laid out from data.

Only places and texts are computed here; a template draws them as SVG, and takes every colour
from the stylesheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from unicodedata import east_asian_width

from .holders import NO_ROLE, RoleHolders
from .model import Area, Declaration, Split
from .names import Names

_START: dict[Split, float] = {
    "provider": 0.0,
    "shared": 0.25,
    "community": 0.5,
    "partner": 0.5,
    "none": 0.25,
}
"""Where on the line, from provider (0) to community (1), an area's box begins."""

_SPAN = 0.5
_NARROW = 480
_GLYPH = 0.56
"""Width of an average letter in parts of the font size; generous, so that text fits."""

TITLE_SIZE, TEXT_SIZE, END_SIZE = 15, 13, 14
_PAD, _GAP, _TOP = 14, 14, 26
_ENDS = 0.44
"""How much of the width the name at each end may take; between them, there is room."""
_NAMES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `y` is its baseline."""

    y: float
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """One area: a rectangle with its title and who is there for it."""

    area: Area
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything there is to draw, in units of one pixel at full size.

    `provider` and `community` are the names at the ends of the line, which is at `line`.
    """

    width: float
    height: float
    line: float
    provider: tuple[Line, ...]
    community: tuple[Line, ...]
    boxes: tuple[Box, ...]


def diagram(
    declaration: Declaration, holders_by_role: Mapping[str, RoleHolders], names: Names, width: int
) -> Diagram:
    """Lay the areas of a model out, `width` wide; narrow diagrams let boxes span the width."""
    model = declaration.model
    ends = [
        _wrapped(party.name, END_SIZE, width * _ENDS)
        for party in (declaration.provider, declaration.community)
    ]
    line = 11.0 + max(map(len, ends)) * (END_SIZE + 5)
    boxes: list[Box] = []
    y = line + _TOP
    for area in model.areas:
        roles = tuple(holders_by_role[role.id] for role in model.roles_in(area))
        box = _box(area, _texts(roles, names), y, width)
        boxes.append(box)
        y = box.y + box.height + _GAP
    provider, community = (_above(line, end) for end in ends)
    return Diagram(width, y, line, provider, community, tuple(boxes))


def _above(line: float, texts: list[str]) -> tuple[Line, ...]:
    """Lines of text of which the last one stands just above a line."""
    first = line - 12 - (len(texts) - 1) * (END_SIZE + 5)
    return tuple(Line(first + n * (END_SIZE + 5), text) for n, text in enumerate(texts))


def _box(area: Area, texts: list[str], y: float, width: int) -> Box:
    narrow = width < _NARROW
    inset = width * 0.12
    x = _START[area.split] * inset * 2 if narrow else _START[area.split] * width
    span = width - inset if narrow else width * _SPAN
    room = span - 2 * _PAD
    lines: list[Line] = []
    at = y + _PAD
    for text, size in [(area.title, TITLE_SIZE), *((text, TEXT_SIZE) for text in texts)]:
        for part in _wrapped(text, size, room):
            at += size + 5
            lines.append(Line(at - 4, part, size == TITLE_SIZE))
    return Box(area, x, y, span, at + _PAD - y, tuple(lines))


def _wrapped(text: str, size: int, room: float) -> list[str]:
    """A text in lines; a word that is too long for one begins on a line of its own."""
    most = max(8, int(room / (size * _glyph(text))))
    parts = (part for word in text.split() for part in _in_parts(word, most))
    return wrap(" ".join(parts), most)


def _in_parts(word: str, most: int) -> list[str]:
    """A word cut where it has to be; one with hyphens that fit is whole."""
    if all(len(part) < most for part in word.split("-")):
        return [word]
    return [word[at : at + most] for at in range(0, len(word), most)]


def _glyph(text: str) -> float:
    return 1.0 if any(east_asian_width(char) in "WF" for char in text) else _GLYPH


def _texts(roles: tuple[RoleHolders, ...], names: Names) -> list[str]:
    if not roles:
        return [NO_ROLE]
    return [f"{role_holders.role.title}: {held_by(role_holders, names)}" for role_holders in roles]


def held_by(role_holders: RoleHolders, names: Names) -> str:
    """Who holds a role, in a few words."""
    if not role_holders.known:
        return "not known right now"
    if not role_holders.holders:
        return role_holders.nobody
    shown = list(map(names.of_holder, role_holders.holders[:_NAMES]))
    more = len(role_holders.holders) - len(shown)
    unsure = " (could not be checked)" if role_holders.unchecked else ""
    return ", ".join(shown) + (f" and {more:,} more" if more else "") + unsure
