"""The ledger in a database: appending to the chain, and reading it."""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import LedgerError, RewrittenError
from ..ledger.anchors import NOTHING_KEPT, Anchors
from ..ledger.chain import BEGINNING, Head, write
from ..ledger.deeds import Deed, deeds
from ..ledger.entry import Draft, Entry, Part
from ..ledger.kinds import PartName
from ..ledger.proof import Findings, examined, no_one_end, rewritten, wrong_end
from ..ledger.query import Wanted
from . import engines, guards
from .engines import NAME, WAIT
from .finding import done_by, newest, newest_deeds
from .locks import lock_number
from .migrating import MIGRATE, REVISION, migrate, put_back, revision
from .tables import IS_NAME, VERSION_TABLE, entries, head, metadata, parts

CHUNK = 2000

CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"
"""Brings everything from SQLite's second file into the first, and empties that. It answers with 1
where somebody who reads is in the way, and raises nothing."""

TIDY_POSTGRESQL = (
    "SET statement_timeout = 0",
    *(
        f"VACUUM FULL responsibility_{table}"
        for table in ("parts", "gaps", "channels", "kept", "readings")
    ),
)
"""What rewrites the tables without what is no longer in them; each by itself. PostgreSQL lets the
owner of a table do that, and goes on with a warning where it is somebody else."""

NEAR = 4
"""Parts are read from the first to the last of some entries at once, where no more than so many
times as many lie there."""

NOTHING_SEEN: Head = (0, BEGINNING)

