"""What is refused wherever something can be changed, and that nothing has happened after."""

from __future__ import annotations

import json
import socket

import pytest
import requests

from ..addresses import WRITES
from ..realhub import ADMIN_TOKEN, RealHub
from .acting import (
    ADMINISTRATOR,
    DECLARATION,
    ENGINEER,
    GROUPS,
    QUICK,
    REPRESENTATIVE,
    Browser,
    Person,
    code,
    deeds,
    members,
    said,
    set_members,
)

FORMS = tuple(write for write in WRITES if not write[1].startswith("api/"))
CALLS = tuple(write for write in WRITES if write[1].startswith("api/"))

GOOD_FIELDS = {
    "": {"role": REPRESENTATIVE, "duties_digest": "0" * 16},
    f"roles/{ADMINISTRATOR}": {"action": "appoint", "person": "uwe"},
    "users": {"action": "add", "usernames": "newcomer"},
    "forget": {"action": "forget", "user": "nobody-of-that-name"},
    "reach": {"action": "reach", "email": "somebody@x.example", "email_for": "everybody"},
    "keep": {"action": "set_aside", "kind": "contact", "thing": "help"},
    "keep/contact": {"name": "Desk", "for": "everyone"},
    "keep/contact/hub-admins": {"name": "Desk", "for": "everyone"},
}
GOOD_BODIES = {
    "api/users": {"usernames": ["newcomer"]},
    "api/confirmations": {"role": REPRESENTATIVE, "duties_digest": "0" * 16},
    "api/askings": {"role": ENGINEER, "name": "Sam of Cloud Crew"},
    "api/requests": {"role": ADMINISTRATOR},
    "api/requests/1": {"verdict": "declined"},
    "api/erasures": {"user": "nobody-of-that-name"},
    "api/me/channels": {"email": "somebody@x.example", "email_for": "everybody"},
    "api/me/messages": {"off": ["appointed"]},
    "api/kept/contact": {"fields": {"name": "Desk"}},
    "api/kept/contact/hub-admins": {"fields": {"name": "Desk"}},
}
"""What would change something, if it were let through."""

OWN = {"api/me/channels", "api/me/messages"}
"""What people say of themselves."""

KEPT = "api/kept/contact/hub-admins"
"""A contact that this hub doesn't have."""

DECISION = f"api/roles/{ADMINISTRATOR}/decisions/1"
"""A decision that isn't pending: this hub's groups are kept here."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub of its own, with the limits that people have."""
    with RealHub(tmp_path_factory.mktemp("refusals"), DECLARATION, settings=QUICK) as running:
        set_members(running, **{"hub-admins": {"hanna", "rita"}, "community-reps": {"rita"}})
        running.writers = 0
        yield running


@pytest.fixture
def untouched(hub):
    """Whatever the test does, nothing is in the ledger nor on the hub after."""
    mark, groups, accounts = hub.health()["ledger"]["number"], everybody(hub), users(hub)
    yield
    assert deeds(hub, mark) == []
    assert everybody(hub) == groups
    assert users(hub) == accounts


def everybody(hub) -> dict[str, set[str]]:
    return {group: members(hub, group) for group in GROUPS}


def users(hub) -> set[str]:
    return {each["name"] for each in hub.api("GET", "users").json()}


def xsrf(browser: Browser) -> str:
    """The token that a page of ours has for its own forms."""
    page = browser.read(f"roles/{ADMINISTRATOR}")
    return str(page.find("input", {"name": "_xsrf"})["value"])


@pytest.fixture
def someone(hub):
    """A JupyterHub admin who has written nothing yet, and so is within the limits."""
    hub.writers += 1
    name = f"admin-{hub.writers}"
    hub.api("POST", "users", json={"usernames": [name], "admin": True}).raise_for_status()
    return name


def send(sender, hub, method: str, path: str, **kwargs) -> requests.Response:
    """A change that would be good, as form or as JSON."""
    if path in GOOD_FIELDS:
        kwargs["data"] = {**GOOD_FIELDS[path], **kwargs.pop("data", {})}
    elif method != "DELETE":
        kwargs["json"] = {"until": None} if method == "PATCH" else GOOD_BODIES.get(path, {})
    return sender.request(method, hub.page(path), timeout=30, **kwargs)


def test_every_change_is_tried_here():
    """The list of what can be changed comes from the route table; it is the one known here."""
    assert {path for _, path in FORMS} == set(GOOD_FIELDS)
    holder = f"api/roles/{ADMINISTRATOR}/holders/nobody-of-that-name"
    assert set(CALLS) == {
        ("PUT", holder), ("PATCH", holder), ("DELETE", holder),
        *(("POST", path) for path in GOOD_BODIES if path not in {*OWN, KEPT}),
        *(("PUT", path) for path in OWN),
        ("PUT", KEPT), ("DELETE", KEPT),
        ("DELETE", DECISION),
    }  # fmt: skip


