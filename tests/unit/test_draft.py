"""Changing a model by id: what a declaration says is laid over the model that it starts from."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.model import Declaration, Range, Responsibility

from .declarations import MINIMAL, ROLES, declare, faults, hub, the_fault, write


def responsibility(declared: Declaration, wanted: str) -> Responsibility:
    """A responsibility by id."""
    return next(each for each in declared.model.responsibilities() if each.id == wanted)


def ids(declared: Declaration, area_id: str) -> list[str]:
    """The responsibilities of an area, by id, in their order."""
    return [r.id for a in declared.model.areas if a.id == area_id for r in a.responsibilities]


def leadership(*responsibilities: dict, **changes) -> dict:
    """A declaration that changes the area of the community's leaders."""
    area = {"responsibilities": list(responsibilities), **changes}
    return declare(areas={"community-leadership": area})


def test_a_change_touches_what_it_names_and_nothing_else():
    """A new title leaves the description, the roles and the order as they are."""
    before, after = hub(), load(leadership({"id": "decide-finances", "title": "Bills and budget"}))
    assert responsibility(after, "decide-finances").title == "Bills and budget"
    old, new = (responsibility(each, "decide-finances") for each in (before, after))
    assert (new.description, new.roles) == (old.description, old.roles)
    assert ids(after, "community-leadership") == ids(before, "community-leadership")


def test_what_is_left_empty_stays():
    """A key without a value changes nothing."""
    assert load(leadership({"id": "decide-finances", "title": None}, goal=None)) == hub()
    assert hub(roles={"community-guide": {"title": None, "holders": None}}) == hub()


def test_nobody_may_be_made_accountable():
    """`accountable: null` and an empty list of performers take the roles away."""
    declared = load(leadership({"id": "decide-finances", "accountable": None, "performed_by": []}))
    assert responsibility(declared, "decide-finances").roles == ()


def test_a_role_is_changed():
    """What a role is called and how many it takes may differ from the model."""
    role = hub(roles={"community-guide": {"title": "Mentor", "holders": {"min": 2}}}).model.roles[
        "community-guide"
    ]
    assert (role.title, role.holders) == ("Mentor", Range(2))
    assert role.summary


def test_a_responsibility_is_exchanged():
    """With one dropped there is room for a new one, at the end of its area."""
    declared = load(
        leadership(
            {"id": "cultivate-community", "remove": True},
            {
                "id": "plan-ahead",
                "title": "Plans",
                "description": "Think ahead.",
                "accountable": "community-representative",
            },
        )
    )
    assert ids(declared, "community-leadership")[-1] == "plan-ahead"
    assert "cultivate-community" not in ids(declared, "community-leadership")
    assert responsibility(declared, "plan-ahead").split == "community"


def test_an_area_and_a_role_are_added():
    """A new area with a new role in it is part of the model like any other."""
    declared = hub(
        roles={"librarian": {"title": "Librarian"}},
        areas={
            "library": {
                "title": "Library",
                "goal": "Books for everybody.",
                "split": "shared",
                "responsibilities": [
                    {"id": "lend", "title": "Lend", "description": "Lend books.",
                     "performed_by": ["librarian"]},
                ],
            }
        },
    )  # fmt: skip
    assert declared.model.areas[-1].title == "Library"
    assert [role.id for role in declared.model.roles_in(declared.model.areas[-1])] == ["librarian"]


def test_an_area_is_removed():
    """With an area, everything in it leaves the model; contacts can't be for it any more."""
    without = {"software-engineering": {"remove": True}}
    assert "software-engineering" not in hub(areas=without).model.titles()
    contact = {"id": "desk", "name": "Desk", "for": ["support-open-source"]}
    assert len(faults(declare(areas=without, contacts=[contact]))) == 1


def test_a_role_is_removed_with_its_work_given_to_another():
    """A role may leave the model when nothing names it any more."""
    work = ["write-documentation", "support-leaders", "assist-environments", "manage-data",
            "run-training"]  # fmt: skip
    sre = "site-reliability-engineer"
    taken_over = [{"id": each, "accountable": sre, "performed_by": [sre]} for each in work]
    declared = hub(
        roles={"community-guide": {"remove": True}},
        areas={"service-applications-support": {"responsibilities": taken_over}},
    )
    assert "community-guide" not in declared.model.roles


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        (
            declare(roles={"treasurer": {"remove": True}}),
            "roles.treasurer",
            "there is no role 'treasurer' to remove",
        ),
        (
            declare(areas={"library": {"remove": True}}),
            "areas.library",
            "there is no area 'library' to remove",
        ),
        (
            leadership({"id": "plan", "remove": True}),
            "areas.community-leadership.responsibilities[0]",
            "there is no responsibility 'plan' to remove",
        ),
        (
            leadership({"id": "plan", "title": "Plan"}),
            "areas.community-leadership.responsibilities[0]",
            "unknown responsibility 'plan'",
        ),
        (declare(roles={"treasurer": {}}), "roles.treasurer", "unknown role 'treasurer'"),
        (declare(areas={"library": {"title": "Books"}}), "areas.library", "unknown area 'library'"),
    ],
)
def test_changes_to_what_is_not_there(changes, path, message):
    """A change to something unknown is a fault that says what a new one would need."""
    (fault,) = faults(changes)
    assert (fault.path, fault.message) == (path, message)
    if "unknown" in message:
        assert "A new" in fault.fix


