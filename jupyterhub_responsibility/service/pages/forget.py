"""Forgetting a person."""

from __future__ import annotations

from dataclasses import dataclass

from ...coverage.snapshot import Snapshot
from ...domain.model import Viewer
from ...text import counted


@dataclass(frozen=True)
class ForgetPage:
    """Whom to forget, and what would be erased.

    `name` is empty as long as nobody was named; `there` says what there is of them, and is empty
    where there is nothing. `accounts` says when each was made that had the name, where there were
    several. Something that was erased may still be `in_file`, until nobody reads it.
    """

    title: str = "Forget a person"
    name: str = ""
    there: str = ""
    in_file: bool = False
    accounts: tuple[str, ...] = ()


def forget_page(
    _snapshot: Snapshot,
    _viewer: Viewer,
    name: str = "",
    parts: int = 0,
    gaps: int = 0,
    in_file: bool = False,
    accounts: tuple[str, ...] = (),
    channels: int = 0,
) -> ForgetPage:
    """The form, and what it would do."""
    log = "in the activity log"
    said = [f"{counted(parts, 'name or text', 'names and texts')} {log}"] if parts else []
    said += [f"the name in {counted(gaps, 'gap', 'gaps')}"] if gaps else []
    said += [f"{counted(channels, 'way', 'ways')} to reach them"] if channels else []
    return ForgetPage(name=name, there=", and ".join(said), in_file=in_file, accounts=accounts)
