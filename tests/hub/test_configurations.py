"""Hubs configured as people configure them: enable() fits in, or says what does not fit."""

from __future__ import annotations

import copy
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from textwrap import dedent
from threading import Thread
from urllib.parse import quote, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from jupyterhub import orm
from jupyterhub.auth import DummyAuthenticator
from jupyterhub.services.auth import HubOAuth
from markupsafe import escape
from tornado.web import Application

from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.names import NOBODY_NAMED
from jupyterhub_responsibility.service.port import _open
from jupyterhub_responsibility.service.templating import HubUser, Templates
from jupyterhub_responsibility.text import visible

from ..realhub import CLOSED, DECLARATION, RealHub
from .conftest import visit

PAGE = "access:services!service=responsibilities"


def role(app, name: str) -> orm.Role:
    return orm.Role.find(app.db, name)


def groups_with(app, name: str) -> set[str]:
    """The groups whose members have a role of the hub."""
    return {group.name for group in role(app, name).groups}


# -- roles, groups, scopes


async def test_roles_and_groups_defined_already(mock_hub):
    """The operator's own roles, groups and members stay, beside ours."""

    def before(c):
        c.JupyterHub.load_roles = [
            {"name": "teacher", "scopes": ["list:users"], "groups": ["staff"]},
            {"name": "hub-administrator", "scopes": ["read:metrics"], "users": ["ada"]},
        ]
        c.JupyterHub.load_groups.update({"hub-admins": {"users": ["hanna"]}, "staff": {}})

    def after(c):
        c.JupyterHub.load_groups.update({"class": {"users": ["uwe"]}})
        c.JupyterHub.load_roles.append({"name": "guest", "scopes": ["list:services"]})

    app = await mock_hub(before, after)
    names = {group.name for group in app.db.query(orm.Group)}
    assert names == {"hub-admins", "community-reps", "staff", "class"}
    assert groups_with(app, "teacher") == {"staff"}
    assert groups_with(app, "hub-administrator") == {"hub-admins"}
    assert {user.name for user in role(app, "hub-administrator").users} == {"ada"}
    assert {"read:metrics", "admin-ui", PAGE} <= set(role(app, "hub-administrator").scopes)
    assert role(app, "guest")
    members = orm.Group.find(app.db, "hub-admins").users
    assert {user.name for user in members} == {"hanna"}


async def test_a_user_role_before_enable(mock_hub):
    """A `user` role that stands above enable() keeps its scopes, and opens the page."""

    def before(c):
        c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "list:services"]}]

    app = await mock_hub(before)
    assert set(role(app, "user").scopes) == {"self", "list:services", PAGE}
    html = (await visit(app, "uwe", "home")).text
    assert "services/responsibilities/" in html


async def test_a_user_role_after_enable(mock_hub):
    """A `user` role that stands below enable() keeps its scopes, and opens the page."""

    def after(c):
        c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "list:services"]}]

    app = await mock_hub(after=after)
    assert set(role(app, "user").scopes) == {"self", "list:services", PAGE}


async def test_a_closed_page(mock_hub):
    """Where ordinary users may not open the page, all are told so, and admins what is lacking."""
    app = await mock_hub()
    role(app, "user").scopes = ["self"]
    app.db.commit()
    html = (await visit(app, "uwe", "home")).text
    assert "Your account is not allowed to open the Responsibilities page" in html
    assert "load_roles" not in html
    assert "https://reef.example/help" in html
    html = (await visit(app, "admin", "home")).text
    assert "Ordinary users cannot open the Responsibilities page" in html
    assert PAGE in html


async def test_a_custom_scope_after_enable(mock_hub):
    """A custom scope that a role is given may be defined below enable()."""
    declaration = copy.deepcopy(DECLARATION)
    declaration["roles"]["hub-administrator"]["scopes"] = ["custom:reef:read"]

    def after(c):
        c.JupyterHub.custom_scopes = {"custom:reef:read": {"description": "Read the reef"}}

    app = await mock_hub(after=after, declaration=declaration)
    assert set(role(app, "hub-administrator").scopes) == {"custom:reef:read", PAGE}


class ManagesGroups(DummyAuthenticator):
    """An authenticator that knows everybody's groups."""

    manage_groups = True


class ManagesRoles(DummyAuthenticator):
    """An authenticator that gives out roles of the hub."""

    manage_roles = True

    async def load_managed_roles(self):
        return [{"name": "from-outside", "scopes": ["list:users"]}]


