"""Where the hub's own pages say that something went wrong, a link asks whom to ask about that."""

from __future__ import annotations

import pytest
import requests
from bs4 import BeautifulSoup

from jupyterhub_responsibility.enabling.pages import QUESTIONS

from ..realhub import DECLARATION, RealHub

FAILING = """
    from jupyterhub.handlers import BaseHandler
    from jupyterhub.spawner import SimpleLocalProcessSpawner
    from tornado.web import HTTPError

    class Failing(SimpleLocalProcessSpawner):
        async def start(self):
            raise RuntimeError("no room")

    class Fails(BaseHandler):
        def get(self, status):
            raise HTTPError(int(status))

    c.JupyterHub.spawner_class = Failing
    c.Spawner.options_form = lambda each: "<input name=x>" if each.user.name == "hanna" else ""
    c.JupyterHub.extra_handlers = [("/fails/([0-9]+)", Fails)]
"""
"""No server starts, and hanna is asked something first; `hub/fails/<status>` fails as told."""

ANSWERS = {
    "server": "Respond to incidents",
    403: "Who may use the hub",
    404: "Respond to incidents",
    500: "Respond to incidents",
    503: "Respond to incidents",
}
"""What the first answer is about."""


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    """A hub below a path, on which nobody's contacts are public: the link needs none."""
    contacts = [{**each, "public": False} for each in DECLARATION["contacts"]]
    declaration = {**DECLARATION, "contacts": contacts}
    folder = tmp_path_factory.mktemp("failing")
    with RealHub(folder, declaration, base_url="/hub1/", config=FAILING) as hub:
        yield hub


def link_on(reply: requests.Response):
    """The link to whom to ask, if there is one."""
    return BeautifulSoup(reply.text, "html.parser").find("a", string="Whom to ask about this")


def first_answer(hub, session: requests.Session, reply: requests.Response) -> tuple[str, str]:
    """What the page asks at which the link arrives, and what its first answer is about."""
    there = session.get(hub.origin + link_on(reply)["href"])
    assert there.url.startswith(hub.page("contacts?q="))
    page = BeautifulSoup(there.text, "html.parser")
    return page.find("input", {"name": "q"})["value"], page.select_one("#rsp-answers h3").text


def test_every_question_has_its_answer():
    """No row of the table goes without a test."""
    assert set(ANSWERS) == set(QUESTIONS)


@pytest.mark.parametrize("status", [each for each in QUESTIONS if each != "server"])
def test_an_error_of_the_hub(failing, status):
    """From the page of each error to who looks after it."""
    session = failing.visit("uwe")
    reply = session.get(failing.hub_url(f"fails/{status}"))
    assert reply.status_code == status
    assert first_answer(failing, session, reply) == (QUESTIONS[status], ANSWERS[status])


def test_a_server_that_does_not_start(failing):
    """When it fails, and when somebody comes back: they ask about their server, not about a 500."""
    session = failing.visit("uwe")
    for path in ("spawn", "spawn-pending/uwe", "user/uwe/"):
        reply = session.get(failing.hub_url(path))
        assert reply.status_code == 500
        expected = (QUESTIONS["server"], ANSWERS["server"])
        assert first_answer(failing, session, reply) == expected, path


def test_a_server_that_does_not_start_after_a_form(failing):
    """The form comes again, with what went wrong, and the link below it; before, there is none."""
    session = failing.visit("hanna")
    form = session.get(failing.hub_url("spawn"))
    assert link_on(form) is None
    data = {"x": "1", "_xsrf": session.cookies.get("_xsrf", path="/hub1/hub/")}
    reply = session.post(failing.hub_url("spawn"), data=data)
    assert "spawn-error-msg" in reply.text
    assert first_answer(failing, session, reply) == (QUESTIONS["server"], ANSWERS["server"])


def test_who_is_not_logged_in_gets_no_link(failing, browser_without_login):
    """It would lead to a login; and of other errors there is nothing that one could ask."""
    assert link_on(browser_without_login.get(failing.hub_url("fails/404"))) is None
    assert link_on(failing.visit("uwe").get(failing.hub_url("fails/418"))) is None
