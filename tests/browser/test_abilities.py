"""What the page says that the hub lets one do can be done in the place that it leads to."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(
    ("link", "shown"),
    [("Admin page", "Last Activity"), ("Servers", "Start Server"), ("Groups", "hub-admins")],
)
def test_a_hub_administrator_can_do_what_is_promised(open_as, link, shown):
    """Each link leads to a part of the hub's admin page that works for them."""
    page = open_as("hanna")
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.get_by_role("link", name=link, exact=True).click()
    expect(page.locator("#react-admin-hook")).to_contain_text(shown)
    assert not broken
