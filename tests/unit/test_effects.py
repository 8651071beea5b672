"""What of a changed declaration takes effect by itself: each key does, or is said to wait."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.declaration.effects import (
    BY_ID,
    EFFECTS,
    NOW,
    PARTS,
    in_force,
    in_words,
    needs_restart,
)
from jupyterhub_responsibility.declaration.entries import DeclarationEntry
from jupyterhub_responsibility.domain.access import scopes_of, service_scopes
from jupyterhub_responsibility.domain.duties import duties_digest
from jupyterhub_responsibility.domain.messages import MESSAGES
from jupyterhub_responsibility.domain.model import Declaration

from .declarations import MINIMAL, WHOLE, entry_types, hub, keys_there_are, write

READER, KEEPER = ("roles", "reader"), ("roles", "keeper")
DUST = ("areas", "shelves", "responsibilities", 0)
PLACES: dict[str, tuple[str | int, ...]] = {
    "DeclarationEntry": (),
    "PartyEntry": ("community",),
    "ProviderEntry": ("provider",),
    "RoleEntry": READER,
    "PersonEntry": (*READER, "people", 0),
    "RangeEntry": (*READER, "holders"),
    "AreaEntry": ("areas", "shelves"),
    "ResponsibilityEntry": DUST,
    "ContactEntry": ("contacts", 0),
    "LinkEntry": ("links", 0),
    "ManageAtEntry": ("manage_at", 0),
    "MessagesEntry": ("messages",),
}
"""A part of each type in the declaration with every key."""

OTHER: dict[tuple[str, str], Any] = {
    ("DeclarationEntry", "title"): "Bookshop",
    ("DeclarationEntry", "community"): {"name": "Buyers"},
    ("DeclarationEntry", "provider"): {"name": "Sellers"},
    ("DeclarationEntry", "contacts"): [],
    ("DeclarationEntry", "links"): [],
    ("DeclarationEntry", "manage_at"): [],
    ("DeclarationEntry", "messages"): {"appointed": []},
    **{
        ("MessagesEntry", kind): ["community"] if kind == "confirmation_due" else []
        for kind in MESSAGES
    },
    ("DeclarationEntry", "names"): {"rita": "Rita M."},
    ("PartyEntry", "name"): "Buyers",
    ("PartyEntry", "url"): "https://buyers.example",
    ("ProviderEntry", "name"): "Sellers",
    ("ProviderEntry", "url"): "https://sellers.example",
    ("ProviderEntry", "staff"): ["sasha", "lou"],
    ("RoleEntry", "title"): "Visitor",
    ("RoleEntry", "summary"): "Looks around.",
    ("RoleEntry", "description"): "Looks around all day.",
    ("RoleEntry", "filled_by"): "Whoever comes.",
    ("RoleEntry", "holders"): {"max": 2},
    ("RoleEntry", "appointed_by"): [],
    ("RoleEntry", "starts_with"): [],
    ("RoleEntry", "mapped"): False,
    ("RoleEntry", "adds_users"): False,
    ("RoleEntry", "groups"): ["readers"],
    ("RoleEntry", "initial"): ["rita", "hanna"],
    ("RoleEntry", "people"): [],
    ("RoleEntry", "scopes"): [],
    ("RoleEntry", "on_term_end"): "flag",
    ("RoleEntry", "confirm_every"): 12,
    ("RoleEntry", "seen_within"): 90,
    ("PersonEntry", "name"): "Professor Hill",
    ("PersonEntry", "email"): "hill@readers.example",
    ("PersonEntry", "telephone"): "040 456",
    ("PersonEntry", "url"): "/hill",
    ("PersonEntry", "review_by"): "2028-06-30",
    ("RangeEntry", "min"): 2,
    ("RangeEntry", "max"): 5,
    ("AreaEntry", "title"): "Racks",
    ("AreaEntry", "goal"): "Every book is found.",
    ("AreaEntry", "split"): "community",
    ("AreaEntry", "note"): "Keepers put back the rest.",
    ("ResponsibilityEntry", "title"): "Sweep",
    ("ResponsibilityEntry", "description"): "Keep the floor clean.",
    ("ResponsibilityEntry", "topics"): ["dirty floor"],
    ("ResponsibilityEntry", "accountable"): "reader",
    ("ResponsibilityEntry", "performed_by"): ["reader"],
    ("ResponsibilityEntry", "needs"): [],
    ("ResponsibilityEntry", "split"): "shared",
    ("ContactEntry", "id"): "counter",
    ("ContactEntry", "name"): "Counter",
    ("ContactEntry", "for"): ["operator"],
    ("ContactEntry", "email"): "counter@keepers.example",
    ("ContactEntry", "telephone"): "040 789",
    ("ContactEntry", "url"): "https://keepers.example/counter",
    ("ContactEntry", "hours"): "never",
    ("ContactEntry", "languages"): ["de"],
    ("ContactEntry", "topics"): [],
    ("ContactEntry", "review_by"): "2028-06-30",
    ("ContactEntry", "public"): False,
    ("ManageAtEntry", "groups"): "{row}:{shelf}",
    ("ManageAtEntry", "url"): "https://keepers.example/{row}",
    ("ManageAtEntry", "who"): "Lou",
    ("ManageAtEntry", "how"): "Knock.",
    ("ManageAtEntry", "email"): "lou@keepers.example",
    ("ManageAtEntry", "within"): 9,
    ("LinkEntry", "title"): "New rules",
    ("LinkEntry", "url"): "https://keepers.example/new",
    ("LinkEntry", "for"): ["dust"],
}
"""Another value of each key, but for those that say which roles and responsibilities there are."""

IDS = {
    ("DeclarationEntry", "model"),
    ("DeclarationEntry", "roles"),
    ("DeclarationEntry", "areas"),
    ("AreaEntry", "responsibilities"),
    ("ResponsibilityEntry", "id"),
    ("RoleEntry", "remove"),
    ("AreaEntry", "remove"),
    ("ResponsibilityEntry", "remove"),
}
"""Those have tests of their own."""


def part(declared: dict[str, Any], place: tuple[str | int, ...]) -> dict[str, Any]:
    for step in place:
        declared = declared[step]
    return declared


def place_of(entry: str, key: str) -> tuple[str | int, ...]:
    """Where it is changed: who appoints, and who starts, is said of the other role."""
    return KEEPER if key in ("appointed_by", "starts_with") else PLACES[entry]


def changed(entry: str, key: str) -> dict[str, Any]:
    """Every key, one of them with another value."""
    declared = deepcopy(WHOLE)
    part(declared, place_of(entry, key))[key] = OTHER[entry, key]
    return declared


def test_each_key_has_its_row():
    """The table says of every key there is what a change of it takes, and of no other."""
    rows = {(kind.__name__, key) for kind, keys in EFFECTS.items() for key in keys}
    assert rows == keys_there_are() == {*OTHER, *IDS}
    assert set(EFFECTS) == set(entry_types())
    parts = {(kind, key) for kind, keys in EFFECTS.items() for key in keys if keys[key] == PARTS}
    assert parts == {*BY_ID, (DeclarationEntry, "model")}


@pytest.mark.parametrize(("entry", "key"), sorted(OTHER), ids="-".join)
def test_each_key_takes_effect_or_waits(entry, key):
    """What is changed is in force, or everything is as it was and the place is told."""
    was, is_now = load(WHOLE), load(changed(entry, key))
    assert was != is_now
    (effect,) = (keys[key] for kind, keys in EFFECTS.items() if kind.__name__ == entry)
    said, waiting = in_force(was, is_now)
    if effect == NOW:
        assert (said, waiting) == (is_now, ())
    else:
        place = (*place_of(entry, key), key)[: 3 if entry == "RangeEntry" else None]
        named = tuple("dust" if step == 0 else step for step in place)
        assert (said, waiting) == (was, (named,))


def power(declared: Declaration) -> object:
    """What decides which accounts hold a role, what they may do, and what the hub was told."""
    roles = declared.model.roles.values()
    management = "admin"
    return (
        declared.groups,
        declared.initial,
        {role: scopes_of(declared, role, management) for role in declared.groups},
        service_scopes(declared, "service", authenticator_groups=False),
        [(r.id, r.holders, r.appointed_by, r.starts_with, r.on_term_end) for r in roles],
        [(each.id, each.roles, each.needs) for each in declared.model.responsibilities()],
    )


@pytest.mark.parametrize(("entry", "key"), sorted(OTHER), ids="-".join)
def test_nobody_gains_or_loses_power(entry, key):
    """Whatever is changed while the hub runs, its groups and scopes fit to what is in force."""
    was = load(WHOLE)
    said, waiting = in_force(was, load(changed(entry, key)))
    assert power(said) == power(was)
    assert (power(load(changed(entry, key))) == power(was)) or waiting


@pytest.mark.parametrize("declared", [MINIMAL, WHOLE], ids=["smallest", "whole"])
def test_what_was_not_changed_stays(declared):
    """As it is read from the file, and nothing waits."""
    assert in_force(load(declared), load(declared)) == (load(declared), ())


def test_each_entry_of_a_list_is_in_force_as_its_list_is():
    """Contacts, links and people come and go as a whole, and so do all of their keys."""
    kinds = {kind.__name__: keys for kind, keys in EFFECTS.items()}
    for kind in ("ContactEntry", "LinkEntry", "PersonEntry", "PartyEntry", "ProviderEntry"):
        assert set(kinds[kind].values()) == {NOW}
    assert NOW not in kinds["RangeEntry"].values()


def with_steward(**more: Any) -> dict[str, Any]:
    declared = deepcopy(WHOLE)
    declared["roles"]["steward"] = {"title": "Steward", "mapped": True, "groups": ["stewards"]}
    return {**declared, **more}


def test_a_new_role_waits_with_what_is_for_it():
    """Contacts and links for nothing else wait, too; those for more are in force for that."""
    desk, rules = WHOLE["contacts"][0], WHOLE["links"][0]
    declared = with_steward(
        contacts=[
            {"id": "steward", "name": "Steward", "for": ["steward"], "url": "/steward"},
            {**desk, "for": ["dust", "steward"]},
        ],
        links=[{**rules, "for": ["steward"]}, rules],
    )
    said, waiting = in_force(load(WHOLE), load(declared))
    assert "steward" not in said.model.roles
    assert [(c.id, c.targets) for c in said.contacts] == [("desk", ("dust",))]
    assert [link.targets for link in said.links] == [("shelves",)]
    assert waiting == (
        ("roles", "steward"),
        ("contacts", "steward"),
        ("contacts", "desk", "for"),
        ("links", 0),
    )


def test_what_is_removed_stays_until_then():
    """A role, an area and a responsibility; what the rest says is in force all the same."""
    declared = deepcopy(WHOLE)
    declared["areas"] = {"desk": {"title": "Desk", "goal": "Somebody is there."}}
    declared["contacts"] = [{**WHOLE["contacts"][0], "for": ["everyone"], "name": "Counter"}]
    declared["links"] = []
    del declared["roles"]["keeper"]
    said, waiting = in_force(load(WHOLE), load(declared))
    was = load(WHOLE)
    assert (said.model, said.links) == (was.model, ())
    assert [contact.name for contact in said.contacts] == ["Counter"]
    assert set(waiting) == {("roles", "keeper"), ("areas", "shelves"), ("areas", "desk")}
    declared = deepcopy(WHOLE)
    declared["areas"]["shelves"]["responsibilities"] = []
    declared["contacts"], declared["links"] = [], []
    said, waiting = in_force(was, load(declared))
    assert said.model == was.model
    assert waiting == (("areas", "shelves", "responsibilities", "dust"),)


def test_another_id_is_another_responsibility():
    """Both wait: the new one is not there yet, the old one still is."""
    declared = deepcopy(WHOLE)
    part(declared, DUST)["id"] = "sweep"
    declared["contacts"] = []
    said, waiting = in_force(load(WHOLE), load(declared))
    assert [each.id for each in said.model.responsibilities()] == ["dust"]
    at = ("areas", "shelves", "responsibilities")
    assert waiting == ((*at, "sweep"), (*at, "dust"))


def test_another_order_is_in_force():
    """As long as the same parts are there."""
    was = hub()
    roles = {each: {} for each in reversed(was.model.roles)}
    model = {**MINIMAL, "roles": {**roles, **MINIMAL["roles"]}}
    said, waiting = in_force(was, load(model))
    assert (list(said.model.roles), waiting) == (list(was.model.roles), ())
    own = deepcopy(WHOLE)
    own["roles"] = dict(reversed(own["roles"].items()))
    said, waiting = in_force(load(WHOLE), load(own))
    assert (list(said.model.roles), waiting) == (["keeper", "reader"], ())


def test_another_model_brings_its_texts(tmp_path):
    """By the same rules as what stands in the file itself: its roles wait, its words don't."""
    write(tmp_path, "title: Other words\nareas: {teaching: {title: T, goal: G}}\n", "other.yaml")
    file = write(
        tmp_path,
        "model: other.yaml\nroles:\n"
        "  hub-administrator: {groups: [hub-admins]}\n"
        "  community-representative: {groups: [community-reps]}\n",
    )
    said, waiting = in_force(hub(), load(file))
    assert (said.model.title, waiting) == ("Other words", (("areas", "teaching"),))


