"""Real Chromium in front of the real hub.

open_as   opens a page of the service, or of the hub, as somebody: `open_as("rita", "model")`;
          `width` is that of the window, `zoom` how much larger than usual everything is in it
horrible  does the same on a hub where everything has a horrible name and a group is missing
act_as    does the same on a hub where things are changed; afterwards it is as it was before
way       how somebody uses the pages: with scripts, without, or with keys alone in a page twice as
          large; `act_as("rita", **way.how)`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage.store import Store

from ..chromium import launched, log_in
from ..realhub import DECLARATION, MANY_WRITES, RealHub
from .keyboard import keys_alone

MISSING = "g" * 90
LONG = "donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HORRIBLE = {
    "community": {"name": "The International Consortium for Long Names in Oceanography"},
    "provider": {"name": LONG.capitalize()},
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {
            "groups": ["community-reps", MISSING],
            "people": [{"name": "W" * 100, "email": f"{'x' * 60}@{'y' * 60}.example"}],
        },
    },
    "contacts": [
        {
            "id": "long",
            "name": LONG,
            "for": ["everyone"],
            "url": "https://example.org/" + "a" * 200,
            "telephone": "+49 40 123456",
            "hours": "any time, " + "but not on " * 9,
            "languages": ["en", "de", "pt", "fr", "es", "it"],
            "topics": ["t" * 70, "short"],
            "public": True,
        }
    ],
}
WITHOUT_PEOPLE = {
    **DECLARATION,
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {"groups": ["community-reps"]},
    },
}
"""Rita is the only Community Representative, and at least one is needed."""
NEWCOMERS = ("maria", "nina", "tom", "ana", "bo", "cy")
AT_THE_START = {"hub-admins": {"hanna", "rita"}, "community-reps": {"rita"}}
OVERDUE = ("ana", "bo", "cy")
"""Their terms ended some days ago."""
NAMES = ("w" * 90, "w w" * 20, LONG, "line\nbreak", "\u202egnp.exe", "<b>bold<br>", "山田" * 30)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, or Playwright's own.

    It lives no longer than this package: Playwright's event loop would be in the way of others.
    """
    with launched() as chromium:
        yield chromium


