"""With long names of every kind, no page breaks a word that has room, nor scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from ..realhub import RealHub
from .conftest import Visits
from .test_accessibility import faults_in_both_themes
from .test_look import outside, too_wide
from .test_print import printed, words

LONGEST = 20
"""Letters of an ordinary word: no column is narrower than that."""

MAILS = tuple(
    f"{name}@students.interdisciplinary-oceanography.example"
    for name in ("maximiliane.hohenberg", "bartholomew.featherstone", "jo")
)
NAMES = (
    *MAILS,
    "a-very-long-account-name-that-the-university-made-of-a-title",
    "x" * 60,
    "konstantinopolitan",
    "ana",
)
MANY = tuple(f"participant-number-{number:02}" for number in range(1, 55))
PLACE = "Institute for Interdisciplinary Environmental Geoinformatics and Oceanography"
DECLARATION = {
    "community": {"name": PLACE, "url": "https://institute.example"},
    "provider": {
        "name": "International Infrastructure Cooperative for Research Communities",
        "url": "https://cooperative.example",
        "staff": [MAILS[2]],
    },
    "roles": {
        "hub-administrator": {
            "groups": ["hub-admins"],
            "title": "Administrator of the Internationalisation and Responsibility Programme",
        },
        "community-representative": {
            "groups": ["community-reps"],
            "title": "Representative of the Interdisciplinary Graduate School",
            "holders": {"min": 1, "max": 9},
        },
        "site-reliability-engineer": {
            "people": [
                {
                    "name": f"{name} of the Infrastructure Cooperative",
                    "email": f"{name.split()[0]}@{'c' * 50}.example",
                }
                for name in ("Bartholomew Featherstonehaugh", "Maximiliane Hohenberg-Wolkenstein")
            ]
        },
    },
    "areas": {
        "community-leadership": {"title": "Communication, internationalisation and leadership"},
    },
    "contacts": [
        {
            "id": "desk",
            "name": f"Help desk of the {PLACE}",
            "for": ["everyone"],
            "email": f"help@{PLACE.lower().replace(' ', '-')}.example",
            "hours": "Mondays to Thursdays from nine to five, except in the semester break",
            "topics": ["internationalisation of environments", "short"],
            "review_by": "2020-01-01",
            "public": True,
        },
    ],
}

PAGES = (
    ("root", "admin"),
    ("root", "ledger"),
    ("root", "users"),
    ("root", "keep"),
    ("ana", ""),
    ("root", ""),
    ("root", "contacts"),
    ("root", "contacts?q=memory"),
    ("root", "model"),
    ("root", "roles/hub-administrator"),
    ("root", "roles/community-representative"),
    ("root", "exports/print"),
)

BROKEN = """most => {
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const parent = node.parentElement;
    const unread = parent.closest("svg, select, textarea, .visually-hidden");
    if (unread || !parent.checkVisibility()) continue;
    for (const { 0: word, index } of node.data.matchAll(/[^\\s\\-–/·…⟨]+/g)) {
      if (word.length > most || /\\w[.@]\\w/.test(word)) continue; // or an address
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const parts = [...range.getClientRects()].filter(box => box.width);
      if (new Set(parts.map(box => Math.round(box.top))).size > 1) found.push(word);
    }
  }
  return found;
}"""


def broken(page) -> list[str]:
    """The ordinary words on a page that are on more than one line."""
    return page.evaluate(BROKEN, LONGEST)


@pytest.fixture(scope="module")
def long_visits(browser: Browser, tmp_path_factory) -> Iterator[Visits]:
    """Its hub has many holders, with names as login services make them."""
    config = f"c.Authenticator.allowed_users |= set({NAMES!r})"
    with RealHub(tmp_path_factory.mktemp("long"), DECLARATION, config=config) as hub:
        for name in NAMES:
            hub.api("POST", f"users/{quote(name, safe='')}")
        hub.api("POST", "users", json={"usernames": MANY}).raise_for_status()
        hub.put_in_group("hub-admins", *NAMES)
        hub.put_in_group("hub-admins", *MANY)
        hub.put_in_group("community-reps", *NAMES[3:])
        yield Visits(browser, hub)


@pytest.fixture
def long(long_visits: Visits) -> Iterator[Visits]:
    yield long_visits
    long_visits.close_pages()


def test_a_broken_word_is_found(long):
    """So that the next test can be believed: a word in a column that is too narrow for it."""
    page = long("root", "admin")
    assert broken(page) == []
    page.add_style_tag(content="main th { width: 4rem; display: block }")
    assert "Responsibility" in broken(page)


@pytest.mark.parametrize(("visit", "width"), list(product(PAGES, (360, 768, 1024, 1440))))
def test_no_ordinary_word_is_broken(long, visit, width):
    """On a phone, a tablet and a desk, such a word is on one line, and no page is too wide."""
    page = long(*visit, width)
    assert broken(page) == []
    assert too_wide(page) <= 0


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
def test_the_preview_of_a_list_has_room_for_every_word(long, width):
    """Whatever was pasted, and however wrong it looks."""
    page = long("root", "users", width)
    pasted = ("jan.hohenberg@students.interdisciplinary-oceanography.example", "y" * 60, "ana",
              "Ada Internationalisation", "a/b")  # fmt: skip
    page.get_by_label("Usernames").fill("\n".join(pasted))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nobody has been added yet.")).to_be_visible()
    assert broken(page) == []
    assert too_wide(page) <= 0


@pytest.mark.parametrize("visit", PAGES)
def test_no_ordinary_word_is_broken_in_print(long, visit):
    """A sheet is as wide as it is."""
    page = long(*visit, 680)
    page.emulate_media(media="print")
    assert broken(page) == []
    assert too_wide(page) <= 0


@pytest.mark.parametrize("width", [360, 1440])
def test_the_diagram_names_both_parties_in_full(long, width):
    """Above the line, in as many lines as it takes."""
    page = long("root", "model", width)
    drawing = page.locator("svg.rsp-diagram:visible")
    said = " ".join(drawing.locator(".rsp-end").all_text_contents())
    for party in ("community", "provider"):
        assert DECLARATION[party]["name"] in said
    assert outside(page) == []


def test_the_panel_on_a_tablet_has_no_fault(long):
    """Where each row of a table is a block."""
    assert faults_in_both_themes(long("root", "admin", 768)) == []


# In print


def ends(page) -> tuple[float, str]:
    """How far down a sheet its text goes, as a part of its height, and the last words on it."""
    found: list[tuple[float, str]] = []

    def see(text, outer, inner, *_) -> None:
        if text.strip():
            found.append((outer[1] * inner[4] + outer[3] * inner[5] + outer[5], text.strip()))

    page.extract_text(visitor_text=see)
    height = float(page.mediabox.height)
    lowest = min(place for place, _ in found)
    last = " ".join(text for place, text in found if place == lowest)
    return 1 - lowest / height, last


@pytest.mark.parametrize("path", ["exports/print", "admin", "model", "ledger"])
def test_no_sheet_is_half_empty_and_no_heading_stands_alone(long, path):
    """However many hold a role: what follows a heading begins on its sheet."""
    page = long("root", path)
    headings = page.locator("h1, h2, h3").all_inner_texts()
    *sheets, _ = printed(page).pages
    for sheet in sheets:
        down, last = ends(sheet)
        assert down > 0.6, last
        assert last not in headings


def test_how_many_more_there_are_stands_by_itself(long):
    """And is not read as a part of the last name."""
    page = long("root", "exports/print", 680)
    page.emulate_media(media="print")
    more = page.get_by_text("and 11 more", exact=True)
    last = page.locator(".rsp-held").filter(has=page.locator("xpath=following-sibling::*[1]")).last
    assert more.bounding_box()["y"] > last.bounding_box()["y"] + last.bounding_box()["height"] + 2
    assert "and 56 more" in words(printed(page))
