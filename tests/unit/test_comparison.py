"""Who would gain or lose what by another declaration: compared with what a hub says of itself."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain.access import USER_MANAGEMENT
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.exports import comparison
from jupyterhub_responsibility.exports.comparison import RoleChange, compare

from .declarations import hub

ADMIN, REP, GUIDE = "hub-administrator", "community-representative", "community-guide"


def role(role_id: str, *groups: str, holders: dict | None = None, scopes=(), missing=()) -> dict:
    """A role as the API has it; `holders` are names with their groups, none for people."""
    return {
        "id": role_id,
        "title": role_id.upper(),
        "groups": list(groups),
        "holders": [{"name": n, "groups": list(g)} for n, g in (holders or {}).items()],
        "missing_groups": list(missing),
        "scopes": list(scopes),
    }


RUNNING = {
    "user_management": "service",
    "roles": [
        role(ADMIN, "hub-admins", holders={"hanna": ["hub-admins"]}, scopes=["admin-ui"]),
        role(REP, "community-reps", holders={"rita": ["community-reps"], "Gus": []}),
    ],
}


def declared(**roles) -> object:
    """hub-admins and community-reps, and whatever else is said of the roles."""
    plain = {
        ADMIN: {"groups": ["hub-admins"], "scopes": ["admin-ui"]},
        REP: {"groups": ["community-reps"], "people": [{"name": "Gus"}]},
    }
    return hub(roles={**plain, **roles})


def changed(asked=None, **roles) -> tuple[RoleChange, ...]:
    return compare(declared(**roles), RUNNING, asked or {})


def test_nothing_changes_for_anybody():
    """Where the same groups stand for the same roles."""
    assert changed() == ()
    assert comparison.unknown_groups(declared(), RUNNING) == ()
    assert comparison.as_text(()) == f"{comparison.NOTHING}\n"


def test_what_needs_a_restart_is_listed():
    """After who gains or loses a role; nothing is said where that is not known."""
    change = RoleChange("a", "A", gained=("x",))
    said = comparison.as_text([change], ["roles.a.groups (line 3)"]).splitlines()
    assert said == [
        "A (a)",
        "  + x gets this role",
        comparison.NEEDS_RESTART,
        "  roles.a.groups (line 3)",
    ]
    assert comparison.NEEDS_RESTART not in comparison.as_text([change], None)
    assert comparison.as_data([], ["roles.a.groups"])["restart"] == ["roles.a.groups"]
    assert comparison.as_data([], None)["restart"] is None


def test_another_group():
    """Who is in it gains, who isn't loses; a group that the hub doesn't have holds nobody."""
    more = {ADMIN: {"groups": ["team", "none"], "scopes": ["admin-ui"]}}
    assert comparison.unknown_groups(declared(**more), RUNNING) == ("team", "none")
    (found,) = changed({"team": ("uwe", "ada"), "none": ()}, **more)
    title = "Hub Administrator"
    assert found == RoleChange(ADMIN, title, gained=("ada", "uwe"), lost=("hanna",))
    assert comparison.as_text([found]).splitlines() == [
        "Hub Administrator (hub-administrator)",
        "  + ada gets this role",
        "  + uwe gets this role",
        "  - hanna loses this role",
    ]


def test_who_is_in_a_group_is_not_known():
    """Then it isn't known who loses the role either; who certainly gains it is."""
    more = {ADMIN: {"groups": ["team", "crew"]}}
    (found,) = changed({"team": None, "crew": ("rita",)}, **more)
    assert (found.gained, found.lost, found.untold) == (("rita",), (), ("team",))
    assert comparison.as_text([found]).splitlines()[-1] == (
        "  ? who is in the group team, and who loses this role"
    )


@pytest.mark.parametrize(
    ("scopes", "gained", "lost"),
    [(["admin-ui", "servers"], ("servers",), ()), ([], (), ("admin-ui",))],
)
def test_other_permissions(scopes, gained, lost):
    """For those who go on holding the role."""
    (found,) = changed(**{ADMIN: {"groups": ["hub-admins"], "scopes": scopes}})
    assert (found.scopes_gained, found.scopes_lost) == (gained, lost)
    said = comparison.as_text([found])
    if gained:
        assert "  + its holders may see, start and stop servers (servers)\n" in said
    else:
        assert "  - its holders may no longer have the permission (admin-ui)\n" in said or lost


@pytest.mark.parametrize("management", USER_MANAGEMENT)
def test_who_adds_users_stays_as_it_is(management):
    """The declaration doesn't say it: nobody gains or loses the permission by another one."""
    groups = {ADMIN: "hub-admins", REP: "community-reps"}
    declaration = hub(roles={each: {"groups": [group]} for each, group in groups.items()})
    scopes = Rules(declaration, user_management=management).scopes([ADMIN])
    assert ("admin:users" in scopes) is (management == "admin")
    running = [
        role(ADMIN, "hub-admins", holders={"hanna": ["hub-admins"]}, scopes=scopes),
        role(REP, "community-reps"),
    ]
    assert compare(declaration, {"user_management": management, "roles": running}, {}) == ()


def test_people_without_an_account():
    """They gain and lose roles as accounts do."""
    (found,) = changed(**{REP: {"groups": ["community-reps"], "people": [{"name": "Ida"}]}})
    assert (found.gained, found.lost) == (("Ida",), ("Gus",))


def test_a_role_that_is_no_more():
    """Its holders lose it; it is called what it was."""
    crew = role("crew", "crew", holders={"uwe": ["crew"]})
    running = {**RUNNING, "roles": [*RUNNING["roles"], crew]}
    (found,) = compare(declared(), running, {})
    assert (found.title, found.lost, found.scopes_lost) == ("CREW", ("uwe",), ())


def test_a_group_that_the_hub_lacks_has_to_be_asked_about():
    """It may be there by now."""
    missing = role(ADMIN, "hub-admins", missing=["hub-admins"])
    running = {**RUNNING, "roles": [missing, RUNNING["roles"][1]]}
    assert comparison.unknown_groups(declared(), running) == ("hub-admins",)
    assert comparison.as_data([RoleChange("a", "A", gained=("x",))])["roles"][0]["gained"] == ("x",)
