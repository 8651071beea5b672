"""Hubs whose login service decides who is in a group: OpenID Connect, and LDAP.

The provider is one that is made for tests (the code flow over HTTP; it doesn't check PKCE), the
directory a real OpenLDAP. LDAPAuthenticator reads groups, but doesn't manage the hub's: the few
lines that make it do so are an operator's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from oidc_provider_mock import run_server_in_thread

from ..hub.acting import ADMINISTRATOR, REPRESENTATIVE, Person, entries, members
from ..realhub import DECLARATION, PASSWORD, PERSONAS, RealHub, free_port
from .slapd import PEOPLE, slapd


class Managed(RealHub):
    """A hub whose groups are the login service's; `admins` and `team` are those of the roles."""

    admins: str
    team: str

    def __init__(self, folder: Path, config: str, **options: str) -> None:
        roles = {
            ADMINISTRATOR: {"groups": [self.admins], "initial": ["uwe"]},
            REPRESENTATIVE: {"groups": [self.team]},
        }
        super().__init__(folder, {**DECLARATION, "roles": roles}, config=config, **options)

    def put(self, **groups: set[str]) -> None:
        """From now on, somebody is in these groups of the login service, and in no others."""
        raise NotImplementedError


class OpenID(Managed):
    """A hub with OAuthenticator's generic class."""

    admins, team = "/hub-admins", "org:team-a"
    more = ""
    """More of its configuration."""

    @classmethod
    @contextmanager
    def made(cls, folder: Path, **options: str) -> Iterator[OpenID]:
        with run_server_in_thread() as server:
            provider = f"http://localhost:{server.server_port}"
            hub = cls(folder, OPENID_CONFIG.format(provider=provider) + cls.more, **options)
            hub.provider = provider
            yield hub

    def put(self, **groups: set[str]) -> None:
        for name, theirs in groups.items():
            claims = {"preferred_username": name, "groups": sorted(theirs)}
            requests.put(f"{self.provider}/users/{name}", json=claims, timeout=10)

    def visit(self, name: str) -> requests.Session:
        session = requests.Session()
        session.headers["Sec-Fetch-Mode"] = "navigate"
        there = session.get(self.hub_url("oauth_login"), timeout=30)
        assert there.url.startswith(f"{self.provider}/oauth2/authorize")
        back = session.post(there.url, data={"sub": name}, timeout=30)
        assert back.url.startswith(self.hub_url()), back.text
        return session


class Checking(OpenID):
    """The same, and the hub asks the login service again while people use it."""

    more = """
c.GenericOAuthenticator.enable_auth_state = True
c.GenericOAuthenticator.auth_refresh_age = 1
c.CryptKeeper.keys = ["00" * 32]
"""


class LDAP(Managed):
    """A hub with LDAPAuthenticator; one of the names has a comma in it."""

    people: tuple[str, ...] = PERSONAS
    admins = "CN=hub-admins,OU=groups,DC=example,DC=org"
    team = r"CN=Reef\, team a,OU=groups,DC=example,DC=org"

    @classmethod
    @contextmanager
    def made(cls, folder: Path, **options: str) -> Iterator[LDAP]:
        port = free_port()
        with slapd(folder, port) as directory:
            directory.fill(cls.people, PASSWORD, (cls.admins, cls.team))
            groups = [cls.admins, cls.team]
            config = LDAP_CONFIG.format(port=port, people=PEOPLE, groups=groups)
            hub = cls(folder, config, **options)
            hub.directory, hub.there = directory, {}
            yield hub

    def put(self, **groups: set[str]) -> None:
        self.there |= groups
        for group in (self.admins, self.team):
            self.directory.put(group, [name for name in self.there if group in self.there[name]])


OPENID_CONFIG = """
c.JupyterHub.authenticator_class = "generic-oauth"
c.GenericOAuthenticator.client_id = "the-hub"
c.GenericOAuthenticator.client_secret = "known-to-both"
c.GenericOAuthenticator.authorize_url = "{provider}/oauth2/authorize"
c.GenericOAuthenticator.token_url = "{provider}/oauth2/token"
c.GenericOAuthenticator.userdata_url = "{provider}/userinfo"
c.GenericOAuthenticator.scope = ["openid", "profile", "email"]
c.GenericOAuthenticator.username_claim = "preferred_username"
c.GenericOAuthenticator.manage_groups = True
c.GenericOAuthenticator.auth_state_groups_key = "oauth_user.groups"
"""

