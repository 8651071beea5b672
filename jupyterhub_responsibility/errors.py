"""Every error that this package raises on purpose.

A message says what is wrong, where, and what to do about it. Nothing is imported here,
so that every layer may raise these.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a declaration.

    `path` is dotted (`roles.hub-administrator.groups`); `line` counts from 1 and is None
    where the declaration is a dict and not a file.
    """

    path: str
    message: str
    fix: str = ""
    source: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}" if self.line else self.source
        text = f"{self.path}: {self.message}" if self.path else self.message
        text = f"{text}. {self.fix}" if self.fix else text
        return f"{where}: {text}" if where else text


class ResponsibilityError(Exception):
    """Anything this package raises on purpose."""


class DeclarationError(ResponsibilityError):
    """The declaration has faults; `faults` holds every one of them, in the order of the file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{count} in the declaration:\n" + "\n".join(map(str, faults)))


class UnreadableError(ResponsibilityError):
    """The declaration could not be read at all: no such file, no permission, not text."""


class ConfigurationError(ResponsibilityError):
    """`enable` and the operator's own configuration contradict each other."""


class HubError(ResponsibilityError):
    """The hub gave no usable answer. The message is safe to show: it holds no secret."""


class HubRefusedError(HubError):
    """The hub understood and said no (`status`, 4xx): nothing has changed there."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


class LedgerError(ResponsibilityError):
    """The ledger cannot be written or read. The message is safe to show."""


class BusyError(LedgerError):
    """Somebody else is changing the same thing, and takes long."""


class RefusedError(ResponsibilityError):
    """Somebody may not do something, or not now; `code` says which rule, the message why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
