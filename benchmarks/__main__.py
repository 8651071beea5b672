"""`make bench`: how fast the pages are, as ratios to the floor and to the hub's own pages.

One run, one machine, one client; the candidates take turns, so that whatever else the machine
does hits all of them. A report: nothing here fails because a machine is slow.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psutil
import requests

from benchmarks.crowd import crowded
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.storage.store import Store
from tests.realhub import ADMIN_TOKEN, RealHub, free_port

ROOT = Path(__file__).parents[1]
CONNECTIONS = 8
BATCH = 500
FEW, CROWD = 100, 100_000
HOLDERS = 200
VIEWERS = 50
A_SECOND = 20.0
READING_SECONDS = 300.0
AFTERMATH = 0.03
"""Seconds after a call in which those who waited for it still keep the hub busy."""
PAIRS = 6
ENTRIES = 100_000
WRITES = 28
FIRST_VISITED = ("", "contacts", "model", "roles/hub-administrator", "admin", "ledger")
OPPOSITE = {"POST": "DELETE", "DELETE": "POST"}
SESSION = requests.Session()

Row = tuple[str, str, str]
Pages = dict[Any, tuple[str, str]]
"""Name → address and Cookie header."""


def bench(rounds: int, seconds: float, users: int) -> Iterator[Row]:
    """Every comparison as (what, measured, wanted)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with hub_with_floor(folder / "hub") as hub:
            yield from compare_pages(hub, rounds, seconds)
            yield from compare_edits(hub)
            yield from compare_hub_sizes(hub, rounds, seconds, users)
            yield from compare_first_visits(hub)
        yield from compare_ledgers(folder, rounds, seconds)
        yield from compare_templates(folder, rounds, seconds)
        yield from compare_processes(folder / "hub", rounds)
        yield from compare_crowds(folder, rounds, seconds)


def hub_with_floor(folder: Path) -> RealHub:
    """A hub with our service, and the floor beside it."""
    folder.mkdir()
    floor = {
        "name": "floor",
        "url": f"http://127.0.0.1:{free_port()}",
        "command": [sys.executable, "-m", "benchmarks.floor"],
        "oauth_no_confirm": True,
    }
    config = f"""
        c.JupyterHub.services.append({floor!r})
        c.JupyterHub.extra_user_scopes.add("access:services!service=floor")
    """
    return RealHub(folder, config=config, settings=())


def compare_pages(hub: RealHub, rounds: int, seconds: float) -> Iterator[Row]:
    """A role holder's page through the proxy, against the floor and the hub's home page."""
    hub.with_holders()
    floor = hub.page().replace("/responsibilities/", "/floor/")
    pages = {
        "page of a role holder": (hub.page(), cookies(hub, hub.page())),
        "floor": (floor, cookies(hub, floor)),
        "/hub/home": (hub.hub_url("home"), cookies(hub, hub.hub_url("home"))),
    }
    size = len(requests.get(pages["page of a role holder"][0], timeout=30, headers={
        "Cookie": pages["page of a role holder"][1]}).content)  # fmt: skip
    yield "size of the page", f"{size:,} bytes", ""
    calls = hub_calls(hub)
    results = take_turns(pages, rounds, seconds)
    page, bottom, home = results.values()
    for name, runs in results.items():
        yield name, f"{speed(runs):,.0f}/s, p50 {latency(runs):.2f} ms", ""
    yield "page / floor", f"{ratio(page, bottom):.2f}", "≥ 1.20"
    yield "page / /hub/home", f"{ratio(page, home):.2f}", "≥ 4.00"
    views = sum(run["requests"] for run in page)
    made = hub_calls(hub) - calls
    yield "hub calls by the service", f"{made} in {views:,.0f} views", "0 a view"


