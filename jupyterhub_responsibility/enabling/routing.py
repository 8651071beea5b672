"""Whether the hub sends people to its service: only while its own answers at the address.

JupyterHub takes whatever answers there for the service. On a machine with two hubs, that may be
the other hub's: its addresses look the same, and people would log in to the one hub and read the
pages of the other.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from ..domain.kept import Kept
from . import kept
from .belonging import ANSWER, PROOF, QUESTION, answer, proof

Found = Literal["ours", "another hub's", "something else", "nothing"]


@dataclass(frozen=True)
class InternalFiles:
    """The files that the hub connects with, where it has `internal_ssl`."""

    authority: str
    certificate: str
    key: str


SECONDS = 15.0
"""How often the hub looks who answers, while its own service does."""

SECONDS_OTHERWISE = 3.0
"""How often, while it doesn't."""

STARTING = 30.0
"""How long a hub waits for a service that it starts, in seconds."""

PATIENCE = 5.0
"""How long it waits for anything else, in seconds: what a hub before it has left behind goes by
itself."""

TIMEOUT = 5.0
"""Seconds for one answer."""

WHO_IS_THERE: dict[Found, str] = {
    "another hub's": "the service of another hub answers, or one with another token",
    "something else": "something answers that isn't this service",
    "nothing": "nothing answers",
}
ANOTHER_URL = 'give enable() another url for this hub, such as url="{other}", and restart the hub'
MANAGED: dict[Found, str] = {
    "another hub's": ANOTHER_URL,
    "something else": ANOTHER_URL,
    "nothing": "see what the service says in this log",
}
"""What to do where the hub starts the service."""

EXTERNAL: dict[Found, str] = {
    "another hub's": "give enable() the url of this hub's own service, and the service the token"
    " that enable() has as api_token",
    "something else": "give enable() the url of this hub's own service; both need the same version"
    " and service_name, and the service the hub's base_url as JUPYTERHUB_BASE_URL",
    "nothing": "start the service, or give enable() the url at which it listens",
}
"""What to do where somebody else does."""


class Routing:
    """Sends people to the service of a hub, or not. `trouble` says why not, and what to do."""

    def __init__(self, service_name: str, url: str, hub_pid: int) -> None:
        self._name = service_name
        self._url = url
        self._hub_pid = hub_pid
        self._open = False
        self._service: tuple[Any, Any] | None = None
        self.trouble = ""

    def look_after(self, hub: Any) -> None:
        """Take over when the hub starts its services."""
        start = hub.start_service

        async def start_service(name: str, service: Any, ssl_context: Any = None) -> bool:
            if name != self._name:
                return bool(await start(name, service, ssl_context))
            return await self._start(hub, service)

        hub.start_service = start_service

    async def _start(self, hub: Any, service: Any) -> bool:
        """Start the service; only one that ends by itself keeps the hub from starting.

        JupyterHub waits for any answer, and ends without one, after minutes where somebody has
        the port and is mute.
        """
        self._gate(hub.proxy)
        self._service = hub, service
        hub.log.info("Starting %s service %s at %s", service.kind, self._name, self._url)
        if service.managed:
            await service.start()
        found = await self._first_look(hub, service)
        ended = await service.spawner.poll() if service.managed else None
        if ended is not None:
            hub.log.critical("Service %s exited with status %s", self._name, ended)
            return False
        await self._found(found, hub, service)
        self._looking = asyncio.create_task(self._look_on(hub, service))
        return True

    def _gate(self, proxy: Any) -> None:
        add = proxy.add_service

        async def add_service(service: Any) -> None:
            if service.name != self._name or self._open:
                await add(service)

        proxy.add_service = add_service

    async def _first_look(self, hub: Any, service: Any) -> Found:
        """Until the service has shown that it is ours, has ended, or takes too long."""
        clock = asyncio.get_running_loop().time
        begun, managed = clock(), service.managed
        while True:
            found = await self._ask(hub, service)
            patience = STARTING if managed and found == "nothing" else PATIENCE
            if found == "ours" or clock() - begun > patience:
                return found
            if managed and await service.spawner.poll() is not None:
                return found
            await asyncio.sleep(0.2)

    async def _look_on(self, hub: Any, service: Any) -> None:
        while True:
            await asyncio.sleep(SECONDS if self._open else SECONDS_OTHERWISE)
            try:
                found = await self._ask(hub, service)
                if found != "nothing":  # or it may be slow, or start anew
                    await self._found(found, hub, service)
            except Exception:
                hub.log.exception("Who answers at %s could not be told", self._url)

    async def _ask(self, hub: Any, service: Any) -> Found:
        found, _ = await self._read(hub, service, "healthz")
        return found

    async def kept(self) -> tuple[Kept, ...] | None:
        """The contacts that are kept on the page; None where they can't be told right now."""
        if self._service is None or not self._open:
            return None
        found, said = await self._read(*self._service, kept.PATH)
        return kept.read(said) if found == "ours" else None

    async def _read(self, hub: Any, service: Any, path: str) -> tuple[Found, bytes]:
        url = f"{service.server.host}{service.prefix}{path}"
        files = InternalFiles(hub.internal_ssl_ca, hub.internal_ssl_cert, hub.internal_ssl_key)
        internal = files if hub.internal_ssl else None
        return await asyncio.to_thread(ask, url, service.api_token, self._hub_pid, internal)

    async def _found(self, found: Found, hub: Any, service: Any) -> None:
        was_open, self._open = self._open, found == "ours"
        service.display = self._open  # in the hub's menus
        trouble = "" if self._open else self._said(found, bool(service.managed))
        if trouble and trouble != self.trouble:
            hub.log.error("%s", trouble)
        elif self.trouble and self._open:
            hub.log.info("The hub's own service answers at %s now", self._url)
        self.trouble = trouble
        if self._open and not was_open:
            await hub.proxy.add_service(service)
        elif not self._open and service.proxy_spec in await hub.proxy.get_all_routes():
            await hub.proxy.delete_service(service)

    def _said(self, found: Found, managed: bool) -> str:
        do = (MANAGED if managed else EXTERNAL)[found].format(other=another(self._url))
        return (
            f"At {self._url}, where the service '{self._name}' should be, {WHO_IS_THERE[found]}."
            f" Nobody is sent there. To mend it, {do}."
        )


