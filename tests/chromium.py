"""The Chromium on this machine."""

from __future__ import annotations

import shutil

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first needs half the time of the others, which draw windows that nobody sees."""


def chromium() -> str | None:
    """Where it is; None where there is only Playwright's own, which Playwright finds."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
