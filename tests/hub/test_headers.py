"""What every answer says to browsers, whatever it answers, and to whatever."""

from __future__ import annotations

import pytest
import requests

from ..addresses import OFFERED, PATHS, READABLE, WRITES
from ..realhub import RealHub

BROKEN = """
from jupyterhub_responsibility.domain.finder import Finder

find = Finder.find

def breaking(self, question, *more):
    if "break" in question:
        raise RuntimeError("as asked")
    return find(self, question, *more)

Finder.find = breaking
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub whose service fails at questions about breaking."""
    with RealHub(tmp_path_factory.mktemp("headers"), first=BROKEN) as running:
        yield running.with_holders()


@pytest.fixture(scope="module")
def logged_in(hub) -> requests.Session:
    session = hub.visit("rita")
    session.get(hub.page()).raise_for_status()
    return session


@pytest.fixture
def rita(logged_in) -> requests.Session:
    """A browser in which rita has opened the page; each address leaves cookies, and a proxy takes
    only so many."""
    session = requests.Session()
    session.cookies.update(logged_in.cookies)
    return session


EVERYTHING = [
    *(("GET", path, None) for path in PATHS),
    *(("PATCH", path, 405) for path in PATHS if "GET" in OFFERED[path]),
    ("GET", "no-such-page", 404),
    ("GET", "api/none", 404),
    ("GET", "roles/no-such-role", 404),
    ("GET", "api/roles/no-such-role", 404),
    ("GET", "static/responsibility.css", 200),
    ("GET", "static/nothing.css", 404),
    ("GET", "static/%00", 404),
    ("GET", "static/", 403),
    ("POST", "static/responsibility.css", 405),
    ("PROPFIND", "model", 405),
    ("GET", "contacts?q=break", 500),
    ("GET", "api/contacts?q=break", 500),
    ("GET", "contacts?q=%ff", 400),
    ("GET", "api/ledger?before=x", 400),
    ("POST", "users", 401),
    ("GET", "../responsibilities", 302),
    ("GET", "../../nowhere", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERYTHING)
def test_nobody_may_frame_it(hub, rita, method, path, status):
    """Pages, the API, files, errors and redirects, to people, programs and strangers."""
    url = f"http://127.0.0.1:{hub.service_port}/services/responsibilities/{path}"
    token = {"Authorization": f"token {hub.token_for('rita')}"}
    if "../" in path:  # which clients would tidy up
        url = url.replace("responsibilities/../", "")
    for send, headers in ((rita.request, {}), (requests.request, {}), (requests.request, token)):
        reply = send(method, url, headers=headers, timeout=30, allow_redirects=False)
        if status and send is rita.request:
            assert reply.status_code == status, reply.text
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cross-Origin-Opener-Policy"] == "noopener-allow-popups"


@pytest.mark.parametrize("place", ["iframe", "frame", "embed", "object", "fencedframe"])
def test_what_is_framed_is_refused(hub, rita, place):
    """Nothing is shown within another page, and no login begins there."""
    headers = {"Sec-Fetch-Dest": place, "Sec-Fetch-Mode": "navigate"}
    for session in (rita, hub.visit("hanna")):
        for path in READABLE:
            if path in ("healthz", "oauth_callback"):
                continue
            reply = session.get(hub.page(path), headers=headers, allow_redirects=False)
            assert reply.status_code == 403, path
            assert "Set-Cookie" not in reply.headers


def test_a_session_alone_opens_pages_and_nothing_else(hub, rita):
    """A script that asks as for a picture, which browsers let it read, is nobody."""
    headers = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin"}
    for path in READABLE:
        if path in ("healthz", "oauth_callback", "gaps", "bell"):
            continue
        reply = rita.get(hub.page(path), headers=headers, allow_redirects=False)
        assert reply.status_code in (401, 403), path
        assert "rita" not in reply.text, path
    assert rita.get(hub.page("gaps"), headers=headers).json().keys() == {
        "gaps", "urgent", "unchecked",
    }  # fmt: skip
    assert rita.get(hub.page("bell"), headers=headers).json().keys() == {"new"}
    assert rita.get(hub.page("healthz"), headers=headers).json() == {"status": "ok"}


def test_nor_does_it_change_anything(hub, rita):
    """JupyterHub 5.2 asks no token of such a request, whatever its method."""
    headers = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin"}
    for method, path in WRITES:
        sent = {"action": "withdraw", "account": "hanna"}
        reply = rita.request(method, hub.page(path), headers=headers, data=sent)
        assert reply.status_code in (401, 403), (method, path)


def test_no_script_reads_a_cookie(hub):
    """Neither the session nor the token that goes with it, under whatever address."""
    session, said = hub.visit("rita"), []
    session.hooks["response"] = lambda reply, **_: said.extend(
        reply.raw.headers.getlist("Set-Cookie")
    )
    session.get(hub.page("roles/hub-administrator"))
    ours = [cookie for cookie in said if "Path=/services/responsibilities/" in cookie]
    assert {cookie.partition("=")[0] for cookie in ours} >= {"_xsrf", "service-responsibilities"}
    kept = [cookie for cookie in ours if not cookie.partition("=")[2].startswith('""')]
    assert [cookie for cookie in kept if "HttpOnly" not in cookie] == []