# -- where a request comes from


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_change_nothing(hub, someone, untouched, site):
    """Not with the browser's session and its right token, nor with a hub token."""
    browser = Browser(hub, someone)
    headers = {"Sec-Fetch-Site": site, "X-XSRFToken": xsrf(browser)}
    bearer = Person(hub, someone).headers
    for method, path in WRITES:
        for reply in (
            send(browser.session, hub, method, path, headers=headers),
            send(requests, hub, method, path, headers={**headers, **bearer}),
        ):
            assert reply.status_code == 403, (method, path)


def test_the_same_from_our_own_pages_is_let_through(hub, someone):
    """Or the refusals around here would prove nothing: the form's token is what counts."""
    browser = Browser(hub, someone)
    reply = browser.submit(f"roles/{ADMINISTRATOR}", {"action": "appoint"}, person="uwe")
    assert "is now Hub Administrator" in said(reply)
    statuses = {
        path: send(
            browser.session, hub, method, path, headers={"X-XSRFToken": xsrf(browser)}
        ).status_code
        for method, path in WRITES
        if method in ("POST", "DELETE")
    }
    holder = f"api/roles/{ADMINISTRATOR}/holders/nobody-of-that-name"
    assert statuses == {
        "": 403,  # holds no role whose duties they could confirm
        "api/confirmations": 403,
        "api/askings": 400,  # this hub sends no mail
        f"roles/{ADMINISTRATOR}": 200,
        "users": 200,
        "forget": 200,
        "reach": 200,
        "keep": 200,
        "keep/contact": 200,
        "keep/contact/hub-admins": 404,  # there is none of that name
        "api/kept/contact": 201,
        KEPT: 404,
        "api/users": 200,
        "api/erasures": 200,
        "api/requests": 201,
        "api/requests/1": 409,  # there is none of that number
        holder: 200,
        DECISION: 409,
    }
    hub.api("DELETE", "users/newcomer")
    hub.api("DELETE", "groups/hub-admins/users", json={"users": ["uwe"]})


@pytest.mark.parametrize("wrong", ["", "nonsense", "of somebody else"])
def test_without_the_token_of_the_page(hub, someone, untouched, wrong):
    """A form without the hidden token, or with a wrong one, is refused as page and as JSON."""
    browser = Browser(hub, someone)
    browser.read()
    if wrong == "of somebody else":
        wrong = xsrf(Browser(hub, "hanna"))
    for method, path in WRITES:
        for extra in ({"headers": {"X-XSRFToken": wrong}}, {"params": {"_xsrf": wrong}}):
            if not wrong:
                extra = {}
            forget_logins(browser.session)
            reply = send(browser.session, hub, method, path, **extra)
            assert reply.status_code == nobody(path), (method, path, reply.text[-300:])
            assert "Traceback" not in reply.text


def forget_logins(session: requests.Session) -> None:
    """Each login that was begun leaves a cookie, and a proxy takes only so many."""
    for each in list(session.cookies):
        if "oauth-state" in each.name:
            session.cookies.clear(each.domain, each.path, each.name)


def nobody(path: str) -> int:
    """What who isn't logged in is answered: a page says how to log in, the API needs a token."""
    return 403 if path.startswith("api/") else 401


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Mode": "websocket"}, {"Upgrade": "websocket"}])
def test_websockets_change_nothing(hub, someone, untouched, headers):
    """HubOAuth skips its check of the page's token for these: they are refused first."""
    browser = Browser(hub, someone)
    browser.read()
    bearer = Person(hub, someone).headers
    token = bearer["Authorization"].removeprefix("token ")
    for method, path in WRITES:
        for reply in (
            send(browser.session, hub, method, path, headers=headers),
            send(requests, hub, method, path, headers={**headers, **bearer}),
            send(requests, hub, method, path, headers=headers, params={"token": token}),
        ):
            assert reply.status_code == 400, (method, path)


def test_tokens_in_the_address_change_nothing(hub, someone, untouched):
    """They would end in logs and histories, and work from other sites."""
    token = Person(hub, someone).headers["Authorization"].removeprefix("token ")
    for method, path in WRITES:
        reply = send(requests, hub, method, path, params={"token": token})
        assert reply.status_code == nobody(path), (method, path)


