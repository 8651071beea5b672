"""A hub with `subdomain_host`: the hub, each user's servers and each service at an origin of its
own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ..chromium import log_in
from ..hub.acting import members
from ..realhub import DECLARATION, RealHub

NAME = "hub.localhost"
CONTACT = {"id": "guide", "name": "Guide", "for": ["everyone"], "url": "/hub/guide"}


class Subdomains(RealHub):
    """Where the service is, on such a hub."""

    def page(self, path: str = "") -> str:
        host = f"http://responsibilities--service.{NAME}:{self.port}"
        return f"{host}{self.base_url}services/responsibilities/{path}"


@pytest.fixture(scope="module")
def here() -> Iterator[None]:
    """Every `….localhost` is this machine: Chromium knows that, not every system does."""
    ask = socket.getaddrinfo

    def found(host, *more, **options):
        return ask("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", found)
        yield


@pytest.fixture(scope="module")
def subdomains(tmp_path_factory, here):
    declaration = {**DECLARATION, "contacts": [*DECLARATION["contacts"], CONTACT]}
    hub = Subdomains(tmp_path_factory.mktemp("subdomains"), declaration)
    hub.origin = f"http://{NAME}:{hub.port}"
    hub.config += f"c.JupyterHub.subdomain_host = {hub.origin!r}\n"
    with hub:
        yield hub.with_holders()


@pytest.fixture
def rita(subdomains, browser):
    """rita in a real browser, on the page of the service."""
    context = browser.new_context()
    page = context.new_page()
    log_in(page, subdomains.hub_url("login"), "rita")
    page.wait_for_url("**/hub/home")
    page.click("nav >> text=Responsibilities")
    page.wait_for_url("**/services/responsibilities/")
    yield page
    context.close()


def test_it_really_is_elsewhere(subdomains, rita):
    """The bar of the hub leads to another origin, where the service is."""
    assert rita.url == subdomains.page()
    assert urlsplit(rita.url).netloc != urlsplit(subdomains.origin).netloc
    assert "Hub Administrator" in rita.inner_text("main")


def test_admins_are_told_that_servers_are_apart(subdomains, browser):
    """The panel says that nothing on another's server can act here."""
    context = browser.new_context()
    page = context.new_page()
    log_in(page, subdomains.hub_url("login"), "root")
    page.wait_for_url("**/hub/home")
    page.goto(subdomains.page("admin"))
    assert "Nothing: each user's server has a domain of its own" in page.inner_text("main")
    context.close()


def test_appointing(subdomains, rita):
    """A form of the page is from its own site; rita appoints and withdraws somebody."""
    rita.goto(subdomains.page("roles/hub-administrator"))
    rita.fill("input[name=person]", "uwe")
    rita.click("button:has-text('Appoint')")
    rita.wait_for_selector("[role=status] >> text=uwe")
    assert members(subdomains, "hub-admins") == {"rita", "hanna", "uwe"}
    subdomains.take_out_of_group("hub-admins", "uwe")


@pytest.mark.parametrize("path", ["", "contacts", "admin", "roles/hub-administrator", "nothing"])
def test_links_lead_where_things_are(subdomains, rita, path):
    """Our own pages are here, and those of the hub are at the hub: declared addresses, too."""
    rita.goto(subdomains.page(path))
    links = rita.eval_on_selector_all(
        "[href], [src], [action]", "all => all.map(each => each.href || each.src || each.action)"
    )
    local = {urlsplit(each) for each in links if "localhost" in each}
    ours = {each for each in local if each.path.startswith("/services/responsibilities/")}
    assert {each.netloc for each in ours} == {urlsplit(subdomains.page()).netloc}
    assert {each.netloc for each in local - ours} == {urlsplit(subdomains.origin).netloc}
    assert (CONTACT["url"] in {each.path for each in local}) == (
        path in ("", "contacts", "nothing")
    )


def test_downloads_say_where_the_hub_is(subdomains, rita):
    """In a file, a page of the hub has the hub's address."""
    rita.goto(subdomains.page("admin"))
    with rita.expect_download() as download:
        rita.click("a[href$='contacts.json']")
    text = Path(download.value.path()).read_text()
    assert f'"{subdomains.origin}{CONTACT["url"]}"' in text
