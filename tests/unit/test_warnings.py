"""What `check` warns of: it is right as it stands, and makes poor pages."""

from __future__ import annotations

import pytest
import yaml

from jupyterhub_responsibility.cli.files import STARTER
from jupyterhub_responsibility.declaration import look_over
from jupyterhub_responsibility.declaration.warnings import PLACEHOLDERS
from jupyterhub_responsibility.errors import Fault

from .declarations import ROLES, WHOLE, write

EVERYONE = "contacts: [{id: desk, name: Desk, for: [everyone], url: https://reef.example}]\n"


def warned(folder, text: str) -> tuple[Fault, ...]:
    """What is warned of in a file with this text."""
    return look_over(write(folder, text))[1]


# text → line, path, message
WARNINGS = {
    "nobody to ask": (ROLES, 1, "contacts", "there is no contact for everyone"),
    "nobody to ask about everything": (
        ROLES + EVERYONE.replace("everyone", "hub-administrator"),
        6,
        "contacts",
        "there is no contact for everyone",
    ),
    "a group for several": (
        ROLES.replace("community-reps", "reef-*") + EVERYONE,
        5,
        "roles.community-representative.groups[0]",
        "'reef-*' is one group",
    ),
    "a place for every group": (
        ROLES + EVERYONE + "manage_at: [{groups: a, who: A}, {who: B}, {groups: c, who: C}]\n",
        7,
        "manage_at[1]",
        "those after it never count",
    ),
    "an example of a name": (
        ROLES + EVERYONE + "community: {name: Our community}\n",
        7,
        "community.name",
        "'Our community' is only an example",
    ),
    "an example of an address": (
        ROLES + EVERYONE + "provider: {name: Crew, url: https://provider.example.org/duty}\n",
        7,
        "provider.url",
        "only an example",
    ),
    "an example of a mail address": (
        ROLES + EVERYONE.replace("url: https://reef.example", "email: help@example.org"),
        6,
        "contacts[0].email",
        "'help@example.org' is only an example",
    ),
}


@pytest.mark.parametrize("what", WARNINGS)
def test_a_warning(what, tmp_path):
    """Each is said with its place and what to do about it, and is no fault."""
    text, line, path, message = WARNINGS[what]
    (found,) = warned(tmp_path, text)
    assert look_over(tmp_path / "responsibilities.yaml")[0] == ()
    assert (found.line, found.path) == (line, path)
    assert message in found.message
    assert found.fix


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n"])
def test_an_empty_file(text, tmp_path):
    """Where nothing is declared, it is said that the file is empty."""
    faults, found = look_over(write(tmp_path, text))
    assert faults
    assert "the file is empty" in [each.message for each in found]


def test_a_good_file():
    """Where everything is there, nothing is warned of."""
    assert look_over(WHOLE) == ((), ())


def test_every_placeholder_of_the_starter_file(tmp_path):
    """Whatever `init` writes as an example is noticed, once its comments are taken away."""
    told = {name: f"<{name}>" for name in PLACEHOLDERS}
    marked = STARTER.format(schema="", file="", **told)
    assert all(mark in marked for mark in told.values())
    for name in PLACEHOLDERS.values():
        text = ROLES + EVERYONE + yaml.safe_dump({"community": {"name": name}})
        assert [each.path for each in warned(tmp_path, text)] == ["community.name"]


def test_a_name_that_looks_like_one(tmp_path):
    """What only resembles an example is somebody's own."""
    text = ROLES + EVERYONE.replace("reef.example", "reefexample.org")
    assert warned(tmp_path, text) == ()