@pytest.mark.parametrize("scopes", [["self"], ["read:users"], ["admin:users", "groups"]])
def test_tokens_without_the_scope_change_nothing(hub, someone, untouched, scopes):
    """A token of a JupyterHub admin for something else is none for this service."""
    headers = {"Authorization": f"token {hub.token_for(someone, scopes)}"}
    for method, path in WRITES:
        reply = send(requests, hub, method, path, headers=headers)
        assert reply.status_code == 403, (method, path)


def test_services_change_nothing(hub, untouched):
    """Whatever a service of the hub may do there, here it is nobody."""
    headers = {"Authorization": f"token {ADMIN_TOKEN}"}
    for method, path in WRITES:
        reply = send(requests, hub, method, path, headers=headers)
        assert reply.status_code in (403, 409), (method, path, reply.text[-300:])


def test_nobody_changes_nothing(hub, untouched):
    """Without a login or token, nothing is asked of the hub even."""
    for method, path in WRITES:
        reply = send(requests, hub, method, path, allow_redirects=False)
        assert reply.status_code == nobody(path), (method, path)


# -- how much


def test_thirty_changes_a_minute(hub, someone):
    """The next one has to wait, and is told for how long; others do not."""
    writer = Person(hub, someone)
    path = {"role": ADMINISTRATOR, "person": "nobody-of-that-name"}
    first = [writer.withdraw(**path).status_code for _ in range(30)]
    assert first == [200] * 30
    mark = hub.health()["ledger"]["number"]
    for method, write in WRITES:
        reply = send(requests, hub, method, write, headers=writer.headers)
        assert reply.status_code == 429, write
        assert 1 <= int(reply.headers["Retry-After"]) <= 60
        if write.startswith("api/"):
            assert code(reply) == "too_many"
            assert "30 changes a minute" in reply.json()["error"]["message"]
        else:
            assert "30 changes a minute" in reply.text
    assert deeds(hub, mark) == []
    assert writer.get("api/me").ok
    assert Person(hub, "rita").withdraw(**path).status_code == 200


def test_fifty_names_at_once(hub, someone, untouched):
    """One more is refused in words, by form and as JSON, and none of them is added."""
    names = [f"many-{number}" for number in range(51)]
    reply = Person(hub, someone).ask("POST", "api/users", json={"usernames": names})
    assert (reply.status_code, code(reply)) == (400, "invalid")
    assert "50" in reply.json()["error"]["message"]
    browser = Browser(hub, someone)
    reply = browser.submit("users", {"action": "preview"}, pasted="\n".join(names))
    assert reply.status_code == 400
    assert "at most 50 at once" in said(reply)
    assert "many-50" in reply.text  # what was typed is not lost
    fields = {"action": "add", "usernames": names, "_xsrf": xsrf(browser)}
    reply = browser.session.post(hub.page("users"), data=fields, timeout=30)
    assert reply.status_code == 400
    assert "at most 50 at once" in said(reply)


def test_sixty_four_kibibytes(hub, someone, untouched):
    """More than that is refused everywhere, in words."""
    headers = Person(hub, someone).headers
    for method, path in WRITES:
        reply = requests.request(
            method, hub.page(path), data=b"x" * (64 * 1024 + 1), timeout=30,
            headers={**headers, "Content-Type": "application/json"},
        )  # fmt: skip
        assert reply.status_code == 413, (method, path)
        assert "64 KiB" in reply.text
        if path.startswith("api/"):
            assert code(reply) == "too_large"


def test_much_more_than_that(hub):
    """Nobody, logged in or not, makes the service take in megabytes: the connection is closed."""
    address = ("127.0.0.1", hub.service_port)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(
            b"POST /services/responsibilities/api/users HTTP/1.1\r\nHost: hub\r\n"
            b"Content-Length: 50000000\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413")) or not answer
    assert hub.health()["version"]


def test_sixty_look_ups_a_minute(hub, someone):
    """Nobody lists all accounts by trying out letters; changes have room of their own."""
    seeker, path = Person(hub, someone), f"api/roles/{ADMINISTRATOR}/candidates"
    statuses = [seeker.get(path, params={"q": "uwe"}).status_code for _ in range(60)]
    assert statuses == [200] * 60
    reply = seeker.get(path, params={"q": "uwe"})
    assert (reply.status_code, code(reply)) == (429, "too_many")
    assert "60 look-ups a minute" in reply.json()["error"]["message"]
    assert 1 <= int(reply.headers["Retry-After"]) <= 60
    assert seeker.get(path, params={"q": "uw"}).status_code == 200  # which asks the hub nothing
    assert seeker.withdraw(ADMINISTRATOR, "nobody-of-that-name").status_code == 200
    assert Person(hub, "rita").get(path, params={"q": "uwe"}).status_code == 200


