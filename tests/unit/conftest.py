"""A ledger of its own for use cases that ask no hub, and a clock that a test can put forward."""

from __future__ import annotations

from datetime import datetime

import pytest

from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store


class Clock:
    """It stands still at `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def ledger(tmp_path, clock):
    opened = Ledger(Store(f"sqlite:///{tmp_path}/ledger.sqlite"), clock)
    yield opened
    await opened.close()
