"""What all handlers share: who is asking, and how errors are shown."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jupyterhub.services.auth import HubOAuth, HubOAuthenticated
from jupyterhub.utils import get_browser_protocol
from tornado.web import HTTPError

from ...changes.recording import UnknownError
from ...domain.access import page_scope
from ...domain.model import Viewer
from ...errors import HubError, LedgerError, RefusalCode, RefusedError, RewrittenError
from ...ledger.entry import storable
from ...ledger.readers import Reader, own, reader_of
from .. import headers, identity, limits
from ..bodies import TYPED
from ..limits import Limiter, seconds_to_midnight
from ..pages import ERROR
from ..pages.bell import Bell
from ..pages.frame import NOTHING_NEW, News
from ..site import Site
from .discreet import Discreet

if TYPE_CHECKING:
    from ..routes import Route

RETRY_SECONDS = 10

CLOSED = "closed"
"""In the address of a page that somebody is led to: who may open the one that they wanted."""

NOTHING = "nothing"
"""The button of every form that Enter in a field presses."""

READING = ("GET", "HEAD")
"""Methods that change nothing."""

REFUSED: dict[RefusalCode, int] = {
    "already": 409,
    "bad_date": 400,
    "bad_name": 400,
    "closed": 409,
    "enough_today": 429,
    "full": 409,
    "invalid": 400,
    "kept": 409,
    "last": 409,
    "no_group": 409,
    "not_allowed": 403,
    "not_mapped": 409,
    "not_permitted": 409,
    "stale": 412,
    "too_large": 413,
    "too_many": 429,
    "too_many_open": 409,
    "unknown": 404,
    "which_group": 400,
    "yourself": 403,
}
"""HTTP status by the code of a RefusedError."""

TITLES = {
    400: "That did not work",
    401: "Your login is over",
    403: "You cannot open this page",
    404: "Page not found",
    405: "That cannot be done here",
    409: "That cannot be done right now",
    412: "Something has changed since you looked",
    413: "That was too much at once",
    429: "Too much in a short time",
    503: "The hub does not answer right now",
}
ERROR_TITLES = {
    "no_ledger": "Nothing can be changed right now",
    "outcome_unknown": "It is not certain whether that was done",
}
"""Titles where the status alone would mislead."""

MESSAGES = {
    400: "The address, or what was sent with it, is not valid.",
    401: "Nothing was changed. Log in again, and you come back to this page.",
    403: "Your account is not allowed to see this. If you think it should be, ask one of the people"
    " below.",
    404: "The address may be mistyped, or the page may be gone.",
    405: "This address is read-only.",
    500: "Something went wrong here, and it has been noted. Try again in a moment.",
    413: "Send less at once.",
    503: "Only the hub knows who you are and who holds which role, and it does not answer. Nothing"
    " is lost: try again in a moment.",
}

ANYBODY: dict[int, tuple[str, str]] = {
    403: ("You are not logged in", "Log in to the hub, then try again."),
}
"""Titles and messages for people of whom nothing is known."""


SEEN = "responsibilities-seen"
"""The cookie with the last entry of the ledger when somebody last opened their own page."""

LASTING = "lasting"
"""Beside what the hub said of somebody: what the roster said then, whether or not they agree.

