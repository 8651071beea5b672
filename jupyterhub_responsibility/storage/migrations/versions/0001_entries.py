"""The chain of entries, and its head."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE = [
    f"CREATE TRIGGER responsibility_no_{verb} BEFORE {verb.upper()} ON responsibility_entries"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    for verb in ("update", "delete")
] + [
    # REPLACE deletes without asking the trigger above
    """
    CREATE TRIGGER responsibility_no_replace BEFORE INSERT ON responsibility_entries
    WHEN NEW.number <= (SELECT max(number) FROM responsibility_entries) OR EXISTS (
      SELECT 1 FROM responsibility_entries WHERE intent = NEW.intent AND event = NEW.event)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION responsibility_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
    """,
    """
    CREATE TRIGGER responsibility_no_change BEFORE UPDATE OR DELETE ON responsibility_entries
    FOR EACH ROW EXECUTE FUNCTION responsibility_append_only()
    """,
    """
    CREATE TRIGGER responsibility_no_truncate BEFORE TRUNCATE ON responsibility_entries
    FOR EACH STATEMENT EXECUTE FUNCTION responsibility_append_only()
    """,
]


def upgrade() -> None:
    """Make the tables, and let nobody change what is in them."""
    op.create_table(
        "responsibility_entries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("actor_kind", sa.String(10), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("intent", sa.Integer),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.CHAR(64), nullable=False),
        sa.Column("digest", sa.CHAR(64), nullable=False),
        sa.UniqueConstraint("intent", "event", name="one_outcome_an_intent"),
    )
    for name, columns in {
        "responsibility_entries_role": ["role", "number"],
        "responsibility_entries_person": ["person", "number"],
        "responsibility_entries_actor": ["actor", "number"],
        "responsibility_entries_at": ["at"],
    }.items():
        op.create_index(name, "responsibility_entries", columns)
    head = op.create_table(
        "responsibility_head",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.CHAR(64), nullable=False),
    )
    op.bulk_insert(head, [{"only": 1, "number": 0, "digest": "0" * 64}])
    statements = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in statements:
        op.execute(statement)