OTHERS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()
""")
"""How many others have the ledger open."""

IN_USE = "The ledger is in use by another process"

STOP = "Stop the service first: with the hub, if the hub starts it; otherwise every replica of it"

GRANTED = f"The owner of the tables gives it what it needs: `{MIGRATE}`"

# What the database says → what to tell people, who can't see the rest.
_WORDS = {
    "locked": "another program holds it",
    "lock timeout": "another program holds it",
    "readonly": "it can only be read",
    "read-only": "it can only be read",
    "disk is full": "the disk is full",
    "no space": "the disk is full",
    "disk i/o": "the disk does not take it",
    "no such table": "it is empty",
    "unable to open": "it cannot be opened",
    "not a database": "that is not a database",
    "malformed": "it is damaged",
    "must be owner": "its user may not delete it",
    "permission denied for table": f"this account lacks a right to a table. {GRANTED}",
    "permission denied for sequence": f"this account lacks a right to a sequence. {GRANTED}",
    "connection": "its database does not answer",
}


Beside = Callable[[Connection, Sequence[Entry], datetime], object]
"""Writes what belongs to entries, as they are written."""


class Store:
    """One ledger. Every method may raise LedgerError, and blocks: call it in a thread."""

    def __init__(self, url: str) -> None:
        self._url = engines.address(url)
        self.sqlite = self._url.get_backend_name() == "sqlite"
        self._file: tuple[int, int] | None = None
        self._claimed: int | None = None

    @cached_property
    def _engine(self) -> Engine:
        """Made when it is needed: a missing driver is no reason for the service not to start."""
        return engines.to_write(self._url)

    @property
    def _path(self) -> str:
        """Where SQLite has it."""
        return self._url.database or ""

    @classmethod
    def to_read(cls, url: str) -> Store:
        """A ledger that is only read, even while another process has it open; it must exist."""
        store = cls(url)
        store._engine = engines.to_read(store._url)
        with _closing_on_error(store):
            with store.reading() as connection:
                there = revision(connection)
            if there is None:
                raise LedgerError("There is no ledger in that database")
            if there != REVISION:
                raise LedgerError("The ledger was made by another version of this service")
        store._file = store._identity()
        return store

    def open(self) -> None:
        """Bring the tables up to date."""
        self._claim()
        with self.writing() as connection:
            if revision(connection) != REVISION:
                migrate(connection)
        self._file = self._identity()

    def put_back(self) -> list[str]:
        """Make the triggers anew that are missing, switched off or replaced; their names."""
        with self.writing() as connection:
            return put_back(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
        if self._claimed is not None:
            os.close(self._claimed)
            self._claimed = None

    def append(
        self,
        drafts: Sequence[Draft],
        now: datetime,
        after: int | None = None,
        seen: Head = NOTHING_SEEN,
        beside: Beside | None = None,
    ) -> list[Entry]:
        """Write entries, all of them or none; none, where the last entry isn't `after`.

        `beside` writes what belongs to them, or they aren't written either. Raises RewrittenError
        where the ledger doesn't go on from the entry that was `seen`.
        """
        with self.writing() as connection:
            written = add(connection, drafts, now, after, seen)
            if beside and written:
                beside(connection, written, now)
            return written

    def after(self, number: int, most: int = CHUNK) -> list[Entry]:
        """The entries after one, in order."""
        query = select(entries).where(entries.c.number > number).order_by(entries.c.number)
        with self.reading() as connection:
            return _whole(connection, connection.execute(query.limit(most)).all())

    def check(self, seen: Head) -> None:
        """Raise RewrittenError where the ledger doesn't go on from the entry that was `seen`."""
        self._still_there()
        with self.reading() as connection:
            _end(connection, seen)

    def end(self) -> Head | None:
        """The number and the digest of the last entry, as recorded; None while there is none."""
        with self.reading() as connection:
            row = connection.execute(select(head.c.number, head.c.digest)).first()
        return (row.number, row.digest) if row and row.number else None

    def last_erasure(self) -> int:
        """The number of the last entry that says that something was erased; 0 if there is none."""
        query = select(func.max(entries.c.number)).where(entries.c.event == "erasure")
        with self.reading() as connection:
            return connection.execute(query).scalar() or 0

    def renamed(self, name: str) -> int:
        """The number of the last entry by which an account of that name got another one; or 0."""
        query = select(func.max(parts.c.number)).where(
            IS_NAME, parts.c.name == "was", parts.c.text == name
        )
        with self.reading() as connection:
            return connection.execute(query).scalar() or 0

    def acts(self, name: str, since: datetime, adding: bool = False) -> int:
        """How often an account has done something since a moment, as recorded: added a user, or
        anything else."""
        query = select(func.count()).where(*done_by(name, since, adding))
        with self.reading() as connection:
            return connection.execute(query).scalar_one()

    def page(self, wanted: Wanted, before: int | None, most: int) -> list[Entry]:
        """The newest entries that are wanted and come before one, newest first."""
        with self.reading() as connection:
            rows = _found(connection, newest(wanted, before, most), most)
            return _whole(connection, rows)

    def deeds(self, wanted: Wanted, before: int | None, most: int) -> list[Deed]:
        """The same as what was done, each with what became of it."""
        with self.reading() as connection:
            rows = _found(connection, newest_deeds(wanted, before, most), most)
            endings = select(entries).where(entries.c.intent.in_([row.number for row in rows]))
            ended = connection.execute(endings.order_by(entries.c.number)).all()
            return deeds(_whole(connection, rows), _whole(connection, ended))

    def all(self) -> Iterator[Entry]:
        """Every entry, in order."""
        number = 0
        while chunk := self.after(number):
            yield from chunk
            number = chunk[-1].number

    def verify(self) -> list[str]:
        """Whatever is wrong with the ledger, in words."""
        return self.examine().faults

    def examine(self, anchors: Anchors = NOTHING_KEPT) -> Findings:
        """What can be found out about the ledger, all of it seen at one moment."""
        with self.at_one_moment() as connection:
            unguarded = guards.faults(connection)
            ends = connection.execute(select(head)).all()
            if len(ends) != 1:
                return Findings(None, 0, [no_one_end(len(ends)), *unguarded])
            last = ends[0]
            rows = connection.execute(select(entries).order_by(entries.c.number).execution_options(
                yield_per=CHUNK))  # fmt: skip
            chunks = (_whole(connection, chunk) for chunk in rows.partitions())
            end = (last.number, last.digest)
            found = examined(chain.from_iterable(chunks), end, anchors, _stray(connection))
            return replace(found, faults=[*found.faults, *unguarded])

    @classmethod
    def beside(cls, url: str) -> Store:
        """A ledger that is written to while a service may have it open; it must exist."""
        cls.to_read(url).close()
        return cls(url)

    def tidy(self, patience: float = WAIT) -> bool:
        """Let nothing that was erased be left in the file, as far as this account may.

        Returns whether that is so: whoever reads SQLite's file for longer than `patience`, in
        seconds, keeps it from being emptied.
        """
        self._still_there()
        with _in_words(), closing(self._engine.raw_connection()) as connection:
            driver: Any = connection.driver_connection
            try:
                return _tidied(driver, patience) if self.sqlite else _rewritten(driver)
            finally:
                connection.invalidate()

    def remove(self) -> None:
        """Drop the tables, and delete the file, unless somebody else keeps something in it."""
        self._claim()
        with self.writing() as connection:
            metadata.drop_all(connection)
            connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
            if not self.sqlite:
                for function in guards.FUNCTIONS:
                    connection.execute(text(f"DROP FUNCTION {function}"))
            shared = bool(inspect(connection).get_table_names())
        self.close()
        if self.sqlite and not shared:
            for suffix in ("", "-wal", "-shm", ".lock"):
                Path(f"{self._url.database}{suffix}").unlink(missing_ok=True)

    def lock(self, key: str) -> Callable[[], None] | None:
        """Try to take a lock that holds across processes: what lets go of it, or None.

        Whoever dies lets go of it: PostgreSQL ties it to the connection. SQLite has one process.
        """
        if self.sqlite:
            return lambda: None
        number = {"key": lock_number(key)}
        with _in_words():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            with _closing_on_error(connection):
                if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), number).scalar():
                    return lambda: _let_go(connection, number)
        connection.close()
        return None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with _in_words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def at_one_moment(self) -> Iterator[Connection]:
        """The same, which sees nothing that is written meanwhile."""
        with self.reading() as connection:
            if not self.sqlite:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, all of it or nothing."""
        self._still_there()
        with _in_words(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    def alone(self) -> None:
        """Have the ledger alone. Raises LedgerError where another process has it open."""
        if not (self._take_file() if self.sqlite else self._has_no_others()):
            raise LedgerError(f"{IN_USE}. {STOP}")

    def is_same(self, other: Store) -> bool:
        """Whether both are the same database, as far as their addresses tell."""
        if self.sqlite:
            return self._identity() == other._identity() is not None
        one, two = self._url, other._url
        return (one.host, one.port, one.database, one.query) == (
            two.host, two.port, two.database, two.query)  # fmt: skip

    def _claim(self) -> None:
        """SQLite has locks for writing, none for a role: one process at a time has the ledger."""
        if not self.sqlite or self._claimed is not None:
            return
        with _opening():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        if not self._take_file():
            raise LedgerError(IN_USE)

    def _take_file(self) -> bool:
        """Whether this process has the file now, and nobody else."""
        if self._claimed is not None:
            return True
        with _opening():
            lock = os.open(f"{self._path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._claimed = lock
        return True

    def _has_no_others(self) -> bool:
        """Whoever has just gone may be there for a moment more."""
        until = monotonic() + WAIT
        with self.reading() as connection:
            while connection.execute(OTHERS, {"name": NAME}).scalar():
                if monotonic() > until:
                    return False
                sleep(0.05)
                connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        return True

    def _identity(self) -> tuple[int, int] | None:
        if not self.sqlite:
            return None
        try:
            stat = Path(self._path).stat()
        except OSError:
            return None
        return stat.st_dev, stat.st_ino

    def _still_there(self) -> None:
        """SQLite goes on writing to a file that was deleted, where nobody will find it."""
        if self._file is not None and self._identity() != self._file:
            raise RewrittenError("The ledger cannot be written: its file is gone")


def _tidied(driver: Any, patience: float) -> bool:
    """Rewrite the file of SQLite; no, where somebody reads what is to go."""
    driver.execute(f"PRAGMA busy_timeout={int(1000 * patience)}")
    if driver.execute(CHECKPOINT).fetchone()[0]:
        return False
    driver.execute("VACUUM")
    return not driver.execute(CHECKPOINT).fetchone()[0]


def _rewritten(driver: Any) -> bool:
    """Rewrite the tables of PostgreSQL."""
    driver.autocommit = True
    for statement in TIDY_POSTGRESQL:
        driver.execute(statement)
    return True


def _found(connection: Connection, queries: Iterable[Any], most: int) -> list[Any]:
    """The newest of what several queries find, newest first."""
    rows = {row.number: row for query in queries for row in connection.execute(query)}
    return [rows[number] for number in sorted(rows, reverse=True)[:most]]


def _end(connection: Connection, seen: Head, *, hold: bool = False) -> Head:
    """Where the chain ends; `hold` it, to write there. Raises RewrittenError."""
    if hold:  # by itself: what waits for a row sees the others as they were before
        connection.execute(select(head.c.only).with_for_update())
    rows = connection.execute(select(head.c.number, head.c.digest, *_around(seen))).all()
    if len(rows) != 1:
        raise RewrittenError(f"The ledger was rewritten: {no_one_end(len(rows))}")
    number, digest, was, last, *beyond = rows[0]
    words = rewritten(seen, (number, digest), was) or wrong_end((number, digest), last, beyond)
    if words:
        raise RewrittenError(words)
    return number, digest


def _around(seen: Head) -> Iterator[Any]:
    """What there is at the end of the chain, and before it: the digests of the entry that was
    `seen`, and of the last one, and the last numbers of entries and of parts."""
    for number in (seen[0], head.c.number):
        yield select(entries.c.digest).where(entries.c.number == number).scalar_subquery()
    for table in (entries, parts):
        yield select(func.max(table.c.number)).scalar_subquery()


def _stray(connection: Connection) -> list[tuple[Any, PartName]]:
    """The parts of entries that aren't there, by number and name."""
    entry = select(entries.c.number).where(entries.c.number == parts.c.number)
    query = select(parts.c.number, parts.c.name).where(~entry.exists())
    return [(number, name) for number, name in connection.execute(query)]