def test_what_is_confirmed_follows_the_texts():
    """Its digest is the one that it has after a restart."""
    declared = changed("ResponsibilityEntry", "description")
    said, _ = in_force(load(WHOLE), load(declared))
    model = load(declared).model
    assert duties_digest(said.model, said.model.roles["keeper"]) == duties_digest(
        model, model.roles["keeper"]
    )


def test_where_it_waits(tmp_path):
    """The place as people write it, and the line, of what is there."""
    file = write(
        tmp_path,
        "roles:\n  hub-administrator:\n    holders: {max: 3}\n    groups: [team]\n"
        "  community-representative: {groups: [community-reps]}\n",
    )
    said, waiting = in_force(hub(), load(file))
    assert in_words(waiting, said) == [
        "roles.hub-administrator.holders (line 3)",
        "roles.hub-administrator.groups (line 4)",
    ]
    assert in_words(waiting, hub()) == [
        "roles.hub-administrator.holders",
        "roles.hub-administrator.groups",
    ]


def test_names_that_the_hub_writes_otherwise_need_no_restart():
    """Before a change, nobody knows what the hub calls an account; most write it small."""
    roles = {"hub-administrator": {"groups": ["hub-admins"], "initial": ["Ada"]}}
    running = hub(roles={"hub-administrator": {"groups": ["hub-admins"], "initial": ["ada"]}})
    assert needs_restart(running, hub(roles=roles)) == ()
    assert needs_restart(hub(), hub(roles=roles)) == (("roles", "hub-administrator", "initial"),)