# Models that start from other models

OWN_MODEL = """\
title: Own model
model: none
roles:
  keeper: {title: Keeper}
areas:
  shelves:
    title: Shelves
    goal: Order.
    responsibilities:
      - {id: dust, title: Dust, description: Keep the books clean., accountable: keeper}
contacts:
  - {id: desk, name: Desk, email: desk@keepers.example}
  - {id: night, name: Night desk, email: night@keepers.example}
"""


def test_no_model_at_all():
    """`model: none` starts from nothing, and needs no groups."""
    declared = load({"model": "none"})
    assert (declared.model.areas, dict(declared.model.roles)) == ((), {})


def test_a_model_lies_beside_the_declaration(tmp_path):
    """A path is relative to the file that says it, wherever the hub was started."""
    (tmp_path / "models").mkdir()
    write(tmp_path / "models", OWN_MODEL, "own.yaml")
    declared = load(write(tmp_path, "model: models/own.yaml\nroles: {keeper: {groups: [staff]}}"))
    assert declared.model.title == "Own model"
    assert declared.groups == {"keeper": ("staff",)}


def test_contacts_of_a_model_give_way_to_those_of_the_declaration(tmp_path):
    """A contact with the id of one in the model takes its place."""
    write(tmp_path, OWN_MODEL, "own.yaml")
    text = "model: own.yaml\ncontacts: [{id: desk, name: Our desk, url: /desk}]"
    contacts = load(write(tmp_path, text)).contacts
    assert [(contact.id, contact.name, contact.email) for contact in contacts] == [
        ("desk", "Our desk", ""),
        ("night", "Night desk", "night@keepers.example"),
    ]


def test_a_fault_in_a_model_names_its_file_and_line(tmp_path):
    """What is wrong in the file that a declaration starts from is reported there."""
    model = write(tmp_path, OWN_MODEL.replace("accountable: keeper", "accountable: reader"), "own")
    (fault,) = faults(write(tmp_path, "model: own"))
    assert (fault.source, fault.line) == (str(model), 10)
    assert fault.fix == "Use one of: keeper"


def test_a_fault_after_the_merge_stands_where_it_came_from(tmp_path):
    """A sixth responsibility is the fault of the file that adds it."""
    text = ROLES + "areas:\n  community-leadership:\n    responsibilities:\n"
    text += "      - {id: plan, title: Plan, description: Think ahead.}\n"
    assert the_fault(tmp_path, text).line == 8


@pytest.mark.parametrize("names", [["own"], ["own", "other"], ["own", "other", "third"]])
def test_models_that_start_from_each_other(tmp_path, names):
    """A circle of models ends in one fault, in the file that closes it."""
    for name, base in zip(names, [*names[1:], names[0]], strict=True):
        write(tmp_path, f"model: {base}\n", name)
    (fault,) = faults(tmp_path / "own")
    assert fault.message == "models start from each other in a circle"
    assert (fault.source, fault.line, fault.path) == (str(tmp_path / names[-1]), 1, "model")


UNUSABLE = {
    "a mistyped name": ("clod", "No such file", "Did you mean 'cloud'?"),
    "a folder": (".", "Is a directory", "Use one of: cloud, community-hub, none"),
    "a name without end": ("x" * 1999, "File name too long", "Use one of"),
    "a picture": ("picture.png", "is not UTF-8 text", "Use one of"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_model_that_cannot_be_used(tmp_path, what):
    """A model that is missing or cannot be read is one fault, and brings no others along."""
    name, message, fix = UNUSABLE[what]
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    found = faults(write(tmp_path, f"model: {name}\n{ROLES}zebra: 1\n"))
    assert [fault.path for fault in found] == ["model", "zebra"]
    assert message in found[0].message
    assert found[0].fix.startswith(fix)


def test_a_model_that_is_not_yaml(tmp_path):
    """A model with an open bracket is one fault, in its own file."""
    write(tmp_path, "roles: [\n", "own.yaml")
    (fault,) = faults(write(tmp_path, f"model: own.yaml\n{ROLES}"))
    assert fault.source == str(tmp_path / "own.yaml")


def test_a_model_of_the_wrong_kind_brings_no_faults_along():
    """Where the name of the model can't be read, nothing else is said to be unknown."""
    (fault,) = faults({**MINIMAL, "model": 1, "roles": {"keeper": {"groups": ["staff"]}}})
    assert fault.path == "model"
