"""A page on another user's server, at the hub's own address: what its scripts can reach of ours.

Each way works on a page of that server itself, or the test would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from ..realhub import RealHub
from .conftest import Visits

SERVER = '''
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PAGE = b"""<!DOCTYPE html><title>A notebook</title><button>Open</button>
<p>This page may be read by its neighbour: <input name="_xsrf" value="of-its-own"></p>"""

class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Cache-Control", "private, no-cache")
        if "opener" in self.path:
            self.send_header("Cross-Origin-Opener-Policy", "noopener-allow-popups")
        self.end_headers()
        self.wfile.write(PAGE)

where = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
ThreadingHTTPServer((where.hostname, where.port), Server).serve_forever()
'''
"""What uwe runs instead of a notebook: everybody may see it, as with a page that is shared."""

CONFIG = f"""
import sys
c.Spawner.cmd = [sys.executable, "-c", {SERVER!r}]
"""

ROLE = "roles/hub-administrator"
TOKEN = "_xsrf"

SHOWN = """async ([kind, address]) => {
    const frame = document.createElement(kind);
    frame[kind === "object" ? "data" : "src"] = address;
    document.body.append(frame);
    await new Promise(done => { frame.onload = frame.onerror = done; setTimeout(done, 2000); });
    try { return window[0].document.documentElement.outerHTML; }
    catch (error) { return String(error); }
    finally { frame.remove(); }
}"""
FETCHED = """async ([how, address]) => {
    try { return await (await fetch(address, how)).text(); } catch (error) { return String(error); }
}"""
OPENED = """async ([_, address]) => {
    const opened = window.open(address);
    for (let tries = 0; tries < 20; tries += 1) {
        await new Promise(done => setTimeout(done, 100));
        try {
            const text = opened.document.documentElement.outerHTML;
            if (text.includes("_xsrf")) { return text; }
        } catch (error) { return String(error); }
    }
    return "";
}"""
WAYS = {
    "in a frame": (SHOWN, "iframe"),
    "as an object": (SHOWN, "object"),
    "embedded": (SHOWN, "embed"),
    "by a script": (FETCHED, {}),
    "by a script, as a picture": (FETCHED, {"mode": "no-cors"}),
    "by a script, of its own origin": (FETCHED, {"mode": "same-origin"}),
    "by a script, from the cache": (FETCHED, {"cache": "force-cache"}),
    "by a script, from the cache only": (
        FETCHED,
        {"mode": "same-origin", "cache": "only-if-cached"},
    ),
    "in another tab": (OPENED, None),
}


@pytest.fixture(scope="module")
def shared(browser: Browser, tmp_path_factory) -> Iterator[Visits]:
    """A hub on which uwe's server shows a page of his to everybody."""
    with RealHub(tmp_path_factory.mktemp("shared"), config=CONFIG) as hub:
        hub.with_holders()
        hub.api("POST", "users/uwe/server")
        hub.wait_for(lambda: "A notebook" in requests.get(own(hub), timeout=5).text)
        yield Visits(browser, hub)


def own(hub: RealHub, path: str = "") -> str:
    """A page on uwe's server."""
    return f"{hub.origin}/user/uwe/{path}"


@pytest.fixture(params=["", "opener"], ids=["a page", "a page without an opener"])
def notebook(shared: Visits, request) -> Iterator[Page]:
    """rita, who appoints, has the role's page open, and looks at uwe's in the same browser."""
    page = shared.alone("rita", ROLE)
    page.goto(own(shared.hub, request.param))
    yield page
    page.context.close()


@pytest.mark.parametrize("way", WAYS)
def test_no_script_of_a_stranger_reads_a_page_of_ours(shared, notebook, way):
    """Whichever way it goes, it gets no token with which it could appoint in rita's name."""
    attack, how = WAYS[way]
    notebook.evaluate(FETCHED, [{}, own(shared.hub, "neighbour")])  # which is in the cache then
    if attack is OPENED and notebook.url.endswith("opener"):
        pass  # browsers cut these off from whatever they open, so that is no control
    else:
        assert TOKEN in notebook.evaluate(attack, [how, own(shared.hub, "neighbour")])
    said = notebook.evaluate(attack, [how, shared.hub.page(ROLE)])
    assert TOKEN not in said
    assert "rita" not in said


def test_who_opens_our_page_from_there_sees_it(shared, notebook):
    """A link leads to our page as any other link does."""
    notebook.evaluate("address => { location = address; }", shared.hub.page(ROLE))
    expect(notebook.locator("h1")).to_have_text("Hub Administrator")
    expect(notebook.get_by_label("Account")).to_be_visible()


def test_what_it_may_know_is_a_number(shared, notebook):
    """The hub's admin page asks for the number of gaps without a token; so may any other."""
    said = notebook.evaluate(
        "async address => await (await fetch(address, {mode: 'no-cors'})).json()",
        shared.hub.page("gaps"),
    )
    assert {*said} == {"gaps", "urgent", "unchecked"}
    assert all(isinstance(number, int) for number in said.values())
