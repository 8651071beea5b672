"""What every page has around what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ...domain.model import Party, Viewer
from .subject import Subject


@dataclass(frozen=True)
class Frame:
    """What every page has. `home` and `hub` are paths that end in a slash.

    `notes` are faults in the set-up, for JupyterHub admins only. `done` says what the viewer
    has just done, `failed` why that did not work, and `typed` what was filled in then. `tabs`
    are the pages that they may open.
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
    tabs: tuple[Tab, ...] = ()


@dataclass(frozen=True)
class Tab:
    """A page of ours; `place` is what `Frame.here` says on it."""

    place: str
    path: str
    label: str


def tabs(subject: Subject, viewer: Viewer) -> tuple[Tab, ...]:
    """The pages that somebody may open."""
    found = [Tab("me", "", "Yours"), Tab("contacts", "contacts", "Whom to ask")]
    found.append(Tab("model", "model", "The model"))
    if subject.rules.in_charge(viewer):
        found.append(Tab("panel", "admin", "Gaps"))
    if subject.rules.may_add_users(viewer, subject.settings.user_management):
        found.append(Tab("users", "users", "Add people"))
    if subject.rules.may_read_ledger(viewer):
        found.append(Tab("ledger", "ledger", "What was done"))
    return tuple(found)
