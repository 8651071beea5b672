"""How a database is connected to: addresses, drivers, how long to wait, and what SQLite is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from ..errors import LedgerError

WAIT = 3
"""Seconds to wait for a connection, or for another program that holds the database."""

NAME = "jupyterhub-responsibility"
"""What PostgreSQL knows a connection of ours by."""


def address(url: str) -> URL:
    """Where a ledger lies. Raises LedgerError where none can."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError("database_url is not the address of a database") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise LedgerError("The ledger can be in SQLite or PostgreSQL only")
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise LedgerError("database_url names no file, and nothing would be kept")
    return parsed


def to_write(url: URL) -> Engine:
    """Connections that write. Raises LedgerError where the driver is missing."""
    engine = _engine(url, **_options(url))
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin)
    return engine


def to_read(url: URL) -> Engine:
    """Connections that only read. Raises LedgerError where there is no file, or no driver."""
    options = _options(url)
    if url.get_backend_name() != "sqlite":
        options["connect_args"]["options"] += " -c default_transaction_read_only=on"
        return _engine(url, **options)
    path = Path(url.database or "").absolute()
    if not path.is_file():
        raise LedgerError(f"There is no ledger at {path}")
    url = url.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})
    engine = _engine(url, **options)
    event.listen(engine, "connect", _set_up_reading)
    event.listen(engine, "begin", _begin)
    return engine


def _engine(url: URL, **options: Any) -> Engine:
    try:
        return create_engine(url, **options)
    except ImportError as error:
        needed = "pip install 'jupyterhub-responsibility[postgresql]'"
        raise LedgerError(f"The ledger's driver for PostgreSQL is missing: {needed}") from error


def _options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": WAIT, "check_same_thread": False}}
    milliseconds = 1000 * WAIT
    return {
        "pool_size": 5,
        "pool_timeout": WAIT,
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": WAIT,
            "application_name": NAME,
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
            "tcp_user_timeout": milliseconds,
        },
    }


def _set_up_reading(connection: Any, _: object) -> None:
    connection.isolation_level = None
    # Damaged text is to be found and named, not to end the reading, nor to pass for another text.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # or the driver begins a transaction when it likes
    cursor = connection.cursor()
    # what is deleted is overwritten at once, whatever happens before the file is tidied
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """To write, lock before reading the end of the chain: two would write the same number."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
