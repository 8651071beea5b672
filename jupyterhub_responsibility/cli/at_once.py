"""Asks several hubs at the same time, and waits for none of them longer than there is time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic
from typing import TypeVar

from ..declaration.hubs import Hub
from ..exports.fleet import NonsenseError, Told
from .asking import NoAnswerError, token
from .several import AT_ONCE, Asker, Work

T = TypeVar("T")

SLACK = 0.1
"""Seconds more, for what was told in time to be taken."""


def ask_at_once(hubs: Sequence[Hub], work: Work[T], seconds: float) -> list[Told[T]]:
    """What each hub tells, in their order; each has so many seconds."""
    return asyncio.run(_ask_all(hubs, work, seconds))


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
