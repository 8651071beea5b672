"""What ships for fleets of hubs: the dashboard and the alert rules, over metrics of real hubs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from jupyterhub_responsibility.coverage import KINDS, URGENCIES
from jupyterhub_responsibility.declaration import load
from jupyterhub_responsibility.paths import FLEET
from jupyterhub_responsibility.service.metrics import METRICS

from ..docs.reading import blocks
from ..prometheus import Prometheus, promtool
from ..realhub import DECLARATION, RealHub

TOKEN = "token-of-prometheus-0123456789"
DASHBOARD = json.loads(FLEET["dashboard"].read_text())
IMPORTED = {key: value for key, value in DASHBOARD.items() if not key.startswith("__")}
"""The dashboard as Grafana keeps it, once it has been imported."""
RULES = yaml.safe_load(FLEET["rules"].read_text())["groups"][0]["rules"]
(SERVICE,) = (block.text for block in blocks("python") if '"name": "prometheus"' in block.text)
(CONFIG,) = (block.text for block in blocks("yaml") if block.text.startswith("scrape_configs:"))

VARIABLES = {"$job": "responsibilities", "$instance": ".+", "$__rate_interval": "1m"}


def expressions(role: str) -> Iterator[tuple[str, str]]:
    """What each panel asks, as it is asked of Prometheus when `role` is chosen."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            asked = target["expr"].replace("$role", role)
            for name, value in VARIABLES.items():
                asked = asked.replace(name, value)
            yield f"{panel['title']} {target['refId']}", asked


# -- alert rules


