"""The metrics of a real hub: who may read them, and what they say on good days and bad."""

from __future__ import annotations

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families as parse

from jupyterhub_responsibility.coverage import KINDS
from jupyterhub_responsibility.service.metrics import REQUESTS

from ..docs.reading import blocks
from ..faultproxy import FaultProxy
from ..prometheus import promtool
from ..realhub import PERSONAS, RealHub

TOKEN = "token-of-prometheus-0123456789"
(SERVICE,) = (block.text for block in blocks("python") if '"name": "prometheus"' in block.text)
"""What the docs tell operators to configure."""

NAMES = (*PERSONAS, "Marlow", "hub-admins", "community-reps", "reef")
"""What no metric may say."""


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def scrape(hub, token: str = TOKEN, **headers: str) -> requests.Response:
    return requests.get(hub.page("metrics"), headers=bearer(token) | headers, timeout=30)


def values(hub) -> dict[tuple, float]:
    """Every value, by the name of its metric and its labels, which are in alphabetical order."""
    reply = scrape(hub)
    assert reply.status_code == 200, reply.text
    families = parse(reply.text)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def named(found: dict[tuple, float], name: str) -> set[str]:
    """The first labels of a metric."""
    return {labels[0] for metric, *labels in found if metric == name}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """A hub that Prometheus may read as the docs say, and what goes wrong before its API."""
    with FaultProxy() as proxy:
        hub = RealHub(
            tmp_path_factory.mktemp("measured"),
            config=SERVICE.replace('os.environ["PROMETHEUS_TOKEN"]', repr(TOKEN)),
            api_url=proxy.url,
            settings=(
                "--Settings.roster_seconds=1",
                "--Settings.identity_seconds=1",
                "--Settings.roster_max_age=2",
                "--Settings.hub_timeout=2",
            ),
        )
        proxy.target, proxy.hub = f"http://127.0.0.1:{hub.hub_port}", hub
        with hub:
            hub.put_in_group("hub-admins", "hanna", "rita")
            yield proxy


@pytest.fixture
def measured(faults) -> RealHub:
    return faults.hub


# -- who may read them


def test_a_service_with_the_scope_reads_them(measured):
    """The service of the docs, which can do nothing else, gets text for Prometheus."""
    scopes = measured.api("GET", "user", token=TOKEN).json()["scopes"]
    assert scopes == ["read:metrics"]
    reply = scrape(measured)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith("text/plain; version=")
    openmetrics = scrape(measured, Accept="application/openmetrics-text;version=1.0.0")
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")


def test_a_person_with_the_scope_reads_them(measured):
    """A token of somebody who has the scope does, too: both ways to send it."""
    token = measured.token_for("root", ["read:metrics"])
    assert scrape(measured, token).status_code == 200
    reply = scrape(measured, "", Authorization=f"token {token}")
    assert reply.status_code == 200


@pytest.mark.parametrize("who", ["rita", "uwe", "root, for the pages only", "nonsense", "nobody"])
def test_others_are_refused(measured, who):
    """Whoever lacks the scope gets 403, what it needs in plain words, and no figure."""
    if who.startswith("root"):
        scopes = ["access:services!service=responsibilities"]
        token = measured.token_for("root", scopes)
    else:
        token = measured.token_for(who) if who in PERSONAS else who
    headers = bearer(token) if who != "nobody" else {}
    reply = requests.get(measured.page("metrics"), headers=headers, timeout=30)
    refused(reply)


@pytest.mark.parametrize("name", ["rita", "root"])
def test_browsers_are_refused(measured, name):
    """So does a browser, also that of a JupyterHub admin, and isn't sent to a login."""
    session = measured.visit(name)
    session.get(measured.page())
    refused(session.get(measured.page("metrics"), allow_redirects=False))


def test_a_token_in_the_address_is_refused(measured):
    """Addresses end up in logs."""
    refused(requests.get(measured.page(f"metrics?token={TOKEN}"), timeout=30))


def refused(reply: requests.Response) -> None:
    assert reply.status_code == 403
    assert "read:metrics" in reply.text
    assert "responsibility_" not in reply.text
    assert reply.headers["Content-Type"].startswith("text/plain")


# -- what they say


