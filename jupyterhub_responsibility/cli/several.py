"""Several hubs: which ones, what is asked of each, and for how long to wait."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any, TypeVar

from ..declaration.hubs import Hub
from ..exports.fleet import Told
from .asking import NoAnswerError, ask, read

T = TypeVar("T")

AT_ONCE = 16
"""Hubs that are asked at the same time."""

MOST_SECONDS, LEAST_SECONDS = 10.0, 3.5
"""For one hub, everything that is asked of it together: when there are few, and when many."""

ALL_SECONDS = 25.0
"""For all hubs together, as long as that leaves each of them the least: 112 of them."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one hub with its token, until the time is over. Everything raises NoAnswerError."""

    hub: Hub
    token: str
    end: float

    def ask(self, address: str) -> Any:
        """What is answered at an address, as JSON."""
        return ask(address, self.token, self._left())

    def read(self, address: str) -> str:
        """What is answered at an address, as text."""
        return read(address, self.token, self._left()).decode("utf-8", "replace")

    def _left(self) -> float:
        left = self.end - monotonic()
        if left <= 0:
            raise NoAnswerError("no answer in time")
        return left


Work = Callable[[Asker], T]
"""What is asked of one hub. Raises NoAnswerError or NonsenseError."""


def add_list(command: ArgumentParser) -> None:
    """The argument that says which hubs there are."""
    command.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default="hubs.yaml",
        help="the list of hubs; default: hubs.yaml",
    )


def ask_all(hubs: Sequence[Hub], work: Work[T]) -> list[Told[T]]:
    """What each hub tells, in their order; of one that tells nothing, why not."""
    from .at_once import ask_at_once  # slow to load

    return ask_at_once(hubs, work, patience(len(hubs)))


def patience(count: int) -> float:
    """Seconds to wait for each of so many hubs: even if none answers, it comes to an end."""
    return min(MOST_SECONDS, max(LEAST_SECONDS, ALL_SECONDS / max(1, ceil(count / AT_ONCE))))
