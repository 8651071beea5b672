"""Two hubs on one machine whose services have the same address: neither answers for the other."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import contextmanager
from threading import Thread

import pytest
import requests
from bs4 import BeautifulSoup

from jupyterhub_responsibility.enabling.routing import another, ask

from ..realhub import DECLARATION, RealHub, free_port, proxy_folder

OF_THE_FIRST = ("Reef Lab", "Cloud Crew", "reef.example", "Marlow", "Help desk")
OF_THE_SECOND = ("Dune Lab", "Sand Crew", "dune.example", "Oasis")

SECOND = {
    "community": {"name": "Dune Lab", "url": "https://dune.example"},
    "provider": {"name": "Sand Crew", "url": "https://sand.example"},
    "roles": DECLARATION["roles"]
    | {
        "community-representative": {
            "groups": ["community-reps"],
            "people": [{"name": "Doctor Oasis", "email": "oasis@dune.example"}],
        }
    },
    "contacts": [
        {
            "id": "camp",
            "name": "Camp",
            "for": ["everyone"],
            "url": "https://dune.example/camp",
            "public": True,
        }
    ],
}

QUICK = """
from jupyterhub_responsibility.enabling import routing
routing.STARTING, routing.PATIENCE = 6, 1
routing.TIMEOUT, routing.SECONDS_OTHERWISE = 1, 1
"""
"""A hub of these tests waits for less time until it says what is wrong."""

PLACES = ("", "contacts", "model", "healthz", "api/me", "oauth_callback?code=x&state=y", "nowhere")
"""Addresses of the service that people of a hub may come to."""


def wait_until_told(hub: RealHub, said: str = "Nobody is sent there") -> None:
    """Wait until a hub's log says why people aren't sent to its service, and the hub is there."""
    hub.wait_for(lambda: said in hub.log())
    hub.wait_for(lambda: requests.get(hub.hub_url("login"), timeout=5).ok)


@pytest.fixture(scope="module")
def hubs(tmp_path_factory):
    """The first hub, whose service has the port, and a second one that was started after it."""
    first = RealHub(tmp_path_factory.mktemp("first"), before=QUICK)
    second = RealHub(
        tmp_path_factory.mktemp("second"), SECOND, service_port=first.service_port, before=QUICK
    )
    with first:
        second.start(wait=False)
        try:
            wait_until_told(second)
            yield first, second
        finally:
            second.stop()


def names_any(html: str, names: tuple[str, ...]) -> list[str]:
    """Which of these names are in a page."""
    return [name for name in names if name in html]


def shown(html: str) -> str:
    """A page as people read it."""
    return " ".join(BeautifulSoup(html, "html.parser").text.split())


def leads_there(html: str) -> bool:
    """Whether a page has a link to the service."""
    links = [link.get("href") or "" for link in BeautifulSoup(html, "html.parser").select("a")]
    return any("/services/responsibilities" in link for link in links)


def sends_nobody(hub: RealHub, theirs: tuple[str, ...], own: tuple[str, ...]) -> None:
    """The hub is well, its people see nothing of the other's, and its admins what to do."""
    url = f"http://127.0.0.1:{hub.service_port}"
    uwe, root = hub.visit("uwe"), hub.visit("root")
    for place in PLACES:
        reply = uwe.get(hub.page(place))
        assert reply.status_code == 404, place
        assert not names_any(reply.text, theirs), place
        assert names_any(reply.text, own), place  # the hub's own page, with its public contacts
    home = uwe.get(hub.hub_url("home")).text
    assert not leads_there(home)
    assert "The Responsibilities page cannot be reached right now." in shown(home)
    assert url not in home
    for page in ("home", "admin"):
        said = shown(root.get(hub.hub_url(page)).text)
        assert f"At {url}, where the service 'responsibilities' should be" in said
        assert "give enable() another url for this hub" in said
    (line, *more) = [line for line in hub.log().splitlines() if "Nobody is sent there" in line]
    assert more == []
    assert line.startswith("[E ")
    assert f"At {url}" in line
    assert "the service of another hub answers" in line
    assert f'url="{another(url)}"' in line


def works(hub: RealHub, own: tuple[str, ...]) -> None:
    """People of the hub read its pages, and find them from its home page."""
    session = hub.visit("uwe")
    assert names_any(session.get(hub.page("contacts")).text, own)
    assert leads_there(session.get(hub.hub_url("home")).text)


def test_the_second_hub(hubs):
    """The first works; people of the second see nothing of it, and its admins what to change."""
    first, second = hubs
    works(first, OF_THE_FIRST)
    sends_nobody(second, OF_THE_FIRST, OF_THE_SECOND)


