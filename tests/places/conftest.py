"""What hubs in these places share.

reachable   a folder that other unix users can enter, unlike those of pytest
browser     a Chromium that finds every `….localhost` on this machine, and trusts anybody's TLS
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ..chromium import launched


@pytest.fixture(scope="module")
def reachable() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="responsibility-places-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as chromium:
        yield chromium
