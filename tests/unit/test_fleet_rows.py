"""Who holds which role on several hubs: rows and formats."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from typing import Any

import pytest
from bs4 import BeautifulSoup

from jupyterhub_responsibility.cli.fleet import FORMATS
from jupyterhub_responsibility.declaration.hubs import Hub
from jupyterhub_responsibility.exports import fleet
from jupyterhub_responsibility.exports.fleet import FleetRow, NonsenseError, Told, rows
from jupyterhub_responsibility.exports.fleet_mail import link, with_contacts, without_address
from jupyterhub_responsibility.text import visible

from ..conftest import READ_AT
from ..horrors import ADDRESSES, NAMES

REEF, CORAL = (
    Hub(name, f"https://{name}.example/services/responsibilities/", "A")
    for name in ("reef", "coral")
)
ADMIN, REP = "hub-administrator", "community-representative"
WHEN = "2026-11-22T10:42:07+00:00"


def holder(name: str, *groups: str, **more: Any) -> dict[str, Any]:
    kind = "account" if groups else "person"
    return {"name": name, "kind": kind, "groups": list(groups), "as_of": WHEN, **more}


def role(role_id: str, *holders: dict[str, Any], known: bool = True) -> dict[str, Any]:
    return {"id": role_id, "title": role_id.title(), "groups": ["g"], "holders": list(holders),
            "known": known}  # fmt: skip


def said(*roles: dict[str, Any], trouble: str | None = None) -> Any:
    return fleet.said_of_roles({"roles": list(roles), "as_of": WHEN, "trouble": trouble})


TOLD = [
    Told(
        REEF,
        said(
            role(ADMIN, holder("hanna", "hub-admins", "b")),
            role(REP, holder("Gus", email="gus@reef.example")),
            role("guide"),
        ),
    ),
    Told(CORAL, None, "no answer in time"),
]


def brief(found: list[FleetRow]) -> list[tuple[str, ...]]:
    return [(row["hub"], row["role"], row["kind"], row["name"]) for row in found]


def test_rows():
    """There is a row for each holder, for each vacancy, and for a hub that tells nothing."""
    assert brief([row for each in TOLD for row in rows(each, [])]) == [
        ("reef", ADMIN, "account", "hanna"),
        ("reef", REP, "person", "Gus"),
        ("reef", "guide", "nobody", ""),
        ("coral", "", "unknown", ""),
    ]
    hanna, gus, *_, unknown = (row for each in TOLD for row in rows(each, []))
    assert (hanna["through"], hanna["email"], hanna["as_of"]) == ("hub-admins, b", None, WHEN)
    assert (gus["through"], gus["email"]) == ("declaration", "gus@reef.example")
    assert (unknown["why"], unknown["as_of"]) == ("no answer in time", None)


def test_roles_that_are_asked_for():
    """Each of them has a row on each hub, in that order, also where the hub's model lacks it."""
    wanted = ["librarian", REP]
    assert brief([row for each in TOLD for row in rows(each, wanted)]) == [
        ("reef", "librarian", "no-role", ""),
        ("reef", REP, "person", "Gus"),
        ("coral", "librarian", "unknown", ""),
        ("coral", REP, "unknown", ""),
    ]


def test_a_hub_that_does_not_know_is_unknown():
    """Where a service can't say who is in the groups, nobody is not the answer; people stay."""
    told = Told(REEF, said(role(REP, holder("Gus"), known=False), trouble="The hub is down"))
    found = rows(told, [])
    assert brief(found) == [("reef", REP, "unknown", ""), ("reef", REP, "person", "Gus")]
    assert found[0]["why"] == "The hub is down"
    (unread,) = rows(Told(REEF, said(role(REP, known=False))), [])
    assert unread["why"] == "the hub has not said yet who is in its groups"


def test_ids_stay_and_differ():
    """An id depends on hub, role, kind and name, and on nothing else."""
    every = [row["id"] for each in TOLD for row in rows(each, [])]
    assert len(set(every)) == len(every)
    later = deepcopy(TOLD[0])
    later.said["roles"].reverse()
    later.said["roles"][-1]["holders"][0] |= {"groups": ["other"], "as_of": None}
    assert {row["id"] for row in rows(later, [])} == set(every[:-1])
    moved = Told(Hub("reef", "https://new.example/", "B"), TOLD[0].said)
    assert [row["id"] for row in rows(moved, [])] == every[:-1]
    # as others have kept it
    assert every[0] == "85032acc-645f-57f0-ab3b-8935d9abe94a"


def as_json(told: list[Told]) -> Any:
    return json.loads(FORMATS["json"](told, [], READ_AT))


def test_an_unchanged_fleet_has_the_same_etag():
    """Times, the order, and why a hub can't be asked change no etag; what is so does."""
    first = as_json(TOLD)
    again = deepcopy(TOLD)
    again[0].said["as_of"] = None
    again[0].said["roles"].reverse()
    for each in again[0].said["roles"]:
        for one in each["holders"]:
            one["as_of"] = None
    again[1] = Told(CORAL, None, "nothing answers")
    second = as_json(again)
    assert second["etag"] == first["etag"]
    assert [hub["etag"] for hub in second["hubs"]] == [hub["etag"] for hub in first["hubs"]]
    again[0].said["roles"][0]["holders"].append(holder("uwe", "guides"))
    third = as_json(again)
    assert third["etag"] != first["etag"]
    changed = [a["etag"] != b["etag"] for a, b in zip(third["hubs"], first["hubs"], strict=True)]
    assert changed == [True, False]


