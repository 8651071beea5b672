"""The files to download from the panel: the table, and how each is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..coverage.snapshot import Snapshot
from ..exports import formats
from ..exports.declaration import for_another_hub
from ..exports.lines import contact_lines
from ..exports.vcard import vcards


@dataclass(frozen=True)
class Taken:
    """What files are made from: a snapshot, where the hub is (`https://hub.example`), and when."""

    snapshot: Snapshot
    origin: str
    now: datetime


@dataclass(frozen=True)
class Download:
    """A file; its `name` is the last part of its address."""

    name: str
    media_type: str
    purpose: str
    write: Callable[[Taken], str]

    def file_name(self, service_name: str, now: datetime) -> str:
        """What a browser saves it as: with whose it is, and the day."""
        stem, _, ending = self.name.partition(".")
        return f"{service_name}-{stem}-{now:%Y-%m-%d}.{ending}"


DOWNLOADS = (
    Download(
        "holders.csv",
        "text/csv",
        "who holds which role, for a spreadsheet",
        lambda taken: formats.holders_csv(taken.snapshot),
    ),
    Download(
        "holders.json",
        "application/json",
        "who holds which role, for programs",
        lambda taken: formats.holders_json(taken.snapshot, taken.now),
    ),
    Download(
        "contacts.csv",
        "text/csv",
        "whom to ask about what, for a spreadsheet",
        lambda taken: formats.contacts_csv(taken.snapshot.declaration, taken.origin),
    ),
    Download(
        "contacts.json",
        "application/json",
        "whom to ask about what, for programs",
        lambda taken: formats.contacts_json(taken.snapshot.declaration, taken.origin, taken.now),
    ),
    Download(
        "contacts.vcf",
        "text/vcard",
        "whom to ask, for an address book",
        lambda taken: vcards(contact_lines(taken.snapshot.declaration, taken.origin), taken.origin),
    ),
    Download(
        "declaration.yaml",
        "application/yaml",
        "declaration and model in one file, for another hub",
        lambda taken: for_another_hub(taken.snapshot.declaration),
    ),
)
