"""The list of hubs: every fault with its line, and never a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.declaration.hubs import (
    USUAL_NAME,
    Hub,
    hub_above,
    load_hubs,
    page_of,
)
from jupyterhub_responsibility.errors import DeclarationError, Fault, UnreadableError
from jupyterhub_responsibility.service.settings import Settings

from ..horrors import ADDRESSES, NAMES

ONE = "hubs:\n  - {id: reef, url: https://reef.example, token_variable: REEF_TOKEN}\n"
SECRET = "a5f3c0ffee"
"""A token, as a hub makes them; in a list of hubs it has no place."""

# text below ONE → line, path, message
FAULTS = {
    "an unknown key": (
        "  - {id: b, url: https://r.example, token_variable: B, zebra: 1}\n",
        3,
        "hubs[1].zebra",
        "unknown key 'zebra'",
    ),
    "a key beside the list": ("hub: []\n", 3, "hub", "unknown key 'hub'"),
    "a second id": (
        "  - {id: reef, url: https://other.example, token_variable: B}\n",
        3,
        "hubs[1].id",
        "another hub has this id (on line 2)",
    ),
    "an id that is none": (
        "  - {id: Reef, url: https://r.example, token_variable: B}\n",
        3,
        "hubs[1].id",
        "'Reef' cannot be an id",
    ),
    "no id": (
        "  - {url: https://r.example, token_variable: B}\n",
        3,
        "hubs[1].id",
        "'id' is missing",
    ),
    "no token": ("  - {id: b, url: https://r.example}\n", 3, "hubs[1].token_variable",
                 "'token_variable' is missing"),
    "no address": ("  - {id: b, url: reef, token_variable: B}\n", 3, "hubs[1].url",
                   "is not the address of a hub, or of its Responsibilities page"),
    "a page of this hub": ("  - {id: b, url: /hub, token_variable: B}\n", 3, "hubs[1].url",
                           "is not the address of a hub, or of its Responsibilities page"),
    "a hub that is none": ("  - reef\n", 3, "hubs[1]", "should be keys with values"),
    "a token instead of its variable": (
        f"  - {{id: b, url: https://r.example, token_variable: {SECRET}}}\n",
        3,
        "hubs[1].token_variable",
        "is not the name of an environment variable",
    ),
}  # fmt: skip


def faults(folder: Path, text: str) -> list[Fault]:
    (folder / "hubs.yaml").write_text(text)
    with pytest.raises(DeclarationError) as raised:
        load_hubs(str(folder / "hubs.yaml"))
    return list(raised.value.faults)


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault(tmp_path, what):
    """Each fault comes with file, line and place, and is said alone."""
    more, line, path, message = FAULTS[what]
    (fault,) = faults(tmp_path, ONE + more)
    assert (fault.source, fault.line) == (str(tmp_path / "hubs.yaml"), line)
    assert (fault.path, fault.message) == (path, message)
    assert fault.fix


def test_all_faults_at_once(tmp_path):
    """Whoever mends the list sees all that is wrong with it, in its order."""
    found = faults(tmp_path, ONE + "  - {id: B, url: x, token_variable: y}\nzebra: 1\n")
    assert [fault.line for fault in found] == [3, 3, 3, 4]


@pytest.mark.parametrize("text", ["", "hubs:\n", "hubs: []\n", "hubs: {}\n", "[]", "hubs: [1\n"])
def test_a_list_of_nothing(tmp_path, text):
    """A list without hubs is a fault: nobody should take it for a fleet without holders."""
    assert faults(tmp_path, text)


TOKENS = {
    "as a token": f"token: {SECRET}",
    "as a token for the API": f"api_token: {SECRET}",
    "as a value of another kind": f"token: !secret {SECRET}",
    "as the variable": f"token_variable: {SECRET}",
    "as a long variable": f"token_variable: {SECRET.upper() * 20}",
    "in the address": f"url: https://reef.example/?token={SECRET}",
    "in front of the address": f"url: https://user:{SECRET}@reef.example",
    "in an address that is none": f"url: reef.example/{SECRET}",
    "behind the address": f"url: https://reef.example#{SECRET}",
}


@pytest.mark.parametrize("where", TOKENS)
def test_a_token_in_the_list_is_a_fault_that_does_not_repeat_it(tmp_path, capsys, where):
    """Wherever somebody writes their token, that is a fault, and no message has it."""
    key = TOKENS[where].partition(":")[0]
    keys = {"url": "url: https://r.example", "token_variable": "token_variable: R", "id": "id: b"}
    text = "hubs:\n  - " + "\n    ".join((keys | {key: TOKENS[where]}).values()) + "\n"
    (tmp_path / "hubs.yaml").write_text(text)
    assert main(["fleet", "holders", str(tmp_path / "hubs.yaml")]) == 1
    said, trouble = capsys.readouterr()
    assert said == ""
    assert f"hubs[0].{key}: " in trouble
    assert SECRET.casefold() not in trouble.casefold()


@pytest.mark.parametrize("text", [*NAMES, *ADDRESSES])
@pytest.mark.parametrize("key", ["id", "url", "token_variable"])
def test_any_text_is_taken_or_a_fault(key, text):
    """Whatever stands there, it is read or refused in words, and leads nowhere but to that host."""
    from jupyterhub_responsibility.declaration.hubs import HubsEntry
    from jupyterhub_responsibility.declaration.shape import typed
    from jupyterhub_responsibility.declaration.source import Source

    hub = {"id": "a", "url": "https://reef.example", "token_variable": "A", key: text}
    source = Source(data={"hubs": [hub]}, lines={(): 1})
    entries = typed(source, HubsEntry)
    assert all(fault.message for fault in source.faults)
    if not source.faults:
        page = page_of(entries.hubs[0].url)
        assert page.startswith(("https://", "http://"))
        assert page.endswith("/")


def test_a_list_that_is_not_there(tmp_path):
    """A file that can't be read is said as for the declaration."""
    with pytest.raises(UnreadableError):
        load_hubs(str(tmp_path / "hubs.yaml"))


