"""The main job on JupyterHub 5.2, which The Littlest JupyterHub pins, and on the newest 5.

The same tests as on the newest hub run here, on hubs from environments of their own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ..realhub import RealHub
from .test_headers import (  # noqa: F401  # collected here, with the hub below
    logged_in,
    rita,
    test_a_session_alone_opens_pages_and_nothing_else,
    test_nor_does_it_change_anything,
)
from .test_hub_pages import (  # noqa: F401  # collected here, with the hub below
    test_home_names_roles_and_the_first_contact,
    test_login_shows_public_contacts_only,
    test_not_found_shows_public_contacts,
    test_the_admin_page_has_a_bar,
    test_the_bar_says_where_to_do_what_the_hub_refuses,
    test_the_navigation_bar_leads_to_the_page,
)
from .test_logins import *  # noqa: F403  # the same
from .test_main_job import *  # noqa: F403  # the same
from .test_panel import (  # noqa: F401  # the same
    test_everything_can_be_checked,
    test_it_is_for_those_in_charge,
)

ENVIRONMENTS = {"5.2.": ".venv5", "5.": ".venv5-newest"}
"""By how the version of JupyterHub there begins; `make setup` makes them."""


def python_in(environment: str) -> str:
    """The Python of an environment."""
    python = Path(__file__).parents[2] / environment / "bin" / "python"
    assert python.exists(), f"{python} is not there; run: make setup"
    return str(python)


@pytest.fixture(scope="session")
def python5() -> str:
    """A Python with JupyterHub 5.2."""
    return python_in(ENVIRONMENTS["5.2."])


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def version(request) -> str:
    """How the version of the hub begins."""
    return request.param


@pytest.fixture(scope="module")
def hub(version, tmp_path_factory):
    python = python_in(ENVIRONMENTS[version])
    with RealHub(tmp_path_factory.mktemp("hub5"), python=python) as running:
        yield running.with_holders()


def test_it_is_another_version(hub, version):
    """These tests really run on 5.2, and on a newer 5."""
    there = hub.api("GET", "").json()["version"]
    assert there.startswith(version)
    assert there.startswith("5.2.") == (version == "5.2.")


def test_the_user_role_is_extended(hub):
    """Without `extra_user_scopes`, every user may open the page through the `user` role."""
    assert "extra_user_scopes" not in hub.log()
    token = hub.token_for("uwe")
    scopes = hub.api("GET", "user", token=token).json()["scopes"]
    assert "access:services!service=responsibilities" in scopes
    assert "read:users!user=uwe" in scopes


def test_roles_have_their_permissions(hub):
    """hanna administers, and uwe does not."""
    assert hub.api("GET", "users", token=hub.token_for("hanna")).status_code == 200
    assert hub.api("GET", "users", token=hub.token_for("uwe")).status_code == 403