class Visits:
    """Pages of one hub, each in a browser context of its own; who visits is logged in once."""

    def __init__(self, browser: Browser, hub: RealHub) -> None:
        self.browser, self.hub = browser, hub
        self._logins: dict[str, StorageState] = {}
        self._contexts: dict[tuple, BrowserContext] = {}

    def __call__(
        self, who: str, path: str = "", width: int = 1440, zoom: int = 1, **context
    ) -> Page:
        """Open a page of the service, or, with `hub/…`, one of the hub. "" is nobody."""
        context["device_scale_factor"] = zoom
        key = (who, *sorted(context.items()))
        if key not in self._contexts:
            self._contexts[key] = self._context(who, context)
        return self._page(self._contexts[key], path, width, zoom)

    def alone(self, who: str, path: str = "", width: int = 1440, zoom: int = 1, **context) -> Page:
        """The same in a context that no other page shares: its login may be ended."""
        context["device_scale_factor"] = zoom
        return self._page(self._context(who, context), path, width, zoom)

    def _context(self, who: str, context: dict) -> BrowserContext:
        state = self._login(who) if who else None
        return self.browser.new_context(storage_state=state, reduced_motion="reduce", **context)

    def _page(self, context: BrowserContext, path: str, width: int, zoom: int) -> Page:
        """A browser that zooms has fewer of the pixels that a page is laid out in."""
        page = context.new_page()
        page.set_viewport_size({"width": width // zoom, "height": 800 // zoom})
        hub_path = path.removeprefix("hub/")
        page.goto(self.hub.hub_url(hub_path) if hub_path != path else self.hub.page(path))
        return page

    def _login(self, who: str) -> StorageState:
        if who not in self._logins:
            context = self.browser.new_context()
            page = context.new_page()
            log_in(page, self.hub.hub_url("login"), who)
            page.wait_for_url("**/hub/home")
            page.goto(self.hub.page())
            self._logins[who] = context.storage_state()
            context.close()
        return self._logins[who]

    def close_pages(self) -> None:
        """Close every page; logins stay."""
        for context in self._contexts.values():
            for page in context.pages:
                page.close()


@pytest.fixture(scope="package")
def visits(browser: Browser, hub: RealHub) -> Visits:
    """One for the whole package: it takes a second to log in."""
    return Visits(browser, hub)


@pytest.fixture
def open_as(visits: Visits) -> Iterator[Visits]:
    yield visits
    visits.close_pages()


@pytest.fixture(scope="package")
def horrible_visits(browser: Browser, tmp_path_factory) -> Iterator[Visits]:
    """Its hub has a role that nobody can hold through one of its groups, for that is deleted."""
    with RealHub(tmp_path_factory.mktemp("horrible"), HORRIBLE) as hub:
        for name in NAMES:
            hub.api("POST", f"users/{quote(name, safe='')}").raise_for_status()
        names = [each["name"] for each in hub.api("GET", "users").json()]
        hub.api("DELETE", f"groups/{MISSING}").raise_for_status()
        hub.put_in_group("hub-admins", *names)
        hub.put_in_group("community-reps", "w" * 90, "山田" * 30)
        yield Visits(browser, hub)


@pytest.fixture
def horrible(horrible_visits: Visits) -> Iterator[Visits]:
    yield horrible_visits
    horrible_visits.close_pages()


class Acting(Visits):
    """Pages of a hub where people act; `call` does something through the API, to begin with."""

    def __init__(self, browser: Browser, hub: RealHub) -> None:
        super().__init__(browser, hub)
        self._tokens: dict[str, str] = {}

    def call(self, who: str, method: str, path: str, **json: object) -> dict:
        """What the API answers to somebody."""
        if who not in self._tokens:
            scopes = ["access:services!service=responsibilities", "self"]
            self._tokens[who] = self.hub.token_for(who, scopes)
        address = self.hub.page(f"api/{path}")
        headers = {"Authorization": f"token {self._tokens[who]}"}
        reply = requests.request(method, address, headers=headers, json=json or None, timeout=30)
        reply.raise_for_status()
        return dict(reply.json())

    def members(self, group: str) -> set[str]:
        """Who is in a group by what the hub says."""
        return set(self.hub.api("GET", f"groups/{group}").json()["users"])

    def restore(self) -> None:
        """Roles as they were at the start, and no request open."""
        for each in self.call("root", "GET", "requests")["requests"]:
            self.call("root", "POST", f"requests/{each['number']}", verdict="declined")
        for group, wanted in AT_THE_START.items():
            members = self.members(group)
            extra, gone = members - wanted - {*OVERDUE}, wanted - members
            if extra:
                self.hub.take_out_of_group(group, *extra)
            if gone:
                self.hub.put_in_group(group, *gone)


@pytest.fixture(scope="package")
def acting_visits(browser: Browser, tmp_path_factory) -> Iterator[Acting]:
    """A hub whose ledger knows of terms that have ended."""
    folder = tmp_path_factory.mktemp("acting")
    store = Store(f"sqlite:///{folder}/jupyterhub-responsibility.sqlite")
    store.open()
    for name in OVERDUE:
        _end_term(store, name)
    store.close()
    config = f"""
        c.Authenticator.allowed_users |= set({NEWCOMERS!r})
        c.JupyterHub.load_groups = {{
            "hub-admins": {{"users": ["hanna", "rita", *{OVERDUE!r}]}},
            "community-reps": {{"users": ["rita"]}},
        }}
    """
    with RealHub(folder, WITHOUT_PEOPLE, config=config, first=MANY_WRITES) as hub:
        yield Acting(browser, hub)


def _end_term(store: Store, name: str) -> None:
    """Write that root appointed somebody until the day before yesterday.

    Just now: of an older entry, the account that the hub is about to make would not be meant.
    """
    began = datetime.now(timezone.utc)
    about = {"role": "hub-administrator", "group": "hub-admins", "person": name}
    until = (datetime.now(timezone.utc).date() - timedelta(days=2)).isoformat()
    (intent,) = store.append(
        [Draft("appointment", "root", details={"until": until}, **about)], began
    )
    result = {"of": "appointment", "result": "done"}
    store.append([Draft("outcome", "root", intent=intent.number, details=result, **about)], began)


@pytest.fixture
def act_as(acting_visits: Acting) -> Iterator[Acting]:
    yield acting_visits
    acting_visits.close_pages()
    acting_visits.restore()


@dataclass(frozen=True)
class Way:
    """How somebody uses the pages: `how` they are opened, and a number for names that are new."""

    number: int
    how: Mapping[str, object]
    keys_alone: bool = False

    @property
    def scripts(self) -> bool:
        return bool(self.how.get("java_script_enabled", True))


WAYS = {
    "scripts": Way(0, {}),
    "no scripts": Way(1, {"java_script_enabled": False}),
    "keyboard and zoom": Way(2, {"width": 1280, "zoom": 2}, keys_alone=True),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request, monkeypatch) -> Way:
    if request.param.keys_alone:
        keys_alone(monkeypatch)
    return request.param
