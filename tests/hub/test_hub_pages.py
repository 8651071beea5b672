"""What the hub's own pages show, as composed with its own templates."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from jupyterhub.tests.mocking import BadSpawner, SlowSpawner
from jupyterhub.tests.utils import async_requests, public_url

from jupyterhub_responsibility import hub_pages

from .conftest import visit

PUBLIC, OTHERS = "https://reef.example/help", ("hub-admins@reef.example", "+49 40 123456")


def soup_of(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def shows_public_contacts_only(html: str) -> bool:
    """Whether a page shows the public contacts, once, and no other."""
    part = soup_of(html).select("#responsibility-public")
    return len(part) == 1 and PUBLIC in str(part) and not any(o in html for o in OTHERS)


def test_the_navigation_bar_leads_to_the_page(hub):
    """There is one link to Responsibilities, which leads to the page, and no empty menu."""
    session = hub.visit("uwe")
    bar = soup_of(session.get(hub.hub_url("home")).text).select_one("nav.navbar")
    (link,) = [a for a in bar.select("a") if "esponsibilities" in a.text]
    assert session.get(hub.origin + link["href"]).url == hub.page()
    assert "Services" not in bar.text


def test_home_names_roles_and_the_first_contact(hub):
    """rita sees both roles and everyone's first contact; uwe only the contact."""
    part = soup_of(hub.visit("rita").get(hub.hub_url("home")).text).select_one(
        "#responsibility-home"
    )
    assert "Community Representative" in part.text
    assert "Hub Administrator" in part.text
    assert PUBLIC in str(part)
    html = hub.visit("uwe").get(hub.hub_url("home")).text
    assert "You are" not in html
    assert PUBLIC in html


def test_the_admin_page_has_a_bar(hub):
    """hanna, who administers, sees a bar that leads to the place for those in charge."""
    session = hub.visit("hanna")
    bar = soup_of(session.get(hub.hub_url("admin")).text).select_one("#responsibility-admin a")
    assert session.get(hub.origin + bar["href"]).status_code == 200


def test_login_shows_public_contacts_only(hub, browser_without_login):
    """Who is locked out is told whom to ask, and no address that isn't public."""
    assert shows_public_contacts_only(browser_without_login.get(hub.hub_url("login")).text)


def test_a_failed_login_shows_public_contacts(hub, browser_without_login):
    """So is who mistypes their password."""
    browser = browser_without_login
    browser.get(hub.hub_url("login"))
    xsrf = browser.cookies.get("_xsrf", path=f"{hub.base_url}hub/")
    reply = browser.post(
        hub.hub_url("login"), data={"username": "uwe", "password": "wrong", "_xsrf": xsrf}
    )
    assert reply.status_code == 403
    assert shows_public_contacts_only(reply.text)


@pytest.mark.parametrize("name", [None, "uwe"])
def test_not_found_shows_public_contacts(hub, browser_without_login, name):
    """The hub's 404 page shows public contacts and no others, logged in or not."""
    browser = hub.visit(name) if name else browser_without_login
    reply = browser.get(hub.hub_url("no-such-page"))
    assert reply.status_code == 404
    assert shows_public_contacts_only(reply.text)


def test_forbidden_shows_public_contacts(hub):
    """uwe, who may not open the admin page, is told whom to ask."""
    reply = hub.visit("uwe").get(hub.hub_url("admin"))
    assert reply.status_code == 403
    assert shows_public_contacts_only(reply.text)


async def test_a_failed_spawn_shows_public_contacts(mock_hub):
    """Whoever's server does not start is told whom to ask, on every page about it."""

    def before(c):
        c.JupyterHub.spawner_class = BadSpawner

    app = await mock_hub(before)
    reply = await visit(app, "uwe", "spawn")
    assert reply.status_code == 500
    assert shows_public_contacts_only(reply.text)
    reply = await visit(app, "uwe", "spawn-pending/uwe")
    assert "failed" in reply.text
    assert shows_public_contacts_only(reply.text)


async def test_a_spawn_that_may_still_fail_shows_public_contacts(mock_hub, monkeypatch):
    """The page on which people wait for their server says whom to ask if it takes long."""
    monkeypatch.setattr(SlowSpawner, "delay", 0.5)

    def before(c):
        c.JupyterHub.spawner_class = SlowSpawner
        c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}

    app = await mock_hub(before)
    reply = await visit(app, "uwe", "spawn")
    assert "spawn-pending" in reply.url
    assert shows_public_contacts_only(reply.text)


async def test_without_templates_the_menu_remains(mock_hub):
    """With `templates=False` the hub's pages are its own, and its Services menu leads to ours."""
    app = await mock_hub(templates=False)
    for path in ("home", "no-such-page", "admin"):
        assert "responsibility-" not in (await visit(app, "admin", path)).text
    reply = await async_requests.get(f"{public_url(app)}hub/login")
    assert PUBLIC not in reply.text
    menu = soup_of((await visit(app, "uwe", "home")).text).select(".dropdown-item")
    assert [item["href"] for item in menu] == ["/@/space%20word/services/responsibilities/"]


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("uwe", "home", 200),
        ("admin", "home", 200),
        ("admin", "admin", 200),
        ("uwe", "nothing", 404),
    ],
)
async def test_a_failure_of_ours_breaks_no_page(mock_hub, monkeypatch, name, path, status):
    """Whatever fails behind our template variable, the hub's page is there, with a contact."""

    def without_the_page(c):
        c.JupyterHub.load_roles.append({"name": "user", "scopes": ["self"]})

    def broken(*_):
        raise RuntimeError("a failure of ours")

    app = await mock_hub(after=without_the_page)
    with monkeypatch.context() as patched:  # the hub needs it whole to be stopped
        patched.setattr(hub_pages, "roles_of", broken)
        patched.setattr("jupyterhub.app.JupyterHub.initialized", broken)
        reply = await visit(app, name, path)
    assert reply.status_code == status
    assert "a failure of ours" not in reply.text
    assert PUBLIC in reply.text or path == "admin"
