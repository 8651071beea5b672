"""How the hub's configuration hands options over to the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterhub_responsibility.declaration import dump, load
from jupyterhub_responsibility.errors import ConfigurationError
from jupyterhub_responsibility.handover import MOST_BYTES, VARIABLE, hand_over, handed_over

DEMO = Path(__file__).parents[2] / "responsibilities.yaml"


def test_options_arrive_as_they_were_sent(monkeypatch):
    """Text in any script, numbers, lists and nothing at all survive the environment."""
    options = {"a": "Grüße, 李明\n\x00\u202e", "b": 1.5, "c": [True, None, {}], "d": "\udc80"}
    (environment,) = hand_over(**options).items()
    assert environment[0] == VARIABLE
    assert environment[1].isascii()
    assert "\x00" not in environment[1]
    monkeypatch.setenv(*environment)
    assert handed_over() == options


def test_a_whole_declaration_fits(monkeypatch):
    """The demo hub's declaration arrives, with much room to spare."""
    environment = hand_over(declaration=dump(load(DEMO)))
    assert len(environment[VARIABLE]) < MOST_BYTES / 4
    monkeypatch.setenv(VARIABLE, environment[VARIABLE])
    assert load(handed_over()["declaration"]).model == load(DEMO).model


def test_what_does_not_fit_is_refused():
    """Too large a declaration is refused, with its size, the limit and the way out."""
    assert hand_over(text="x" * (MOST_BYTES - 11))
    with pytest.raises(ConfigurationError, match=r"120,001 bytes.*120,000.*external=True"):
        hand_over(text="x" * (MOST_BYTES - 10))


@pytest.mark.parametrize("value", [None, "", "[]", "null", '"text"'])
def test_a_service_started_by_hand_gets_nothing(monkeypatch, value):
    """Without the variable, or with nothing useful in it, there are no options."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    assert handed_over() == {}