LDAP_CONFIG = """
c.JupyterHub.authenticator_class = "ldapauthenticator.LDAPAuthenticator"
c.LDAPAuthenticator.server_address = "127.0.0.1"
c.LDAPAuthenticator.server_port = {port}
c.LDAPAuthenticator.tls_strategy = "insecure"
c.LDAPAuthenticator.bind_dn_template = "UID={{username}},{people}"
c.LDAPAuthenticator.allowed_groups = {groups!r}
c.LDAPAuthenticator.group_search_filter = "(member={{userdn}})"
c.LDAPAuthenticator.group_attributes = ["member"]
c.LDAPAuthenticator.manage_groups = True

def with_groups(authenticator, handler, found):
    return {{**found, "groups": found["auth_state"]["ldap_groups"]}}

c.LDAPAuthenticator.post_auth_hook = with_groups
"""


@pytest.fixture(scope="module", params=[OpenID, LDAP])
def managed(request, tmp_path_factory):
    """Such a hub, on which everybody has logged in; its personas have their roles."""
    with request.param.made(tmp_path_factory.mktemp("managed")) as hub:
        hub.put(hanna={hub.admins}, rita={hub.admins, hub.team}, uwe=set(), root=set())
        with hub:
            for name in PERSONAS:
                hub.visit(name)
            hub.wait_until_read()
            yield hub


def read(hub: RealHub, name: str, path: str = "") -> str:
    """What somebody reads on a page, as one line."""
    reply = hub.visit(name).get(hub.page(path), timeout=30)
    assert reply.ok
    return " ".join(BeautifulSoup(reply.text, "html.parser").select_one("main").text.split())


def test_who_is_in_the_group_holds_the_role(managed):
    """Whatever the group is called; who is in none holds nothing."""
    assert members(managed, managed.admins) == {"hanna", "rita"}
    assert members(managed, managed.team) == {"rita"}
    assert "Hub Administrator" in read(managed, "hanna")
    assert "Community Representative" in read(managed, "rita")
    assert "You have no role on this hub" in read(managed, "uwe")
    scopes = managed.api("GET", "user", token=managed.token_for("hanna")).json()["scopes"]
    assert "list:users" in scopes


def test_the_page_says_what_it_knows(managed):
    """Who holds a role is as of a login; what is decided here has to be done there."""
    for name in ("hanna", "rita"):
        read(managed, name)
    managed.wait_until_accounts_are_read()
    said = read(managed, "rita", f"roles/{ADMINISTRATOR}")
    assert f"through the group {managed.admins}, as of a login no later than" in said
    assert "by the service with which people log in" in said
    reply = managed.visit("rita").get(managed.page(f"roles/{ADMINISTRATOR}"))
    assert BeautifulSoup(reply.text, "html.parser").select("input[name=person]")


def test_what_is_decided_here_waits(managed):
    """First holders, too: nobody is put into a group of the hub."""
    reply = Person(managed, "rita").appoint(ADMINISTRATOR, "root")
    assert reply.json()["result"] == "pending"
    pending = Person(managed, "root").get(f"api/roles/{ADMINISTRATOR}").json()["pending"]
    assert {(each["user"], each["by"]) for each in pending} == {
        ("uwe", "this service"),
        ("root", "rita"),
    }
    assert members(managed, managed.admins) == {"hanna", "rita"}
    number = reply.json()["entry"] - 1
    path = f"api/roles/{ADMINISTRATOR}/decisions/{number}"
    Person(managed, "rita").ask("DELETE", path).raise_for_status()


def test_the_panel_leads_to_where_it_is_decided(managed):
    """As on any other hub."""
    gaps = Person(managed, "root").get("api/coverage").json()["gaps"]
    steps = {gap["kind"]: gap["path"] for gap in gaps if gap["about"] == REPRESENTATIVE}
    assert steps["single-holder"] == f"roles/{REPRESENTATIVE}#appoint"


def test_the_login_service_gives_and_takes(managed):
    """With the next login, a role is there or gone; what was seen is recorded, and that it was
    decided where it was."""
    before = managed.health()["ledger"]["number"]
    managed.put(uwe={managed.admins}, hanna=set())
    assert members(managed, managed.admins) == {"rita", "hanna"}
    for name in ("uwe", "hanna"):
        managed.visit(name)
    assert members(managed, managed.admins) == {"rita", "uwe"}
    assert "Hub Administrator" in read(managed, "uwe")
    assert "You have no role on this hub" in read(managed, "hanna")

    def seen() -> set[tuple[str, str]]:
        found = (e for e in entries(managed, before) if e["event"] == "observation")
        return {(e["person"], e["details"]["change"]) for e in found}

    managed.wait_for(lambda: ("hanna", "left") in seen())
    done = [e for e in entries(managed, before) if e["event"] == "settlement"]
    assert [(e["person"], e["details"]["result"]) for e in done] == [("uwe", "done")]
    managed.put(uwe=set(), hanna={managed.admins})
    for name in ("uwe", "hanna"):
        managed.visit(name)
