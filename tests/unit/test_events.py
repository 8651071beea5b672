"""Events: the published schema, and what is emitted."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import get_args

import pytest
from jsonschema import ValidationError, validate

from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.kinds import (
    ACTOR_KINDS,
    DETAILS,
    EVENTS,
    PARTS,
    SCHEMA_ID,
    Event,
    event_schema,
)
from jupyterhub_responsibility.service.events import event_of

SCHEMA = event_schema()


def test_the_schema_lists_every_kind_of_entry():
    """What is written to the ledger can be emitted, and nothing else is announced."""
    assert SCHEMA["$id"] == SCHEMA_ID
    assert set(SCHEMA["properties"]["event"]["enum"]) == set(EVENTS) == set(get_args(Event))
    assert set(SCHEMA["properties"]["actor_kind"]["enum"]) == set(ACTOR_KINDS)
    assert set(SCHEMA["properties"]) == set(SCHEMA["required"])


EXAMPLES = {
    "day": "2027-03-31",
    "moment": "2026-11-22T10:42:07.000005+00:00",
    "number": "7",
    "yes": "yes",
    "id": "guide",
    "text": "because",
}


@pytest.mark.parametrize("event", EVENTS)
def test_an_entry_fits_the_schema(event):
    """Every kind of entry makes a valid event with every detail that it may have."""
    details = {
        name: DETAILS[name].choices[0] if DETAILS[name].choices else EXAMPLES[DETAILS[name].type]
        for name in EVENTS[event].details
    }
    draft = Draft(event, "rita", role="r", person="hanna", intent=1, details=details)
    emitted = event_of(write(draft, 2, BEGINNING, datetime.now(timezone.utc)))
    validate(emitted, SCHEMA)
    assert emitted["details"] == details
    for name in details:
        with pytest.raises(ValidationError):
            validate({**emitted, "details": {**details, name: ""}}, SCHEMA)


def test_every_detail_belongs_to_a_kind_of_entry():
    """And what is personal can be erased."""
    assert {name for kind in EVENTS.values() for name in kind.details} == set(DETAILS)
    personal = {name for name, kind in DETAILS.items() if kind.personal}
    assert personal == set(PARTS) - {"actor", "person"}
