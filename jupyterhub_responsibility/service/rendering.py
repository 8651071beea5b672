"""From what a page says to HTML; rendered pages are kept while nothing has changed."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from ..domain.model import Party, Viewer
from ..hub.roster import RosterKeeper
from ..paths import STATIC
from .menu import Menu
from .pages import ERROR, PAGES, Page
from .pages.bell import Bell, bell
from .pages.error import ErrorPage
from .pages.frame import NOTHING_NEW, Frame, News, Tab
from .selfcheck import SelfCheck
from .snapshots import SnapshotKeeper
from .templating import HubUser, Templates

KEPT_PAGES = 500
"""Rendered pages to keep; about 30 kB each."""


class Renderer:
    """Renders pages for viewers. `home` and `hub` are the paths of our pages and of the hub's."""

    def __init__(
        self,
        templates: Templates,
        menu: Menu,
        snapshots: SnapshotKeeper,
        roster: RosterKeeper,
        self_check: SelfCheck,
        home: str,
        hub: str,
    ) -> None:
        self._templates = templates
        self._menu = menu
        self._snapshots = snapshots
        self._roster = roster
        self._self_check = self_check
        self._home = home
        self._hub = hub
        self._style = fingerprint(STATIC)
        self._kept = lru_cache(maxsize=KEPT_PAGES)(self._rendered)
        self._heard = lru_cache(maxsize=KEPT_PAGES)(self._news)

    @property
    def trouble(self) -> str:
        """Why the operator's own templates are not used, if so."""
        return self._templates.trouble

    def try_templates(self) -> None:
        """Find out at start, not at the first visit, whether the operator's own can be used."""
        for viewer in (None, Viewer("somebody"), Viewer("somebody", admin=True)):
            self.page(ERROR, viewer, "", 404, "", "")

    def bell(self, viewer: Viewer, seen: int) -> Bell:
        """What is new for a viewer who has seen all up to an entry of the ledger: each page says
        how much, and it is found out once, like the pages."""
        return self._heard(viewer, viewer.created, seen, self._snapshots.version)

    def _news(
        self,
        viewer: Viewer,
        created: str,  # noqa: ARG002  # two accounts of one name hear of different things
        seen: int,
        version: object,  # noqa: ARG002  # part of the key under which it is kept
    ) -> Bell:
        return bell(self._snapshots.current, viewer, seen)

    def page(
        self,
        page: Page,
        viewer: Viewer | None,
        xsrf: str,
        *asked: object,
        news: News = NOTHING_NEW,
        new: int = 0,
    ) -> str:
        """A page as HTML, about what is `asked`. One with news is for once only; `new` is how much
        is new for the viewer on their own page.

        Raises KeyError where there is nothing to say about that.
        """
        if viewer is None or not page.kept or news is not NOTHING_NEW:
            return self._rendered(page, viewer, xsrf, asked, None, new, news)
        version = (*self._snapshots.version, self._self_check.notes(viewer))
        return self._kept(page, viewer, xsrf, asked, version, new)

    def error_for_anybody(
        self, status: int, title: str, message: str, again: str, typed: tuple[str, ...]
    ) -> str:
        """An error as a page that tells nothing of this hub: no name, no contact, no look."""
        nobody = Party("")
        frame = Frame(title, ERROR.name, self._home, self._hub, nobody, nobody)
        said = ErrorPage(title, status, message, (), again, typed)
        return self._templates.render_for_anybody(
            f"responsibility-{ERROR.name}.html",
            {
                "frame": frame,
                "page": said,
                "user": None,
                "services": (),
                "parsed_scopes": {},
                "style": self._style,
                "login_url": self._home,
            },
        )

    def _rendered(
        self,
        page: Page,
        viewer: Viewer | None,
        xsrf: str,
        asked: tuple[object, ...],
        version: object,  # noqa: ARG002  # part of the key under which the page is kept
        new: int,
        news: News = NOTHING_NEW,
    ) -> str:
        snapshot = self._snapshots.current
        said = page.make(snapshot, viewer, *asked)
        scopes = snapshot.rules.hub_scopes(viewer) if viewer else ()
        return self._templates.render(
            f"responsibility-{page.name}.html",
            {
                "frame": self._frame(page, page.title_of(said), viewer, news, new),
                "page": said,
                "user": HubUser(viewer, snapshot.names) if viewer else None,
                "services": self._menu.seen_by(viewer),
                "parsed_scopes": {scope: {} for scope in scopes},
                "xsrf_token": xsrf,
                "style": self._style,
                "login_url": self._home,
            },
        )

    def _frame(self, page: Page, title: str, viewer: Viewer | None, news: News, new: int) -> Frame:
        roster, snapshot = self._roster.current, self._snapshots.current
        declaration = snapshot.declaration
        return Frame(
            title=title,
            here=page.name,
            home=self._home,
            hub=self._hub,
            community=declaration.community,
            provider=declaration.provider,
            as_of=snapshot.as_of if viewer else None,
            at_login=snapshot.at_login_in_words if viewer and roster.read_at else "",
            answered_at=roster.read_at if viewer else None,
            trouble=roster.trouble if viewer else "",
            notes=self._self_check.notes(viewer) if viewer else (),
            done=news.done,
            failed=news.failed,
            typed=news.typed,
            wrong=news.wrong,
            tabs=self._tabs(viewer) if viewer else (),
            new=new,
            lately=news.lately,
            ledger_end=snapshot.ledger_end if viewer else None,
            shows_end=page.shows_end,
        )

    def _tabs(self, viewer: Viewer) -> tuple[Tab, ...]:
        rules = self._snapshots.current.rules
        return tuple(
            Tab(page.name, page.path, page.title)
            for page in PAGES
            if page.title and rules.may(viewer, page.may)
        )


def fingerprint(folder: Path) -> str:
    """Changes whenever a file in the folder does, so that browsers may keep them for ever."""
    digest = sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
