"""A hub as a provider of many sets it up: its own look, from nested variables."""

from __future__ import annotations

from textwrap import dedent

import pytest
from bs4 import BeautifulSoup

from ..realhub import RealHub

PAGE_HTML = """{% extends "templates/page.html" %}
{% block stylesheet %}{{ super() }}<style>.provider { color: teal }</style>{% endblock %}
{% block logo %}
  <a href="{{ custom.org.url }}">
    <img alt="{{ custom.org.name }}" src="{{ custom.org.logo_url }}"></a>
{% endblock %}
{% block footer %}
  <footer class="provider">Operated by {{ custom.operated_by.name }}, funded by
    {% for each in custom.funded_by.all %}<a href="{{ each.url }}">{{ each.name }}</a>{% endfor %}
    {% if custom.interface_selector %}choose{% endif %}</footer>
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
AFTER = """
    c.JupyterHub.template_vars["custom"]["funded_by"]["all"].append(
        {"name": "Sea Fund", "url": "https://sea.example"})
    """


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
