"""The hub's REST API, as far as this service needs it. Every call has a timeout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from .errors import HubError

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

    async def _list(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            query = urlencode({"offset": len(items), "limit": PAGE})
            page = await self._get(f"{path}?{query}")
            more = page.get("items") if isinstance(page, dict) else None
            if not isinstance(more, list) or not all(isinstance(item, dict) for item in more):
                raise HubError(f"The hub's answer to /{path} makes no sense")
            items.extend(more)
            if not more or not page.get("_pagination", {}).get("next"):
                return items
        raise HubError(f"The hub's list at /{path} does not end")

    async def _get(self, path: str) -> Any:
        self.calls += 1
        request = HTTPRequest(
            f"{self._url}/{path}",
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
        if response.code != 200:
            raise HubError(f"The hub answered {response.code} to /{path.partition('?')[0]}")
        try:
            return json.loads(response.body)
        except ValueError as error:
            raise HubError("The hub's answer is not JSON") from error
