"""Links lead somewhere, pictures are there, and the changelog has its form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jupyterhub_responsibility import __version__

from .reading import FENCE, PAGES, ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path):
    """Each link to a page, a heading or a picture of the docs finds it."""
    for link, picture in LINK.findall(FENCE.sub("", path.read_text())):
        target, _, anchor = (link or picture).partition("#")
        if target.startswith("https://"):
            continue
        there = (path.parent / target).resolve() if target else path
        assert there.is_file(), f"{path.name} → {target}"
        assert there.is_relative_to(ROOT)
        assert not anchor or anchor in anchors(there), f"{path.name} → {target}#{anchor}"


@pytest.mark.parametrize("path", PAGES[1:], ids=lambda path: path.name)
def test_every_page_can_be_found(path: Path):
    """Each page of the docs is linked from the README."""
    assert f"](docs/{path.name})" in PAGES[0].read_text()


def test_every_picture_is_used():
    """Each picture is shown somewhere."""
    shown = {Path(p).name for path in PAGES for _, p in LINK.findall(path.read_text()) if p}
    assert {path.name for path in (ROOT / "docs" / "images").glob("*.png")} == shown


def test_the_changelog_keeps_its_form():
    """Unreleased first, then versions with their day, each with entries of known kinds."""
    text = (ROOT / "CHANGELOG.md").read_text()
    assert text.startswith("# Changelog\n")
    releases = re.findall(r"^## (.+)$", text, re.M)
    assert releases[0] == "[Unreleased]"
    for release in releases[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", release), release
    if "dev" not in __version__:
        assert releases[1].startswith(f"[{__version__}]")
    for kind, entries in re.findall(r"^### (.+)\n\n(.*?)(?=^#|\Z)", text, re.M | re.S):
        assert kind in KINDS
        assert entries.startswith("- "), kind
