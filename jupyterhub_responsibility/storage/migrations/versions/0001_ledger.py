"""The chain of entries with its head, the parts that can be erased, gaps, and readings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAMES = "name IN ('actor', 'person', 'asker', 'was')"

ONLY_ERASED = """
    NEW.number = OLD.number AND NEW.name = OLD.name AND OLD.erasure IS NULL
    AND NEW.salt IS NULL AND NEW.text IS NULL AND NEW.erasure IS NOT NULL
"""
"""The one way in which a part may change."""

REFUSE = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
SQLITE = [
    f"CREATE TRIGGER responsibility_no_update BEFORE UPDATE ON responsibility_entries {REFUSE}",
    f"CREATE TRIGGER responsibility_no_delete BEFORE DELETE ON responsibility_entries {REFUSE}",
    # REPLACE deletes without asking the trigger above
    f"""
    CREATE TRIGGER responsibility_no_replace BEFORE INSERT ON responsibility_entries
    WHEN NEW.number <= (SELECT max(number) FROM responsibility_entries) OR EXISTS (
      SELECT 1 FROM responsibility_entries WHERE intent = NEW.intent AND event = NEW.event)
    {REFUSE}
    """,  # noqa: S608  # a constant
    f"""
    CREATE TRIGGER responsibility_only_erased BEFORE UPDATE ON responsibility_parts
    WHEN NOT ({ONLY_ERASED}) {REFUSE}
    """,
    f"CREATE TRIGGER responsibility_no_part_less BEFORE DELETE ON responsibility_parts {REFUSE}",
    f"""
    CREATE TRIGGER responsibility_no_part_more BEFORE INSERT ON responsibility_parts
    WHEN NEW.number <= (SELECT number FROM responsibility_head) {REFUSE}
    """,  # noqa: S608  # a constant
]
POSTGRESQL = [
    """
    CREATE FUNCTION responsibility_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
    """,
    """
    CREATE FUNCTION responsibility_part_more() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
      IF NEW.number <= (SELECT number FROM responsibility_head) THEN
        RAISE EXCEPTION 'the ledger is append-only';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER responsibility_no_change BEFORE UPDATE OR DELETE ON responsibility_entries
    FOR EACH ROW EXECUTE FUNCTION responsibility_append_only()
    """,
    """
    CREATE TRIGGER responsibility_no_truncate BEFORE TRUNCATE ON responsibility_entries
    FOR EACH STATEMENT EXECUTE FUNCTION responsibility_append_only()
    """,
    f"""
    CREATE TRIGGER responsibility_only_erased BEFORE UPDATE ON responsibility_parts
    FOR EACH ROW WHEN (NOT ({ONLY_ERASED})) EXECUTE FUNCTION responsibility_append_only()
    """,
    """
    CREATE TRIGGER responsibility_no_part_less BEFORE DELETE ON responsibility_parts
    FOR EACH ROW EXECUTE FUNCTION responsibility_append_only()
    """,
    """
    CREATE TRIGGER responsibility_no_parts BEFORE TRUNCATE ON responsibility_parts
    FOR EACH STATEMENT EXECUTE FUNCTION responsibility_append_only()
    """,
    """
    CREATE TRIGGER responsibility_no_part_more BEFORE INSERT ON responsibility_parts
    FOR EACH ROW EXECUTE FUNCTION responsibility_part_more()
    """,
]


def upgrade() -> None:
    """Make the tables, and let nobody change what is in the ledger."""
    _make_ledger()
    _make_the_rest()
    statements = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in statements:
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
        "responsibility_readings",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
