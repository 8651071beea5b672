"""Handlers without a viewer: the state of the service, metrics, login, and files."""

from __future__ import annotations

import asyncio
import hmac
from contextlib import suppress

from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado.web import HTTPError, RedirectHandler, StaticFileHandler

from ..._version import __version__
from ...declaration.keeper import InForce
from ...domain.model import Viewer
from ...domain.rules import ACCESS
from ...enabling import kept
from ...enabling.belonging import PROOF, QUESTION
from ...errors import HubError, RefusedError
from ...text import iso
from .. import identity
from ..api_types import Declared, Health
from .base import Handler
from .discreet import Discreet

NOBODY = Viewer("", kind="nobody")
"""Who sent no token, or one that the hub doesn't know."""


class HealthHandler(Handler):
    """`GET healthz`: whether the service is well; why not, for programs that may read metrics and
    for those in charge. Needs no login, and names nobody.
    """

    async def get(self) -> None:
        sees_all = await self._sees_all()
        state = self._state()
        self.finish(dict(state) if sees_all else {"status": state["status"]})

    async def _sees_all(self) -> bool:
        """Whether the hub knows whoever asks as one of them; while it fails, it knows nobody."""
        with suppress(HubError, HTTPError):
            model = await self.model_of_the_hub()
            if model is not None:
                rules, viewer = self.site.snapshot.rules, identity.viewer_of(model)
                in_charge = rules.may(viewer, "in charge")
                enters = identity.may_enter(self.hub_auth, model)
                return rules.may(viewer, "metrics") or (enters and in_charge)
        return False

    def _state(self) -> Health:
        site = self.site
        roster, accounts = site.roster.current, site.snapshots.accounts
        faults = site.self_check.faults()
        well = not (roster.trouble or faults or site.watch.troubles)
        age = (site.now() - roster.read_at).total_seconds() if roster.read_at else None
        return {
            "status": "ok" if well else "degraded",
            "version": __version__,
            "started_at": iso(site.started_at),
            "roster": {
                "as_of": iso(roster.read_at),
                "age_seconds": round(age, 1) if age is not None else None,
                "trouble": roster.trouble or None,
                "hub_calls": site.api.calls,
            },
            "accounts": {
                "as_of": iso(accounts.read_at),
                "trouble": accounts.trouble or None,
            },
            "declaration": _declared(site.declared.current),
            "ledger": {
                "number": site.ledger.state.number,
                "trouble": site.ledger.trouble or None,
            },
            "messages": site.waiting(),
            "failing": sorted(site.watch.troubles),
            "templates": {"operators_own": not site.renderer.trouble},
            "faults": len(faults),
        }


def _declared(in_force: InForce) -> Declared:
    return {
        "state": in_force.state,
        "as_of": iso(in_force.declaration.as_of),
        "since": iso(in_force.since),
        "faults": [{"file": file, "line": line} for file, line in in_force.where],
        "waiting": in_force.waiting_in_words,
    }


class MetricsHandler(Handler):
    """`GET metrics`: for programs whose token of the hub may read metrics, and for nobody else."""

    async def get(self) -> None:
        model = await self.model_of_the_hub()
        viewer = identity.viewer_of(model) if model else NOBODY
        self.site.snapshot.rules.check(viewer, self.route.may)
        text, kind = self.site.metrics.text(self.request.headers.get("Accept", ""))
        self.set_header("Content-Type", kind)
        self.finish(text)

    def say_error(self, status: int, message: str, code: str = "") -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{message}\n")


class HubContactsHandler(Handler):
    """`GET hub-contacts`: the contacts that are kept here, for the hub's own pages. The hub shows
    by the token of this service that it is the hub; nobody else hears anything."""

    async def get(self) -> None:
        asked = self.request.headers.get(QUESTION, "")
        shown = self.request.headers.get(PROOF, "")
        is_hub = hmac.compare_digest(shown.encode(), self.settings[PROOF](asked).encode())
        if not (asked and is_hub):
            raise RefusedError("not_allowed", ACCESS[self.route.may].refusal)
        page = self.site.declared.current.page
        if page is None:  # the hub would take it for nothing, and show what was set aside
            raise HTTPError(503, "what is kept has not been read yet")
        self.set_header("Content-Type", "application/json")
        self.finish(kept.written(page.kept.values()))

    def say_error(self, status: int, message: str, code: str = "") -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{message}\n")


class CallbackHandler(Handler, HubOAuthCallbackHandler):  # type: ignore[misc]  # untyped
    """`oauth_callback`: the end of a login. Whatever goes wrong, one may try again."""

    async def prepare(self) -> None:
        """Who is logged in already may come here with the end of an older login."""
        with suppress(HubError, HTTPError):
            await self.identify()

    async def get(self) -> None:
        try:
            await asyncio.wait_for(
                HubOAuthCallbackHandler.get(self), self.site.settings.hub_timeout
            )
        except asyncio.TimeoutError as error:
            raise HubError("The hub did not answer in time") from error
        except HTTPError as error:
            # it took too long, was begun in another browser, or the hub gave no token for it
            raise HTTPError(400, "login not completed: %s", error.log_message) from error

    def say_error(self, status: int, message: str, code: str = "") -> None:
        if status == 400:
            message = (
                "Logging in was interrupted, or took too long. Nothing is wrong with your account."
            )
        super().say_error(status, message, code)

    def again(self, status: int) -> str:
        return self.site.home


class FileHandler(Discreet, StaticFileHandler):
    """Our stylesheet and script, the same for everybody."""

    def set_extra_headers(self, path: str) -> None:
        if "v" in self.request.arguments:
            self.set_header("Cache-Control", "public, max-age=31536000, immutable")

    def parse_url_path(self, url_path: str) -> str:
        """No file has such a name, and the system refuses to look for it."""
        if "\0" in url_path:
            raise HTTPError(404)
        return super().parse_url_path(url_path)


class SlashHandler(Discreet, RedirectHandler):
    """The address of our pages without its slash."""
