"""Which field of a form a refusal is about, so that the focus can be there."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain import refusals
from jupyterhub_responsibility.domain.holders import Holder
from jupyterhub_responsibility.domain.model import Person
from jupyterhub_responsibility.domain.names import Called, Names
from jupyterhub_responsibility.domain.refusals import Refusal, Whom
from jupyterhub_responsibility.service import bodies

FORMS = (bodies.AppointBody, bodies.EraseBody, bodies.ReachBody)
FIELDS = {"person", "at", *(name for form in FORMS for name in form.model_fields)}
REFUSALS = [each for each in vars(refusals).values() if isinstance(each, Refusal)]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.message)
def test_a_field_is_one_of_the_form(refusal):
    """It is one that the form has, or none, where nothing was filled in wrongly."""
    assert refusal.field in {"", *FIELDS}
    said = dict.fromkeys(
        ("name", "names", "role", "group", "groups", "date", "holders", "why", "most", "meant"), "x"
    )
    assert refusal(**said).field == refusal.field


def test_people_are_called_what_they_are_called():
    """On a page; in the record and for programs, accounts are what they are."""
    ada = "google-oauth2|100400000000000000001"
    holders = (*refusals.account(ada).people, Holder("Sam", "person", (), None, Person("Sam")))
    error = refusals.FULL(role="{0}", holders="2 holders", names=Whom(holders))
    words = "The role {0} can have 2 holders, and already has: %s, Sam. Withdraw one of them first."
    assert str(error) == words % ada
    assert error.in_words(Names({ada: Called("Ada Marlow")})) == words % "Ada Marlow"
