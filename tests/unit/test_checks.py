"""What one part of a declaration says about another."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.declaration import load

from .declarations import ROLES, declare, faults, the_fault, write

LEADERSHIP = ROLES + "areas:\n  community-leadership:\n    responsibilities:\n"
NEW = "      - {{id: {}, title: New, description: Something new.{}}}\n"

# text → line, path, message, fix
FAULTS = {
    "an unknown role accountable": (
        LEADERSHIP + "      - {id: decide-finances, accountable: treasurer}\n",
        9,
        "areas.community-leadership.responsibilities[0].accountable",
        "there is no role 'treasurer'",
        "Use one of: community-guide, community-representative, hub-administrator,"
        " site-reliability-engineer",
    ),
    "a mistyped role performing": (
        LEADERSHIP + "      - {id: decide-finances, performed_by: [hub-administrators]}\n",
        9,
        "areas.community-leadership.responsibilities[0].performed_by[0]",
        "there is no role 'hub-administrators'",
        "Did you mean 'hub-administrator'?",
    ),
    "an unknown role appointing": (
        ROLES + "    appointed_by: [community-guide, hub-admin]\n",
        6,
        "roles.community-representative.appointed_by[1]",
        "there is no role 'hub-admin'",
        "Did you mean 'hub-administrator'?",
    ),
    "an unknown role to start with": (
        ROLES + "    starts_with: [nobody]\n",
        6,
        "roles.community-representative.starts_with[0]",
        "there is no role 'nobody'",
        "Use one of: community-guide, community-representative, hub-administrator,"
        " site-reliability-engineer",
    ),
    "roles that appoint each other": (
        ROLES + "    appointed_by: [hub-administrator]\n",
        6,
        "roles.community-representative.appointed_by",
        "roles appoint each other in a circle: community-representative → hub-administrator"
        " → community-representative",
        "Take one of them out of 'appointed_by'; JupyterHub admins can always appoint",
    ),
    "a group that no address leads to": (
        ROLES.replace("community-reps", '".."'),
        5,
        "roles.community-representative.groups[0]",
        "the hub's API cannot reach a group called '..'",
        "Give it another name",
    ),
    "one group for two roles": (
        ROLES.replace("community-reps", "hub-admins"),
        3,
        "roles.hub-administrator.groups[0]",
        "the group 'hub-admins' already stands for community-representative",
        "Give each role a group of its own; a person can be in both",
    ),
    "a mapped role without a group": (
        ROLES.replace("groups: [hub-admins]", "title: Admin"),
        2,
        "roles.hub-administrator.groups",
        "the role 'hub-administrator' has no groups",
        "Name the group on the hub whose members hold it, such as 'groups: [hub-admins]'",
    ),
    "first holders without a group": (
        ROLES + "  community-guide: {initial: [rita]}\n",
        6,
        "roles.community-guide.initial",
        "accounts can only be appointed to a group",
        "Add 'groups', so that there is a group to put them into",
    ),
    "more first holders than the role takes": (
        ROLES + "    initial: [ada, bob, cem]\n",
        6,
        "roles.community-representative.initial",
        "lists 3 accounts, but the role can have 2",
        "Shorten the list or raise holders.max",
    ),
    "more at least than at most": (
        ROLES + "    holders: {min: 3, max: 2}\n",
        6,
        "roles.community-representative.holders",
        "min (3) is more than max (2)",
        "Raise max or lower min",
    ),
    "a sixth responsibility": (
        LEADERSHIP + NEW.format("plan", ""),
        8,
        "areas.community-leadership.responsibilities",
        "'community-leadership' has 6 responsibilities",
        "At most 5 per area: drop some with 'remove: true', or use another area",
    ),
    "a contact for something unknown": (
        ROLES + "contacts:\n  - {id: desk, name: Desk, for: [everyone, decide-finance]}\n",
        7,
        "contacts[0].for[1]",
        "there is no area, role or responsibility 'decide-finance'",
        "Did you mean 'decide-finances'?",
    ),
    "a link for everyone": (
        ROLES + "links:\n  - {title: Rules, url: /hub, for: [everyone]}\n",
        7,
        "links[0].for[0]",
        "there is no area, role or responsibility 'everyone'",
        "There are 26 to choose from, such as assist-environments, community-guide,"
        " community-leadership",
    ),
    "two contacts with one id": (
        ROLES + "contacts:\n  - {id: desk, name: One}\n  - {id: desk, name: Two}\n",
        8,
        "contacts[1].id",
        "another contact has the id 'desk' already",
        "Give one of them another id",
    ),
    "two responsibilities of an area with one id": (
        LEADERSHIP + "      - {id: decide-finances}\n" * 2,
        10,
        "areas.community-leadership.responsibilities[1].id",
        "'decide-finances' is in this list twice",
        "Give one of them another id",
    ),
    "a responsibility with the id of a role": (
        ROLES
        + "areas:\n  software-engineering:\n    responsibilities:\n"
        + NEW.format("hub-administrator", ""),
        9,
        "areas.software-engineering.responsibilities[0].id",
        "'hub-administrator' is already the id of a role",
        "Give one of them another id",
    ),
    "a responsibility with the id of one elsewhere": (
        ROLES
        + "areas:\n  software-engineering:\n    responsibilities:\n"
        + NEW.format("decide-finances", ""),
        9,
        "areas.software-engineering.responsibilities[0].id",
        "'decide-finances' is already the id of a responsibility",
        "Give one of them another id",
    ),
    "an area called everyone": (
        ROLES + "areas:\n  everyone: {title: All, goal: Everything.}\n",
        7,
        "areas.everyone",
        "'everyone' is already the word for everybody on the hub",
        "Give one of them another id",
    ),
    "a role called operator": (
        ROLES + "  operator: {title: Operator}\n",
        6,
        "roles.operator",
        "'operator' is already the word for whoever runs the hub",
        "Give one of them another id",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_parts_that_do_not_fit_are_one_fault(tmp_path, what):
    """Each contradiction is one fault: its line and path, what is wrong and how to mend it."""
    text, line, path, message, fix = FAULTS[what]
    fault = the_fault(tmp_path, text)
    assert (fault.line, fault.path, fault.message, fault.fix) == (line, path, message, fix)


EVERYTHING_WRONG = """\
zebra: 1
community: {name: Reef Lab, url: javascript:alert(1)}
roles:
  hub-administrator:
    groups: [staff]
    holders: {min: 4, max: 2}
  community-representative:
    groups: [staff]
    appointed_by: [hub-administrator]
    people: [{name: Marlow, email: nowhere}]
