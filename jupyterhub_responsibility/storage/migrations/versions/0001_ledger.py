"""The chain of entries, its head, parts that can be erased, and what is kept beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jupyterhub_responsibility.storage import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAMES = "name IN ('actor', 'person', 'asker', 'was')"


def upgrade() -> None:
    """Make the tables, and let nobody change what is in the ledger."""
    _make_ledger()
    _make_the_rest()
    _make_messages()
    _make_kept()
    for statement in guards.statements(op.get_bind().dialect.name):
        op.execute(statement)


def _make_ledger() -> None:
    op.create_table(
        "responsibility_entries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("actor_kind", sa.String(10), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("intent", sa.Integer),
        sa.Column("stated", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("previous", sa.CHAR(64), nullable=False),
        sa.Column("digest", sa.CHAR(64), nullable=False),
        sa.UniqueConstraint("intent", "event", name="one_outcome_an_intent"),
    )
    op.create_index("responsibility_entries_role", "responsibility_entries", ["role", "number"])
    op.create_index("responsibility_entries_at", "responsibility_entries", ["at"])
    head = op.create_table(
        "responsibility_head",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.CHAR(64), nullable=False),
    )
    op.bulk_insert(head, [{"only": 1, "number": 0, "digest": "0" * 64}])
    op.create_table(
        "responsibility_parts",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("salt", sa.CHAR(32)),
        sa.Column("text", sa.Text),
        sa.Column("erasure", sa.Integer),
    )
    op.create_index(
        "responsibility_parts_names",
        "responsibility_parts",
        ["text", "name", "number"],
        sqlite_where=sa.text(NAMES),
        postgresql_where=sa.text(NAMES),
    )


def _make_the_rest() -> None:
    op.create_table(
        "responsibility_gaps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("since", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32)),
    )
    op.create_index("responsibility_gaps_until", "responsibility_gaps", ["until"])
    op.create_table(
        "responsibility_channels",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("created", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "responsibility_readings",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _make_messages() -> None:
    op.create_table(
        "responsibility_outbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("transport", sa.String(10), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("entry", sa.Integer),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("letter", sa.String(36)),
        sa.Column("due", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed", sa.String(32), nullable=False),
        sa.Column("became", sa.String(10), nullable=False),
    )
    op.create_index("responsibility_outbox_waiting", "responsibility_outbox", ["became", "due"])
    op.create_table(
        "responsibility_muted",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("created", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
    )
    op.create_table(
        "responsibility_links",
        sa.Column("digest", sa.CHAR(64), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("person", sa.CHAR(64), nullable=False),
        sa.Column("address", sa.CHAR(64), nullable=False),
        sa.Column("expires", sa.String(32), nullable=False),
    )


def _make_kept() -> None:
    op.create_table(
        "responsibility_kept",
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("over", sa.String(64), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("by_created", sa.String(32), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
    )
