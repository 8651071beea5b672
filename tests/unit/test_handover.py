"""How the hub's configuration hands options over to the service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from traitlets.config import Config

from jupyterhub_responsibility import enable
from jupyterhub_responsibility.declaration import dump, load
from jupyterhub_responsibility.enabling.handover import (
    DATABASE_VARIABLE,
    DEFAULT_DATABASE,
    MAX_VARIABLE_BYTES,
    VARIABLE,
    hand_over,
    handed_over,
)
from jupyterhub_responsibility.errors import ConfigurationError
from jupyterhub_responsibility.service.settings import Settings

from ..arranged import started

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
    assert len(environment[VARIABLE]) < MAX_VARIABLE_BYTES / 4
    monkeypatch.setenv(VARIABLE, environment[VARIABLE])
    assert load(handed_over()["declaration"]).model == load(DEMO).model


def test_what_does_not_fit_is_refused():
    """Too large a declaration is refused, with its size, the limit and the way out."""
    assert hand_over(text="x" * (MAX_VARIABLE_BYTES - 11))
    with pytest.raises(ConfigurationError, match=r"120,001 bytes.*120,000.*external=True"):
        hand_over(text="x" * (MAX_VARIABLE_BYTES - 10))


@pytest.mark.parametrize("value", [None, "", "[]", "null", '"text"'])
def test_a_service_started_by_hand_gets_nothing(monkeypatch, value):
    """Without the variable, or with nothing useful in it, there are no options."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    assert handed_over() == {}


def test_the_address_of_the_database_goes_its_own_way():
    """It may hold a password: it is in its own variable, and in no other and no message."""
    secret = "postgresql://responsibilities:pass-w0rd@db.example/ledger"
    c = Config()
    enable(c, str(DEMO), database_url=secret)
    (service,) = started(c).services
    environment = dict(service["environment"])
    assert environment.pop(DATABASE_VARIABLE) == secret
    assert "pass-w0rd" not in str(environment)
    assert "database_url" not in json.loads(environment[VARIABLE])
    with pytest.raises(ConfigurationError) as caught:
        enable(c, str(DEMO), database_url=secret.replace("ledger", "other"))
    assert "database_url" in str(caught.value)
    assert "pass-w0rd" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "found"), [("sqlite:///a.sqlite", "sqlite:///a.sqlite"), ("", DEFAULT_DATABASE)]
)
def test_the_service_finds_its_database(monkeypatch, given, found):
    """It is where the variable says, or in the folder in which the service runs."""
    monkeypatch.setenv(DATABASE_VARIABLE, given)
    assert Settings().database_url == found
