"""What people are told, and what a page says of it beforehand, where a hub sends messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from ..post import Post
from ..realhub import DECLARATION, RealHub
from .conftest import Visits
from .test_accessibility import faults
from .test_look import too_wide


@pytest.fixture(scope="module")
def telling(browser: Browser, tmp_path_factory) -> Iterator[Visits]:
    """A hub that sends messages; nobody has said where to yet."""
    folder = tmp_path_factory.mktemp("telling")
    with Post() as post:
        file = folder / "messages"
        file.write_text(post.addresses)
        settings = ("--Settings.roster_seconds=1", f"--Settings.messages_file={file}")
        with RealHub(folder, DECLARATION, settings=settings) as hub:
            yield Visits(browser, hub.with_holders())


@pytest.mark.parametrize("width", [1440, 360])
def test_choosing_what_one_is_told(telling, width):
    """Each kind has a tick; what is taken away stays away. Nothing is in the way of anybody."""
    page = telling("hanna", "reach", width)
    assert faults(page) == []
    assert not too_wide(page)
    box = page.get_by_label("you are appointed to a role")
    box.set_checked(not (was := box.is_checked()))
    page.get_by_role("button", name="Save what you are told").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("you are appointed to a role")).to_be_checked(checked=not was)


@pytest.mark.parametrize("width", [1440, 360])
def test_who_will_be_told_is_said_where_it_is_done(telling, width):
    """Beside the button by which somebody is withdrawn, or gets another last day."""
    page = telling("rita", "roles/hub-administrator", width)
    page.get_by_label("Withdraw hanna …").click()
    words = "Nobody can be told by this service"
    expect(page.locator("details[open]").get_by_text(words)).to_be_visible()
    page.get_by_label("Change the last day of hanna …").click()
    expect(page.locator("details[open]").get_by_text(words)).to_have_count(2)
    assert faults(page) == []
    assert not too_wide(page)
