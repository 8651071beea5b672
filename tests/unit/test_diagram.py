"""The overview diagram: areas on a line from provider to community, laid out from data."""

from __future__ import annotations

from itertools import pairwise
from unicodedata import east_asian_width

import pytest

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.diagram import (
    END_SIZE,
    TEXT_SIZE,
    TITLE_SIZE,
    Diagram,
    diagram,
    held_by,
)
from jupyterhub_responsibility.domain.holders import holders_by_role
from jupyterhub_responsibility.domain.model import Declaration, Roster
from jupyterhub_responsibility.domain.names import NOBODY_NAMED

from ..conftest import READ_AT
from .declarations import hub
from .test_models import CLOUD

WIDE, NARROW = 920, 340

LONG = "An area whose title is so long that it cannot possibly stand in a single line of a box " * 2
FULL = Roster(
    READ_AT,
    {
        "hub-admins": tuple(f"somebody-with-a-long-name-{number}" for number in range(5000)),
        "community-reps": ("x" * 255,),
    },
)


def drawn(declared: Declaration, roster: Roster, width: int) -> Diagram:
    """The diagram of a hub."""
    return diagram(declared, holders_by_role(declared, roster), NOBODY_NAMED, width)


def hubs() -> dict[str, Declaration]:
    """Hubs of every kind."""
    return {
        "built-in": hub(),
        "cloud": load(CLOUD),
        "nothing": load({"model": "none"}),
        "long": hub(
            areas={"community-leadership": {"title": LONG[:120]}},
            roles={"hub-administrator": {"groups": ["hub-admins"], "title": "W" * 120}},
            community={"name": LONG[:110]},
            provider={"name": "W" * 110},
        ),
        "wide letters": hub(
            areas={"community-leadership": {"title": "共同体の指導と運営" * 10}},
            roles={"hub-administrator": {"groups": ["hub-admins"], "title": "管理者" * 30}},
            community={"name": "共同体" * 30},
        ),
    }


HUBS = hubs()
ROSTERS = {"full": FULL, "empty": Roster(READ_AT, {}), "unknown": Roster()}


@pytest.fixture(params=HUBS)
def declared(request) -> Declaration:
    """One hub after the other."""
    return HUBS[request.param]


@pytest.fixture(params=ROSTERS)
def roster(request) -> Roster:
    """One roster after the other."""
    return ROSTERS[request.param]


@pytest.fixture(params=[WIDE, NARROW, 480, 1600])
def picture(request, declared, roster) -> Diagram:
    """The diagram of each hub with each roster in each width."""
    return drawn(declared, roster, request.param)


def test_there_is_a_box_for_each_area(declared, roster, picture):
    """Every area of the model has one box, in the order of the model."""
    assert [box.area for box in picture.boxes] == list(declared.model.areas)


def test_boxes_never_overlap_and_stay_inside(picture):
    """Each box begins below the one before, and none leaves the drawing."""
    for above, below in pairwise(picture.boxes):
        assert above.y + above.height < below.y
    for box in picture.boxes:
        assert box.x >= 0
        assert box.x + box.width <= picture.width + 0.01
        assert 0 < box.y < box.y + box.height <= picture.height


def width_of(text: str, size: int) -> float:
    """The width of a text by the usual width of its letters."""
    return sum(size * (1.0 if east_asian_width(char) in "WF" else 0.56) for char in text)


def test_lines_fit_into_their_box(picture):
    """No line is wider than the room in its box, and lines stand below each other."""
    for box in picture.boxes:
        for line in box.lines:
            size = TITLE_SIZE if line.strong else TEXT_SIZE
            assert width_of(line.text, size) <= box.width - 28
            assert box.y + size <= line.y <= box.y + box.height
        for above, below in pairwise(box.lines):
            assert below.y - above.y >= TEXT_SIZE


def test_no_word_is_lost_in_wrapping(picture):
    """A long title is wrapped, not cut."""
    for box in picture.boxes:
        title = "".join(line.text for line in box.lines if line.strong)
        assert title.replace(" ", "") == box.area.title.replace(" ", "")


def test_both_names_are_whole_and_do_not_meet(declared, picture):
    """Above the line from one to the other, with room between them; the last lines are level."""
    assert picture.provider[-1].y == picture.community[-1].y < picture.line
    assert all(picture.line < box.y for box in picture.boxes)
    for party, lines in (
        (declared.provider, picture.provider),
        (declared.community, picture.community),
    ):
        assert "".join(line.text for line in lines).replace(" ", "") == party.name.replace(" ", "")
        assert max(width_of(line.text, END_SIZE) for line in lines) < picture.width * 0.45
        assert lines[0].y >= END_SIZE
        for above, below in pairwise(lines):
            assert below.y - above.y > END_SIZE


def test_whose_job_it_is_shows_in_the_place():
    """From left to right: the provider's areas, shared ones, the community's."""
    boxes = drawn(HUBS["built-in"], FULL, WIDE).boxes
    provider, shared, community, partner = (box.x for box in boxes)
    assert provider < shared < community == partner


def test_who_is_there_is_named():
    """Each role in an area stands there with its holders, and nobody's area says so."""
    boxes = drawn(HUBS["built-in"], Roster(READ_AT, {"hub-admins": ("hanna",)}), WIDE).boxes
    texts = {box.area.id: " ".join(line.text for line in box.lines) for box in boxes}
    assert "Hub Administrator: hanna" in texts["community-leadership"]
    assert "Community Representative: nobody" in texts["community-leadership"]
    assert "no role assigned" in texts["software-engineering"]


@pytest.mark.parametrize(
    ("roster", "text"),
    [
        (Roster(), "not known right now"),
        (Roster(READ_AT, {}), "nobody"),
        (Roster(READ_AT, {"hub-admins": ("ada", "bob", "cem")}), "ada, bob, cem"),
        (Roster(READ_AT, {"hub-admins": ("ada", "bob", "cem", "dia")}), "ada, bob, cem and 1 more"),
        (Roster(READ_AT, {"hub-admins": ("a\nb",)}), "a⟨U+000A⟩b"),
    ],
)
def test_holders_in_a_few_words(roster, text):
    """Three names at most, the rest as a number, and no hidden characters."""
    assert (
        held_by(holders_by_role(HUBS["built-in"], roster)["hub-administrator"], NOBODY_NAMED)
        == text
    )


def test_five_thousand_holders_are_a_number():
    """A large group is a number with a comma in it."""
    text = held_by(holders_by_role(HUBS["built-in"], FULL)["hub-administrator"], NOBODY_NAMED)
    assert text.endswith(" and 4,997 more")
