"""systemd behind nginx, as the docs have it: TLS, a path prefix, and the service's own unit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
import yaml

from ..chromium import log_in
from ..docs.reading import ROOT, blocks
from ..hub.acting import Browser, members
from ..hub.test_tls import own_certificate
from ..realhub import RealHub, free_port
from .documented import Unit, exchanged
from .nginx import nginx
from .nobody import python_of_nobody

PAGE = "systemd-nginx.md"
BIN = Path(sys.executable).parent
TOKEN = "a-token-of-both-0123456789"
REPORTS = {
    "X-Scheme": "proxy_set_header X-Scheme $scheme;",
    "X-Forwarded-Proto": "proxy_set_header X-Forwarded-Proto $scheme;",
    "Forwarded": 'proxy_set_header Forwarded "for=$remote_addr;proto=$scheme";',
}
"""How nginx tells the hub that people come by https; the first is in the docs."""


CONTACT = {"id": "help", "name": "Help", "for": ["everyone"], "url": "/jupyter/hub/help"}
"""A page of the hub: downloads say where that is in full."""


def documented(language: str, heading: str) -> str:
    """The block of code below a heading of the page; the last one, a unit or whatever else."""
    *_, found = (b.text for b in blocks(language) if (b.page, b.heading) == (PAGE, heading))
    return found


def run(command: str, etc: Path) -> None:
    """A documented command, with this environment and this folder in the place of the real ones."""
    (line,) = (x for b in blocks("bash") if b.page == PAGE for x in b.text.splitlines()
               if f"jupyterhub-responsibility {command} " in x)  # fmt: skip
    line = exchanged(line, {"/opt/jupyterhub/bin": BIN, "/etc/jupyterhub": etc})
    environment = {"PYTHONPATH": str(ROOT), "PATH": str(BIN)}
    subprocess.run(line.removeprefix("sudo ").split(), check=True, env=environment)


def in_front(hub: RealHub, files: dict[str, str], port: int, plain: int, report: str) -> str:
    """The documented blocks for nginx, with this hub's ports and names."""
    return exchanged(
        documented("nginx", "nginx").replace("connection_upgrade", f"connection_upgrade_{port}"),
        {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "https://$host$": f"https://$host:{port}$",
            "Host $host;": f"Host $host:{port};",
            "hub.example.org;": "localhost;",
            "/etc/letsencrypt/live/hub.example.org/fullchain.pem": files["cert"],
            "/etc/letsencrypt/live/hub.example.org/privkey.pem": files["key"],
            "127.0.0.1:8000": f"127.0.0.1:{hub.port}",
            REPORTS["X-Scheme"]: REPORTS[report],
        },
    )


def hub_as_documented(folder: Path) -> RealHub:
    """The hub of the page: its configuration, its declaration, and the command of its unit."""
    hub, etc = RealHub(folder, base_url="/jupyter/"), folder / "etc"
    etc.mkdir()
    run("init", etc)
    run("check", etc)
    file = etc / "responsibilities.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), "contacts": [CONTACT]}))
    said = exchanged(
        documented("python", "The hub"),
        {
            "127.0.0.1:8000": f"127.0.0.1:{hub.port}",
            '{"ada"}': '{"root"}',
            '/etc/jupyterhub/responsibilities.yaml"': f"{file}\", url='{service_url(hub)}'",
        },
    )
    hub.config = hub.config[: hub.config.index("from jupyterhub_responsibility")] + said
    unit = Unit(documented("ini", "The hub"))
    hub.command = exchanged(" ".join(unit.command), {
        "/opt/jupyterhub/bin": BIN, "/etc/jupyterhub": folder}).split()  # fmt: skip
    return hub


def service_url(hub: RealHub) -> str:
    return f"http://127.0.0.1:{hub.service_port}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Iterator[dict[str, str]]:
    """One for localhost, from an authority that `requests` trusts from now on."""
    files = own_certificate(tmp_path_factory.mktemp("certificate"), "nginx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", files["authority"])
        yield files


@pytest.fixture(scope="module")
def fronted(tmp_path_factory, certificate):
    """The hub of the docs behind one nginx; `origins` are its addresses, by what nginx reports."""
    folder = tmp_path_factory.mktemp("nginx")
    hub, ports = hub_as_documented(folder), {report: free_port() for report in REPORTS}
    hub.plain = [free_port() for _ in REPORTS]
    front = (
        in_front(hub, certificate, port, plain, report)
        for (report, port), plain in zip(ports.items(), hub.plain, strict=True)
    )
    hub.origins = {report: f"https://localhost:{port}" for report, port in ports.items()}
    hub.origin = hub.origins["X-Scheme"]
    with nginx(folder, "".join(front)), hub:
        yield hub.with_holders()


@pytest.fixture(params=REPORTS)
def behind(request, fronted) -> Iterator[RealHub]:
    """The same, reached by each of the ways in which nginx may say that people come by https."""
    fronted.origin = fronted.origins[request.param]
    yield fronted
    fronted.origin = fronted.origins["X-Scheme"]


def addresses(reply: requests.Response) -> list[str]:
    """Where somebody was sent, step by step, and where they are."""
    return [urljoin(each.url, each.headers["Location"]) for each in reply.history] + [reply.url]


