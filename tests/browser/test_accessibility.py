"""axe-core finds nothing on any page, in either theme."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import Visits
from .test_look import too_wide

EVERY_RULE = {"resultTypes": ["violations"]}
COLOURS = {**EVERY_RULE, "runOnly": ["color-contrast", "link-in-text-block"]}
"""Nothing but colours changes with the theme."""

PAGES = (
    ("rita", ""),
    ("hanna", ""),
    ("uwe", ""),
    ("root", ""),
    ("uwe", "contacts"),
    ("uwe", "contacts?q=memory"),
    ("uwe", "contacts?q=xyzzy+plugh"),
    ("rita", "roles/hub-administrator"),
    ("uwe", "roles/hub-administrator"),
    ("uwe", "roles/community-guide"),
    ("uwe", "model"),
    ("hanna", "users"),
    ("rita", "keep"),
    ("rita", "keep/contact/help-desk"),
    ("rita", "keep/person"),
    ("root", "ledger"),
    ("root", "ledger?person=nobody"),
    ("rita", "exports/print"),
    ("uwe", "no/such/page"),
    ("", "no/such/page"),
)

ACTING = (
    ("rita", ""),
    ("uwe", ""),
    ("maria", ""),
    ("rita", "roles/hub-administrator"),
    ("hanna", "roles/hub-administrator"),
    ("uwe", "roles/hub-administrator"),
    ("root", "roles/community-representative"),
    ("root", "keep"),
    ("root", "keep/contact"),
    ("root", "ledger"),
)
"""Where there is something to decide, to confirm, to read or to undo."""

# On the hub's own pages, only what we add is looked at: the hub's login button and heading have
# too little contrast, its home page has no main landmark, its admin page has unnamed buttons.
PARTIALS = (
    ("rita", "hub/home", "#responsibility-home"),
    ("uwe", "hub/home", "#responsibility-home"),
    ("", "hub/login", "#responsibility-public"),
    ("uwe", "hub/no-such-page", "#responsibility-public"),
    ("rita", "hub/admin", "#responsibility-admin"),
    ("root", "hub/admin", "#responsibility-admin"),
)


def faults(page, part=None, rules=EVERY_RULE) -> list[str]:
    """What axe-core has to say, one line for each fault."""
    found = Axe().run(page, part, rules).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def faults_in_both_themes(page, part=None) -> list[str]:
    """The faults of a page that was opened in the light theme, then in the dark one."""
    found = faults(page, part)
    assert page.get_attribute("html", "data-bs-theme") == "light"
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    return found + faults(page, part, COLOURS)


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_axe_finds_nothing_on_our_pages(open_as, who, path):
    """No page of ours has a fault in either theme, seen by any persona."""
    assert faults_in_both_themes(open_as(who, path)) == []


@pytest.mark.parametrize("path", ["", "model", "roles/hub-administrator", "exports/print"])
def test_axe_finds_nothing_on_a_phone(open_as, path):
    """What is arranged otherwise on a phone has no fault either."""
    assert faults_in_both_themes(open_as("rita", path, width=360)) == []


def test_axe_finds_nothing_in_what_can_be_unfolded(open_as):
    """The areas on the contacts page have no fault when they are open."""
    page = open_as("uwe", "contacts")
    for area in page.locator("summary").all():
        area.click()
    assert page.locator("details .rsp-ask").first.is_visible()
    assert faults_in_both_themes(page) == []


@pytest.mark.parametrize("path", ["", "roles/community-representative"])
def test_axe_finds_nothing_where_something_is_wrong(horrible, path):
    """Notices about the set-up, and names of any kind, have no fault."""
    page = horrible("root", path)
    assert page.locator(".rsp-notice").count()
    assert faults_in_both_themes(page) == []


@pytest.fixture
def busy(act_as):
    """A request and a proposal wait, one was declined, a note was left, terms end or have ended."""
    role, until = "roles/hub-administrator", "2099-12-31"
    act_as.call("rita", "PUT", f"{role}/holders/tom")
    act_as.call("tom", "DELETE", f"{role}/holders/tom?note=All+is+well")
    act_as.call("rita", "PUT", f"{role}/holders/maria", until=until, reason="A course")
    asked = act_as.call("uwe", "POST", "requests", role="community-representative")["number"]
    act_as.call("root", "POST", f"requests/{asked}", verdict="declined", message="Not yet")
    act_as.call("uwe", "POST", "requests", role="hub-administrator", until=until, reason="A course")
    act_as.call("hanna", "POST", "requests", role="hub-administrator", user="tom")
    return act_as


@pytest.mark.parametrize(("who", "path"), ACTING)
def test_axe_finds_nothing_where_people_act(busy, who, path):
    """Requests, notes, terms, forms and what unfolds have no fault, and fit every screen."""
    page = busy(who, path)
    for each in page.locator("#responsibility summary").all():
        each.click()
    assert faults_in_both_themes(page) == []
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert too_wide(page) <= 0, width
    page.set_viewport_size({"width": 360, "height": 800})
    assert faults(page) == []


def test_axe_finds_nothing_in_what_was_done_or_refused(act_as):
    """What became of a change, and why one was refused, have no fault and fit a phone."""
    page = act_as("hanna", "users", width=360)
    page.get_by_label("Usernames").fill(f"new-name\nhanna\nFull Name\n{'w' * 200}/\n{'x' * 300}")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    assert too_wide(page) <= 0
    assert faults_in_both_themes(page) == []
    for box in page.locator("table input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Add those with a tick").click()
    expect(page.locator("li.rsp-row")).to_have_count(len(("new-name", "full name", "www…")))
    assert too_wide(page) <= 0
    assert faults_in_both_themes(page) == []
    page = act_as("rita", "roles/hub-administrator", width=360)
    for name in ("w" * 200, "marya"):
        page.get_by_label("Account").fill(name)
        page.get_by_role("button", name="Appoint", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_label("Account")).to_be_focused()
        assert too_wide(page) <= 0
        assert faults_in_both_themes(page) == []
    page = act_as("rita", "roles/hub-administrator", width=360)
    page.get_by_label("Account").press_sequentially("mar")
    expect(page.get_by_role("option")).not_to_have_count(0)
    page.get_by_label("Account").press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
    assert too_wide(page) <= 0
    assert faults_in_both_themes(page) == []


def test_axe_finds_nothing_while_the_hub_is_down(browser, fault_hub):
    """The notice that names may be out of date has no fault, and stands above them."""
    hub = fault_hub.hub
    visits = Visits(browser, hub)
    visits("hanna")
    with fault_hub.fault(down=True, only="groups"):
        hub.wait_for(lambda: hub.health()["roster"]["trouble"])
        page = visits("hanna")
        assert page.locator("main > .rsp-notice").inner_text().startswith("Names on this page")
        assert faults_in_both_themes(page) == []
    visits.close_pages()


@pytest.mark.parametrize(("who", "path", "part"), PARTIALS)
def test_axe_finds_nothing_in_what_we_add_to_the_hubs_pages(open_as, who, path, part):
    """Our part of a page of the hub has no fault in either theme."""
    page = open_as(who, path)
    page.wait_for_selector(part)
    assert faults_in_both_themes(page, part) == []


def test_the_theme_that_the_reader_prefers_is_used(open_as):
    """Who has a dark desktop gets dark pages, without asking."""
    page = open_as("uwe", color_scheme="dark")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(33, 37, 41)"