areas:
  community-leadership:
    responsibilities:
      - {id: decide-finances, accountable: treasurer}
      - {id: plan, title: Plan, description: Think ahead.}
contacts:
  - {id: desk, name: Desk, for: [hub-adminstrator], review_by: 2027-02-30}
  - {id: desk, name: Again}
links:
  - {title: Rules, url: /rules, for: [rules]}
"""


def test_all_faults_are_found_in_one_run(tmp_path):
    """Wrong values and parts that do not fit are reported together, in the order of the file."""
    found = faults(write(tmp_path, EVERYTHING_WRONG))
    assert [(fault.line, fault.path) for fault in found] == [
        (1, "zebra"),
        (2, "community.url"),
        (5, "roles.hub-administrator.groups[0]"),
        (6, "roles.hub-administrator.holders"),
        (9, "roles.community-representative.appointed_by"),
        (10, "roles.community-representative.people[0].email"),
        (13, "areas.community-leadership.responsibilities"),
        (14, "areas.community-leadership.responsibilities[0].accountable"),
        (17, "contacts[0].review_by"),
        (17, "contacts[0].for[0]"),
        (18, "contacts[1].id"),
        (20, "links[0].for[0]"),
    ]


NO_MORE = {
    "all roles are text": {"roles": "hub-admins"},
    "a role is text": {"roles": {"hub-administrator": "hub-admins"}},
    "groups are text": {"roles": {"hub-administrator": {"groups": "hub-admins"}}},
    "roles are mistyped": {"role": declare()["roles"]},
    "a role is mistyped": {"roles": {"hub-administrators": {"groups": ["hub-admins"]}}},
}


@pytest.mark.parametrize("what", NO_MORE)
def test_a_fault_does_not_bring_others_along(what):
    """A role whose groups cannot be read is not said to have none as well."""
    declared = NO_MORE[what]
    if "roles" in declared and isinstance(declared["roles"], dict):
        representative = declare()["roles"]["community-representative"]
        declared["roles"]["community-representative"] = representative
    (fault,) = faults(declared)
    assert "no groups" not in fault.message


def test_a_wrong_id_does_not_hide_what_else_is_wrong():
    """Within a part whose id is mistyped, everything else is checked as well."""
    areas = {"community-leadershp": {"responsibilities": [{"id": "decide-finance"}]}}
    assert [fault.fix.split("?")[0] for fault in faults(declare(areas=areas))] == [
        "Did you mean 'community-leadership'",
        "Did you mean 'decide-finances'",
    ]


def test_a_removed_role_that_is_still_needed(tmp_path):
    """Removing a role names every place that still needs it, once, where it is removed."""
    fault = the_fault(tmp_path, ROLES.replace("groups: [hub-admins]", "remove: true"))
    assert (fault.line, fault.path) == (2, "roles.hub-administrator")
    assert fault.message == (
        "'hub-administrator' is removed, but still named by oversee-access (performed_by),"
        " cultivate-community (performed_by)"
    )


def test_a_role_may_appoint_its_own_successors():
    """A role that appoints itself is no circle: it has had a first holder."""
    roles = {"hub-administrator": {"groups": ["a"], "appointed_by": ["hub-administrator"]}}
    assert not faults(declare(roles=roles))


@pytest.mark.timeout(20)
def test_many_roles_that_appoint_many_are_checked_quickly():
    """Forty roles, each appointed by all that follow, are no circle and take no time."""
    ids = [f"role-{number}" for number in range(40)]
    roles = {
        role: {"title": role, "appointed_by": ids[place + 1 :]} for place, role in enumerate(ids)
    }
    assert len(load({"model": "none", "roles": roles}).model.roles) == 40
    roles[ids[-1]]["appointed_by"] = ids[:1]
    assert "circle" in faults({"model": "none", "roles": roles})[0].message
