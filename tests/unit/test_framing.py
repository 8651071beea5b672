"""Who may show the hub's pages in a frame."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from jupyterhub_responsibility.enabling.framing import embedded_cookies, frame_ancestors
from jupyterhub_responsibility.service.headers import policy

CSP = "Content-Security-Policy"


def hub(headers: dict[str, str], subdomain_host: str = "") -> SimpleNamespace:
    return SimpleNamespace(tornado_settings={"headers": headers}, subdomain_host=subdomain_host)


@pytest.mark.parametrize(
    ("headers", "sources"),
    [
        ({}, "'none'"),
        ({"X-Frame-Options": "SAMEORIGIN"}, "'none'"),
        ({CSP: "frame-ancestors https://lms.example"}, "https://lms.example"),
        ({CSP.lower(): "default-src *;FRAME-ANCESTORS  *  ;"}, "*"),
        ({CSP: "frame-ancestors https://a.example; frame-ancestors *"}, "https://a.example"),
        ({CSP: "frame-ancestors"}, "'none'"),
        ({CSP: ""}, ""),
        ({CSP: "default-src 'self'", "x-frame-options": "Deny"}, "'none'"),
        ({CSP: "default-src 'self'"}, "'none'"),
    ],
)
def test_it_is_read_as_browsers_read_it(headers, sources):
    """Ours allow whom the hub's headers allow by name, and nobody where they name nobody."""
    assert frame_ancestors(hub(headers)) == sources


@pytest.mark.parametrize(
    ("headers", "with_subdomains", "without"),
    [
        ({CSP: "frame-ancestors 'self' https://lms.example"}, "'self' https://lms.example",
         "https://lms.example"),
        ({CSP: "frame-ancestors 'SELF'"}, "'SELF'", "'none'"),
        ({CSP: "default-src 'self'", "X-Frame-Options": "SAMEORIGIN "}, "'self'", "'none'"),
        ({CSP: ""}, "", ""),
    ],
)  # fmt: skip
def test_our_own_origin_is_everybodys(headers, with_subdomains, without):
    """Where each user's server is at the hub's origin, a page on any of them would be meant."""
    assert frame_ancestors(hub(headers, "https://hub.example")) == with_subdomains
    assert frame_ancestors(hub(headers)) == without


def test_without_headers_nobody_may():
    """So it is on a hub without tornado settings."""
    assert frame_ancestors(SimpleNamespace(tornado_settings={}, subdomain_host="")) == "'none'"


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
