"""What can be taken out of the hub's process."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from markupsafe import Markup

from jupyterhub_responsibility.enabling.variables import plain, size

CUSTOM = {
    "org": {"name": "Reef Lab", "logo_url": "https://reef.example/logo.png", "url": ""},
    "operated_by": {"name": "Crew", "links": ["https://crew.example", {"text": "Duty", "at": 9.5}]},
    "interface_selector": False,
    "nothing": None,
}


def test_what_json_can_carry_is_taken():
    """Texts, numbers, lists and dicts arrive as they are, however deep they lie."""
    taken = plain({"custom": CUSTOM, "pair": (1, 2)})
    assert taken.values == {"custom": CUSTOM, "pair": [1, 2]}
    assert taken.left_out == ()


@pytest.mark.parametrize(
    "value", [print, object(), SimpleNamespace(), {1, 2}, b"raw", Markup("<b>"), CUSTOM.keys()]
)
def test_what_cannot_be_carried_is_named(value):
    """It is left out alone, and named by where it is."""
    taken = plain({"top": value, "custom": {"badge": value, "links": [value, {"f": value}, 3]}})
    assert taken.values == {"custom": {"links": [{}, 3]}}
    assert taken.left_out == ("top", "custom.badge", "custom.links[0]", "custom.links[1].f")


def test_keys_that_are_no_text_are_named():
    """JSON would make text of them, and a template wouldn't find them."""
    assert plain({"years": {2026: "now", "x": 1}}).left_out == ("years[2026]",)


def test_what_contains_itself_has_an_end():
    """Whatever an operator's objects refer to, the hub goes on."""
    ring: dict = {"name": "ring"}
    ring["one"], ring["two"] = ring, [ring]
    assert plain({"ring": ring}).values == {"ring": {"name": "ring", "two": []}}
    deep: list = []
    for _ in range(5_000):
        deep = [deep]
    assert plain({"deep": deep, "after": 1}).values["after"] == 1


def test_the_largest_goes_first_where_there_is_no_room():
    """A picture in a variable doesn't take away the name of the lab."""
    variables = {"custom": {"org": {"name": "Reef Lab", "logo": "x" * 5_000}}, "list": [1, 2]}
    taken = plain(variables, room=1_000)
    assert taken.values == {"custom": {"org": {"name": "Reef Lab"}}, "list": [1, 2]}
    assert taken.left_out == ("custom.org.logo",)
    assert size(taken.values) < 1_000


def test_nothing_is_taken_where_there_is_no_room_at_all():
    """A hub whose service could not be started would end."""
    taken = plain({"custom": {f"{n}": {} for n in range(1_000)}}, room=100)
    assert (taken.values, taken.left_out) == ({}, ("custom",))
