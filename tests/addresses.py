"""Every address of the service, from its route table, and what can be done there."""

from __future__ import annotations

from tornado.web import RequestHandler

from jupyterhub_responsibility.service.routes import ROUTES

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")

EXAMPLES = {
    "<role>": "hub-administrator",
    "<user>": "nobody-of-that-name",
    "<number>": "1",
    "<kind>": "contact",
    "<thing>": "hub-admins",
}
"""What stands in the place of each part of a path."""

ASKED = {"api/may": "?user=hanna&responsibility=decide-finances"}
"""What has to be asked where there is no answer without a question."""


def _example(path: str) -> str:
    for part, value in EXAMPLES.items():
        path = path.replace(part, value)
    return path + ASKED.get(path, "")


OFFERED: dict[str, tuple[str, ...]] = {
    _example(route.path): tuple(
        method
        for method in METHODS
        if getattr(route.handler, method.lower()) is not getattr(RequestHandler, method.lower())
    )
    for route in ROUTES
}
"""Each address with the methods that its handler has."""

ROUTE = {_example(route.path): route for route in ROUTES}
"""Each address with its row of the table."""

PATHS = tuple(OFFERED)
API = tuple(path for path in PATHS if path.startswith("api/"))
OPEN = ("healthz", "oauth_callback", "confirm")
BY_LINK = "confirm"
"""Where a link that was mailed is what is needed: tests/hub/test_mailed_link.py has some."""
METRICS = "metrics"
"""For programs, by a scope of its own."""
HUB_ONLY = "hub-contacts"
"""For the hub itself, by the token of the service."""
PAGES = tuple(path for path in PATHS if path not in (*API, *OPEN, METRICS, HUB_ONLY))

READABLE = tuple(
    path for path in PATHS if "GET" in OFFERED[path] and path not in (METRICS, HUB_ONLY)
)
WRITES = tuple(
    (method, path)
    for path in PATHS
    for method in OFFERED[path]
    if method != "GET" and path != BY_LINK
)