def test_they_follow_the_hub(measured):
    """Holders and gaps are those of a moment ago, with since when where the ledger saw it."""
    measured.put_in_group("hub-admins", "uwe")
    assert values(measured)["responsibility_holders", "hub-administrator"] == 3
    measured.take_out_of_group("hub-admins", "hanna", "rita", "uwe")
    since = ("responsibility_gap_since_timestamp_seconds", "hub-administrator", "role-vacant")
    measured.wait_for(lambda: since in values(measured), 20)
    empty = values(measured)
    measured.put_in_group("hub-admins", "hanna", "rita")
    again = values(measured)
    assert empty["responsibility_holders", "hub-administrator"] == 0
    assert again["responsibility_holders", "hub-administrator"] == 2
    vacant = ("responsibility_gaps", "role-vacant", "urgent")
    assert empty[vacant] == again[vacant] + 1
    assert since not in again


def test_reading_them_asks_the_hub_nothing_but_who_reads(faults, measured):
    """Ten readings: the hub is asked who reads, and nothing on top of what it is asked anyway."""
    scrape(measured)
    faults.seen.clear()
    for _ in range(10):
        scrape(measured)
    background = {f"GET /hub/api/{path}" for path in ("groups", "users")}
    asked = [call.split("?")[0] for call in faults.seen]
    assert set(asked) <= {"GET /hub/api/user", *background}
    assert len(asked) <= 8  # a second's worth, or two on a busy machine


def test_requests_are_counted_by_address(measured):
    """Whatever the role, the user or the nonsense in the address: the table's address counts."""
    session = measured.visit("uwe")
    session.get(measured.page())

    def counts() -> dict[tuple, float]:
        name = f"{REQUESTS.name}_count"
        return {tuple(rest): n for (metric, *rest), n in values(measured).items() if metric == name}

    before = counts()
    for role in ("hub-administrator", "community-representative", "no-such-role"):
        session.get(measured.page(f"roles/{role}"))
    session.get(measured.page("nonsense/uwe?q=private"))
    session.request("PROPFIND", measured.page("model"))
    after = counts()
    for labels, number in {
        ("GET", "/roles/<role>", "2xx"): 2,
        ("GET", "/roles/<role>", "4xx"): 1,
        ("GET", "other", "4xx"): 1,
        ("other", "/model", "4xx"): 1,
    }.items():
        assert after[labels] - before.get(labels, 0) == number, labels
    known = {"/metrics", "/healthz", "/", "/oauth_callback", "/roles/<role>", "/model", "other"}
    known.add("/hub-contacts")  # which the hub asks by itself
    assert {route for _, route, _ in after} <= known


def test_they_are_as_prometheus_wants_them(measured):
    """promtool finds nothing to object to."""
    done = promtool("check", "metrics", stdin=scrape(measured).text)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_they_name_nobody(measured):
    """No account, group, person or address is in any of them, and no token."""
    text = scrape(measured).text
    assert not any(name in text for name in (*NAMES, TOKEN))


# -- bad days


def test_what_the_hub_does_not_say_is_absent(faults, measured):
    """While the groups cannot be read: no holders, no gaps of theirs, no age; then again."""
    with faults.fault(status=500, only="/groups"):
        measured.wait_for(lambda: measured.health()["roster"]["as_of"] is None, 30)
        found = values(measured)
    measured.wait_until_read()
    again = values(measured)
    gaps, holders = "responsibility_gaps", "responsibility_holders"
    assert named(found, gaps) == {
        name for name, kind in KINDS.items() if "roster" not in kind.sources
    }
    assert named(found, holders) == {"site-reliability-engineer", "community-guide"}
    assert ("responsibility_roster_age_seconds",) not in found
    assert found["responsibility_unchecked",] > again["responsibility_unchecked",]
    assert found["responsibility_hub_call_failures_total",] > 0
    assert again["responsibility_hub_call_seconds_total",] > 0
    assert "role-vacant" in named(again, gaps)
    assert "hub-administrator" in named(again, holders)
    assert again["responsibility_roster_age_seconds",] < 5


def test_while_the_hub_is_down_they_cannot_be_read(faults, measured):
    """Nobody is let in on trust: 503 in plain words, and when to try again."""
    with faults.fault(down=True):
        measured.wait_for(lambda: scrape(measured).status_code == 503, 20)
        reply = scrape(measured)
    measured.wait_for(lambda: scrape(measured).status_code == 200, 20)
    measured.wait_until_read()
    assert reply.status_code == 503
    assert reply.headers["Retry-After"]
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert "responsibility_" not in reply.text
