"""Names and times as people read them."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timezone

LONGEST_NAME = 80
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(name: str) -> str:
    """A name that cannot pass for another: what can't be seen is written out, length is cut.

    JupyterHub accepts names with line breaks, and with characters that change the direction
    of writing or have no width.
    """
    shown = "".join(
        f"⟨U+{ord(char):04X}⟩" if unicodedata.category(char) in _INVISIBLE else char
        for char in name[: LONGEST_NAME + 1]
    )
    return shown if len(name) <= LONGEST_NAME else shown[:LONGEST_NAME] + "…"


def clock(moment: datetime) -> str:
    """A moment to the minute, in UTC: `22 Nov 2026, 10:42 UTC`."""
    utc = moment.astimezone(timezone.utc)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def iso(moment: datetime | None) -> str | None:
    """A moment as ISO 8601, in UTC, to the second."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds") if moment else None
