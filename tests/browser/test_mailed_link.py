"""A mailed link, in a browser in which nobody is logged in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from os import environ

import pytest
from playwright.sync_api import Browser, Page, expect

from ..post import Post
from ..realhub import DECLARATION, RealHub
from .conftest import Visits
from .test_accessibility import faults
from .test_look import too_wide

REPRESENTATIVE = "community-representative"
MARLOW = "Professor Marlow"
YES, NO = "Yes, I know these duties and accept them", "No, I don’t hold this role (any more)"


@pytest.fixture(scope="module")
def asking(browser: Browser, tmp_path_factory, post) -> Iterator[Visits]:
    """A hub that sends mail, to somebody who represents the community without an account."""
    folder = tmp_path_factory.mktemp("asking")
    file = folder / "messages"
    file.write_text(post.addresses)
    at = "--Settings.public_url=https://hub.example/services/responsibilities/"
    settings = ("--Settings.roster_seconds=1", f"--Settings.messages_file={file}", at)
    with RealHub(folder, DECLARATION, settings=settings) as hub:
        yield Visits(browser, hub.with_holders())


def asked(asking: Visits, post: Post, width: int = 1440) -> str:
    """Have them asked on the page of the role; the link, for this hub."""
    page = asking("root", f"roles/{REPRESENTATIVE}", width)
    page.get_by_label(f"Ask {MARLOW} to confirm").click()
    assert not too_wide(page)
    assert faults(page) == []
    picture(page, f"asking-{width}")
    before = len(post.mails)
    page.get_by_role("button", name="Send the mail").click()
    expect(page.locator(".rsp-done")).to_contain_text("asked")
    asking.hub.wait_for(lambda: len(post.mails) > before)
    link = re.search(r"/services/responsibilities/confirm\?link=\S+", post.mails[-1].text)
    return asking.hub.origin + link.group(0)


def picture(page: Page, name: str) -> None:
    if folder := environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture(scope="module")
def link(asking, post) -> str:
    return asked(asking, post)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_question(browser, link, width, scheme):
    """It can be read and answered on any screen, in the light and in the dark, by anybody; nothing
    is loaded from elsewhere, and nothing is kept in the browser."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page, loaded = context.new_page(), []
    page.on("request", lambda request: loaded.append(request))
    page.goto(link)
    expect(page.get_by_role("button", name=YES)).to_be_visible()
    expect(page.locator(".rsp-asked")).to_contain_text(MARLOW)
    assert not too_wide(page)
    assert faults(page) == []
    picture(page, f"question-{width}-{scheme}")
    origin = link.partition("/services")[0]
    assert all(each.url.startswith(origin) for each in loaded)
    assert not any("link=" in each.headers.get("referer", "") for each in loaded)
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(("answer", "said"), [(NO, "says that they don’t hold it"),
                                              (YES, "duties confirmed")])  # fmt: skip
def test_the_answer(browser, asking, post, answer, said):
    """Sent by its button, without scripts; then the link is over."""
    link = asked(asking, post, 360)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name=answer).click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    picture(page, "thanks")
    assert "link=" not in page.url
    page.goto(link)
    expect(page.get_by_role("heading", name="This link cannot be used any more")).to_be_visible()
    picture(page, "gone")
    context.close()
    asking.hub.wait_until_read()
    there = asking("uwe", f"roles/{REPRESENTATIVE}", 360)
    expect(there.get_by_text(said).first).to_be_visible()
    picture(there, f"role-{said[:4]}")
    there = asking("rita", "admin", 1440)
    picture(there, f"panel-{said[:4]}")
