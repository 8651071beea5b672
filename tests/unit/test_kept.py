"""What is kept on the page, over what the file says: the newer word counts, never silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.coverage.contacts import contact_gaps
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.declaration.things import fields_of, thing_of
from jupyterhub_responsibility.domain.kept import (
    Kept,
    digest,
    id_of_link,
    id_of_person,
    items,
    lay,
    new_contact_id,
    owner_of,
)
from jupyterhub_responsibility.domain.model import Contact, Link, Person, Roster
from jupyterhub_responsibility.ledger.state import LedgerState

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)
LATER = datetime(2026, 11, 23, 9, tzinfo=timezone.utc)
"""When something was written on the page."""
ENGINEER = "site-reliability-engineer"
FILE = {
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["community-reps"]},
        ENGINEER: {"people": [{"name": "Sam"}, {"name": "Sam", "email": "sam@crew.example"}]},
    },
    "contacts": [
        {"id": "help", "name": "Help", "telephone": "+49 40 111"},
        {"id": "crew", "name": "Crew", "for": ["operator"], "email": "crew@crew.example"},
    ],
    "links": [{"title": "Guide", "url": "https://reef.example/guide", "for": [ENGINEER]}],
}
HELP = Contact("help", "Help", telephone="+49 40 222")


def file(**changes):
    return load({**FILE, **changes}, NOW)


def kept(kind, id_, thing, over="", role="", number=1, **more) -> Kept:
    return Kept(kind, id_, role, thing, over, "rita", "", LATER, number, **more)


def over(declaration, *key) -> str:
    return digest(items(declaration)[key].thing)


def test_nothing_is_kept():
    """What is in force is the very declaration of the file."""
    declared = file()
    assert lay(declared, ()).declaration is declared


def test_in_its_place_and_at_the_end():
    """What was changed stands where it stood; what was added comes last; the rest stays."""
    declared, was = file(), over(file(), "contact", "help")
    new = Contact("desk", "Desk", email="desk@reef.example")
    laid = lay(
        declared, [kept("contact", "help", HELP, was), kept("contact", "desk", new, number=2)]
    )
    assert laid.declaration.contacts == (HELP, declared.contacts[1], new)
    assert [laid.declaration.age_of(each) for each in laid.declaration.contacts] == [
        LATER,
        NOW,
        LATER,
    ]
    assert (laid.file, laid.differs) == (declared, ())


def test_people_are_told_apart():
    """Two of one name in one role are two: each has an id, and none is made of the name."""
    declared = file()
    first, second = (each for kind, each in items(declared) if kind == "person")
    assert (first, second) == (id_of_person(ENGINEER, "Sam"), f"{first}-2")
    was = over(declared, "person", second)
    laid = lay(declared, [kept("person", second, Person("Kim"), was, ENGINEER)])
    assert [each.name for each in laid.declaration.people[ENGINEER]] == ["Sam", "Kim"]
    assert "sam" not in first


def test_set_aside():
    """What is set aside is left out, and a role without anybody is as if nobody was named."""
    declared = file()
    keys = [key for key in items(declared) if key[0] != "contact"]
    aside = [kept(*key, None, over(declared, *key), number=n) for n, key in enumerate(keys)]
    laid = lay(declared, aside)
    assert (laid.declaration.people, laid.declaration.links) == ({}, ())
    assert laid.declaration.contacts == declared.contacts


def test_the_file_was_changed_since():
    """Then the file's word counts, and both are named."""
    was = over(file(), "contact", "help")
    newer = file(contacts=[{"id": "help", "name": "Help", "telephone": "+49 40 333"}])
    laid = lay(newer, [kept("contact", "help", HELP, was)])
    assert laid.declaration.contacts == newer.contacts
    (found,) = laid.differs
    assert (found.why, found.declared, found.kept.thing) == ("changed", newer.contacts[0], HELP)


def test_the_file_doesnt_have_it_any_more():
    """That is a change as well; who had set it aside says the same as the file."""
    was = over(file(), "contact", "help")
    without = file(contacts=[])
    laid = lay(without, [kept("contact", "help", HELP, was)])
    assert [each.why for each in laid.differs] == ["changed"]
    laid = lay(without, [kept("contact", "help", None, was)])
    assert (laid.differs, laid.declaration.contacts) == ((), ())


