"""Who holds a role right now."""

from __future__ import annotations

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.holders import DECLARED, holders_by_role, holders_of, roles_of
from jupyterhub_responsibility.domain.model import Roster, Viewer

from ..conftest import READ_AT
from .declarations import hub

TWO_GROUPS = {"hub-administrator": {"groups": ["hub-admins", "helpers"]}}


def names(declared, roster, role_id) -> list[tuple[str, str]]:
    """The holders of a role, each with their source."""
    return [(each.name, each.source) for each in holders_of(declared, roster, role_id).holders]


def test_members_of_a_mapped_group_hold_the_role(declared, roster):
    """hanna and rita administer, through the group, as of the moment it was read."""
    held = holders_of(declared, roster, "hub-administrator")
    assert [(each.name, each.kind, each.source) for each in held.holders] == [
        ("hanna", "account", "hub-admins"),
        ("rita", "account", "hub-admins"),
    ]
    assert {each.as_of for each in held.holders} == {READ_AT}


def test_declared_people_hold_it_beside_accounts(declared, roster):
    """Professor Marlow has no account and represents the community all the same."""
    rita, marlow = holders_of(declared, roster, "community-representative").holders
    assert (rita.name, rita.source) == ("rita", "community-reps")
    assert (marlow.name, marlow.kind, marlow.source) == ("Professor Marlow", "person", DECLARED)
    assert marlow.as_of == declared.as_of
    assert marlow.person.email == "marlow@reef.example"


def test_an_account_in_two_groups_of_a_role_holds_it_once():
    """The first group in the declaration is the one that counts."""
    roster = Roster(READ_AT, {"helpers": ("hanna", "uwe"), "hub-admins": ("hanna",)})
    assert names(hub(roles=TWO_GROUPS), roster, "hub-administrator") == [
        ("hanna", "hub-admins"),
        ("uwe", "helpers"),
    ]


def test_a_person_is_not_an_account_of_the_same_name():
    """A declared person called hanna is shown beside the account hanna."""
    roles = {"hub-administrator": {"groups": ["hub-admins"], "people": [{"name": "hanna"}]}}
    roster = Roster(READ_AT, {"hub-admins": ("hanna",)})
    held = holders_of(hub(roles=roles), roster, "hub-administrator")
    assert [each.kind for each in held.holders] == ["account", "person"]


def test_a_role_without_holders_is_vacant(declared):
    """A group without members leaves the role vacant, and that is certain."""
    held = holders_of(declared, Roster(READ_AT, {"hub-admins": ()}), "hub-administrator")
    assert (held.vacant, held.known, held.missing) == (True, True, ())


def test_a_role_is_not_vacant_while_nobody_can_tell(declared):
    """While the roster is not known, no account holds anything and nothing is vacant."""
    held = holders_of(declared, Roster(trouble="The hub is down"), "hub-administrator")
    assert (held.holders, held.known, held.vacant, held.missing) == ((), False, False, ())


def test_people_are_known_while_the_hub_is_not(declared):
    """Whom the declaration names is known without the hub."""
    held = holders_of(declared, Roster(), "community-representative")
    assert [each.name for each in held.holders] == ["Professor Marlow"]
    assert not held.known


def test_a_role_without_groups_is_always_known(declared):
    """Who isn't held on the hub needs no roster: nobody is named, and that is certain."""
    assert holders_of(declared, Roster(), "community-guide").vacant


def test_a_group_that_the_hub_does_not_have_is_named(declared, roster):
    """A mapped group that was deleted is missing, which is not the same as empty."""
    without = Roster(READ_AT, {"community-reps": ("rita",)})
    assert holders_of(declared, without, "hub-administrator").missing == ("hub-admins",)
    assert holders_of(declared, roster, "hub-administrator").missing == ()


def test_every_role_of_the_model_is_there(declared, roster):
    """Each role has its holders, or nobody, in the order of the model."""
    assert list(holders_by_role(declared, roster)) == list(declared.model.roles)


def viewer(*groups: str, **others) -> Viewer:
    """Somebody in these groups."""
    return Viewer("rita", groups=frozenset(groups), **others)


def test_the_viewers_roles_come_from_the_viewers_groups(declared):
    """rita has both roles, in the order of the model; uwe's own group gives him none."""
    own = roles_of(declared, viewer("hub-admins", "community-reps", "staff"))
    assert [(each.role.id, each.groups) for each in own] == [
        ("community-representative", ("community-reps",)),
        ("hub-administrator", ("hub-admins",)),
    ]
    assert roles_of(declared, viewer("staff")) == ()


def test_every_group_that_gives_a_role_is_named():
    """Whoever is in two groups of one role has it through both."""
    (own,) = roles_of(hub(roles=TWO_GROUPS), viewer("helpers", "hub-admins"))
    assert own.groups == ("hub-admins", "helpers")


def test_neither_admins_nor_services_hold_a_role_by_what_they_are(declared):
    """The admin flag is no role, and a service holds none whatever it is called."""
    assert roles_of(declared, viewer(admin=True)) == ()
    assert roles_of(declared, viewer("hub-admins", kind="service")) == ()


def test_other_models_have_other_roles():
    """Nothing here is about the built-in model."""
    roles = {"keeper": {"title": "Keeper", "groups": ["staff"]}}
    declared = load({"model": "none", "roles": roles})
    assert names(declared, Roster(READ_AT, {"staff": ("uwe",)}), "keeper") == [("uwe", "staff")]
