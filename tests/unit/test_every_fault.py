"""Faults that have nothing to do with each other are all named in one run."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from itertools import combinations
from typing import Any

import pytest

from .declarations import declare, faults

ENGINEER, LEADERSHIP = "site-reliability-engineer", "community-leadership"
Declared = dict[str, Any]


def role(declared: Declared, role_id: str) -> Declared:
    return declared["roles"].setdefault(role_id, {})


def area(declared: Declared, area_id: str) -> list[Any]:
    return (
        declared.setdefault("areas", {}).setdefault(area_id, {}).setdefault("responsibilities", [])
    )


def put(declared: Declared, key: str, /, **entry: Any) -> None:
    declared.setdefault(key, []).append(entry)


# what goes wrong → how, and words of its message
WRONG: dict[str, tuple[Callable[[Declared], Any], str]] = {
    "an unknown key": (lambda d: d.update(zebr=1), "unknown key 'zebr'"),
    "a number for a name": (lambda d: d.update(community={"name": 1}), "should be text"),
    "an unknown key in a role": (
        lambda d: role(d, "hub-administrator").update(colour="red"),
        "unknown key 'colour'",
    ),
    "one group for two roles": (
        lambda d: role(d, ENGINEER).update(groups=["hub-admins"]),
        "already stands for",
    ),
    "a group without a path": (
        lambda d: role(d, "community-guide").update(groups=[".."]),
        "cannot reach a group called '..'",
    ),
    "too many first holders": (
        lambda d: role(d, "community-representative").update(
            initial=["a", "b"], holders={"min": 1, "max": 1}
        ),
        "lists 2 accounts",
    ),
    "an unknown role": (lambda d: role(d, "treasurer"), "unknown role 'treasurer'"),
    "a fault in an unknown role": (
        lambda d: role(d, "treasurer").update(filled_by=5),
        "should be text",
    ),
    "a role unknown to a responsibility": (
        lambda d: area(d, LEADERSHIP).append({"id": "decide-finances", "accountable": "nobody"}),
        "there is no role 'nobody'",
    ),
    "too many responsibilities": (
        lambda d: area(d, LEADERSHIP).extend(
            {"id": f"more-{n}", "title": "More", "description": "More."} for n in range(3)
        ),
        "has 8 responsibilities",
    ),
    "an unknown key in a responsibility": (
        lambda d: area(d, LEADERSHIP).append({"id": "oversee-access", "colour": 1}),
        "unknown key 'colour'",
    ),
    "an unknown area": (
        lambda d: area(d, "gardening").append(
            {"id": "weeds", "title": "Weeds", "description": "Pull them."}
        ),
        "unknown area 'gardening'",
    ),
    "a mail address that is none": (
        lambda d: put(d, "contacts", id="one", name="One", **{"for": ["everyone"]}, email="x"),
        "is not an email address",
    ),
    "an unknown target": (
        lambda d: put(
            d, "contacts", id="two", name="Two", **{"for": ["nowhere"]}, email="x@y.example"
        ),
        "'nowhere'",
    ),
    "a link that leads nowhere": (
        lambda d: put(d, "links", title="L", url="nowhere", **{"for": ["everyone"]}),
        "is not a web address",
    ),
}


def named(whats: tuple[str, ...]) -> list[str]:
    """Those of several things that go wrong that are not named when they do so together."""
    declared = deepcopy(declare())
    for what in whats:
        WRONG[what][0](declared)
    messages = [fault.message for fault in faults(declared)]
    return [what for what in whats if not any(WRONG[what][1] in each for each in messages)]


@pytest.mark.parametrize("what", WRONG)
def test_one(what):
    """Each is named where it is the only one."""
    assert named((what,)) == []


def test_two():
    """Any two are both named, such as these."""
    pairs = random.Random(7).sample([*combinations(WRONG, 2)], 25)
    missing = {pair: gone for pair in pairs if (gone := named(pair))}
    assert missing == {}


def test_many():
    """So are many at once, and all of them."""
    chosen = random.Random(7)
    for size in range(3, len(WRONG) + 1, 3):
        whats = tuple(chosen.sample([*WRONG], size))
        assert (whats, named(whats)) == (whats, [])


@pytest.mark.parametrize("model", ["no-such-model", "missing.yaml"])
def test_without_a_model(model):
    """Where the model cannot be read, what is wrong in the file alone is named all the same."""
    declared = declare(model=model)
    for what in ("an unknown key", "one group for two roles", "a group without a path"):
        WRONG[what][0](declared)
    messages = "\n".join(fault.message for fault in faults(declared))
    assert f"the model '{model}'" in messages
    assert "already stands for" in messages
    assert "called '..'" in messages
    assert "unknown key 'zebr'" in messages


def test_beside_keys_that_cannot_be_merged(tmp_path):
    """`<<` at the top of a file hides nothing."""
    text = "<<: {title: A}\nroles:\n  hub-administrator: {groups: [a]}\n"
    path = tmp_path / "own.yaml"
    path.write_text(text + "  community-representative: {groups: [a]}\n")
    first, second = faults(path)
    assert (first.path, first.line) == ("<<", 1)
    assert "cannot be merged" in first.message
    assert "already stands for" in second.message
