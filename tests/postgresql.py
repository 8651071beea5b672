"""A real PostgreSQL server of the tests' own, in a temporary folder.

    with PostgreSQL() as server:
        url = server.new_database()

It listens on a socket in that folder only. What it writes need not outlive the machine.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg

START_SECONDS = 60


def programs() -> Path:
    """Where PostgreSQL's programs are."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    if not folders:
        raise RuntimeError("PostgreSQL is missing: run 'make setup'")
    return folders[-1]


class PostgreSQL:
    """One server, from `with` to its end."""

    def __enter__(self) -> PostgreSQL:
        self._numbers = count(1)
        self._folder = Path(tempfile.mkdtemp(prefix="responsibility-postgresql-"))
        self._run_as: dict[str, object] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._run_as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._make()
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)  # ends connections, too
        self._process.wait(30)
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """An empty database: its address, as SQLAlchemy has it."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._address(name)

    def _address(self, database: str) -> str:
        return f"postgresql://tester@/{database}?host={self._folder}"

    def _make(self) -> None:
        options = ["--auth=trust", "--username=tester", "--encoding=UTF8", "--no-sync"]
        subprocess.run(
            [programs() / "initdb", "-D", self._folder / "data", *options],
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
            **self._run_as,
        )

    def _start(self) -> None:
        options = ["-c", "fsync=off", "-c", "listen_addresses="]
        self._process = subprocess.Popen(
            [programs() / "postgres", "-D", self._folder / "data", "-k", self._folder, *options],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._run_as,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True
