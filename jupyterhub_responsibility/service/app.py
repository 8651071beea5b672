"""The service as an application: puts everything together, once, and serves it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache, partial
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado.web import Application as WebApplication
from tornado.web import RequestHandler
from traitlets import Unicode
from traitlets.config import Application, Config, catch_config_error

from .._version import __version__
from ..changes.appointments import Appointments
from ..changes.asking import Asking
from ..changes.automatic import Automatic
from ..changes.forgetting import Forgetting
from ..changes.history import History
from ..changes.keeping import Keeping
from ..changes.observations import SOMETIMES, Observer
from ..changes.reach import Reachable
from ..changes.recording import Recorder
from ..changes.requests import Requests
from ..changes.telling import Telling
from ..changes.users import NewUsers
from ..declaration import lines_in, load
from ..declaration.keeper import DeclarationKeeper
from ..domain.configured import other_groups
from ..domain.finder import Finders
from ..domain.messages import TransportName
from ..domain.model import Declaration
from ..domain.rules import Rules
from ..enabling.belonging import ANSWER, PROOF, answer, proof
from ..enabling.handover import handed_over, hub_says
from ..enabling.pages import Navigation
from ..errors import ConfigurationError, ResponsibilityError
from ..hub.api import HubAPI
from ..hub.census import Census
from ..hub.directory import Directory
from ..hub.progress import of_interest
from ..hub.roster import RosterKeeper
from ..ledger.entry import Entry
from ..paths import STATIC
from ..storage.ledger import Ledger
from ..storage.store import Store
from . import limits
from .events import emitter
from .handlers.plain import FileHandler, SlashHandler
from .headers import POLICY, policy
from .identity import cookie_secret, hub_oauth
from .limits import Guesses, Limiter
from .menu import Menu
from .openapi import document
from .port import listen
from .rendering import Renderer
from .routes import FALLBACK_ROUTES, OPERATIONS, PARAMETERS, ROUTES
from .selfcheck import SelfCheck
from .settings import Settings
from .site import Site
from .snapshots import SnapshotKeeper
from .templating import Templates
from .transport import set_up
from .watch import Watch

log = logging.getLogger("jupyterhub_responsibility")


def declaration_of(settings: Settings) -> Declaration:
    """Load what the settings declare. Raises DeclarationError or UnreadableError."""
    if not isinstance(settings.declaration, dict):
        return load(settings.declaration)
    as_of = datetime.fromisoformat(settings.declared_at) if settings.declared_at else None
    file = settings.declaration_file
    declared = load(settings.declaration, as_of)
    return replace(declared, source=file, lines=lines_in(file) if file else {})


def keeper_of(
    settings: Settings, started: Declaration, host: str, finders: Finders
) -> DeclarationKeeper:
    """What keeps the declaration that the hub `started` with fresh, where there is a file of it."""
    handed_over = isinstance(settings.declaration, dict)
    file = settings.declaration_file if handed_over else settings.declaration
    called = settings.called_at_login
    return DeclarationKeeper(
        started,
        file,
        utcnow,
        host=host,
        called=lambda _, name: str(called.get(name, name)),
        prepare=finders,
    )


def build_site(
    settings: Settings,
    started: Declaration,
    auth: HubOAuth,
    on_entry: Callable[[Entry], None],
) -> Site:
    """Put the real adapters together, for a hub that `started` with a declaration.

    `on_entry` is called with each new entry of the ledger.
    """
    finders = Finders()
    declared = keeper_of(settings, started, auth.hub_host, finders)
    finders(declared.current.declaration)
    tls = {"client_key": auth.keyfile, "client_cert": auth.certfile, "ca_certs": auth.client_ca}
    api = HubAPI(auth.api_url, auth.api_token, settings.hub_timeout, tls)

    def written(entry: Entry) -> None:
        on_entry(entry)
        telling.wake()

    ledger = Ledger(Store(settings.database_url), utcnow, written)
    max_age = timedelta(seconds=settings.roster_max_age)
    roster = RosterKeeper(
        started,
        api.groups,
        max_age=max_age,
        now=utcnow,
        ledger_number=lambda: ledger.state.number,
    )
    configured = hub_says()
    history = History(ledger, utcnow)
    reachable = Reachable(ledger, utcnow, lambda created: _called(api, created))
    snapshots = SnapshotKeeper(
        declared, settings, roster, ledger, history, reachable, configured, utcnow
    )
    api.met = snapshots.meet
    home, hub = auth.base_url, auth.hub_host + auth.hub_prefix
    transport = set_up(settings.messages_file)
    pages = settings.public_url or auth.hub_host + home
    telling = Telling(ledger, transport, lambda: snapshots.current, utcnow, pages)
    ledger.beside = telling.beside
    snapshots.transports = transport.names
    snapshots.whole_links = pages.startswith("http")
    snapshots.unsent = lambda: telling.figures.stuck

    def rules() -> Rules:
        return snapshots.current.rules

    recorder = Recorder(ledger, api)
    keeping = Keeping(ledger, declared, rules, utcnow)
    appointments = Appointments(api, ledger, recorder, rules, utcnow, roster.learn)
    census = Census(
        started,
        api,
        ledger,
        of_interest=lambda: of_interest(roster.current, ledger.state) | reachable.owners,
        told_of=lambda: ledger.state.people,
        other_groups=other_groups(configured, started.mapped_groups),
        now=utcnow,
        look_every=settings.roster_seconds,
        read_every=settings.accounts_seconds,
        max_age=max_age,
    )
    keep = timedelta(days=settings.keep_days) if settings.keep_days else None
    forgetting = Forgetting(ledger, api, rules, utcnow, keep, lambda: keeping.laid.people)
    watch = Watch(
        roster,
        Observer(
            ledger,
            started,
            lambda name: api.account(name, utcnow()),
            lambda created: api.made(created, utcnow()),
            lambda: census.current,
            timedelta(0) if settings.authenticator_groups else SOMETIMES,
        ),
        Automatic(appointments, lambda: snapshots.current.names),
        recorder,
        census,
        history,
        snapshots,
        forgetting,
        reachable,
        keeping,
        declared,
        telling,
        settings.roster_seconds,
        settings.settle_seconds,
        settings.declaration_seconds,
    )
    needed = _needed_variables(settings, hub)
    templates = Templates(
        settings.template_paths,
        needed,
        settings.template_vars,
        names=lambda: snapshots.current.names,
        community=lambda: declared.current.declaration.community.name,
    )
    menu = Menu(settings.services, settings.service_name, home)
    self_check = SelfCheck(
        declared,
        templates,
        settings.left_out,
        ledger,
        watch,
        roster,
        transport.trouble or _half_links(transport.names, pages),
    )
    return Site(
        home=home,
        settings=settings,
        declared=declared,
        auth=auth,
        api=api,
        roster=roster,
        ledger=ledger,
        appointments=appointments,
        requests=Requests(api, ledger, rules, appointments, utcnow),
        new_users=NewUsers(api, ledger, recorder, rules(), utcnow),
        forgetting=forgetting,
        reachable=reachable,
        keeping=keeping,
        telling=telling,
        asking=Asking(ledger, lambda: snapshots.current, utcnow),
        snapshots=snapshots,
        watch=watch,
        self_check=self_check,
        renderer=Renderer(templates, menu, snapshots, roster, self_check, home, hub),
        finders=finders,
        directory=Directory(api, time.monotonic, lambda: declared.current.declaration.names),
        limiter=Limiter(time.monotonic, limits.MAX_WRITES, "changes"),
        look_ups=Limiter(time.monotonic, limits.MAX_LOOK_UPS, "look-ups"),
        guesses=Guesses(time.monotonic),
        # made when somebody first asks for it: it takes a tenth of the start
        api_document=cache(lambda: document(OPERATIONS, PARAMETERS, home, auth.cookie_name)),
        now=utcnow,
        started_at=utcnow(),
    )


def _half_links(transports: Collection[TransportName], pages: str) -> str:
    """What is wrong with the links in messages, if so: a mail has no address to go on from."""
    if not transports or "://" in pages:
        return ""
    return (
        f"Links in messages lead nowhere: they begin with {pages}, without the hub. Set"
        " c.JupyterHub.public_url, or public_url of this service."
    )


async def _called(api: HubAPI, created: datetime) -> str:
    """What the account that was made at a moment is called by now; empty if it is gone."""
    account = await api.made(created, utcnow())
    return account.name if account else ""


def utcnow() -> datetime:
    """The present, with its time zone: the only clock, handed to whoever needs one."""
    return datetime.now(timezone.utc)


def _needed_variables(settings: Settings, hub: str) -> dict[str, Any]:
    """What the hub's `page.html` needs."""
    return {
        "base_url": hub,
        "prefix": hub.removesuffix("hub/"),
        "static_url": lambda path, **_: f"{hub}static/{path}",
        "logout_url": f"{hub}logout",
        "no_spawner_check": True,
        "responsibility": Navigation(settings.service_name),
    }


