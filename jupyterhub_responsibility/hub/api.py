"""The hub's REST API, as far as this service needs it. Every call has a timeout."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from ..domain.accounts import Account
from ..domain.matches import Named
from ..domain.model import Groups
from ..errors import HubError, HubRefusedError, RefusedError
from ..text import LONGEST_NAME, visible

PAGE = 200
MAX_PAGES = 1000
MOST_ACCOUNTS = PAGE * MAX_PAGES
PAGINATED = "application/jupyterhub-pagination+json"


class HubAPI:
    """A client of one hub; `url` is its API, `timeout` is in seconds for one call.

    `calls` have been made, `failures` of them had no usable answer, and they took `seconds` in all.
    `met` is told of each account that was asked for.
    """

    def __init__(
        self, url: str, token: str, timeout: float = 5.0, tls: Mapping[str, str] | None = None
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"token {token}", "Accept": PAGINATED}
        self._timeout = timeout
        self._tls = {name: path for name, path in (tls or {}).items() if path}
        self.calls, self.failures, self.seconds = 0, 0, 0.0
        self.met: Callable[[Account], None] = lambda _account: None

    async def groups(self, groups: Iterable[str]) -> Groups:
        """The members and hub roles of those of `groups` that the hub has.

        Needs `list:groups` and `read:groups`, each filtered to these groups: the hub then
        returns them all at once; and `read:roles:groups` for the roles. Raises HubError.
        """
        wanted = set(groups)
        members, roles = {}, {}
        for model in await self._list("groups"):
            name, users, given = model.get("name"), model.get("users"), model.get("roles")
            if not isinstance(name, str) or not isinstance(users, list):
                raise HubError("The hub's list of groups makes no sense")
            if name in wanted:
                members[name] = tuple(sorted(_words(users)))
                roles[name] = _words(given) if isinstance(given, list) else None
        told = {name: given for name, given in roles.items() if given is not None}
        return Groups(members, told if len(told) == len(roles) else None)

    async def members(self, groups: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """The members of those of `groups` that the hub has."""
        return (await self.groups(groups)).members

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

    async def delete_group(self, name: str) -> None:
        """Delete a group; who was in it keeps their account. Needs `delete:groups`."""
        await self._ask("DELETE", f"groups/{segment(name)}")

    async def has_user(self, name: str) -> bool:
        """Whether there is such an account. Needs `list:users`."""
        return await self._named("users", name) is not None

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

    async def roles_of_group(self, group: str) -> tuple[str, ...]:
        """The hub roles of any group; none where the hub has no such group.

        Needs `read:roles:groups`.
        """
        model = await self._named("groups", group)
        roles = model.get("roles") if isinstance(model, dict) else ()
        return _words(roles) if isinstance(roles, list) else ()

    async def accounts(self, offset: int, limit: int, now: datetime) -> tuple[list[Account], bool]:
        """One page of all accounts, in the order in which they were made; whether more follow.

        Needs `list:users`, `read:roles:users` and `read:users`.
        """
        query = urlencode({"offset": offset, "limit": limit, "sort": "id"})
        items, more = await self._page(f"users?{query}")
        return [_account(item, now) for item in items], more

    async def made(self, created: datetime, now: datetime) -> Account | None:
        """The account that was made at that moment, whatever it is called by now.

        Looks for it among all, which are in that order, in as few steps as there are bits in
        their number.
        """
        before, found = -1, None
        for power in reversed(range(MOST_ACCOUNTS.bit_length())):
            page, _ = await self.accounts(before + 2**power, 1, now)
            if page and page[0].created and page[0].created <= created:
                before, found = before + 2**power, page[0]
        return found if found and found.created == created else None

    async def named(
        self, part: str = "", sort: str = "name", offset: int = 0
    ) -> tuple[list[Named], bool]:
        """One page of accounts with what people are called; whether more follow.

        Only those with this part in the name of the account. Needs `list:users`.
        """
        asked = {"name_filter": part, "sort": sort, "offset": offset, "limit": PAGE}
        items, more = await self._page(f"users?{urlencode(asked)}")
        return [_named(item) for item in items], more

    async def account(self, name: str, now: datetime) -> Account | None:
        """One account; None where the hub has none of that name."""
        model = await self._named("users", name)
        if model is None:
            return None
        account = _account(model, now)
        self.met(account)
        return account

    async def _named(self, kind: str, name: str) -> Any:
        """A user or a group; None where the hub has none of that name."""
        try:
            return await self._ask("GET", f"{kind}/{segment(name)}")
        except RefusedError:
            return None
        except HubRefusedError as error:
            if error.status == 404:
                return None
            raise

    async def _list(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        for _ in range(MAX_PAGES):
            query = urlencode({"offset": len(items), "limit": PAGE})
            page, more = await self._page(f"{path}?{query}")
            items.extend(page)
            if not more:
                return items
        raise HubError(f"The hub's list at /{path} does not end")

    async def _page(self, path: str) -> tuple[list[dict[str, Any]], bool]:
        """One page of a list, and whether more follow."""
        page = await self._ask("GET", path)
        answer = page if isinstance(page, dict) else {}
        items, pages = answer.get("items"), answer.get("_pagination", {})
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise HubError(f"The hub's answer to /{_what(path)} makes no sense")
        if not isinstance(pages, dict):
            raise HubError(f"The hub's way of paging /{_what(path)} makes no sense")
        return items, bool(items and pages.get("next"))

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        self.calls += 1
        began = time.monotonic()
        try:
            return await self._fetch(method, path, body)
        except HubRefusedError:  # an answer, if not the one that was hoped for
            raise
        except HubError:
            self.failures += 1
            raise
        finally:
            self.seconds += time.monotonic() - began

    async def _fetch(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
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
        if response.code == 204:
            return None
        if response.code not in (200, 201):
            message = f"The hub answered {response.code} to /{_what(path)}"
            if 400 <= response.code < 500 and response.code not in (408, 429):
                raise HubRefusedError(message, response.code)
            raise HubError(message)
        try:
            return json.loads(response.body)
        except ValueError as error:
            raise HubError("The hub's answer is not JSON") from error


def _what(path: str) -> str:
    """What was asked for, without names: `healthz` tells everybody what is wrong."""
    return path.partition("?")[0].partition("/")[0]


def segment(name: str) -> str:
    """A name as one segment of a path. Raises RefusedError where a path cannot hold it."""
    if name in ("", ".", ".."):
        raise _no_username(name)
    try:
        return quote(name, safe="")
    except UnicodeEncodeError as error:  # half a character
        raise _no_username(name) from error


def _no_username(name: str) -> RefusedError:
    return RefusedError("unknown", f"“{visible(name)}” can't be a username.")


def _account(model: Any, at: datetime) -> Account:
    """An account as the hub describes it. Raises HubError where it lacks what is needed."""
    if not isinstance(model, dict) or "last_activity" not in model:
        raise HubError("The hub does not say when accounts were last seen")
    name, admin, roles = model.get("name"), model.get("admin"), model.get("roles")
    if not isinstance(name, str) or not isinstance(admin, bool) or not isinstance(roles, list):
        raise HubError("The hub does not say what accounts may do")
    seen, created = moment_of(model["last_activity"]), moment_of(model.get("created"))
    return Account(name, admin, _words(roles), seen, at, created, display_name(model))


def moment_of(said: Any) -> datetime | None:
    """A moment as the hub writes it; None where it has none. Raises HubError."""
    try:
        moment = datetime.fromisoformat(said.replace("Z", "+00:00")) if said else None
    except (AttributeError, ValueError) as error:
        raise HubError("The hub's answer about an account makes no sense") from error
    if moment is not None and moment.tzinfo is None:  # it compares with no other
        raise HubError("The hub does not say in which time zone its times are")
    return moment


def _named(model: Mapping[str, Any]) -> Named:
    """An account with the name of the person, which JupyterHub 6 has from some logins."""
    name = model.get("name")
    if not isinstance(name, str):
        raise HubError("The hub's list of accounts makes no sense")
    return Named(name, display_name(model))


def display_name(model: Mapping[str, Any]) -> str:
    """What the person is called, which JupyterHub 6 knows from some logins; empty elsewhere, and
    where that is just the name of the account."""
    info = model.get("user_info")
    given = [info.get(key) for key in ("display_name", "name")] if isinstance(info, dict) else []
    said = next(filter(None, (" ".join(each.split()) for each in _words(given))), "")
    return "" if said == model.get("name") else said[:LONGEST_NAME]


def _words(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))
