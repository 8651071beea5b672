"""The JSON Schema: what editors complete and check is what the package accepts."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from jupyterhub_responsibility.declaration import dump, json_schema, load, shipped_models
from jupyterhub_responsibility.paths import SCHEMA

from .declarations import MINIMAL, WHOLE, declare, faults
from .test_models import CLOUD

SHIPPED = json.loads(SCHEMA.read_text(encoding="utf-8"))
DEMO = Path(__file__).parents[2] / "responsibilities.yaml"


def accepts(declared: dict) -> bool:
    """Whether an editor would find nothing wrong with a declaration."""
    jsonschema.Draft202012Validator.check_schema(SHIPPED)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(SHIPPED, format_checker=checker).is_valid(declared)


def test_the_schema_that_ships_is_the_schema_of_the_types():
    """Whoever changes the types runs `make schema`."""
    assert json_schema() == SHIPPED


GOOD = {
    "the smallest": MINIMAL,
    "every key": WHOLE,
    "the cloud model": CLOUD,
    "the demo hub": yaml.safe_load(DEMO.read_text(encoding="utf-8")),
    "an export": dump(load(DEMO)),
    **{name: yaml.safe_load(path.read_text("utf-8")) for name, path in shipped_models().items()},
}


@pytest.mark.parametrize("what", GOOD)
def test_good_declarations_are_accepted(what):
    """Whatever loads is right for an editor too."""
    assert accepts(json.loads(json.dumps(GOOD[what], default=str)))


CONTACT = {"id": "desk", "name": "Desk"}
BAD = {
    "an unknown key": declare(contact=[]),
    "an unknown key in a part": declare(contacts=[{**CONTACT, "mail": "desk@reef.example"}]),
    "a bad mail address": declare(contacts=[{**CONTACT, "email": "desk at reef"}]),
    "a script as a link": declare(contacts=[{**CONTACT, "url": "javascript:alert(1)"}]),
    "another site behind two slashes": declare(contacts=[{**CONTACT, "url": "//evil.example"}]),
    "another site behind a backslash": declare(contacts=[{**CONTACT, "url": "/\\evil.example"}]),
    "a bad date": declare(contacts=[{**CONTACT, "review_by": "2027-02-30"}]),
    "a number for a telephone number": declare(contacts=[{**CONTACT, "telephone": 4940123456}]),
    "a list without entries": declare(contacts=[{**CONTACT, "for": []}]),
    "a missing key": declare(contacts=[{"id": "desk"}]),
    "an id with a space": declare(contacts=[{**CONTACT, "id": "Help desk"}]),
    "a role id with capitals": declare(roles={"Night_Watch": {"title": "Night watch"}}),
    "an unknown split": declare(areas={"software-engineering": {"split": "nobody"}}),
    "less than nobody": declare(roles={"community-guide": {"holders": {"min": -1}}}),
    "a community with staff": declare(community={"name": "Reef Lab", "staff": ["kim"]}),
    "away for more than ten years": declare(roles={"community-guide": {"seen_within": 3651}}),
    "a permission with a filter": declare(
        areas={
            "software-engineering": {
                "responsibilities": [{"id": "support-open-source", "needs": ["servers!user=a"]}]
            }
        }
    ),
    "text for a truth": declare(contacts=[{**CONTACT, "public": "yes"}]),
    "text for a list": declare(contacts=[{**CONTACT, "for": "everyone"}]),
    "an empty title": declare(title=""),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_declarations_are_refused(what):
    """What the package refuses for its form, an editor marks too."""
    assert not accepts(BAD[what])
    assert faults(BAD[what])


def fields():
    """Every key that may stand somewhere in a declaration."""
    for kind in [SHIPPED, *SHIPPED["$defs"].values()]:
        for name, field in kind["properties"].items():
            yield pytest.param(field, id=f"{kind['title']}.{name}")


@pytest.mark.parametrize("field", list(fields()))
def test_every_key_is_described(field):
    """An editor shows what each key means, in a sentence."""
    assert field["description"].strip().endswith(".")
