"""The service at https: with the hub's own authority (`internal_ssl`), and with a certificate."""

from __future__ import annotations

import pytest
import requests
from certipy import Certipy
from jupyterhub.services.auth import HubOAuth

from jupyterhub_responsibility.service.port import server_tls

from ..realhub import RealHub

INTERNAL_SSL = """
c.JupyterHub.internal_ssl = True
c.ConfigurableHTTPProxy.api_url = c.ConfigurableHTTPProxy.api_url.replace("http:", "https:")
"""
HERE = ["IP:127.0.0.1", "DNS:localhost"]


def own_certificate(folder, name: str = "service") -> dict[str, str]:
    """A key and a certificate from an authority of one's own: their paths, and the authority's."""
    certipy = Certipy(store_dir=str(folder / "own"))
    authority = certipy.create_ca("authority", overwrite=True)["files"]["cert"]
    files = certipy.create_signed_pair(name, "authority", alt_names=HERE)["files"]
    return {"key": files["key"], "cert": files["cert"], "authority": authority}


@pytest.fixture(scope="module")
def internal(tmp_path_factory):
    """A hub, its proxy and its service, which trust each other and nobody else."""
    with RealHub(tmp_path_factory.mktemp("internal"), config=INTERNAL_SSL) as running:
        yield running.with_holders()


@pytest.fixture(scope="module")
def internal_https(tmp_path_factory):
    """The same, with a service at https, whose certificate comes from the hub as well."""
    folder = tmp_path_factory.mktemp("internal_https")
    with RealHub(folder, config=INTERNAL_SSL, scheme="https") as running:
        yield running.with_holders()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A hub whose service has a certificate of the operator's own, which hub and proxy trust."""
    folder = tmp_path_factory.mktemp("own")
    files = own_certificate(folder)
    first = (
        f"import os; os.environ['JUPYTERHUB_SSL_KEYFILE'] = {files['key']!r};"
        f" os.environ['JUPYTERHUB_SSL_CERTFILE'] = {files['cert']!r}"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", files["authority"])  # for the hub
        patch.setenv("NODE_EXTRA_CA_CERTS", files["authority"])  # for the proxy
        with RealHub(folder, scheme="https", first=first) as running:
            yield running.with_holders()


@pytest.fixture(params=["internal", "internal_https", "own"])
def secure(request) -> RealHub:
    return request.getfixturevalue(request.param)


def appoint(hub: RealHub, method: str, name: str) -> dict:
    """Let rita change who administers the hub."""
    token = {"Authorization": f"token {hub.token_for('rita')}"}
    url = hub.page(f"api/roles/hub-administrator/holders/{name}")
    reply = requests.request(method, url, headers=token, timeout=30)
    assert reply.ok, reply.text
    return reply.json()


def test_the_main_story(secure):
    """Over TLS between hub, proxy and service, people log in, read their page, and appoint."""
    page = secure.visit("hanna").get(secure.page())
    assert page.url == secure.page()
    assert "Hub Administrator" in page.text
    assert appoint(secure, "PUT", "uwe")["result"] == "done"
    assert "Hub Administrator" in secure.visit("uwe").get(secure.page()).text
    assert appoint(secure, "DELETE", "uwe")["result"] == "done"
    assert secure.api("GET", "groups/hub-admins").json()["users"] == ["hanna", "rita"]


def test_it_really_is_tls(own):
    """At the port of the service there is TLS, with the operator's certificate."""
    url = own.page("healthz").replace(own.origin, f"https://127.0.0.1:{own.service_port}")
    authority = own.folder / "own" / "authority" / "authority.crt"
    assert requests.get(url, verify=str(authority), timeout=10).json()["status"] == "ok"
    with pytest.raises(requests.ConnectionError):
        requests.get(url.replace("https:", "http:"), timeout=10)


def test_the_hubs_own_certificates(internal_https):
    """With what the hub gives with internal_ssl, the service answers its proxy, and nobody else."""
    hub = internal_https
    certificates = hub.folder / "internal-ssl"
    proxy = certificates / "proxy-client" / "proxy-client"
    trust = str(certificates / "proxy-client-ca_trust.crt")
    url = hub.page("healthz").replace(hub.origin, f"https://127.0.0.1:{hub.service_port}")
    known = {"verify": trust, "cert": (f"{proxy}.crt", f"{proxy}.key"), "timeout": 10}
    assert requests.get(url, **known).json()["status"] == "ok"
    with pytest.raises(requests.ConnectionError):
        requests.get(url, verify=trust, timeout=10)


def test_no_certificate():
    """At https without a certificate, the service says which variables it needs."""
    with pytest.raises(ValueError, match="JUPYTERHUB_SSL_KEYFILE"):
        server_tls(HubOAuth(base_url="/", keyfile="", certfile=""))


def test_a_certificate_that_is_none(tmp_path):
    """Files that are missing, or hold something else, are named."""
    text = tmp_path / "text"
    text.write_text("not a certificate")
    for file in (text, tmp_path / "missing"):
        with pytest.raises(ValueError, match=str(file)):
            server_tls(HubOAuth(base_url="/", keyfile=str(file), certfile=str(file)))