async def test_an_authenticator_that_manages_groups(mock_hub):
    """The hub starts, and the mapped groups carry their roles."""

    def before(c):
        c.JupyterHub.authenticator_class = ManagesGroups

    app = await mock_hub(before)
    assert groups_with(app, "hub-administrator") == {"hub-admins"}
    assert groups_with(app, "community-representative") == {"community-reps"}


async def test_an_authenticator_that_manages_roles(mock_hub):
    """The hub starts with our roles for the authenticator to give out, and all groups."""

    def before(c):
        c.JupyterHub.authenticator_class = ManagesRoles

    app = await mock_hub(before)
    assert role(app, "from-outside")
    assert "admin-ui" in role(app, "hub-administrator").scopes
    assert groups_with(app, "hub-administrator") == set()
    assert orm.Group.find(app.db, "hub-admins")


# -- a hub that was there before us

NAMES = [
    "with space",
    " edges ",
    "a/b/c",
    "/../up",
    "a!b",
    "!user",
    "a=b!group=hub-admins",
    "it's",
    'a "quote"',
    "<b>bold</b>",
    "50%2Foff",
    "what?#now",
    "back\\slash",
    "tab\tline\nend",
    "Überwachung 管理 🪸",
    "\u202egnp.exe",
    "zero\u200bwidth",
    "x" * 255,
]
"""Group names that people and directories come up with; every one of them works."""

LIVED_IN = {
    **DECLARATION,
    "roles": {
        **DECLARATION["roles"],
        "hub-administrator": {"groups": ["hub-admins", *NAMES]},
    },
}

