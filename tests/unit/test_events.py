"""Events: the published schema, and what is emitted."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import get_args

import pytest
import yaml
from jsonschema import validate

from jupyterhub_responsibility.ledger.entry import (
    ACTOR_KINDS,
    BEGINNING,
    EVENTS,
    Draft,
    Event,
    write,
)
from jupyterhub_responsibility.paths import EVENT_SCHEMA
from jupyterhub_responsibility.service.events import SCHEMA_ID, event_of

SCHEMA = yaml.safe_load(EVENT_SCHEMA.read_text())


def test_the_schema_lists_every_kind_of_entry():
    """What is written to the ledger can be emitted, and nothing else is announced."""
    assert SCHEMA["$id"] == SCHEMA_ID
    assert set(SCHEMA["properties"]["event"]["enum"]) == set(EVENTS) == set(get_args(Event))
    assert set(SCHEMA["properties"]["actor_kind"]["enum"]) == set(ACTOR_KINDS)
    assert set(SCHEMA["properties"]) == set(SCHEMA["required"])


@pytest.mark.parametrize("event", EVENTS)
def test_an_entry_fits_the_schema(event):
    """Every kind of entry makes a valid event."""
    draft = Draft(event, "rita", role="r", person="hanna", intent=1, details={"result": "done"})
    validate(event_of(write(draft, 2, BEGINNING, datetime.now(timezone.utc))), SCHEMA)
