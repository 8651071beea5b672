"""The bar on the hub's admin page: how many gaps there are, and where to go if the hub refuses."""

from __future__ import annotations

import re
import signal
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests
from playwright.sync_api import Page, expect

from jupyterhub_responsibility.enabling.belonging import ANSWER, QUESTION, answer

from ..chromium import log_in
from ..realhub import RealHub
from .conftest import Visits

ADMIN = "hub/admin"
TABLE = "#react-admin-hook table >> nth=0"
REFUSED = "The hub won't let you add, edit or delete people and groups"
PANEL = "**/services/responsibilities/admin"
NUMBER = "**/services/responsibilities/gaps"
ORDINARY = 10
"""Seconds that the hub's admin page may take on a slow machine."""


def bar(page: Page):
    return page.locator("#responsibility-admin")


def link(page: Page):
    return bar(page).get_by_role("link", name="Responsibilities")


def logged_in(browser, hub: RealHub, who: str) -> Page:
    """Somebody who has just logged in to the hub, and never opened a page of ours."""
    page = browser.new_context().new_page()
    log_in(page, hub.hub_url("login"), who)
    page.wait_for_url("**/hub/home")
    return page


def gaps(hub: RealHub) -> list[dict]:
    """The gaps by what the API says, when every account has been read: that may find more."""
    headers = {"Authorization": f"token {hub.token_for('root')}"}

    def coverage() -> dict:
        said = requests.get(hub.page("api/coverage"), headers=headers, timeout=30).json()
        return said if said["accounts_as_of"] else {}

    return hub.wait_for(coverage)["gaps"]


@pytest.mark.parametrize("who", ["hanna", "rita", "root"])
def test_those_in_charge_see_how_many_gaps_there_are(open_as, hub, who):
    """The bar says how many there are and how many are urgent, and leads to them."""
    found = gaps(hub)
    urgent = [each for each in found if each["urgency"] == "urgent"]
    assert 1 < len(urgent) < len(found)
    page = open_as(who, ADMIN)
    says = f"Responsibilities: {len(found)} gaps, {len(urgent)} urgent"
    expect(link(page)).to_have_text(says)
    link(page).click()
    page.wait_for_url(PANEL)
    expect(page.locator(".rsp-figures dd").first).to_have_text(str(len(found)))


def test_the_first_visit_has_the_number_too(browser, hub):
    """It is there although nobody has opened a page of ours in this browser yet."""
    page = logged_in(browser, hub, "hanna")
    page.goto(hub.hub_url("admin"))
    expect(link(page)).to_contain_text("gaps")
    page.context.close()


@pytest.mark.parametrize(
    ("gaps", "urgent", "unchecked", "says"),
    [
        (0, 0, 0, "no gaps found"),
        (0, 0, 2, "no gaps found in what could be checked"),
        (1, 0, 0, "1 gap"),
        (1, 1, 1, "1 gap, 1 urgent"),
        (12, 0, 0, "12 gaps"),
    ],
)
def test_the_number_is_a_sentence(open_as, gaps, urgent, unchecked, says):
    """None, one and many are said as people say them; urgent ones only where there are any."""
    page = open_as("root")
    said = {"gaps": gaps, "urgent": urgent, "unchecked": unchecked}
    page.route(NUMBER, lambda route: route.fulfill(json=said))
    page.goto(page.url.replace("services/responsibilities/", ADMIN))
    expect(link(page)).to_have_text(f"Responsibilities: {says}")


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
def test_the_number_moves_nothing(open_as, width):
    """When it comes, no button moves away below the hand."""
    page = open_as("hanna")
    page.set_viewport_size({"width": width, "height": 800})
    held = []
    page.route(NUMBER, lambda route: held.append(route))
    with page.expect_request(NUMBER):
        page.goto(page.url.replace("services/responsibilities/", ADMIN))
    expect(page.locator(TABLE)).to_be_visible()
    before = bar(page).bounding_box()
    held[0].continue_()
    expect(link(page)).to_contain_text("gaps")
    assert bar(page).bounding_box() == before
    assert bar(page).evaluate("each => each.scrollWidth - each.clientWidth") <= 0


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("hanna", {"Add people to the hub": "Add people"}),
        (
            "rita",
            {
                "Decide who is Hub Administrator": "Hub Administrator",
                "Add people to the hub": "Add people",
            },
        ),
    ],
)
def test_who_is_refused_is_led_to_where_it_works(open_as, who, links):
    """The hub refuses Hub Administrators what it offers them; each link opens a page that works."""
    page = open_as(who, ADMIN)
    expect(bar(page)).to_contain_text(REFUSED)
    assert bar(page).get_by_role("link").all_inner_texts()[1:] == [*links]
    for text, heading in links.items():
        bar(page).get_by_role("link", name=text).click()
        expect(page.locator("h1")).to_have_text(heading)
        expect(page.locator("form[method=post]:visible").first).to_be_visible()
        page.go_back()


