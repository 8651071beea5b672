"""The provider's people are told apart from the community's wherever a role names its holders."""

from __future__ import annotations

from .acting import ADMINISTRATOR, ENGINEER, arrange


def test_holders_of_the_provider_are_marked(world, person, browser):
    """kim, whom the declaration lists, is "from Cloud Crew" on the page, and `staff` in the API."""
    world.api("POST", "users/kim")
    arrange(world, **{"hub-admins": {"hanna", "kim"}})
    rows = browser("uwe").read(f"roles/{ADMINISTRATOR}").select(".rsp-holder")
    assert {row.h3.text: "from Cloud Crew" in row.text for row in rows} == {
        "hanna": False,
        "kim": True,
    }
    uwe = person("uwe")
    told = uwe.get(f"api/roles/{ADMINISTRATOR}").json()["holders"]
    assert {each["name"]: each["staff"] for each in told} == {"hanna": False, "kim": True}
    answers = uwe.get("api/contacts", params={"q": "hub administrator"}).json()["answers"]
    assert {e["name"]: e["staff"] for a in answers for e in a["holders"]}["kim"]


def test_a_person_without_an_account_is_not_marked(person):
    """The list names accounts: whoever has none is as the operator names them."""
    (sam,) = person("uwe").get(f"api/roles/{ENGINEER}").json()["holders"]
    assert (sam["kind"], sam["staff"]) == ("person", False)
