"""The site: everything that handlers share, put together once by `app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from jupyterhub.services.auth import HubOAuth

from ..changes.appointments import Appointments
from ..changes.requests import Requests
from ..declaration import load
from ..domain.access import scopes_for
from ..domain.finder import Finder
from ..domain.holders import roles_of
from ..domain.model import Declaration, Viewer
from ..errors import ResponsibilityError
from ..hub.api import HubAPI
from ..hub.roster import RosterKeeper, utcnow
from ..paths import STATIC
from ..storage.ledger import Ledger
from . import pages
from .api_types import Document
from .limits import Limiter
from .live import Live
from .metrics import Measured, Metrics
from .settings import Settings
from .templating import HubUser, Templates
from .watch import Watch


@dataclass(frozen=True)
class News:
    """What became of what the viewer wanted to do: it is done, or why it failed.

    `typed` is what they had filled in, so that they need not type it again.
    """

    done: str = ""
    failed: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


NOTHING_NEW = News()

KEPT_PAGES = 500
"""Rendered pages to keep; about 30 kB each."""


@dataclass
class Site:
    """One hub's responsibilities, ready to be served. `home` and `hub` are URL paths."""

    settings: Settings
    declaration: Declaration
    finder: Finder
    keeper: RosterKeeper
    api: HubAPI
    auth: HubOAuth
    templates: Templates
    ledger: Ledger
    appointments: Appointments
    requests: Requests
    live: Live
    watch: Watch
    limiter: Limiter
    home: str
    hub: str
    started_at: datetime
    api_document: Callable[[], Document]
    style: str = field(init=False)
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        self.style = fingerprint(STATIC)
        self.metrics = Metrics(self.measured)
        self._kept = lru_cache(maxsize=KEPT_PAGES)(self._render_for)

    def try_templates(self) -> None:
        """Find out at start, not at the first visit, whether the operator's own can be used."""
        page = pages.ErrorPage(404, "", ())
        for viewer in (None, Viewer("somebody"), Viewer("somebody", admin=True)):
            self.render("responsibility-error.html", "", "error", page, viewer, "")

    @property
    def subject(self) -> pages.Subject:
        """What pages are about, at this moment."""
        return self.live.subject

    def measured(self) -> Measured:
        """What the metrics are made of, at this moment; asks nobody."""
        subject = self.subject
        return Measured(
            facts=replace(subject.facts, roster=self.keeper.current, now=utcnow()),
            coverage=subject.coverage,
            hub_calls=self.api.calls,
            hub_failures=self.api.failures,
            hub_seconds=self.api.seconds,
            failing=len(self.watch.troubles),
            faults=len(self.faults()),
        )

    def my_page(self, viewer: Viewer, xsrf: str, news: News = NOTHING_NEW) -> str:
        """My responsibilities, as HTML."""
        return self._page("me", "", viewer, xsrf, news)

    def model_page(self, viewer: Viewer, xsrf: str) -> str:
        """The model, as HTML."""
        return self._page("model", "", viewer, xsrf)

    def role_page(self, viewer: Viewer, xsrf: str, role_id: str, news: News = NOTHING_NEW) -> str:
        """One role, as HTML. Raises KeyError where the model has no such role."""
        return self._page("role", role_id, viewer, xsrf, news)

    def contacts_page(self, viewer: Viewer, xsrf: str, question: str) -> str:
        """Whom do I ask?, as HTML."""
        return self._page("contacts", question, viewer, xsrf)

    def admin_page(self, viewer: Viewer, xsrf: str) -> str:
        """The panel, as HTML."""
        return self._page("panel", "", viewer, xsrf)

    def users_page(
        self, viewer: Viewer, xsrf: str, page: pages.UsersPage, news: News = NOTHING_NEW
    ) -> str:
        """Adding users, as HTML."""
        return self.render(
            "responsibility-users.html", page.title, "users", page, viewer, xsrf, news
        )

    def ledger_page(self, viewer: Viewer, xsrf: str, page: pages.LedgerPage) -> str:
        """The ledger, as HTML."""
        return self.render("responsibility-ledger.html", page.title, "ledger", page, viewer, xsrf)

    def print_page(self, viewer: Viewer, xsrf: str, page: pages.PrintPage) -> str:
        """Everything on one page, as HTML."""
        return self.render("responsibility-print.html", page.title, "print", page, viewer, xsrf)

    def _page(
        self, name: str, argument: str, viewer: Viewer, xsrf: str, news: News = NOTHING_NEW
    ) -> str:
        """A page as it was rendered before, while nothing has changed that it says.

        One with news is for once only.
        """
        if news is not NOTHING_NEW:
            return self._render_for(name, argument, viewer, xsrf, None, news)
        version = (*self.live.version, self.notes(viewer))
        return self._kept(name, argument, viewer, xsrf, version)

    def _render_for(
        self,
        name: str,
        argument: str,
        viewer: Viewer,
        xsrf: str,
        version: object,  # noqa: ARG002  # part of the key under which the page is kept
        news: News = NOTHING_NEW,
    ) -> str:
        page = MAKE[name](self, viewer, argument)
        return self.render(
            f"responsibility-{name}.html", page.title, name, page, viewer, xsrf, news
        )

    def render(
        self,
        template: str,
        title: str,
        here: str,
        page: object,
        viewer: Viewer | None,
        xsrf: str,
        news: News = NOTHING_NEW,
    ) -> str:
        """Render one of our templates for a viewer, or for somebody who isn't logged in."""
        roster = self.keeper.current
        frame = pages.Frame(
            title=title,
            here=here,
            home=self.home,
            hub=self.hub,
            community=self.declaration.community,
            provider=self.declaration.provider,
            as_of=roster.read_at if viewer else None,
            trouble=roster.trouble if viewer else "",
            notes=self.notes(viewer) if viewer else (),
            done=news.done,
            failed=news.failed,
            typed=news.typed,
            tabs=pages.tabs(self.subject, viewer) if viewer else (),
        )
        return self.templates.render(
            template,
            {
                "frame": frame,
                "page": page,
                "user": HubUser(viewer) if viewer else None,
                "parsed_scopes": {scope: {} for scope in self._scopes(viewer)} if viewer else {},
                "xsrf_token": xsrf,
                "style": self.style,
                "login_url": self.home,
            },
        )

    def _scopes(self, viewer: Viewer) -> tuple[str, ...]:
        """The scopes that decide which links the hub's navigation bar shows."""
        if viewer.admin:
            return ("admin-ui",)
        return tuple(
            scope
            for own in roles_of(self.declaration, viewer)
            for scope in scopes_for(
                own.role.id,
                self.declaration.scopes.get(own.role.id),
                self.settings.user_management,
            )
        )

    def notes(self, viewer: Viewer) -> tuple[str, ...]:
        """What is wrong with the set-up, in words for JupyterHub admins."""
        return self.faults() if viewer.admin else ()

    def faults(self) -> tuple[str, ...]:
        """What is wrong with the set-up, now."""
        found = []
        if self.templates.trouble:
            found.append(
                "Your own page.html cannot be rendered outside the hub, so these pages use the"
                " hub's look."
            )
        state = self.declaration_state()
        if state == "missing":
            found.append(
                f"{self.declaration.source} is gone. These pages keep showing what it"
                " said; without it, the hub will not start again."
            )
        if state == "changed":
            source = self.declaration.source
            found.append(
                f"{source} has changed since the hub started. Restart the hub to show what it says"
                " now."
                if would_load(source, modified(source))
                else f"{source} has changed, and has faults: with them, the hub will not start"
                f" again. `jupyterhub-responsibility check {source}` lists them."
            )
        if self.ledger.trouble:
            found.append(
                f"{self.ledger.trouble}. Nothing can be changed here until that is mended."
            )
        found += self.watch.waiting
        roster = self.keeper.current
        if roster.read_at:
            found += [
                f"The hub has no group “{group}”, so nobody can hold a role through it."
                for group in self.declaration.mapped_groups
                if group not in roster.members
            ]
        return tuple(found)

    def declaration_state(self) -> str:
        """Whether the file still is what was loaded: loaded, changed, missing, or not a file."""
        if not self.declaration.source:
            return "not a file"
        changed = modified(self.declaration.source)
        if changed is None:
            return "missing"
        same = abs(changed - self.declaration.as_of.timestamp()) < 1  # it may be an older one
        return "loaded" if same else "changed"


class Page(Protocol):
    """What a page says."""

    @property
    def title(self) -> str:
        """For the browser's tab, and the heading."""


MAKE: Mapping[str, Callable[[Site, Viewer, str], Page]] = {
    "me": lambda site, viewer, _: pages.my_page(site.subject, viewer),
    "model": lambda site, *_: pages.model_page(site.subject),
    "panel": lambda site, viewer, _: pages.admin_page(site.subject, viewer),
    "role": lambda site, viewer, role_id: pages.role_page(site.subject, viewer, role_id),
    "contacts": lambda site, _, asked: pages.contacts_page(site.subject, site.finder, asked),
}
"""The pages that are kept, by the name that their template has."""


def modified(source: str) -> float | None:
    """When a file was last changed; None where there is none."""
    try:
        return Path(source).stat().st_mtime
    except OSError:
        return None


@lru_cache(maxsize=1)
def would_load(source: str, changed: float | None) -> bool:  # noqa: ARG001  # part of the key: asked once
    """Whether a declaration that was changed at a moment has no faults."""
    try:
        load(source)
    except ResponsibilityError:
        return False
    return True


def fingerprint(folder: Path) -> str:
    """Changes whenever a file in the folder does, so that browsers may keep them for ever."""
    digest = sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
