"""Hubs with very many users, of whom some hold a role."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.realhub import RealHub

CONFIGURATION = "c.Authenticator.allow_all = True"


def crowded(folder: Path, users: int, holders: int) -> RealHub:
    """A hub, not yet started, whose database has this many users more than others."""
    folder.mkdir()
    hub = RealHub(folder, config=CONFIGURATION, settings=())
    with hub:
        pass  # makes the database, with its groups and roles
    fill(folder / "jupyterhub.sqlite", users, min(users, holders))
    return hub


def fill(database: Path, users: int, holders: int) -> None:
    """Users straight into the database; the holders are spread evenly among them."""
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    with closing(sqlite3.connect(database)) as db, db:
        (last,) = db.execute("SELECT max(id) FROM users").fetchone()
        (role,) = db.execute("SELECT id FROM roles WHERE name = 'user'").fetchone()
        groups = [group for (group,) in db.execute("SELECT id FROM groups")]
        ids = range(last + 1, last + 1 + users)
        db.executemany(
            "INSERT INTO users (id, name, admin, created, last_activity, cookie_id)"
            " VALUES (?, ?, 0, ?, ?, ?)",
            ((i, f"user-{i}", str(now), str(now - timedelta(hours=i % 2000)), f"cookie-{i}")
             for i in ids),
        )  # fmt: skip
        db.executemany("INSERT INTO user_role_map VALUES (?, ?, 0)", ((i, role) for i in ids))
        db.executemany(
            "INSERT INTO user_group_map VALUES (?, ?)",
            (
                (i, groups[n % len(groups)])
                for n, i in enumerate(ids[:: users // holders][:holders])
            ),
        )
