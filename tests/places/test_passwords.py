"""Authenticators with passwords and pages of their own: NativeAuthenticator, FirstUseAuthenticator.

The first is tested on JupyterHub 5.2 only: on 6, its version 1.3.0 can log nobody in.
"""

from __future__ import annotations

import sys

import pytest
import requests
from bs4 import BeautifulSoup

from ..docs.reading import ROOT
from ..hub.acting import Browser, members
from ..realhub import DECLARATION, PERSONAS, RealHub

SECRET = "a long enough secret"
ROLES = {
    "hub-administrator": {"groups": ["hub-admins"], "initial": ["Hanna"]},
    "community-representative": {"groups": ["community-reps"], "initial": ["RITA"]},
}
HELP = "https://reef.example/help"


class WithPassword(RealHub):
    """A hub on which everybody has the same password, which they chose themselves."""

    def post(self, path: str, **fields: str) -> tuple[requests.Session, requests.Response]:
        """A form of the hub, as a browser sends it that has just opened its page."""
        session = requests.Session()
        session.headers["Sec-Fetch-Mode"] = "navigate"
        form = BeautifulSoup(session.get(self.hub_url(path)).text, "html.parser").form
        token = form.find("input", attrs={"name": "_xsrf"})["value"]
        reply = session.post(self.hub_url(path), data={"_xsrf": token, **fields}, timeout=30)
        return session, reply

    def visit(self, name: str) -> requests.Session:
        session, reply = self.post("login", username=name, password=SECRET)
        assert reply.url == self.hub_url("home"), reply.text
        return session


NATIVE = """
c.JupyterHub.authenticator_class = "native"
c.NativeAuthenticator.open_signup = True
c.Authenticator.allow_all = True
"""
FIRST_USE = """
c.JupyterHub.authenticator_class = "firstuse"
c.Authenticator.allow_all = True
"""


PYTHON5 = str(ROOT / ".venv5" / "bin" / "python")
HUBS = {
    "native on 5.2": (NATIVE, PYTHON5),
    "first use on 5.2": (FIRST_USE, PYTHON5),
    "first use on 6": (FIRST_USE, sys.executable),
}


@pytest.fixture(scope="module", params=HUBS)
def own(request, tmp_path_factory):
    """Such a hub; everybody has made an account, with their name as they write it."""
    config, python = HUBS[request.param]
    native = config == NATIVE
    declaration = {**DECLARATION, "roles": ROLES}
    folder = tmp_path_factory.mktemp("own")
    with WithPassword(folder, declaration, config=config, python=python) as hub:
        for name in PERSONAS:
            if native:
                said = hub.post("signup", username=name.capitalize(), signup_password=SECRET,
                                signup_password_confirmation=SECRET)[1].text  # fmt: skip
                assert "signup was successful" in said, said
            hub.visit(name.capitalize())
        yield hub


def soup_of(url: str, session: requests.Session | None = None) -> BeautifulSoup:
    reply = (session or requests.Session()).get(url, timeout=30)
    assert reply.ok, reply.text
    return BeautifulSoup(reply.text, "html.parser")


def test_the_login_page_says_whom_to_ask(own):
    """Whatever page it is: the public contacts, once, and no others."""
    for path in ("login", "signup") if "native" in own.config else ("login",):
        page = soup_of(own.hub_url(path))
        assert page.select("form input[type=password]")
        assert [a["href"] for a in page.select("#responsibility-public a")] == [HELP]
        assert "+49 40 123456" not in page.text


def test_a_login_that_fails_says_whom_to_ask(own):
    """There most of all."""
    _, reply = own.post("login", username="uwe", password="wrong")
    assert HELP in reply.text


def test_first_holders_are_named_as_they_log_in(own):
    """Names are what the authenticator makes of them, in the declaration as well."""
    own.wait_for(lambda: members(own, "hub-admins") == {"hanna"})
    own.wait_for(lambda: members(own, "community-reps") == {"rita"})


def test_the_bar_leads_here(own):
    """On the hub's pages, on the authenticator's own, and on ours."""
    session = own.visit("rita")
    theirs = "change-password" if "native" in own.config else "auth/change-password"
    for place in (own.hub_url("home"), own.hub_url(theirs), own.page()):
        bar = soup_of(place, session).select_one("nav.navbar")
        links = [link["href"] for link in bar.select("a") if "esponsibilities" in link.text]
        assert links == ["/services/responsibilities/"], place


def test_the_main_story(own):
    """rita appoints uwe, whatever way she writes the name, and he sees his duties."""
    own.wait_for(lambda: members(own, "community-reps") == {"rita"})
    own.wait_until_read()
    Browser(own, "rita").submit("roles/hub-administrator", {"action": "appoint"}, person="Uwe")
    assert "uwe" in members(own, "hub-admins")
    assert "Hub Administrator" in soup_of(own.page(), own.visit("uwe")).text
    assert own.health()["status"] == "ok", own.log()
