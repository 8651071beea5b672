"""Names and times as people read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timezone
from hashlib import sha256
from typing import overload

LONGEST_NAME = 120
"""Characters; a name in the declaration is no longer than that."""
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that have no shape (Unicode: default ignorable, and the empty braille)."""


_JOINERS = "\u200c\u200d"
"""Some scripts, and many emoji, are not written without them."""


ERASED = "\0erased "
"""What stands for the name of an account that was erased begins with this; no name is so."""


def is_erased(name: str) -> bool:
    """Whether something stands for an account that was erased."""
    return name.startswith(ERASED)


def visible(name: str) -> str:
    """A name that cannot pass for another: what can't be seen is written out, length is cut.

    JupyterHub accepts names with line breaks, and with characters that change the direction
    of writing or have no width. Of a name that is cut, the end stands for the whole.
    """
    if is_erased(name):
        return "an account that was erased"
    composed = unicodedata.is_normalized("NFC", name)  # else it looks like the name that is
    shown = "".join(
        char if _seen(char, before, composed) else f"⟨U+{ord(char):04X}⟩"
        for before, char in zip(" " + name, name, strict=False)
    )
    if shown.endswith(" "):
        shown = f"{shown[:-1]}⟨U+0020⟩"
    if len(shown) <= LONGEST_NAME:
        return shown
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{shown[:LONGEST_NAME]}…⟨{digest[:12]}⟩"


def prose(text: str) -> str:
    """What somebody wrote, in full and with its lines; only what could mislead is written out."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    return "\n".join("".join(map(_in_prose, line)) for line in lines)


def _in_prose(char: str) -> str:
    if char in _JOINERS or unicodedata.category(char) not in _HIDDEN - {"Zs"}:
        return char
    return " " if char == "\t" else f"⟨U+{ord(char):04X}⟩"


def isolated(name: str) -> str:
    """A visible name for the middle of a sentence, whose direction of writing ends with it."""
    return isolating(name, visible(name))


def isolating(name: str, shown: str) -> str:
    """What is `shown` of a name, for the middle of a sentence; words stand as they are."""
    return shown if is_erased(name) else f"\u2068{shown}\u2069"


def quoted(text: str) -> str:
    """What somebody wrote, in one line, for the middle of a sentence."""
    return f"“\u2068{' '.join(prose(text).split())}\u2069”"


def _seen(char: str, before: str, composed: bool) -> bool:
    if char == " ":
        return before != " "
    if char == "⟨":
        return False  # or it could be taken for one that was written here
    hidden = unicodedata.category(char) in _HIDDEN or _BLANK.match(char)
    return not hidden and (composed or char.isascii())


def in_a_row(names: Sequence[str]) -> str:
    """Some names in the middle of a sentence: `one, two and three`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def counted(number: int, one: str, many: str) -> str:
    """So many of something: `1 gap`, `1,200 gaps`."""
    return f"{number:,} {one if number == 1 else many}"


def clock(moment: datetime) -> str:
    """A moment to the minute, in UTC: `22 Nov 2026, 10:42 UTC`."""
    utc = moment.astimezone(timezone.utc)
    return f"{day(utc)}, {utc:%H:%M} UTC"


def day(when: date) -> str:
    """A day: `22 Nov 2026`."""
    return f"{when.day} {when:%b %Y}"


@overload
def iso(moment: datetime) -> str: ...
@overload
def iso(moment: None) -> None: ...
@overload
def iso(moment: datetime | None) -> str | None: ...
def iso(moment: datetime | None) -> str | None:
    """A moment as ISO 8601, in UTC, to the second."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds") if moment else None