Where they differ for good, nobody has the hub asked with every page.
"""


VIEWER = "viewer"
"""Likewise: the viewer who follows from what the hub said, and stays the same as long as that."""


class Handler(HubOAuthenticated, Discreet):  # type: ignore[misc]  # JupyterHub is untyped
    """A handler that may know who is asking; it never blocks on the hub."""

    site: Site
    route: Route
    viewer: Viewer | None = None
    retry_seconds = RETRY_SECONDS
    for_scripts = False
    """Whether scripts of our origin may read the answer with nothing but the browser's session."""

    def initialize(self, site: Site, route: Route) -> None:
        """Take what `app` put together, and which row of the table of addresses this is."""
        self.site = site
        self.route = route
        self.hub_auth: HubOAuth = site.auth

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Referrer-Policy", "same-origin")
        # Scripts of our origin may ask a browser for what it has kept, however old, and without
        # asking us. What comes of a form they can't: it is kept for the way back to it.
        keep = "no-store" if self.request.method in READING else "no-cache"
        self.set_header("Cache-Control", f"private, {keep}")

    @property
    def protocol(self) -> str:
        """By which people come: https, if the outermost of several proxies says so."""
        return str(get_browser_protocol(self.request))

    def set_cookie(self, *args: Any, **kwargs: Any) -> None:
        """A cookie that goes over https only, where people come by it."""
        super().set_cookie(*args, **{"secure": self.protocol == "https", **kwargs})

    def compute_etag(self) -> None:
        """No hash over every page: they are not to be kept by anybody."""

    def get_current_user(self) -> dict[str, Any] | None:
        """Who was identified in `prepare`; asking the hub here would block everybody."""
        model: dict[str, Any] | None = getattr(self, "_hub_auth_user_cache", None)
        return model

    def head(self, *path: str) -> Any:
        """Reading without the body, as programs do that only watch."""
        return self.get(*path)

    async def identify(self) -> Viewer | None:
        """Who is asking, with the groups they are really in; None if the hub knows nobody."""
        model = await self.model_of_the_hub()
        if model is None:
            return None
        viewer = await self._in_the_roster(model)
        if viewer.groups not in (self._viewer_of(model).groups, model.get(LASTING)):
            # The roster knows more: an account may have got another name since, or be no more.
            model = self._hub_auth_user_cache = await self._asked_afresh()
            if model is None:
                return None
            viewer = await self._in_the_roster(model)
            model[LASTING] = viewer.groups
        self.viewer = viewer
        return viewer

    async def _in_the_roster(self, model: dict[str, Any]) -> Viewer:
        if not identity.may_enter(self.hub_auth, model):
            raise HTTPError(403, "%s lacks the scope of this service", model["name"])
        viewer = self._viewer_of(model)
        return await self.site.roster.agree_with(viewer, model[identity.KNOWN_AT])

    async def _asked_afresh(self) -> dict[str, Any] | None:
        site = self.site
        timeout = site.settings.hub_timeout
        return await identity.identify_afresh(self.hub_auth, self, timeout, site.now)

    async def model_of_the_hub(self) -> dict[str, Any] | None:
        """The hub's model of who is asking, whether or not they may; None if it knows nobody.

        A browser's session alone is enough for opening a page, and for nothing that a script of
        our origin, perhaps of a page on somebody's server, could read.
        """
        asks = self.request.headers
        if headers.is_websocket(asks):
            raise HTTPError(400, "websocket requests are refused")
        if headers.framed_unasked(asks, self.site.settings.frame_ancestors):
            raise HTTPError(403, "nobody may show this in a frame")
        if headers.as_a_part(asks) and not self.for_scripts and not self._has_token():
            return None
        asked = identity.identify(
            self.hub_auth, self, self.site.settings.hub_timeout, self.site.now
        )
        self._hub_auth_user_cache = await asked
        return self._hub_auth_user_cache

    def _has_token(self) -> bool:
        """Whether a program asks, with a token of the hub in a header."""
        return bool(self.hub_auth.get_token(self, in_cookie=False))

    def who(self) -> Viewer:
        """The viewer; `prepare` has made sure that there is one."""
        if self.viewer is None:
            raise HTTPError(403)
        return self.viewer

    async def afresh(self) -> Viewer:
        """Who is asking, by what the hub says now: for changes, and for reading the ledger."""
        model = await self._asked_afresh()
        if model is None or not identity.may_enter(self.hub_auth, model):
            raise HTTPError(403, "no longer allowed in")
        self.viewer = self._viewer_of(model)
        return self.viewer

    def _viewer_of(self, model: dict[str, Any]) -> Viewer:
        if VIEWER not in model:
            model[VIEWER] = identity.viewer_of(model, self.site.settings.email_key)
        viewer: Viewer = model[VIEWER]
        return viewer

    async def reader(self) -> Reader | None:
        """What the viewer may read in the ledger, by what the hub says now: None for all of it."""
        return reader_of(self.site.snapshot.rules, self.who(), await self._renamed())

    async def own(self) -> Reader:
        """The viewer as somebody who reads what is about themselves, and nothing else."""
        return own(self.who(), await self._renamed())

    async def _renamed(self) -> int:
        """The last entry by which an account lost the name that the viewer has now; or 0."""
        with suppress(RewrittenError):  # which the panel says; it can be read all the same
            await self.site.ledger.catch_up()
        return await self.site.ledger.renamed(storable(self.who().name))

    async def check_writing(self) -> None:
        """Whether this may change something: from our own pages, not too much, not too often.

        The hub is asked afresh who wants to.
        """
        if headers.from_another_site(self.request.headers):
            raise HTTPError(403, "a change from another site")
        if len(self.request.body) > limits.MAX_BYTES:
            raise RefusedError("too_large", f"Send at most {limits.MAX_BYTES // 1024} KiB at once.")
        await self.afresh()
        self.count(self.site.limiter)

    def count(self, limiter: Limiter) -> None:
        """Count what the viewer does. Raises RefusedError if it is too often."""
        viewer = self.who()
        wait = limiter.wait((viewer.kind, viewer.name))
        if wait:
            self.retry_seconds = ceil(wait)
            raise RefusedError(
                "too_many",
                f"At most {limiter.most} {limiter.what} a minute. Try again in {ceil(wait)} s.",
            )

    def say(self, status: int, error: object) -> None:
        """Say what happened in the way that this handler speaks."""
        message, code = "", ""
        if isinstance(error, HubError | LedgerError):
            status = 503
        if isinstance(error, RefusedError):
            status, code = REFUSED[error.code], error.code
            message = self.in_words(error)
        if code == "enough_today":
            self.retry_seconds = seconds_to_midnight(self.site.now())
        if isinstance(error, UnknownError):
            code, message = "outcome_unknown", f"{error}."
        if isinstance(error, LedgerError):
            code = "no_ledger"
            message = f"{error}. Nothing was changed. You can still see who holds which role."
        self.set_status(status)
        if status in (429, 503):
            self.set_header("Retry-After", str(self.retry_seconds))
        self.say_error(status, message or MESSAGES.get(status, MESSAGES[500]), code)

    def in_words(self, error: RefusedError) -> str:
        """Why something was refused, for people: by what they are called."""
        return str(error.in_words(self.site.snapshot.names))

    def say_error(self, status: int, message: str, code: str = "") -> None:
        """An error as a page, in the hub's look."""
        title = ERROR_TITLES.get(code) or TITLES.get(status, "Something went wrong")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        renderer, again, typed = self.site.renderer, self.again(status), self.typed(status)
        if self.is_of_this_hub():
            said = (status, title, message, again, typed)
            self.finish(renderer.page(ERROR, self.viewer, "", *said))
            return
        title, message = ANYBODY.get(status, (title, message))
        self.finish(renderer.error_for_anybody(status, title, message, again, typed))

    def is_of_this_hub(self) -> bool:
        """Whether the request surely came through our own hub.

        Another hub on the machine may send its people here, where it was given our port: its
        addresses look like ours. Only who has logged in through our hub can be told apart, now,
        or before, by a cookie that nobody else can sign.
        """
        return bool(self.current_user or self.get_secure_cookie(self.hub_auth.cookie_name))

    def again(self, status: int) -> str:
        """Where trying again makes sense, the address to try."""
        return self.request.path if status >= 500 and self.request.method == "GET" else ""

    def typed(self, _status: int) -> tuple[str, ...]:
        """What was written into a form, where it would be lost."""
        return ()

    def not_found(self) -> HTTPError:
        """A 404 that needs no words in the log."""
        return HTTPError(404)


