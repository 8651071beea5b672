"""Forgetting people on the page and through the API: nobody reads of them any more."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from ..realhub import RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    QUICK,
    Browser,
    Person,
    code,
    confirm,
    entries,
    form_with,
    plain,
    said,
    set_members,
    told,
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub of our own: what is forgotten is gone for every other test."""
    folder = tmp_path_factory.mktemp("forgotten")
    open_to_all = "c.Authenticator.allow_all = True\n"
    with RealHub(folder, DECLARATION, settings=QUICK, before=open_to_all) as running:
        set_members(running, **{"community-reps": {"rita"}, "hub-admins": {"hanna"}})
        running.wait_until_read()
        yield running


def left(hub, name: str) -> Person:
    """Somebody who held a role for a while, and has left."""
    hub.api("POST", "users", json={"usernames": [name]}).raise_for_status()
    rita = Person(hub, "rita")
    rita.appoint(ADMINISTRATOR, name, reason=f"for {name}, who asked").raise_for_status()
    confirm(hub, name)
    rita.withdraw(ADMINISTRATOR, name, reason="words about them").raise_for_status()
    return rita


def pages(hub) -> str:
    """Everything that a JupyterHub admin may read of the record."""
    root = Browser(hub, "root")
    texts = [str(root.read(path)) for path in ("ledger", "admin", f"roles/{ADMINISTRATOR}")]
    files = [Person(hub, "root").get(f"api/ledger?format={each}").text for each in ("csv", "jsonl")]
    return "\n".join([*texts, *files])


def test_on_the_page(hub):
    """First it says what there is, then it is erased; the chain holds, and the log says so."""
    left(hub, "quirrenbach")
    assert "quirrenbach" in pages(hub)
    root = Browser(hub, "root")
    assert root.read("ledger").select_one("a[href$='/forget']")
    asked = root.submit("forget", {"action": "look"}, user="quirrenbach")
    assert "Nothing has been erased yet." in asked.text
    assert "quirrenbach" in pages(hub)
    form = form_with(BeautifulSoup(asked.text, "html.parser"), {"user": "quirrenbach"})
    fields = {each["name"]: each.get("value", "") for each in form.find_all("input")}
    done = root.session.post(hub.origin + form["action"], data=fields, timeout=30)
    assert "root\u2069 erased everything about one person." in said(done)
    text = pages(hub)
    assert "quirrenbach" not in text
    assert "words about them" not in text
    assert "an account that was erased" in text
    hub.api("DELETE", "users/quirrenbach").raise_for_status()
    assert told(hub, "quirrenbach") == []
    assert "quirrenbach" not in (
        hub.folder / "jupyterhub-responsibility.sqlite"
    ).read_bytes().decode("latin-1")


def test_through_the_api(hub):
    """The answer says how much is gone; again, there is nothing."""
    left(hub, "yolanda")
    root = Person(hub, "root")
    done = root.ask("POST", "api/erasures", json={"user": "yolanda"})
    assert done.status_code == 200, done.text
    assert done.json()["parts"] >= 8
    newest = root.get("api/ledger").json()["entries"]
    (entry,) = [each for each in newest if each["number"] == done.json()["entry"]]
    assert (entry["event"], entry["actor"]["name"], entry["user"]) == ("erasure", "root", None)
    erased = next(each for each in newest if each["event"] == "confirmation")
    assert (erased["actor"]["name"], sorted(erased["erased"])) == (None, ["actor", "person"])
    assert plain(erased["says"]).startswith("An account that was erased confirmed")
    again = root.ask("POST", "api/erasures", json={"user": "yolanda"})
    assert again.json() == {"entry": None, "parts": 0, "gaps": 0, "in_file": False}


