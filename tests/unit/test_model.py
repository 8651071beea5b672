"""The vocabulary: what a model, a declaration and a roster say about themselves."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain.model import Contact, Party, Range, Responsibility, Roster

from .declarations import hub

LINK = {"title": "Incident process", "url": "https://crew.example/incidents"}


def test_performers_are_asked_before_those_who_answer():
    """The roles of a responsibility come in the order in which to ask, each once."""
    for accountable, performed_by, order in [
        ("rep", ("admin",), ("admin", "rep")),
        ("rep", ("rep", "admin"), ("rep", "admin")),
        ("rep", (), ("rep",)),
        (None, ("admin",), ("admin",)),
        (None, (), ()),
    ]:
        each = Responsibility("r", "a", "R", "", "none", accountable, performed_by)
        assert each.roles == order


def test_the_roles_of_an_area():
    """An area's roles are those that answer for something in it or do it."""
    model = hub().model
    roles = {area.id: [role.id for role in model.roles_in(area)] for area in model.areas}
    assert roles["community-leadership"] == ["community-representative", "hub-administrator"]
    assert roles["software-engineering"] == []


def test_everything_has_a_title():
    """Everything that a contact may be for has a title."""
    titles = hub().model.titles()
    assert len(titles) == 2 + 4 + 18 + 4
    assert titles["everyone"] == "Everyone"
    assert titles["operator"] == "Operator of this hub"
    assert all(titles.values())


def test_links_are_for_what_they_name():
    """A page to read is found for each of its targets, and for nothing else."""
    declared = hub(links=[{**LINK, "for": ["respond-to-incidents", "hub-administrator"]}])
    assert [link.title for link in declared.links_for("hub-administrator")] == [LINK["title"]]
    assert not declared.links_for("community-representative")


@pytest.mark.parametrize("field", ["email", "telephone", "url"])
def test_a_contact_is_reachable_through_any_channel(field):
    """A mail address, a telephone number or a page is enough; hours alone are not."""
    assert Contact("desk", "Desk", **{field: "x"}).reachable
    assert not Contact("desk", "Desk", hours="any time").reachable


def test_the_roster_knows_the_groups_of_an_account(roster):
    """rita is in both groups, hanna in one, uwe in none."""
    assert roster.groups_of("rita") == {"hub-admins", "community-reps"}
    assert roster.groups_of("hanna") == {"hub-admins"}
    assert roster.groups_of("uwe") == frozenset()
    assert Roster().groups_of("rita") == frozenset()


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (0, None, "any number"),
        (1, None, "at least 1"),
        (0, 2, "at most 2"),
        (1, 2, "1 to 2"),
        (2, 2, "2"),
    ],
)
def test_how_many_holders_in_words(least, most, words):
    """One wording for each range, wherever it is said."""
    assert Range(least, most).in_words == words


@pytest.mark.parametrize(
    ("name", "heading"), [("the community", "The community"), ("iPlant lab", "iPlant lab")]
)
def test_a_party_where_a_line_begins(name, heading):
    """Only what nobody has named begins with a capital there; names stay as they are."""
    assert Party(name).heading == heading