def test_the_operator_took_it_over():
    """A file that says by now what the page says differs in nothing."""
    was = over(file(), "contact", "help")
    same = file(contacts=[fields_of(HELP)])
    assert lay(same, [kept("contact", "help", HELP, was)]).differs == ()


@pytest.mark.parametrize(
    ("each", "why"),
    [
        (kept("contact", "x", Contact("x", "X", ("gone",))), "unknown"),
        (kept("link", "x", Link("X", "/x", ("everyone",))), "unknown"),
        (kept("person", "x", Person("Kim"), role="gone"), "unknown"),
        (kept("contact", "x", None, readable=False), "unreadable"),
    ],
    ids=["contact", "link", "person", "unreadable"],
)
def test_what_doesnt_fit_any_more(each, why):
    """It doesn't count, is named, and nothing raises."""
    laid = lay(file(), [each])
    assert laid.declaration is laid.file
    assert [found.why for found in laid.differs] == [why]


def test_what_to_check_stands_where_the_file_has_it():
    """Whoever else is set aside; who was added on the page is on no line of the file."""
    day = NOW.date().replace(day=1)
    people = [{"name": "Sam"}, {"name": "Kim", "url": "/kim", "review_by": day}]
    declared = file(roles={**FILE["roles"], ENGINEER: {"people": people}})
    first = id_of_person(ENGINEER, "Sam")
    laid = lay(declared, [
        kept("person", first, None, over(declared, "person", first), ENGINEER),
        kept("person", "x", Person("Ada", review_by=day), role=ENGINEER, number=2),
    ])  # fmt: skip
    there = laid.declaration.seen_from("https://hub.example")
    known = Snapshot(there, Roster(NOW), LedgerState(), NOW, page=laid)
    steps = [each.step for each in contact_gaps(known) if each.kind == "person-past-review"]
    assert [(each.place[3:], each.keep.where.path) for each in steps] == [
        ((1, "review_by"), f"keep/person/{id_of_person(ENGINEER, 'Kim')}"),
        (("review_by",), "keep/person/x"),
    ]


def test_ages_of_pages_elsewhere():
    """With each user's server on a domain of its own, an age is still found."""
    page = Link("Guide", "/hub/guide", (ENGINEER,))
    laid = lay(file(), [kept("link", id_of_link(page.url), page)])
    there = laid.declaration.seen_from("https://hub.example")
    moved = replace(page, url="https://hub.example/hub/guide")
    assert moved in there.links
    assert there.age_of(moved) == LATER


@pytest.mark.parametrize(
    ("target", "owner"),
    {
        "everyone": "both",
        "operator": "provider",
        "community-representative": "community",
        "hub-administrator": "community",
        ENGINEER: "provider",
        "community-guide": "provider",
        "site-reliability-engineering": "provider",
        "service-applications-support": "community",
        "community-leadership": "community",
        "software-engineering": "community",
        "no-such-thing": "both",
    }.items(),
)
def test_whose_it_is(target, owner):
    """By whose job that is, as the model says."""
    assert owner_of(file().model, target) == owner


def test_ids_of_new_contacts():
    """They say what they are for, and no name; each is free."""
    assert new_contact_id(["everyone"], ()) == "everyone-contact"
    assert new_contact_id(["everyone"], ["everyone-contact"]) == "everyone-contact-2"
    assert new_contact_id([], ()) == "everyone-contact"
    long = new_contact_id([f"{'a' * 59}-{'b' * 20}"], ())
    assert thing_of("contact", {"id": long, "name": "Desk"})[1] == ()


def test_everybody_who_is_named():
    """In the file, though set aside; and on the page, though that doesn't count."""
    declared = file()
    first = id_of_person(ENGINEER, "Sam")
    aside = kept("person", first, None, over(declared, "person", first), ENGINEER)
    gone = kept("person", "x", Person("Kim"), role="gone", number=2)
    assert lay(declared, [aside, gone]).people == {"Sam", "Kim"}


def test_the_format_of_the_file():
    """What is kept reads back as it was written, by the types of the file."""
    for item in items(file()).values():
        assert thing_of(item.kind, fields_of(item.thing)) == (item.thing, ())
    thing, faults = thing_of("contact", {"id": "x", "name": "", "email": "nonsense", "other": 1})
    assert thing is None
    assert sorted(each.path for each in faults) == ["email", "name", "other"]
