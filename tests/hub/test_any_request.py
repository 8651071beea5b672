"""Whatever is asked of the service: it answers, and never that something went wrong inside.

On a real hub and PostgreSQL, which takes less in a text than SQLite; past the proxy, which would
tidy requests up.
"""

from __future__ import annotations

import json
import re
import socket
from http.client import HTTPResponse, RemoteDisconnected
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jupyterhub_responsibility.service import bodies
from jupyterhub_responsibility.service.routes import ROUTES

from ..addresses import METHODS
from ..horrors import ADDRESSES, DATES, HEADERS, NAMES, NUMBERS
from ..realhub import MANY_WRITES, RealHub
from ..versions import REFUSES_ALL_BUT_HTTP
from .acting import DECLARATION

HOME = "/services/responsibilities/"
ROLES = tuple(DECLARATION["roles"])
TYPES = [
    kind
    for kind in vars(bodies).values()
    if isinstance(kind, type) and issubclass(kind, bodies.Body) and kind.model_fields
]
FIELDS = sorted({name for kind in TYPES for name in kind.model_fields} | {
    "action", "account", "person", "seen", "request", "q", "since", "before", "format", "entry",
    "closed", "_xsrf", "token", "link", "answer", "said", "code", "state", "error", "v", "at",
})  # fmt: skip
"""Everything that may be filled in or asked somewhere."""

GOOD = {
    "role": ROLES, "group": ("hub-admins", "guides/pt"), "user": ("uwe", "rita"), "verdict":
    ("approved", "declined", "taken_back"),
    "action": ("appoint", "withdraw", "request", "decide", "term", "ask"),
    "person": ("uwe", "rita"), "account": ("uwe", "rita"), "until": ("2999-01-01",),
    "answer": ("yes", "no"), "name": ("Sam of Cloud Crew",),
    "duties_digest": ("0" * 16,), "request": ("1",), "format": ("json", "jsonl", "csv"),
    "closed": ("in charge",), "usernames": ("newcomer", "uwe"),
}  # fmt: skip
"""What some of it may be, so that requests come further than to the first check."""

TEXTS = st.sampled_from(NAMES + ADDRESSES + NUMBERS + DATES) | st.text(max_size=12)
BYTES = [b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80", b"a" * 4000, b"%", b"\r\n", b"+"]
RAW = st.one_of(TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
                st.sampled_from(BYTES), st.binary(max_size=6))  # fmt: skip
JSON = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-2, 10**20), st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(FIELDS) | TEXTS, inner, max_size=5),
    ),
    max_leaves=6,
)


@st.composite
def filled_in(draw: Any, horrible: st.SearchStrategy[Any], names: Any = FIELDS) -> dict[str, Any]:
    """Fields, some of which are as they should be."""
    chosen = draw(st.lists(st.sampled_from(names), max_size=6, unique=True))
    return {
        name: draw(
            st.sampled_from(GOOD[name]) if name in GOOD and draw(st.booleans()) else horrible
        )
        for name in chosen
    }


PAIRS = st.one_of(filled_in(RAW).map(lambda fields: [*fields.items()]),
                  st.lists(st.tuples(st.sampled_from(FIELDS) | RAW, RAW), max_size=4))  # fmt: skip
FILE = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\na\r\n--x--\r\n'
NONSENSE = st.binary(max_size=30) | st.sampled_from([
    b"[" * 20_000, b'{"a":' * 9000, b"9" * 5000, b'{"reason":"\\ud800"}', b"\xff\xfe", b"\x00",
    b"--x\r\n\r\n", b"--x--", b"&&==&", b"x" * 70_000, FILE % b"q", FILE % b'\xff"; filename="a',
])  # fmt: skip
KINDS = st.sampled_from([
    "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "multipart/form-data", "multipart/form-data; boundary=", "text/plain", "image/png", ";", "",
    "application/json; charset=nonsense", "application/x-www-form-urlencoded; charset=utf-16",
])  # fmt: skip
SENT = st.one_of(
    st.tuples(st.just("application/json"), filled_in(JSON) | JSON).map(
        lambda sent: (sent[0], json.dumps(sent[1]).encode())
    ),
    st.tuples(st.just("application/x-www-form-urlencoded"), PAIRS).map(
        lambda sent: (sent[0], urlencode(sent[1]).encode())
    ),
    st.tuples(KINDS, NONSENSE),
    st.just(("", b"")),
)
"""What is sent, with what it is said to be."""

GIVEN = st.dictionaries(st.sampled_from([*HEADERS]), st.integers(0, 20), max_size=3).map(
    lambda chosen: {name: HEADERS[name][at % len(HEADERS[name])] for name, at in chosen.items()}
)
SEGMENTS = TEXTS.map(
    lambda text: quote(text.encode("utf-8", "surrogatepass"), safe="")
) | st.sampled_from(["%ff", "%00", "%2e%2e", "..", ".", "%", "%zz", "%2f", "a%0d%0ab", ";", "%25"])


