"""What people do with a mouse, done with keys alone, from wherever the focus is.

Each way to a control is walked with the tab key, as people walk it; what has the focus has to be in
sight and covered by nothing, on a page that fits into its window.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator

LONGEST_WAY = 300
"""Stops on the way to a control: more than there are on any page."""

IS_HERE = """each => document.activeElement !== document.body
  && document.activeElement.contains(each)"""

OUT_OF_SIGHT = """each => {
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) { return "the page is wider than the window"; }
  const box = each.getBoundingClientRect();
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  if (bottom - top < Math.min(box.height, 20) - 1) { return "scrolled out of the window"; }
  const left = box.left + Math.min(box.width / 2, 20);
  const seen = document.elementFromPoint(left, (top + bottom) / 2);
  return seen && (each.contains(seen) || seen.contains(each)) ? "" : "covered by something";
}"""


def keys_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything that is clicked, filled in or chosen be so with keys, until the test ends."""
    by_keys = {"click": press, "fill": write, "check": tick, "select_option": choose}
    for name, how in by_keys.items():
        monkeypatch.setattr(Locator, name, how)


def reach(control: Locator) -> None:
    """Go on with the tab key until the focus is there."""
    control.wait_for()
    for _ in range(LONGEST_WAY):
        if control.evaluate(IS_HERE):
            assert control.evaluate(OUT_OF_SIGHT) == "", control
            return
        control.page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {control}")


def press(control: Locator) -> None:
    reach(control)
    control.page.keyboard.press("Enter")


def tick(box: Locator) -> None:
    reach(box)
    if not box.is_checked():
        box.page.keyboard.press("Space")


def write(field: Locator, text: str) -> None:
    reach(field)
    keyboard = field.page.keyboard
    if field.get_attribute("type") == "date":
        year, month, day = text.split("-")
        keyboard.type(f"{month}{day}{year}")  # as Chromium's date field has them in en-US
    else:
        keyboard.press("Control+A")
        keyboard.insert_text(text)
    assert field.input_value() == text


def choose(field: Locator, *, label: str) -> None:
    reach(field)
    field.page.keyboard.type(label)
    assert field.evaluate("each => each.selectedOptions[0].label") == label
