"""How the hub is configured, as it tells the service when it starts it."""

from __future__ import annotations

import copy
import os

from jupyterhub_responsibility.domain.configured import (
    Configured,
    Grant,
    read,
    write,
)
from jupyterhub_responsibility.enabling import start as hub_start
from jupyterhub_responsibility.enabling.handover import CONFIGURED_VARIABLE
from jupyterhub_responsibility.enabling.start import ServiceEnvironment

ROLES = ("hub-administrator", "community-representative")
DECLARED = {
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["community-reps"]},
    }
}


def told(service_name: str = "responsibilities") -> Configured | None:
    """What a service that is started now would be told."""
    environment: dict[str, str] = {}
    environment.update(ServiceEnvironment({}, ROLES, service_name, templates=True))
    return read(environment[CONFIGURED_VARIABLE])


def test_it_is_read_as_it_was_written():
    """Nothing is lost on the way, whatever the groups are called."""
    said = Configured(
        {"guide": Grant(("list:users",), ("a b", "ü/=\n"))}, False, ("home.html",), False, True
    )
    assert read(write(said)) == said
    assert read("") is None


def test_an_environment_like_any_other():
    """Copies of it know the variable too, as the hub makes them; the others are as they were."""
    made = copy.deepcopy(ServiceEnvironment({"A": "1"}, ROLES, "responsibilities", templates=True))
    environment = dict(os.environ)
    environment.update(made)
    assert environment["A"] == "1"
    assert environment[CONFIGURED_VARIABLE] == ""  # there is no hub in this process


def test_what_fails_keeps_no_service_from_starting(monkeypatch, caplog):
    """The variable is empty then, and the log says why."""

    def fail(*_: object) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(hub_start, "_granted", fail)
    monkeypatch.setattr("jupyterhub.app.JupyterHub.initialized", lambda: True)
    monkeypatch.setattr("jupyterhub.app.JupyterHub.instance", fail)
    assert told() is None
    assert "could not be told" in caplog.text
