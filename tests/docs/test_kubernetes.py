"""The page on Kubernetes: who reaches whom, and what its values and manifests say to the service.

Labels and policies of the chart are those of Zero to JupyterHub 4: `matchLabelsLegacyAndModern`
and what its deployments add. Its policies are on by default; here they are as strict as they can
be set, with every one of `egressAllowRules` off.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from jupyterhub_responsibility.service.app import ResponsibilityService
from jupyterhub_responsibility.service.routes import ROUTES
from jupyterhub_responsibility.service.settings import Settings

from ..image import instructions
from .policies import Pod, Policy, reaches
from .reading import ROOT, blocks, page, section

INSIDE, BESIDE = (
    yaml.safe_load(block.text) for block in blocks("yaml") if block.text.startswith("hub:")
)
"""The values for Helm: with the service in the hub's pod, and in pods of its own."""

MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
(DEPLOYMENT,), (SERVICE,), (POLICY,), (BUDGET,) = (
    [each for each in map(yaml.safe_load, map(Path.read_text, MANIFESTS)) if each["kind"] == kind]
    for kind in ("Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget")
)
POD_SPEC = DEPLOYMENT["spec"]["template"]["spec"]
(CONTAINER,) = POD_SPEC["containers"]

VERSIONS = ("1.29", "1.32", "1.37")
"""Of Kubernetes; the chart needs 1.32."""

ACCESS = "hub.jupyter.org/network-access-"


def pod(component: str, *access: str) -> Pod:
    """A pod of the chart."""
    labels = {
        "app": "jupyterhub",
        "component": component,
        "release": "hub",
        "app.kubernetes.io/name": "jupyterhub",
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/instance": "hub",
    }
    return Pod(labels | {ACCESS + name: "true" for name in access})


HUB = pod("hub", "proxy-api", "proxy-http", "singleuser")
PROXY = pod("proxy", "hub", "singleuser")
SERVER = pod("singleuser-server", "hub")
OURS = Pod(DEPLOYMENT["spec"]["template"]["metadata"]["labels"])
DATABASE = Pod({"app.kubernetes.io/name": "postgresql"})
ANOTHER_DATABASE = Pod({"app.kubernetes.io/name": "postgresql"}, "elsewhere")
STRANGER = Pod({"app": "something"}, "elsewhere")
NAMES = Pod({"k8s-app": "kube-dns"}, "kube-system")
CACHED_NAMES = Pod({}, address="169.254.20.10")
INTERNET = Pod({}, address="203.0.113.7")


def chart(values: dict) -> Iterator[Policy]:
    """The chart's policies for hub and proxy, with what the values add."""
    parts = (
        ("hub", values["hub"].get("networkPolicy", {}), 8081, "hub", {"proxy": 8001}),
        ("proxy", values["proxy"]["chp"]["networkPolicy"], 8000, "proxy-http", {"hub": 8081}),
    )
    for component, added, port, access, others in parts:
        to = {name: {"matchLabels": {"app.kubernetes.io/component": name}} for name in others}
        yield {
            "podSelector": {"matchLabels": {"app.kubernetes.io/component": component}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "ports": [{"port": port}],
                    "from": [{"podSelector": {"matchLabels": {ACCESS + access: "true"}}}],
                },
                *added.get("ingress", []),
            ],
            "egress": [
                *(
                    {"ports": [{"port": others[name]}], "to": [{"podSelector": to[name]}]}
                    for name in others
                ),
                *added.get("egress", []),
            ],
        }


HAVE_TO = {
    "the hub its own service": (INSIDE, HUB, HUB, 10105),
    "the proxy the hub's": (INSIDE, PROXY, HUB, 10105),
    "the hub the service": (BESIDE, HUB, OURS, 10105),
    "the proxy the service": (BESIDE, PROXY, OURS, 10105),
    "the service the hub": (BESIDE, OURS, HUB, 8081),
    "the service its database": (BESIDE, OURS, DATABASE, 5432),
    "the service the names": (BESIDE, OURS, NAMES, 53),
    "the service cached names": (BESIDE, OURS, CACHED_NAMES, 53),
}
NEED_NOT = {
    "a server the hub's": (INSIDE, SERVER, HUB, 10105),
    "a stranger the hub's": (INSIDE, STRANGER, HUB, 10105),
    "the hub a server": (INSIDE, HUB, SERVER, 10105),
    "the proxy a server": (INSIDE, PROXY, SERVER, 10105),
    "a server the service": (BESIDE, SERVER, OURS, 10105),
    "a stranger the service": (BESIDE, STRANGER, OURS, 10105),
    "the database the service": (BESIDE, DATABASE, OURS, 10105),
    "the hub another port": (BESIDE, HUB, OURS, 22),
    "the service the proxy's API": (BESIDE, OURS, PROXY, 8001),
    "the service a server": (BESIDE, OURS, SERVER, 8888),
    "the service the internet": (BESIDE, OURS, INTERNET, 443),
    "the service no more than names": (BESIDE, OURS, NAMES, 443),
    "the service another database": (BESIDE, OURS, ANOTHER_DATABASE, 5432),
}


def policies(values: dict) -> list[Policy]:
    """All that are there; ours only where the service has pods of its own."""
    return [*chart(values), *([POLICY["spec"]] if values is BESIDE else [])]


@pytest.mark.parametrize("who", HAVE_TO)
def test_who_has_to_reach_whom(who):
    """The hub looks at its start whether the service is there; the proxy forwards to it."""
    values, source, target, port = HAVE_TO[who]
    assert reaches(policies(values), source, target, port)


