"""Operators' own page.html and login pages: they lead to this service, or the panel says so."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from jupyterhub.auth import DummyAuthenticator
from jupyterhub.handlers.login import LoginHandler
from jupyterhub.tests.utils import async_requests, public_url

from jupyterhub_responsibility.domain.configured import read
from jupyterhub_responsibility.enabling.handover import CONFIGURED_VARIABLE
from jupyterhub_responsibility.enabling.start import ServiceEnvironment

from .conftest import visit

HOME = "/@/space%20word/services/responsibilities/"
PUBLIC, PRIVATE = "https://reef.example/help", "+49 40 123456"

EXTENDS = '{% extends "templates/page.html" %}'
STANDALONE = """<!DOCTYPE html><html><body>
<nav>{% block nav_bar_left_items %}<a href="{{ base_url }}home">Home</a>{% endblock %}</nav>
{% block main %}{% endblock %}{% block script %}{% endblock %}</body></html>"""
WHOLE_BAR = (
    EXTENDS
    + """{% block nav_bar %}<nav class="navbar"><a href="{{ base_url }}home">Home</a>
    {% if user.name and motd %}{{ motd.strip() }}{% endif %}MENU</nav>{% endblock %}"""
)
MENU = "{% for each in services %}<a href='{{ each.prefix }}'>{{ each.name }}</a>{% endfor %}"


def with_templates(folder, **files):
    """Configuration with an operator's own templates, by name."""
    own = folder / "own"
    own.mkdir(exist_ok=True)
    for name, text in files.items():
        (own / f"{name.replace('_', '-')}.html").write_text(text)

    def before(c):
        c.JupyterHub.template_paths = [str(own)]
        c.JupyterHub.template_vars = {"motd": lambda user: "Low tide"}

    return before


def hidden() -> tuple[str, ...]:
    """The templates of which the panel says that they hide ours."""
    environment: dict[str, str] = {}
    environment.update(ServiceEnvironment({}, (), "responsibilities", templates=True))
    return read(environment[CONFIGURED_VARIABLE]).shadowed


def links_in(html: str) -> list[str]:
    """The links to the service in the navigation bar, by their text."""
    soup = BeautifulSoup(html, "html.parser")
    return [link.text for link in soup.select(f'nav a[href="{HOME}"]')]


@pytest.mark.parametrize(
    ("page", "links"),
    [
        (EXTENDS, ["Responsibilities"]),
        (EXTENDS + "{% block title %}Reef{% endblock %}", ["Responsibilities"]),
        (
            EXTENDS + "{% block nav_bar_left_items %}{{ super() }}<li>Reef</li>{% endblock %}",
            ["Responsibilities"],
        ),
        (
            EXTENDS + "{% block nav_bar_left_items %}<li>Reef</li>{% endblock %}",
            ["Responsibilities"],
        ),
        (
            EXTENDS
            + "{% block nav_bar_left_items %}<li>"
            + MENU
            + "</li>{{ motd.strip() }}{% endblock %}",
            ["Responsibilities"],
        ),
        (
            EXTENDS + "{% block nav_bar_right_items %}"
            '{% include "responsibility-navbar.html" %}{{ super() }}{% endblock %}',
            ["responsibilities", "Responsibilities"],
        ),
        (
            EXTENDS + "{% block nav_bar_left_items %}"
            '<a href="{{ responsibility.href(services) }}">Who</a>{% endblock %}',
            ["Who"],
        ),
        (STANDALONE, ["Responsibilities"]),
        (WHOLE_BAR.replace("MENU", MENU), ["responsibilities"]),
        (WHOLE_BAR.replace("MENU", '{% include "responsibility-navbar.html" %}'),
         ["Responsibilities"]),
    ],
)  # fmt: skip
async def test_an_operators_page_leads_here(mock_hub, tmp_path, page, links):
    """Whatever their page.html is made of, it has one link of ours, or the one they gave it."""
    app = await mock_hub(with_templates(tmp_path, page=page))
    assert links_in((await visit(app, "uwe", "home")).text) == links
    assert hidden() == ()
    for path in ("home", "token", "no-such-page"):
        assert links_in((await visit(app, "uwe", path)).text) == links


@pytest.mark.parametrize(
    "page",
    [
        WHOLE_BAR.replace("MENU", ""),
        WHOLE_BAR.replace("MENU", '{# {% include "responsibility-navbar.html" %} #}'),
        WHOLE_BAR.replace(
            "MENU", '{% if motd.nothing %}{% include "responsibility-navbar.html" %}{% endif %}'
        ),
        "<html>{% block main %}{% endblock %}</html>",
    ],
)
async def test_a_page_that_cannot_lead_here_is_a_gap(mock_hub, tmp_path, page):
    """Where nothing on it leads here, it stays as it is, and the panel says so."""
    app = await mock_hub(with_templates(tmp_path, page=page))
    assert links_in((await visit(app, "uwe", "home")).text) == []
    assert hidden() == ("page.html",)


async def test_it_is_laid_over_before_the_first_page(mock_hub, tmp_path):
    """Also where the hub doesn't start the service, the first page already has the link."""
    app = await mock_hub(with_templates(tmp_path, page=EXTENDS))
    assert links_in((await visit(app, "uwe", "home")).text) == ["Responsibilities"]


