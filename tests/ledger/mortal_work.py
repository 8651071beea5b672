"""A command for the ledger that kills itself, with SIGKILL, at one of its steps.

A step is a statement that changes something, before it and after it, or a COMMIT. It runs in a
process of its own, and tells which steps there were where it came to its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import Engine, event

from jupyterhub_responsibility.storage import erasing
from jupyterhub_responsibility.storage.moving import move
from jupyterhub_responsibility.storage.store import Store

from .mortal import NEVER, Fate

CHANGES = ("INSERT", "UPDATE", "DELETE")  # tests/ledger/test_migrations.py has the others
START, END = "the start", "the end"


class Steps(Fate):
    """Where the process is, and where it ends."""

    def __init__(self, place: str = NEVER) -> None:
        super().__init__(place)
        self.seen: list[str] = []
        self._times: Counter[str] = Counter()
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)
        event.listen(Engine, "commit", self._commit)

    def reach(self, place: str) -> None:
        self.seen.append(place)
        super().reach(place)

    def _before(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if what := _change(statement):
            self._times[what] += 1
            self.reach(f"before {what}, {self._times[what]}")

    def _after(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if what := _change(statement):
            self.reach(f"after {what}, {self._times[what]}")

    def _commit(self, _: Any) -> None:
        if self.seen[-1].startswith("after"):  # there is something to commit
            self.reach(f"before the COMMIT of what is {self.seen[-1]}")


def _change(statement: str) -> str:
    """What a statement changes; nothing, where it only reads."""
    words = statement.split()
    if words[0] not in CHANGES:
        return ""
    return f"{words[0]} {_table(words)}"


def _table(words: list[str]) -> str:
    return next(word for word in words if word.startswith("responsibility_")).partition("(")[0]


def forget(steps: Steps, url: str, name: str) -> None:
    """What `ledger forget NAME --yes` does."""
    with closing(Store.beside(url)) as store:
        erasing.forget(store, name, erasing.Eraser(), datetime.now(timezone.utc))
        steps.reach("before tidying")
        store.tidy()


def bring_over(steps: Steps, old: str, new: str) -> None:
    """What `ledger import` does."""
    with closing(Store.to_read(old)) as source, closing(Store(new)) as target:
        move(source, target)


WORK: dict[str, Callable[..., None]] = {"forget": forget, "import": bring_over}


def live(pipe: Connection, what: str, where: tuple[str, str], place: str) -> None:
    """Do it, as far as to a place; then say which steps there were."""
    steps = Steps(place)
    pipe.send(START)
    steps.reach(START)
    WORK[what](steps, *where)
    steps.reach(END)
    pipe.send(steps.seen)
