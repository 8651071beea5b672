"""The tables of the ledger, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ..ledger.kinds import NAMES

metadata = MetaData()

entries = Table(
    "responsibility_entries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("event", String(20), nullable=False),
    Column("actor_kind", String(10), nullable=False),
    Column("role", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("intent", Integer),
    Column("stated", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("previous", CHAR(64), nullable=False),
    Column("digest", CHAR(64), nullable=False),
    UniqueConstraint("intent", "event", name="one_outcome_an_intent"),
    Index("responsibility_entries_role", "role", "number"),
    Index("responsibility_entries_at", "at"),
)
"""Every entry, append-only."""

parts = Table(
    "responsibility_parts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(20), primary_key=True),
    Column("salt", CHAR(32)),
    Column("text", Text),
    Column("erasure", Integer),
)
"""What of the entries can be erased, and nothing else can be done to it: the salt and the text
go, and the number of the entry that says so comes."""

IS_NAME = text(f"name IN {NAMES}")
"""Whether a part is the name of an account; written out, or SQLite doesn't see that the index has
it."""

Index(
    "responsibility_parts_names",
    parts.c.text,
    parts.c.name,
    parts.c.number,
    sqlite_where=IS_NAME,
    postgresql_where=IS_NAME,
)
"""Names of accounts only: what people write can be longer than an index can hold."""

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

channels = Table(
    "responsibility_channels",
    metadata,
    Column("account", Text, primary_key=True),
    Column("created", String(32), primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("text", Text, nullable=False),
    Column("audience", String(20), nullable=False),
    Column("at", String(32), nullable=False),
)
"""How people can be reached, as they say themselves, and who may see it."""

outbox = Table(
    "responsibility_outbox",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("account", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("transport", String(10), nullable=False),
    Column("role", Text, nullable=False),
    Column("entry", Integer),
    Column("day", String(10), nullable=False),
    Column("at", String(32), nullable=False),
    Column("letter", String(36)),
    Column("due", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed", String(32), nullable=False),
    Column("became", String(10), nullable=False),
    Index("responsibility_outbox_waiting", "became", "due"),
)
"""What is to be sent, and what was lately: whom, of what kind, and by which entry; no text, and no
address. Several go out as one letter."""

muted = Table(
    "responsibility_muted",
    metadata,
    Column("account", Text, primary_key=True),
    Column("created", String(32), primary_key=True),
    Column("kind", String(20), primary_key=True),
)
"""The kinds of messages that somebody has turned off."""

links = Table(
    "responsibility_links",
    metadata,
    Column("digest", CHAR(64), primary_key=True),
    Column("role", Text, nullable=False),
    Column("person", CHAR(64), nullable=False),
    Column("address", CHAR(64), nullable=False),
    Column("expires", String(32), nullable=False),
)
"""Links by which people without an account can confirm, while they are good: digests alone, of the
link, of whose it is, and of the address that it was mailed to."""

kept = Table(
    "responsibility_kept",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("role", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("over", String(64), nullable=False),
    Column("by", Text, nullable=False),
    Column("by_created", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("entry", Integer, nullable=False),
)
"""What those in charge keep on the page: contacts, people and links, as JSON, empty for what is set
aside; over which declared thing, and who wrote it by which entry."""

VERSION_TABLE = "responsibility_version"
