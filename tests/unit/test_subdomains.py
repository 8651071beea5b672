"""Pages that are at another origin than the hub's."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from jupyterhub_responsibility.domain.model import Contact, Link, Party, Person
from jupyterhub_responsibility.enabling.pages import Navigation

HUB = "https://hub.example"


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("/hub/guide?a=b#c", f"{HUB}/hub/guide?a=b#c"),
        ("/", f"{HUB}/"),
        ("https://reef.example/help", "https://reef.example/help"),
        ("", ""),
    ],
)
def test_pages_of_the_hub_are_at_the_hub(declared, given, seen):
    """Whatever has an address: parties, people, contacts and links."""
    declared = replace(
        declared,
        community=Party("Reef Lab", given),
        provider=Party("Cloud Crew", given),
        people={"community-guide": (Person("Sam", url=given),)},
        contacts=(Contact("help", "Help", url=given),),
        links=(Link("Guide", given),),
    )
    there = declared.seen_from(HUB)
    people = there.people["community-guide"]
    addressed = (there.community, there.provider, *people, *there.contacts, *there.links)
    assert [each.url for each in addressed] == [seen] * 5


def test_at_the_hub_nothing_changes(declared):
    """There, an address without a host is right."""
    assert declared.seen_from("") is declared


@pytest.mark.parametrize(
    ("host", "href", "found"),
    [
        ("", "/services/who/", "/services/who/"),
        ("https://who.hub.example:8443", "//who.hub.example/services/who/",
         "https://who.hub.example:8443/services/who/"),
    ],
)  # fmt: skip
def test_the_link_has_the_port(host, href, found):
    """The hub's own address of a service at a host of its own leaves the port out."""
    service = SimpleNamespace(name="who", host=host, href=href, prefix="/services/who/")
    assert Navigation("who").href([service]) == found
