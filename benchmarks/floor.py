"""The floor: a page in the hub's look as most services write it.

Blocking identity, one environment, the page rendered anew for every request. Nothing here is
slow on purpose; it is what a service does that does no more than greet people.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, PrefixLoader
from jinja2.loaders import ChoiceLoader
from jupyterhub._data import DATA_FILES_PATH
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado import ioloop, web

PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
HUB = os.environ["JUPYTERHUB_BASE_URL"] + "hub/"

hub_templates = FileSystemLoader(DATA_FILES_PATH + "/templates")
environment = Environment(
    loader=ChoiceLoader([PrefixLoader({"templates": hub_templates}), hub_templates]),
    autoescape=True,
)
PAGE = environment.from_string(
    '{% extends "page.html" %}{% block main %}<div class="container">'
    "<h1>Hello {{ user.name }}</h1></div>{% endblock %}"
)


class User:
    def __init__(self, model: dict) -> None:
        self.name = model["name"]
        self.json_escaped_name = model["name"]


class Page(HubOAuthenticated, web.RequestHandler):
    @web.authenticated
    def get(self) -> None:
        self.finish(
            PAGE.render(
                user=User(self.current_user),
                base_url=HUB,
                prefix=os.environ["JUPYTERHUB_BASE_URL"],
                static_url=lambda path, **_: f"{HUB}static/{path}",
                no_spawner_check=True,
                parsed_scopes={},
                services=[],
                logout_url=f"{HUB}logout",
                xsrf_token=self.xsrf_token.decode(),
            )
        )


class Health(web.RequestHandler):
    def get(self) -> None:
        self.finish("ok")


if __name__ == "__main__":
    app = web.Application(
        [
            (PREFIX, Page),
            (PREFIX + "healthz", Health),
            (PREFIX + "oauth_callback", HubOAuthCallbackHandler),
        ],
        cookie_secret=os.urandom(32),
        log_function=lambda _: None,
    )
    url = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    app.listen(url.port, url.hostname)
    ioloop.IOLoop.current().start()
