"""What the hub says when it starts the service, found out in the hub's own process."""

from __future__ import annotations

import json
import logging

import pytest
from jupyterhub import orm

from jupyterhub_responsibility.domain.accounts import ADMIN
from jupyterhub_responsibility.domain.configured import read
from jupyterhub_responsibility.enabling.handover import (
    CONFIGURED_VARIABLE,
    LOOK_VARIABLE,
    MAX_VARIABLE_BYTES,
)
from jupyterhub_responsibility.enabling.start import ServiceEnvironment

ROLES = ("hub-administrator", "community-representative")


def said() -> str:
    """What a service that is started now is told."""
    environment: dict[str, str] = {}
    environment.update(ServiceEnvironment({}, ROLES, "responsibilities", templates=True))
    return environment[CONFIGURED_VARIABLE]


async def test_it_says_what_roles_permit_and_to_which_groups(mock_hub, tmp_path):
    """Roles with what their scopes come to, groups of admins, closed pages and hidden templates."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "admin.html").write_text('{% extends "templates/admin.html" %}')

    def before(c):
        c.JupyterHub.load_groups = {"sysadmins": {}, "more": {}}
        c.JupyterHub.template_paths = [str(tmp_path / "own")]
        c.JupyterHub.load_roles = [
            {"name": "admin", "groups": ["sysadmins"]},
            {"name": "hub-administrator", "groups": ["more"]},
        ]

    await mock_hub(before)
    told = read(said())
    assert told.roles[ADMIN].groups == ("sysadmins",)
    assert set(told.roles["hub-administrator"].groups) == {"hub-admins", "more"}
    assert "read:users" in told.roles["hub-administrator"].scopes
    assert (told.open_to_users, told.shadowed) == (True, ("admin.html",))


def look() -> dict:
    """What a service that is started now is told of how the hub looks."""
    environment: dict[str, str] = {}
    environment.update(ServiceEnvironment({}, ROLES, "responsibilities", templates=True))
    return json.loads(environment[LOOK_VARIABLE])


async def test_the_operators_look_is_handed_over(mock_hub, tmp_path):
    """The service gets the template paths, absolute, and those variables that JSON can carry."""

    def before(c):
        c.JupyterHub.template_paths = ["templates"]
        c.JupyterHub.template_vars = {"announcement": "Hello", "now": len, "custom": {"a": [1]}}

    def after(c):
        c.JupyterHub.template_paths.insert(0, "first")
        c.JupyterHub.template_vars["later"] = True

    await mock_hub(before, after)
    told = look()
    assert told["template_paths"] == [f"{tmp_path}/first", f"{tmp_path}/templates"]
    assert told["template_vars"] == {
        "announcement": "Hello",
        "custom": {"a": [1]},
        "later": True,
    }
    assert told["left_out"] == ["now"]


async def test_a_picture_that_is_too_large_is_left_out(mock_hub):
    """The hub starts, the rest of the look is told, and the picture is named."""

    def before(c):
        logo = "data:image/png;base64," + "A" * 2 * MAX_VARIABLE_BYTES
        c.JupyterHub.template_vars = {"custom": {"logo": logo, "name": "Reef Lab"}}

    await mock_hub(before)
    told = look()
    assert told["template_vars"] == {"custom": {"name": "Reef Lab"}}
    assert told["left_out"] == ["custom.logo"]


async def test_pages_that_are_closed(mock_hub):
    """Where the hub's role `user` doesn't let in, that is said."""
    app = await mock_hub()
    assert read(said()).open_to_users
    orm.Role.find(app.db, "user").scopes = ["self"]
    app.db.commit()
    assert not read(said()).open_to_users


@pytest.mark.parametrize(
    ("everybody", "added", "let_in"),
    [(True, False, True), (False, True, True), (False, False, False)],
)
async def test_whether_an_account_lets_somebody_in(mock_hub, everybody, added, let_in):
    """It does where everybody may log in, or everybody who has an account."""

    def before(c):
        c.Authenticator.allow_all = everybody
        c.Authenticator.allow_existing_users = added
        c.Authenticator.allowed_users = {"rita"}

    await mock_hub(before)
    assert read(said()).lets_added_in == let_in


@pytest.mark.parametrize(
    ("becomes", "told"), [(str.lower, True), (str.upper, False), (lambda name: 1 / 0, False)]
)
async def test_whether_names_are_written_in_small_letters(mock_hub, monkeypatch, becomes, told):
    """As the hub does by itself; an authenticator that takes no such name tells nothing."""
    app = await mock_hub()
    assert read(said()).small_letters
    monkeypatch.setattr(app.authenticator, "normalize_username", becomes)
    assert read(said()).small_letters is told


async def test_what_is_too_long_to_tell_is_left_out(mock_hub, caplog):
    """A hub whose service could not be started would end; so it says nothing, and why."""
    app = await mock_hub()
    role = orm.Role.find(app.db, "hub-administrator")
    role.groups += [orm.Group(name=f"{number:0250}") for number in range(MAX_VARIABLE_BYTES // 250)]
    app.db.commit()
    with caplog.at_level(logging.WARNING):
        assert said() == ""
    assert "too many to tell" in caplog.text


async def test_a_failure_keeps_no_service_from_starting(mock_hub, monkeypatch, caplog):
    """Whatever goes wrong, the hub's log has it, and the service starts without being told."""
    await mock_hub()

    def fails(*_):
        raise RuntimeError("in an unforeseen way")

    monkeypatch.setattr(orm.Role, "find", fails)
    assert said() == ""
    assert "in an unforeseen way" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"roles": {"a": {}}}', '{"roles": []}'])
def test_what_another_version_said_is_not_understood(text):
    """A service that is newer than its hub starts all the same."""
    assert read(text) is None
