"""Simulated hubs, behind one address: most answer as they should, and others in every other way."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

ROLE = "community-representative"
ROLES = {
    "roles": [
        {
            "id": ROLE,
            "title": "Community Representative",
            "groups": ["reps"],
            "holders": [
                {"name": "rita", "kind": "account", "groups": ["reps"], "as_of": "2026-11-22"}
            ],
            "known": True,
            "added": "by a later version",
        }
    ],
    "as_of": "2026-11-22",
    "trouble": None,
    "added": {},
}

Answer = Callable[["_Handler"], None]


def told(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: _Handler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def hang(request: _Handler) -> None:
    request.server.over.wait(60)


def drip(request: _Handler) -> None:
    """An answer that goes on for ever, a little at a time: each part of it comes in time."""
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    while not request.server.over.wait(0.3):
        request.wfile.write(b" ")
        request.wfile.flush()


def drip_headers(request: _Handler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not request.server.over.wait(0.3):
        request.wfile.write(b"x")
        request.wfile.flush()


def close(request: _Handler) -> None:
    request.close_connection = True


def good(request: _Handler) -> None:
    sleep(0.05)
    told(json.dumps(ROLES).encode())(request)


NO_SENSE = "the answer makes no sense"
NOT_OURS = "it is not the Responsibilities page that answers there"
REFUSED = "the token is not valid there, or does not permit this"

BAD: dict[str, tuple[Answer, str]] = {
    "hangs": (hang, "no answer in time"),
    "drips": (drip, "no answer in time"),
    "drips-headers": (drip_headers, "no answer in time"),
    "closes": (close, "no usable answer"),
    "redirects": (
        told(b"", 302, Location="/elsewhere?with=more"), "leads elsewhere, to {}/elsewhere.",
    ),
    "redirects-nowhere": (
        told(b"", 302, Location="http://["), "no usable answer",
    ),
    "redirects-for-good": (
        told(b"", 308, Location="//user:pass@evil.example/x"), "leads elsewhere, to http://evil.example/x.",
    ),
    "is-closed": (told(b"", 401), REFUSED),
    "forbids": (told(b"{}", 403), REFUSED),
    "is-not-there": (told(b"", 404), "there is no such page at this address (404)"),
    "breaks": (told(b"", 500), "answered 500"),
    "is-unavailable": (told(b"", 503), "answered 503"),
    "is-a-page": (told(b"<html>Log in"), NO_SENSE),
    "is-empty": (told(b""), NO_SENSE),
    "is-no-text": (told(b"\xff\xfe"), NO_SENSE),
    "is-deep": (told(b"[" * 200_000), NO_SENSE),
    "is-half-a-character": (told(b'"\\ud800"'), NO_SENSE),
    "is-cut-off": (told(b"{}", **{"Content-Length": "500"}), "the answer was cut off"),
    "is-another-api": (told(b'{"version": "5"}'), NOT_OURS),
    "is-null": (told(b"null"), NOT_OURS),
    "has-other-roles": (told(b'{"roles": {"a": 1}, "as_of": null, "trouble": null}'), NOT_OURS),
    "is-no-http": (lambda request: request.wfile.write(b"SSH-2.0-x\r\n"), "no usable answer"),
}  # fmt: skip
"""How a hub may be bad, and what is said of it; `{}` is where they are."""


class _Handler(BaseHTTPRequestHandler):
    server: Hubs

    def do_GET(self) -> None:
        self.server.came(self.path, self.headers["Authorization"])
        kind = self.path.split("/")[1].rpartition(".")[0]
        answer = BAD[kind][0] if kind in BAD else good
        try:
            answer(self)
        finally:
            self.server.went()

    def log_message(self, *_: object) -> None:
        pass


class Hubs(ThreadingHTTPServer):
    """`/<kind>.<number>/` is a hub of that kind. `asked` says what was, with which token."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.over = threading.Event()
        self.asked: list[tuple[str, str | None]] = []
        self.now, self.most = 0, 0
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def came(self, path: str, token: str | None) -> None:
        with self._lock:
            self.asked.append((path, token))
            self.now += 1
            self.most = max(self.most, self.now)

    def went(self) -> None:
        with self._lock:
            self.now -= 1

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone."""

    def __enter__(self) -> Hubs:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()

    def listed(self, *kinds: str) -> str:
        """A list of hubs of these kinds, each with a token of its own."""
        count: Counter[str] = Counter()
        lines = ["hubs:"]
        for kind in kinds:
            count[kind] += 1
            name = f"{kind}.{count[kind]}"
            hub_id = name.replace(".", "-")
            variable = f"TOKEN_{hub_id.upper().replace('-', '_')}"
            lines.append(
                f"  - {{id: {hub_id}, url: '{self.origin}/{name}', token_variable: {variable}}}"
            )
        return "\n".join(lines) + "\n"