def compare_edits(hub: RealHub) -> Iterator[Row]:
    """An appointment and a withdrawal, against the bare edit of the hub's group.

    In turn, through the proxy, with tokens; a person may write 30 times a minute.
    """
    bare, ours = [], []
    for actor in ("rita", "root"):
        token = hub.token_for(actor)
        for _ in range(WRITES // 2):
            for method, verb in (("PUT", "POST"), ("DELETE", "DELETE")):
                holder = hub.page("api/roles/hub-administrator/holders/uwe")
                ours.append(milliseconds(method, holder, token))
                group = hub.hub_url("api/groups/hub-admins/users")
                bare += [  # undo it, and do it again
                    milliseconds(edit, group, ADMIN_TOKEN, {"users": ["uwe"]})
                    for edit in (OPPOSITE[verb], verb)
                ]
    appoint, least = statistics.median(ours), statistics.median(bare)
    yield "appointing or withdrawing", f"p50 {appoint:.1f} ms (bare edit {least:.1f} ms)", ""
    yield "appointing / bare edit", f"{appoint / least:.2f}", "≤ 3.00"


def compare_first_visits(hub: RealHub) -> Iterator[Row]:
    """Each page when it is opened for the first time after somebody was appointed or withdrawn,
    so that nothing of before is of use; and right after that."""
    first: dict[str, list[float]] = {path: [] for path in FIRST_VISITED}
    again: list[float] = []
    holder, token = hub.page("api/roles/hub-administrator/holders/uwe"), hub.token_for("rita")
    opened = {path: cookies(hub, hub.page(path)) for path in FIRST_VISITED}
    for path in FIRST_VISITED:
        for method in ("PUT", "DELETE") * 2:
            milliseconds(method, holder, token)
            for times in (first[path], again):
                times.append(milliseconds("GET", hub.page(path), cookie=opened[path]))
    worst = max(first, key=lambda path: statistics.median(first[path]))
    took = statistics.median(first[worst])
    yield f"first visit after a change (/{worst})", f"p50 {took:.1f} ms", "≤ 20 ms"
    yield "the same visit again", f"p50 {statistics.median(again):.1f} ms", ""


def milliseconds(
    method: str, url: str, token: str = "", body: object = None, cookie: str = ""
) -> float:
    """How long one request takes, by a program with a token or by a browser with a cookie."""
    headers = {"Cookie": cookie} if cookie else {"Authorization": f"token {token}"}
    start = time.perf_counter()
    reply = SESSION.request(method, url, json=body, headers=headers, timeout=30)
    took = time.perf_counter() - start
    reply.raise_for_status()
    return 1000 * took


def compare_ledgers(folder: Path, rounds: int, seconds: float) -> Iterator[Row]:
    """The ledger's page and the role's page, with few entries and with many."""
    places = {"ledger": "ledger", "role page": "roles/hub-administrator"}
    with ExitStack() as stack:
        pages = {}
        for entries in (100, ENTRIES):
            home = folder / f"{entries} entries"
            home.mkdir()
            fill_ledger(home / "jupyterhub-responsibility.sqlite", entries)
            hub = stack.enter_context(RealHub(home)).with_holders()
            for name, path in places.items():
                pages[name, entries] = (hub.page(path), cookies(hub, hub.page(path)))
        results = take_turns(pages, rounds, seconds)
    for name in places:
        few, many = results[name, 100], results[name, ENTRIES]
        yield f"{name}, {ENTRIES:,} entries / 100", f"{ratio(few, many):.2f}", "≤ 1.20"


def fill_ledger(path: Path, number: int) -> None:
    """A ledger of requests and confirmations, as the years bring them."""
    store = Store(f"sqlite:///{path}")
    store.open()
    for first in range(0, number, BATCH):
        drafts = [
            Draft("confirmation", f"user-{n}", role="hub-administrator", person=f"user-{n}",
                  details={"duties_digest": "0" * 16})
            for n in range(first, min(first + BATCH, number))
        ]  # fmt: skip
        store.append(drafts, datetime.now(timezone.utc))
    store.close()


def compare_templates(folder: Path, rounds: int, seconds: float) -> Iterator[Row]:
    """The hub's home page with our templates and without, on several pairs of hubs.

    Two hubs that do the same differ by a few percent, for as long as they run: so each pair is
    started anew, and takes its turns in the other order.
    """
    ratios = []
    for pair in range(PAIRS):
        options = ["", "templates=False"]
        if pair % 2:
            options.reverse()
        with ExitStack() as stack:
            pages = {}
            for option in options:
                home = folder / f"{pair}{option}"
                home.mkdir()
                hub = stack.enter_context(RealHub(home, options=option)).with_holders()
                pages[option] = (hub.hub_url("home"), cookies(hub, hub.hub_url("home")))
            results = take_turns(pages, rounds, seconds)
        ratios.append(ratio(results[""], results["templates=False"]))
    each = " ".join(f"{one:.3f}" for one in ratios)
    yield "/hub/home with / without", f"{statistics.mean(ratios):.3f} ({each})", "≥ 0.95"


def compare_hub_sizes(hub: RealHub, rounds: int, seconds: float, users: int) -> Iterator[Row]:
    """The same page while the hub has few users, and many."""
    pages = {"page": (hub.page(), cookies(hub, hub.page()))}
    few = take_turns(pages, rounds, seconds)["page"]
    for first in range(0, users, BATCH):
        names = [f"user-{n}" for n in range(first, min(first + BATCH, users))]
        hub.api("POST", "users", json={"usernames": names}).raise_for_status()
    pages = {"page": (hub.page(), cookies(hub, hub.page()))}
    many = take_turns(pages, rounds, seconds)["page"]
    yield f"page with {users:,} users / with 4", f"{speed(many) / speed(few):.2f}", "≥ 0.90"


def compare_crowds(folder: Path, rounds: int, seconds: float) -> Iterator[Row]:
    """The panel, the service's memory and its calls with very many users, and with few."""
    names = {number: f"{number:,} users" for number in (FEW, CROWD)}
    with ExitStack() as stack:
        hubs = {
            number: stack.enter_context(crowded(folder / name, number, HOLDERS))
            for number, name in names.items()
        }
        pages = {number: (hub.page("admin"), cookies(hub, hub.page("admin"), "root"))
                 for number, hub in hubs.items()}  # fmt: skip
        results = take_turns(pages, rounds, seconds)
        slower = statistics.median(
            many["p95_ms"] / few["p95_ms"]
            for few, many in zip(results[FEW], results[CROWD], strict=True)
        )
        yield f"panel p95, {names[CROWD]} / {FEW}", f"{slower:.2f}", "≤ 1.50"
        memory = {number: hub.service.memory_info().rss / 1e6 for number, hub in hubs.items()}
        bigger = memory[CROWD] / memory[FEW]
        yield "memory of the service, likewise", f"{bigger:.2f} ({memory[CROWD]:.0f} MB)", "≤ 1.50"
        hubs[FEW].stop()
        yield from count_calls(hubs[CROWD])
        yield from compare_reading(hubs[CROWD])


def count_calls(hub: RealHub) -> Iterator[Row]:
    """How often the service asks the hub in a minute, while one looks at the panel, and many."""
    url, counted = hub.page("admin"), {}
    for number in (1, VIEWERS):
        everybody = [cookies(hub, url, "root") for _ in range(number)]
        before, until = hub.health()["roster"]["hub_calls"], time.monotonic() + 60
        while time.monotonic() < until:
            for cookie in everybody:
                SESSION.get(url, headers={"Cookie": cookie}, timeout=30).raise_for_status()
            time.sleep(1)
        counted[number] = hub.health()["roster"]["hub_calls"] - before
    yield (f"hub calls a minute, {VIEWERS} viewers / 1", f"{counted[VIEWERS]} / {counted[1]}",
           "independent")  # fmt: skip


def compare_reading(hub: RealHub) -> Iterator[Row]:
    """The hub's home page while accounts are read: of everybody, and of who met no such call."""
    url = hub.hub_url("home")
    command = [sys.executable, "-m", "benchmarks.visitors", url, cookies(hub, url)]
    done = subprocess.run([*command, str(A_SECOND), str(READING_SECONDS)], cwd=ROOT,
                          capture_output=True, check=True)  # fmt: skip
    visits, calls = json.loads(done.stdout), readings(hub)
    everybody = [took for _, took in visits]
    undisturbed = [took for came, took in visits if not any(
        began - took / 1000 < came < ended + AFTERMATH for began, ended in calls)]  # fmt: skip
    yield ("/hub/home p95 while reading / without",
           f"{p95(everybody) / p95(undisturbed):.3f} ({len(visits):,} visits,"
           f" {len(visits) - len(undisturbed):,} met a call)", "≤ 1.10")  # fmt: skip


def readings(hub: RealHub) -> list[tuple[float, float]]:
    """When the hub was busy with the reading of accounts, as its log says; seconds since 1970."""
    line = re.compile(
        r"^\[\w (\S+ \S+) .* 200 GET /hub/api/users\S* \(responsibilities@.* ([\d.]+)ms$", re.M
    )
    ends = [(datetime.fromisoformat(at).timestamp(), float(took) / 1000)
            for at, took in line.findall(hub.log())]  # fmt: skip
    return [(end - took, end) for end, took in ends]


def p95(times: list[float]) -> float:
    """What 95 of 100 stay below."""
    return sorted(times)[int(len(times) * 0.95)]


def compare_processes(folder: Path, rounds: int) -> Iterator[Row]:
    """Time until the first answer, and memory then, of our service and of the floor."""
    from jupyterhub_responsibility.declaration import dump, load
    from jupyterhub_responsibility.enabling.handover import hand_over

    declared = load(folder / "responsibilities.yaml")
    ours = [sys.executable, "-m", "jupyterhub_responsibility", "serve"]
    floor = [sys.executable, "-m", "benchmarks.floor"]
    results: dict[str, list[tuple[float, float]]] = {"ours": [], "floor": []}
    for _ in range(min(rounds, 5)):
        for name, command in (("ours", ours), ("floor", floor)):
            results[name].append(start_once(command, hand_over(declaration=dump(declared))))
    ready = {name: statistics.median(run[0] for run in runs) for name, runs in results.items()}
    memory = {name: statistics.median(run[1] for run in runs) for name, runs in results.items()}
    yield "ready after", f"{ready['ours']:.2f} s (floor {ready['floor']:.2f} s)", ""
    yield "memory", f"{memory['ours']:.0f} MB (floor {memory['floor']:.0f} MB)", ""
    yield "ready: ours / floor", f"{ready['ours'] / ready['floor']:.2f}", "≤ 1.50"
    yield "memory: ours / floor", f"{memory['ours'] / memory['floor']:.2f}", "≤ 1.50"


def start_once(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Start a service by hand: seconds until it answers, and its memory in MB then."""
    port, prefix = free_port(), "/services/it/"
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            **environment,
            "JUPYTERHUB_API_TOKEN": "none",
            "JUPYTERHUB_API_URL": "http://127.0.0.1:9/hub/api",
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_CLIENT_ID": "service-it",
            "JUPYTERHUB_SERVICE_NAME": "it",
            "JUPYTERHUB_SERVICE_PREFIX": prefix,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
        },
    )
    try:
        while True:
            try:
                requests.get(f"http://127.0.0.1:{port}{prefix}healthz", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.005)
        took = time.perf_counter() - start
        return took, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait()


def take_turns(pages: Pages, rounds: int, seconds: float) -> dict[Any, list[dict[str, float]]]:
    """Load each page for some seconds, in turn, round after round; the first run is a warm-up."""
    results: dict[Any, list[dict[str, float]]] = {name: [] for name in pages}
    for url, cookie in pages.values():
        load(url, cookie, 1.0)
    for _ in range(rounds):
        for name, (url, cookie) in pages.items():
            results[name].append(load(url, cookie, seconds))
    return results


def load(url: str, cookie: str, seconds: float) -> dict[str, float]:
    """One run of the load client, in a process of its own."""
    client = [sys.executable, "-m", "benchmarks.client", url, cookie, str(CONNECTIONS)]
    done = subprocess.run([*client, str(seconds)], cwd=ROOT, capture_output=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def speed(runs: list[dict[str, float]]) -> float:
    """Median requests per second."""
    return statistics.median(run["per_second"] for run in runs)


def ratio(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> float:
    """Median of the ratios of requests per second, round by round: a machine has moods."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(one["per_second"] / other["per_second"] for one, other in pairs)


def latency(runs: list[dict[str, float]]) -> float:
    """Median of the median latencies, in milliseconds."""
    return statistics.median(run["p50_ms"] for run in runs)


def cookies(hub: RealHub, url: str, name: str = "rita") -> str:
    """The Cookie header that somebody's browser sends to a page that it has opened before."""
    session = hub.visit(name)
    session.get(url, timeout=30).raise_for_status()
    return str(session.prepare_request(requests.Request("GET", url)).headers["Cookie"])


def hub_calls(hub: RealHub) -> int:
    """How often our service has asked the hub: for the roster, and who somebody is."""
    lines = hub.log().splitlines()
    return sum("/hub/api/groups" in line or "/hub/api/user " in line for line in lines)


def main() -> None:
    """Run everything and print the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1.5, help="for each page in each round")
    parser.add_argument("--users", type=int, default=10_000)
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {CONNECTIONS} connections,"
          f" {options.rounds} rounds of {options.seconds:g} s\n")  # fmt: skip
    for what, measured, wanted in bench(options.rounds, options.seconds, options.users):
        print(f"{what:<36} {measured:<32} {wanted}", flush=True)


if __name__ == "__main__":
    main()
