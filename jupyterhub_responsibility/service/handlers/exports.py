"""Download and print: files, and a page to print."""

from __future__ import annotations

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
    """The hub's address, as the browser or program that asks knows it."""
    return f"{handler.protocol}://{handler.request.host}"
