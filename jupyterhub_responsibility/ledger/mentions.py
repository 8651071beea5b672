"""Where a name is written in what people wrote, in whatever letters, and beside any marks. Pure.

Whoever wrote it meant no search: `@uwe`, `uwe@reef.example`, `(cc:-uwe)`. So a name is found where
no letter or digit stands right beside it. Scripts without spaces have no words to tell apart: there
it is found in the middle of a sentence. That may find somebody else's name, which is the safe side.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

UNSPACED = (
    "\u0e00-\u0fff"  # Thai, Lao, Tibetan
    "\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff"  # Burmese
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Korean adds endings to names
    "\u1780-\u17ff\u19e0-\u19ff\u1950-\u19df\u1a20-\u1aaf\u1b00-\u1b7f\ua980-\ua9df"  # Khmer, Tai,
    "\u2e80-\u312f\u3190-\u9fff\ua000-\ua4cf\uf900-\ufaff\uff66-\uff9f"  # Chinese, Japanese, Yi
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Letters of scripts that put no spaces between words, or endings to names, as in a class of
regular expressions."""

_LETTER = re.compile(rf"[^\W_{UNSPACED}]")
_RUN = re.compile(rf"{_LETTER.pattern}+|[{UNSPACED}]+")
_UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")


def folded(text: str) -> str:
    """A text in which letters are the same, however they are written: large or small, in one
    character or two, with whichever space between them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.lower().split())


def mentions(text: str, name: str) -> bool:
    """Whether a name is written in a text."""
    return any(Named([name]).found_in(text))


class Named:
    """Finds which of many names are written in a text, in one pass over it."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_run: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        """The longest run of letters in a name → the names that have it, each with itself as it is
        looked for."""
        self._bare: list[str] = []
        """Names without a letter."""
        for name in names:
            wanted = folded(name)
            if run := max(_RUN.findall(wanted), key=len, default=""):
                self._by_run[run].append((name, wanted))
            else:
                self._bare.append(name)
        self._lengths = sorted({len(run) for run in self._by_run if _UNSPACED_RUN.match(run)})

    def found_in(self, text: str) -> Iterator[str]:
        """Each of the names that is written in a text."""
        said = folded(text)
        for run in self._runs(said):
            for name, wanted in self._by_run[run]:
                if _written(wanted, said):
                    yield name
        for name in self._bare:
            if name in text or (folded(name) and folded(name) in said):
                yield name

    def _runs(self, said: str) -> set[str]:
        """The runs of letters in a text that are in one of the names; of scripts without spaces,
        what is within them."""
        found = set()
        for run in _RUN.findall(said):
            if not self._lengths or not _UNSPACED_RUN.match(run):
                found.add(run)
                continue
            for length in self._lengths:
                found.update(run[at : at + length] for at in range(len(run) - length + 1))
        return found & self._by_run.keys()


def _written(name: str, said: str) -> bool:
    """Whether a name is in a text with no letter or digit beside it, of a script that has
    spaces."""
    first, last = _LETTER.match(name[0]), _LETTER.match(name[-1])
    at = said.find(name)
    while at >= 0:
        before, after = said[at - 1 : at] if at else "", said[at + len(name) :][:1]
        if not (first and _LETTER.match(before)) and not (last and _LETTER.match(after)):
            return True
        at = said.find(name, at + 1)
    return False
