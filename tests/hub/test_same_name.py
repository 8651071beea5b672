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
    plain,
    set_members,
    standing,
    told,
)

READ = 40
"""Seconds in which all accounts are read again, also on a machine that is busy."""


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


def test_a_name_is_not_believed_longer_than_the_roster(hub):
    """Whoever was renamed, or is no more, is not shown what belongs to the name, however old the
    hub's answer is to who they are."""
    appointed(hub, "vera")
    quiet(hub)
    browser, program = Browser(hub, "vera"), Person(hub, "vera")
    assert "Hub Administrator" in browser.read().text
    assert program.get("api/me").json()["user"]["name"] == "vera"
    hub.api("PATCH", "users/vera", json={"name": "vera-l"}).raise_for_status()
    quiet(hub)
    assert "through the group" in browser.read().text
    me = program.get("api/me").json()
    assert (me["user"]["name"], [each["id"] for each in me["roles"]]) == ("vera-l", [ADMINISTRATOR])
    hub.api("DELETE", "users/vera-l").raise_for_status()
    quiet(hub)
    assert program.get("api/me").status_code == 403
    page = browser.session.get(hub.page(), timeout=30)
    assert page.url.startswith(hub.hub_url("login"))


NEVER_HANNA = """
from jupyterhub_responsibility.hub.roster import RosterKeeper
seen = RosterKeeper._succeeded

def unseen(self, groups, number):
    members = {name: tuple({*there} - {"hanna"}) for name, there in groups.members.items()}
    seen(self, groups._replace(members=members), number)

RosterKeeper._succeeded = unseen
"""
"""A hub that never agrees with itself on who hanna is."""


def test_what_differs_for_good_is_not_asked_with_every_page(tmp_path):
    """Where the hub says one thing of somebody and another of their groups, it is asked once."""
    with RealHub(tmp_path, DECLARATION, settings=QUICK, first=NEVER_HANNA) as hub:
        set_members(hub, **{"hub-admins": {"hanna"}})
        hanna = Person(hub, "hanna")
        assert hanna.get("api/me").json()["roles"] == []
        asked = hub.log().count("GET /hub/api/user ")
        for _ in range(5):
            assert hanna.get("api/me").json()["roles"] == []
        assert hub.log().count("GET /hub/api/user ") == asked


@pytest.mark.parametrize("joins", [False, True], ids=["as nobody", "as a holder"])
def test_an_old_name_may_be_somebody_elses_at_once(hub, joins):
    """Between two readings, an account is renamed, and another one gets its name."""
    old, new = f"una-{joins:d}", f"una-{joins:d}-l"
    appointed(hub, old)
    confirm(hub, old)
    proposed = {"role": ADMINISTRATOR, "user": "uwe"}
    Person(hub, old).ask("POST", "api/requests", json=proposed).raise_for_status()
    quiet(hub)
    hub.api("PATCH", f"users/{old}", json={"name": new}).raise_for_status()
    make(hub, old)
    if joins:
        hub.api("POST", "groups/hub-admins/users", json={"users": [old]}).raise_for_status()
    hub.wait_for(lambda: told(hub, new), 15)
    assert told(hub, new) == [f"The account {old} was renamed: {new} is still Hub Administrator."]
    assert "Until" in standing(hub, new)
    assert "duties confirmed" in standing(hub, new)
    rita = Person(hub, "rita")
    (request,) = rita.get("api/requests").json()["requests"]
    assert request["by"] == new
    if joins:
        assert "Until" not in standing(hub, old)
        assert "duties not confirmed yet" in standing(hub, old)
    assert not any("deleted" in each for each in told(hub, old))
    decline = {"verdict": "declined"}
    rita.ask("POST", f"api/requests/{request['number']}", json=decline).raise_for_status()


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


def test_who_proposed_an_account_that_is_gone_is_told(hub):
    """On their own page; the next owner of their name is not."""
    make(hub, "fay", "gil")
    hub.api("POST", "groups/hub-admins/users", json={"users": ["fay"]}).raise_for_status()
    quiet(hub)
    body = {"role": ADMINISTRATOR, "user": "gil"}
    Person(hub, "fay").ask("POST", "api/requests", json=body).raise_for_status()
    make_again(hub, "gil")
    ended = "Your proposal to make gil Hub Administrator has ended"
    hub.wait_for(lambda: ended in words(Browser(hub, "fay").read()), READ)
    assert ended not in words(Browser(hub, "gil").read())
    make_again(hub, "fay")
    assert ended not in words(Browser(hub, "fay").read())


def words(page) -> str:
    return plain(" ".join(page.text.split()))


@pytest.mark.parametrize("taken", [False, True], ids=["a new name", "and the old one is taken"])
def test_a_request_goes_along_with_who_is_renamed(hub, taken):
    """They see it, and may take it back, under their new name; so does everybody, soon."""
    old, new = f"eli-{taken:d}", f"elias-{taken:d}"
    make(hub, old)
    body = {"role": REPRESENTATIVE, "reason": "my own words"}
    Person(hub, old).ask("POST", "api/requests", json=body).raise_for_status()
    hub.api("PATCH", f"users/{old}", json={"name": new}).raise_for_status()
    if taken:
        make(hub, old)
    assert "my own words" in Browser(hub, new).read().text
    assert Person(hub, new).get("api/requests").json()["requests"][0]["mine"] is True
    root = Person(hub, "root")

    def asks() -> list[str]:
        return [each["by"] for each in root.get("api/requests").json()["requests"]]

    hub.wait_for(lambda: new in asks(), READ)
    assert old not in asks()
    assert told(hub, new) == [f"The account {old} was renamed: it is {new} now."]
