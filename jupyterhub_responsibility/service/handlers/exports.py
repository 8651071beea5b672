"""Download and print: files, and a page to print."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tornado.web import HTTPError

from ..downloads import Download, FileSource
from ..pages.parts import request_lines
from .base import GuardedHandler, Handler, PageHandler


class DownloadHandler(PageHandler):
    """`/exports/<file>`: a file to download."""

    def get(self) -> None:
        send_file(self)


class PrintHandler(PageHandler):
    """`/exports/print`: everything on one page, to print."""

    def get(self) -> None:
        self.show(origin(self), self.site.now())


def send_file(handler: GuardedHandler) -> None:
    """Answer with the file that is at this address."""
    download, site = handler.route.download, handler.site
    if not isinstance(download, Download):
        raise TypeError(f"there is no file at {handler.route.path}")
    snapshot, viewer, now = site.snapshot, handler.who(), site.now()
    requests = tuple(line.request for line in request_lines(snapshot, viewer))
    source = FileSource(snapshot, viewer, requests, origin(handler), site.home, now)
    text, name = download.write(source), download.file_name(site.settings.service_name, now)
    handler.set_header("Content-Type", f"{download.media_type}; charset=utf-8")
    handler.set_header("Content-Disposition", f'attachment; filename="{name}"')
    handler.finish(text)


def origin(handler: Handler) -> str:
    """The hub's address, as the browser or program that asks knows it.

    Raises HTTPError (400) where it gives none: `Host` may hold anything.
    """
    host = handler.request.host
    try:
        parts = urlsplit(f"{handler.protocol}://{host}")
        known = parts.netloc == host and parts.hostname and parts.port != 0
    except ValueError:  # brackets that don't close, or a port beyond 65535
        known = False
    if not known or not re.fullmatch(r"[\w.:\[\]-]+", host, re.ASCII):
        raise HTTPError(400, "the header Host names no host")
    return f"{handler.protocol}://{host}"
