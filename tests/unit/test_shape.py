"""Each value on its own: what may stand where, and what is said where something else does."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timezone
from typing import Any

import pytest
import yaml

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.errors import DeclarationError, Fault

from .declarations import ROLES, WHOLE, declare, faults, the_fault, write

CONTACT = ROLES + "contacts:\n  - id: desk\n    name: Desk\n"

# text → line, path, message, fix
FAULTS = {
    "an unknown key": (
        ROLES + "contact: []\n",
        6,
        "contact",
        "unknown key 'contact'",
        "Did you mean 'contacts'?",
    ),
    "an unknown key in a part": (
        CONTACT + "    mail: desk@reef.example\n",
        9,
        "contacts[0].mail",
        "unknown key 'mail'",
        "Did you mean 'email'?",
    ),
    "a key like no other": (
        ROLES + "zebra: 1\n",
        6,
        "zebra",
        "unknown key 'zebra'",
        "Use one of: areas, community, contacts, links, manage_at, messages, model, names,"
        " provider, roles, title",
    ),
    "a bad mail address": (
        CONTACT + "    email: desk at reef\n",
        9,
        "contacts[0].email",
        "'desk at reef' is not an email address",
        "Write it as name@example.org",
    ),
    "two mail addresses": (
        CONTACT + "    email: a@reef.example,b@reef.example\n",
        9,
        "contacts[0].email",
        "'a@reef.example,b@reef.example' is not an email address",
        "Write it as name@example.org",
    ),
    "a script as a link": (
        CONTACT + "    url: javascript:alert(1)\n",
        9,
        "contacts[0].url",
        "'javascript:alert(1)' is not a web address",
        "Start it with https:// or http://, or with / for a page of this hub",
    ),
    "another site behind two slashes": (
        CONTACT + "    url: //evil.example\n",
        9,
        "contacts[0].url",
        "'//evil.example' is not a web address",
        "Start it with https:// or http://, or with / for a page of this hub",
    ),
    "another site behind a backslash": (
        CONTACT + "    url: /\\evil.example\n",
        9,
        "contacts[0].url",
        "'/\\evil.example' is not a web address",
        "Start it with https:// or http://, or with / for a page of this hub",
    ),
    "a bad date": (
        CONTACT + "    review_by: '2027-02-30'\n",
        9,
        "contacts[0].review_by",
        "'2027-02-30' is not a date",
        "Write it as year-month-day, such as 2027-06-30",
    ),
    "a date in another order": (
        CONTACT + "    review_by: 30.06.2027\n",
        9,
        "contacts[0].review_by",
        "'30.06.2027' is not a date",
        "Write it as year-month-day, such as 2027-06-30",
    ),
    "a number for a telephone number": (
        CONTACT + "    telephone: 4940123456\n",
        9,
        "contacts[0].telephone",
        "should be text",
        "Put the value in quotes",
    ),
    "a date without hyphens": (
        CONTACT + "    review_by: '20270630'\n",
        9,
        "contacts[0].review_by",
        "'20270630' is not a date",
        "Write it as year-month-day, such as 2027-06-30",
    ),
    "a telephone number with words": (
        CONTACT + "    telephone: extension 12\n",
        9,
        "contacts[0].telephone",
        "'extension 12' is not a telephone number",
        "Write it as '+49 40 123456'",
    ),
    "an hour that YAML counts in seconds": (
        CONTACT + "    hours: 9:30\n",
        9,
        "contacts[0].hours",
        "should be text",
        "Put the value in quotes",
    ),
    "Norwegian, which YAML takes for no": (
        CONTACT + "    languages: [en, no]\n",
        9,
        "contacts[0].languages[1]",
        "should be text",
        "Put the value in quotes",
    ),
    "a language by name": (
        CONTACT + "    languages: [English (GB)]\n",
        9,
        "contacts[0].languages[0]",
        "'English (GB)' is not a language code",
        "Use a code such as en, de or pt-BR",
    ),
    "one word where a list belongs": (
        CONTACT + "    for: everyone\n",
        9,
        "contacts[0].for",
        "should be a list",
        "Write it as [one, two], or one entry per line after '- '",
    ),
    "a list without entries": (
        CONTACT + "    for: []\n",
        9,
        "contacts[0].for",
        "is an empty list",
        "List something, or leave it out",
    ),
    "a missing key": (
        ROLES + "contacts:\n  - id: desk\n",
        7,
        "contacts[0].name",
        "'name' is missing",
        "Add it",
    ),
    "yes in quotes": (
        CONTACT + "    public: 'yes'\n",
        9,
        "contacts[0].public",
        "should be true or false",
        "Write true or false, without quotes",
    ),
    "an id with a space": (
        ROLES + "contacts:\n  - {id: Help desk, name: Desk}\n",
        7,
        "contacts[0].id",
        "'Help desk' cannot be an id",
        "Use small letters, digits and single hyphens",
    ),
    "a role id with capitals": (
        ROLES + "  Night_Watch: {title: Night watch}\n",
        6,
        "roles.Night_Watch",
        "'Night_Watch' cannot be an id",
        "Use small letters, digits and single hyphens",
    ),
    "an unknown split": (
        ROLES + "areas:\n  software-engineering: {split: nobody}\n",
        7,
        "areas.software-engineering.split",
        "'nobody' is not allowed here",
        "Use one of: 'provider', 'shared', 'community', 'partner' or 'none'",
    ),
    "less than nobody": (
        ROLES + "    holders: {min: -1}\n",
        6,
        "roles.community-representative.holders.min",
        "is less than 0",
        "Use 0 or more",
    ),
    "a provider's key at the community": (
        ROLES + "community: {name: Reef Lab, staff: [kim]}\n",
        6,
        "community.staff",
        "unknown key 'staff'",
        "Use one of: name, url",
    ),
    "seen longer ago than anybody remembers": (
        ROLES + "    seen_within: 3651\n",
        6,
        "roles.community-representative.seen_within",
        "is more than 3650",
        "Use 3650 or less",
    ),
    "seen never": (
        ROLES + "    seen_within: 0\n",
        6,
        "roles.community-representative.seen_within",
        "is less than 1",
        "Use 1 or more",
    ),
    "a person's date that is none": (
        ROLES + "    people: [{name: Ada, review_by: '2027-02-30'}]\n",
        6,
        "roles.community-representative.people[0].review_by",
        "'2027-02-30' is not a date",
        "Write it as year-month-day, such as 2027-06-30",
    ),
    "a permission with a filter": (
        ROLES
        + "areas:\n  community-leadership:\n    responsibilities:\n"
        + "      - {id: decide-finances, needs: [servers, 'servers!group=reef']}\n",
        9,
        "areas.community-leadership.responsibilities[0].needs[1]",
        "'servers!group=reef' is not the plain name of a scope",
        "Write one such as servers, without !",
    ),
    "a number in quotes": (
        ROLES + "    holders: {max: '2'}\n",
        6,
        "roles.community-representative.holders.max",
        "should be a whole number",
        "Write it in digits, without quotes",
    ),
    "a title that never ends": (
        ROLES + f"title: {'x' * 121}\n",
        6,
        "title",
        "is longer than 120 characters",
        "Shorten it",
    ),
    "characters that cannot be seen": (
        ROLES + 'title: "Reef\\u202eLab"\n',
        6,
        "title",
        "contains characters that cannot be seen",
        "Type the text again; copying from a page can bring such characters with it",
    ),
    "a mail address with a hidden character": (
        CONTACT + '    email: "de\\u200bsk@reef.example"\n',
        9,
        "contacts[0].email",
        "contains characters that cannot be seen",
        "Type the text again; copying from a page can bring such characters with it",
    ),
    "text where keys belong": (
        ROLES + "community: Reef Lab\n",
        6,
        "community",
        "should be keys with values",
        "Write 'key: value', one per line",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_wrong_value_is_one_fault(tmp_path, what):
    """Each wrong value is one fault, with its line, its path, what is wrong and how to mend it."""
    text, line, path, message, fix = FAULTS[what]
    fault = the_fault(tmp_path, text)
    assert (fault.line, fault.path, fault.message, fault.fix) == (line, path, message, fix)


def test_a_key_without_a_value(tmp_path):
    """In a file something is missing there; in values, it takes a key away (test_values)."""
    (fault,) = faults(write(tmp_path, ROLES + "contacts:\n"))
    assert (fault.line, fault.path, fault.message) == (6, "contacts", "is empty")
    assert fault.fix == "Fill it in, or leave it out"


@pytest.mark.parametrize(
    "url",
    [
        "https://reef.example/help?q=1#top",
        "http://127.0.0.1:8000",
        "/hub/home",
        "https://ü.example",
    ],
)
def test_good_addresses_are_left_alone(url):
    """Pages of the web and of this hub are web addresses."""
    declared = load(declare(contacts=[{"id": "desk", "name": "Desk", "url": url}]))
    assert declared.contacts[0].url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://[docs.example/",
        "https://docs].example",
        "https://docs.example:99999/",
        "https://%zz/",
        "http://256.256.256.256/",
        "https://docs\u2100.example/",
    ],
)
def test_an_address_that_cannot_be_opened(tmp_path, url):
    """It is found before a page or an export meets it."""
    fault = the_fault(tmp_path, CONTACT + f"    url: '{url}'\n")
    assert (fault.line, fault.path) == (9, "contacts[0].url")
    assert fault.message == f"'{url}' is an address that no browser can open"
    assert "after //" in fault.fix


@pytest.mark.parametrize("written", ["2027-06-30", "'2027-06-30'"])
def test_a_date_may_stand_in_quotes_or_not(tmp_path, written):
    """YAML's own dates and dates in quotes are the same."""
    path = write(tmp_path, CONTACT + f"    review_by: {written}\n")
    assert str(load(path).contacts[0].review_by) == "2027-06-30"


