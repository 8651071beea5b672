"""Where groups are kept: which of them a place is for, and where its page is."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.elsewhere import ManageAt, flaw
from jupyterhub_responsibility.errors import DeclarationError

TEAMS = ManageAt("{org}:{team}", "https://git.example/orgs/{org}/teams/{team}")


@pytest.mark.parametrize(
    ("group", "link"),
    [
        ("reef:crew", "reef/teams/crew"),
        ("reef:crew:night", "reef/teams/crew%3Anight"),
        ("a/b:c?d#e&f", "a%2Fb/teams/c%3Fd%23e%26f"),
        ("ä b:%2e", "%C3%A4%20b/teams/%252e"),
        ("a\nb:\\", "a%0Ab/teams/%5C"),
        ("..:crew", ""),
        ("reef:.", ""),
        ("::", ""),
        (":crew", ""),
        ("reef:", ""),
        ("reef", ""),
    ],
)
def test_what_is_in_braces_stays_one_part_of_the_address(group, link):
    """Each stands for as little as it can, and at least one character; what browsers would leave
    out of an address has no page."""
    assert TEAMS.link(group) == (f"https://git.example/orgs/{link}" if link else "")


@pytest.mark.parametrize(
    ("pattern", "group", "matches"),
    [
        ("a.b", "a.b", True),
        ("a.b", "axb", False),
        ("(a|b)*", "a", False),
        ("{x}$", "a$", True),
        ("^{x}", "a", False),
        ("crew", "crew\n", False),
        ("{a}{b}", "x", False),
        ("{a}{b}", "xy", True),
        ("Crew", "crew", False),
    ],
)
def test_nothing_but_braces_stands_for_something_else(pattern, group, matches):
    """What is special elsewhere is not, and the whole name has to fit."""
    assert (ManageAt(pattern).values(group) is not None) is matches


def test_group_is_always_the_whole_name():
    """So it can't be a part of it as well; a place without a pattern is for any group."""
    assert "stands for the whole name" in flaw("crew-{group}")
    place = {"groups": "crew-{group}", "url": "https://git.example/{group}"}
    with pytest.raises(DeclarationError, match="stands for the whole name"):
        load({"manage_at": place})
    assert ManageAt(url="https://it.example/?name={group}").link("a b") == (
        "https://it.example/?name=a%20b"
    )
