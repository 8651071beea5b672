"""The files to download: the table, and how each is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..coverage.snapshot import Snapshot
from ..domain.model import Viewer
from ..errors import HubError, LedgerError
from ..exports import deadlines, formats
from ..exports.calendar import calendar
from ..exports.deadlines import Deadline
from ..exports.declaration import for_another_hub
from ..exports.lines import contact_lines
from ..exports.vcard import vcards
from ..ledger.state import Request


@dataclass(frozen=True)
class FileSource:
    """What files are made from: a snapshot, for whom, where the hub is (`https://hub.example`) and
    our pages below it (`home`), and when. `requests` are the open ones that the viewer may see."""

    snapshot: Snapshot
    viewer: Viewer
    requests: tuple[Request, ...]
    origin: str
    home: str
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
    "text/calendar": "iCalendar",
    "text/vcard": "vCard",
    "application/yaml": "YAML",
}
HOLDERS, CONTACTS = "who holds which role", "whom to ask about what"


def _own(source: FileSource) -> str:
    """Somebody's own deadlines.

    Raises LedgerError while they are not known: a calendar without them would look as if there were
    none.
    """
    _check_ledger(source.snapshot)
    found = deadlines.own(source.snapshot, source.viewer, source.requests)
    return _calendar("My responsibilities", found, source)


def _everybodys(source: FileSource) -> str:
    """Everybody's deadlines. Raises LedgerError or HubError while they are not known."""
    _check_ledger(source.snapshot)
    if source.snapshot.roster.read_at is None:
        raise HubError("It is not known who holds which role")
    found = deadlines.everybodys(source.snapshot, source.viewer, source.requests)
    return _calendar("Responsibilities", found, source)


def _check_ledger(snapshot: Snapshot) -> None:
    if not snapshot.ledger_read:
        raise LedgerError(snapshot.ledger_trouble or "The ledger has not been read yet")


def _calendar(name: str, found: tuple[Deadline, ...], source: FileSource) -> str:
    community = source.snapshot.declaration.community.name
    title, home = f"{name} on the hub of {community}", source.origin + source.home
    return calendar(found, title, community, home, source.now, source.snapshot.ledger_end)


CALENDAR = Download(
    "calendar.ics",
    "text/calendar",
    "last days, confirmations and review dates",
    "for a calendar",
    _everybodys,
)
MY_CALENDAR = Download(
    "my-calendar.ics",
    "text/calendar",
    "your last days, and when to confirm your duties",
    "for your calendar",
    _own,
)

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
        lambda source: vcards(
            contact_lines(source.snapshot, source.origin),
            source.origin,
            source.snapshot.ledger_end,
        ),
    ),
    CALENDAR,
    Download(
        "declaration.yaml",
        "application/yaml",
        "declaration and model in one file",
        "for another hub",
        lambda source: for_another_hub(source.snapshot.declaration, source.snapshot.ledger_end),
    ),
)
"""The files that are there for those in charge."""
