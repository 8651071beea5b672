"""A hub from which the service is taken away: what is left, and the command that deletes it."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import pytest

from jupyterhub_responsibility.cli import main
from jupyterhub_responsibility.cli.terminal import CLEAN, FAILED

from ..docs.reading import blocks
from ..realhub import ADMIN_TOKEN, DECLARATION, RealHub
from .test_hub5 import python5  # noqa: F401  # a fixture

OWN = """
c.JupyterHub.load_groups = {"own": {"users": ["uwe"]}}
c.JupyterHub.load_roles = [{"name": "own-role", "scopes": ["list:users"], "groups": ["own"]}]
"""
OURS = {"hub-administrator", "community-representative", "responsibilities-service"}
LEDGER = "jupyterhub-responsibility.sqlite"


@pytest.fixture(scope="module", params=["newest", "5.2"])
def hub(request, tmp_path_factory):
    """A hub in use, with a role and a group of the operator's own."""
    python = sys.executable if request.param == "newest" else request.getfixturevalue("python5")
    folder = tmp_path_factory.mktemp("removal")
    with RealHub(folder, DECLARATION, before=OWN, python=python) as running:
        running.with_holders()
        running.visit("rita").get(running.page())
        yield running


@pytest.fixture(autouse=True)
def in_its_folder(hub, monkeypatch):
    """The command runs where the hub does, with the token of an admin."""
    monkeypatch.chdir(hub.folder)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", ADMIN_TOKEN)
    monkeypatch.setenv("JUPYTERHUB_API_URL", hub.hub_url("api"))


def names(hub: RealHub, table: str, column: str = "name") -> set[str]:
    """What there is in a table of the hub's database."""
    with closing(sqlite3.connect(hub.folder / "jupyterhub.sqlite")) as database:
        return {row[0] for row in database.execute(f"SELECT {column} FROM {table}")}


def run(capsys, *options: str) -> tuple[int, str]:
    """The exit status of the command, and what it said."""
    status = main(["remove", *options])
    said = capsys.readouterr()
    return status, said.out + said.err


def test_while_the_service_is_enabled(hub, capsys):
    """It says what there is and deletes nothing that is in use."""
    status, said = run(capsys)
    assert status == CLEAN
    assert "The group hub-admins (2 members; roles of the hub: hub-administrator): stays" in said
    assert "Nothing is deleted that you don't name." in said
    for options in (["--group", "hub-admins"], ["--group", "hub-admins", "--yes"]):
        status, said = run(capsys, *options)
        assert status == FAILED
        assert "the hub still gives it the role hub-administrator" in said
    status, said = run(capsys, "--ledger", "--yes")
    assert status == FAILED
    assert "in use by another process" in said
    assert (hub.folder / LEDGER).exists()


def test_what_is_left_without_enable(hub):
    """The hub starts; roles, service, logins and scopes are gone, groups and ledger are there."""
    assert names(hub, "roles") > OURS
    hub.stop()
    (instead,) = (block.text for block in blocks("python") if block.page == "removal.md")
    hub.config = hub.config.partition("from jupyterhub_responsibility import enable")[0] + instead
    hub.start(wait=False)
    hub.wait_for(lambda: hub.api("GET", "").ok)
    assert names(hub, "roles") == {
        *("admin", "user", "server", "token"),
        *("own-role", "server-admin"),
    }
    assert names(hub, "services") == {"tester"}
    assert names(hub, "oauth_clients", "identifier") == {"jupyterhub"}
    assert hub.api("GET", "users", token=hub.token_for("hanna")).ok  # by the role instead
    assert "" not in names(hub, "api_tokens", "note")  # those of logins to the service have none
    assert names(hub, "roles", "scopes") & {'["self"]'}
    assert names(hub, "groups") == {"own", "hub-admins", "community-reps"}
    assert hub.api("GET", "groups/hub-admins").json()["users"] == ["hanna", "rita"]
    assert (hub.folder / LEDGER).exists()


def test_it_says_first_what_it_would_do(hub, capsys):
    """Without --yes, nothing happens; what isn't mapped or isn't there is refused."""
    hub.wait_for(lambda: hub.api("GET", "").ok)
    status, said = run(capsys, "--group", "hub-admins", "--ledger")
    assert status == CLEAN
    assert "The group hub-admins (2 members; roles of the hub: server-admin): is deleted" in said
    assert "The group community-reps (1 member): stays; --group community-reps deletes it" in said
    assert "entries, the last of 20" in said
    assert "Nothing was deleted yet" in said
    assert (hub.folder / LEDGER).exists()
    for group, why in (("own", "maps no role to it"), ("hub-admns", "maps no role to it")):
        status, said = run(capsys, "--group", group, "--group", "hub-admins", "--yes")
        assert status == FAILED
        assert why in said
    assert names(hub, "groups") == {"own", "hub-admins", "community-reps"}


def test_it_deletes_what_was_named(hub, capsys):
    """Of the groups, the one that was named; people, other groups and their file stay."""
    hub.wait_for(lambda: hub.api("GET", "").ok)
    status, said = run(capsys, "--group", "hub-admins", "--ledger", "--yes")
    assert (status, said.splitlines()[-1]) == (CLEAN, "Done.")
    assert names(hub, "groups") == {"own", "community-reps"}
    assert {"rita", "hanna", "uwe"} <= names(hub, "users")
    assert not list(hub.folder.glob(f"{LEDGER}*"))
    assert hub.declaration_file.exists()
    status, said = run(capsys)
    assert "hub-admins" not in said
    assert f"There is no ledger at {hub.folder / LEDGER}" in said
    status, said = run(capsys, "--group", "hub-admins", "--yes")
    assert status == FAILED
    assert "the hub has no such group" in said


def test_what_others_keep_in_the_same_database(hub, capsys):
    """A file that holds more than the ledger stays, with what is in it."""
    from jupyterhub_responsibility.storage.store import Store

    file = hub.folder / "shared.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE theirs (word)")
    with closing(Store(f"sqlite:///{file}")) as store:
        store.open()
    status, _ = run(capsys, "--database", f"sqlite:///{file}", "--ledger", "--yes")
    assert status == CLEAN
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


@pytest.mark.parametrize("lacking", ["JUPYTERHUB_API_TOKEN", "JUPYTERHUB_API_URL"])
def test_without_the_hub(hub, capsys, monkeypatch, lacking):
    """A group can't be deleted without the hub, and the command says what it lacks."""
    monkeypatch.delenv(lacking)
    status, said = run(capsys, "--group", "community-reps", "--yes")
    assert status == FAILED
    assert "set JUPYTERHUB_API_TOKEN to a token of a JupyterHub admin" in said
