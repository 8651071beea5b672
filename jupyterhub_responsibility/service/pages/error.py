"""What went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.model import Contact


@dataclass(frozen=True)
class ErrorPage:
    """What happened, what to do, and whom to contact."""

    status: int
    message: str
    contacts: tuple[Contact, ...]
    again: str = ""
