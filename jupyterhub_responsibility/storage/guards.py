"""The triggers with which the database itself refuses to change what was written.

Whoever has every right on the database can drop them. Then that shows: they are compared with what
the first migration makes of these statements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text

ONLY_ERASED = """
    NEW.number = OLD.number AND NEW.name = OLD.name AND OLD.erasure IS NULL
    AND NEW.salt IS NULL AND NEW.text IS NULL AND NEW.erasure IS NOT NULL
"""
"""The one way in which a part may change."""

BELONGS = """
    NEW.number > (SELECT max(number) FROM responsibility_head)
    AND EXISTS (SELECT 1 FROM responsibility_entries WHERE number = NEW.number)
"""
"""Whether a part is one of an entry that is being written: it is there, and the head doesn't know
it yet. Not where there is no head."""

NO_PART_MORE = f"({BELONGS}) IS NOT TRUE"
"""When no part may be added."""

REFUSAL = "the ledger is append-only"
REFUSE = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"

SQLITE = {
    "responsibility_no_update": f"BEFORE UPDATE ON responsibility_entries {REFUSE}",
    "responsibility_no_delete": f"BEFORE DELETE ON responsibility_entries {REFUSE}",
    # REPLACE deletes without asking the trigger above
    "responsibility_no_replace": f"""
        BEFORE INSERT ON responsibility_entries
        WHEN NEW.number <= (SELECT max(number) FROM responsibility_entries) OR EXISTS (
          SELECT 1 FROM responsibility_entries WHERE intent = NEW.intent AND event = NEW.event)
        {REFUSE}""",  # noqa: S608  # a constant
    "responsibility_only_erased": f"""
        BEFORE UPDATE ON responsibility_parts WHEN NOT ({ONLY_ERASED}) {REFUSE}""",
    "responsibility_no_part_less": f"BEFORE DELETE ON responsibility_parts {REFUSE}",
    "responsibility_no_part_more": f"""
        BEFORE INSERT ON responsibility_parts WHEN {NO_PART_MORE} {REFUSE}""",
}
"""Name → the rest of the statement that makes the trigger."""


def _refuse_if(condition: str) -> str:
    """A function that lets a row be written, unless something is so."""
    return f" BEGIN IF {condition} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN NEW; END "


FUNCTIONS = {
    "responsibility_append_only": f" BEGIN RAISE EXCEPTION '{REFUSAL}'; END ",
    "responsibility_only_erased": _refuse_if(f"NOT ({ONLY_ERASED})"),
    "responsibility_part_more": _refuse_if(NO_PART_MORE),
}
"""Name → the body. Conditions are in here: PostgreSQL keeps it as it is written, and puts that of
a trigger in words of its own."""

ENTRIES, PARTS, STATEMENT = "responsibility_entries", "responsibility_parts", "STATEMENT"
POSTGRESQL = {
    name: f"BEFORE {deed} ON {table} FOR EACH {each} EXECUTE FUNCTION responsibility_{function}()"
    for name, deed, table, each, function in (
        ("responsibility_no_change", "DELETE OR UPDATE", ENTRIES, "ROW", "append_only"),
        ("responsibility_no_truncate", "TRUNCATE", ENTRIES, STATEMENT, "append_only"),
        ("responsibility_only_erased", "UPDATE", PARTS, "ROW", "only_erased"),
        ("responsibility_no_part_less", "DELETE", PARTS, "ROW", "append_only"),
        ("responsibility_no_parts", "TRUNCATE", PARTS, STATEMENT, "append_only"),
        ("responsibility_no_part_more", "INSERT", PARTS, "ROW", "part_more"),
    )
}
"""Name → the rest of the statement that makes the trigger, as PostgreSQL itself writes it."""


def restore(connection: Connection) -> list[str]:
    """Make the triggers anew, unless all are as they were made; the names of those that weren't."""
    dialect = connection.dialect.name
    lost = [name for name, _ in _lost(connection)]
    for statement in (*_removal(dialect), *statements(dialect)) if lost else ():
        connection.exec_driver_sql(statement)
    return lost


def _removal(dialect: str) -> Iterator[str]:
    """What drops those of the triggers that are there."""
    if dialect == "postgresql":
        for name, rest in POSTGRESQL.items():
            table = rest.partition(" ON ")[2].split()[0]
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        for name in FUNCTIONS:  # what else calls one was not made here
            yield f"DROP FUNCTION IF EXISTS {name}() CASCADE"
    else:
        for name in SQLITE:
            yield f"DROP TRIGGER IF EXISTS {name}"


def statements(dialect: str) -> Iterator[str]:
    """What makes the triggers of a database."""
    if dialect == "postgresql":
        for name, body in FUNCTIONS.items():
            yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    yield from _triggers(dialect).values()


def faults(connection: Connection) -> list[str]:
    """What is wrong with the triggers of a database, in words."""
    return [
        f"the trigger {name} {state}: the database no longer refuses what it is there for."
        " `ledger migrate` puts it back"
        for name, state in _lost(connection)
    ]


def _lost(connection: Connection) -> list[tuple[str, str]]:
    """The triggers that are not as they were made, and what is wrong with each."""
    dialect = connection.dialect.name
    there = dict((_of_postgresql if dialect == "postgresql" else _of_sqlite)(connection))
    return [
        (name, state)
        for name, statement in _triggers(dialect).items()
        if (state := _state(there.get(name), statement))
    ]


def _triggers(dialect: str) -> Mapping[str, str]:
    made = POSTGRESQL if dialect == "postgresql" else SQLITE
    return {name: f"CREATE TRIGGER {name} {rest}" for name, rest in made.items()}


def _state(found: Found | None, statement: str) -> str:
    """What is wrong with a trigger; nothing, where it is as it was made."""
    if found is None:
        return "is missing"
    if not found.on:
        return "is switched off"
    return "" if found.statement == _plain(statement) else "was replaced"


class Found(NamedTuple):
    """A trigger that is there: what would make it (nothing, where it calls something else than it
    did), and whether it is switched on."""

    statement: str
    on: bool = True


def _of_sqlite(connection: Connection) -> Iterator[tuple[str, Found]]:
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    for name, statement in connection.execute(text(made)):
        yield name, Found(_plain(statement))


def _of_postgresql(connection: Connection) -> Iterator[tuple[str, Found]]:
    made = """
        SELECT tgname, pg_get_triggerdef(pg_trigger.oid, true), tgenabled::text,
            proname, prosrc, lanname
        FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        JOIN pg_language ON pg_language.oid = prolang
        WHERE tgrelid IN (
            to_regclass('responsibility_entries'), to_regclass('responsibility_parts'))
    """
    for name, statement, enabled, function, body, language in connection.execute(text(made)):
        same = (FUNCTIONS.get(function), "plpgsql") == (body, language)
        yield name, Found(_plain(statement) if same else "", enabled in ("O", "A"))


def _plain(statement: str) -> str:
    """A statement, however its lines are broken."""
    return " ".join(statement.split())
