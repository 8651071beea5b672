"""Who may connect to whom, where the values for Helm in the docs are used as they are.

The labels are those that the chart gives to its pods: `matchLabelsLegacyAndModern` and what its
deployments add, in version 4.2.0. Its network policies are on by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import yaml

from .reading import blocks

HELM = [yaml.safe_load(block.text) for block in blocks("yaml") if block.text.startswith("hub:")]
ACCESS = "hub.jupyter.org/network-access-"


def pod(component: str, *access: str) -> dict[str, str]:
    """The labels of a pod of the chart."""
    return {
        "app": "jupyterhub",
        "component": component,
        "release": "hub",
        "app.kubernetes.io/name": "jupyterhub",
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/instance": "hub",
        **{ACCESS + name: "true" for name in access},
    }


HUB = pod("hub", "proxy-api", "proxy-http", "singleuser")
PROXY = pod("proxy", "hub", "singleuser")
SERVER = pod("singleuser-server", "hub")


def named(peers: Iterable[Mapping[str, Any]], labels: Mapping[str, str]) -> bool:
    """Whether one of the peers of a rule is a pod with these labels."""
    return any(
        set(peer) == {"podSelector"}
        and peer["podSelector"]["matchLabels"].items() <= labels.items()
        for peer in peers
    )


def allows(rules: list[Any], peers: str, labels: Mapping[str, str], port: int) -> bool:
    """Whether a rule allows a pod, at that end of the connection, to use the port."""
    return any({"port": port} in rule["ports"] and named(rule[peers], labels) for rule in rules)


@pytest.fixture(params=HELM)
def values(request) -> dict:
    return request.param


@pytest.fixture
def port(values) -> int:
    return int(values["hub"]["service"]["extraPorts"][0]["targetPort"])


def test_there_are_values():
    """The docs have values for Helm."""
    assert HELM


@pytest.mark.parametrize("labels", [HUB, PROXY], ids=["hub", "proxy"])
def test_who_has_to_reach_the_service(values, port, labels):
    """The hub, which ends where it cannot at its start, and the proxy, which forwards requests."""
    assert allows(values["hub"]["networkPolicy"]["ingress"], "from", labels, port)


def test_who_need_not_reach_the_service(values, port):
    """The servers of users are let in by way of the proxy only."""
    assert not allows(values["hub"]["networkPolicy"]["ingress"], "from", SERVER, port)


def test_who_may_leave_for_the_service(values, port):
    """Hub and proxy may connect to it also where they may connect to nothing else."""
    for policy in (values["hub"]["networkPolicy"], values["proxy"]["chp"]["networkPolicy"]):
        assert allows(policy["egress"], "to", HUB, port)
        assert not allows(policy["egress"], "to", SERVER, port)


def test_where_the_service_is(values):
    """Its address, as hub and proxy know it, is a port of the hub's Service; it listens there."""
    code = "".join(values["hub"]["extraConfig"].values())
    (extra,) = values["hub"]["service"]["extraPorts"]
    assert f'url="http://hub:{extra["port"]}"' in code
    assert f"--bind-url=http://0.0.0.0:{extra['targetPort']}" in code
