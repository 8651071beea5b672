"""The tables of the ledger, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import CHAR, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

entries = Table(
    "responsibility_entries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("event", String(20), nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_kind", String(10), nullable=False),
    Column("role", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("intent", Integer),
    Column("details", Text, nullable=False),
    Column("previous", CHAR(64), nullable=False),
    Column("digest", CHAR(64), nullable=False),
    UniqueConstraint("intent", "event", name="one_outcome_an_intent"),
    Index("responsibility_entries_role", "role", "number"),
    Index("responsibility_entries_person", "person", "number"),
    Index("responsibility_entries_actor", "actor", "number"),
    Index("responsibility_entries_at", "at"),
)
"""Every entry, append-only."""

head = Table(
    "responsibility_head",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("digest", CHAR(64), nullable=False),
)
"""One row: where the chain ends. Whoever appends holds it, and a lost end shows."""

gaps = Table(
    "responsibility_gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("about", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("since", String(32), nullable=False),
    Column("until", String(32)),
    Index("responsibility_gaps_until", "until"),
)
"""Each gap, from when it was noticed until it was seen to be closed."""

readings = Table(
    "responsibility_readings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""How far a long reading of the hub has come, and what it found, as JSON."""

VERSION_TABLE = "responsibility_version"