def test_the_way_in(behind):
    """Without a login people get to the login page, and with one to the page, always by https."""
    browser = requests.Session()
    browser.headers["Sec-Fetch-Mode"] = "navigate"
    asked = browser.get(behind.page())
    assert asked.url.startswith(f"{behind.origin}/jupyter/hub/login")
    page = behind.visit("hanna").get(behind.page().rstrip("/"))
    assert (page.status_code, page.url) == (200, behind.page())
    assert "Hub Administrator" in page.text
    for address in addresses(asked) + addresses(page):
        assert address.startswith(behind.origin + "/jupyter/")


def test_plain_http_leads_to_https(fronted):
    """Who types the address without https gets there, too."""
    reply = requests.get(f"http://localhost:{fronted.plain[0]}/jupyter/hub/login", timeout=10)
    assert reply.url.startswith(f"{fronted.origin}/jupyter/hub/login")


def test_cookies_go_over_https_only(behind):
    """None of ours is sent in the clear."""
    session = behind.visit("uwe")
    session.get(behind.page("contacts"))
    ours = [each for each in session.cookies if "responsibilities" in each.path]
    assert ours
    assert all(each.secure for each in ours)


def test_appointing(behind):
    """A form is sent with what browsers send along: a token, and where it comes from."""
    rita = Browser(behind, "rita")
    rita.session.headers.update({"Origin": behind.origin, "Referer": behind.page()})
    role = "roles/hub-administrator"
    done = rita.submit(role, {"action": "appoint"}, person="uwe")
    assert members(behind, "hub-admins") == {"rita", "hanna", "uwe"}
    undone = rita.submit(role, {"action": "withdraw", "account": "uwe"})
    assert members(behind, "hub-admins") == {"rita", "hanna"}
    for reply in (done, undone):
        assert reply.history
        for address in addresses(reply):
            assert address.startswith(behind.origin + "/jupyter/")


def test_in_a_browser(fronted, browser):
    """A real browser logs in, opens the page from the bar, and appoints somebody."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    log_in(page, fronted.hub_url("home"), "rita")
    page.click("nav >> text=Responsibilities")
    page.wait_for_url(fronted.page())
    page.goto(fronted.page("roles/hub-administrator"))
    page.fill("input[name=person]", "uwe")
    page.click("button:has-text('Appoint')")
    page.wait_for_selector("[role=status] >> text=uwe")
    assert members(fronted, "hub-admins") == {"rita", "hanna", "uwe"}
    context.close()
    fronted.take_out_of_group("hub-admins", "uwe")


def test_downloads_say_where_the_hub_is(behind):
    """In a file, an address is complete: with https, the name of the hub, and the prefix."""
    session = behind.visit("root")
    session.get(behind.page())
    found = session.get(behind.page("exports/contacts.json")).json()
    assert f"{behind.origin}{CONTACT['url']}" in json.dumps(found)


# -- the service on its own


@pytest.fixture(scope="module")
def external(reachable, certificate):
    """A hub that leaves the service to its own unit, run by a user who may do nothing else."""
    etc, token = reachable / "etc", "a-token-of-both-0123456789"
    command = f"{python_of_nobody(reachable)} -m jupyterhub_responsibility"
    options = f"external=True, api_token={token!r}"
    hub = RealHub(reachable, base_url="/jupyter/", options=options)
    unit = Unit(
        exchanged(
            documented("ini", "The service on its own"),
            {
                "/etc/jupyterhub/responsibilities.yaml": hub.declaration_file,
                "/opt/jupyterhub/bin/jupyterhub-responsibility": command,
                "/etc/jupyterhub": etc,
                "/var/lib": reachable,
                ":8081/": f":{hub.hub_port}/",
            },
        )
    )
    etc.mkdir()
    said = {"JUPYTERHUB_API_TOKEN": token, "JUPYTERHUB_SERVICE_URL": service_url(hub)}
    lines = (f"{name}={value}\n" for name, value in said.items())
    (etc / "responsibilities.env").write_text("".join(lines))
    unit.make_state(reachable)
    port = free_port()
    front = in_front(hub, certificate, port, free_port(), "X-Scheme")
    hub.origin = f"https://localhost:{port}"
    with nginx(reachable, front), unit.running(), hub:
        yield hub.with_holders()


def test_its_own_unit(external):
    """It works like that, too, with a ledger that nobody else can read."""
    page = external.visit("hanna").get(external.page())
    assert (page.status_code, page.url) == (200, external.page())
    assert "Hub Administrator" in page.text
    Browser(external, "rita").submit(
        "roles/hub-administrator", {"action": "appoint"}, person="uwe")  # fmt: skip
    assert members(external, "hub-admins") == {"rita", "hanna", "uwe"}
    state = external.folder / "responsibilities"
    assert state.stat().st_mode & 0o077 == 0
    assert (state / "ledger.sqlite").stat().st_size
    assert external.health()["status"] == "ok"


def test_what_the_hub_does_not_tell_is_not_known(external):
    """Whether each user's server has a domain of its own, the hub tells what it starts itself."""
    page = external.visit("root").get(external.page("admin")).text
    assert "Not known: the hub doesn't start this service" in page
