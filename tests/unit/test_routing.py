"""What the hub shows to whoever is where its service should be."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from jupyterhub_responsibility.enabling.belonging import PROOF, QUESTION
from jupyterhub_responsibility.enabling.routing import ask


@pytest.fixture
def somebody():
    """Something that listens, and remembers what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(dict(self.headers))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("path", "proves"), [("healthz", False), ("hub-contacts", True)])
def test_a_proof_is_shown_only_where_it_is_asked_for(somebody, path, proves):
    """Whoever has the address for a while hears none by the question that comes all the time."""
    url = f"http://127.0.0.1:{somebody.server_port}/services/responsibilities/{path}"
    assert ask(url, "token", 0, None) == ("something else", b"")
    (asked,) = somebody.asked
    assert QUESTION in asked
    assert (PROOF in asked) == proves