@contextmanager
def proxy_of(hub: RealHub, service: str):
    """A proxy in front of a hub that sends people to whatever is at an address, unasked."""
    port, api = free_port(), free_port()
    process = subprocess.Popen(
        [
            os.path.join(proxy_folder(), "configurable-http-proxy"),
            *("--ip", "127.0.0.1", "--port", str(port)),
            *("--api-ip", "127.0.0.1", "--api-port", str(api)),
            *("--default-target", f"http://127.0.0.1:{hub.hub_port}"),
        ],
        env={**os.environ, "PATH": os.pathsep.join((proxy_folder(), os.environ["PATH"]))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    route = f"http://127.0.0.1:{api}/api/routes/services/responsibilities"
    try:
        hub.wait_for(lambda: requests.post(route, json={"target": service}, timeout=5).ok)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_before_the_hub_has_noticed(hubs):
    """Where a proxy leads people of the second hub to the first one's service, it names nobody."""
    first, second = hubs
    service, own = f"http://127.0.0.1:{first.service_port}", second.origin
    with proxy_of(second, service) as proxy:
        second.origin = proxy
        try:
            session = second.visit("root")
            replies = {place: session.get(second.page(place)) for place in PLACES}
        finally:
            second.origin = own
    assert {place: reply.status_code for place, reply in replies.items()} == {
        **dict.fromkeys(("", "contacts", "model", "oauth_callback?code=x&state=y"), 400),
        "healthz": 200,
        "api/me": 403,
        "nowhere": 404,
    }
    for place, reply in replies.items():
        assert not names_any(reply.text, OF_THE_FIRST), place
    assert "Logging in was interrupted" in replies[""].text


def test_who_is_there(hubs):
    """A hub knows its own service, and a replica of it, from all else that may be there."""
    first, _ = hubs
    token, pid = first.service.environ()["JUPYTERHUB_API_TOKEN"], first.process.pid
    path = first.page("healthz").removeprefix(first.origin)
    at_port = f"http://127.0.0.1:{first.service_port}{path}"
    assert ask(at_port, token, pid, None)[0] == "ours"
    assert ask(at_port, "another-token", pid, None)[0] == "another hub's"
    assert (
        ask(at_port, token, pid + 1, None)[0] == "another hub's"
    )  # one that a dead hub left behind
    elsewhere = at_port.replace(path, f"/second{path}")  # a hub with another base_url asks there
    assert ask(elsewhere, "another-token", pid, None)[0] == "another hub's"
    assert (
        ask(elsewhere, token, pid, None)[0] == "something else"
    )  # the page isn't where it should be
    assert ask(first.hub_url("login"), token, pid, None)[0] == "something else"
    assert ask(f"http://127.0.0.1:{free_port()}{path}", token, pid, None)[0] == "nothing"
    with first.replica() as replica:
        assert ask(replica.at(first.page("healthz")), token, pid, None)[0] == "ours"


def test_something_that_speaks_no_http(hubs):
    """What answers in another language isn't the service."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        greeting = Thread(target=greet)
        greeting.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/healthz"
        assert ask(url, "token", 0, None)[0] == "something else"
        greeting.join()


def test_a_wrong_url_of_an_external_service(hubs, tmp_path):
    """Where enable() names another hub's service by mistake, nobody is sent there, either."""
    first, _ = hubs
    third = RealHub(
        tmp_path,
        SECOND,
        base_url="/third/",
        options='external=True, api_token="a-token-of-the-third-hub"',
        service_port=first.service_port,
        before=QUICK,
    )
    third.start(wait=False)
    try:
        wait_until_told(third)
        reply = third.visit("uwe").get(third.page())
        said = shown(third.visit("root").get(third.hub_url("home")).text)
    finally:
        third.stop()
    assert reply.status_code == 404
    assert not names_any(reply.text, OF_THE_FIRST)
    assert "give enable() the url of this hub's own service" in said


def test_the_other_order(hubs):
    """Once the first hub has gone, the second has its pages; the first one, back, is told."""
    first, second = hubs
    first.stop()
    second.wait_for(lambda: second.health()["status"] == "ok")
    works(second, OF_THE_SECOND)
    assert "The hub's own service answers" in second.log()
    (first.folder / "hub.log").unlink()
    first.start(wait=False)
    wait_until_told(first)
    sends_nobody(first, OF_THE_SECOND, OF_THE_FIRST)
    works(second, OF_THE_SECOND)


def test_what_a_killed_hub_leaves_behind(hubs):
    """A service that hangs when its hub is killed isn't asked, and the next one has its port."""
    first, second = hubs
    first.stop()
    orphan = second.service
    orphan.send_signal(signal.SIGSTOP)
    try:
        second.process.kill()
        second.process.wait()
        second.start(wait=False)
        wait_until_told(second, "should be, nothing answers")
        assert not leads_there(second.visit("uwe").get(second.hub_url("home")).text)
    finally:
        orphan.send_signal(signal.SIGCONT)
    second.wait_for(lambda: second.health()["roster"]["as_of"])
    assert second.service.pid != orphan.pid
    works(second, OF_THE_SECOND)