def web_application(site: Site, secret: bytes) -> WebApplication:
    """The routes of a site as a tornado application."""
    home = site.home
    routes: list[Any] = [
        (home + route.pattern, route.handler, {"site": site, "route": route}) for route in ROUTES
    ]
    routes.append((f"{home}static/(.*)", FileHandler, {"path": str(STATIC)}))
    routes.append((home.rstrip("/"), SlashHandler, {"url": home, "permanent": False}))
    routes += [
        (home + pattern, route.handler, {"site": site, "route": route})
        for pattern, route in FALLBACK_ROUTES
    ]
    fallback = FALLBACK_ROUTES[-1][1]

    def answered(handler: RequestHandler) -> None:
        log_request(handler)
        request, route = handler.request, getattr(handler, "route", fallback)
        site.metrics.took(request.method, route.label, handler.get_status(), request.request_time())

    settings: dict[str, Any] = {
        POLICY: policy(site.settings.frame_ancestors),
        ANSWER: partial(answer, site.auth.api_token, site.settings.hub_pid),
        PROOF: partial(proof, site.auth.api_token),
        # pages have the token in them; a script of our origin could read it from the cookie
        "xsrf_cookie_kwargs": {"httponly": True, **site.settings.cookie_options},
    }
    return WebApplication(
        routes,
        cookie_secret=secret,
        log_function=answered,
        default_handler_class=fallback.handler,
        default_handler_args={"site": site, "route": fallback},
        **settings,
    )


