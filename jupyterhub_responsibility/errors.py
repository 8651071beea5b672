"""Every error that this package raises on purpose.

A message says what is wrong, where, and what to do about it. Nothing of ours is imported here,
so that every layer may raise these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import traitlets

RefusalCode = Literal[
    "already",
    "bad_date",
    "bad_name",
    "closed",
    "enough_today",
    "full",
    "invalid",
    "kept",
    "last",
    "no_group",
    "not_allowed",
    "not_mapped",
    "not_permitted",
    "stale",
    "too_large",
    "too_many",
    "too_many_open",
    "unknown",
    "which_group",
    "yourself",
]
REFUSALS: dict[RefusalCode, str] = {
    "already": "they already hold the role, or have already been proposed for it",
    "bad_date": "the last day has already passed, or the day that is asked about is still to come",
    "bad_name": "the hub does not accept this name",
    "closed": "the request or decision has been decided, carried out or taken back, or has expired",
    "enough_today": "no more is recorded of one person in a day",
    "full": "the role has as many holders as it can have",
    "invalid": "what was sent is not valid",
    "kept": "the person cannot be forgotten yet",
    "last": "the role would have too few holders",
    "no_group": "the hub has no such group",
    "not_allowed": "this account is not allowed to do or see this",
    "not_mapped": "the role has no group, so accounts cannot hold it",
    "not_permitted": "the hub does not let this service do it",
    "stale": "something has changed since it was read",
    "too_large": "more was sent at once than is allowed",
    "too_many": "more was changed or looked up in a minute than one person is allowed",
    "too_many_open": "this person has as many open requests as one can have",
    "unknown": "there is no such role, account or responsibility",
    "which_group": "the role has several groups and none was named, or it does not have this one",
    "yourself": "nobody can appoint themselves",
}
"""Every reason for a refusal, and what it means."""

Outage = Literal["no_ledger", "outcome_unknown"]
OUTAGES: dict[Outage, str] = {
    "no_ledger": "the change cannot be recorded, so nothing was changed",
    "outcome_unknown": "the hub's answer was lost, or could not be recorded; the ledger will say"
    " whether the change was made",
}
"""What keeps a change from being made or confirmed, although the rules allow it."""


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


class SetUpError(ResponsibilityError, traitlets.TraitError):
    """The hub's configuration or the declaration is not as it should be.

    A hub that finds one in its config file says its message and ends (status 1). It would print
    a traceback of everything that it was doing before the message of any other error.
    """


class DeclarationError(SetUpError):
    """The declaration has faults; `faults` holds every one of them, in the order of the file.

    `what` it is that has them, where it is another file.
    """

    def __init__(self, faults: tuple[Fault, ...], what: str = "the declaration") -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{count} in {what}:\n" + "\n".join(map(str, faults)))


class UnreadableError(SetUpError):
    """The declaration could not be read at all: no such file, no permission, not text."""


class ConfigurationError(SetUpError):
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


class RewrittenError(LedgerError):
    """The ledger is not the one that was read before: nothing may be written onto it."""


class SendingError(ResponsibilityError):
    """A message could not be sent. The message is safe to show: it holds no address."""


class BusyError(LedgerError):
    """Somebody else is changing the same thing, and takes long."""


class RefusedError(ResponsibilityError):
    """Somebody may not do something, or not now; `code` names the rule, the message explains it.

    `field` is what was filled in wrongly, where that is the reason. The message names accounts, as
    the record does; `in_words` makes it with what people are called (`domain.names.Names`).
    """

    def __init__(
        self,
        code: RefusalCode,
        message: str,
        field: str = "",
        in_words: Callable[[Any], str] | None = None,
    ) -> None:
        self.code = code
        self.field = field
        self.in_words = in_words or (lambda _names: message)
        super().__init__(message)


class InvalidError(RefusedError):
    """What somebody filled in isn't valid; `faults` has all that is wrong with it, by key."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        first = faults[0]
        super().__init__("invalid", f"{first}.", first.path.partition("[")[0])
