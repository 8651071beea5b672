"""What is wrong with the configuration, in words for JupyterHub admins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..declaration.keeper import DeclarationKeeper, FileState
from ..domain.model import Viewer
from ..errors import Fault
from ..hub.roster import RosterKeeper
from ..storage.ledger import Ledger
from ..text import clock
from .templating import Templates
from .watch import Watch

SHOWN_NAMES = 10
"""As many variables, or parts of the declaration, are named in a note."""

SHOWN_FAULTS = 3
"""As many faults of the declaration are."""

FILE_NOTES: dict[FileState, str] = {
    "faulty": "{file} has faults, noticed on {since}: until they are fixed, the hub will not start"
    " again, and these pages show what it said before. `jupyterhub-responsibility check {file}`"
    " lists them.",
    "missing": "{file} is gone, noticed on {since}. These pages still show what it said, but"
    " without it the hub will not start again.",
    "unreadable": "{file} cannot be read by this service, noticed on {since}. These pages show what"
    " it said before.",
}
"""What is said of the declaration's file while it can't be used."""


class SelfCheck:
    """Looks at what the service is made of; asks nobody."""

    def __init__(
        self,
        declared: DeclarationKeeper,
        templates: Templates,
        left_out: Sequence[str],
        ledger: Ledger,
        watch: Watch,
        roster: RosterKeeper,
        no_messages: str = "",
    ) -> None:
        self._declared = declared
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
            for group in self._declared.current.declaration.mapped_groups:
                if group not in roster.members:
                    yield (f"The hub has no group “{group}”, so nobody can hold a role through it.")

    def _perhaps_missing(self) -> str:
        """What the page.html may need, and cannot have here."""
        if not self._left_out:
            return ""
        named = _named(self._left_out)
        return f" These of c.JupyterHub.template_vars can't be taken there: {named}."

    def _about_the_file(self) -> Iterator[str]:
        found = self._declared.current
        source = found.declaration.source
        if found.state == "waiting":
            yield (
                f"{source} has changed. Restart the hub to apply this too:"
                f" {_named(found.waiting_in_words)}. Everything else in it is in force."
            )
        elif found.since:
            said = FILE_NOTES[found.state].format(file=source, since=clock(found.since))
            yield f"{said} {_some(found.faults)}"


def _named(names: Sequence[str]) -> str:
    """As many names as fit into a note."""
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _some(faults: Sequence[Fault]) -> str:
    """As many faults as fit into a note, each with its file and line."""
    more = len(faults) - SHOWN_FAULTS
    said = [f"{fault}." for fault in map(_without_stop, faults[:SHOWN_FAULTS])]
    return " ".join([*said, *([f"There are {more} more."] if more > 0 else [])])


def _without_stop(fault: Fault) -> str:
    return str(fault).removesuffix(".")
