"""By which address people come, as proxies report it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders

from jupyterhub_responsibility.service.handlers.base import Handler
from jupyterhub_responsibility.service.handlers.exports import origin


class Came(Handler):
    """A handler that is only asked how somebody came."""

    def __init__(self, headers: dict[str, str], protocol: str) -> None:
        self.request = SimpleNamespace(
            headers=HTTPHeaders(headers), protocol=protocol, host="hub.example"
        )


@pytest.mark.parametrize(
    ("headers", "protocol", "seen"),
    [
        ({}, "http", "http"),
        ({}, "https", "https"),
        ({"X-Scheme": "https"}, "https", "https"),
        ({"X-Forwarded-Proto": "https,http"}, "http", "https"),
        ({"X-Forwarded-Proto": "https, http, http"}, "http", "https"),
        ({"X-Forwarded-Proto": "http"}, "http", "http"),
        ({"Forwarded": "for=192.0.2.1;proto=https, for=127.0.0.1;proto=http"}, "http", "https"),
        ({"X-Forwarded-Proto": "javascript"}, "http", "http"),
    ],
)
def test_the_outermost_proxy_counts(headers, protocol, seen):
    """It is the one that browsers see; nothing but http and https is believed."""
    assert origin(Came(headers, protocol)) == f"{seen}://hub.example"