def test_a_list(tmp_path):
    """What is right is read, in its order."""
    (tmp_path / "hubs.yaml").write_text(ONE + "  - {id: b, url: http://b/x, token_variable: B_2}\n")
    assert load_hubs(str(tmp_path / "hubs.yaml")) == (
        Hub("reef", "https://reef.example/services/responsibilities/", "REEF_TOKEN"),
        Hub("b", "http://b/x/services/responsibilities/", "B_2"),
    )


PAGES = {
    "https://a.example": "https://a.example/services/responsibilities/",
    "https://a.example/": "https://a.example/services/responsibilities/",
    "https://a.example/hub": "https://a.example/services/responsibilities/",
    "https://a.example/hub/home": "https://a.example/services/responsibilities/",
    "https://a.example/hubs": "https://a.example/hubs/services/responsibilities/",
    "https://a.example/b/": "https://a.example/b/services/responsibilities/",
    "https://a.example/b/hub/": "https://a.example/b/services/responsibilities/",
    "https://a.example/b/services/who": "https://a.example/b/services/who/",
    "https://a.example/services/who/admin": "https://a.example/services/who/",
    "https://a.example/services/": "https://a.example/services/responsibilities/",
}


@pytest.mark.parametrize("url", PAGES)
def test_where_the_page_of_a_hub_is(url):
    """The address of a hub, or of any page of it or of the service, leads to the service."""
    assert page_of(url) == PAGES[url]
    assert hub_above(PAGES[url]) == PAGES[url].partition("/services/")[0] + "/hub/"


def test_the_usual_name_of_the_service():
    """It is the one that a service has unless it is told another."""
    assert Settings.class_traits()["service_name"].default_value == USUAL_NAME
