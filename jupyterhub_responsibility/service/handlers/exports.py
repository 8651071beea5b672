"""Download and print: files, and a page to print."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tornado.web import HTTPError

from ..downloads import Download, FileSource
from .base import Handler, PageHandler


class DownloadHandler(PageHandler):
    """`/exports/<file>`: one of the DOWNLOADS."""

    def get(self) -> None:
        now, download = self.site.now(), self.route.download
        if not isinstance(download, Download):
            raise TypeError(f"there is no file at {self.route.path}")
        source = FileSource(self.site.snapshot, origin(self), now)
        name = download.file_name(self.site.settings.service_name, now)
        text = download.write(source)
        self.set_header("Content-Type", f"{download.media_type}; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(text)


class PrintHandler(PageHandler):
    """`/exports/print`: everything on one page, to print."""

    def get(self) -> None:
        self.show(origin(self), self.site.now())


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
