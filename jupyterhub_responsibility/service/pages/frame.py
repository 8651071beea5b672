"""What every page has around what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ...domain.model import Party
from ...ledger.chain import Head


@dataclass(frozen=True)
class News:
    """What became of what the viewer wanted to do: it is done, or why it failed.

    `typed` is what they had filled in, so that they need not type it again, and `wrong` the field
    that is the reason, if one is. `lately` is what others have done for them since
    they were here last.
    """

    done: str = ""
    failed: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    lately: tuple[str, ...] = ()


NOTHING_NEW = News()


@dataclass(frozen=True)
class Frame:
    """What every page has. `home` and `hub` are paths that end in a slash; `here` is its name.

    `notes` are faults in the configuration, for JupyterHub admins. `done` says what the viewer
    has just done, `failed` why that did not work, `typed` what was filled in then, and `wrong` in
    which field it was wrong. `tabs` are the pages that they may open, and `new` is how much is new
    for them. `ledger_end` is the number and the digest of the ledger's last entry, for whoever
    prints the page; if `shows_end`, it is to be seen on the screen, too. `as_of` is when the
    members of groups were read from the hub, which tells nothing where logins decide about all of
    them; where they decide, `at_login` says so in words. The hub last `answered_at` some time.
    """

    title: str
    here: str
    home: str
    hub: str
    community: Party
    provider: Party
    as_of: datetime | None = None
    trouble: str = ""
    notes: tuple[str, ...] = ()
    done: str = ""
    failed: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    tabs: tuple[Tab, ...] = ()
    new: int = 0
    lately: tuple[str, ...] = ()
    ledger_end: Head | None = None
    shows_end: bool = False
    at_login: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Tab:
    """A page of ours; `place` is what `Frame.here` says on it."""

    place: str
    path: str
    label: str
