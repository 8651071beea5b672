"""Those in charge keep contacts, people without an account and links, in a browser: with scripts
and without, and by keyboard alone while everything is twice as large."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .test_stories import ISOLATES, done


@pytest.fixture
def go(act_as, way):
    """Opens a page as somebody, in the way in which they use pages."""
    return lambda who, path="": act_as(who, path, **way.how)


@pytest.fixture(autouse=True)
def as_declared(act_as):
    """Nothing of what a test writes is left."""
    yield
    for each in act_as.call("root", "GET", "kept")["things"]:
        if each["written"] or each["set_aside"]:
            act_as.call("root", "DELETE", f"kept/{each['kind']}/{each['id']}")


def row(page: Page, name: str):
    """A contact, a person or a link on the page."""
    heading = page.get_by_role("heading", name=name, exact=True)
    return page.locator(".rsp-kept").filter(has=heading)


def words(each) -> str:
    return " ".join(each.inner_text().translate(ISOLATES).split())


def test_a_telephone_number_is_changed(go):
    """Rita finds it from whom to ask, and saves; everybody sees it, until she takes it back."""
    page = go("rita", "contacts")
    page.get_by_role("link", name="Change contacts, people and links").click()
    row(page, "Help desk").get_by_role("link", name="Change").click()
    page.get_by_label("Telephone").fill("+49 40 987654")
    page.get_by_role("button", name="Save").click()
    done(page, "rita changed the contact “Help desk”.")
    assert "Written on this page by rita" in words(row(page, "Help desk"))
    expect(go("uwe", "contacts").get_by_text("+49 40 987654").first).to_be_visible()
    page = go("rita", "keep")
    row(page, "Help desk").locator("summary").click()
    row(page, "Help desk").get_by_role("button", name="Take back").click()
    done(page, "rita took back what was written here about the contact “Help desk”.")
    expect(go("uwe", "contacts").get_by_text("+49 40 987654")).to_have_count(0)


def test_what_was_wrong_is_put_right(go):
    """What is wrong is said at its field, where the focus is, and nothing has to be typed again."""
    page = go("hanna", "keep/contact")
    page.get_by_label("Name").fill("Night line")
    page.get_by_label("Mail address").fill("nonsense")
    page.get_by_role("button", name="Save").click()
    field = page.get_by_label("Mail address")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "'nonsense' is not an email address. Write it as name@example.org."
    )
    expect(page.get_by_label("Name")).to_have_value("Night line")
    field.fill("night@reef.example")
    page.get_by_role("button", name="Save").click()
    done(page, "hanna added the contact “Night line”.")


def test_somebody_without_an_account_is_named(go):
    """From the page of a role, whose holder they are then."""
    page = go("rita", "roles/community-representative")
    page.get_by_role("link", name="Add a person without an account").click()
    page.get_by_label("Name").fill("Kim Miller")
    page.get_by_role("button", name="Save").click()
    done(page, "rita added “Kim Miller” (Community Representative, without an account).")
    role = go("uwe", "roles/community-representative")
    expect(role.get_by_role("heading", name="Kim Miller")).to_be_visible()


def test_nothing_is_set_aside_by_one_press(go):
    """The button says what will be, and a second press does it."""
    page = go("rita", "keep")
    line = row(page, "Private line")
    button = line.get_by_role("button", name="Set aside Private line")
    expect(button).to_be_hidden()
    line.locator("summary").click()
    expect(line.get_by_text("It will not be shown to anybody any more")).to_be_visible()
    button.click()
    done(page, "rita set aside the contact “Private line”, which stands in the declaration.")
    expect(go("uwe", "contacts").get_by_text("Private line")).to_have_count(0)
