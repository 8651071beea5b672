"""Accounts by what somebody remembers of a name: those that have it in theirs, and near ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from .names import readable

LEAST = 3
"""Letters in a row that one has to know: who knows fewer could list all accounts."""

MOST = 10
"""Accounts that are named at once."""

FEW = 5
"""Accounts that may be meant instead of one that isn't there."""


@dataclass(frozen=True, slots=True)
class Named:
    """An account, and what the person is called, where that is known: where it is shown, so that
    nobody else can be meant."""

    account: str
    person: str = ""

    @property
    def opaque(self) -> bool:
        """Whether people tell who it is by the name of the person alone."""
        return bool(self.person) and not readable(self.account)


def known_part(typed: str) -> str:
    """The longest part of what was typed that is letters and digits; empty if it is too short."""
    parts = re.findall(r"[^\W_]+", typed.lower())
    longest = max(parts, key=len, default="")
    return longest if len(longest) >= LEAST else ""


def enough(typed: str) -> bool:
    """Whether as much is known as a name needs, if in short parts: “Bo Li” is one in full."""
    return len(re.findall(r"[^\W_]", typed)) >= LEAST


def matching(typed: str, named: Iterable[Named]) -> tuple[Named, ...]:
    """Those that have what was typed in the name of the account, or all its words in that of the
    person: at most MOST, and first those whose account begins with it. Where all its parts are too
    short, those that are called just so."""
    if not enough(typed):
        return ()
    wanted, fits = _folded(typed), _has if known_part(typed) else _is
    found = {each.account: each for each in named if fits(wanted, each)}
    return tuple(sorted(found.values(), key=lambda each: _rank(wanted, each))[:MOST])


def near(typed: str, named: Iterable[Named]) -> tuple[Named, ...]:
    """Those that may be meant by a name that no account has: at most FEW, the nearest first."""
    if not enough(typed):
        return ()
    everybody = list(named)
    by_name: dict[str, list[Named]] = {}
    for each in everybody:
        for name in filter(None, (each.person, each.account)):
            by_name.setdefault(_folded(name), []).append(each)
    close = get_close_matches(_folded(typed), by_name, FEW) if known_part(typed) else ()
    found = (*matching(typed, everybody), *(each for name in close for each in by_name[name]))
    return tuple({each.account: each for each in found}.values())[:FEW]


def _folded(text: str) -> str:
    """Without case, accents, and spaces at the ends."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def _has(wanted: str, each: Named) -> bool:
    person = _folded(each.person)
    return wanted in _folded(each.account) or all(word in person for word in wanted.split())


def _is(wanted: str, each: Named) -> bool:
    return wanted in (_folded(each.account), _folded(each.person))


def _rank(wanted: str, each: Named) -> tuple[int, str]:
    account, person = _folded(each.account), _folded(each.person)
    if account.startswith(wanted):
        return 0, each.account
    begins = any(word.startswith(wanted) for word in re.split(r"\W+", f"{account} {person}"))
    return 1 if begins else 2, each.account
