"""The hub's own pages follow the declaration's file, as ours do, while the hub runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from ..declaration.keeper import DeclarationKeeper
from ..domain.kept import Kept
from ..domain.model import Declaration
from .pages import HubPages

log = logging.getLogger(__name__)

SECONDS = 15.0
"""How often the hub looks whether the file has changed, and what is kept on the page."""

SOON = 3.0
"""The same, until the service has said for the first time what is kept."""


def keeper_of(declared: Declaration) -> DeclarationKeeper:
    """What keeps the declaration that the hub starts with fresh.

    What is wrong with the file, and since when, is for the service to say.
    """
    file = str(Path(declared.source).absolute()) if declared.source else ""
    return DeclarationKeeper(declared, file, lambda: declared.as_of, tell=lambda *_: None)


async def follow(
    pages: HubPages,
    declared: DeclarationKeeper,
    kept: Callable[[], Awaitable[tuple[Kept, ...] | None]],
) -> None:
    """Let the hub's pages say what the file says, and what is `kept` on the service's page, for
    ever. Nothing that fails ends it; while the service doesn't answer, what it said last counts."""
    known = False
    while True:
        await asyncio.sleep(SECONDS if known else SOON)
        try:
            await declared.look()
            if (found := await kept()) is not None:
                await declared.keep(found)
                known = True
            pages.take(declared.current.declaration)
        except Exception:
            log.exception("The hub's pages could not follow the declaration")