def test_the_rules_are_well_formed():
    """promtool takes them."""
    done = promtool("check", "rules", FLEET["rules"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


def test_the_rules_alert_when_they_should():
    """Hubs of every kind, over 27 hours: each alert comes when it should, in its own words."""
    tests = Path(__file__).with_name("rules.test.yaml")
    done = promtool("test", "rules", tests)
    assert done.returncode == 0, done.stdout + done.stderr
    tested = yaml.safe_load(tests.read_text())["tests"][0]["alert_rule_test"]
    alerting = {test["alertname"] for test in tested if test["exp_alerts"]}
    assert alerting == {rule["alert"] for rule in RULES}


def test_what_they_ask_for_exists():
    """Rules and dashboard name metrics, labels, kinds, urgencies and roles that there are."""
    asked = [rule["expr"] for rule in RULES] + [
        each for _, each in expressions("hub-administrator")
    ]
    names = {metric.name for metric in METRICS}
    for expression in asked:
        for name in re.findall(r"\bresponsibility_\w+", expression):
            assert re.sub("_(bucket|count)$", "", name) in names, name
    text = " ".join(asked)
    assert set(re.findall(r'urgency="(\w+)"', text)) == set(URGENCIES)
    assert set(re.findall(r'kind="([\w-]+)"', text)) <= set(KINDS)
    roles = load(DECLARATION).model.roles
    assert set(re.findall(r'role="([\w-]+)"', text)) <= set(roles)


# -- the dashboard


def lost(given: Any, kept: Any, at: str = "") -> Iterator[str]:
    """What is in one JSON value and not in another."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key in given:
            yield from lost(given[key], kept.get(key, "missing"), f"{at}.{key}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for index, pair in enumerate(zip(given, kept, strict=True)):
            yield from lost(*pair, f"{at}[{index}]")
    elif given != kept:
        yield f"{at}: {given}"


def through(kind: type[Any], given: Any) -> Any:
    """A JSON value, read and written by one of Grafana's own types."""
    return json.loads(JSONEncoder().encode(kind.from_json(given)))


def test_grafana_knows_every_key():
    """Grafana's own types read the dashboard, its panels' options too, and lose nothing of it."""
    assert list(lost(IMPORTED, through(Dashboard, IMPORTED))) == []
    for panel in DASHBOARD["panels"]:
        options = import_module(f"grafana_foundation_sdk.models.{panel['type']}").Options
        assert list(lost(panel["options"], through(options, panel["options"]))) == []


def test_it_can_be_imported():
    """Whoever imports it says which Prometheus it asks; nothing in it names one."""
    (needed,) = DASHBOARD["__inputs"]
    source = {"type": "prometheus", "uid": f"${{{needed['name']}}}"}
    variables = DASHBOARD["templating"]["list"]
    for part in (*DASHBOARD["panels"], *variables):
        assert part["datasource"] == source
        assert all(target["datasource"] == source for target in part.get("targets", ()))
    required = {each["id"] for each in DASHBOARD["__requires"] if each["type"] == "panel"}
    assert {panel["type"] for panel in DASHBOARD["panels"]} == required
    text = json.dumps(DASHBOARD)
    used = set(re.findall(r"\$([a-z]\w*)", text))
    assert used == {variable["name"] for variable in variables}
    assert "id" not in DASHBOARD


def test_its_panels_lie_side_by_side():
    """No two panels share an id or a place, and none is wider than the page."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        places = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not taken & places, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= places
        assert panel["description"].endswith(".")


# -- with a real Prometheus, over real hubs


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """A Prometheus that scrapes a hub with a representative, one that lost theirs, and a dead one.

    It is configured as the docs say, but for names, places and how often.
    """
    folder = tmp_path_factory.mktemp("prometheus")
    roles = {"hub-administrator": {"groups": ["hub-admins"]},
             "community-representative": {"groups": ["community-reps"]}}  # fmt: skip
    service = SERVICE.replace('os.environ["PROMETHEUS_TOKEN"]', repr(TOKEN))
    covered, vacant = (
        RealHub(tmp_path_factory.mktemp(name), {"roles": roles}, config=service)
        for name in ("covered", "vacant")
    )
    config = yaml.safe_load(CONFIG)
    (job,) = config["scrape_configs"]
    (folder / "token").write_text(TOKEN)
    job["scheme"] = "http"
    job["authorization"]["credentials_file"] = str(folder / "token")
    hubs = [f"127.0.0.1:{hub.port}" for hub in (covered, vacant)]
    job["static_configs"] = [{"targets": [*hubs, "127.0.0.1:1"]}]
    config["global"] = {
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "evaluation_interval": "1s",
    }
    config["rule_files"] = [str(FLEET["rules"])]
    with covered, vacant, Prometheus(folder, config) as running:
        for hub in (covered, vacant):
            hub.put_in_group("community-reps", "rita")
        vacant.take_out_of_group("community-reps", "rita")
        running.covered, running.vacant = hubs
        running.wait_for(lambda: running.ask(SINCE))
        running.wait_for(lambda: len(running.ask("responsibility_hub_calls_total offset 3s")) == 2)
        yield running


SINCE = 'responsibility_gap_since_timestamp_seconds{about="community-representative"}'


def test_each_expression_finds_something(prometheus):
    """What each panel asks is understood, and answered from what real hubs say."""
    for title, expression in expressions("community-representative"):
        assert prometheus.ask(expression), title


def test_it_answers_the_question(prometheus):
    """Which hubs have no Community Representative, and since when?"""
    panels = dict(expressions("community-representative"))
    who, since = (panels[f"No $role, and since when {ref}"] for ref in "AB")
    (found,) = prometheus.ask(who)
    assert found["metric"]["instance"] == prometheus.vacant
    (begun,) = prometheus.ask(since)
    assert begun["metric"]["instance"] == prometheus.vacant
    (now,) = prometheus.ask("vector(time())")
    seconds = float(now["value"][1]) - float(begun["value"][1]) / 1000
    assert 0 < seconds < 300

    def count(panel: str) -> str:
        (value,) = prometheus.ask(panels[f"{panel} A"])
        return value["value"][1]

    assert [count(panel) for panel in ("Hubs", "Without $role", "Cannot tell")] == ["3", "1", "1"]


def test_a_role_that_everybody_has_is_zero_not_nothing(prometheus):
    """Where the hubs that can tell have somebody, it is zero; where none can, there is no count."""
    asked = dict(expressions("community-representative"))["Without $role A"]
    assert prometheus.ask(asked.replace(".+", prometheus.covered))[0]["value"][1] == "0"
    assert prometheus.ask(asked.replace(".+", "127.0.0.1:1")) == []


def test_the_rules_see_the_hubs(prometheus):
    """Prometheus has the rules, and begins to alert about the hubs that give reason to."""
    assert prometheus.wait_for(
        lambda: prometheus.alerts() >= {"NoCommunityRepresentative", "ResponsibilitiesDown",
                                        "UrgentResponsibilityGap"}
    )  # fmt: skip
