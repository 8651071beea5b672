"""Asks several hubs at once, and waits for none of them longer than there is time."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import ceil
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

from ..declaration.hubs import Hub
from ..exports.fleet import NonsenseError, Told
from .asking import NoAnswerError, ask, read, token

T = TypeVar("T")

AT_ONCE = 16
"""Hubs that are asked at the same time."""

MOST_SECONDS, LEAST_SECONDS = 10.0, 3.5
"""For one hub, everything that is asked of it together: when there are few, and when many."""

ALL_SECONDS = 25.0
"""For all hubs together, as long as that leaves each of them the least: 112 of them."""

SLACK = 0.1
"""Seconds more, for what was told in time to be taken."""


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
    return asyncio.run(_ask_all(hubs, work, patience(len(hubs))))


def patience(count: int) -> float:
    """Seconds to wait for each of so many hubs: even if none answers, it comes to an end."""
    return min(MOST_SECONDS, max(LEAST_SECONDS, ALL_SECONDS / max(1, ceil(count / AT_ONCE))))


async def _ask_all(hubs: Sequence[Hub], work: Work[T], seconds: float) -> list[Told[T]]:
    gate = asyncio.Semaphore(AT_ONCE)
    with _progress(len(hubs)) as one_more:

        async def one(hub: Hub) -> Told[T]:
            async with gate:
                told = await _told(hub, work, seconds)
            one_more()
            return told

        return await asyncio.gather(*map(one, hubs))


async def _told(hub: Hub, work: Work[T], seconds: float) -> Told[T]:
    try:
        secret = token("somebody who may open the service", hub.variable)
        asker = Asker(hub, secret, monotonic() + seconds)
        said = await asyncio.wait_for(_in_a_thread(work, asker), seconds + SLACK)
        return Told(hub, said)
    except NoAnswerError as error:
        return Told(hub, None, error.why)
    except NonsenseError as error:
        return Told(hub, None, str(error))
    except asyncio.TimeoutError:
        return Told(hub, None, "no answer in time")


async def _in_a_thread(work: Work[T], asker: Asker) -> T:
    """Its result. A thread that hangs is left behind: it keeps no program from ending."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(done: T | None, error: Exception | None) -> None:
        if result.cancelled():
            return
        if error:
            result.set_exception(error)
        else:
            result.set_result(done)  # type: ignore[arg-type]  # it is there without an error

    def run() -> None:
        done, error = None, None
        try:
            done = work(asker)
        except Exception as failure:  # whatever it is, somebody waits for it
            error = failure
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(settle, done, error)

    Thread(target=run, daemon=True).start()
    return await result


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """To be called for each hub that is done; says so to somebody who looks on."""
    done = 0

    def say(text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{text}", end="", file=sys.stderr, flush=True)

    def one_more() -> None:
        nonlocal done
        done += 1
        say(f"{done} of {count} hubs asked")

    say(f"0 of {count} hubs asked")
    try:
        yield one_more
    finally:
        say(" " * 40 + "\r")
