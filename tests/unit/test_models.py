"""The models that ship: what has to be done on a hub, and by which role."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.declaration import load, shipped_models
from jupyterhub_responsibility.domain.model import Model, Range

from .declarations import MINIMAL, faults, hub

CLOUD = {
    "model": "cloud",
    "roles": {
        "workspace-owner": {"groups": ["owners"]},
        "access-manager": {"groups": ["managers"]},
    },
}

RESPONSIBILITIES = {
    "site-reliability-engineering": [
        "monitor-infrastructure",
        "respond-to-incidents",
        "deploy-environment",
        "improve-infrastructure",
        "operate-kubernetes",
    ],
    "service-applications-support": [
        "write-documentation",
        "support-leaders",
        "assist-environments",
        "manage-data",
        "run-training",
    ],
    "community-leadership": [
        "define-success",
        "oversee-access",
        "cultivate-community",
        "represent-community",
        "decide-finances",
    ],
    "software-engineering": [
        "develop-domain-software",
        "develop-interactive-computing",
        "support-open-source",
    ],
}


@pytest.fixture
def model() -> Model:
    """The built-in model."""
    return hub().model


def test_areas_and_responsibilities_have_stable_ids(model):
    """Links, contacts and other hubs' files name these ids: they never change."""
    assert {
        area.id: [each.id for each in area.responsibilities] for area in model.areas
    } == RESPONSIBILITIES


def test_roles_have_stable_ids(model):
    """Hub roles carry these names: they never change."""
    assert set(model.roles) == {
        "site-reliability-engineer",
        "community-guide",
        "hub-administrator",
        "community-representative",
    }


def test_every_part_says_what_it_is(model):
    """Areas have a goal and a note, responsibilities a description and topics, roles all texts."""
    for area in model.areas:
        assert all((area.title, area.goal, area.note))
    for each in model.responsibilities():
        assert all((each.title, each.description, each.topics)), each.id
        assert each.description.count(". ") <= 1, f"{each.id} has more than two sentences"
    for role in model.roles.values():
        assert all((role.title, role.summary, role.description, role.filled_by)), role.id


def test_how_many_holders_roles_want(model):
    """One or two represent a community; at least one administers its hub."""
    assert {role.id: role.holders for role in model.roles.values()} == {
        "site-reliability-engineer": Range(),
        "community-guide": Range(),
        "hub-administrator": Range(1),
        "community-representative": Range(1, 2),
    }


def test_who_appoints_whom(model):
    """Community Representatives are the first Hub Administrators, and appoint more."""
    representative = ("community-representative",)
    assert {role.id: (role.appointed_by, role.starts_with) for role in model.roles.values()} == {
        "site-reliability-engineer": ((), ()),
        "community-guide": ((), ()),
        "hub-administrator": (representative, representative),
        "community-representative": ((), ()),
    }


def test_two_roles_are_held_through_groups(model):
    """Hub Administrator and Community Representative are roles of the hub, the others not."""
    assert {role.id for role in model.roles.values() if role.mapped} == {
        "hub-administrator",
        "community-representative",
    }


def test_whose_job_an_area_is(model):
    """Infrastructure is the provider's job, leading the community's, and help is shared."""
    assert {area.id: area.split for area in model.areas} == {
        "site-reliability-engineering": "provider",
        "service-applications-support": "shared",
        "community-leadership": "community",
        "software-engineering": "partner",
    }


def test_whose_job_a_responsibility_is(model):
    """The provider trains leaders and writes; environments and data are shared with it."""
    split = {each.id: each.split for each in model.responsibilities()}
    assert {each: split[each] for each in RESPONSIBILITIES["service-applications-support"]} == {
        "write-documentation": "provider",
        "support-leaders": "provider",
        "assist-environments": "shared",
        "manage-data": "shared",
        "run-training": "provider",
    }
    others = [area for area in model.areas if area.id != "service-applications-support"]
    assert all(each.split == area.split for area in others for each in area.responsibilities)


def test_who_answers_for_what(model):
    """Each area has one role that answers for it, but for software, where nobody has one."""
    assert {
        area.id: {each.accountable for each in area.responsibilities} for area in model.areas
    } == {
        "site-reliability-engineering": {"site-reliability-engineer"},
        "service-applications-support": {"community-guide"},
        "community-leadership": {"community-representative"},
        "software-engineering": {None},
    }


def test_who_does_what(model):
    """Representatives decide who may use the hub; Hub Administrators let them in."""
    performed = {each.id: each.performed_by for each in model.responsibilities()}
    assert performed["oversee-access"] == ("hub-administrator",)
    assert performed["cultivate-community"] == ("community-representative", "hub-administrator")
    assert performed["decide-finances"] == ("community-representative",)
    assert {performed[each] for each in RESPONSIBILITIES["software-engineering"]} == {()}


def test_the_second_model_loads_with_groups():
    """The cloud model has other areas and roles, and works like the first."""
    declared = load(CLOUD)
    assert [area.split for area in declared.model.areas] == ["provider", "shared", "community"]
    assert set(declared.model.roles) == {"cloud-operator", "workspace-owner", "access-manager"}
    assert declared.mapped_groups == ("owners", "managers")


def test_the_second_model_asks_for_its_own_groups():
    """Its two mapped roles are the ones that need groups."""
    assert [fault.path for fault in faults({"model": "cloud"})] == [
        "roles.workspace-owner.groups",
        "roles.access-manager.groups",
    ]


def test_these_are_all_models_that_ship():
    """Two models ship, so that nothing is hard-wired to one of them."""
    assert set(shipped_models()) == {"community-hub", "cloud"}


@pytest.mark.parametrize("declared", [MINIMAL, CLOUD], ids=["community-hub", "cloud"])
def test_no_model_is_without_words_to_ask_with(declared):
    """Every responsibility of every model has topics."""
    assert all(each.topics for each in load(declared).model.responsibilities())


def test_a_model_that_ships_is_read_once(monkeypatch):
    """However many declarations start from it; two that do share nothing that can change."""
    hub()
    monkeypatch.setattr("jupyterhub_responsibility.declaration.read_file", None)
    first, second = hub(), hub(areas={"community-leadership": {"goal": "Another one."}})
    assert first.model.areas[2].goal != second.model.areas[2].goal == "Another one."
    assert first.model == hub().model
