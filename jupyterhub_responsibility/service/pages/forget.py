"""Forgetting a person."""

from __future__ import annotations

from dataclasses import dataclass

from ...coverage.snapshot import Snapshot
from ...domain.model import Viewer
from ...storage.erasing import Forgotten
from ...text import counted

NOTHING = Forgotten(0, 0)


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
    found: Forgotten = NOTHING,
    in_file: bool = False,
) -> ForgetPage:
    """The form, and what it would do."""
    log = "in the activity log"
    said = (
        [f"{counted(found.parts, 'name or text', 'names and texts')} {log}"] if found.parts else []
    )
    said += [f"the name in {counted(found.gaps, 'gap', 'gaps')}"] if found.gaps else []
    said += [f"{counted(found.channels, 'way', 'ways')} to reach them"] if found.channels else []
    several = found.accounts if len(found.accounts) > 1 else ()
    return ForgetPage(name=name, there=", and ".join(said), in_file=in_file, accounts=several)
