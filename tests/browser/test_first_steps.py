"""What a JupyterHub admin sees on the panel of a fresh hub, and where its buttons lead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from ..realhub import RealHub
from .conftest import Visits
from .keyboard import keys_alone
from .test_accessibility import faults_in_both_themes
from .test_look import too_wide

DECLARATION = {
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["community-reps"]},
    }
}


@pytest.fixture(scope="module")
def fresh(browser: Browser, tmp_path_factory) -> Iterator[Visits]:
    """A hub on which nobody holds a role yet."""
    with RealHub(tmp_path_factory.mktemp("fresh"), DECLARATION) as hub:
        visits = Visits(browser, hub)
        yield visits
        visits.close_pages()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_it_says_what_to_do_first(fresh, width):
    """In three steps; every gap is there, too, for who unfolds them."""
    page = fresh("root", "admin", width)
    steps = page.locator(".rsp-steps > li")
    assert [each.split("\n")[0] for each in steps.all_inner_texts()] == [
        "Appoint the first Community Representative",
        "The first Hub Administrator follows by itself",
        "Name contacts",
    ]
    expect(page.get_by_role("heading", name="What to do next")).to_have_count(0)
    expect(page.locator(".rsp-gap").first).to_be_hidden()
    page.get_by_text("Everything that is missing").click()
    expect(page.locator(".rsp-gap").first).to_be_visible()
    assert too_wide(page) <= 0
    assert faults_in_both_themes(page) == []


def test_its_button_leads_to_the_form_and_then_the_gaps_are_first(fresh, monkeypatch):
    """Whoever appoints the first one finds the panel as it is from then on, without a mouse."""
    keys_alone(monkeypatch)
    page = fresh("root", "admin", width=1280, zoom=2)
    page.get_by_role("link", name="Appoint somebody").first.click()
    page.get_by_label("Account").fill("rita")
    page.get_by_role("button", name="Appoint", exact=True).click()
    expect(page.locator(".rsp-done[role=status]")).to_contain_text("Community Representative")
    page = fresh("root", "admin")
    expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
    expect(page.locator(".rsp-steps")).to_have_count(0)
