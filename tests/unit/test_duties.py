"""What somebody is on the hook for."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain.duties import duties, duties_by_area
from jupyterhub_responsibility.domain.model import Area, Model, Responsibility, Role

from .declarations import hub

ADMIN, REP = "hub-administrator", "community-representative"


@pytest.fixture
def model() -> Model:
    """The built-in model."""
    return hub().model


def parts(model: Model, *held: str) -> dict[str, tuple[str, str]]:
    """Of the holder of some roles: responsibility → part in it, through which role."""
    return {each.responsibility.id: (each.part, each.through.id) for each in duties(model, held)}


def test_a_representative_answers_for_leading_the_community(model):
    """A Community Representative is accountable for all five of the community's duties."""
    assert parts(model, REP) == {
        "define-success": ("accountable", REP),
        "oversee-access": ("accountable", REP),
        "cultivate-community": ("accountable", REP),
        "represent-community": ("accountable", REP),
        "decide-finances": ("accountable", REP),
    }


def test_an_administrator_does_what_others_answer_for(model):
    """A Hub Administrator performs two of them, and is accountable for none."""
    assert parts(model, ADMIN) == {
        "oversee-access": ("performer", ADMIN),
        "cultivate-community": ("performer", ADMIN),
    }


def test_whoever_holds_both_roles_has_each_duty_once(model):
    """Being accountable outweighs performing."""
    assert parts(model, ADMIN, REP) == parts(model, REP)


def test_without_a_role_there_are_no_duties(model):
    """uwe has no role, and so no duties and no areas."""
    assert duties(model, []) == ()
    assert duties_by_area(model, []) == {}
    assert duties(model, ["no-such-role"]) == ()


def test_areas_without_duties_are_left_out(model):
    """A Community Guide has duties in one area only."""
    assert [area.id for area in duties_by_area(model, ["community-guide"])] == [
        "service-applications-support"
    ]


def test_a_duty_names_the_other_roles_that_perform_it(model):
    """Who answers for something sees who does it, but not their own other roles."""
    (access,) = (d for d in duties(model, [REP]) if d.responsibility.id == "oversee-access")
    assert [role.id for role in access.others] == [ADMIN]
    (access,) = (d for d in duties(model, [REP, ADMIN]) if d.responsibility.id == "oversee-access")
    assert access.others == ()


def test_several_roles_may_perform_one_thing():
    """The first performing role that somebody holds is the one through which they have it."""
    shared = Responsibility("r", "a", "R", "", "shared", None, ("one", "two", "three"))
    roles = {name: Role(name, name.title()) for name in ("one", "two", "three")}
    model = Model("M", (Area("a", "A", "", "shared", responsibilities=(shared,)),), roles)
    (duty,) = duties(model, ["three", "two"])
    assert (duty.part, duty.through.id) == ("performer", "two")
    assert [role.id for role in duty.others] == ["one"]
