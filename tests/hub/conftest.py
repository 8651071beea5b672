"""Hubs in this process, for configurations; the service itself is a stub there."""

from __future__ import annotations

import os
from functools import cache

import pytest
import requests
from jupyterhub.tests.utils import AsyncSession, public_url
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from traitlets.config import Config

from jupyterhub_responsibility import enable
from jupyterhub_responsibility.enabling.belonging import ANSWER, QUESTION, answer

from ..realhub import DECLARATION, MANY_WRITES, MOVABLE_CLOCK, RealHub, free_port, proxy_folder
from . import acting


@pytest.fixture
def browser_without_login() -> requests.Session:
    """A browser in which nobody has logged in."""
    browser = requests.Session()
    browser.headers["Sec-Fetch-Mode"] = "navigate"
    return browser


@pytest.fixture(scope="session")
def acting_hub(tmp_path_factory):
    """One hub for everybody who acts; `world` says who holds what in it."""
    hub = RealHub(
        tmp_path_factory.mktemp("acting"),
        acting.DECLARATION,
        settings=acting.QUICK,
        first=MANY_WRITES + MOVABLE_CLOCK,
    )
    with hub:
        yield hub


@pytest.fixture
def world(acting_hub):
    """The hub as every test begins: rita represents, hanna administers, the day is today."""
    (acting_hub.folder / "days-ahead").unlink(missing_ok=True)
    holders = {"community-reps": {"rita"}, "hub-admins": {"hanna"}}
    acting.arrange(acting_hub, **{group: set() for group in acting.GROUPS} | holders)
    acting_hub.mark = acting_hub.health()["ledger"]["number"]
    return acting_hub


@pytest.fixture(scope="session")
def person(acting_hub):
    """Somebody who uses the API of that hub, by name."""
    return cache(lambda name: acting.Person(acting_hub, name))


@pytest.fixture(scope="session")
def browser(acting_hub):
    """Somebody in front of a browser, by name."""
    return cache(lambda name: acting.Browser(acting_hub, name))


TOKEN = "a-token-for-tests"


class Stub(RequestHandler):
    """All that a hub wants to know of its service before it sends people there."""

    def get(self) -> None:
        self.set_header(ANSWER, answer(TOKEN, 0, self.request.headers.get(QUESTION, "")))


@pytest.fixture
async def mock_hub(monkeypatch, tmp_path, hub_app):
    """Starts a hub; `before` and `after` change its configuration around enable()."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join((proxy_folder(), os.environ["PATH"])))
    port = free_port()
    stub = HTTPServer(Application([(".*", Stub)]))
    stub.listen(port, "127.0.0.1")

    async def start(before=lambda c: None, after=lambda c: None, declaration=None, **options):
        c = Config()
        c.JupyterHub.hub_port = free_port()
        c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{free_port()}"
        before(c)
        enable(
            c,
            declaration or DECLARATION,
            url=f"http://127.0.0.1:{port}",
            external=True,
            api_token=TOKEN,
            **options,
        )
        after(c)
        return await hub_app(c)

    yield start
    stub.stop()


async def visit(app, name: str, path: str):
    """A page of a hub in this process, as somebody who has logged in sees it."""
    session = AsyncSession()
    session.cookies = await app.login_user(name)
    return await session.get(f"{public_url(app)}hub/{path}")