class GuardedHandler(Handler):
    """A handler that lets in whom its row of the table of addresses says, and nobody else."""

    async def prepare(self) -> None:
        """Who is asking, and whether they may: by what the hub says now, where that matters."""
        if await self.identify() is None:
            self.nobody()
            return
        if not self.offers(self.request.method):
            raise HTTPError(405)
        if self.request.method not in READING:
            await self.check_writing()
        elif self.route.afresh:
            await self.afresh()
        rules = self.site.snapshot.rules
        if self.route.elsewhere and not rules.may(self.who(), self.route.may):
            why = urlencode({CLOSED: self.route.may})
            self.redirect(f"{self.site.home}{self.route.elsewhere}?{why}")
            return
        rules.check(self.who(), self.route.may)

    def nobody(self) -> None:
        """Answer somebody whom the hub doesn't know."""
        raise HTTPError(403, "no valid token or session")


class PageHandler(GuardedHandler):
    """A page for people: without a login, they are sent to the hub's."""

    async def prepare(self) -> None:
        """Who is asking, unless they pressed Enter in a form: then they stay where they are."""
        if NOTHING in self.request.body_arguments:
            self.set_status(204)
            self.finish()
            return
        await super().prepare()

    def nobody(self) -> None:
        """Send whoever opens a page to log in; a script is told, and begins no login.

        A form that asks something is not redirected: where the login leads to another origin,
        browsers stop that without a word.
        """
        by_form = bool(self.request.query) and headers.from_our_origin(self.request.headers)
        if self._reads() and not by_form:
            self.redirect(self.get_login_url())
            return
        raise HTTPError(401)

    def _opened(self) -> bool:
        """Whether this is somebody opening a page, and not a script that asks for one."""
        asks = self.request.headers
        by_the_hubs = headers.as_a_part(asks) and headers.from_our_origin(asks)
        return headers.opens_a_page(asks) or (self.for_scripts and by_the_hubs)

    def _reads(self) -> bool:
        """Whether this is somebody opening a page to read it."""
        return self._opened() and self.request.method in READING

    def say_error(self, status: int, message: str, code: str = "") -> None:
        if status == 401 and self._reads():
            self.set_header("Refresh", f"0; url={self.get_login_url()}")
        super().say_error(status, message, code)

    def again(self, status: int) -> str:
        if status == 401:
            return str(self.get_login_url()) if self._opened() else self.request.path
        return super().again(status)

    def typed(self, status: int) -> tuple[str, ...]:
        """What somebody wrote into the form that could not be taken, if it would be lost."""
        if status != 401 or self.request.method in READING:
            return ()
        try:
            return tuple(said for name in TYPED for said in self.get_body_arguments(name) if said)
        except HTTPError:  # no page of ours sends what isn't text
            return ()

    def mark(self) -> str:
        """Stands for the viewer in a cookie: several people may use one browser."""
        viewer = self.who()
        said = f"{viewer.name}\n{viewer.created}".encode("utf-8", "backslashreplace")
        return sha256(said).hexdigest()[:12]

    @cached_property
    def bell(self) -> Bell:
        """What is new for the viewer, in this browser."""
        whose, _, seen = (self.get_cookie(SEEN, "") or "").partition(".")
        mine = seen.isdecimal() and len(seen) <= 9 and whose == self.mark()
        known = int(seen) if mine else 0
        return self.site.renderer.bell(self.who(), known)

    def show(self, *asked: object, news: News = NOTHING_NEW) -> None:
        """Answer with the page that is at this address, about what is `asked`."""
        if self.route.page is None:
            raise TypeError(f"there is no page at {self.route.path}")
        token: bytes = self.xsrf_token  # scripts on the page send it along
        new = 0 if news.lately else self.bell.count
        page = self.site.renderer.page(
            self.route.page, self.who(), token.decode("ascii"), *asked, news=news, new=new
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page)


class APIHandler(GuardedHandler):
    """JSON for browser sessions and hub tokens; errors are JSON too."""

    def in_words(self, error: RefusedError) -> str:
        """The same for programs, which know accounts."""
        return str(error)

    def answer(self, said: Mapping[str, object]) -> None:
        """Answer with one of the `api_types`."""
        self.finish(dict(said))

    def seen(self) -> str:
        """The state that the client saw (`If-Match`); empty if it doesn't matter to it."""
        given = self.request.headers.get("If-Match", "").strip()
        return "" if given == "*" else given.removeprefix("W/").strip('"')

    def query(self) -> dict[str, str]:
        """The values in the address, by name, as they are: a group may end with a space."""
        names = set(self.request.query_arguments) - {"_xsrf", "token"}
        return {name: self.get_query_argument(name, strip=False) for name in names}

    def say_error(self, status: int, message: str, code: str = "") -> None:
        if status == 403 and not code:
            scope = page_scope(self.site.settings.service_name)
            message = f"This needs a login to the hub, or a hub token with the scope {scope}."
        code = code or HTTPStatus(status).phrase.lower().replace(" ", "_")
        self.finish({"error": {"status": status, "code": code, "message": message}})