@pytest.mark.parametrize("who", ["rita", "hanna", "uwe"])
def test_only_jupyterhub_admins_may(hub, who):
    """Neither page nor API is open to anybody else, and no page leads there."""
    person = Person(hub, who)
    assert person.get("forget").status_code == 403
    refused = person.ask("POST", "api/erasures", json={"user": "rita"})
    assert (refused.status_code, code(refused)) == (403, "not_allowed")
    assert "/forget" not in person.get("ledger").text


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ({"user": "hanna"}, 409, "hold a role: withdraw them first"),
        ({"user": ""}, 400, "user"),
        ({}, 400, "user"),
    ],
)
def test_what_is_refused(hub, body, status, why):
    """Whoever holds a role stays, and it is said what to do."""
    before = entries(hub)
    refused = Person(hub, "root").ask("POST", "api/erasures", json=body)
    assert (refused.status_code, refused.json()["error"]["message"].count(why)) == (status, 1)
    assert entries(hub) == before


def test_a_refusal_on_the_page(hub):
    """It is said beside the field, which keeps what was typed."""
    page = Browser(hub, "root").submit("forget", {"action": "look"}, user="hanna")
    assert page.status_code == 409
    assert "withdraw them first" in page.text
    assert 'value="hanna"' in page.text


def test_several_accounts_of_one_name(hub):
    """The page says that it is about all of them, and when each was made."""
    left(hub, "zoe")
    hub.api("DELETE", "users/zoe").raise_for_status()
    left(hub, "zoe")
    page = Browser(hub, "root").submit("forget", {"action": "look"}, user="zoe")
    assert "about 2 accounts that had this name" in " ".join(page.text.split())
    assert Person(hub, "root").ask("POST", "api/erasures", json={"user": "zoe"}).ok
    assert "zoe" not in pages(hub)


def test_nobody_forgets_themselves(hub):
    """The record would say that they did, with their name; it says whom to ask instead."""
    before = entries(hub)
    refused = Person(hub, "root").ask("POST", "api/erasures", json={"user": "root"})
    assert (refused.status_code, code(refused)) == (409, "kept")
    assert "Ask another JupyterHub admin" in refused.json()["error"]["message"]
    page = Browser(hub, "root").submit("forget", {"action": "look"}, user="root")
    assert "You cannot forget yourself" in page.text
    assert entries(hub) == before


def test_who_has_power_is_kept(hub):
    """Who could do everything loses that first: by what the hub says at that moment."""
    hub.api("POST", "users", json={"usernames": ["ada"], "admin": True}).raise_for_status()
    root = Person(hub, "root")
    for who in ("ada", "kim"):
        hub.api("POST", f"users/{who}", json={"admin": True})
        refused = root.ask("POST", "api/erasures", json={"user": who})
        assert (refused.status_code, code(refused)) == (409, "kept")
        assert "take the hub's admin rights" in refused.json()["error"]["message"]
    hub.api("DELETE", "users/ada").raise_for_status()
    hub.api("PATCH", "users/kim", json={"admin": False}).raise_for_status()
    for who in ("ada", "kim"):
        hub.wait_for(lambda who=who: root.ask("POST", "api/erasures", json={"user": who}).ok)
    hub.wait_until_read()
    gaps = [gap["user"] for gap in root.get("api/coverage").json()["gaps"]]
    assert not {"ada", "kim"} & set(gaps)


def test_nobody_comes_back_by_the_declaration(tmp_path_factory):
    """A first holder who was erased is not appointed again by the next start."""
    declaration = {**DECLARATION, "roles": {**DECLARATION["roles"]}}
    declaration["roles"][ADMINISTRATOR] = {
        **DECLARATION["roles"][ADMINISTRATOR], "initial": ["ina"]
    }  # fmt: skip
    before = "c.Authenticator.allow_all = True\nc.JupyterHub.load_groups = {}\n"
    folder = tmp_path_factory.mktemp("initial")
    with RealHub(folder, declaration, settings=QUICK, before=before) as running:
        running.api("POST", "users", json={"usernames": ["ina"]})
        running.wait_for(lambda: told(running, "ina"))
        root = Person(running, "root")
        root.withdraw(ADMINISTRATOR, "ina").raise_for_status()
        refused = root.ask("POST", "api/erasures", json={"user": "ina"})
        assert (refused.status_code, code(refused)) == (409, "kept")
        assert "names them as a first holder" in refused.json()["error"]["message"]
