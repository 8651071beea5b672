"""An account is more than its name: what belonged to an older one ends, and is said."""

from __future__ import annotations

import pytest

from ..realhub import RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    code,
    confirm,
    later,
    members,
    set_members,
    standing,
    told,
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub where anybody may log in: accounts come and go."""
    folder = tmp_path_factory.mktemp("names")
    open_to_all = "c.Authenticator.allow_all = True\n"
    with RealHub(folder, DECLARATION, settings=QUICK, before=open_to_all) as running:
        set_members(running, **{"community-reps": {"rita"}, "hub-admins": {"hanna"}})
        quiet(running)
        yield running


def quiet(hub) -> None:
    for _ in range(2):
        hub.wait_until_read()


def make(hub, *names: str) -> None:
    hub.api("POST", "users", json={"usernames": list(names)}).raise_for_status()


def make_again(hub, name: str) -> None:
    """Between two readings, an account is deleted, and another one gets its name."""
    hub.api("DELETE", f"users/{name}").raise_for_status()
    make(hub, name)


def appointed(hub, name: str, **more: str) -> None:
    make(hub, name)
    Person(hub, "rita").appoint(ADMINISTRATOR, name, until=later(40), **more).raise_for_status()


def test_who_is_renamed_keeps_everything(hub):
    """Term and confirmation go along, and the record says that it is the same account."""
    appointed(hub, "ada")
    confirm(hub, "ada")
    quiet(hub)
    hub.api("PATCH", "users/ada", json={"name": "ada-l"}).raise_for_status()
    hub.wait_for(lambda: told(hub, "ada-l"))
    assert told(hub, "ada-l") == ["The account ada was renamed: ada-l is still Hub Administrator."]
    assert "Until" in standing(hub, "ada-l")
    assert "duties confirmed" in standing(hub, "ada-l")
    assert "Your term ends" in Browser(hub, "ada-l").read().text


def test_who_is_made_again_begins_anew(hub):
    """A new account in the same group has neither term nor confirmation of the older one."""
    appointed(hub, "bea")
    confirm(hub, "bea")
    quiet(hub)
    make_again(hub, "bea")
    hub.api("POST", "groups/hub-admins/users", json={"users": ["bea"]}).raise_for_status()
    assert "Your term ends" not in Browser(hub, "bea").read().text  # at once
    hub.wait_for(lambda: any("made again" in each for each in told(hub, "bea")))
    assert "Until" not in standing(hub, "bea")
    assert "duties not confirmed yet" in standing(hub, "bea")
    confirm(hub, "bea")
    quiet(hub)
    assert "duties confirmed" in standing(hub, "bea")
    assert sum("made again" in each for each in told(hub, "bea")) == 1


def test_a_request_is_that_of_one_account(hub):
    """Its answer and its text are nothing for the next owner of the name; nor is it approved."""
    make(hub, "cyn", "dua")
    for name in ("cyn", "dua"):
        body = {"role": ADMINISTRATOR, "reason": f"private words of {name}"}
        Person(hub, name).ask("POST", "api/requests", json=body).raise_for_status()
    requests = {each["user"]: each["number"]
                for each in Person(hub, "rita").get("api/requests").json()["requests"]}  # fmt: skip
    decline = {"verdict": "declined", "message": "private answer"}
    rita = Person(hub, "rita")
    rita.ask("POST", f"api/requests/{requests['dua']}", json=decline).raise_for_status()
    assert "private answer" in Browser(hub, "dua").read().text
    for name in ("cyn", "dua"):
        make_again(hub, name)
    approve = {"verdict": "approved"}
    reply = rita.ask("POST", f"api/requests/{requests['cyn']}", json=approve)
    assert code(reply) == "closed", reply.text
    assert "cyn" not in members(hub, "hub-admins")
    assert "private answer" not in Browser(hub, "dua").read().text
    assert "private words" not in Browser(hub, "cyn").read().text
    assert Person(hub, "cyn").get("api/requests").json()["requests"] == []
    hub.wait_for(lambda: rita.get("api/requests").json()["requests"] == [])
    assert told(hub, "cyn")[-1].startswith("The request to make cyn Hub Administrator has ended")


def test_a_request_goes_along_with_who_is_renamed(hub):
    """They see it, and may take it back, under their new name."""
    make(hub, "eli")
    body = {"role": REPRESENTATIVE, "reason": "my own words"}
    Person(hub, "eli").ask("POST", "api/requests", json=body).raise_for_status()
    hub.api("PATCH", "users/eli", json={"name": "elias"}).raise_for_status()
    assert "my own words" in Browser(hub, "elias").read().text
    assert Person(hub, "elias").get("api/requests").json()["requests"][0]["mine"] is True
