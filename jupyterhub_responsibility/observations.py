"""What others changed on the hub, recorded: whoever joined or left a group without this service."""

from __future__ import annotations

from collections.abc import Iterator

from .ledger import Book, Draft, Ledger, storable
from .model import Declaration, Roster

HUB = "somebody"
"""The actor where nobody knows who it was."""


async def observe(ledger: Ledger, declaration: Declaration, roster: Roster) -> None:
    """Record the differences between the roster and the ledger. Raises LedgerError.

    About a group that was written of since the roster was read, the roster is too old to tell.
    """
    if roster.trouble or roster.read_at is None:
        return
    await ledger.catch_up()
    if not any(_differences(ledger.book, declaration, roster)):
        return
    async with ledger.alone("observations"):
        drafts = list(_differences(ledger.book, declaration, roster))
        if drafts:
            # Where another replica has just written, this is looked at again in the next round.
            await ledger.append(*drafts, after=ledger.book.number)


def _differences(book: Book, declaration: Declaration, roster: Roster) -> Iterator[Draft]:
    busy = {intent.group for intent in book.unsettled.values()}
    for role_id, groups in declaration.groups.items():
        for group in groups:
            if group in busy or book.touched.get(group, 0) > roster.seen_at:
                continue
            first = group not in book.watched
            if first:
                yield Draft("observation", HUB, "hub", role_id, group, details={"change": "began"})
            were = book.members.get(group, set())
            are = {storable(name) for name in roster.members.get(group, ())}
            changed = [("joined", name) for name in sorted(are - were)]
            changed += [("left", name) for name in sorted(were - are)]
            for change, name in changed:
                details = {"change": change, "first": "yes" if first else ""}
                yield Draft("observation", HUB, "hub", role_id, group, name, details=details)
