"""Keeps the declaration as its file says it, while the file is changed, with what is kept on the
page.

A file counts once it reads the same twice in a row: somebody may be in the middle of writing it.
Whatever is wrong with it, what it said before stays in force, and `current` tells what is wrong.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from ..domain.kept import Kept, Laid, lay
from ..domain.model import Declaration, Place
from ..errors import DeclarationError, Fault, UnreadableError
from . import read_again
from .effects import in_force, in_words

log = logging.getLogger(__name__)

FileState = Literal["not a file", "loaded", "waiting", "faulty", "missing", "unreadable"]

FILE_STATES: dict[FileState, str] = {
    "loaded": "everything in the file is in force",
    "waiting": "parts of it need a restart of the hub; the rest is in force",
    "faulty": "it has faults, and what it said before is in force",
    "missing": "it is gone, and what it said before is in force",
    "unreadable": "it can't be read, and what it said before is in force",
    "not a file": "the declaration is no file, so that a change of it needs a restart",
}
"""How the file stands to what is in force."""

MOST_PLACES = 20
"""A file that is no declaration at all has hundreds of faults."""

UNFORESEEN = "it failed in an unforeseen way; the log says more"

Stamp = tuple[object, ...]
"""Differs whenever one of the files may read differently, or another one is there."""


@dataclass(frozen=True)
class InForce:
    """The declaration that is in force, and how its file stands to it.

    `version` grows whenever a page made from it could read differently. `waiting` are the places of
    what needs a restart, `faults` what is wrong with the file, `since` when that was first seen.
    `page` is what is kept on the page, None where it hasn't been read.
    """

    declaration: Declaration
    version: int = 0
    state: FileState = "not a file"
    waiting: tuple[Place, ...] = ()
    faults: tuple[Fault, ...] = ()
    since: datetime | None = None
    page: Laid | None = None

    @property
    def laid(self) -> Laid:
        """The file's declaration, and what is kept on the page."""
        return self.page or Laid(self.declaration, self.declaration)

    @property
    def waiting_in_words(self) -> list[str]:
        """What needs a restart, with the lines of the file."""
        return in_words(self.waiting, self.declaration)

    @property
    def where(self) -> list[tuple[str, int | None]]:
        """Where something is wrong: the name of each file, and the line."""
        places = ((Path(each.source).name, each.line) for each in self.faults)
        return list(dict.fromkeys(places))[:MOST_PLACES]


