"""Fixtures, from the smallest to the largest.

declared     a Declaration of Reef Lab's hub (unit tests)
roster       its roster: hanna administers, rita represents and administers
hub          one real hub for the whole run, with rita, hanna, uwe and root; leave it as it is
postgresql   one PostgreSQL server for the whole run
post         a mail server and a receiver of webhooks, for one file of tests
database     the address of a fresh database: the test runs on SQLite, and again on PostgreSQL
fault_hub    a real hub whose API the service reaches through a FaultProxy
hub_app      (pytest-jupyterhub) a hub in this process, for configurations
"""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, settings

from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.domain.model import Declaration, Roster

from .faultproxy import FaultProxy
from .post import Post
from .postgresql import PostgreSQL
from .realhub import DECLARATION, HOLDERS, RealHub

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that is busy is no fault."""

settings.register_profile("every run", BUSY, derandomize=True)
settings.register_profile("quick", BUSY, max_examples=15)
settings.register_profile("thorough", BUSY, max_examples=3000)
if settings.get_current_profile_name() == "default":  # and nobody asked for another
    settings.load_profile("every run")  # the same examples each time; `make fuzz` has others


@pytest.fixture(scope="module")
def post():
    """What takes mails and hooks; a file of tests may have it emptied before each of them."""
    with Post() as running:
        yield running


def pytest_addoption(parser):
    parser.addoption(
        "--rounds", type=int, default=1, help="how often work is killed at each step (make kills)"
    )


READ_AT = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)


@pytest.fixture
def declared() -> Declaration:
    return load(DECLARATION, READ_AT)


@pytest.fixture
def roster() -> Roster:
    return Roster(READ_AT, HOLDERS, version=1)


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    with RealHub(tmp_path_factory.mktemp("hub")) as running:
        yield running.with_holders()


@pytest.fixture(scope="session")
def postgresql():
    with PostgreSQL() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture(scope="session")
def fault_hub(tmp_path_factory):
    """The hub as `.hub`, and what goes wrong between it and the service as `.fault`."""
    with FaultProxy() as faults:
        hub = RealHub(tmp_path_factory.mktemp("faulted"), api_url=faults.url)
        faults.target = f"http://127.0.0.1:{hub.hub_port}"
        with hub:
            hub.put_in_group("hub-admins", "hanna")
            faults.hub = hub
            yield faults