PACKAGE = "jupyterhub_responsibility"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A hub below a prefix, with services, roles, and templates of its own."""
    folder = tmp_path_factory.mktemp("lived-in")
    own = folder / "own-templates"
    own.mkdir()
    (own / "page.html").write_text(
        """{% extends "templates/page.html" %}
        {% block nav_bar_left_items %}{{ super() }}
        <li class="nav-item"><a class="nav-link" href="https://reef.example">{{ lab }}</a></li>
        {% include "responsibility-navbar.html" %}
        {% endblock %}"""
    )
    (own / "home.html").write_text(
        """{% extends "templates/home.html" %}
        {% block main %}<p>Welcome to the reef</p>{% include "responsibility-home.html" %}
        {{ super() }}{% endblock %}"""
    )
    before = dedent(
        """
        c.JupyterHub.template_paths = ["own-templates"]
        c.JupyterHub.template_vars.update({"lab": "Reef <Lab>", "now": lambda user: "now"})
        c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self"]}]
        c.JupyterHub.services.append({"name": "before", "api_token": "before-token-0123"})
        c.JupyterHub.load_groups.update({"hub-admins": {"users": ["hanna"]}})
        """
    )
    after = """
        c.JupyterHub.services.append({"name": "after", "api_token": "after-token-01234"})
        c.JupyterHub.load_roles.append(
            {"name": "after", "scopes": ["list:users"], "services": ["after"]})
        """
    settings = ("--Settings.roster_seconds=1", "--Settings.identity_seconds=60")
    with RealHub(
        folder, LIVED_IN, base_url="/some/prefix/", before=before, config=after, settings=settings
    ) as hub:
        yield hub


def test_it_works_below_a_prefix(lived_in):
    """Pages, their links and their files work where the hub is not at `/`."""
    session = lived_in.visit("uwe")
    soup = BeautifulSoup(session.get(lived_in.page()).text, "html.parser")
    places = {link.get("href") or link.get("src") for link in soup.select("[href], [src]")}
    local = {place for place in places if place and place.startswith("/")}
    assert f"{lived_in.base_url}services/responsibilities/contacts" in local
    assert all(place.startswith(lived_in.base_url) for place in local)
    for place in local:
        assert session.get(lived_in.origin + place).status_code == 200, place


def test_the_operators_page_html_is_used(lived_in):
    """Their navigation bar and plain variables appear on our pages, and our link once."""
    html = lived_in.visit("uwe").get(lived_in.page()).text
    assert "Reef &lt;Lab&gt;" in html
    links = BeautifulSoup(html, "html.parser").select("nav.navbar a.nav-link")
    assert [link.text for link in links].count("Responsibilities") == 1
    assert lived_in.health()["templates"] == {"operators_own": True}


def test_the_operators_home_html_is_used(lived_in):
    """Their home page wins over ours; our part is where they have put it, once."""
    html = lived_in.visit("hanna").get(lived_in.hub_url("home")).text
    assert "Welcome to the reef" in html
    assert html.count('id="responsibility-home"') == 1
    assert "Hub Administrator" in html


def test_services_before_and_after_live_on(lived_in):
    """Services of the operator keep their tokens and roles."""
    assert lived_in.api("GET", "users", token="after-token-01234").status_code == 200
    assert lived_in.api("GET", "users", token="before-token-0123").status_code == 403


def test_a_role_does_not_wait_for_the_identity(lived_in):
    """However old the identity may be, what the roster knows about a viewer counts at once."""
    session = lived_in.visit("rita")
    assert "You have no role" in session.get(lived_in.page()).text
    lived_in.put_in_group("community-reps", "rita")
    assert "through the group" in session.get(lived_in.page()).text
    assert session.get(lived_in.page("api/me")).json()["duties"]
    lived_in.take_out_of_group("community-reps", "rita")
    assert "You have no role" in session.get(lived_in.page()).text
    assert session.get(lived_in.page("api/me")).json()["duties"] == []


@pytest.fixture(scope="module")
def uwe_everywhere(lived_in):
    """What the service says while uwe is in every one of these groups."""
    for name in NAMES:
        members = f"groups/{quote(name, safe='')}/users"
        lived_in.api("POST", members, json={"users": ["uwe"]}).raise_for_status()
    lived_in.wait_until_read()
    session = lived_in.visit("uwe")
    html = session.get(lived_in.page()).text
    (own,) = session.get(lived_in.page("api/me")).json()["roles"]
    yield html, own["groups"]
    for name in NAMES:
        members = f"groups/{quote(name, safe='')}/users"
        lived_in.api("DELETE", members, json={"users": ["uwe"]}).raise_for_status()


@pytest.mark.parametrize("name", NAMES)
def test_group_names_work(uwe_everywhere, name):
    """Whatever a group is called, its members hold the role, and the page names the group."""
    html, groups = uwe_everywhere
    assert name in groups
    assert f"<bdi>{escape(visible(name))}</bdi>" in html


def test_group_names_are_not_markup(uwe_everywhere):
    """No name of a group becomes part of the page, or turns the direction of writing."""
    html, _ = uwe_everywhere
    assert "<b>bold</b>" not in html
    assert "\u202e" not in html


# -- assignments below enable()


@pytest.fixture(scope="module")
def assigned_after(tmp_path_factory):
    """A hub whose configuration assigns lists after enable(), which would erase appended ones."""
    config = """
        c.JupyterHub.services = [
            {"name": "tester", "api_token": "test-admin-token-0123456789abcdef", "admin": True}]
        c.JupyterHub.load_roles = [{"name": "guest", "scopes": ["list:services"]}]
        c.JupyterHub.load_groups = {"class": {"users": ["uwe"]}}
        c.JupyterHub.template_vars = {"announcement": "Low tide"}
        c.JupyterHub.template_paths = []
        """
    with RealHub(tmp_path_factory.mktemp("assigned-after"), config=config) as hub:
        yield hub.with_holders()


def test_assignments_after_enable_erase_nothing(assigned_after):
    """The service runs, holders have their role, and the hub's pages lead there."""
    hub = assigned_after
    assert hub.health()["status"] == "ok"
    home = hub.visit("hanna").get(hub.hub_url("home")).text
    assert "Hub Administrator" in home
    assert "services/responsibilities/" in home
    assert "Low tide" in home
    assert hub.api("GET", "users", token=hub.token_for("hanna")).status_code == 200
    groups = {each["name"] for each in hub.api("GET", "groups").json()}
    assert groups == {"class", "hub-admins", "community-reps"}


# -- enable() in a file that load_subconfig reads


@pytest.fixture(scope="module")
def in_a_file_of_its_own(tmp_path_factory):
    """A hub laid out like The Littlest JupyterHub: the main file sets all, another enables."""
    before = """
        c.JupyterHub.load_roles = [{"name": "guest", "scopes": ["list:services"]}]
        c.JupyterHub.load_groups = {"class": {"users": ["uwe"]}}
        c.JupyterHub.template_vars = {"announcement": "Low tide"}
        c.JupyterHub.services = [
            {"name": "tester", "api_token": "test-admin-token-0123456789abcdef", "admin": True}]
        """
    hub = RealHub(tmp_path_factory.mktemp("subconfig"), before=dedent(before))
    enabling = hub.config.index("from jupyterhub_responsibility import enable")
    (hub.folder / "50-responsibilities.py").write_text(hub.config[enabling:])
    hub.config = f"{hub.config[:enabling]}load_subconfig('50-responsibilities.py')\n"
    with hub:
        yield hub.with_holders()


