"""Who is asking: HubOAuth, awaited, with a timeout, failing closed."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from jupyterhub.services.auth import HubOAuth, _ExpiringDict
from tornado.web import HTTPError, RequestHandler

from ..domain.access import page_scope
from ..domain.model import Viewer
from ..enabling.belonging import key
from ..errors import HubError
from ..hub.api import display_name, moment_of
from ..ledger.entry import stamp

log = logging.getLogger(__name__)

NEXT_URL = 1000
"""Bytes of an address to come back to after a login.

With one twice as long, the cookie would reach the 4,096 bytes that browsers keep.
"""


KEPT_ANSWERS = 5000
"""Answers of the hub about who somebody is that are kept at most, of a few kB each."""


class Answers(_ExpiringDict):  # type: ignore[misc]  # JupyterHub is untyped
    """What the hub said lately of who somebody is; the oldest makes room where there is none.

    Whoever sends ever new tokens would otherwise fill the memory with "nobody".
    """

    def __setitem__(self, key: str, answer: Any) -> None:
        if key not in self and len(self) >= KEPT_ANSWERS:
            self.pop(next(iter(self.values)), None)
        super().__setitem__(key, answer)


class SealedOAuth(HubOAuth):  # type: ignore[misc]  # JupyterHub is untyped
    """HubOAuth that keeps nothing of a login in memory: its state travels along, sealed.

    Whichever replica answers at the end of a login, or after a restart, opens it: the seal comes
    from the token that the hub gave to all of them. That a state belongs to the browser that
    ends the login is still for the signed cookie to say.
    """

    def get_session_id(self, handler: RequestHandler) -> str:
        """Stands for the hub's session of a browser, of one length whatever its cookie holds.

        It is part of what answers of the hub and pages are kept by, and of XSRF tokens, which any
        page shows.
        """
        session: str = super().get_session_id(handler)
        if not session:
            return ""
        said = session.encode("utf-8", "replace")
        return hmac.digest(key(self.api_token, "sessions"), said, "sha256").hex()

    async def _check_hub_authorization(
        self, url: str, api_token: str, cache_key: str | None = None, use_cache: bool = True
    ) -> Any:
        """What the hub says when it is asked afresh is what pages go by from then on, too."""
        said = await super()._check_hub_authorization(url, api_token, cache_key, use_cache)
        if cache_key and not use_cache:
            self.cache[cache_key] = said
        return said

    def _sealer(self) -> Fernet:
        return Fernet(urlsafe_b64encode(key(self.api_token, "logins")))

    def generate_state(self, next_url: str | None = None, **extra_state: str) -> str:
        """What the end of a login has to know, for the address and the cookie."""
        state = {"next_url": _short(next_url), **extra_state}
        return self._sealer().encrypt(json.dumps(state, ensure_ascii=False).encode()).decode()

    def clear_oauth_state(self, state_id: str) -> None:
        """Nothing is kept that could be cleared; the cookie is, by the caller."""

    def _decode_state(self, state_id: str, /) -> dict[str, str]:
        """What a state says: nothing, where it is too old or not sealed by us."""
        try:
            said = self._sealer().decrypt(state_id.encode(), ttl=self.oauth_state_max_age)
        except InvalidToken:
            return {}
        state: dict[str, str] = json.loads(said)
        return state


def _short(url: str | None) -> str | None:
    """An address that is too long to travel along goes without its query, or not at all."""
    candidates = (url, url.partition("?")[0]) if url else ()
    return next((each for each in candidates if len(each.encode()) <= NEXT_URL), None)


def hub_oauth(
    service_name: str, max_age: int, cookie_options: Mapping[str, Any] | None = None
) -> HubOAuth:
    """HubOAuth as this service uses it; `max_age` is how long an identity is believed, in s.

    `cookie_options` say whether cookies go along inside the pages of other sites.

    The scopes that give access are always set: without any, HubOAuth lets everybody in. Where
    the hub didn't start the service, the rest is as the hub would have it.
    """
    hub = os.environ.get("JUPYTERHUB_BASE_URL", "/")
    auth = SealedOAuth.instance(
        base_url=os.environ.get("JUPYTERHUB_SERVICE_PREFIX", f"{hub}services/{service_name}/"),
        oauth_client_id=os.environ.get("JUPYTERHUB_CLIENT_ID", f"service-{service_name}"),
        access_scopes={"access:services", page_scope(service_name)},
        cache_max_age=max_age,
        allow_token_in_url=False,
        allow_websocket_cookie_auth=False,
        cookie_options={"samesite": "Lax", "expires_days": 1, **(cookie_options or {})},
    )
    auth.cache = Answers(max_age)
    return auth


def cookie_secret(api_token: str) -> bytes:
    """Signs the cookies: the same for every replica that the hub gave the same token."""
    return key(api_token, "cookies")


KNOWN_AT = "known_at"
"""Beside what the hub said of somebody: when it did. An answer is believed for a while."""


async def identify(
    auth: HubOAuth, handler: RequestHandler, timeout: float, now: Callable[[], datetime]
) -> dict[str, Any] | None:
    """The hub's model of who sent a request; None if the hub knows nobody by it.

    Raises HubError where the hub gave no usable answer.
    """
    return await _answer(auth.get_user(handler, sync=False), timeout, now)


async def identify_afresh(
    auth: HubOAuth, handler: RequestHandler, timeout: float, now: Callable[[], datetime]
) -> dict[str, Any] | None:
    """The same, asked of the hub now, for somebody whom `identify` has let in."""
    token = auth.get_token(handler)
    session = auth.get_session_id(handler)
    asked = auth.user_for_token(token, use_cache=False, session_id=session, sync=False)
    return await _answer(asked, timeout, now)


async def _answer(
    asked: Awaitable[Any], timeout: float, now: Callable[[], datetime]
) -> dict[str, Any] | None:
    try:
        model = await asyncio.wait_for(asked, timeout)
    except asyncio.TimeoutError as error:
        raise HubError("The hub did not answer in time") from error
    except HTTPError as error:
        raise HubError("The hub could not tell who you are") from error
    except Exception as error:  # garbage from the hub surfaces as ValueError, KeyError, …
        log.warning("The hub's answer to who somebody is makes no sense: %r", error)
        raise HubError("The hub could not tell who you are") from error
    if not model:
        return None
    if not isinstance(model, dict) or not isinstance(model.get("name"), str):
        raise HubError("The hub could not tell who you are")
    if not isinstance(model.get("scopes"), list):
        raise HubError("The hub did not tell what you may do")
    model.setdefault(KNOWN_AT, now())  # kept with the answer, for as long as that is
    return model


def may_enter(auth: HubOAuth, model: dict[str, Any]) -> bool:
    """Whether the scopes of an identity give access to this service."""
    return bool(auth.check_scopes(auth.access_scopes, model))


def viewer_of(model: dict[str, Any], email_key: str = "") -> Viewer:
    """The vocabulary's viewer for the hub's model of a user or service.

    `email_key` is where its `user_info` has the address of a person; empty if it has none.
    """
    groups = model.get("groups")
    names = groups if isinstance(groups, list) else []
    return Viewer(
        name=model["name"],
        admin=model.get("admin") is True,
        groups=frozenset(name for name in names if isinstance(name, str)),
        kind=model.get("kind", "user"),
        scopes=frozenset(scope for scope in model["scopes"] if isinstance(scope, str)),
        created=_created(model.get("created")),
        display_name=display_name(model),
        email=_email(model, email_key),
    )


def _email(model: dict[str, Any], key: str) -> str:
    """The address of somebody, as their login service says: it is theirs to publish."""
    info = model.get("user_info")
    said = info.get(key) if key and isinstance(info, dict) else ""
    return said.strip() if isinstance(said, str) else ""


def _created(said: Any) -> str:
    """When an account was made, as the ledger has it; empty where the hub didn't say."""
    with suppress(HubError):
        if moment := moment_of(said):
            return stamp(moment)
    return ""
