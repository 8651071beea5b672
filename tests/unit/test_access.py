"""Which hub permissions a role carries, and which are dangerous."""

from __future__ import annotations

import pytest
from jupyterhub.scopes import scope_definitions

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.access import (
    ABILITIES,
    CONDITIONS,
    DANGEROUS_SCOPES,
    ROLE_SCOPES,
    SERVICE_SCOPES,
    USER_MANAGEMENT,
    abilities,
    dangers,
    page_scope,
    scopes_of,
    service_scopes,
)

from .declarations import hub

ADMIN, REP = "hub-administrator", "community-representative"


def test_the_default_scopes_are_exactly_these():
    """A Hub Administrator looks after people and servers; a representative gets the page only."""
    assert {role: set(scopes) for role, scopes in ROLE_SCOPES.items()} == {
        ADMIN: {
            "admin-ui",
            "list:users",
            "read:users",
            "servers",
            "list:groups",
            "read:groups",
            "read:hub",
        },
        REP: set(),
    }


@pytest.mark.parametrize("role", ROLE_SCOPES)
def test_every_scope_has_a_reason_and_exists(role):
    """Each default scope is one of the hub's, and says what it is for."""
    assert all(ROLE_SCOPES[role].values())
    assert set(ROLE_SCOPES[role]) <= set(scope_definitions)


@pytest.mark.parametrize("responsibility", list(hub().model.responsibilities()), ids=lambda r: r.id)
def test_the_usual_scopes_cover_what_the_built_in_model_needs(responsibility):
    """Everyone who performs a responsibility through the hub is granted what it needs."""
    needs = set(responsibility.needs)
    assert all(needs <= set(ROLE_SCOPES.get(role, ())) for role in responsibility.performed_by)
    assert bool(needs) == (responsibility.id == "oversee-access")


def implied(scope: str) -> set[str]:
    """A scope with everything that it includes."""
    inside = scope_definitions[scope].get("subscopes", [])
    return {scope}.union(*(implied(each) for each in inside))


@pytest.mark.parametrize("management", ["service", "off"])
@pytest.mark.parametrize("role", [ADMIN, REP, "community-guide"])
def test_nothing_dangerous_is_granted_by_default(role, management):
    """No default scope is dangerous, nor is any that it includes, nor unfiltered groups."""
    granted = scopes_of(hub(), role, management)
    everything = set().union(*(implied(scope) for scope in granted))
    assert not dangers(everything)
    assert not everything & {"admin:users", "tokens", "groups", "access:servers", "shares"}


def test_adding_users_is_granted_on_request_only():
    """`user_management="admin"` gives Hub Administrators the scope that amounts to superuser."""
    assert "admin:users" in scopes_of(hub(), ADMIN, "admin")
    assert scopes_of(hub(), REP, "admin") == ()
    assert USER_MANAGEMENT == ("service", "admin", "off")


def test_declared_scopes_replace_the_usual_ones():
    """What the operator lists counts, each scope once; an empty list grants nothing."""
    for said, granted in ((["read:hub", "read:hub"], ("read:hub",)), ([], ())):
        roles = {**GROUPS["roles"], ADMIN: {"groups": ["hub-admins"], "scopes": said}}
        assert scopes_of(load({"roles": roles}), ADMIN, "admin") == granted


def test_dangerous_scopes_exist_and_say_what_they_allow():
    """The table names scopes of the hub and what their holder could do."""
    assert set(DANGEROUS_SCOPES) <= set(scope_definitions)
    assert all(DANGEROUS_SCOPES.values())


def test_whatever_includes_a_dangerous_scope_is_dangerous():
    """No scope of the hub slips through because it only contains a dangerous one."""
    for scope in scope_definitions:
        if implied(scope) & set(DANGEROUS_SCOPES):
            assert scope in DANGEROUS_SCOPES


def test_filtered_scopes_are_no_danger():
    """Acting on one group or one user is what filters are for."""
    assert list(dangers(["groups", "groups!group=staff", "read:hub"])) == ["groups"]
    assert not dangers(["tokens!user", "access:servers!user=rita", "admin:users!group=staff"])