def test_text_is_taken_without_the_spaces_around_it():
    """Spaces around a name are no part of it, and a repeated entry counts once."""
    contact = {"id": "desk", "name": "  Desk ", "topics": ["bills ", "bills"]}
    declared = load(declare(contacts=[contact]))
    assert (declared.contacts[0].name, declared.contacts[0].topics) == ("Desk", ("bills",))


MISTYPED = {
    "a key": ({"group": ["x"]}, {}),
    "a required key": ({}, {"contacts": [{"id": "desk", "nam": "Desk"}]}),
    "a key in capitals": ({"GROUPS": ["x"]}, {}),
}


@pytest.mark.parametrize("what", MISTYPED)
def test_a_mistyped_key_does_not_count_as_missing(what):
    """A mistyped key is one fault: what it was meant to be is not reported as missing."""
    role, others = MISTYPED[what]
    roles = {"hub-administrator": role} if role else {}
    (fault,) = faults(declare(roles=roles, **others))
    assert fault.message.startswith("unknown key")
    assert fault.fix.startswith("Did you mean")


def test_long_and_odd_values_are_shown_short(tmp_path):
    """A fault shows the start of a long value, and nothing that a terminal would obey."""
    (fault,) = faults(declare(contacts=[{"id": "\x1b[31m" + "x" * 1000, "name": "Desk"}]))
    assert len(str(fault)) < 200
    assert "\x1b" not in str(fault)


