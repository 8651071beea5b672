"""A real JupyterHub with its real proxy, in processes of its own, on free ports.

    with RealHub(tmp_path, DECLARATION) as hub:
        hub.put_in_group("hub-admins", "hanna")
        page = hub.visit("hanna").get(hub.page())

The service is hub-managed. `api_url=` puts a FaultProxy between it and the hub's API.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from textwrap import dedent
from urllib.parse import quote

import psutil
import requests
import yaml

ADMIN_TOKEN = "test-admin-token-0123456789abcdef"
PASSWORD = "demo"
START_SECONDS = 60

PERSONAS = ("rita", "hanna", "uwe", "root")
"""rita represents the community, hanna administers the hub, uwe has no role, root is admin."""

HOLDERS = {"hub-admins": ("hanna", "rita"), "community-reps": ("rita",)}
"""Who is in which group on a hub that has its holders."""

MOVABLE_CLOCK = """
from datetime import timedelta
from pathlib import Path
from jupyterhub_responsibility.service import app

def moved(now=app.utcnow):
    days = Path("days-ahead")
    return now() + timedelta(days=int(days.read_text()) if days.exists() else 0)

app.utcnow = moved
"""
"""The service takes what the file `days-ahead` in the hub's folder says for the date."""

CLOSED = """
from jupyterhub_responsibility.enabling import arrangement

def closed(plan, hub, changes=arrangement.Plan.changes):
    changed = changes(plan, hub)
    changed.pop("extra_user_scopes", None)
    changed["load_roles"] = [role for role in changed["load_roles"] if role["name"] != "user"]
    return changed

arrangement.Plan.changes = closed
"""
"""Configuration after which ordinary users may not open the page, as if their role were changed."""

MANY_WRITES = """
from jupyterhub_responsibility.changes import quota
from jupyterhub_responsibility.service import limits

limits.MAX_WRITES = quota.MOST_A_DAY = quota.MOST_OPEN = 100_000
"""
"""One person may write more in a minute, and have more recorded, than people do."""

DECLARATION = {
    "community": {"name": "Reef Lab", "url": "https://reef.example"},
    "provider": {"name": "Cloud Crew", "url": "https://crew.example"},
    "roles": {
        "hub-administrator": {"groups": ["hub-admins"]},
        "community-representative": {
            "groups": ["community-reps"],
            "people": [{"name": "Professor Marlow", "email": "marlow@reef.example"}],
        },
    },
    "contacts": [
        {
            "id": "hub-admins",
            "name": "Hub administrators",
            "for": ["hub-administrator"],
            "email": "hub-admins@reef.example",
        },
        {
            "id": "help-desk",
            "name": "Help desk",
            "for": ["everyone"],
            "url": "https://reef.example/help",
            "hours": "Mon–Fri",
            "languages": ["en", "pt"],
            "public": True,
        },
        {
            "id": "private-line",
            "name": "Private line",
            "for": ["everyone"],
            "telephone": "+49 40 123456",
        },
    ],
}


def _ports() -> Iterator[int]:
    """Ports of this process of tests, each once: those that test beside it have others."""
    first, last, most = 12_000, 32_000, 8  # the system gives higher ones to connections
    share = (last - first) // most
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % most
    own = list(range(first + worker * share, first + (worker + 1) * share))
    random.Random(os.urandom(8)).shuffle(own)
    yield from own


_unused = _ports()


def free_port() -> int:
    """A port that nobody listens on or is about to, and that the system gives to no connection."""
    for port in _unused:
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("every port was given out once")


def proxy_folder() -> str:
    """Where configurable-http-proxy is: in this environment, or on PATH."""
    own = Path(sys.prefix, "lib", "chp", "node_modules", ".bin")
    if (own / "configurable-http-proxy").exists():
        return str(own)
    found = shutil.which("configurable-http-proxy")
    if not found:
        raise RuntimeError("configurable-http-proxy is missing: run 'make setup'")
    return str(Path(found).parent)


