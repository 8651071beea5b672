"""Names that the hub knows under another one (`username_map`), and notes to whoever comes next."""

from __future__ import annotations

import pytest
import requests

from ..realhub import RealHub

ADMINISTRATOR = "hub-administrator"
CONFIG = """
c.Authenticator.username_map = {"rita-at-work": "rita", "hanna-at-work": "hanna"}
"""


@pytest.fixture(scope="module")
def mapped(tmp_path_factory):
    """A hub that calls rita and hanna by other names, too."""
    with RealHub(tmp_path_factory.mktemp("mapped"), config=CONFIG) as hub:
        yield hub


@pytest.fixture
def acts(mapped):
    """hanna administers, rita represents; what somebody does through the API, with the reply."""
    for group, names in {"hub-admins": {"hanna"}, "community-reps": {"rita"}}.items():
        there = set(mapped.api("GET", f"groups/{group}").json()["users"])
        mapped.put_in_group(group, *names)
        if there - names:
            mapped.take_out_of_group(group, *(there - names))

    def act(who: str, method: str, path: str, **more) -> requests.Response:
        token = {"Authorization": f"token {mapped.token_for(who)}"}
        return requests.request(method, mapped.page(path), headers=token, timeout=30, **more)

    return act


def administrators(hub) -> set[str]:
    """Who administers the hub, as the hub says."""
    return set(hub.api("GET", "groups/hub-admins").json()["users"])


def newest(hub, number: int) -> list[dict]:
    """The newest entries of the ledger, the last one first."""
    token = {"Authorization": f"token {hub.token_for('root')}"}
    reply = requests.get(hub.page("api/ledger"), headers=token, timeout=30)
    return reply.json()["entries"][:number]


def test_nobody_appoints_themselves_by_another_name(mapped, acts):
    """Only the name of the account is taken: the hub has none by the other one."""
    before = newest(mapped, 1)
    reply = acts("rita", "PUT", f"api/roles/{ADMINISTRATOR}/holders/rita-at-work")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "unknown")
    assert administrators(mapped) == {"hanna"}
    assert newest(mapped, 1) == before


def test_nobody_appoints_themselves_by_an_account_that_is_called_so(mapped, acts):
    """The hub adds whom a name stands for: it is taken back, refused and recorded as that."""
    mapped.api("POST", "users/rita-at-work").raise_for_status()  # from before names were mapped
    reply = acts("rita", "PUT", f"api/roles/{ADMINISTRATOR}/holders/rita-at-work")
    mapped.api("DELETE", "users/rita-at-work").raise_for_status()
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "yourself")
    assert administrators(mapped) == {"hanna"}
    outcome = newest(mapped, 1)[0]
    assert (outcome["event"], outcome["details"]["result"]) == ("outcome", "refused")
    me = acts("rita", "GET", "api/me").json()
    assert [role["id"] for role in me["roles"]] == ["community-representative"]


def test_the_last_holder_is_not_withdrawn_by_another_name(mapped, acts):
    """Who isn't in the group by that name isn't withdrawn, and nobody else is."""
    reply = acts("rita", "DELETE", f"api/roles/{ADMINISTRATOR}/holders/hanna-at-work")
    assert (reply.status_code, reply.json()["result"]) == (200, "unchanged")
    assert administrators(mapped) == {"hanna"}


def test_users_are_added_as_they_log_in(mapped, acts):
    """An account by a name that nobody logs in with would help nobody."""
    body = {"usernames": ["Carol", "hanna-at-work", "ROOT"]}
    reply = acts("hanna", "POST", "api/users", json=body)
    assert [each["result"] for each in reply.json()["results"]] == [
        "done",
        "unchanged",
        "unchanged",
    ]
    assert reply.json()["results"][0]["name"] == "carol"
    names = {user["name"] for user in mapped.api("GET", "users").json()}
    assert "carol" in names
    assert not names & {"Carol", "hanna-at-work", "ROOT"}
    assert mapped.api("GET", "users/root").json()["admin"] is True


def test_a_note_is_left_by_holders_only(mapped, acts):
    """Whoever does not hold the role has nobody to come after them."""
    path = f"api/roles/{ADMINISTRATOR}/holders/uwe"
    reply = acts("uwe", "DELETE", path, params={"note": "Tell me your password"})
    assert reply.json()["result"] == "unchanged"
    session = mapped.visit("hanna")
    assert "password" not in session.get(mapped.page()).text
    assert "note" not in newest(mapped, 2)[1]["details"]


def test_a_note_is_shown_as_it_was_written(mapped, acts):
    """The successor sees all of its lines, to the end."""
    mapped.put_in_group("hub-admins", "uwe")
    note = "The keys are in the safe.\r\nAsk José " + "about it " * 20
    path = f"api/roles/{ADMINISTRATOR}/holders/hanna"
    assert acts("hanna", "DELETE", path, params={"note": note}).json()["result"] == "done"
    shown = mapped.visit("uwe").get(mapped.page()).text
    assert note.strip().replace("\r\n", "\n") in shown
