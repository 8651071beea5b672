"""Everything can be reached and used without a mouse, and one sees where one is."""

from __future__ import annotations

import pytest

from .keyboard import OUT_OF_SIGHT

PAGES = (
    ("rita", ""),
    ("uwe", ""),
    ("uwe", "contacts"),
    ("uwe", "model"),
    ("rita", "roles/hub-administrator"),
    ("root", "roles/hub-administrator"),
    ("hanna", "users"),
    ("root", "keep"),
    ("rita", "keep/contact/help-desk"),
    ("root", "ledger"),
    ("rita", "exports/print"),
    ("uwe", "no/such/page"),
)
WINDOWS = ((1440, 1), (360, 1), (1280, 2))
"""Their width, and how much larger than usual everything is."""

NUMBER_THEM = """() => {
  const usable = "a[href], button, input, summary, select, textarea";
  const seen = each => each.checkVisibility({ visibilityProperty: true });
  const all = [...document.querySelectorAll("#responsibility :is(" + usable + ")")].filter(seen);
  all.forEach((each, number) => { each.dataset.number = number; });
  return all.length;
}"""

HERE = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  return {
    number: Number(here.dataset.number ?? -1),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    body: here === document.body,
  };
}"""


@pytest.mark.parametrize(("width", "zoom"), WINDOWS)
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_tab_reaches_everything_in_order(open_as, who, path, width, zoom):
    """The tab key visits all that can be used, from top to bottom, in sight and outlined."""
    page = open_as(who, path, width, zoom)
    expected = page.evaluate(NUMBER_THEM)
    assert expected
    stops = []
    for _ in range(expected * 2 + 20):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["number"] >= 0:
            if stops[-1:] != [here["number"]]:  # day, month and year of one date are one stop
                stops.append(here["number"])
            assert here["outline"] >= 2
            assert page.evaluate(f"({OUT_OF_SIGHT})(document.activeElement)") == ""
        elif stops:
            break
    assert stops == list(range(expected))


def test_nothing_has_a_place_of_its_own_in_the_tab_order(open_as):
    """No element jumps the queue."""
    page = open_as("rita")
    assert page.locator("#responsibility [tabindex]").count() == 0


def test_enter_follows_a_tab(open_as):
    """Enter on a tab opens its page, and the tab says that it is the current one."""
    page = open_as("uwe")
    page.get_by_role("link", name="The model").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/model")
    assert page.locator(".rsp-tabs [aria-current=page]").inner_text() == "The model"


def test_enter_unfolds_an_area(open_as):
    """Enter on an area shows whom to ask about each of its responsibilities."""
    page = open_as("uwe", "contacts")
    answer = page.get_by_role("heading", name="Watch for errors")
    assert not answer.is_visible()
    page.locator("summary", has_text="Site reliability engineering").focus()
    page.keyboard.press("Enter")
    assert answer.is_visible()


def test_enter_on_an_area_in_the_diagram_leads_to_it(open_as):
    """The boxes of the diagram are links to what they stand for."""
    page = open_as("uwe", "model")
    page.locator("svg:visible a").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/model#community-leadership")
    assert page.locator("#community-leadership").is_visible()


def test_enter_asks(open_as):
    """Enter in the question box of my page leads to the answers."""
    page = open_as("uwe")
    page.get_by_label("Whom do I ask about").fill("memory")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts?q=memory")
    assert page.get_by_role("heading", name="Set up the cloud environment").is_visible()