def test_a_file_of_its_own_erases_nothing(in_a_file_of_its_own):
    """What the main file sets is there, and so is everything of ours."""
    hub = in_a_file_of_its_own
    assert hub.health()["status"] == "ok"
    groups = {each["name"] for each in hub.api("GET", "groups").json()}
    assert groups == {"class", "hub-admins", "community-reps"}
    home = hub.visit("hanna").get(hub.hub_url("home")).text
    assert "Low tide" in home
    assert "Hub Administrator" in home
    assert "services/responsibilities/" in home


# -- a page.html that needs the hub's own process


@pytest.fixture(scope="module")
def own_look(tmp_path_factory):
    """A hub with a page.html that only the hub can render, and closed to ordinary users."""
    folder = tmp_path_factory.mktemp("own-look")
    own = folder / "own-templates"
    own.mkdir()
    (own / "page.html").write_text(
        """{% extends "templates/page.html" %}
        {% block announcement %}<p>{{ motd.text }}</p>{% endblock %}"""
    )
    before = dedent(
        """
        from types import SimpleNamespace
        c.JupyterHub.template_paths = ["own-templates"]
        c.JupyterHub.template_vars = {
            "motd": lambda user: SimpleNamespace(text="Low tide"),
            "custom": {"org": {"name": "Reef Lab"}, "badge": SimpleNamespace(text="Reef")},
        }

        from jupyterhub.auth import DummyAuthenticator

        class Directory(DummyAuthenticator):
            async def authenticate(self, handler, data):
                groups = {"hanna": ["hub-admins"]}.get(data["username"], [])
                return {"name": data["username"], "groups": groups}

        c.JupyterHub.authenticator_class = Directory
        c.Authenticator.manage_groups = True
        """
    )
    with RealHub(folder, before=before, config=CLOSED) as hub:
        yield hub


def test_templates_are_tried_at_start(own_look):
    """Whether a page.html can be used is found out before anybody opens a page."""
    assert own_look.health()["templates"] == {"operators_own": False}


def test_an_account_without_the_scope(own_look):
    """Who may not open the page is told by the hub whom to ask, and by the API what is missing."""
    reply = own_look.visit("uwe").get(own_look.page())
    assert reply.status_code == 403
    assert reply.url.startswith(own_look.hub_url())
    assert "https://reef.example/help" in reply.text
    assert "hub-admins@reef.example" not in reply.text
    headers = {"Authorization": f"token {own_look.token_for('uwe')}"}
    reply = requests.get(own_look.page("api/me"), headers=headers, timeout=10)
    assert reply.status_code == 403
    assert PAGE in reply.json()["error"]["message"]


def test_a_page_html_of_the_hub_alone(own_look):
    """Our pages fall back to the hub's look, and the hub's own pages keep the operator's."""
    session = own_look.visit("hanna")
    own_look.wait_until_read()
    reply = session.get(own_look.page())
    assert reply.status_code == 200
    assert "through the group" in reply.text
    assert "Low tide" not in reply.text
    assert "Low tide" in session.get(own_look.hub_url("home")).text
    assert "For JupyterHub admins" not in reply.text


def test_the_fallback_is_said(own_look):
    """Self-check and admins are told of it; the log says why, once."""
    assert own_look.health()["templates"] == {"operators_own": False}
    assert own_look.health()["status"] == "degraded"
    html = own_look.visit("root").get(own_look.page()).text
    assert "Your own page.html cannot be rendered outside the hub" in html
    said = [line for line in own_look.log().splitlines() if "cannot be rendered" in line]
    assert len(said) == 1
    assert "'motd' is undefined" in said[0]


def test_what_a_page_html_may_miss_is_named(own_look):
    """Admins and the log are told which variables stay in the hub's process, however deep."""
    html = own_look.visit("root").get(own_look.page()).text
    assert "template_vars can't be taken there: motd, custom.badge." in BeautifulSoup(
        html, "html.parser"
    ).get_text(" ")
    said = [line for line in own_look.log().splitlines() if "can't be taken out" in line]
    assert len(said) == 1
    assert said[0].endswith("template_vars: motd, custom.badge")


def test_managed_groups_are_dated(own_look):
    """Where the authenticator decides about groups, the role's page says so, in plain words."""
    own_look.visit("hanna")
    own_look.wait_until_read()
    html = own_look.visit("hanna").get(own_look.page("roles/hub-administrator")).text
    assert "as of a login" in html
    assert "by the service with which people log in" in html


def ours(caplog) -> list[str]:
    """What the package itself has logged; a hub or proxy of other tests may still say something."""
    return [each.getMessage() for each in caplog.records if each.name.startswith(PACKAGE)]