def ask(url: str, api_token: str, hub_pid: int, files: InternalFiles | None) -> tuple[Found, bytes]:
    """Ask whoever is there whether it is the service of the hub, and what it says. Takes TIMEOUT at
    most, for each thing that is waited for."""
    question, where = secrets.token_urlsafe(16), urlsplit(url)
    connection = _connection(where, files)
    try:
        shown = {QUESTION: question}
        if where.path.endswith(f"/{kept.PATH}"):  # whoever sees a proof can show it again
            shown[PROOF] = proof(api_token, question)
        connection.request("GET", where.path, headers=shown)
        reply = connection.getresponse()
        found = _who(reply, answer(api_token, hub_pid, question))
        return found, reply.read(kept.MOST) if found == "ours" else b""
    except OSError:  # it is not there, or going
        return "nothing", b""
    except HTTPException:
        return "something else", b""
    finally:
        connection.close()


def _who(reply: HTTPResponse, expected: str) -> Found:
    """Who has answered."""
    said = reply.headers.get(ANSWER)
    if said is None:
        return "something else"
    if not hmac.compare_digest(said.encode(), expected.encode()):
        return "another hub's"
    there = reply.status == HTTPStatus.OK  # or it is ours, with another name or base_url
    return "ours" if there else "something else"


def _connection(where: SplitResult, files: InternalFiles | None) -> HTTPConnection:
    if where.scheme != "https":
        return HTTPConnection(str(where.hostname), where.port, timeout=TIMEOUT)
    context = ssl.create_default_context()
    if files is not None:
        context.load_verify_locations(files.authority)
        context.load_cert_chain(files.certificate, files.key)
    return HTTPSConnection(str(where.hostname), where.port, timeout=TIMEOUT, context=context)


def another(url: str) -> str:
    """The same address with the next port that is free."""
    parts = urlsplit(url)
    port = next(filter(_free, range((parts.port or 10105) + 1, 65536)), 10105)
    return f"{parts.scheme}://{parts.netloc.rpartition(':')[0] or parts.netloc}:{port}"


def _free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False
