"""Opening the port at which the service listens, with TLS where its address begins with https."""

from __future__ import annotations

import asyncio
import logging
import resource
import ssl
from contextlib import suppress
from errno import EADDRINUSE
from itertools import count
from urllib.parse import SplitResult, urlsplit

from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.web import Application

log = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 1024 * 1024
"""A request may have so many before the connection is closed; what is too much for a change, but
less than that, is refused in words."""

BODY_SECONDS = 10
"""How long a request may take to arrive, once its head is there; then the connection is closed."""

LISTEN_AGAIN = 3
"""Seconds between attempts to open the port."""

ATTEMPTS = 20
"""So often a port is tried that somebody else has: what a hub that was killed has left behind is
gone by then, and the service of another hub must find it free when it is started anew."""

NO_CERTIFICATE = (
    "it begins with https, and there is no certificate: set JUPYTERHUB_SSL_KEYFILE and"
    " JUPYTERHUB_SSL_CERTFILE for the service"
)


CANNOT_LISTEN = (
    "Cannot listen at %s: %s. Trying again every %d s; if it stays so, give enable() another url,"
    " and restart the hub."
)


async def listen(app: Application, url: str, auth: HubOAuth) -> HTTPServer:
    """Open the port; while that fails, try again: leaving would take the hub down."""
    _allow_connections()
    said = ""
    for attempt in count(1):
        try:
            server = _open(app, urlsplit(url), auth)
            break
        except (OSError, ValueError) as error:
            if str(error) != said:
                said = str(error)
                log.error(CANNOT_LISTEN, url, error, LISTEN_AGAIN)
            if attempt >= ATTEMPTS and getattr(error, "errno", None) == EADDRINUSE:
                log.error("Not trying any longer to listen at %s, which is taken", url)
                await asyncio.Event().wait()
        await asyncio.sleep(LISTEN_AGAIN)
    log.info("Serving responsibilities at %s", url)
    return server


def _allow_connections() -> None:
    """Have as many open as the system allows at all, not the 1,024 that it often begins with.

    Connections on which nothing comes would otherwise leave none for others until they are closed.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS has a lower one than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _open(app: Application, where: SplitResult, auth: HubOAuth) -> HTTPServer:
    """Raises OSError or ValueError, where it cannot be opened; the text of it says why."""
    if not where.hostname:  # "localhost:10105"; listening somewhere else would help nobody
        raise ValueError("an address begins with http:// and the name of a host")
    tls = server_tls(auth) if where.scheme == "https" else None
    server = HTTPServer(
        app,
        ssl_options=tls,
        xheaders=True,
        max_body_size=MAX_REQUEST_BYTES,
        body_timeout=BODY_SECONDS,
    )
    server.listen(where.port or (443 if tls else 80), where.hostname)
    return server


def server_tls(auth: HubOAuth) -> ssl.SSLContext:
    """TLS for those who connect to this service.

    With an authority (`internal_ssl`), only the hub and its proxy may connect, each with a
    certificate from it; without one, whoever connects needs none. JupyterHub's own
    `make_ssl_context` asks for one in either case, and is for clients unless told otherwise.

    Raises ValueError where there is no certificate, OSError where it cannot be used.
    """
    if not auth.keyfile or not auth.certfile:
        raise ValueError(NO_CERTIFICATE)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=auth.client_ca or None)
    if auth.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(auth.certfile, auth.keyfile)
    except OSError as error:
        where = f"{auth.certfile} and {auth.keyfile}"
        raise ValueError(f"the certificate and key in {where} cannot be used ({error})") from error
    return context