async def test_a_page_that_cannot_be_tried_out_is_left_alone(mock_hub, tmp_path):
    """Where trying it out fails, the hub renders it as before, and the Services menu is there."""
    page = EXTENDS + "{% block title %}{{ depth + 1 }}{% endblock %}"

    def before(c):
        with_templates(tmp_path, page=page)(c)
        c.JupyterHub.template_vars = {"depth": lambda user: 41}

    app = await mock_hub(before)
    html = (await visit(app, "uwe", "home")).text
    assert "<title>42</title>" in "".join(html.split())
    assert links_in(html) == ["responsibilities"]


async def test_no_function_of_the_operators_is_called_on_trial(mock_hub, tmp_path):
    """Trying pages out asks nobody and changes nothing."""
    called = []
    page = EXTENDS + "{% block title %}{{ motd }}{{ tool.go() }}{% endblock %}"

    def before(c):
        with_templates(tmp_path, page=page)(c)
        c.JupyterHub.template_vars = {"motd": called.append}

    await mock_hub(before)
    assert hidden() == ()
    assert called == []


async def test_without_templates_theirs_stay_as_they_are(mock_hub, tmp_path):
    """`templates=False` lays nothing over anything."""
    app = await mock_hub(with_templates(tmp_path, page=EXTENDS), templates=False)
    assert links_in((await visit(app, "uwe", "home")).text) == ["responsibilities"]


# -- login pages

FORM = '<form method="post"><input type="password" name="password"></form>'
LOGIN_ON_PAGE = (
    '{% extends "page.html" %}{% block main %}{% block login %}'
    + FORM
    + "{% endblock %}{% endblock %}"
)
LOGIN_ALONE = "<!DOCTYPE html><html><body>" + FORM + "</body></html>"
INCLUDE = '{% include "responsibility-public.html" %}'


class OwnLoginHandler(LoginHandler):
    """A login page of the authenticator's."""

    def _render(self, login_error=None, username=None):
        return self.render_template("native-login.html", next="", login_error=login_error)


class OwnLogin(DummyAuthenticator):
    """An authenticator whose login page has a name of its own."""

    def get_handlers(self, app):
        return [("/login", OwnLoginHandler)]


def own_login(c) -> None:
    c.JupyterHub.authenticator_class = OwnLogin


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ({"native_login": LOGIN_ON_PAGE}, 1),
        ({"native_login": LOGIN_ON_PAGE, "page": EXTENDS}, 1),
        ({"native_login": LOGIN_ON_PAGE,
          "page": EXTENDS + "{% block footer %}<footer>Reef</footer>{% endblock %}"}, 1),
        ({"native_login": LOGIN_ON_PAGE.replace(FORM, FORM + INCLUDE)}, 1),
        ({"native_login": LOGIN_ALONE.replace(FORM, FORM + INCLUDE)}, 1),
        ({"native_login": LOGIN_ALONE}, 0),
        ({"native_login": LOGIN_ON_PAGE, "page": STANDALONE}, 0),
    ],
)  # fmt: skip
async def test_login_pages_of_other_names(mock_hub, tmp_path, files, shown):
    """They show the public contacts, once and no others; where they can't, the panel says so."""

    def before(c):
        with_templates(tmp_path, **files)(c)
        own_login(c)

    app = await mock_hub(before)
    reply = await async_requests.get(f"{public_url(app)}hub/login")
    assert 'type="password"' in reply.text
    assert reply.text.count(f'href="{PUBLIC}"') == shown
    assert PRIVATE not in reply.text
    assert hidden() == (() if shown else ("native-login.html",))


@pytest.mark.parametrize(
    ("login", "shown"),
    [
        ('{% extends "templates/login.html" %}', 1),
        ('{% extends "templates/login.html" %}{% block main %}' + FORM + "{% endblock %}", 1),
        (LOGIN_ALONE, 0),
    ],
)
async def test_an_operators_login_html(mock_hub, tmp_path, login, shown):
    """So does a login.html of the operator's."""
    app = await mock_hub(with_templates(tmp_path, login=login))
    reply = await async_requests.get(f"{public_url(app)}hub/login")
    assert reply.text.count(f'href="{PUBLIC}"') == shown
    assert hidden() == (() if shown else ("login.html",))


async def test_where_no_contact_is_public_nothing_is_hidden(mock_hub, tmp_path):
    """A login page isn't to blame for contacts that nobody marked."""
    declaration = {"roles": {"hub-administrator": {"groups": ["hub-admins"]}}}
    declaration["roles"]["community-representative"] = {"groups": ["community-reps"]}
    await mock_hub(with_templates(tmp_path, login=LOGIN_ALONE), declaration=declaration)
    assert hidden() == ()


async def test_an_empty_partial_takes_it_away(mock_hub, tmp_path):
    """Operators who don't want a part put an empty file in its place."""
    files = {"responsibility_navbar": "", "responsibility_public": "", "page": EXTENDS}
    app = await mock_hub(with_templates(tmp_path, **files))
    assert links_in((await visit(app, "uwe", "home")).text) == ["responsibilities"]
    assert PUBLIC not in (await async_requests.get(f"{public_url(app)}hub/login")).text
