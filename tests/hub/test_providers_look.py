"""A hub as a provider of many sets it up: its own look, from nested variables."""

from __future__ import annotations

from textwrap import dedent

import pytest
import requests
from bs4 import BeautifulSoup

from ..realhub import RealHub
from ..versions import HAS_USER_SCOPES

PAGE_HTML = """{% extends "templates/page.html" %}
{% block stylesheet %}{{ super() }}<style>.provider { color: teal }</style>{% endblock %}
{% block logo %}
  <a href="{{ custom.org.url }}">
    <img alt="{{ custom.org.name }}" src="{{ custom.org.logo_url }}"></a>
{% endblock %}
{% block footer %}
  <footer class="provider">Operated by {{ custom.operated_by.name }}, funded by
    {% for each in custom.funded_by.all %}<a href="{{ each.url }}">{{ each.name }}</a>{% endfor %}
    {% if custom.interface_selector %}choose{% endif %}
    <ul class="theme">{% for service in services %}
      <a href="{{ service.prefix }}" title="{{ service.info.title }} {{ service.kind }}"></a>
    {% endfor %}</ul>
  </footer>
{% endblock %}
"""
LOGIN_HTML = """{% extends "templates/login.html" %}
{% block main %}
  <h1>{{ custom.org.name }}</h1>
  <form action="{{ authenticator_login_url }}"><button>Log in</button></form>
{% endblock %}
"""
BEFORE = dedent(
    """
    c.JupyterHub.tornado_settings = {
        "headers": {"Content-Security-Policy":
            "frame-ancestors 'self' https://lms.example; report-uri /hub/security/csp-report"},
        "cookie_options": {"SameSite": "None"},
    }
    c.JupyterHub.template_paths = ["provider-templates"]
    c.JupyterHub.template_vars = {"custom": {
        "org": {"name": "Reef Lab", "logo_url": "https://reef.example/logo.png",
                "url": "https://reef.example"},
        "operated_by": {"name": "Cloud Crew", "url": "https://crew.example"},
        "funded_by": {"all": [{"name": "Ocean Fund", "url": "https://fund.example"}]},
        "interface_selector": False,
        "counter": lambda user: 1,
    }}
    """
)
EVERYBODYS = ["access:services!service=quota", "access:services!service=hidden"]
TO_EVERYBODY = (
    f"c.JupyterHub.extra_user_scopes.update({EVERYBODYS})\n"
    if HAS_USER_SCOPES
    else f"c.JupyterHub.load_roles.append({{'name': 'user', 'scopes': ['self', *{EVERYBODYS}]}})\n"
)
AFTER = (
    TO_EVERYBODY
    + """
for each in ("quota", "grading", "shared", "inner", "hidden", "no-page"):
    service = {"name": each, "api_token": each + "-token-0123456789", "info": {"title": each}}
    if each != "no-page":
        service["url"] = c.ConfigurableHTTPProxy.api_url  # where something answers
    c.JupyterHub.services.append({**service, "display": each != "hidden"})
c.JupyterHub.load_roles.extend([
    {"name": "grader", "groups": ["hub-admins"],
     "scopes": ["access:services!service=grading"]},
    {"name": "friend", "users": ["uwe", "rita"],
     "scopes": ["access:services!service=shared"]},
])
c.JupyterHub.template_vars["custom"]["funded_by"]["all"].append(
    {"name": "Sea Fund", "url": "https://sea.example"})
"""
)


def soup_of(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="module")
def provided(tmp_path_factory):
    """A provider's hub, with templates that need every variable."""
    folder = tmp_path_factory.mktemp("provided")
    own = folder / "provider-templates"
    own.mkdir()
    (own / "page.html").write_text(PAGE_HTML)
    (own / "login.html").write_text(LOGIN_HTML)
    with RealHub(folder, before=BEFORE, config=AFTER) as hub:
        yield hub.with_holders()


def test_our_pages_have_the_providers_look(provided):
    """Nested variables and lists reach our pages, also what was set below enable()."""
    soup = soup_of(provided.visit("root").get(provided.page()).text)
    assert soup.select_one("nav.navbar img")["alt"] == "Reef Lab"
    footer = " ".join(soup.select_one("footer.provider").text.split())
    assert footer == "Operated by Cloud Crew, funded by Ocean FundSea Fund"
    assert provided.health()["templates"] == {"operators_own": True}
    assert provided.health()["status"] == "ok"
    assert "For JupyterHub admins" not in soup.text


def test_what_the_look_can_do_without_is_said_in_the_log_alone(provided):
    """A function that no page needs is no fault; the log names it, once."""
    said = [line for line in provided.log().splitlines() if "can't be taken out" in line]
    assert len(said) == 1
    assert said[0].endswith("custom.counter")


# -- the Services menu

VIEWERS = ("rita", "hanna", "uwe", "root")


def services_in(html: str) -> list[str]:
    """Where the Services menu leads, in its order, and where a theme says that services are."""
    soup = soup_of(html)
    menu = [link["href"] for link in soup.select("nav.navbar .dropdown-item")]
    theme = [f"{link['href']} {link['title']}" for link in soup.select("ul.theme a")]
    return menu + theme


