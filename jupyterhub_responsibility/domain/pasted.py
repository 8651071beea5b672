"""What people paste to add others: which names are in it, and what looks wrong about them.

line      a name to be, with what it was read from
doubt     why a line looks wrong; nobody is added for it unless somebody says so
cell      a part of a line, between commas, semicolons or tabs
table     lines whose cells are in columns, one of which has the names
address   a mail address; on some hubs, people log in with theirs

Where it isn't certain what was meant, each part is a line of its own, with the doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .words import words

LONGEST = 255
"""Characters of the longest name for which the hub has room."""

LONG = 64
"""Characters from which a name, if it isn't an address, is hardly one."""

SENTENCE = 4
"""Words from which it is no full name any more."""

Column = Literal["login", "address", "name", "person", "other"]

HEADINGS: dict[Column, str] = {
    "login": "username usernames user users userid login loginname loginid account accountname"
    " netid uid handle githubusername githubhandle github orcid benutzer benutzername kennung"
    " usuario nombredeusuario nomedeusuario utilizador identifiant utilisateur nomdutilisateur",
    "address": "email emails emailaddress emailaddresses mail mailaddress correo"
    " correoelectronico courriel adresseemail adressemail enderecodeemail",
    "name": "name names nombre nombres nom nome",
    "person": "fullname firstname lastname givenname familyname surname displayname vorname"
    " nachname apellido apellidos prenom sobrenome",
    "other": "id no nr number role roles group groups team affiliation institution organisation"
    " organization department country phone status notes comment title",
}
"""What columns of names are called, without spaces, by what is in them."""

_COLUMN_OF = {word: column for column, said in HEADINGS.items() for word in said.split()}

_PERSONS: tuple[Column, ...] = ("name", "person")

_ADDRESS = re.compile(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:]+\.[^\s@<>()\",;:]+")
_BRACKETED = re.compile(r"[^<>]*<(?:mailto:)?([^<>\s]+)>|[^()]*\(([^()\s]+@[^()\s]+)\)")
_BULLET = re.compile(r"^\s*(?:(?:[-–—*•·▪◦‣●○>]|\(?\d{1,3}[.)]|\[[ xX]?\])\s+)+")
_WORD = re.compile(r"\w")
_QUOTES = ('""', "''", "“”", "„“", "‘’", "«»", "``")
_SELDOM = re.compile(r"[^\w.@+|~'-]|^\W|\W$")
"""Characters that are in hardly any name with which people log in, or not at its ends."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What names are like on a hub: addresses, and written in small letters by the hub."""

    addresses: bool = False
    small_letters: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A name to be; `text` is what it was read from, `given` the name as it stands there, and
    `times` how often it does.

    A name that is empty was looked for, and isn't there.
    """

    text: str
    given: str
    doubts: tuple[str, ...] = ()
    name: str = ""
    times: int = 1

    @property
    def possible(self) -> bool:
        """Whether an account can have this name at all."""
        return 0 < len(self.name) <= LONGEST


def are_addresses(names: Iterable[str]) -> bool:
    """Whether names are mostly addresses."""
    known = [_is_address(name) for name in names]
    return sum(known) * 2 > len(known)


def read(text: str, habits: Habits, before_at: bool = False) -> tuple[Line, ...]:
    """The names in what somebody pasted, in that order, each once.

    `before_at` takes of an address only what is before the `@`.
    """
    rows = [plain for line in text.splitlines() if _WORD.search(plain := _plain(line))]
    found: dict[str, Line] = {}
    for line in _in_table(rows, habits) or _in_list(rows):
        name = _as_here(line.given, habits, before_at)
        line = replace(line, name=name, doubts=(*line.doubts, *_doubts(name, habits)))
        key = name or line.text
        found[key] = _once(found[key], line) if key in found else line
    return tuple(found.values())


def _as_here(given: str, habits: Habits, before_at: bool) -> str:
    name = given.partition("@")[0] if before_at and _is_address(given) else given
    return name.lower() if habits.small_letters else name


def _once(before: Line, again: Line) -> Line:
    """Two lines with the same name as one: with no doubt, if one of them is certain."""
    doubts = before.doubts and again.doubts
    if before.given.lower() != again.given.lower():
        doubts = ("is what several addresses begin with",)
    return replace(before, doubts=doubts, times=before.times + 1)


# -- lines and their cells


def _plain(line: str) -> str:
    """A line without its bullet or number, and without what can't be seen."""
    seen = "".join(map(_seen, unicodedata.normalize("NFC", line)))
    return _BULLET.sub("", seen).strip(" ")


def _seen(char: str) -> str:
    hidden = unicodedata.category(char) in ("Cc", "Cf") and char != "\t"
    return "" if hidden else char


def _cells(line: str, separators: str) -> list[str]:
    """The parts of a line, trailing empty ones aside; none is parted in quotes or brackets."""
    part = rf'((?:"(?:[^"]|"")*"|<[^<>]*>|[^{separators}])*)(?:[{separators}]|$)'
    cells = [cell.strip() for cell in re.findall(part, line)]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _name(cell: str) -> str:
    """The name in a cell: the address in brackets, what is in quotes, or all of it; empty if
    there is neither a letter nor a digit."""
    name = " ".join(cell.split())
    while name and name[0] + name[-1] in _QUOTES:
        name = name[1:-1].strip()
    bracketed = _BRACKETED.fullmatch(name)
    if bracketed:
        name = bracketed[1] or bracketed[2]
    name = name[7:] if name.lower().startswith("mailto:") else name
    return name if _WORD.search(name) else ""