def test_a_long_cookie_takes_no_room(hub):
    """What is kept of a session of the hub is as short as that of any other, and few are kept."""
    headers, url = (
        Person(hub, "uwe").headers,
        hub.page("").replace(str(hub.port), str(hub.service_port)),
    )

    def ask(length: int, times: int) -> int:
        """By how much the service grows, in bytes."""
        with requests.Session() as session:
            before = hub.service.memory_info().rss
            for number in range(times):
                cookie = f"jupyterhub-session-id={str(number).zfill(length)}"
                reply = session.get(
                    f"{url}api/me", headers={**headers, "Cookie": cookie}, timeout=30
                )
                assert reply.status_code == 200
        return hub.service.memory_info().rss - before

    ask(12_000, 100)
    assert ask(12_001, 600) < 3_000_000  # the cookies alone are 7.2 MB


# -- what is sent


WRONG = [b"{", b"[", b"nonsense", b"[]", b"null", b"7", b'"text"', b"true", b"\xff\xfe", b"\x00",
         b'{"unknown": 1}', b'{"role": 7}', b'{"usernames": 7}', b'{"verdict": []}',
         b'{"until": {}}', b'{"reason": ["x"]}', b'{"group": 1}', b"[" * 30000,
         b'{"role": "\\ud800"}', b'{"usernames": ["\\ud800"]}', b'{"reason": NaN}',
         b"9" * 5000]  # fmt: skip


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
def test_what_makes_no_sense(hub, someone, untouched, body):
    """JSON that is none, fields that there are not, and wrong types are refused in words."""
    writer = Person(hub, someone)
    for method, path in CALLS:
        if method == "DELETE" or (b"reason" in body and b"NaN" not in body and method != "PUT"):
            continue
        reply = writer.ask(method, path, data=body)
        assert reply.status_code == 400, (path, reply.text)
        assert code(reply) == "invalid"
        assert "Traceback" not in reply.text
        assert "pydantic" not in reply.text


def test_nothing_at_all(hub, someone, untouched):
    """Where something has to be said, an empty body is refused."""
    for method, path in (("POST", "api/users"), ("POST", "api/requests/1"),
                         ("POST", "api/requests"), ("POST", "api/confirmations")):  # fmt: skip
        reply = Person(hub, someone).ask(method, path)
        assert (reply.status_code, code(reply)) == (400, "invalid")
        assert "missing" in reply.json()["error"]["message"]


def test_unknown_fields_are_named(hub, someone, untouched):
    """A field that is mistyped is said by name, in body and address."""
    writer = Person(hub, someone)
    reply = writer.appoint(ADMINISTRATOR, "uwe", untill="2030-01-01")
    assert "untill" in reply.json()["error"]["message"]
    reply = writer.withdraw(ADMINISTRATOR, "hanna", resaon="typo")
    assert (reply.status_code, code(reply)) == (400, "invalid")
    assert "resaon" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose what to do"),
        ({"action": "destroy"}, "Choose what to do"),
        ({"action": "appoint"}, "Enter the name"),
        ({"action": "appoint", "person": "  "}, "Enter the name"),
        ({"action": "withdraw"}, "Enter the name"),
        ({"action": "appoint", "person": "uwe", "until": "soon"}, "year-month-day"),
        ({"action": "appoint", "person": "uwe", "reason": "x" * 501}, "too long"),
        ({"action": "decide"}, "Choose a request"),
        ({"action": "decide", "request": "-1", "verdict": "approved"}, "Choose a request"),
        ({"action": "decide", "request": "9", "verdict": "perhaps"}, "verdict"),
        ({"action": "decide", "request": "9", "verdict": "approved"}, "decided or taken back"),
    ],
)
def test_forms_that_make_no_sense(hub, someone, untouched, fields, words):
    """The page comes back, and says what is missing or wrong."""
    browser = Browser(hub, someone)
    page = f"roles/{ADMINISTRATOR}"
    reply = browser.session.post(hub.page(page), data={**fields, "_xsrf": xsrf(browser)})
    assert reply.status_code in (400, 409)
    assert words in said(reply)
    assert "Who holds it now" in reply.text


def test_a_form_with_a_file(hub, someone, untouched):
    """What no form of ours sends is refused without a traceback."""
    headers = Person(hub, someone).headers
    for _, path in FORMS:
        for kwargs in (
            {"files": {"usernames": ("usernames.txt", b"newcomer")}},
            {"data": b"\xff=\xff&names", "headers": {"Content-Type": "multipart/form-data"}},
            {"data": json.dumps({"usernames": ["newcomer"]})},
        ):
            merged = {**headers, **kwargs.pop("headers", {})}
            reply = requests.post(hub.page(path), headers=merged, timeout=30, **kwargs)
            assert 400 <= reply.status_code < 500, path
            assert "Traceback" not in reply.text