@pytest.mark.parametrize("who", NEED_NOT)
def test_who_need_not_reach_whom(who):
    """The servers of users are let in by way of the proxy only, and others not at all."""
    values, source, target, port = NEED_NOT[who]
    assert not reaches(policies(values), source, target, port)


def test_names_are_asked_for_by_either_protocol():
    """Names of the cluster are resolved over UDP, and long answers over TCP."""
    assert reaches(policies(BESIDE), OURS, NAMES, 53, "UDP")


def test_where_the_service_is():
    """Its address, as hub and proxy know it, is a port of the hub's Service; it listens there."""
    code = "".join(INSIDE["hub"]["extraConfig"].values())
    (extra,) = INSIDE["hub"]["service"]["extraPorts"]
    assert f'url="http://hub:{extra["port"]}"' in code
    assert f"--bind-url=http://0.0.0.0:{extra['targetPort']}" in code


# -- the manifests


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_takes_them(path, version):
    """Each manifest is what the schemas of Kubernetes itself allow, with no other key."""
    for document in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(document, version, strict=True)


def test_the_parts_belong_together():
    """Deployment, Service, policy and budget are about the same pods, by the same port."""
    labels = OURS.labels.items()
    spec = DEPLOYMENT["spec"]
    for selector in (
        spec["selector"]["matchLabels"],
        SERVICE["spec"]["selector"],
        POLICY["spec"]["podSelector"]["matchLabels"],
        BUDGET["spec"]["selector"]["matchLabels"],
        *(x["labelSelector"]["matchLabels"] for x in POD_SPEC["topologySpreadConstraints"]),
    ):
        assert selector.items() <= labels
    (ours,), (theirs,) = CONTAINER["ports"], SERVICE["spec"]["ports"]
    assert theirs["targetPort"] == ours["name"]
    assert spec["replicas"] > BUDGET["spec"]["minAvailable"] > 0
    assert f"http://{SERVICE['metadata']['name']}:{theirs['port']}" in str(BESIDE["hub"])


def test_the_port_is_the_services():
    """The container is reached at the port that its image listens at."""
    image = dict(instructions(ROOT / "Dockerfile"))
    (port,) = CONTAINER["ports"]
    assert str(port["containerPort"]) == image["EXPOSE"]
    assert f"{POD_SPEC['securityContext']['runAsUser']}:" in image["USER"]


PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


@pytest.mark.parametrize("probe", PROBES)
def test_the_probes_ask_what_everybody_may_know(probe):
    """Each probe asks an address of the service that needs no login, by a port that is there."""
    get = CONTAINER[probe]["httpGet"]
    (route,) = (
        each for each in ROUTES if get["path"] == f"/services/{Settings().service_name}/{each.path}"
    )
    assert route.may == "anybody"
    assert get["port"] == CONTAINER["ports"][0]["name"]


def test_the_variables_are_read():
    """Each variable is one that the service reads, and what is secret comes from the Secret."""
    variables = {each["name"]: each for each in CONTAINER["env"]}
    documented = section("operating.md", "On its own")
    assert all(f"| `{name}` |" in documented for name in variables)
    secret = {name for name, each in variables.items() if "valueFrom" in each}
    assert secret == {"JUPYTERHUB_API_TOKEN", "JUPYTERHUB_RESPONSIBILITY_DATABASE"}
    assert variables["JUPYTERHUB_API_URL"]["value"].startswith("http://hub:8081/")


def test_what_is_made_by_hand():
    """The page says how to make the Secret, with each of its keys, and the ConfigMap."""
    commands = "".join(block.text for block in blocks("bash") if block.page == "kubernetes.md")
    hubs = BESIDE["hub"]["extraEnv"].values()
    for each in [*CONTAINER["env"], *hubs]:
        if key := each.get("valueFrom", {}).get("secretKeyRef"):
            assert f"--from-file={key['key']}" in commands
            assert f"create secret generic {key['name']} " in commands
    (volume,) = POD_SPEC["volumes"]
    (at_the_hub,) = BESIDE["hub"]["extraVolumes"]
    assert volume["configMap"] == at_the_hub["configMap"]
    assert f"create configmap {volume['configMap']['name']} --from-file=" in commands


def test_the_declaration_is_found():
    """What is in the ConfigMap is where the service and the hub look for it."""
    image = dict(instructions(ROOT / "Dockerfile"))
    (mount,), (at_the_hub,) = CONTAINER["volumeMounts"], BESIDE["hub"]["extraVolumeMounts"]
    assert mount["mountPath"] == image["WORKDIR"]
    assert f"--from-file={Settings().declaration}" in page("kubernetes.md")
    assert f'"{at_the_hub["mountPath"]}/{Settings().declaration}"' in str(BESIDE["hub"])


def test_the_settings_are_known():
    """What is given to the service when it is started is something that it takes."""
    command, *options = CONTAINER["args"]
    assert command == "serve"
    service = ResponsibilityService()
    service.initialize(options)
    assert set(service.config.get("Settings", {})) <= set(Settings.class_traits(config=True))


def test_it_has_no_more_rights_than_it_needs() -> None:
    """Nobody is root, nothing can be written or gained, and Kubernetes isn't talked to."""
    whole: dict[str, Any] = {**POD_SPEC["securityContext"], **CONTAINER["securityContext"]}
    assert whole["runAsNonRoot"]
    assert whole["runAsUser"] > 0
    assert whole["readOnlyRootFilesystem"]
    assert not whole["allowPrivilegeEscalation"]
    assert whole["capabilities"] == {"drop": ["ALL"]}
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert POD_SPEC["automountServiceAccountToken"] is False
    assert {"cpu", "memory"} <= set(CONTAINER["resources"]["requests"])
    assert "memory" in CONTAINER["resources"]["limits"]