def places(value: Any, at: tuple = ()) -> list[tuple]:
    """Every place in a declaration."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if type(value) is list else ())
    )
    return [at] * bool(at) + [place for key, item in inside for place in places(item, (*at, key))]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        1,
        1.5,
        "x",
        "",
        "\ud800",
        b"x",
        [],
        [[]],
        {},
        {"x": {}},
        {1: 2},
        True,
        datetime(2027, 6, 30, 12, tzinfo=timezone.utc),
        object(),
    ],
)
def test_anything_anywhere_is_read_or_refused(odd):
    """Whatever stands in whatever place, the declaration loads or its faults say how to mend it."""
    silent: list[Fault] = []
    for *way, last in places(WHOLE):
        declared = inner = deepcopy(WHOLE)
        for step in way:
            inner = inner[step]
        inner[last] = odd
        try:
            load(declared)
        except DeclarationError as error:
            silent += [fault for fault in error.faults if not fault.fix]
    assert not silent


@pytest.mark.parametrize("odd", [1, None, "\ud800", "", "x" * 5000])
def test_any_key_anywhere_is_refused(odd):
    """Whatever stands as a key, the declaration is refused in words."""
    for *way, last in places(WHOLE):
        declared = inner = deepcopy(WHOLE)
        for step in way:
            inner = inner[step]
        if isinstance(inner, dict):
            inner[odd] = inner.pop(last)
            assert all(len(str(fault)) < 400 for fault in faults(declared))
            assert faults(declared)


def test_a_dict_that_contains_itself_is_refused():
    """A configuration that holds itself ends in one fault."""
    declared = declare()
    declared["roles"]["again"] = declared
    assert len(faults(declared)) == 1


def test_configuration_objects_are_plain_data():
    """Tuples, sets and traitlets' Config are as good as lists and dicts."""
    from traitlets.config import Config

    declared = Config()
    declared.roles = declare()["roles"]
    declared.contacts = ({"id": "desk", "name": "Desk", "languages": {"en"}},)
    assert load(declared) == load(
        yaml.safe_load(
            yaml.safe_dump(declare(contacts=[{"id": "desk", "name": "Desk", "languages": ["en"]}]))
        )
    )