GROUPS = {
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["a/b"], "initial": ["rita"]},
    }
}


def test_the_service_edits_the_mapped_groups_and_nothing_else():
    """Filtered scopes for groups, and reading what accounts may do; none of it is dangerous."""
    scopes = service_scopes(load(GROUPS), "off", authenticator_groups=False)
    assert sorted(scopes) == [
        "groups!group=a/b",
        "groups!group=hub-admins",
        "list:users",
        "read:roles:groups",
        "read:roles:users",
        "read:users",
    ]
    assert not dangers(scopes)


def test_the_service_adds_users_only_where_it_is_to():
    """One more scope, and only for `user_management="service"`."""
    declared = load(GROUPS)
    more = set(service_scopes(declared, "service", False))
    assert more - set(service_scopes(declared, "admin", False)) == {"admin:users"}


CLOUD = {
    "model": "cloud",
    "roles": {"workspace-owner": {"groups": ["owners"]}, "access-manager": {"groups": ["doors"]}},
}


def test_a_role_adds_users_because_the_model_says_so():
    """No id decides: in another model, another role; and where none does, the service neither."""
    assert "admin:users" in service_scopes(load(CLOUD), "service", False)
    assert "admin:users" in scopes_of(load(CLOUD), "access-manager", "admin")
    assert "admin:users" not in scopes_of(load(CLOUD), "workspace-owner", "admin")
    nobody = {**GROUPS["roles"], ADMIN: {"groups": ["hub-admins"], "adds_users": False}}
    assert "admin:users" not in service_scopes(load({"roles": nobody}), "service", False)
    assert "admin:users" not in scopes_of(load({"roles": nobody}), ADMIN, "admin")


def test_every_scope_of_the_service_has_a_reason():
    """What is documented is what is granted, in either kind of hub, and no more."""
    names = {each.name for each in SERVICE_SCOPES}
    granted = {
        scope.partition("!")[0]
        for managed in (True, False)
        for scope in service_scopes(load(GROUPS), "service", managed)
    }
    assert granted == names
    assert all(each.reason for each in SERVICE_SCOPES)
    assert {each.when for each in SERVICE_SCOPES} == set(CONDITIONS)


def test_where_the_authenticator_manages_groups_the_service_only_reads():
    """It could change what a login would undo."""
    assert sorted(service_scopes(load(GROUPS), "off", authenticator_groups=True)) == [
        "list:groups!group=a/b",
        "list:groups!group=hub-admins",
        "list:users",
        "read:groups!group=a/b",
        "read:groups!group=hub-admins",
        "read:roles:groups",
        "read:roles:users",
        "read:users",
    ]


def test_the_page_has_a_scope_of_its_own():
    """Whoever may open the page may open this service's page only."""
    assert page_scope("duties") == "access:services!service=duties"


def test_what_a_hub_administrator_can_do():
    """People, servers and groups can be seen; adding people needs more."""
    usual = [each.link for each in abilities(scopes_of(hub(), ADMIN, "service"))]
    assert usual == ["Admin page", "Servers", "Groups"]
    more = [each.link for each in abilities(scopes_of(hub(), ADMIN, "admin"))]
    assert more == [*usual, "Add people"]


def test_what_a_representative_can_do():
    """No scope, no promise."""
    assert abilities(scopes_of(hub(), REP, "admin")) == ()


def test_a_filter_takes_the_promise_back():
    """Whoever may stop the servers of one group may not stop anyone's server."""
    scopes = ["admin-ui", "list:users", "read:users", "servers!group=staff"]
    assert [each.link for each in abilities(scopes)] == ["Admin page"]


def test_a_list_of_names_is_not_when_they_were_active():
    """Whoever may only list accounts is not promised their activity."""
    assert abilities(["admin-ui", "list:users"]) == ()


def test_every_ability_has_a_place():
    """Each ability says where to do it, below the hub's own pages, from scopes that exist."""
    for needed, ability in ABILITIES:
        assert needed <= set(scope_definitions)
        assert ability.text
        assert ability.place.startswith("admin")
