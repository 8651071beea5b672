"""Who reaches whom under network policies, as Kubernetes has it.

A pod that no policy is about may do everything in that direction; otherwise, one rule has to
allow it. A connection needs both ends: it may leave one pod, and enter the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

NAMESPACE = "kubernetes.io/metadata.name"

Policy = Mapping[str, Any]
"""What stands below `spec` in a NetworkPolicy."""


@dataclass(frozen=True)
class Pod:
    """Whatever can be at an end of a connection; without labels, something outside the cluster."""

    labels: Mapping[str, str]
    namespace: str = "hub"
    address: str = "10.0.0.7"


def reaches(
    policies: Iterable[Policy], source: Pod, target: Pod, port: int, protocol: str = "TCP"
) -> bool:
    """Whether the policies, all of them in the namespace `hub`, let a connection through."""
    policies = list(policies)
    return all(
        _allowed(
            [each for each in policies if _about(each, pod, direction)],
            key,
            peers,
            other,
            port,
            protocol,
        )
        for pod, other, direction, key, peers in (
            (source, target, "Egress", "egress", "to"),
            (target, source, "Ingress", "ingress", "from"),
        )
    )


def _about(policy: Policy, pod: Pod, direction: str) -> bool:
    labels = policy["podSelector"].get("matchLabels", {})
    return (
        direction in policy["policyTypes"]
        and pod.namespace == "hub"
        and labels.items() <= pod.labels.items()
    )


def _allowed(
    policies: list[Policy], key: str, peers: str, other: Pod, port: int, protocol: str
) -> bool:
    rules = [rule for policy in policies for rule in policy.get(key, ())]
    return not policies or any(
        _has_port(rule, port, protocol) and _has_peer(rule.get(peers), other) for rule in rules
    )


def _has_port(rule: Mapping[str, Any], port: int, protocol: str) -> bool:
    ports = rule.get("ports")
    return not ports or any(
        each["port"] == port and each.get("protocol", "TCP") == protocol for each in ports
    )


def _has_peer(peers: list[Mapping[str, Any]] | None, pod: Pod) -> bool:
    return not peers or any(_is(peer, pod) for peer in peers)


def _is(peer: Mapping[str, Any], pod: Pod) -> bool:
    if "ipBlock" in peer:
        return not pod.labels and ip_address(pod.address) in ip_network(peer["ipBlock"]["cidr"])
    if "namespaceSelector" in peer:
        namespace = {NAMESPACE: pod.namespace}
        there = peer["namespaceSelector"].get("matchLabels", {}).items() <= namespace.items()
    else:
        there = pod.namespace == "hub"
    labels = peer.get("podSelector", {}).get("matchLabels", {})
    return bool(pod.labels) and there and labels.items() <= pod.labels.items()