def test_unknown_is_not_the_same_as_nobody():
    """A hub that could not be asked has another etag than one on which nobody holds the role."""
    vacant = as_json([Told(CORAL, said(role(REP)))])
    silent = as_json([Told(CORAL, None, "no answer")])
    assert vacant["etag"] != silent["etag"]
    assert (vacant["certain"], silent["certain"]) == (True, False)
    assert [each["hubs"][0]["known"] for each in (vacant, silent)] == [True, False]


def test_json_and_csv_have_the_same_columns():
    """What a program reads and what a spreadsheet shows is the same."""
    in_json = as_json(TOLD)["holders"]
    text = FORMATS["csv"](TOLD, [], READ_AT)
    in_csv = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [{k: v or "" for k, v in row.items()} for row in in_json] == in_csv
    assert list(in_csv[0]) == list(FleetRow.__annotations__)


VALID = [name for name in NAMES if "\ud800" not in name and "\udfff" not in name]


def told_of(name: str) -> list[Told]:
    """A hub on which everything is called like that."""
    what = {**role(ADMIN, holder(name, name or "g"), known=False), "title": name, "id": name}
    return [Told(REEF, said(what, trouble=name)), Told(CORAL, None, name)]


@pytest.mark.parametrize("name", VALID)
def test_names_of_horror_in_every_format(name):
    """Whatever people and hubs are called, each format holds it, and does nothing else."""
    told = told_of(name)
    assert as_json(told)["holders"][1]["name"] == name
    for line in csv.reader(io.StringIO(FORMATS["csv"](told, [], READ_AT))):
        for cell in line:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    page = FORMATS["html"](told, [], READ_AT)
    html = BeautifulSoup(page, "html.parser")
    assert not html.find_all(["script", "img", "link", "iframe"])
    assert {
        tag for tag in html.find_all(True) if any(a.startswith("on") for a in tag.attrs)
    } == set()
    assert visible(name) in [each.text for each in html.find_all("bdi")] or not name
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert link(told, []) == ""
    assert all(line.isprintable() for line in without_address(told, []))


NONSENSE = (
    None, [], "", 1, {}, {"roles": None}, {"roles": {}, "as_of": None, "trouble": None},
    {"roles": [None], "as_of": None, "trouble": None},
    {"roles": [role(REP, {"name": 1})], "as_of": None, "trouble": None},
    {"roles": [role(REP, {**holder("x", "g"), "kind": "service"})], "as_of": None, "trouble": None},
    {"roles": [{**role(REP), "known": "yes"}], "as_of": None, "trouble": None},
    {"roles": [role(REP)], "as_of": 5, "trouble": None},
)  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE)
def test_an_answer_that_makes_no_sense(answer):
    """What isn't the API's answer is nobody's holders."""
    with pytest.raises(NonsenseError):
        fleet.said_of_roles(answer)


def test_the_page_says_how_many_are_unknown():
    """The first line counts, each hub that could not be asked says why, and a vacancy says so."""
    html = BeautifulSoup(FORMATS["html"](TOLD, [], READ_AT), "html.parser")
    assert html.p.text == "Asked on 22 Nov 2026, 10:42 UTC: 2 hubs, 1 of which could not be asked."
    cells = [[cell.text for cell in row.find_all("td")] for row in html.tbody.find_all("tr")]
    assert cells[2][:3] == ["reef", "Guide", "Nobody"]
    assert cells[3][:3] == ["coral", "every role", "Unknown: no answer in time"]
    assert html.find("a", href="mailto:gus@reef.example")


# mail


def test_a_link_to_write_to_all():
    """Each address is there once, hidden from the others; a contact stands in for an account."""
    me = {
        "contacts": [
            {"for": [ADMIN], "email": "desk+a@reef.example"},
            {"for": [REP], "email": "not-for-gus@reef.example"},
            {"for": [ADMIN], "email": "GUS@reef.example"},
            {"for": ["everyone"], "email": "all@reef.example"},
            {"for": [ADMIN]},
        ]
    }
    told = [Told(REEF, with_contacts(deepcopy(TOLD[0].said), me)), TOLD[1]]
    assert link(told, []) == "mailto:?bcc=desk%2Ba@reef.example,gus@reef.example\n"
    assert link(told, [REP]) == "mailto:?bcc=gus@reef.example\n"
    assert list(without_address(told, [])) == []
    assert list(without_address(TOLD, [])) == [
        "reef: hanna (Hub-Administrator): the hub tells no email address"
    ]


@pytest.mark.parametrize(
    "address", [*ADDRESSES, *VALID, "a@b.example,c@d.example", "a@b.c?cc=x@y.z"]
)
def test_only_addresses_are_written_to(address):
    """What is no email address is none in a link either, and adds nothing to it."""
    told = [Told(REEF, said(role(REP, holder("Gus", email=address))))]
    found = link(told, [])
    assert found in ("", f"mailto:?bcc={address}\n")
    assert not set("?&,") & set(found.removeprefix("mailto:?bcc="))


# roles that nobody has


def test_a_role_that_no_hub_has():
    """A mistyped role is said, unless a hub that can't be asked may have it."""
    assert "Did you mean 'community-representative'?" in fleet.no_such_role(
        TOLD[:1], ["community-representatives"]
    )
    assert fleet.no_such_role(TOLD, ["community-representatives"]) == ""
    assert fleet.no_such_role(TOLD[:1], [REP]) == ""