def test_the_hub_does_refuse_them(open_as):
    """What the bar says is true: the hub's own form for adding people fails for hanna."""
    page = open_as("hanna", "hub/admin#/add-users")
    page.locator("#add-user-textarea").fill("somebody")
    with page.expect_response(re.compile("/hub/api/users")) as reply:
        page.get_by_role("button", name="Add Users").click()
    assert reply.value.status == 403


def test_jupyterhub_admins_are_refused_nothing(open_as):
    """For root, the page works as it is, and the bar says nothing of that."""
    page = open_as("root", ADMIN)
    expect(bar(page)).to_be_visible()
    expect(bar(page).locator("p")).to_have_count(0)


@pytest.mark.parametrize("who", ["hanna", "root"])
def test_without_scripts_it_reads_well(open_as, who):
    """The bar has its link, without a number."""
    page = open_as(who, ADMIN, java_script_enabled=False)
    expect(link(page)).to_have_text("Responsibilities")
    link(page).click()
    page.wait_for_url(PANEL)


def test_other_pages_of_the_hub_ask_nothing(open_as):
    """uwe, who may not open the admin page, has no bar, and nothing is fetched for him."""
    page = open_as("uwe", "hub/home")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload(wait_until="networkidle")
    assert asked
    assert not [url for url in asked if "/services/" in url]
    expect(bar(page)).to_have_count(0)


WATCHER = """
c.JupyterHub.load_roles.append(
    {"name": "watcher", "scopes": ["admin-ui", "list:users"], "users": ["uwe"]}
)
"""
TOKEN = "a-token-for-tests"
EXTERNAL = f"external=True, api_token={TOKEN!r},"


@pytest.fixture(scope="module")
def watched(browser, tmp_path_factory):
    """A hub where uwe, without a role of ours, may open the admin page."""
    with RealHub(tmp_path_factory.mktemp("watched"), config=WATCHER) as hub:
        yield Visits(browser, hub)


def silent(page: Page) -> list[str]:
    """Everything that scripts on the page fail with, from now on."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_who_is_not_in_charge_sees_no_number(watched):
    """The panel isn't for them: the bar reads well without it, and says whom to ask."""
    page = watched("uwe", "hub/home")
    said = silent(page)
    with page.expect_response(lambda reply: reply.url.endswith("/gaps") and reply.status == 403):
        page.goto(watched.hub.hub_url("admin"))
    page.wait_for_timeout(500)
    expect(link(page)).to_have_text("Responsibilities")
    expect(bar(page)).to_contain_text(REFUSED)
    assert said == []
    bar(page).get_by_role("link", name="Find out whom to ask").click()
    expect(page.locator("h1")).to_have_text("Whom to ask")
    watched.close_pages()


def opens_as_ever(page: Page, hub: RealHub) -> None:
    """The hub's admin page is complete in ordinary time, with the bar but without a number."""
    said = silent(page)
    began = time.monotonic()
    page.goto(hub.hub_url("admin"))  # until everything has loaded that the page waits for
    expect(page.locator(TABLE)).to_be_visible()
    assert time.monotonic() - began < ORDINARY
    expect(link(page)).to_have_text("Responsibilities")
    page.wait_for_timeout(500)
    assert said == []


def test_a_service_that_hangs_holds_nothing_up(watched):
    """The service takes connections and answers nothing; the hub's page is there all the same."""
    page = watched("root", "hub/home")
    service = watched.hub.service
    service.send_signal(signal.SIGSTOP)
    try:
        opens_as_ever(page, watched.hub)
    finally:
        service.send_signal(signal.SIGCONT)
        watched.close_pages()


class Elsewhere(BaseHTTPRequestHandler):
    """Answers as the service does, so that a hub which starts takes it for its own."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header(ANSWER, answer(TOKEN, 0, self.headers.get(QUESTION, "")))
        self.end_headers()


@pytest.fixture
def abandoned(tmp_path):
    """A hub whose service ran elsewhere, and is gone."""
    hub = RealHub(tmp_path, options=EXTERNAL)
    elsewhere = ThreadingHTTPServer(("127.0.0.1", hub.service_port), Elsewhere)
    Thread(target=elsewhere.serve_forever).start()
    try:
        hub.start(wait=False)
        hub.wait_for(lambda: hub.api("GET", "").ok)
    finally:
        elsewhere.shutdown()
        elsewhere.server_close()
    yield hub
    hub.stop()


def test_a_service_that_is_down_holds_nothing_up(browser, abandoned):
    """Nobody listens where the service should be."""
    page = logged_in(browser, abandoned, "root")
    with page.expect_response(NUMBER) as reply:
        opens_as_ever(page, abandoned)
    assert reply.value.status == 503
    page.context.close()
