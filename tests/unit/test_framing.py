"""Who may show the hub's pages in a frame."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from jupyterhub_responsibility.enabling.framing import embedded_cookies, frame_ancestors
from jupyterhub_responsibility.service.handlers.base import policy

CSP = "Content-Security-Policy"


@pytest.mark.parametrize(
    ("headers", "sources"),
    [
        ({}, "'none'"),
        ({"X-Frame-Options": "SAMEORIGIN"}, "'none'"),
        ({CSP: "frame-ancestors 'self' https://lms.example"}, "'self' https://lms.example"),
        ({CSP.lower(): "default-src *;FRAME-ANCESTORS  *  ;"}, "*"),
        ({CSP: "frame-ancestors https://a.example; frame-ancestors *"}, "https://a.example"),
        ({CSP: "frame-ancestors"}, "'none'"),
        ({CSP: ""}, ""),
        ({CSP: "default-src 'self'", "x-frame-options": "Deny"}, "'none'"),
        ({CSP: "default-src 'self'", "X-Frame-Options": "SAMEORIGIN "}, "'self'"),
    ],
)
def test_it_is_read_as_browsers_read_it(headers, sources):
    """Ours allow whom the hub's headers allow, and nobody where it says nothing of its own."""
    assert frame_ancestors(SimpleNamespace(tornado_settings={"headers": headers})) == sources


def test_without_headers_nobody_may():
    """So it is on a hub without tornado settings."""
    assert frame_ancestors(SimpleNamespace(tornado_settings={})) == "'none'"


def test_where_anybody_may_the_rest_stays():
    """Our other limits don't depend on it."""
    assert policy("").startswith("object-src 'none'")
    assert policy("'self'").startswith("frame-ancestors 'self'; object-src 'none'")


def test_cookies_follow_the_hubs():
    """Where the hub's cookies are sent inside other sites, so are ours; their age stays ours."""
    assert embedded_cookies(SimpleNamespace(tornado_settings={})) == {}
    options = {"SameSite": "None", "Secure": True, "expires_days": 30}
    hub = SimpleNamespace(tornado_settings={"cookie_options": options})
    assert embedded_cookies(hub) == {"samesite": "None", "secure": True}
