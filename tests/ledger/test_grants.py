"""Two accounts on PostgreSQL: one owns the tables, and the service has another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.storage import migrating, store
from jupyterhub_responsibility.storage.grants import GRANTS, SEQUENCE
from jupyterhub_responsibility.storage.store import Store

from .conftest import NOW, draft
from .test_migrations import FOLDER

NUMBERS = count(1)

LATER = '''"""A table more, and a column."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "later", "{before}", None, None


def upgrade():
    op.add_column("responsibility_gaps", sa.Column("more", sa.Text))
    op.create_table("responsibility_more", sa.Column("number", sa.Integer, primary_key=True))
'''


@dataclass
class Accounts:
    """A database, and who is known to its server."""

    administrator: str
    owner: str
    service: str

    def url(self, name: str) -> str:
        return make_url(self.administrator).set(username=name).render_as_string()

    def execute(self, statement: str, *names: str) -> list[tuple]:
        """As whoever administers the server."""
        with psycopg.connect(self.administrator, autocommit=True) as connection:
            done = connection.execute(SQL(statement).format(*map(Identifier, names)))
            return done.fetchall() if done.description else []


@pytest.fixture(params=["plain", 'odd "x" %s :y'])
def accounts(postgresql, request) -> Iterator[Accounts]:
    number = next(NUMBERS)
    made = Accounts(postgresql.new_database(), f"owner{number}", f"{request.param} {number}")
    for name in (made.owner, made.service):
        made.execute("CREATE ROLE {} LOGIN", name)
    made.execute("ALTER DATABASE {} OWNER TO {}", make_url(made.administrator).database, made.owner)
    made.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # as it is since PostgreSQL 15
    return made


@pytest.fixture
def migrate(capsys):
    def command(url: str, *words: str) -> tuple[int, str, str]:
        return (main(["ledger", "migrate", "--database", url, *words]), *capsys.readouterr())

    return command


def rights(accounts: Accounts, name: str) -> dict[str, set[str]]:
    """What an account may do to which of our tables."""
    found: dict[str, set[str]] = {}
    query = f"""
        SELECT relname, privilege_type FROM pg_class, aclexplode(relacl)
        WHERE grantee = (SELECT oid FROM pg_roles WHERE rolname = '{name.replace("'", "''")}')
    """
    for table, right in accounts.execute(query.replace("{", "{{").replace("}", "}}")):
        found.setdefault(table, set()).add(right)
    return found


def test_exactly_these(accounts, migrate):
    """Once and again: what is granted is what is needed, and what was too much is gone."""
    owner = accounts.url(accounts.owner)
    assert migrate(owner) == (0, "The tables are up to date.\n", "")
    accounts.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}", accounts.service)
    for _ in range(2):
        status, said, trouble = migrate(owner, "--grant-to", accounts.service)
        assert (status, trouble) == (0, "")
        assert said.endswith("can use them as the service does.\n")
        granted = {**GRANTS, SEQUENCE: "USAGE"}
        assert rights(accounts, accounts.service) == {
            table: set(there.split(", ")) for table, there in granted.items()
        }
    with closing(Store(accounts.url(accounts.service))) as ledger:
        ledger.open()
        assert ledger.append([draft()], NOW)[0].number == 1


def refused(result: tuple[int, str, str], words: str) -> None:
    status, _, trouble = result
    assert status == 2
    assert words in trouble
    assert trouble.count("\n") == 1


def test_whom_nothing_can_be_granted(accounts, migrate):
    """Nobody who can do everything anyway, and nobody who isn't there; no right is changed."""
    owner, service = accounts.url(accounts.owner), accounts.service
    migrate(owner)
    refused(migrate(owner, "--grant-to", "nobody"), "no account nobody")
    refused(migrate(owner, "--grant-to", accounts.owner), "an account of its own")
    refused(migrate(owner, "--grant-to", "tester"), "an account of its own")  # a superuser
    accounts.execute("GRANT {} TO {}", accounts.owner, service)
    refused(migrate(owner, "--grant-to", service), "an account of its own")
    accounts.execute("REVOKE {} FROM {}", accounts.owner, service)
    assert rights(accounts, service) == {}
    assert migrate(owner, "--grant-to", service)[0] == 0
    refused(migrate(accounts.url(service), "--grant-to", service), "Only the owner")


def test_a_file_has_no_accounts(migrate, sqlite_file):
    """On SQLite there is nobody to grant anything to."""
    refused(migrate(f"sqlite:///{sqlite_file}", "--grant-to", "service"), "Leave out --grant-to")
    assert migrate(f"sqlite:///{sqlite_file}") == (0, "The tables are up to date.\n", "")


def test_a_file_that_a_service_has_open(migrate, sqlite, sqlite_file):
    """It is left to the service."""
    refused(migrate(f"sqlite:///{sqlite_file}"), "in use by another process")


def refuses_to_open(url: str, *words: str) -> None:
    with closing(Store(url)) as ledger, pytest.raises(LedgerError) as caught:
        ledger.open()
    for each in (*words, "ledger migrate --grant-to"):
        assert each in str(caught.value)


def test_before_the_owner_has_made_them(accounts):
    """The service can't make the tables, and says who can, and how."""
    refuses_to_open(accounts.url(accounts.service), "let the owner of the database run")


def test_before_the_owner_has_brought_them_up_to_date(accounts, migrate, tmp_path, monkeypatch):
    """A new version of the service says so, changes nothing, and works once the owner has done
    it."""
    owner, service = (accounts.url(name) for name in (accounts.owner, accounts.service))
    migrate(owner, "--grant-to", accounts.service)
    folder = shutil.copytree(FOLDER, tmp_path / "migrations")
    (folder / "versions" / "later.py").write_text(LATER.format(before=migrating.REVISION))
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)
    monkeypatch.setattr(store, "REVISION", "later")
    refuses_to_open(service, "may not change them")
    tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'responsibility_more'"
    assert accounts.execute(tables) == [(0,)]
    assert migrate(owner, "--grant-to", accounts.service)[0] == 0
    assert accounts.execute(tables) == [(1,)]
    with closing(Store(service)) as ledger:
        ledger.open()
        assert ledger.append([draft()], NOW)[0].number == 1


def test_a_right_that_is_missing(accounts, migrate):
    """Where the owner has granted nothing, or too little, that is said with what to do."""
    owner, service = (accounts.url(name) for name in (accounts.owner, accounts.service))
    migrate(owner)
    refuses_to_open(service, "lacks a right to a table")
    migrate(owner, "--grant-to", accounts.service)
    accounts.execute("REVOKE INSERT ON responsibility_entries FROM {}", accounts.service)
    with closing(Store(service)) as ledger:
        ledger.open()
        with pytest.raises(LedgerError, match="lacks a right to a table"):
            ledger.append([draft()], NOW)
        assert list(ledger.all()) == []
