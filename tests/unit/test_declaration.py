"""Loading a declaration, and writing it out for another hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyterhub_responsibility.declaration import dump, lines_in, load
from jupyterhub_responsibility.declaration.entries import DeclarationEntry
from jupyterhub_responsibility.domain.model import EVERYONE, SEEN_WITHIN, Party
from jupyterhub_responsibility.errors import DeclarationError

from .declarations import ROLES, WHOLE, declare, hub, keys_there_are, keys_used, write
from .test_models import CLOUD

DEMO = Path(__file__).parents[2] / "responsibilities.yaml"
THEN = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)


def test_a_file_is_as_old_as_its_last_change(tmp_path):
    """What a file claims is dated by the file, and names it."""
    path = write(tmp_path, ROLES)
    os.utime(path, (THEN.timestamp(), THEN.timestamp()))
    declared = load(path)
    assert (declared.as_of, declared.source) == (THEN, str(path))


def test_a_dict_is_as_old_as_it_is_said_to_be():
    """A dict comes with its date, or is from now; it has no file."""
    assert load(declare(), THEN).as_of == THEN
    assert datetime.now(timezone.utc) - load(declare()).as_of < timedelta(minutes=1)
    assert load(declare()).source == ""


def test_what_is_not_declared_has_a_plain_name():
    """Without names for the parties, pages speak of the community and the provider."""
    assert (hub().community, hub().provider) == (Party("the community"), Party("the provider"))


def test_a_contact_is_for_everyone_unless_it_says_otherwise():
    """`for` may be left out."""
    declared = hub(contacts=[{"id": "desk", "name": "Desk", "email": "desk@reef.example"}])
    assert declared.contacts[0].targets == (EVERYONE,)


def test_what_keeps_a_declaration_true_is_kept():
    """Staff, needed permissions, review days and how long holders may be away are read."""
    declared = load(WHOLE)
    (area,) = declared.model.areas
    (person,) = declared.people["reader"]
    assert (declared.provider.staff, declared.community.staff) == (("kim", "sasha"), ())
    assert area.responsibilities[0].needs == ("list:users", "custom:dusters")
    assert person.review_by == date(2027, 6, 30)
    assert (declared.model.roles["reader"].seen_within, SEEN_WITHIN) == (30, 90)
    assert declared.model.roles["keeper"].seen_within == SEEN_WITHIN


def test_only_roles_with_groups_are_mapped():
    """A role without groups, or with an empty list of them, is in no mapping."""
    declared = hub(roles={"community-guide": {"groups": [], "people": [], "initial": []}})
    assert set(declared.groups) == {"hub-administrator", "community-representative"}
    assert (declared.people, declared.initial) == ({}, {})


def test_a_declaration_may_map_a_role_that_the_model_does_not():
    """Community Guides may be a group of the hub, too."""
    declared = hub(roles={"community-guide": {"groups": ["guides"]}})
    assert declared.groups["community-guide"] == ("guides",)


def test_no_scopes_are_not_the_usual_ones():
    """An empty list of scopes grants nothing; no list grants the usual ones."""
    declared = hub(roles={"hub-administrator": {"groups": ["a"], "scopes": []}})
    assert declared.scopes == {"hub-administrator": ()}
    assert hub().scopes == {}


ROUND_TRIPS = {
    "the demo hub": DEMO,
    "the smallest": declare(),
    "every key": WHOLE,
    "the cloud model": CLOUD,
    "no scopes": declare(roles={"hub-administrator": {"groups": ["a"], "scopes": []}}),
    "a change": declare(
        areas={
            "community-leadership": {
                "responsibilities": [
                    {"id": "decide-finances", "accountable": None, "performed_by": []},
                    {"id": "cultivate-community", "remove": True},
                ]
            },
            "software-engineering": {"remove": True},
        }
    ),
    "nothing": {"model": "none"},
}


@pytest.mark.parametrize("what", ROUND_TRIPS)
def test_what_is_written_out_reads_back_the_same(tmp_path, what):
    """A hub that uses another's export has the same model and the same declaration."""
    declared = load(ROUND_TRIPS[what])
    text = yaml.safe_dump(dump(declared), sort_keys=False, allow_unicode=True)
    copied = load(write(tmp_path, text, "copy.yaml"))
    assert replace(copied, source=declared.source) == declared
    assert dump(copied) == dump(declared)


def test_an_export_needs_no_other_file():
    """The whole model is in it, and no name of a model."""
    exported = dump(hub())
    assert exported["model"] == "none"
    assert sum(len(area["responsibilities"]) for area in exported["areas"].values()) == 18


def test_all_faults_are_in_the_message():
    """Whoever sees only the exception sees every fault."""
    with pytest.raises(DeclarationError) as error:
        load({"roles": {}})
    assert str(error.value).startswith("2 faults in the declaration:\n")
    assert all(str(fault) in str(error.value) for fault in error.value.faults)


def test_a_fault_reads_like_a_compilers(tmp_path):
    """File, line, path, what is wrong and how to mend it stand in one line."""
    path = write(tmp_path, ROLES + "zebr: 1\n")
    with pytest.raises(DeclarationError) as error:
        load(path)
    assert str(error.value.faults[0]) == (
        f"{path}:6: zebr: unknown key 'zebr'. Use one of: areas, community, contacts, links,"
        " manage_at, messages, model, names, provider, roles, title"
    )


def test_every_key_is_in_the_whole():
    """What is tried out on `WHOLE` is tried out on every key that there is."""
    removed = {key for key in keys_there_are() if key[1] == "remove"}
    assert set(keys_used(DeclarationEntry, WHOLE)) == keys_there_are() - removed


def missing(said: Any, there: Any, path: str = "") -> Iterator[str]:
    """Where a declaration that was read doesn't say what was written."""
    if isinstance(said, dict):
        for key, value in said.items():
            yield from missing(value, there.get(key), f"{path}.{key}")
    elif isinstance(said, list) and isinstance(there, list) and len(said) == len(there):
        for index, value in enumerate(said):
            yield from missing(value, there[index], f"{path}[{index}]")
    elif said != there:
        yield path


def test_every_key_reaches_what_is_built():
    """No key is read and then dropped: a declaration written out says all that was said in it."""
    assert list(missing(WHOLE, dump(load(WHOLE)))) == []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("contacts", "desk", "email"), 8),
        (("contacts", "desk", "review_by"), 7),
        (("contacts", "of-the-model"), 6),
        (("roles", "hub-administrator", "scopes"), 2),
        (("roles", "community-guide", "people"), 1),
        (("links",), None),
    ],
)
def test_where_something_is_declared(tmp_path, place, line):
    """The line of what is there, or of the nearest part that is; the file alone without any."""
    text = f"{ROLES}contacts:\n  - id: desk\n    email: desk@reef.example\n    name: Desk\n"
    path = write(tmp_path, text)
    declared = load(path)
    assert declared.where(place) == (f"{path}, line {line}" if line else str(path))
    assert hub().where(place) == ""


def test_the_lines_of_a_file_that_cannot_be_read(tmp_path):
    """They are not known, and nothing else is amiss."""
    assert lines_in(str(tmp_path / "gone.yaml")) == {}
    assert lines_in(str(write(tmp_path, "- a list"))) == {(): 1, (0,): 1}
    assert ("contacts", "") in lines_in(str(write(tmp_path, "contacts: [{name: no id}, text]")))
