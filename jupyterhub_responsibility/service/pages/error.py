"""What went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from ...coverage.snapshot import Snapshot
from ...domain.model import Contact, Viewer


@dataclass(frozen=True)
class ErrorPage:
    """What happened, what to do, and whom to ask."""

    title: str
    status: int
    message: str
    contacts: tuple[Contact, ...]
    again: str = ""
    typed: tuple[str, ...] = ()


def error_page(
    snapshot: Snapshot,
    viewer: Viewer | None,
    status: int,
    title: str,
    message: str,
    again: str = "",
    typed: tuple[str, ...] = (),
) -> ErrorPage:
    """What went wrong; who isn't logged in sees public contacts alone."""
    public = tuple(each for each in snapshot.declaration.contacts if each.public)
    contacts = snapshot.contact_finder.first_contacts() if viewer else public
    return ErrorPage(title, status, message, contacts, again, typed)
