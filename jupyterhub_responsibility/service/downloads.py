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
class FileSource:
    """What files are made from: a snapshot, where the hub is (`https://hub.example`), and when."""

    snapshot: Snapshot
    origin: str
    now: datetime


@dataclass(frozen=True)
class Download:
    """A file; its `name` is the last part of its address. `about` says what is in it, and `use`
    what it is good for."""

    name: str
    media_type: str
    about: str
    use: str
    write: Callable[[FileSource], str]

    @property
    def purpose(self) -> str:
        """What it is, in words."""
        return f"{self.about}, {self.use}"

    @property
    def format(self) -> str:
        """What people call the format."""
        return FORMATS[self.media_type]

    def file_name(self, service_name: str, now: datetime) -> str:
        """What a browser saves it as: with whose it is, and the day."""
        stem, _, ending = self.name.partition(".")
        return f"{service_name}-{stem}-{now:%Y-%m-%d}.{ending}"


FORMATS = {
    "text/csv": "CSV",
    "application/json": "JSON",
    "text/vcard": "vCard",
    "application/yaml": "YAML",
}
HOLDERS, CONTACTS = "who holds which role", "whom to ask about what"

DOWNLOADS = (
    Download(
        "holders.csv",
        "text/csv",
        HOLDERS,
        "for a spreadsheet",
        lambda source: formats.holders_csv(source.snapshot),
    ),
    Download(
        "holders.json",
        "application/json",
        HOLDERS,
        "for a program",
        lambda source: formats.holders_json(source.snapshot, source.now),
    ),
    Download(
        "contacts.csv",
        "text/csv",
        CONTACTS,
        "for a spreadsheet",
        lambda source: formats.contacts_csv(source.snapshot, source.origin),
    ),
    Download(
        "contacts.json",
        "application/json",
        CONTACTS,
        "for a program",
        lambda source: formats.contacts_json(source.snapshot, source.origin, source.now),
    ),
    Download(
        "contacts.vcf",
        "text/vcard",
        CONTACTS,
        "for an address book",
        lambda source: vcards(contact_lines(source.snapshot, source.origin), source.origin),
    ),
    Download(
        "declaration.yaml",
        "application/yaml",
        "declaration and model in one file",
        "for another hub",
        lambda source: for_another_hub(source.snapshot.declaration),
    ),
)
