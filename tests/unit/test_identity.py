"""The state of a login: sealed, short-lived, and no longer than a cookie may be."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet, InvalidToken
from tornado.web import create_signed_value

from jupyterhub_responsibility.service.identity import (
    KEPT_ANSWERS,
    NEXT_URL,
    Answers,
    SealedOAuth,
    cookie_secret,
)

HOME = "/services/responsibilities/"
NOBODY = {"name": "nobody"}


def replica(token: str = "a-token-for-tests") -> SealedOAuth:
    """One of several processes that have the same token of the hub."""
    return SealedOAuth(api_token=token, base_url=HOME, oauth_client_id="service-responsibilities")


def test_another_replica_opens_a_state():
    """What one replica put into a state, another one with the same token reads."""
    state = replica().generate_state(f"{HOME}model", code_verifier="v", cookie_name="c")
    other = replica()
    assert other.get_next_url(state) == f"{HOME}model"
    assert other.get_state_cookie_name(state) == "c"
    assert other._decode_state(state)["code_verifier"] == "v"


def test_a_state_tells_nothing():
    """Neither the address nor the verifier can be read from a state, and no two are alike."""
    states = [replica().generate_state("/secret", code_verifier="hidden") for _ in range(2)]
    assert states[0] != states[1]
    assert not any(word in state for word in ("secret", "hidden") for state in states)


@pytest.mark.parametrize("state", ["", "state", "ü", "\x00", "gAAAAA==", "a" * 5000])
def test_nonsense_says_nothing(state):
    """A state that nobody sealed leads home, under the usual cookie's name, without a verifier."""
    assert replica()._decode_state(state) == {}
    assert replica().get_next_url(state) == HOME
    assert replica().get_state_cookie_name(state) == "service-responsibilities-oauth-state"


def test_a_state_of_another_service_says_nothing():
    """A state that was sealed with another token, or changed since, is as good as none."""
    assert replica()._decode_state(replica("another").generate_state("/elsewhere")) == {}
    state = replica().generate_state("/elsewhere")
    changed = state[:40] + ("A" if state[40] != "A" else "B") + state[41:]
    assert replica()._decode_state(changed) == {}


def test_a_state_ends(monkeypatch):
    """After ten minutes a state says nothing any more, as HubOAuth's own."""
    state, now = replica().generate_state("/somewhere"), time.time()
    for seconds, said in ((590, "/somewhere"), (610, HOME)):
        monkeypatch.setattr(time, "time", lambda later=now + seconds: later)
        assert replica().get_next_url(state) == said


def test_keys_are_not_shared():
    """What seals a state is another key than the one that signs cookies."""
    oauth = replica()
    assert oauth._sealer().decrypt(oauth.generate_state("/").encode())
    signing = Fernet(urlsafe_b64encode(cookie_secret(oauth.api_token)))
    with pytest.raises(InvalidToken):
        signing.decrypt(oauth.generate_state("/").encode())


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (f"{HOME}contacts?q=" + "a" * (NEXT_URL - 39), None),
        (f"{HOME}contacts?q=" + "a" * 4000, f"{HOME}contacts"),
        (f"{HOME}contacts?q=" + "é" * 600, f"{HOME}contacts"),
        (f"{HOME}" + "a" * 4000, HOME),
        (None, HOME),
    ],
)
def test_long_addresses(asked, kept):
    """An address of up to 1,000 bytes is kept; a longer one loses its query, or leads home."""
    assert replica().get_next_url(replica().generate_state(asked)) == (kept or asked)


def test_a_cookie_holds_a_state():
    """The longest state there can be fits into a cookie as browsers keep it, with room."""
    state = replica().generate_state(
        "é" * (NEXT_URL // 2), code_verifier="v" * 43, cookie_name="service-a" * 6
    )
    cookie = create_signed_value(cookie_secret("t"), "service-a" * 6, state)
    assert len(cookie) < 2800


# -- what is kept of who somebody is


class Asked:
    """A request of a browser with a session of the hub, as far as HubOAuth looks at it."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.request = SimpleNamespace(headers={})

    def get_cookie(self, name: str, default: str = "") -> str:
        return self.session if name == "jupyterhub-session-id" else default

    def get_secure_cookie(self, name: str) -> bytes:
        return b"a-token"


def test_a_session_is_kept_by_its_digest():
    """A cookie of 12 kB takes as much room as any other, and none of it is kept."""
    auth, long = replica(), "s" * 12_000
    said = {session: auth.get_session_id(Asked(session)) for session in ("short", long, long + "x")}
    assert {len(digest) for digest in said.values()} == {64}
    assert len({*said.values()}) == 3
    assert auth.get_session_id(Asked("")) == ""
    assert replica("another").get_session_id(Asked("short")) != said["short"]


def test_a_page_tells_no_session():
    """The XSRF token, which is in every page, is made from the digest."""
    asked = Asked("secret" * 2000)
    assert len(replica()._get_xsrf_token_id(asked)) < 150
    assert b"secret" not in replica()._get_xsrf_token_id(asked)


def test_answers_are_few():
    """Ever new tokens push out the oldest answers, and never more than there is room for."""
    answers = Answers(60)
    for number in range(KEPT_ANSWERS + 10):
        answers[f"token {number}"] = None
    answers["token 100"] = NOBODY
    assert len(answers) == len(answers.timestamps) == KEPT_ANSWERS
    assert "token 9" not in answers
    assert "token 10" in answers
    assert answers["token 100"] == NOBODY
