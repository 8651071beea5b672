"""The demo hub shows the service in use, and nothing else is ever filled with examples."""

from __future__ import annotations

from datetime import date

import pytest

from docs import demo
from docs.pictures import start

from ..realhub import free_port


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where the demo hub is, filled as `make demo` does it."""
    port = free_port()
    process = start(tmp_path_factory.mktemp("demo"), port)
    address = f"http://127.0.0.1:{port}"
    try:
        demo.wait_for(address, "roster")
        assert demo.fill(address)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def call(home):
    """Calls its API as somebody."""
    return demo.caller(home)


def test_it_shows_the_service_in_use(call):
    """Terms, somebody who asks, somebody who left a note, people who were added, and a vacancy."""
    (asked,) = call("rita", "GET", "requests")["requests"]
    assert (asked["by"], asked["role"], asked["mine"]) == ("uwe", "hub-administrator", False)
    held = {role["id"]: role for role in call("uwe", "GET", "roles")["roles"]}
    names = {name: {each["name"] for each in role["holders"]} for name, role in held.items()}
    assert names["hub-administrator"] == {"hanna", "rita"}
    assert "rita" in names["community-representative"]
    assert names["community-guide"] == set()
    gaps = {(gap["kind"], gap["user"]) for gap in call("root", "GET", "coverage")["gaps"]}
    assert ("role-vacant", None) in gaps
    assert ("never-confirmed", "hanna") in gaps
    states = {
        role["id"]: role["confirmation"]["state"] for role in call("rita", "GET", "me")["roles"]
    }
    assert states == {"community-representative": "confirmed", "hub-administrator": "never"}
    note = call("root", "GET", "ledger?person=tom&kind=appointments&format=jsonl")
    assert "shared folder" in note


def test_it_is_filled_once(home, call, capsys):
    """Whoever starts the demo again finds it as they left it."""
    before = demo.history(call)
    assert demo.main(home) == 0
    assert "as you left it" in capsys.readouterr().out
    assert [each["event"] for each in demo.history(call)] == [each["event"] for each in before]


def test_no_other_hub_is_filled(home, call, monkeypatch, capsys):
    """Neither one of another community, nor one where the demo's people have other passwords."""
    before = len(demo.history(call))
    with monkeypatch.context() as changed:
        changed.setattr(demo, "community", lambda: {"name": "Somebody else"})
        assert demo.main(home) == 1
    assert "the hub there is another one" in capsys.readouterr().err
    monkeypatch.setattr(demo, "PASSWORD", "secret")
    assert demo.main(home) == 1
    assert "root cannot log in there" in capsys.readouterr().err
    assert len(demo.history(call)) == before


def test_a_hub_that_does_not_answer_is_said(monkeypatch, capsys):
    """The demo itself is not stopped by that, and whoever started it reads why it looks empty."""
    monkeypatch.setattr(demo, "PATIENCE", 0.5)
    assert demo.main(f"http://127.0.0.1:{free_port()}") == 1
    assert "was not filled with examples: no answer from" in capsys.readouterr().err


def test_its_terms_end_in_half_a_year_or_later():
    """On the same day, whenever in a year the pictures are taken."""
    assert demo.end_of_term(date(2026, 11, 22)) == date(2027, 6, 30)
    assert demo.end_of_term(date(2027, 1, 1)) == date(2027, 6, 30)
    assert demo.end_of_term(date(2027, 1, 2)) == date(2028, 6, 30)
    assert demo.end_of_term(date(2026, 7, 1)) == date(2027, 6, 30)
