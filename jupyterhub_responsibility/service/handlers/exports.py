"""What those in charge can take along: files, and a page to print."""

from __future__ import annotations

from ...domain.model import Viewer
from ...errors import RefusedError
from ...hub.roster import utcnow
from .. import pages
from ..downloads import Download, Taken
from ..site import Site
from .base import PageHandler


class ExportHandler(PageHandler):
    """Only for those in charge, as the hub says now: what is taken along can't be taken back."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "private, no-store")

    async def in_charge(self) -> Viewer:
        """Who wants to take something along; refused if they may not."""
        viewer = await self.afresh()
        if not self.site.subject.rules.in_charge(viewer):
            raise RefusedError(
                "not_allowed",
                "Only JupyterHub admins, and whoever holds a role through the hub, can take this"
                " along. Who holds which role, and whom to ask, is on the pages for everybody.",
            )
        return viewer

    @property
    def origin(self) -> str:
        """Where the hub is, as whoever asks knows it."""
        return f"{self.request.protocol}://{self.request.host}"


class DownloadHandler(ExportHandler):
    """`/exports/<file>`: one of the DOWNLOADS."""

    def initialize(self, site: Site, route: str, download: Download) -> None:  # type: ignore[override]  # it serves one file
        super().initialize(site, route)
        self.download = download

    async def get(self) -> None:
        await self.in_charge()
        download = self.download
        taken = Taken(self.site.subject.facts, self.origin, utcnow())
        name = download.file_name(self.site.settings.service_name, taken.now)
        text = download.write(taken)
        self.set_header("Content-Type", f"{download.media_type}; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(text)


class PrintHandler(ExportHandler):
    """`/exports/print`: everything on one page, for paper."""

    async def get(self) -> None:
        viewer = await self.in_charge()
        page = pages.print_page(self.site.subject, viewer, self.origin, utcnow())
        self.page(self.site.print_page(viewer, self.xsrf, page))
