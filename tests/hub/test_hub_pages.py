"""What the hub's own pages show, as composed with its own templates."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from jupyterhub.tests.mocking import BadSpawner, SlowSpawner
from jupyterhub.tests.utils import async_requests, public_url
from traitlets.config import Config

from jupyterhub_responsibility import enable
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.enabling import pages as hub_pages

from ..arranged import started
from ..realhub import DECLARATION
from ..versions import REFUSED_LOGIN
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


@pytest.mark.parametrize(("name", "links"), [("hanna", ["users"]), ("root", [])])
def test_the_bar_says_where_to_do_what_the_hub_refuses(hub, name, links):
    """hanna is told that the page's own buttons refuse her, and where to add people; root isn't."""
    session = hub.visit(name)
    bar = soup_of(session.get(hub.hub_url("admin")).text).select_one("#responsibility-admin")
    assert ("won't let you" in bar.text) is bool(links)
    found = [hub.origin + link["href"] for link in bar.select("p a")]
    assert found == [hub.page(link) for link in links]
    assert all(session.get(link).url == link for link in found)


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
    assert reply.status_code == REFUSED_LOGIN
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


def in_groups(c) -> None:
    """hanna administers, rita represents."""
    c.JupyterHub.load_groups.update(
        {"hub-admins": {"users": ["hanna", "rita"]}, "community-reps": {"users": ["rita"]}}
    )


async def refusal(app, name: str) -> tuple[str, list[str]]:
    """What the bar says that the hub refuses somebody, and where its links lead instead."""
    reply = await visit(app, name, "admin")
    assert reply.status_code == 200
    said = soup_of(reply.text).select_one("#responsibility-admin p")
    if not said:
        return "", []
    below = "/@/space%20word/services/responsibilities/"
    return said.text, [link["href"].removeprefix(below) for link in said.select("a")]


@pytest.mark.parametrize(
    ("management", "hanna", "rita"),
    [
        ("service", ["users"], ["roles/hub-administrator", "users"]),
        ("off", ["contacts"], ["roles/hub-administrator"]),
        ("admin", [], []),
    ],
)
async def test_the_bar_leads_to_what_one_may_change(mock_hub, management, hanna, rita):
    """Whom the hub refuses sees what they may do here, or else whom to ask; others see nothing."""
    app = await mock_hub(after=in_groups, user_management=management)
    for name, links in (("hanna", hanna), ("rita", rita), ("admin", [])):
        said, found = await refusal(app, name)
        assert found == links, name
        assert ("add, edit or delete people and groups" in said) is bool(links)


async def test_the_bar_names_only_what_the_hub_refuses(mock_hub):
    """Who may change groups is not told that they can't."""
    scopes = ["admin-ui", "list:users", "admin:groups"]
    roles = {
        **DECLARATION["roles"],
        "hub-administrator": {"groups": ["hub-admins"], "scopes": scopes},
    }
    app = await mock_hub(after=in_groups, declaration={**DECLARATION, "roles": roles})
    said, _ = await refusal(app, "hanna")
    assert "add, edit or delete people with" in said


def test_the_login_service_decides():
    """Where it decides who is in a group, the bar leads to where that is decided all the same."""
    c = Config()
    c.Authenticator.manage_groups = True
    enable(c, DECLARATION)
    groups = [SimpleNamespace(name=name) for name in ("hub-admins", "community-reps")]
    rita = SimpleNamespace(name="rita", admin=False, groups=groups)
    changes = started(c).template_vars["responsibility"](rita).changes
    assert [each.place for each in changes] == ["roles/hub-administrator", "users"]


async def test_a_failure_about_what_one_may_change_breaks_no_page(mock_hub, monkeypatch):
    """The bar then says whom to ask."""

    def broken(*_):
        raise RuntimeError("a failure of ours")

    monkeypatch.setattr(Rules, "changes", broken)
    app = await mock_hub(after=in_groups)
    assert (await refusal(app, "hanna"))[1] == ["contacts"]


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
    (link,) = soup_of(reply.text).select('#responsibility-public a[href*="contacts?q="]')
    assert link["href"].endswith("contacts?q=my%20server%20won%27t%20start")


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
