"""The page to print, as a PDF too, and where the panel leads to it and to the downloads."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from jupyterhub_responsibility.ledger.anchors import kept_in

from .test_accessibility import faults_in_both_themes
from .test_look import too_wide

CALLED = "window.print = () => { document.title = 'printed'; }"


def printed(page, **options) -> PdfReader:
    """A page as Chromium prints it."""
    return PdfReader(io.BytesIO(page.pdf(format="A4", **options)))


def words(reader: PdfReader) -> str:
    """The text in print, in one line."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_print_has_everything_and_no_navigation(open_as):
    """In print stand holders, whom to ask and what to do next; no menu, and nothing to click."""
    said = words(printed(open_as("rita", "exports/print")))
    for word in (
        "Who looks after the hub of Reef Lab",
        "responsibilities are looked after",
        "hanna",
        "Professor Marlow without an account marlow@reef.example",
        "https://reef.example/help",
        "+49 40 123456",
        "What to do next",
        "There is no Community Guide",
    ):
        assert word in said
    for word in ("Logout", "Whom do I ask", "Print this page", "Add people"):
        assert word not in said


def test_whatever_is_printed_says_where_the_ledger_ends(open_as):
    """In print alone, where it would only be in the way; and what is copied from there can be
    compared with."""
    for address in ("", "my-data", "roles/hub-administrator"):
        page = open_as("rita", address)
        assert not page.get_by_text("Ledger: entry").is_visible()
        said = "\n".join(each.extract_text() for each in printed(page).pages)
        assert len(kept_in(said)) == 1, said
    assert open_as("rita", "admin").get_by_text("Ledger: entry").is_visible()


def test_printed_times_have_a_day_and_a_zone(open_as):
    """As on every page."""
    page = open_as("rita", "exports/print", timezone_id="Europe/Lisbon", locale="en-GB")
    said = words(printed(page))
    for fact in (
        "as of",
        "Accounts are as of",
        "People without an account are as of",
        "This page was made",
    ):
        assert re.search(fact + r" \d{1,2} \w{3,4} 20\d\d, \d\d:\d\d [A-Z]{3,5}", said), said


def test_print_is_white_in_the_dark_theme(open_as):
    """Who works in the dark theme and prints backgrounds gets white pages, margins included."""
    page = open_as("rita", "exports/print", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("html")).to_have_css("color-scheme", "light")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".rsp-held").first).to_have_css("color", "rgb(0, 0, 0)")


def test_nothing_is_cut_in_two(open_as):
    """What is short and doesn't fit at the end of a sheet begins on the next one."""
    page = open_as("rita", "exports/print")
    page.emulate_media(media="print")
    of_many = ".rsp-row:has(.rsp-held), .rsp-wordlist > .rsp-row"
    for part in page.locator(f".rsp-sheet .rsp-row:not({of_many}), .rsp-held").all():
        expect(part).to_have_css("break-inside", "avoid")
    assert len(printed(page).pages) > 1


def test_horrible_names_fit_in_print(horrible):
    """In print, too, long names are broken, and none is left out."""
    page = horrible("root", "exports/print", width=680)
    page.emulate_media(media="print")
    assert too_wide(page) <= 0
    assert "W" * 20 in words(printed(page)).replace(" ", "")


def test_a_button_prints(open_as):
    """With scripts there is a button for it; without, a sentence is enough."""
    page = open_as("rita", "exports/print")
    page.evaluate(CALLED)
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    bare = open_as("rita", "exports/print", java_script_enabled=False)
    expect(bare.locator("button[data-print]")).to_be_hidden()
    expect(bare.get_by_text("Print this page with your browser")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_the_panel_leads_there(open_as, width):
    """At the end of the panel is all there is to download or print, faultless in both themes."""
    page = open_as("rita", "admin", width)
    part = page.locator("section[aria-labelledby=download]")
    expect(part.get_by_role("link")).to_have_count(8)
    assert too_wide(page) <= 0
    assert faults_in_both_themes(page, "section[aria-labelledby=download]") == []
    part.get_by_role("link", name="Print", exact=True).click()
    expect(page.locator("h1")).to_have_text("Who looks after the hub of Reef Lab")


def test_a_browser_saves_a_file(open_as):
    """A link to a file saves it, under a name that says what it is."""
    page = open_as("rita", "admin")
    with page.expect_download() as saved:
        page.get_by_role("link", name="for an address book").click()
    assert re.fullmatch(
        r"responsibilities-contacts-20\d\d-\d\d-\d\d\.vcf", saved.value.suggested_filename
    )