def add(
    connection: Connection,
    drafts: Sequence[Draft],
    now: datetime,
    after: int | None = None,
    seen: Head = NOTHING_SEEN,
) -> list[Entry]:
    """Write entries at the end of the chain; none, where the last entry isn't `after`.

    Raises RewrittenError where the ledger doesn't go on from the entry that was `seen`.
    """
    number, previous = _end(connection, seen, hold=True)
    if after not in (None, number):
        return []
    written = []
    for draft in drafts:
        entry = write(draft, number + 1, previous, now)
        number, previous = entry.number, entry.digest
        written.append(entry)
    _insert(connection, written)
    connection.execute(update(head).values(number=number, digest=previous))
    return written


def entries_of(connection: Connection, numbers: Collection[int]) -> list[Entry]:
    """These entries, in order."""
    wanted = sorted(numbers)
    found: list[Entry] = []
    for start in range(0, len(wanted), CHUNK):
        query = select(entries).where(entries.c.number.in_(wanted[start : start + CHUNK]))
        rows = connection.execute(query.order_by(entries.c.number)).all()
        found += _whole(connection, rows)
    return found


def _insert(connection: Connection, written: Sequence[Entry]) -> None:
    """Entries with their parts."""
    columns = entries.c.keys()
    rows = [{name: getattr(entry, name) for name in columns} for entry in written]
    pieces = [
        {"number": entry.number, "name": name, **asdict(part)}
        for entry in written
        for name, part in entry.parts.items()
    ]
    for table, values in ((entries, rows), (parts, pieces)):
        if values:
            connection.execute(insert(table), values)


