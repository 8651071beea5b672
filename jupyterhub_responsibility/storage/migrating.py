"""Bringing the tables of a ledger up to date, as the owner of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ..errors import LedgerError
from . import guards
from .locks import lock_number
from .tables import VERSION_TABLE

REVISION = "0001"
"""The newest migration; a database that has it needs none."""

MIGRATIONS = Path(__file__).parent / "migrations"

MIGRATE = "jupyterhub-responsibility ledger migrate --grant-to ACCOUNT"
"""What the owner of the tables runs, so that another account can use them."""

NOT_PERMITTED = "42501"
"""What PostgreSQL calls that: insufficient_privilege."""


def revision(connection: Connection) -> str | None:
    """Which migration a database has; asking Alembic would cost more than that."""
    if not connection.dialect.has_table(connection, VERSION_TABLE):
        return None
    query = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608  # a constant
    return connection.execute(query).scalar()


def migrate(connection: Connection) -> None:
    """Bring the tables up to date.

    Raises LedgerError where they are of a newer version, or this account may not do that.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    if connection.dialect.name == "postgresql":  # replicas start together
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_number("")})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        with _as_owner("The tables of the ledger are not those of this version"):
            command.upgrade(config, "head")
    except CommandError as error:
        message = "The ledger was made by a newer version of this service"
        raise LedgerError(message) from error


def put_back(connection: Connection) -> list[str]:
    """Make the triggers anew that are missing, switched off or replaced; their names.

    Raises LedgerError where this account may not do that.
    """
    with _as_owner("Triggers of the ledger are not as they were made"):
        return guards.restore(connection)


@contextmanager
def _as_owner(trouble: str) -> Iterator[None]:
    """Say who can do what this account may not."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NOT_PERMITTED:
            raise
        raise LedgerError(
            f"{trouble}, and this account may not change them: let the owner of the database run"
            f" `{MIGRATE}`, where ACCOUNT is this one, and then start the service again"
        ) from error