@pytest.mark.parametrize("name", VIEWERS)
def test_the_services_menu_is_the_hubs(provided, name):
    """Whoever looks finds the same services on our pages as on the hub's own, and where a theme
    lists them."""
    session = provided.visit(name)
    ours = services_in(session.get(provided.page()).text)
    assert ours == services_in(session.get(provided.hub_url("home")).text)
    found = {each.rstrip("/").rpartition("/")[2] for each in ours if " " not in each}
    everybodys = {"quota"}
    assert found - {"responsibilities"} == everybodys | {
        "rita": {"grading", "shared"},
        "hanna": {"grading"},
        "uwe": {"shared"},
        "root": {"grading", "shared", "inner"},
    }[name]  # fmt: skip


def test_the_menu_follows_the_groups(provided):
    """Who comes into a group finds what it opens, and who leaves it doesn't."""
    session = provided.visit("uwe")
    grading = provided.base_url + "services/grading/"
    assert grading not in services_in(session.get(provided.page()).text)
    provided.put_in_group("hub-admins", "uwe")
    provided.wait_for(lambda: grading in services_in(session.get(provided.page()).text))
    provided.take_out_of_group("hub-admins", "uwe")
    provided.wait_for(lambda: grading not in services_in(session.get(provided.page()).text))


def test_no_service_leads_where_the_hub_refuses(provided):
    """Every link of the menu is one that the hub lets its viewer open."""
    for name in VIEWERS:
        session = provided.visit(name)
        scopes = set(provided.api("GET", "user", token=provided.token_for(name)).json()["scopes"])
        for href in services_in(session.get(provided.page()).text):
            service = href.partition(" ")[0].rstrip("/").rpartition("/")[2]
            assert {"access:services", f"access:services!service={service}"} & scopes, href


# -- the way here


@pytest.mark.parametrize("name", VIEWERS)
def test_the_navigation_bar_leads_here(provided, name):
    """The provider's bar has one link to Responsibilities, on the hub's pages and on ours."""
    session = provided.visit(name)
    for place in (provided.hub_url("home"), provided.hub_url("no-such-page"), provided.page()):
        bar = soup_of(session.get(place).text).select_one("nav.navbar")
        links = [link["href"] for link in bar.select("a") if "esponsibilities" in link.text]
        assert links == [f"{provided.base_url}services/responsibilities/"], place
        assert bar.select_one("img")["alt"] == "Reef Lab"


def test_the_providers_login_page_says_whom_to_ask(provided, browser_without_login):
    """Its own login.html and footer stay, with the public contacts, once and no others."""
    html = browser_without_login.get(provided.hub_url("login")).text
    soup = soup_of(html)
    assert soup.h1.text == "Reef Lab"
    assert soup.select_one("footer.provider")
    assert [a["href"] for a in soup.select("#responsibility-public a")] == [
        "https://reef.example/help"
    ]
    assert "+49 40 123456" not in html


def test_the_panel_finds_nothing_hidden(provided):
    """Where the hub's pages lead here, nothing is said to hide ours."""
    headers = {"Authorization": f"token {provided.token_for('root')}"}
    gaps = requests.get(provided.page("api/coverage"), headers=headers, timeout=10).json()["gaps"]
    assert [gap["about"] for gap in gaps if gap["kind"] == "template-shadowed"] == []


# -- inside the pages of others

LMS = "frame-ancestors https://lms.example"
HUBS = "frame-ancestors 'self' https://lms.example"
EVERYWHERE = (
    "", "model", "api/me", "healthz", "metrics", "no-such-page", "api/none", "oauth_callback",
    "static/responsibility.css", "static/nothing.css", "static/../app.py",
)  # fmt: skip


@pytest.mark.parametrize("path", EVERYWHERE)
def test_whoever_may_embed_the_hub_may_embed_this(provided, path):
    """Pages, errors and files allow the frames that the operator allows, as the hub's own do; but
    for those of the hub's own address, where every user's server is, too.
    """
    session = provided.visit("hanna")
    session.get(provided.page())
    for url, said in ((provided.page(path), LMS), (provided.hub_url("home"), HUBS)):
        policy = session.get(url).headers["Content-Security-Policy"]
        assert policy.partition(";")[0] == said


def test_inside_a_course_a_page_is_shown(provided):
    """What browsers ask for within a frame is answered, where somebody may show it there."""
    session = provided.visit("hanna")
    session.get(provided.page())
    headers = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    assert session.get(provided.page("model"), headers=headers).status_code == 200


def test_redirects_are_no_exception(provided, browser_without_login):
    """The way to the login, and the address without its slash, say the same."""
    for url in (provided.page(), provided.page().rstrip("/")):
        reply = browser_without_login.get(url, allow_redirects=False)
        assert reply.is_redirect
        assert reply.headers["Content-Security-Policy"].startswith(LMS)


def test_cookies_inside_the_pages_of_others(provided):
    """Where the hub's cookies go along inside other sites, ours do, or no login would end."""
    session, said = provided.visit("uwe"), []
    session.hooks["response"] = lambda reply, **_: said.extend(
        reply.raw.headers.getlist("Set-Cookie")
    )
    session.get(provided.page())
    ours = [cookie for cookie in said if "Path=/services/" in cookie]
    kept = [cookie for cookie in ours if not cookie.partition("=")[2].startswith('""')]
    assert {cookie.partition("=")[0] for cookie in kept} == {
        "_xsrf",
        "responsibilities-seen",
        "service-responsibilities",
        "service-responsibilities-oauth-state",
    }
    assert [cookie.rpartition("Path=") for cookie in kept if "SameSite=None" not in cookie] == []
