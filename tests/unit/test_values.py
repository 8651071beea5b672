"""A declaration as the values of a Helm chart: the file that the chart writes, as its hub reads it.

Helm writes keys in the order of the alphabet, whole numbers as it likes, and keeps `null` where a
second file of values takes a key away; other programs that write values make moments of dates.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
import yaml

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.errors import DeclarationError, UnreadableError

from .declarations import MINIMAL

VALUES = """
areas: null
community:
  name: Reef Lab
  url: null
contacts:
- email: help@reef.example
  for: null
  id: help-desk
  name: Help desk
  public: true
  review_by: "2027-06-30"
  topics: null
links: null
model: null
provider: null
roles:
  community-guide: null
  community-representative:
    confirm_every: 6.0
    groups:
    - community-reps
    holders:
      max: 2.0
      min: null
    people: null
  hub-administrator:
    groups:
    - hub-admins
    holders: null
    initial: null
    scopes: null
    seen_within: 1.0e+02
"""


def declared(text: str = VALUES) -> dict:
    """The values, as they are read in the hub's pod."""
    values: dict = yaml.safe_load(text)
    return values


def test_what_helm_writes():
    """Nulls are as if they weren't there, whole numbers are whole, and dates are dates."""
    hub = load(declared())
    roles = hub.model.roles
    assert (roles["community-representative"].holders.max, hub.community.url) == (2, "")
    assert roles["community-representative"].confirm_every == 6
    assert roles["hub-administrator"].seen_within == 100
    assert "community-guide" in roles
    assert hub.groups["hub-administrator"] == ("hub-admins",)
    (contact,) = hub.contacts
    assert (contact.targets, contact.review_by) == (("everyone",), date(2027, 6, 30))
    assert hub.links == ()
    assert "hub-administrator" not in hub.scopes


def test_what_was_given_stays_as_it_was():
    """The chart keeps its values for everybody who asks: nothing in them changes."""
    values = declared()
    load(values)
    assert values == declared()


@pytest.mark.parametrize(
    "written",
    ["2027-06-30", "2027-06-30T00:00:00Z", '"2027-06-30T00:00:00Z"', "2027-06-30 00:00:00"],
)
def test_dates(written):
    """The first moment of a day is that day, however it is written."""
    values = declared(VALUES.replace('"2027-06-30"', written))
    assert load(values).contacts[0].review_by == date(2027, 6, 30)


def test_nobody_is_accountable():
    """At `accountable`, null is a value: nobody is."""
    entry = {"id": "oversee-access", "accountable": None}
    finances = {"community-leadership": {"responsibilities": [entry]}}
    areas = load({**MINIMAL, "areas": finances}).model.areas
    (found,) = (
        each for area in areas for each in area.responsibilities if each.id == "oversee-access"
    )
    assert found.accountable is None


CONTACT = ("contacts", 0)
WRONG = {
    "text for a truth": ((*CONTACT, "public"), "true", "contacts[0].public"),
    "text for a number": (
        ("roles", "community-representative", "holders", "max"),
        "1e+06",
        "roles.community-representative.holders.max",
    ),
    "half a holder": (
        ("roles", "community-representative", "holders", "max"),
        1.5,
        "roles.community-representative.holders.max",
    ),
    "no number": (
        ("roles", "hub-administrator", "seen_within"),
        float("inf"),
        "roles.hub-administrator.seen_within",
    ),
    "a number for text": (("community", "name"), 2.0, "community.name"),
    "noon": ((*CONTACT, "review_by"), "2027-06-30T12:00:00Z", "contacts[0].review_by"),
    "a number in a list": (
        ("roles", "hub-administrator", "groups"),
        [1e06],
        "roles.hub-administrator.groups[0]",
    ),
    "null in a list": (("contacts",), [None], "contacts[0]"),
    "keys that are a list": (("contacts",), {"help-desk": {"name": "Desk"}}, "contacts"),
    "nothing where something is needed": ((*CONTACT, "id"), None, "contacts[0].id"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_refused(what):
    """What cannot be meant is refused, with its path in the values and what to do about it."""
    (*way, last), value, path = WRONG[what]
    values = inner = deepcopy(declared())
    for step in way:
        inner = inner[step]
    inner[last] = value
    with pytest.raises(DeclarationError) as caught:
        load(values)
    (fault,) = (each for each in caught.value.faults if each.path == path)
    assert fault.fix


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "custom.responsibilities"),
        ("community:\n  name: Reef Lab\n", "without '|'"),
        ("", "give a file"),
        ([], "keys with values"),
        (True, "keys with values"),
    ],
)
def test_what_are_no_values(given, said):
    """Where the chart has none, or something else, this is said in one line."""
    with pytest.raises(UnreadableError) as caught:
        load(given)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
