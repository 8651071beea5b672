"""How the hub is configured, as it tells the service when it starts it."""

from __future__ import annotations

import copy
import os

import pytest

from jupyterhub_responsibility.domain.configured import (
    ALL_TEMPLATES,
    Configured,
    Grant,
    read,
    write,
)
from jupyterhub_responsibility.enabling import start as hub_start
from jupyterhub_responsibility.enabling.handover import CONFIGURED_VARIABLE
from jupyterhub_responsibility.enabling.start import ServiceEnvironment, shadowed
from jupyterhub_responsibility.paths import templates as our_templates

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
        {"guide": Grant(("list:users",), ("a b", "ü/=\n"))}, False, ("home.html",), False
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


@pytest.fixture
def own(tmp_path):
    """A folder with the operator's templates."""
    (tmp_path / "home.html").write_text("{% extends 'templates/home.html' %}")
    (tmp_path / "admin.html").write_text("{% include 'responsibility-admin.html' %}")
    (tmp_path / "other.html").write_text("")
    return str(tmp_path)


def test_templates_that_hide_ours(own):
    """Those that come first and show nothing of ours; one with the include hides nothing."""
    ours = str(our_templates())
    assert shadowed([own, ours]) == ["home.html"]
    assert shadowed([ours, own]) == []
    assert shadowed([own]) == [ALL_TEMPLATES]  # set anew after enable()


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("{% include 'responsibility-home.html' %}", True),
        ('{%- extends "responsibility-page.html" -%}', True),
        ("<a href='{{ responsibility.href(services) }}'>", True),
        ("Backups are your own responsibility.", False),
        ("{{ x }} responsibility {{ y }}", False),
        ("{% block main %} responsibility {% endblock %}", False),
    ],
)
def test_what_counts_as_showing_ours(tmp_path, text, shows):
    """Ours between braces, not the word in a sentence."""
    (tmp_path / "spawn.html").write_text(text)
    assert shadowed([str(tmp_path), str(our_templates())]) == ([] if shows else ["spawn.html"])


def test_templates_that_nobody_can_read(own):
    """What cannot be read as text hides ours as well."""
    with open(f"{own}/page.html", "wb") as file:
        file.write(b"\xff\xfe")
    assert shadowed([own, str(our_templates())]) == ["home.html", "page.html"]
