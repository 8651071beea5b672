"""How people say that they can be reached: kept beside the ledger, and gone when they say so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from ..domain.channels import ChannelName, Reach, Said
from ..ledger.entry import stamp, storable
from .store import Store
from .tables import channels


def read(store: Store) -> list[Reach]:
    """What everybody has said."""
    said: dict[tuple[str, str], dict[ChannelName, Said]] = {}
    with store.reading() as connection:
        for row in connection.execute(select(channels).order_by(channels.c.account)):
            mine = said.setdefault((row.account, row.created), {})
            mine[row.name] = Said(row.text, row.audience)
    return [Reach(account, created, each) for (account, created), each in said.items()]


def save(
    store: Store,
    account: str,
    created: str,
    said: Mapping[ChannelName, Said],
    now: datetime,
) -> None:
    """Keep what somebody says, in place of what they said before."""
    rows = [
        {
            "account": storable(account),
            "created": created,
            "name": name,
            "text": each.text,
            "audience": each.audience,
            "at": stamp(now),
        }
        for name, each in said.items()
    ]
    with store.writing() as connection:
        connection.execute(delete(channels).where(_theirs(account, created)))
        if rows:
            connection.execute(insert(channels), rows)


def rename(store: Store, reach: Reach, account: str) -> None:
    """Note what an account is called by now."""
    with store.writing() as connection:
        theirs = _theirs(reach.account, reach.created)
        connection.execute(update(channels).where(theirs).values(account=storable(account)))


def drop(store: Store, reach: Reach) -> None:
    """Forget what an account said that is no more."""
    with store.writing() as connection:
        connection.execute(delete(channels).where(_theirs(reach.account, reach.created)))


def _theirs(account: str, created: str) -> ColumnElement[bool]:
    """The rows of an account: those by when it was made, and those from before that was known."""
    unknown = and_(channels.c.account == storable(account), channels.c.created == "")
    return or_(channels.c.created == created, unknown) if created else unknown
