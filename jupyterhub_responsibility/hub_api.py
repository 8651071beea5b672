"""The hub's REST API, as far as this service needs it. Every call has a timeout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from .errors import HubError, HubRefusedError, RefusedError

PAGE = 200
MOST_PAGES = 1000
PAGINATED = "application/jupyterhub-pagination+json"


class HubAPI:
    """A client of one hub; `url` is its API, `timeout` is in seconds for one call."""

    def __init__(
        self, url: str, token: str, timeout: float = 5.0, tls: Mapping[str, str] | None = None
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"token {token}", "Accept": PAGINATED}
        self._timeout = timeout
        self._tls = {name: path for name, path in (tls or {}).items() if path}
        self.calls = 0

    async def members(self, groups: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The members of those of `groups` that the hub has.

        Needs `list:groups` and `read:groups`, each filtered to these groups: the hub then
        returns them all at once. Raises HubError.
        """
        wanted = set(groups)
        found = {}
        for model in await self._list("groups"):
            name, users = model.get("name"), model.get("users")
            if not isinstance(name, str) or not isinstance(users, list):
                raise HubError("The hub's list of groups makes no sense")
            if name in wanted:
                found[name] = tuple(sorted(user for user in users if isinstance(user, str)))
        return found

    async def add_to_group(self, group: str, name: str) -> tuple[str, ...]:
        """Add an account to a group. Returns the members as the hub then has them.

        Needs `groups` for this group. Raises HubRefusedError (400: no such account) or HubError.
        """
        return await self._edit_group("POST", group, name)

    async def remove_from_group(self, group: str, name: str) -> tuple[str, ...]:
        """Take an account out of a group. Returns the members as the hub then has them."""
        return await self._edit_group("DELETE", group, name)

    async def _edit_group(self, method: str, group: str, name: str) -> tuple[str, ...]:
        body = {"users": [name]}
        model = await self._ask(method, f"groups/{segment(group)}/users", body)
        users = model.get("users") if isinstance(model, dict) else None
        if not isinstance(users, list):
            raise HubError("The hub's answer about a group makes no sense")
        return tuple(user for user in users if isinstance(user, str))

    async def has_user(self, name: str) -> bool:
        """Whether there is such an account. Needs `read:users:name` for it."""
        try:
            await self._ask("GET", f"users/{segment(name)}")
        except RefusedError:
            return False
        except HubRefusedError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def add_user(self, name: str) -> str:
        """Add a plain user. Returns the name as the hub has it.

        Needs `admin:users`. Raises HubRefusedError: 409 there is one, 400 not a name to use here.
        """
        segment(name)
        # As a list of one: only then does the hub spell the name as it does at a login.
        models = await self._ask("POST", "users", {"usernames": [name], "admin": False})
        model = models[0] if isinstance(models, list) and len(models) == 1 else None
        added = model.get("name") if isinstance(model, dict) else None
        if not isinstance(added, str):
            raise HubError("The hub's answer about a new user makes no sense")
        return added

    async def _list(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            query = urlencode({"offset": len(items), "limit": PAGE})
            page = await self._ask("GET", f"{path}?{query}")
            more = page.get("items") if isinstance(page, dict) else None
            if not isinstance(more, list) or not all(isinstance(item, dict) for item in more):
                raise HubError(f"The hub's answer to /{path} makes no sense")
            items.extend(more)
            if not more or not page.get("_pagination", {}).get("next"):
                return items
        raise HubError(f"The hub's list at /{path} does not end")

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        self.calls += 1
        request = HTTPRequest(
            f"{self._url}/{path}",
            method=method,
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,  # a DELETE with a body
            headers=self._headers,
            connect_timeout=self._timeout,
            request_timeout=self._timeout,
            follow_redirects=False,
            ca_certs=self._tls.get("ca_certs"),
            client_key=self._tls.get("client_key"),
            client_cert=self._tls.get("client_cert"),
        )
        try:
            response = await AsyncHTTPClient().fetch(request, raise_error=False)
        except Exception as error:  # tornado lets many kinds through: sockets, TLS, parsing
            raise HubError(f"The hub did not answer ({type(error).__name__})") from error
        if response.code == 599:
            raise HubError("The hub did not answer in time")
        if response.code not in (200, 201):
            message = f"The hub answered {response.code} to /{path.partition('?')[0]}"
            if 400 <= response.code < 500 and response.code not in (408, 429):
                raise HubRefusedError(message, response.code)
            raise HubError(message)
        try:
            return json.loads(response.body)
        except ValueError as error:
            raise HubError("The hub's answer is not JSON") from error


def segment(name: str) -> str:
    """A name as one segment of a path. Raises RefusedError where a path cannot hold it."""
    if name in ("", ".", ".."):
        raise RefusedError("unknown", "An account cannot be called that")
    try:
        return quote(name, safe="")
    except UnicodeEncodeError as error:  # half a character
        raise RefusedError("unknown", "An account cannot be called that") from error
