"""Settings for JupyterLab's Help menu, as the command prints them."""

from __future__ import annotations

import json

import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.exports.lab_menu import ENTRIES, FIRST, MENU, PLUGIN
from jupyterhub_responsibility.service import pages


def items(said: str) -> list[dict]:
    """The items of the one menu."""
    (menu,) = json.loads(said)[PLUGIN]["menus"]
    assert menu["id"] == MENU
    return menu["items"]


@pytest.mark.parametrize(
    ("words", "home"),
    [
        ([], "/services/responsibilities/"),
        (["/jupyter/services/who"], "/jupyter/services/who/"),
        (["https://services.hub.example/who/"], "https://services.hub.example/who/"),
    ],
)
def test_two_entries_that_lead_to_the_pages(capsys, words, home):
    """Each has a name and an address, and opens a tab of the browser; a line sets them apart."""
    assert main(["lab-menu", *words]) == 0
    *entries, last = items(capsys.readouterr().out)
    assert last == {"type": "separator", "rank": 0}
    assert entries == [
        {
            "command": "help:open",
            "args": {"text": text, "url": home + path, "newBrowserTab": True},
            "rank": 0,
        }
        for text, path in (("Whom do I ask?", "contacts"), ("My responsibilities", ""))
    ]


def test_they_are_called_what_the_pages_are():
    """The second as its page, and both lead to pages that there are."""
    assert list(ENTRIES.values()) == [pages.CONTACTS.path, pages.ME.path]
    assert pages.ME.title in ENTRIES
    assert FIRST >= 0  # JupyterLab's own rule: settings with another have no effect, nor any menu


@pytest.mark.parametrize(
    "url", ["responsibilities", "javascript:alert(1)", "//evil.example/", "", "/"]
)
def test_what_is_no_address(capsys, url):
    """Neither a web address nor a path: nothing is printed, and the status says so."""
    assert main(["lab-menu", url]) == 2
    said, trouble = capsys.readouterr()
    assert said == ""
    assert trouble == f"{url}: is neither a web address nor a path\n"
