"""What people ask for stays between them and the page: no log of the service repeats it."""

from __future__ import annotations

import pytest
import requests

from ..realhub import RealHub

SECRET = "my-supervisor-bullies-me"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with RealHub(tmp_path_factory.mktemp("discreet")) as running:
        yield running.with_holders()


@pytest.fixture(scope="module")
def uwe(hub) -> requests.Session:
    """A browser in which uwe has opened the page."""
    session = hub.visit("uwe")
    session.get(hub.page(), timeout=30).raise_for_status()
    return session


def at_service(hub: RealHub, path: str) -> str:
    """An address at the service's own port, past the hub's proxy and its log."""
    return f"http://127.0.0.1:{hub.service_port}/services/responsibilities/{path}"


ASKED = {
    "a page": f"?q={SECRET}",
    "a search": f"contacts?q={SECRET}",
    "the end of a login": f"oauth_callback?code={SECRET}&state={SECRET}",
    "a token": f"api/me?token={SECRET}",
    "what isn't there": f"nowhere?q={SECRET}",
    "what isn't there, of the API": f"api/nowhere?q={SECRET}",
    "a file that isn't there": f"static/nothing.css?v={SECRET}",
    "a file of no name": f"static/x%00?v={SECRET}",
    "no letters": f"contacts?q=%ff{SECRET}",
    "metrics": f"metrics?token={SECRET}",
    "no slash": f"../responsibilities?q={SECRET}",
}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD", "OPTIONS", "PURGE"])
@pytest.mark.parametrize("asked", ASKED)
def test_no_query_is_logged(hub, uwe, method, asked):
    """Whatever is asked, by whichever method, by somebody and by nobody, and however it ends."""
    for send in (uwe.request, requests.request):
        reply = send(
            method,
            at_service(hub, ASKED[asked]),
            data={"note": SECRET} if method == "POST" else None,
            cookies={"service-responsibilities": f"2|1:0|10:1|{SECRET}"},
            allow_redirects=False,
            timeout=30,
        )
        assert reply.status_code < 500
    assert SECRET not in hub.log()


@pytest.mark.parametrize("path", ["contacts", "api/me", "healthz", "static/responsibility.css"])
def test_a_method_that_is_not_there_names_those_that_are(hub, path):
    """405 says what may be done instead, as HTTP wants it."""
    headers = {"Authorization": f"token {hub.token_for('root')}"}
    reply = requests.request("PATCH", hub.page(path), headers=headers, timeout=30)
    assert reply.status_code == 405
    assert reply.headers["Allow"] == "GET, HEAD"
