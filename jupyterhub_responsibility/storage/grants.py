"""What the account of the service may do on PostgreSQL, where it doesn't own the tables.

Whoever owns a table can drop its triggers. The service needs no more than this, and with no more
it can't.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from ..errors import LedgerError
from ..text import visible
from .store import Store
from .tables import (
    VERSION_TABLE,
    channels,
    entries,
    gaps,
    head,
    kept,
    links,
    muted,
    outbox,
    parts,
    readings,
)

GRANTS = {
    entries.name: "SELECT, INSERT",
    parts.name: "SELECT, INSERT, UPDATE",  # to erase them; the triggers allow nothing else
    head.name: "SELECT, UPDATE",
    gaps.name: "SELECT, INSERT, UPDATE, DELETE",
    channels.name: "SELECT, INSERT, UPDATE, DELETE",
    outbox.name: "SELECT, INSERT, UPDATE, DELETE",
    muted.name: "SELECT, INSERT, UPDATE, DELETE",
    links.name: "SELECT, INSERT, DELETE",
    kept.name: "SELECT, INSERT, UPDATE, DELETE",
    readings.name: "SELECT, INSERT, UPDATE, DELETE",
    VERSION_TABLE: "SELECT",
}
"""Table → rights."""

SEQUENCE = f"{gaps.name}_id_seq"
"""Where the numbers of gaps come from."""

STANDING = text("""
    SELECT pg_has_role(current_user, relowner, 'USAGE') AS mine,
        (SELECT pg_has_role(rolname, relowner, 'MEMBER') FROM pg_roles WHERE rolname = :account)
            AS theirs
    FROM pg_class WHERE oid = to_regclass(:table)
""")
"""Who may do all that the owner of a table may, as the owner, a member or a superuser: this
account, and the other one (null where there is no such account)."""


def grant(store: Store, account: str) -> None:
    """Let an account do what the service has to do, and nothing else.

    Raises LedgerError where that can't be: on SQLite, and for an account that isn't there, or
    may do everything anyway.
    """
    if store.sqlite:
        raise LedgerError(
            "Only PostgreSQL has accounts: an SQLite file belongs to whoever owns it. Leave out"
            " --grant-to"
        )
    with store.writing() as connection:
        _check(connection, account)
        name = connection.dialect.identifier_preparer.quote_identifier(account)
        for what, rights in (*GRANTS.items(), (f"SEQUENCE {SEQUENCE}", "USAGE")):
            connection.exec_driver_sql(f"REVOKE ALL ON {what} FROM {name}")
            connection.exec_driver_sql(f"GRANT {rights} ON {what} TO {name}")


def _check(connection: Connection, account: str) -> None:
    asked = {"table": entries.name, "account": account}
    mine, theirs = connection.execute(STANDING, asked).one()
    if not mine:  # PostgreSQL would only warn, and grant nothing
        raise LedgerError("Only the owner of the tables can let other accounts use them")
    if theirs is None:
        raise LedgerError(
            f"PostgreSQL has no account {visible(account)}: whoever administers it makes it, with"
            " CREATE ROLE … LOGIN"
        )
    if theirs:
        raise LedgerError(
            f"{visible(account)} can do all that the owner of the tables can, and so drop their"
            " triggers: give the service an account of its own"
        )
