"""Pages fit every screen, in both themes and in print, whatever names they have to show."""

from __future__ import annotations

import re
from itertools import combinations, product

import pytest
import requests
from playwright.sync_api import expect

from jupyterhub_responsibility.paths import STATIC

WIDTHS = (360, 768, 1024, 1440, 1600)
PAGES = (
    "",
    "contacts",
    "contacts?q=memory",
    "contacts?q=xyzzy",
    "model",
    "roles/hub-administrator",
    "roles/community-guide",
    "no/such/page",
)


def too_wide(page, selector: str = "html") -> int:
    """By how many pixels something has to be scrolled sideways."""
    return page.locator(selector).evaluate("each => each.scrollWidth - each.clientWidth")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("rita", ""),
        ("root", ""),
        ("root", "users"),
        ("root", "keep"),
        ("root", "keep/contact/help-desk"),
        ("root", "ledger"),
        ("rita", "exports/print"),
        ("rita", "roles/hub-administrator"),
        *(("uwe", path) for path in PAGES),
    ],
)
def test_nothing_has_to_be_scrolled_sideways(open_as, who, path):
    """A page is never wider than the screen, from a phone to a desk."""
    page = open_as(who, path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert too_wide(page) <= 0, width


@pytest.mark.parametrize(
    ("who", "path"),
    [
        *(("rita", path) for path in PAGES),
        ("root", "keep"),
        ("root", "keep/contact/long"),
        ("root", "ledger"),
        ("root", "exports/print"),
        ("root", "roles/hub-administrator"),
        ("root", "roles/community-representative"),
    ],
)
def test_horrible_names_fit_too(horrible, who, path):
    """Names without a space, wide letters and long addresses are broken, not cut off."""
    page = horrible(who, path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert too_wide(page) <= 0, width


def test_horrible_names_fit_on_the_hubs_pages(horrible):
    """What we add to the hub's home and login page is no wider than a phone."""
    for who, path, part in (
        ("rita", "hub/home", "#responsibility-home"),
        ("", "hub/login", "#responsibility-public"),
    ):
        page = horrible(who, path, width=360)
        assert page.locator(part).bounding_box()["width"] <= 360
        assert too_wide(page, part) <= 0


def test_horrible_names_stay_inside_their_boxes(horrible):
    """In the diagram, text of any kind ends before its box does."""
    for width in (360, 1440):
        assert outside(horrible("rita", "model", width)) == []


# -- the diagram

MEASURE = """() => {
  const pixel = colour => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    drawing.fillStyle = colour;
    drawing.fillRect(0, 0, 1, 1);
    return [...drawing.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = colour => pixel(colour).map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const drawing = [...document.querySelectorAll("svg.rsp-diagram")]
    .find(each => each.checkVisibility());
  const scale = drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
  return [...drawing.querySelectorAll("a")].flatMap(area => {
    const box = area.querySelector("rect"), around = box.getBBox();
    const fill = light(getComputedStyle(box).fill);
    return [...area.querySelectorAll("text")].map(text => {
      const inside = text.getBBox(), ink = light(getComputedStyle(text).fill);
      return {
        text: text.textContent,
        left: inside.x - around.x,
        right: around.x + around.width - inside.x - inside.width,
        top: inside.y - around.y,
        bottom: around.y + around.height - inside.y - inside.height,
        contrast: (Math.max(ink, fill) + 0.05) / (Math.min(ink, fill) + 0.05),
        size: parseFloat(getComputedStyle(text).fontSize) * scale,
      };
    });
  });
}"""


def outside(page) -> list[str]:
    """Texts in the diagram that leave their box, or come too near to its border."""
    return [
        each["text"]
        for each in page.evaluate(MEASURE)
        if min(each["left"], each["right"], each["top"], each["bottom"]) < 4
    ]


@pytest.mark.parametrize(("width", "theme"), list(product((360, 768, 1440), ("light", "dark"))))
def test_the_diagram_can_be_read(open_as, width, theme):
    """Texts stay inside their boxes, are big enough, and stand out from them, in both themes."""
    page = open_as("uwe", "model", width, color_scheme=theme)
    assert page.locator("svg.rsp-diagram:visible").count() == 1
    texts = page.evaluate(MEASURE)
    assert "Community leadership" in [each["text"] for each in texts]
    assert outside(page) == []
    assert min(each["contrast"] for each in texts) >= 4.5
    assert min(each["size"] for each in texts) >= 11


@pytest.mark.parametrize("width", [360, 1440])
def test_the_diagram_has_a_name_and_a_description(open_as, width):
    """Who cannot see the diagram is told what it is, who looks after what, and each box."""
    page = open_as("uwe", "model", width)
    diagram = page.get_by_role("group", name="Who looks after what, from Cloud Crew to Reef Lab")
    expect(diagram).to_have_count(1)
    expect(diagram).to_have_accessible_description(
        re.compile("Cloud Crew: Site reliability engineering. Shared: Help with applications.")
    )
    box = diagram.get_by_role("link", name="Community leadership")
    expect(box).to_have_accessible_name(re.compile("Hub Administrator: hanna, rita"))


def test_the_ends_of_the_diagram_do_not_meet(horrible):
    """The parties' names above the line leave room for each other."""
    for width in (360, 768):
        page = horrible("rita", "model", width)
        ends = page.locator("svg:visible .rsp-end").all()
        places = [end.bounding_box() for end in ends]
        assert len(places) >= 2
        for one, other in combinations(places, 2):
            beside = sorted((one, other), key=lambda box: box["x"])
            below = abs(one["y"] - other["y"]) > 8
            assert below or beside[0]["x"] + beside[0]["width"] < beside[1]["x"]


# -- calm


def test_contacts_come_soon_on_a_phone(open_as):
    """Somebody without a role sees the first contact on a phone without scrolling."""
    page = open_as("uwe", width=360)
    assert page.locator(".rsp-ask a").first.bounding_box()["y"] < 600


def test_contacts_are_in_sight_on_the_login_page(open_as):
    """Whom to ask is to be seen below the form without scrolling, on a phone too."""
    for width in (360, 1440):
        page = open_as("", "hub/login", width)
        box = page.locator("#responsibility-public a").first.bounding_box()
        assert box["y"] + box["height"] < 600


def test_pages_are_small(hub):
    """The page that everybody opens first is quick to send, most of all to those with roles."""
    reply = hub.visit("rita").get(hub.page())
    assert reply.status_code == requests.codes.ok
    assert len(reply.content) < 24_000


def test_colours_are_the_themes():
    """The stylesheet mixes Bootstrap's variables; a colour of its own would clash with a theme."""
    css = (STATIC / "responsibility.css").read_text()
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    assert re.findall(r":[^;{]*(#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\()", css) == []


def test_print_has_what_matters(open_as):
    """Printed, a page has its text, dark on white whatever the theme, and no navigation."""
    page = open_as("rita", color_scheme="dark")
    page.emulate_media(media="print")
    for each in ("h1", ".rsp-title", ".rsp-how a"):
        expect(page.locator(each).first).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator(".rsp-quiet").first).to_have_css("color", re.compile(r"srgb 0\.[0-3]"))
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("hub-admins@reef.example")).to_be_visible()
    for each in ("nav.navbar", ".rsp-tabs", ".rsp-question"):
        expect(page.locator(each)).to_be_hidden()


def test_areas_are_placed_by_whose_job_they_are(open_as):
    """In the diagram the provider's area is left of the shared one, the community's right of it."""
    page = open_as("uwe", "model")
    left = [box.bounding_box()["x"] for box in page.locator("svg:visible a rect").all()]
    assert left[0] < left[1] < left[2]
