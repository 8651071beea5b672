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
    """An account, and what the person is called, where the hub says so."""

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


def matching(typed: str, named: Iterable[Named]) -> tuple[Named, ...]:
    """Those that have what was typed in the name of the account, or all its words in that of the
    person: at most MOST, and first those whose account begins with it."""
    if not known_part(typed):
        return ()
    wanted = _folded(typed)
    found = {each.account: each for each in named if _has(wanted, each)}
    return tuple(sorted(found.values(), key=lambda each: _rank(wanted, each))[:MOST])


def near(typed: str, named: Iterable[Named]) -> tuple[Named, ...]:
    """Those that may be meant by a name that no account has: at most FEW, the nearest first."""
    if not known_part(typed):
        return ()
    everybody = list(named)
    by_name = {
        _folded(name): each for each in everybody for name in (each.person, each.account) if name
    }
    close = get_close_matches(_folded(typed), by_name, FEW)
    found = (*matching(typed, everybody), *(by_name[name] for name in close))
    return tuple({each.account: each for each in found}.values())[:FEW]


def _folded(text: str) -> str:
    """Without case, accents, and spaces at the ends."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def _has(wanted: str, each: Named) -> bool:
    person = _folded(each.person)
    return wanted in _folded(each.account) or all(word in person for word in wanted.split())


def _rank(wanted: str, each: Named) -> tuple[int, str]:
    account, person = _folded(each.account), _folded(each.person)
    if account.startswith(wanted):
        return 0, each.account
    begins = any(word.startswith(wanted) for word in re.split(r"\W+", f"{account} {person}"))
    return 1 if begins else 2, each.account