class RealHub:
    """One hub. `config` is added to its configuration, after or (`before`) ahead of enable().

    `first` is Python that the service runs before anything else, such as MOVABLE_CLOCK; `scheme`
    is that of its own address, behind the proxy, and `service_port` another than a free port. How
    it is started and where people find it may be changed before that: `command`, `run_as` (who
    runs it, as `Popen` takes it) and `origin`.
    """

    def __init__(
        self,
        folder: Path,
        declaration: dict | None = None,
        *,
        base_url: str = "/",
        before: str = "",
        config: str = "",
        options: str = "",
        settings: tuple[str, ...] = (
            "--Settings.roster_seconds=1",
            "--Settings.identity_seconds=1",
            "--Settings.declaration_seconds=0.3",
        ),
        api_url: str = "",
        python: str = sys.executable,
        first: str = "",
        scheme: str = "http",
        service_port: int = 0,
    ) -> None:
        self.folder, self.base_url, self.python = folder, base_url, python
        self.port, self.api_port, self.hub_port, self.service_port = (free_port() for _ in range(4))
        self.origin = f"http://127.0.0.1:{self.port}"
        self.command = [python, "-m", "jupyterhub", "-f", "jupyterhub_config.py"]
        self.run_as: dict = {}
        self.service_port = service_port or self.service_port
        self.declaration_file = folder / "responsibilities.yaml"
        text = yaml.safe_dump(DECLARATION if declaration is None else declaration)
        self.declaration_file.write_text(text)
        serve = (
            f"import os, sys; os.environ['JUPYTERHUB_API_URL'] = {api_url!r}"
            f" or os.environ['JUPYTERHUB_API_URL']; exec({first!r});"
            " from jupyterhub_responsibility.cli import main;"
            f" sys.exit(main(['serve', *{list(settings)!r}]))"
        )
        command = [python, "-c", serve]
        self.config = dedent(
            f"""
            c = get_config()
            c.JupyterHub.bind_url = "http://127.0.0.1:{self.port}{base_url}"
            c.JupyterHub.hub_port = {self.hub_port}
            c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{self.api_port}"
            c.ConfigurableHTTPProxy.should_start = True
            c.JupyterHub.authenticator_class = "dummy"
            c.DummyAuthenticator.password = "{PASSWORD}"
            c.Authenticator.allowed_users = set({PERSONAS!r})
            c.Authenticator.admin_users = {{"root"}}
            c.JupyterHub.spawner_class = "simple"
            c.JupyterHub.default_url = "{base_url}hub/home"
            c.JupyterHub.services.append(
                {{"name": "tester", "api_token": "{ADMIN_TOKEN}", "admin": True}}
            )
            """
        )
        self.config += before + dedent(
            f"""
            from jupyterhub_responsibility import enable
            enable(c, "responsibilities.yaml", url="{scheme}://127.0.0.1:{self.service_port}",
                   command={command!r}, {options})
            """
        )
        self.config += dedent(config)
        self.process: subprocess.Popen | None = None

    # -- the process

    def start(self, wait: bool = True) -> RealHub:
        """Start the hub and wait until the service answers through the proxy."""
        (self.folder / "jupyterhub_config.py").write_text(self.config)
        repository = str(Path(__file__).parents[1])
        environment = {
            **os.environ,
            "PATH": os.pathsep.join((proxy_folder(), os.environ["PATH"])),
            "PYTHONPATH": repository,
        }
        self._log = (self.folder / "hub.log").open("ab")
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **self.run_as,
        )
        if wait:
            self.wait_for(lambda: requests.get(self.page("healthz"), timeout=5).ok)
            self.wait_for(
                lambda: (
                    self.health()["roster"]["as_of"]
                    or self.health()["roster"]["trouble"] != "The hub has not been asked yet"
                )
            )
        return self

    def stop(self) -> None:
        """Stop the hub, its proxy and its service."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        if self.process:
            self._log.close()
            self.process = None

    def __enter__(self) -> RealHub:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log(self) -> str:
        """Everything the hub, proxy and service have said."""
        return (self.folder / "hub.log").read_text(errors="replace")

    def wait_for(self, condition, seconds: float = START_SECONDS):
        """Wait until a condition holds; connection errors count as not yet."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                result = condition()
                if result:
                    return result
            except requests.RequestException:
                result = None
            if self.process and self.process.poll() is not None:
                raise RuntimeError(f"the hub has ended:\n{self.log()[-4000:]}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"not so after {seconds} s:\n{self.log()[-4000:]}")
            time.sleep(0.1)

    # -- the service

    @property
    def service(self) -> psutil.Process:
        """The process of the service."""
        (found,) = [
            child
            for child in psutil.Process(self.process.pid).children()
            if "jupyterhub_responsibility" in " ".join(child.cmdline())
        ]
        return found

    @contextmanager
    def replica(self) -> Iterator[Replica]:
        """A second process of the service, with the command and the variables of the first."""
        first, second = self.service, Replica(self, free_port())
        process = subprocess.Popen(
            first.cmdline(),
            cwd=self.folder,
            env={**first.environ(), "JUPYTERHUB_SERVICE_URL": second.origin},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self.wait_for(lambda: requests.get(second.at(self.page("healthz")), timeout=5).ok)
            yield second
        finally:
            process.terminate()
            process.wait(20)

    # -- addresses

    def hub_url(self, path: str = "") -> str:
        """An address of the hub itself, through the proxy."""
        return f"{self.origin}{self.base_url}hub/{path}"

    def page(self, path: str = "") -> str:
        """An address of the service, through the proxy."""
        return f"{self.origin}{self.base_url}services/responsibilities/{path}"

    # -- people

    def visit(self, name: str) -> requests.Session:
        """A browser in which somebody has logged in to the hub."""
        session = requests.Session()
        session.headers["Sec-Fetch-Mode"] = "navigate"
        session.get(self.hub_url("login"), timeout=30)
        reply = session.post(
            self.hub_url("login"),
            data={
                "username": name,
                "password": PASSWORD,
                "_xsrf": session.cookies.get("_xsrf", path=f"{self.base_url}hub/"),
            },
            timeout=30,
            allow_redirects=False,
        )
        if reply.status_code != 302:
            raise RuntimeError(f"{name} could not log in: {reply.status_code}")
        return session

    def end_logins(self, name: str) -> None:
        """Take away every token with which somebody is logged in, as an administrator may."""

        def logins() -> list[dict]:
            tokens = self.api("GET", f"users/{name}/tokens").json()["api_tokens"]
            return [each for each in tokens if each["session_id"]]

        while found := logins():  # with one, the hub takes others of the same service away
            self.api("DELETE", f"users/{name}/tokens/{found[0]['id']}").raise_for_status()

    def health(self) -> dict:
        """What the service says about itself, to a program that may read metrics."""
        headers = {"Authorization": f"token {ADMIN_TOKEN}"}
        return requests.get(self.page("healthz"), headers=headers, timeout=10).json()

    # -- the hub's API, as an administrator

    def api(self, method: str, path: str, token: str = ADMIN_TOKEN, **kwargs) -> requests.Response:
        """Call the hub's API."""
        return requests.request(
            method,
            self.hub_url(f"api/{path}"),
            headers={"Authorization": f"token {token}"},
            timeout=60,
            **kwargs,
        )

    def with_holders(self) -> RealHub:
        """Put rita and hanna where HOLDERS says."""
        for group, names in HOLDERS.items():
            self._change_group("POST", group, names)
        self.wait_until_read()  # once: as the service ships, it reads twice a minute
        return self

    def put_in_group(self, group: str, *names: str) -> None:
        """Add accounts to a group, and wait until the service has seen it."""
        self._change_group("POST", group, names)
        self.wait_until_read()

    def take_out_of_group(self, group: str, *names: str) -> None:
        """Take accounts out of a group, and wait until the service has seen it."""
        self._change_group("DELETE", group, names)
        self.wait_until_read()

    def _change_group(self, method: str, group: str, names: tuple[str, ...]) -> None:
        path = f"groups/{quote(group, safe='')}/users"
        self.api(method, path, json={"users": list(names)}).raise_for_status()

    def wait_until_read(self) -> None:
        """Wait until the service has read the roster once more, from start to end."""
        asked = time.time() + 0.5  # a reading that ends sooner may have begun before

        def has_read() -> bool:
            now = time.time()  # before the answer: a slow one must not make a reading look younger
            roster = self.health()["roster"]
            if not roster["as_of"]:
                return False
            if 0 <= roster["age_seconds"] < now - asked:
                return True
            # A service that takes another day for today has no age to go by.
            return datetime.fromisoformat(roster["as_of"]).timestamp() > asked

        self.wait_for(has_read)

    def wait_until_accounts_are_read(self) -> None:
        """Wait until the service has read all accounts once more."""
        asked = datetime.now(timezone.utc)

        def has_read() -> bool:
            began = self.health()["accounts"]["as_of"]
            return bool(began) and datetime.fromisoformat(began) > asked

        self.wait_for(has_read)

    def token_for(self, name: str, scopes: list[str] | None = None) -> str:
        """A token of a user, with the scopes of the user or those given."""
        body = {"scopes": scopes} if scopes is not None else {}
        reply = self.api("POST", f"users/{quote(name, safe='')}/tokens", json=body)
        reply.raise_for_status()
        return str(reply.json()["token"])


@dataclass(frozen=True)
class Replica:
    """Another process of a hub's service, reached at its own port instead of through the proxy."""

    hub: RealHub
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, url: str) -> str:
        """An address below the proxy, at this replica."""
        return url.replace(self.hub.origin, self.origin, 1)
