"""Logins that begin at one replica of the service and end at another; and states that are none."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from jupyterhub_responsibility.service.identity import SealedOAuth

STATE = "service-responsibilities-oauth-state"


@pytest.fixture(scope="module")
def replica(hub):
    with hub.replica() as second:
        yield second


def begin(hub, session: requests.Session, page: str) -> str:
    """Begin a login: the address, with code and state, to which the hub sends the browser back."""
    to_hub = session.get(page, allow_redirects=False).headers["Location"]
    return hub.origin + session.get(hub.origin + to_hub, allow_redirects=False).headers["Location"]


def end(session: requests.Session, url: str) -> requests.Response:
    """End a login."""
    return session.get(url, allow_redirects=False, timeout=30)


def is_refused(hub, session: requests.Session, reply: requests.Response) -> bool:
    """Whether a login came to nothing, in words, and nobody is logged in by it."""
    opened = session.get(hub.page("api/me")).status_code
    return (reply.status_code, opened) == (400, 403) and "Logging in was interrupted" in reply.text


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def test_a_login_ends_at_another_replica(hub, replica):
    """Begun at one of two replicas and ended at the other, it works, in both directions."""
    for here, there in ((str, replica.at), (replica.at, str)):
        session = hub.visit("uwe")
        back = begin(hub, session, here(hub.page("contacts?q=bills")))
        reply = end(session, there(back))
        assert reply.status_code == 302
        assert hub.origin + reply.headers["Location"] == hub.page("contacts?q=bills")
        for anywhere in (str, replica.at):
            assert session.get(anywhere(hub.page("api/me"))).json()["user"]["name"] == "uwe"


def test_logins_side_by_side(hub, replica):
    """Of two logins in one browser, each begun at another replica, either may be ended."""
    for place in (str, replica.at):
        session = hub.visit("uwe")
        first = begin(hub, session, hub.page("model"))
        second = begin(hub, session, replica.at(hub.page("contacts")))
        assert {c.name for c in session.cookies if c.name.startswith(STATE)} > {STATE}
        reply = end(session, place(second))
        assert hub.origin + reply.headers["Location"] == hub.page("contacts")
        assert state_of(first) != state_of(second)
        assert session.get(hub.page("api/me")).ok


@pytest.mark.parametrize("forged", ["nonsense", "", "another token", "changed"])
def test_a_forged_state_is_refused(hub, forged):
    """A state that nobody sealed, that was sealed with another token, or changed: no login."""
    session = hub.visit("uwe")
    back = begin(hub, session, hub.page())
    state = state_of(back)
    other = SealedOAuth(api_token="another", base_url="/", oauth_client_id="another")
    instead = {
        "another token": other.generate_state("/hub/home", cookie_name="_xsrf"),
        "changed": state[:-6] + ("A" if state[-6] != "A" else "B") + state[-5:],
    }.get(forged, forged)
    url = urlsplit(back)._replace(query="").geturl()
    code = parse_qs(urlsplit(back).query)["code"][0]
    reply = session.get(url, params={"code": code, "state": instead}, allow_redirects=False)
    assert is_refused(hub, session, reply)


def test_a_state_of_another_browser_is_refused(hub):
    """Nobody is logged in as somebody else by a link: the state belongs to one browser."""
    theirs, mine = hub.visit("hanna"), hub.visit("uwe")
    link = begin(hub, theirs, hub.page())
    assert is_refused(hub, mine, end(mine, link))
    begin(hub, mine, hub.page())
    assert is_refused(hub, mine, end(mine, link))


def test_a_login_ends_once(hub):
    """The address that ended a login logs nobody in again."""
    session = hub.visit("uwe")
    back = begin(hub, session, hub.page())
    assert end(session, back).status_code == 302
    session.cookies.clear()
    assert is_refused(hub, session, end(session, back))


def test_a_long_address(hub):
    """After a login from an address of 4 kB, one arrives at its page, without the question."""
    session = hub.visit("uwe")
    back = begin(hub, session, hub.page("contacts?q=" + "a" * 4000))
    assert sum(len(cookie.value) for cookie in session.cookies if cookie.name == STATE) < 1000
    reply = end(session, back)
    assert hub.origin + reply.headers["Location"] == hub.page("contacts")
    assert session.get(hub.page("contacts")).ok