class DeclarationKeeper:
    """Keeps the declaration that a hub `started` with fresh, as far as that needs no restart.

    `file` is where it stands, empty for one that is no file; `called` says what the hub calls an
    account, `host` is as in `Declaration.seen_from`. `prepare` does what takes long before a
    declaration is in force; `tell` is told of news: what was, and what is now (default: the log).
    """

    def __init__(
        self,
        started: Declaration,
        file: str,
        now: Callable[[], datetime],
        *,
        host: str = "",
        called: Callable[[str, str], str] = lambda _, name: name,
        prepare: Callable[[Declaration], object] = lambda _: None,
        tell: Callable[[InForce, InForce], None] | None = None,
    ) -> None:
        self._started = started
        self._file = file
        self._now = now
        self._host = host
        self._called = called
        self._prepare = prepare
        self._tell = tell or _log
        self._files: tuple[Path, ...] = (Path(file),)
        self._seen: Stamp = ()
        self._taken: Stamp = ()
        state: FileState = "loaded" if file else "not a file"
        self._kept: tuple[Kept, ...] | None = None
        self._kept_version = 0
        self._read_from_file = InForce(started, state=state)
        """What the file says, without the page."""
        self._made: tuple[Declaration, object, Laid, Declaration] = (
            started,
            None,
            lay(started, ()),
            started.seen_from(host),
        )
        self.current = InForce(self._made[-1], state=state)
        """What is in force: whoever needs it asks here, each time."""

    async def look(self) -> None:
        """Look at the file, and take over what can be; everything at once. Never fails."""
        if self._file:
            was = self._read_from_file
            self._read_from_file = await asyncio.to_thread(self._looked)
            if self._read_from_file is not was:
                await self._lay()

    async def keep(self, kept: tuple[Kept, ...]) -> None:
        """Let this count from now on that is kept on the page."""
        if kept != self._kept:
            self._kept_version += bool(kept or self._kept)
            self._kept = kept
            await self._lay()

    async def _lay(self) -> None:
        """Lay what is kept on the page over what the file says."""
        while True:
            file, kept, version = self._read_from_file, self._kept, self._kept_version
            found = await asyncio.to_thread(self._laid, file, kept, file.version + version)
            if file is self._read_from_file and kept is self._kept:  # else it is news by now
                self.current = found
                return

    def _laid(self, file: InForce, kept: tuple[Kept, ...] | None, version: int) -> InForce:
        page, declaration = self._together(file.declaration, kept)
        return replace(
            file,
            declaration=declaration,
            version=version,
            page=None if kept is None else page,
        )

    def _together(
        self, file: Declaration, kept: tuple[Kept, ...] | None
    ) -> tuple[Laid, Declaration]:
        """Both together, and what is in force; what takes long is done before anybody sees it."""
        made = self._made
        if made[0] is not file or made[1] is not kept:
            page = lay(file, kept or ())
            declaration = page.declaration.seen_from(self._host)
            self._prepare(declaration)
            made = self._made = file, kept, page, declaration
        return made[2:]

    def _looked(self) -> InForce:
        stamp, was = _stamp(self._files), self._read_from_file
        settled, self._seen = stamp == self._seen, stamp
        if stamp == self._taken or not settled:
            return was
        try:
            found = self._read(stamp)
        except UnreadableError as error:
            found = self._wrong(self._lost, [Fault("", str(error), source=self._file)])
        except DeclarationError as error:
            found = self._wrong("faulty", error.faults)
        except Exception:  # whatever somebody may write into a file
            if not was.faults:
                log.exception("Reading %s failed", self._file)
            found = self._wrong("faulty", [Fault("", UNFORESEEN, source=self._file)])
        self._tell(was, found)
        return found

    @property
    def _lost(self) -> FileState:
        return "unreadable" if Path(self._file).exists() else "missing"

    def _read(self, stamp: Stamp) -> InForce:
        """What the file says now; what it said before, where it was changed meanwhile.

        Raises DeclarationError or UnreadableError.
        """
        reading = read_again(self._file)
        if reading.files != self._files:  # as it starts from other ones: these have to settle, too
            self._files, self._seen = reading.files, _stamp(reading.files)
            return self._read_from_file
        if _stamp(self._files) != stamp:
            return self._read_from_file
        if reading.declaration is None:
            return self._wrong("faulty", reading.faults)
        found = self._taken_over(reading.declaration)
        self._taken = stamp
        return found

    def _taken_over(self, declared: Declaration) -> InForce:
        named = declared.with_accounts(self._called)
        new, waiting = in_force(self._started, named)
        state: FileState = "waiting" if waiting else "loaded"
        was = self._read_from_file
        if _reads_alike(new, was.declaration):
            return replace(was, state=state, waiting=waiting, faults=(), since=None)
        self._together(new, self._kept)
        return InForce(new, was.version + 1, state, waiting)

    def _wrong(self, state: FileState, faults: Sequence[Fault]) -> InForce:
        """What was in force stays so; the file is read again at each look until it is right."""
        self._taken, last = (), self._read_from_file
        since = last.since or self._now()
        return replace(last, state=state, waiting=(), faults=tuple(faults), since=since)


def _stamp(files: Sequence[Path]) -> Stamp:
    """As the file system has them; through links, since a link may lead elsewhere."""
    return tuple(map(_stamp_of, files))


def _stamp_of(file: Path) -> Stamp:
    try:
        found = file.stat()
    except (OSError, ValueError) as error:
        return (str(file), getattr(error, "errno", None))
    # the time of the last change of the entry: one that keeps its size and time has another
    return (str(file), found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns,
            found.st_ctime_ns)  # fmt: skip


def _reads_alike(one: Declaration, other: Declaration) -> bool:
    """Pages show the age of the declaration, to the second at most, and lines of its file."""
    ages = {each.as_of.replace(microsecond=0) for each in (one, other)}
    return one == other and one.lines == other.lines and len(ages) == 1


def _log(last: InForce, found: InForce) -> None:
    """Say what is new: once, when it begins."""
    file = found.declaration.source
    if found.faults and found.faults != last.faults:
        wrong = "\n".join(map(str, found.faults))
        log.warning("What %s said before stays in force:\n%s", file, wrong)
    elif last.faults and not found.faults:
        log.info("%s can be read again", file)
    if found.version != last.version:
        log.info("What %s says now is in force", file)
    if found.waiting and found.waiting != last.waiting:
        waiting = ", ".join(found.waiting_in_words)
        log.warning("%s: this needs a restart of the hub: %s", file, waiting)
