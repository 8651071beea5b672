"""The words of a text, and which of them mean the same: forms of a word, and small slips."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

import snowballstemmer

_ERROR = re.compile(r"\b(?:[A-Z][a-z]+)+(?:Error|Exception|Warning)\b")
"""What programs call their errors: words that say what is wrong, without spaces."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")

SLIPS_FROM = 5
"""Letters of the shortest word in which a slip is forgiven; shorter ones are too much alike."""

_english = snowballstemmer.stemmer("english")


def words(text: str) -> tuple[str, ...]:
    """The words of a text without case, accents and apostrophes; `MemoryError` is two of them."""
    text = _ERROR.sub(lambda name: _HUMP.sub(" ", name[0]), text)
    plain = unicodedata.normalize("NFKD", re.sub("['’]", "", text))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(re.findall(r"[^\W_]+", bare.casefold()))


@lru_cache(maxsize=5000)
def stem(word: str) -> str:
    """What the forms of a word have in common: `harass` for "harassed" and "harassment"."""
    return str(_english.stemWord(word))


class Slips:
    """The words of a vocabulary by what is left of them without a letter."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known: dict[str, set[str]] = {}
        for word in vocabulary:
            for rest in _rests(word):
                self._known.setdefault(rest, set()).add(word)

    def meant(self, word: str) -> tuple[str, ...]:
        """The words of the vocabulary that are one slip away, in alphabetical order."""
        alike = {known for rest in _rests(word) for known in self._known.get(rest, ())}
        return tuple(sorted(known for known in alike if _one_slip(word, known)))


def _rests(word: str) -> Iterator[str]:
    """A word, and what is left of it without each of its letters."""
    if len(word) >= SLIPS_FROM:
        yield word
        yield from {word[:at] + word[at + 1 :] for at in range(len(word))}


def _one_slip(word: str, known: str) -> bool:
    """Whether words that share a rest are one slip apart: a letter too many, too few or wrong, or
    two neighbours that have changed places."""
    if len(word) != len(known):
        return True
    apart = [at for at, (a, b) in enumerate(zip(word, known, strict=True)) if a != b]
    if len(apart) == 2:
        first, last = apart
        return word[first] == known[last] and word[last] == known[first]
    return len(apart) == 1
