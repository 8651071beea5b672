"""At the pace as shipped, with nobody looking: few calls, and yet every change is told in time."""

from __future__ import annotations

import re
import time

import pytest
import requests

from ..realhub import RealHub

ACCOUNTS = 200
MOST_CALLS = 4
"""A minute."""

TOLD_WITHIN = 60
"""Seconds."""


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """A hub with as many accounts as fit on a page, and a service as it comes."""
    with RealHub(tmp_path_factory.mktemp("quiet"), settings=()) as hub:
        there = len(hub.api("GET", "users").json())
        names = [f"person-{number}" for number in range(ACCOUNTS - there)]
        for begin in range(0, len(names), 50):
            hub.api("POST", "users", json={"usernames": names[begin : begin + 50]})
        yield hub


def calls(hub: RealHub) -> list[str]:
    """What the service asked the hub for, by the hub's own log."""
    line = r"\d{3} (?:GET|POST|DELETE) (\S*/hub/api/\S+) \(responsibilities@"
    return re.findall(line, hub.log())


@pytest.mark.timeout(300)
def test_a_hub_at_rest_is_left_in_peace_and_every_change_is_told(quiet):
    """While nobody looks, a new admin and a new holder are noticed, in four calls a minute."""
    token = {"Authorization": f"token {quiet.token_for('root')}"}
    began, before = time.monotonic(), len(calls(quiet))
    quiet.api("PATCH", "users/person-7", json={"admin": True}).raise_for_status()
    quiet.put_in_group("hub-admins", "person-8")
    time.sleep(TOLD_WITHIN)
    asked = calls(quiet)[before:]
    minutes = (time.monotonic() - began) / 60
    assert 2 <= len(asked) <= MOST_CALLS * minutes, asked
    gaps = requests.get(quiet.page("api/coverage"), headers=token, timeout=30).json()["gaps"]
    titles = " ".join(gap["title"] for gap in gaps)
    assert "person-7" in titles
    assert "person-8" in titles
