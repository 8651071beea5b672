"""Which field of a form a refusal is about, so that the focus can be there."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain import refusals
from jupyterhub_responsibility.domain.refusals import Refusal
from jupyterhub_responsibility.service import bodies

FIELDS = {"person", "at", *bodies.AppointBody.model_fields, *bodies.EraseBody.model_fields}
REFUSALS = [each for each in vars(refusals).values() if isinstance(each, Refusal)]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.message)
def test_a_field_is_one_of_the_form(refusal):
    """It is one that the form has, or none, where nothing was filled in wrongly."""
    assert refusal.field in {"", *FIELDS}
    said = dict.fromkeys(
        ("name", "names", "role", "group", "groups", "date", "holders", "why", "most", "meant"), "x"
    )
    assert refusal(**said).field == refusal.field