def _is_address(name: str) -> bool:
    return bool(_ADDRESS.fullmatch(name))


# -- lists


def _in_list(rows: Sequence[str]) -> Iterator[Line]:
    columns = sum("\t" in row for row in rows) > 1
    for row in rows:
        for part in _cells(row, ";"):
            names = [name for cell in _cells(part, "\t,") if (name := _name(cell))]
            doubts = _doubts_together(names, columns and "\t" in part)
            for name in names:
                yield Line(_shown(part), name, () if _is_address(name) else doubts)


def _doubts_together(names: Sequence[str], columns: bool) -> tuple[str, ...]:
    """Why names that stand side by side may be one: “Lovelace, Ada”, or Ada and her address."""
    if len(names) > 1 and any(_is_address(name) or _is_full(name) for name in names):
        return ("stands next to a name or address that may be the same person’s",)
    if columns:
        return ("stands in one of several columns",)
    if len(names) == 2 and all(name[0].isupper() for name in names):
        return ("looks like a part of one person’s name",)
    return ()


def _is_full(name: str) -> bool:
    """Whether it is the full name of a person."""
    return " " in name and all(word[0].isupper() for word in name.split())


def _shown(text: str) -> str:
    return " ".join(text.split())


# -- tables


def _in_table(rows: Sequence[str], habits: Habits) -> list[Line]:
    """The lines of a table, its heading among them; none where this is no table."""
    for separator in "\t;,":
        table = [_cells(row, separator) for row in rows]
        if len(table) < 2 or len(table[0]) < 2:
            continue
        column = _headed(table[0], habits)
        if column is None:
            column = _unheaded(table, habits)
        if column is not None:
            return [_line(cells, column, table[0]) for cells in table]
    return []


def _line(cells: Sequence[str], column: int, heading: Sequence[str]) -> Line:
    text = " · ".join(_shown(cell.strip('"')) for cell in cells if cell)
    if column >= len(cells) or not _name(cells[column]):
        return Line(text, "", ("has nothing in the column of names",))
    persons = _column_of(heading[column]) == "person"
    doubts = ("is the name of a person, not one to log in with",) if persons else ()
    return Line(text, _name(cells[column]), doubts)


def _headed(cells: Sequence[str], habits: Habits) -> int | None:
    """The column with the names, by what the columns are called; None if that isn't said."""
    columns = [_column_of(cell) for cell in cells]
    if columns.count(None) * 2 >= len(columns):
        return None
    first: tuple[Column, ...] = ("address", "login") if habits.addresses else ("login", "address")
    return next((columns.index(kind) for kind in (*first, *_PERSONS) if kind in columns), None)


def _column_of(cell: str) -> Column | None:
    return _COLUMN_OF.get("".join(words(_name(cell))))


def _unheaded(table: Sequence[Sequence[str]], habits: Habits) -> int | None:
    """The column with the names, by what is in the columns; None if several may be it."""
    if len(set(map(len, table))) > 1:
        return None
    columns = [[_name(cell) for cell in column] for column in zip(*table, strict=True)]
    addresses = [at for at, cells in enumerate(columns) if all(map(_is_address, cells))]
    logins = [at for at, cells in enumerate(columns) if _may_be_logins(cells)]
    for found in (addresses,) if habits.addresses else (logins, addresses):
        if len(found) == 1:
            return found[0]
    return None


def _may_be_logins(cells: Sequence[str]) -> bool:
    """Whether a column may have names to log in with: no addresses, full names or numbering."""
    if any(not cell or " " in cell or "@" in cell for cell in cells):
        return False
    numbering = list(map(str, range(1, len(cells) + 1)))
    return list(cells) != numbering and not all(cell[0].isupper() for cell in cells)


# -- doubts


def _doubts(name: str, habits: Habits) -> Iterator[str]:
    """What looks wrong about a name, as the end of a sentence about it."""
    if not name:
        return
    if _COLUMN_OF.get("".join(words(name))):
        yield "looks like the heading of a column"
    if len(name) > LONGEST:
        yield f"is longer than the {LONGEST} characters that a username can have"
    elif len(name) > LONG and not _is_address(name):
        yield "is very long"
    if " " in name:
        yield _with_spaces(name)
    yield from _doubts_about_address(name, habits)
    seldom = "".join(dict.fromkeys(_SELDOM.findall(name.replace(" ", ""))))
    if seldom:
        yield f"has characters that usernames seldom have: {seldom}"


def _with_spaces(name: str) -> str:
    if name.count(" ") + 1 >= SENTENCE:
        return "looks like a sentence"
    return "has a space in it, as full names do"


def _doubts_about_address(name: str, habits: Habits) -> Iterator[str]:
    if "@" in name and not _is_address(name):
        yield "has an @, but is not a mail address"
    elif _is_address(name) and not habits.addresses:
        yield "is a mail address, and usernames on this hub are not"
    elif habits.addresses and "@" not in name:
        yield "is not a mail address, as usernames on this hub are"