def test_a_page_html_that_fails_for_some(tmp_path, caplog):
    """A page.html that fails for one viewer only is left out from then on, and says so once."""
    (tmp_path / "page.html").write_text("{% if user.admin %}{{ motd.text }}{% endif %}theirs")
    templates = Templates([str(tmp_path)], {"static_url": lambda path, **_: path})
    context = {"parsed_scopes": {}, "no_spawner_check": True}
    assert (
        templates.render("page.html", {**context, "user": HubUser(Viewer("uwe"), NOBODY_NAMED)})
        == "theirs"
    )
    assert not templates.trouble
    for _ in range(2):
        root = HubUser(Viewer("root", admin=True), NOBODY_NAMED)
        assert "jupyterhub-logo" in templates.render("page.html", {**context, "user": root})
    assert templates.trouble == "UndefinedError: 'motd' is undefined"
    assert len(ours(caplog)) == 1


def test_a_page_html_that_fails_twice_at_once(tmp_path, caplog):
    """Whoever meets it while another leaves it out gets the hub's look too; it is said once."""
    (tmp_path / "page.html").write_text("{% if meanwhile %}{{ meanwhile() }}{% endif %}{{ no.no }}")
    templates = Templates([str(tmp_path)], {"static_url": lambda path, **_: path})
    context = {
        "parsed_scopes": {},
        "no_spawner_check": True,
        "user": HubUser(Viewer("uwe"), NOBODY_NAMED),
    }
    html = templates.render(
        "page.html", {**context, "meanwhile": lambda: templates.render("page.html", context)}
    )
    assert "jupyterhub-logo" in html
    assert len(ours(caplog)) == 1


# -- starting, stopping, starting again


QUICK = """
import jupyterhub.services.service as service
from traitlets import Integer

class Quick(service._ServiceSpawner):
    poll_interval = Integer(1)  # whether the service is still there; usually every 30 s

service._ServiceSpawner = Quick
"""


@pytest.fixture(scope="module")
def restarting(tmp_path_factory):
    """A hub that was started while somebody else listened at the port of the service."""
    hub = RealHub(tmp_path_factory.mktemp("restarting"), before=QUICK)
    squatter = ThreadingHTTPServer(("127.0.0.1", hub.service_port), SimpleHTTPRequestHandler)
    squatting = Thread(target=squatter.serve_forever)
    squatting.start()
    try:
        hub.start(wait=False)
        hub.wait_for(lambda: "Cannot listen at" in hub.log())
        hub.wait_for(lambda: "JupyterHub is now running" in hub.log())
        hub.wait_for(lambda: hub.visit("uwe").get(hub.hub_url("home")).ok)
    finally:
        squatter.shutdown()
        squatter.server_close()
        squatting.join()
    hub.wait_for(lambda: hub.health()["roster"]["as_of"])
    yield hub
    hub.stop()


def test_a_port_in_use(restarting):
    """The hub starts all the same; the service says what is wrong, and works once it can."""
    said = next(line for line in restarting.log().splitlines() if "Cannot listen at" in line)
    assert f"127.0.0.1:{restarting.service_port}" in said
    assert "Address already in use" in said
    assert "another url" in said
    assert restarting.visit("uwe").get(restarting.page()).status_code == 200


@pytest.mark.parametrize("url", ["localhost:10105", "nowhere", "http://127.0.0.1:99999"])
async def test_an_address_that_is_none(url):
    """The service does not listen at another address than it was told to: it says what is wrong."""
    with pytest.raises((OSError, ValueError), match=r"\w"):
        _open(Application(), urlsplit(url), HubOAuth(base_url="/"))


def test_the_service_dies_in_mid_login(restarting):
    """The hub starts it again, and a login that was under way ends as if nothing had happened."""
    session = restarting.visit("hanna")
    to_hub = session.get(restarting.page(), allow_redirects=False).headers["Location"]
    started_at = restarting.health()["started_at"]
    restarting.service.kill()
    reply = session.get(restarting.page())
    assert reply.status_code == 503
    assert "https://reef.example/help" in reply.text
    assert "+49 40 123456" not in reply.text
    restarting.wait_for(lambda: restarting.health()["started_at"] != started_at)
    reply = session.get(restarting.origin + to_hub)
    assert reply.url == restarting.page()
    assert "Ask the right person" in reply.text


def test_the_hub_is_killed(restarting):
    """What a killed hub leaves behind leaves too, and the next hub's service has the port."""
    orphan, started_at = restarting.service, restarting.health()["started_at"]
    restarting.process.kill()
    restarting.process.wait()
    restarting.start(wait=False)
    restarting.wait_for(lambda: restarting.health()["started_at"] != started_at)
    assert not orphan.is_running()
    assert restarting.service.is_running()
    assert restarting.visit("uwe").get(restarting.page()).status_code == 200
