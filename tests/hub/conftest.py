"""Hubs in this process, for configurations; the service itself is a stub there."""

from __future__ import annotations

import os

import pytest
import requests
from jupyterhub.tests.utils import AsyncSession, public_url
from tornado.httpserver import HTTPServer
from tornado.web import Application
from traitlets.config import Config

from jupyterhub_responsibility import enable

from ..realhub import DECLARATION, free_port, proxy_folder


@pytest.fixture
def browser_without_login() -> requests.Session:
    """A browser in which nobody has logged in."""
    browser = requests.Session()
    browser.headers["Sec-Fetch-Mode"] = "navigate"
    return browser


@pytest.fixture
async def mock_hub(monkeypatch, tmp_path, hub_app):
    """Starts a hub; `before` and `after` change its configuration around enable()."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join((proxy_folder(), os.environ["PATH"])))
    port = free_port()
    stub = HTTPServer(Application())  # "404" is answer enough for a hub that waits for a service
    stub.listen(port, "127.0.0.1")

    async def start(before=lambda c: None, after=lambda c: None, declaration=None, **options):
        c = Config()
        before(c)
        enable(
            c,
            declaration or DECLARATION,
            url=f"http://127.0.0.1:{port}",
            external=True,
            api_token="a-token-for-tests",
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