@st.composite
def paths(draw: Any) -> str:
    """An address of the table with hostile parts, or with more behind it, or none of ours."""
    if draw(st.integers(0, 9)) == 0:
        return "/".join(draw(st.lists(SEGMENTS, max_size=4)))
    ours = [*(route.path for route in ROUTES), "static/responsibility.css", "static/"]
    path = draw(st.sampled_from(ours))
    good = {"<role>": ROLES, "<user>": ("uwe", "rita"), "<number>": ("1", "2"),
            "<kind>": ("contact", "person"), "<thing>": ("hub-admins", "none")}  # fmt: skip
    for part, usual in good.items():
        if part in path:
            path = path.replace(part, draw(st.sampled_from(usual) | SEGMENTS))
    return path + draw(st.sampled_from(["", "", "", "", "/", "/..", "%00", "//", "/x"]))


METHOD = st.sampled_from([*METHODS, "HEAD", "GET", "POST", "PUT", "PROPFIND", "TRACE", "get"])
BROWSER = "rita in a browser"
WHO = st.sampled_from(["root", "rita", "uwe", BROWSER, ""])


# -- the hub


@pytest.fixture(scope="module")
def hub(postgresql, tmp_path_factory):
    running = RealHub(
        tmp_path_factory.mktemp("any"),
        DECLARATION,
        options=f"database_url={postgresql.new_database()!r}",
        settings=("--Settings.roster_seconds=5", "--Settings.identity_seconds=60"),
        first=MANY_WRITES,
    )
    with running:
        running.with_holders()
        running.given = {"": {}, BROWSER: of_a_browser(running, "rita")}
        for name in ("root", "rita", "uwe"):
            running.given[name] = {"Authorization": f"token {running.token_for(name)}"}
        yield running


def of_a_browser(hub: RealHub, who: str) -> dict[str, str]:
    """What a browser sends along in which somebody has opened a page, with that page's token."""
    session = hub.visit(who)
    page = session.get(hub.page("roles/hub-administrator"), timeout=30).text
    token = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert token
    cookies = [f"{each.name}={each.value}" for each in session.cookies if each.path in ("/", HOME)]
    return {
        "Cookie": "; ".join(cookies),
        "X-XSRFToken": token[1],
        "User-Agent": session.headers["User-Agent"],
    }


