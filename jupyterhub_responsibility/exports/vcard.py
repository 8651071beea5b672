"""Contacts as vCards (version 4.0, RFC 6350), for address books."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timezone
from uuid import NAMESPACE_URL, uuid5

from .._version import __version__
from ..domain.channels import WAYS
from ..ledger.chain import Head
from .lines import ContactLine

LONGEST = 75
"""Octets of a line, its end aside (RFC 6350, 3.2)."""

_SPECIAL = re.compile(r"[\\,;]")


def vcards(lines: Iterable[ContactLine], origin: str, end: Head | None = None) -> str:
    """A card for everybody who can be reached; each says where the ledger ends.

    Whoever imports cards again replaces those of before: a card keeps its id for as long as a
    contact, or a person and their first address, stays the same on the hub at `origin`.
    """
    reachable = (line for line in lines if any(getattr(line, way) for way in WAYS))
    return "".join(
        folded(f"{name}:{value}")
        for line in reachable
        for name, value in _properties(line, origin, end)
    )


def folded(line: str) -> str:
    """A line of a card as it is written: in pieces, none of them too long, no character split."""
    pieces, piece, length = [], "", 0
    for character in line:
        octets = len(character.encode())
        if length + octets > LONGEST:
            pieces.append(piece)
            piece, length = " ", 1
        piece, length = piece + character, length + octets
    return "\r\n".join([*pieces, piece, ""])


def escaped(text: str) -> str:
    """Text as it stands in a card."""
    return "\\n".join(_SPECIAL.sub(r"\\\g<0>", line) for line in text.splitlines())


def _properties(line: ContactLine, origin: str, end: Head | None) -> Iterator[tuple[str, str]]:
    """The names and values of a card; addresses and numbers have nothing to escape."""
    person = line.kind != "contact"
    known_by = line.id or f"{line.name} {line.email or line.telephone or line.url}"
    yield "BEGIN", "VCARD"
    yield "VERSION", "4.0"
    yield "PRODID", f"-//jupyterhub-responsibility//{__version__}//EN"
    yield "UID", uuid5(NAMESPACE_URL, f"{origin}/{line.kind}/{known_by}").urn
    yield "KIND", "individual" if person else "org"
    yield "FN", escaped(line.name)
    if line.email:
        yield "EMAIL", escaped(line.email)
    if line.telephone:
        yield "TEL", escaped(line.telephone)
    if line.url:
        yield "URL", line.url
    yield from (("LANG", language) for language in line.languages)
    if person:
        yield from (("ROLE", escaped(title)) for title in line.about)
    if line.topics:
        yield "CATEGORIES", ",".join(map(escaped, line.topics))
    yield "NOTE", escaped(_note(line))
    if line.as_of:
        yield "REV", f"{line.as_of.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"
    if end:  # a property of our own (RFC 6350, 6.10): address books leave it alone
        yield "X-LEDGER", f"{end[0]}:{end[1]}"
    yield "END", "VCARD"


def _note(line: ContactLine) -> str:
    """What an address book has no field for."""
    said = [f"For: {', '.join(line.about)}"]
    said += [f"Chat: {line.chat}"] if line.chat else []
    said += [f"Through: {line.through}"] if line.through else []
    if line.hours:
        said.append(f"When: {line.hours}")
    if line.review_by:
        said.append(f"To be checked by {line.review_by.isoformat()}")
    return "\n".join(said)
