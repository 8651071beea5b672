"""The Chromium on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from .realhub import PASSWORD

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first needs half the time of the others, which draw windows that nobody sees."""


def chromium() -> str | None:
    """Where it is; None where there is only Playwright's own, which Playwright finds."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """That Chromium, running. No two at a time: the event loop of the one is the other's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS])
        yield browser
        browser.close()


def log_in(page: Page, address: str, who: str, password: str = PASSWORD) -> None:
    """Fill in the form of the hub's login, to which `address` leads."""
    page.goto(address)
    page.fill("#username_input", who)
    page.fill("#password_input", password)
    page.click("#login_submit")
