"""What is wrong with the configuration, in words for JupyterHub admins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ..declaration import load
from ..domain.model import Declaration, Viewer
from ..errors import ResponsibilityError
from ..hub.roster import RosterKeeper
from ..storage.ledger import Ledger
from .templating import Templates
from .watch import Watch

SHOWN_NAMES = 10
"""As many variables are named in a note."""

FileState = Literal["not a file", "loaded", "changed", "missing"]


class SelfCheck:
    """Looks at what the service is made of; asks nobody but the file system."""

    def __init__(
        self,
        declaration: Declaration,
        templates: Templates,
        left_out: Sequence[str],
        ledger: Ledger,
        watch: Watch,
        roster: RosterKeeper,
        no_messages: str = "",
    ) -> None:
        self._declaration = declaration
        self._templates = templates
        self._left_out = left_out
        self._ledger = ledger
        self._watch = watch
        self._roster = roster
        self._no_messages = no_messages

    def notes(self, viewer: Viewer) -> tuple[str, ...]:
        """The faults, for people who can fix them."""
        return self.faults() if viewer.admin else ()

    def faults(self) -> tuple[str, ...]:
        """What is wrong with the configuration, now."""
        return tuple(self._faults())

    def _faults(self) -> Iterator[str]:
        if self._templates.trouble:
            yield (
                "Your own page.html cannot be rendered outside the hub, so these pages use the"
                f" hub's look ({self._templates.trouble}).{self._perhaps_missing()}"
            )
        yield from self._about_the_file()
        if self._ledger.trouble:
            yield f"{self._ledger.trouble}. Nothing can be changed here until that is fixed."
        if self._no_messages:
            yield self._no_messages
        yield from self._watch.waiting
        roster = self._roster.current
        if roster.read_at:
            for group in self._declaration.mapped_groups:
                if group not in roster.members:
                    yield (f"The hub has no group “{group}”, so nobody can hold a role through it.")

    def _perhaps_missing(self) -> str:
        """What the page.html may need, and cannot have here."""
        if not self._left_out:
            return ""
        named = ", ".join(self._left_out[:SHOWN_NAMES])
        more = len(self._left_out) - SHOWN_NAMES
        named += f" and {more} more" if more > 0 else ""
        return f" These of c.JupyterHub.template_vars can't be taken there: {named}."

    def _about_the_file(self) -> Iterator[str]:
        state, source = self.declaration_state(), self._declaration.source
        if state == "missing":
            yield (
                f"{source} is gone. These pages still show what it said, but without it the hub"
                " will not start again."
            )
        elif state == "changed" and would_load(source, modified(source)):
            yield (
                f"{source} has changed since the hub started. Restart the hub to apply the changes."
            )
        elif state == "changed":
            yield (
                f"{source} has changed, and has faults: until they are fixed, the hub will not"
                f" start again. `jupyterhub-responsibility check {source}` lists them."
            )

    def declaration_state(self) -> FileState:
        """Whether the file still is what was loaded."""
        if not self._declaration.source:
            return "not a file"
        changed = modified(self._declaration.source)
        if changed is None:
            return "missing"
        same = abs(changed - self._declaration.as_of.timestamp()) < 1  # it may be an older one
        return "loaded" if same else "changed"


def modified(source: str) -> float | None:
    """When a file was last changed; None where there is none."""
    try:
        return Path(source).stat().st_mtime
    except OSError:
        return None


@lru_cache(maxsize=1)
def would_load(source: str, changed: float | None) -> bool:  # noqa: ARG001  # part of the key: asked once
    """Whether a declaration that was changed at a moment has no faults."""
    try:
        load(source)
    except ResponsibilityError:
        return False
    return True