def log_request(handler: RequestHandler) -> None:
    """One line for what went wrong; the path only, since a query may hold private words."""
    status = handler.get_status()
    level = logging.ERROR if status >= 500 else logging.INFO if status >= 400 else logging.DEBUG
    request = handler.request
    log.log(level, "%d %s %r %.1f ms", status, request.method, request.path,
            1000 * request.request_time())  # fmt: skip


class ResponsibilityService(Application):
    """The service process; `jupyterhub-responsibility serve` runs it."""

    name = "jupyterhub-responsibility serve"
    description = "Serve the Responsibilities pages; normally the hub starts this by itself."
    version = __version__
    classes = [Settings]
    aliases = {
        "config": "ResponsibilityService.config_file",
        "declaration": "Settings.declaration",
        "bind-url": "Settings.bind_url",
        "log-level": "Application.log_level",
    }
    flags = {
        "generate-config": (
            {"ResponsibilityService": {"generate": "yes"}},
            "Print a config file with every option and leave.",
        ),
    }

    config_file = Unicode("", help="A config file with options of this service.").tag(config=True)
    generate = Unicode("", help="Print a config file and leave.").tag(config=True)

    def _log_level_default(self) -> int:
        return logging.INFO

    @catch_config_error
    def initialize(self, argv: list[str] | None = None) -> None:
        """Handed-over options, then the config file, then the command line."""
        self.update_config(Config({"Settings": handed_over()}))
        self.parse_command_line(argv)
        if self.config_file:
            command_line = self.cli_config.copy()
            self.load_config_file(self.config_file)
            self.update_config(Config(command_line))
        _set_up_logging(self.log_level)

    def start(self) -> None:
        """Serve until told to stop."""
        if self.generate:
            print(self.generate_config_file())
            return
        asyncio.run(self.serve())

    async def serve(self) -> None:
        """Put everything together, and work until told to stop."""
        settings = Settings(parent=self)
        declaration = declaration_of(settings)
        if not os.environ.get("JUPYTERHUB_API_TOKEN"):
            raise ConfigurationError(
                "there is no token for the hub. Set JUPYTERHUB_API_TOKEN to the token that the"
                " hub has for this service"
            )
        auth = hub_oauth(settings.service_name, settings.identity_seconds, settings.cookie_options)
        if settings.left_out:
            log.warning(
                "These pages do without what can't be taken out of the hub's process of"
                " c.JupyterHub.template_vars: %s",
                ", ".join(settings.left_out),
            )
        site = build_site(settings, declaration, auth, emitter(self))
        app = web_application(site, cookie_secret(auth.api_token))
        working = asyncio.create_task(_work(site, app))
        stopping = asyncio.create_task(_told_to_stop(settings.hub_pid))
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def _work(site: Site, app: WebApplication) -> None:
    """Answer requests, and read the roster in between, until cancelled."""
    server = await listen(app, site.settings.bind_url, site.auth)
    try:
        await asyncio.to_thread(site.renderer.try_templates)  # by now somebody may be waiting
        await site.watch.run()
    finally:
        server.stop()
        await server.close_all_connections()
        await site.ledger.close()


def _set_up_logging(level: Any) -> None:
    logging.basicConfig(level=level, format="[%(levelname).1s %(asctime)s] %(message)s")
    # HubOAuth tells of every request that no browser sent, and of session ids, tornado of cookies
    # and whole addresses: not for our log.
    for name in ("application", "access", "general"):
        logging.getLogger(f"tornado.{name}").setLevel(logging.ERROR)


async def _told_to_stop(hub_pid: int) -> None:
    """Until a signal comes, or the hub that started this process is gone.

    A hub that is killed leaves its services behind, and its successor could not use the port.
    """
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    while not told.is_set():
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(told.wait(), 1)
        if hub_pid and not _alive(hub_pid):
            log.warning("The hub that started this service is gone")
            return


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to somebody else, and is there
        pass
    return True


def main(argv: list[str] | None = None) -> int:
    """Run the service; faults are said in a few lines. Returns the exit status."""
    try:
        ResponsibilityService.launch_instance(argv)
    except (ResponsibilityError, OSError) as error:
        print(f"jupyterhub-responsibility serve: {error}", file=sys.stderr)
        return 2
    return 0