def _whole(connection: Connection, rows: Sequence[Any]) -> list[Entry]:
    """Entries with their parts, in the order of the rows."""
    if not rows:
        return []
    numbers = [row.number for row in rows]
    near = max(numbers) - min(numbers) < NEAR * len(numbers)
    there = (
        parts.c.number.between(min(numbers), max(numbers)) if near else parts.c.number.in_(numbers)
    )
    found: defaultdict[int, dict[PartName, Part]] = defaultdict(dict)
    for number, name, *part in connection.execute(select(parts).where(there)):
        found[number][name] = Part(*part)
    return [Entry(**row._mapping, parts=found[row.number]) for row in rows]


def _let_go(connection: Connection, number: dict[str, int]) -> None:
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), number)
    except SQLAlchemyError:
        connection.invalidate()  # the lock goes with the connection
    finally:
        connection.close()


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(f"The ledger cannot be opened: {error.strerror}") from error


@contextmanager
def _closing_on_error(opened: Connection | Store) -> Iterator[None]:
    try:
        yield
    except BaseException:
        opened.close()
        raise


@contextmanager
def _in_words() -> Iterator[None]:
    """Say in plain words what the database complains about; its own words may hold a password."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
        for words, plain in _WORDS.items():
            if words in said:
                raise LedgerError(f"The ledger cannot be used: {plain}") from error
        kind = type(error).__name__
        raise LedgerError(f"The ledger cannot be used: the database failed ({kind})") from error