class Answer:
    """An answer, read to its end. Fails where there is none."""

    def __init__(self, hub: RealHub, request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", hub.service_port), timeout=30) as connection:
            connection.sendall(request)
            method = request.partition(b" ")[0].decode("latin-1")
            reply = HTTPResponse(connection, method=method)
            reply.begin()
            self.status, self.headers = reply.status, reply.headers
            self.text = reply.read().decode()
            self.kind = str(reply.headers.get_content_type())


def written(method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it goes over the wire."""
    said = {"Host": "hub.example", "Connection": "close", **headers}
    if body or method in ("POST", "PUT", "PATCH"):
        said["Content-Length"] = str(len(body))
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {said[name]}" for name in said), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def is_as_documented(answer: Answer, path: str) -> bool:
    """Whether an error is said as errors are: of the API, of a page, of a file, of metrics."""
    if not answer.headers.get("Content-Security-Policy"):  # no request that HTTP knows
        return answer.status == 400 and not answer.text
    if path.startswith("static/"):
        return answer.text in ("", f"{answer.status}\n")
    if path.startswith("api/"):
        error = json.loads(answer.text)["error"]
        named = {*error} == {"status", "code", "message"} and error["status"] == answer.status
        return bool(named and error["code"] and error["message"])
    if path == "metrics":
        return answer.kind == "text/plain" and bool(answer.text.strip())
    return answer.kind == "text/html" and bool(re.search(r"<h1>\s*\S", answer.text))


def is_answered(hub: RealHub, who: str, method: str, path: str, query: list[tuple[Any, bytes]],
                headers: dict[str, str], sent: tuple[str, bytes]) -> None:  # fmt: skip
    """Whatever it is, it is answered, never with 5xx, and an error is said as errors are."""
    kind, body = sent
    target = HOME + path + ("?" + urlencode(query) if query else "")
    given = hub.given[who] | ({"Content-Type": kind} if kind else {}) | headers
    if not REFUSES_ALL_BUT_HTTP:  # an old tornado hangs up on a host that is none
        given.pop("Host", None)
    answer = Answer(hub, written(method, target, given, body))
    assert 200 <= answer.status < 500, (answer.status, answer.text[-500:])
    assert "Traceback" not in answer.text
    if answer.status >= 400 and method != "HEAD":
        assert is_as_documented(answer, path), (answer.status, answer.text[:500])


NOTHING = ("", b"")
FORM, AS_JSON = "application/x-www-form-urlencoded", "application/json"


@given(WHO, METHOD, paths(), PAIRS, GIVEN, SENT)
@example("root", "GET", "", [("entry", b"-1")], {}, NOTHING)
@example("root", "GET", "exports/contacts.json", [], {"Host": "[::1"}, NOTHING)
@example("root", "GET", "exports/print", [], {"Host": "a b"}, NOTHING)
@example("root", "GET", "api/ledger", [("person", b"\x00")], {}, NOTHING)
@example("root", "GET", "ledger", [("until", b"9999-12-31")], {}, NOTHING)
@example("root", "PUT", "api/roles/hub-administrator/holders/%00", [], {}, (AS_JSON, b"{}"))
@example("root", "POST", "api/users", [], {}, (AS_JSON, b'{"usernames": ["a\\u0000b"]}'))
@example("", "POST", "users", [], {}, (FORM, b"usernames=%ff"))
@example("", "GET", "oauth_callback", [("code", b"x"), ("state", b"\xff")], {}, NOTHING)
def test_any_request(hub, who, method, path, query, headers, sent):
    """Every address, by every method, with hostile parts, headers and bodies, from anybody."""
    is_answered(hub, who, method, path, query, headers, sent)


CHANGES = {
    bodies.AppointBody: ("PUT", f"api/roles/{ROLES[0]}/holders/uwe"),
    bodies.TermBody: ("PATCH", f"api/roles/{ROLES[0]}/holders/uwe"),
    bodies.WithdrawBody: ("DELETE", f"api/roles/{ROLES[0]}/holders/uwe"),
    bodies.RequestBody: ("POST", "api/requests"),
    bodies.VerdictBody: ("POST", "api/requests/1"),
    bodies.ConfirmBody: ("POST", "api/confirmations"),
    bodies.AskBody: ("POST", "api/askings"),
    bodies.UsersBody: ("POST", "api/users"),
    bodies.EraseBody: ("POST", "api/erasures"),
    bodies.ReachBody: ("PUT", "api/me/channels"),
    bodies.MessagesBody: ("PUT", "api/me/messages"),
    bodies.ThingBody: ("PUT", "api/kept/contact/hub-admins"),
    bodies.AddThingBody: ("POST", "api/kept/contact"),
}


def test_each_type_is_tried():
    """What is pasted is sent by a form alone, with the fields of all forms; one only asks."""
    assert {*TYPES} - {*CHANGES} == {bodies.PastedBody, bodies.MayQuery}


@given(st.data(), st.sampled_from([*CHANGES]))
def test_each_field(hub, data, kind):
    """What the types of bodies take, all of it good but one value."""
    method, path = CHANGES[kind]
    body = {name: GOOD[name][0] for name in kind.model_fields if name in GOOD}
    body[data.draw(st.sampled_from([*kind.model_fields]))] = data.draw(JSON)
    query = [(name, str(value).encode("utf-8", "replace")) for name, value in body.items()]
    sent = (AS_JSON, json.dumps(body).encode())
    is_answered(hub, "root", method, path, query if method == "DELETE" else [], {}, sent)


@given(
    WHO, st.sampled_from(["", f"roles/{ROLES[0]}", f"roles/{ROLES[2]}", "users"]), filled_in(RAW)
)
def test_each_form(hub, who, page, fields):
    """What forms send, with some of it horrible."""
    is_answered(hub, who, "POST", page, [], {}, (FORM, urlencode(fields).encode()))


MALFORMED = {
    "no version": b"GET /\r\n\r\n",
    "a space in the address": b"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: h\r\nA: \x00\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
    b"Content-Length: 2\r\n\r\nab",
    "a negative length": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "no chunks": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a letter": b"x\r\n\r\n",
}


REFUSALS = {400} if REFUSES_ALL_BUT_HTTP else {400, 404, None}
"""An old tornado takes some for requests for `/`, which isn't ours, and hangs up on others."""

NO_HTTP = re.compile(
    r"Uncaught exception\nTraceback|During handling of .+, another exception occurred:\n\nTraceback"
)
"""What it then says; a failure of ours names the request."""


def refusal(hub: RealHub, request: bytes) -> int | None:
    """The status that is answered, or None where the connection is closed instead."""
    try:
        return Answer(hub, request).status
    except RemoteDisconnected:
        return None


def test_a_browser_is_known(hub):
    """Or requests from one would prove little: the page opens, and a form is let through."""
    target = f"{HOME}roles/hub-administrator"
    assert Answer(hub, written("GET", target, hub.given[BROWSER], b"")).status == 200
    said = hub.given[BROWSER] | {"Content-Type": FORM}
    assert "Choose what to do" in Answer(hub, written("POST", target, said, b"")).text


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_http(hub, request_):
    """Is refused in whatever way, and nobody else notices."""
    assert refusal(hub, request_) in REFUSALS
    assert hub.health()["status"] == "ok"


def test_nothing_was_logged_as_failed(hub):
    """All of that left no traceback, but of an old tornado that met what isn't HTTP."""
    log = hub.log() if REFUSES_ALL_BUT_HTTP else NO_HTTP.sub("", hub.log())
    assert "Traceback" not in log
