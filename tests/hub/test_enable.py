"""`enable` on configuration objects: what it adds, what it leaves alone, and what it refuses."""

from __future__ import annotations

import copy
import logging
import sys

import pytest
from jupyterhub.auth import Authenticator
from traitlets.config import Config

from jupyterhub_responsibility import enable
from jupyterhub_responsibility.domain.access import SERVICE_SCOPES
from jupyterhub_responsibility.enabling import config as hub_config
from jupyterhub_responsibility.enabling.handover import VARIABLE, hand_over
from jupyterhub_responsibility.enabling.pages import HubPages
from jupyterhub_responsibility.errors import ConfigurationError, DeclarationError, UnreadableError
from jupyterhub_responsibility.paths import templates as our_templates

from ..realhub import DECLARATION

PAGE = "access:services!service=responsibilities"
OURS = str(our_templates())


@pytest.fixture
def c():
    config = Config()
    config.JupyterHub.bind_url = "http://127.0.0.1:8000"
    return config


@pytest.fixture(params=[(5, 2, 1), (6, 1, 1)], ids=["JupyterHub 5", "JupyterHub 6"])
def version(request, monkeypatch):
    monkeypatch.setattr(hub_config, "_hub_version", lambda: request.param)
    return request.param


@pytest.fixture
def on_5(monkeypatch):
    monkeypatch.setattr(hub_config, "_hub_version", lambda: (5, 2, 1))


def declaring(**changes):
    """The usual declaration with a role that says something else."""
    declaration = copy.deepcopy(DECLARATION)
    declaration["roles"]["hub-administrator"].update(changes)
    return declaration


def named(entries, name):
    """The one entry of that name."""
    (found,) = [entry for entry in entries if entry["name"] == name]
    return found


def plain(config: Config) -> dict:
    """A configuration as one can compare it; asking lazy values must not change them."""
    return {
        section: {name: repr(value) for name, value in config[section].items()}
        for section in config
    }


# -- what it adds


def test_it_adds_roles_groups_service_and_templates(c, version):
    """On an empty configuration, everything that the product needs is there, and no more."""
    enable(c, DECLARATION)
    hub = c.JupyterHub
    service = named(hub.services, "responsibilities")
    assert service["command"] == [sys.executable, "-m", "jupyterhub_responsibility", "serve"]
    assert service["url"] == "http://127.0.0.1:10105"
    assert "admin" not in service
    assert hub.load_groups == {"hub-admins": {}, "community-reps": {}}
    assert hub.template_paths == [OURS]
    administrator = named(hub.load_roles, "hub-administrator")
    assert administrator["groups"] == ["hub-admins"]
    assert {"admin-ui", "list:users", "read:users", "servers", PAGE} <= set(administrator["scopes"])
    assert named(hub.load_roles, "community-representative")["scopes"] == [PAGE]
    assert set(named(hub.load_roles, "responsibilities-service")["scopes"]) == {
        "groups!group=hub-admins",
        "groups!group=community-reps",
        *(each.name for each in SERVICE_SCOPES if each.when == "always"),
        "admin:users",
    }


def test_every_user_may_open_the_page(c, version):
    """JupyterHub 6 adds the scope to the `user` role by itself; on 5 the role is extended."""
    enable(c, DECLARATION)
    if version >= (6,):
        assert c.JupyterHub.extra_user_scopes == {PAGE}
        assert not [role for role in c.JupyterHub.load_roles if role["name"] == "user"]
    else:
        assert named(c.JupyterHub.load_roles, "user")["scopes"] == ["self", PAGE]
        assert "extra_user_scopes" not in c.JupyterHub


def test_twice_is_once(c, version):
    """A second call that says the same changes nothing."""
    enable(c, DECLARATION)
    once = plain(c)
    enable(c, copy.deepcopy(DECLARATION))
    assert plain(c) == once


def test_no_member_is_declared(c):
    """Groups are declared without members: whom a list names would come back at every start."""
    enable(c, declaring(initial=["hanna"]))
    assert not any(c.JupyterHub.load_groups.values())


# -- what is there already


def test_what_stands_before_is_kept(c, version):
    """Assigned values of the operator stay, and ours come after them."""
    hub = c.JupyterHub
    hub.services = [{"name": "culler", "command": ["true"]}]
    hub.load_roles = [{"name": "culler", "scopes": ["list:users"], "services": ["culler"]}]
    hub.load_groups = {"class": {"users": ["uwe"]}, "hub-admins": {"users": ["hanna"]}}
    hub.template_paths = ["/srv/templates"]
    hub.template_vars = {"announcement": "Hello", "now": len}
    hub.custom_scopes = {"custom:reef:read": {"description": "Read the reef"}}
    enable(c, declaring(scopes=["custom:reef:read"]))
    assert [service["name"] for service in hub.services] == ["culler", "responsibilities"]
    assert hub.load_roles[0] == {
        "name": "culler",
        "scopes": ["list:users"],
        "services": ["culler"],
    }
    assert hub.load_groups["class"] == {"users": ["uwe"]}
    assert hub.load_groups["hub-admins"] == {"users": ["hanna"]}
    assert hub.template_paths == ["/srv/templates", OURS]
    assert hub.template_vars["announcement"] == "Hello"
    assert named(hub.load_roles, "hub-administrator")["scopes"] == ["custom:reef:read", PAGE]
    assert set(hub.custom_scopes) == {"custom:reef:read"}


def test_what_comes_after_is_added(c, version):
    """Appends and updates after enable() add to what it has set."""
    enable(c, declaring(scopes=["custom:reef:read"]))
    hub = c.JupyterHub
    hub.services.append({"name": "culler", "command": ["true"]})
    hub.load_roles.append({"name": "culler", "scopes": ["list:users"], "services": ["culler"]})
    hub.load_groups["hub-admins"] = {"users": ["hanna"]}
    hub.template_paths.insert(0, "/srv/templates")
    hub.template_vars["announcement"] = "Hello"
    hub.custom_scopes = {"custom:reef:read": {"description": "Read the reef"}}
    assert [service["name"] for service in hub.services] == ["responsibilities", "culler"]
    assert named(hub.load_roles, "culler")
    assert hub.template_paths == ["/srv/templates", OURS]
    assert isinstance(hub.template_vars["responsibility"], HubPages)


def test_lazy_values_are_merged(c, version):
    """Appends, extends, prepends, inserts and updates before enable() count like assignments."""
    hub = c.JupyterHub
    hub.services.append({"name": "second"})
    hub.services.extend([{"name": "third"}])
    hub.services.prepend([{"name": "first"}])
    hub.load_roles.insert(0, {"name": "teacher", "scopes": ["list:users"]})
    hub.load_groups.update({"class": {"users": ["uwe"]}})
    hub.template_paths.append("/srv/templates")
    hub.template_vars.update({"announcement": "Hello"})
    enable(c, DECLARATION)
    names = [service["name"] for service in hub.services]
    assert names == ["first", "second", "third", "responsibilities"]
    assert named(hub.load_roles, "teacher")
    assert set(hub.load_groups) == {"class", "hub-admins", "community-reps"}
    assert hub.template_paths == ["/srv/templates", OURS]
    assert set(hub.template_vars) == {"announcement", "responsibility"}


def test_lazy_user_scopes_are_merged(c):
    """`extra_user_scopes.update(…)` before enable() keeps what it adds."""
    c.JupyterHub.extra_user_scopes.update({"list:services"})
    enable(c, DECLARATION)
    assert c.JupyterHub.extra_user_scopes == {"list:services", PAGE}


def test_an_own_user_role_is_extended(c, version):
    """JupyterHub ignores additions to a `user` role that the operator sets: ours goes into it."""
    own = {"name": "user", "scopes": ["self", "list:services"]}
    c.JupyterHub.load_roles = [own]
    enable(c, DECLARATION)
    assert named(c.JupyterHub.load_roles, "user")["scopes"] == ["self", "list:services", PAGE]
    assert "extra_user_scopes" not in c.JupyterHub
    assert own["scopes"] == ["self", "list:services"]


def test_a_user_role_without_scopes_stays_without(c):
    """An entry that only describes the `user` role leaves the usual scopes to JupyterHub 6."""
    c.JupyterHub.load_roles = [{"name": "user", "description": "Everybody"}]
    enable(c, DECLARATION)
    assert named(c.JupyterHub.load_roles, "user") == {"name": "user", "description": "Everybody"}
    assert c.JupyterHub.extra_user_scopes == {PAGE}


def test_a_user_role_without_scopes_keeps_self_on_5(c, on_5):
    """On 5, such an entry gets the usual scopes and ours."""
    c.JupyterHub.load_roles = [{"name": "user", "description": "Everybody"}]
    enable(c, DECLARATION)
    assert named(c.JupyterHub.load_roles, "user")["scopes"] == ["self", PAGE]


def test_an_own_role_of_that_name_is_extended(c):
    """A role that the operator defines already gets the scopes and groups it lacks, once."""
    c.JupyterHub.load_roles = [
        {
            "name": "hub-administrator",
            "description": "Mine",
            "scopes": ["servers", "read:metrics"],
            "users": ["hanna"],
            "groups": ["staff", "hub-admins"],
        }
    ]
    enable(c, DECLARATION)
    role = named(c.JupyterHub.load_roles, "hub-administrator")
    assert role["description"] == "Mine"
    assert role["users"] == ["hanna"]
    assert role["groups"] == ["staff", "hub-admins"]
    assert role["scopes"][:2] == ["servers", "read:metrics"]
    assert role["scopes"].count("servers") == 1
    assert "admin-ui" in role["scopes"]


# -- authenticators that manage groups or roles


class ManagesGroups(Authenticator):
    """Stands for an authenticator whose class says so, not the configuration."""

    manage_groups = True


def by_config(c):
    c.GitHubOAuthenticator.manage_groups = True


def by_class(c):
    c.JupyterHub.authenticator_class = ManagesGroups


def by_name_of_a_class(c):
    c.JupyterHub.authenticator_class = f"{__name__}.ManagesGroups"


@pytest.mark.parametrize("manages", [by_config, by_class, by_name_of_a_class])
def test_managed_groups_are_left_alone(c, manages):
    """Where the authenticator manages groups, the hub refuses any in `load_groups`."""
    manages(c)
    enable(c, DECLARATION)
    assert not c.JupyterHub.get("load_groups")
    assert named(c.JupyterHub.load_roles, "hub-administrator")["groups"] == ["hub-admins"]
    assert '"authenticator_groups":true' in handed_over(c)
    assert '"authenticator_roles":false' in handed_over(c)


def test_a_class_that_is_not_there_is_left_to_the_hub(c):
    """Whether the authenticator can be imported is the hub's to say, when it starts."""
    c.JupyterHub.authenticator_class = "nowhere.Authenticator"
    enable(c, DECLARATION)
    assert set(c.JupyterHub.load_groups) == {"hub-admins", "community-reps"}


def test_configuration_outweighs_the_class(c):
    """An operator who switches group management off has groups declared."""
    by_class(c)
    c.Authenticator.manage_groups = False
    enable(c, DECLARATION)
    assert set(c.JupyterHub.load_groups) == {"hub-admins", "community-reps"}


def test_managed_roles_name_neither_users_nor_groups(c, caplog):
    """Where the authenticator manages roles, the hub refuses members in `load_roles`."""
    c.Authenticator.manage_roles = True
    enable(c, DECLARATION)
    for role in c.JupyterHub.load_roles:
        assert not role.keys() & {"users", "groups"}
    assert set(c.JupyterHub.load_groups) == {"hub-admins", "community-reps"}
    assert "let it give the roles community-representative, hub-administrator" in caplog.text


# -- options


def handed_over(c, name="responsibilities") -> str:
    """What the service is told."""
    return named(c.JupyterHub.services, name)["environment"][VARIABLE]


def test_external_hands_over_nothing(c):
    """A service that runs elsewhere gets no command and no environment, only its token."""
    enable(c, DECLARATION, external=True, api_token="a-token-for-tests")
    assert named(c.JupyterHub.services, "responsibilities") == {
        "name": "responsibilities",
        "url": "http://127.0.0.1:10105",
        "oauth_no_confirm": True,
        "api_token": "a-token-for-tests",
    }


def test_without_templates(c):
    """`templates=False` leaves the hub's own pages alone."""
    enable(c, DECLARATION, templates=False)
    assert not c.JupyterHub.get("template_paths")


def test_service_name(c):
    """Another name of the service is used in its role, in the page's scope and by the service."""
    enable(c, DECLARATION, service_name="who")
    assert named(c.JupyterHub.load_roles, "who-service")
    assert c.JupyterHub.extra_user_scopes == {"access:services!service=who"}
    assert '"service_name":"who"' in handed_over(c, "who")


@pytest.mark.parametrize("who", ["service", "admin", "off"])
def test_user_management(c, who, caplog):
    """Only `"admin"` gives Hub Administrators the scope to add users, and warns what it means."""
    enable(c, DECLARATION, user_management=who)
    scopes = named(c.JupyterHub.load_roles, "hub-administrator")["scopes"]
    assert ("admin:users" in scopes) == (who == "admin")
    assert ("create, rename and delete any account" in caplog.text) == (who == "admin")
    assert f'"user_management":"{who}"' in handed_over(c)


def test_a_dangerous_scope_warns(c, caplog):
    """A scope that lets its holders become others is granted as declared, with a warning."""
    with caplog.at_level(logging.WARNING):
        enable(c, declaring(scopes=["list:users", "tokens"]))
    assert named(c.JupyterHub.load_roles, "hub-administrator")["scopes"][:2] == [
        "list:users",
        "tokens",
    ]
    (message,) = [record.getMessage() for record in caplog.records]
    assert "roles.hub-administrator.scopes" in message
    assert "'tokens'" in message
    assert "act as" in message


def test_no_secret_is_handed_over(c):
    """The environment of the service carries no token of ours: the hub has its own way."""
    enable(c, DECLARATION, api_token="a-token-for-tests")
    assert "a-token-for-tests" not in handed_over(c)


# -- what it refuses


def another_declaration(c):
    enable(c, DECLARATION)
    return lambda: enable(c, declaring(scopes=["list:users"]))


def another_option(**options):
    def prepare(c):
        enable(c, DECLARATION)
        return lambda: enable(c, DECLARATION, **options)

    return prepare


def a_service_of_that_name(c):
    c.JupyterHub.services = [{"name": "responsibilities", "url": "http://127.0.0.1:9000"}]
    return lambda: enable(c, DECLARATION)


def a_service_at_that_port(c):
    c.JupyterHub.services.append({"name": "quota", "url": "http://127.0.0.1:10105/"})
    return lambda: enable(c, DECLARATION)


def a_role_of_that_name(c):
    c.JupyterHub.load_roles.append({"name": "responsibilities-service", "scopes": ["proxy"]})
    return lambda: enable(c, DECLARATION)


def a_variable_of_that_name(c):
    c.JupyterHub.template_vars = {"responsibility": "ours"}
    return lambda: enable(c, DECLARATION)


def no_list(name, value):
    def prepare(c):
        c.JupyterHub[name] = value
        return lambda: enable(c, DECLARATION)

    return prepare


def with_options(**options):
    return lambda c: lambda: enable(c, DECLARATION, **options)


def with_role(**changes):
    return lambda c: lambda: enable(c, declaring(**changes))


def with_need(scope):
    changed = {"responsibilities": [{"id": "decide-finances", "needs": [scope]}]}
    areas = {"community-leadership": changed}
    return lambda c: lambda: enable(c, {**DECLARATION, "areas": areas})


def a_role_of_the_hubs_own(c):
    roles = {**DECLARATION["roles"], "user": {"title": "User", "groups": ["everyone"]}}
    return lambda: enable(c, {**DECLARATION, "roles": roles})


def too_large(c):
    topics = [f"{number:0120}" for number in range(1000)]
    contact = {"id": "all", "name": "All", "url": "https://reef.example", "topics": topics}
    return lambda: enable(c, {**DECLARATION, "contacts": [contact]})


REFUSALS = {
    "another declaration": (another_declaration, ["called before, with a dict", "now with a dict"]),
    "another port": (
        another_option(url="http://127.0.0.1:9999"),
        ["with a dict, url='http://127.0.0.1:10105'", "url='http://127.0.0.1:9999'"],
    ),
    "another name": (another_option(service_name="who"), ["'responsibilities'", "'who'"]),
    "no templates now": (another_option(templates=False), ["templates=True", "templates=False"]),
    "another token": (another_option(api_token="a-token-for-tests"), ["its own api_token"]),
    "service of that name": (
        a_service_of_that_name,
        ["'responsibilities'", "http://127.0.0.1:9000", "http://127.0.0.1:10105"],
    ),
    "service at that port": (
        a_service_at_that_port,
        ["'quota'", "http://127.0.0.1:10105/", "'responsibilities'", "url=…"],
    ),
    "role of that name": (a_role_of_that_name, ["'responsibilities-service'", "service_name=…"]),
    "variable of that name": (a_variable_of_that_name, ["'responsibility'", "'ours'"]),
    "name no address": (with_options(service_name="a/b"), ["service_name='a/b'"]),
    "no web address": (with_options(url="ftp://here"), ["url='ftp://here'", "10105"]),
    "no such port": (with_options(url="http://127.0.0.1:99999"), ["127.0.0.1:99999"]),
    "no host": (with_options(url="http://:80"), ["url='http://:80'"]),
    "unknown policy": (
        with_options(user_management="servce"),
        ["user_management='servce'", "Did you mean 'service'"],
    ),
    "off, as YAML reads it": (
        with_options(user_management=False),
        ["user_management=False", "admin, off, service"],
    ),
    "a path for paths": (no_list("template_paths", "/srv/t"), ["template_paths", "'/srv/t'"]),
    "nothing for a list": (no_list("load_roles", None), ["load_roles", "None", "list"]),
    "external without token": (with_options(external=True), ["external=True", "api_token"]),
    "unknown scope": (
        with_role(scopes=["lst:users"]),
        ["roles.hub-administrator.scopes", "'lst:users'", "list:users"],
    ),
    "unknown need": (
        with_need("server"),
        ["community-leadership.responsibilities.decide-finances.needs", "'server'", "servers"],
    ),
    "group no path": (with_role(groups=[".."]), ["roles.hub-administrator.groups", "'..'"]),
    "role of the hub's own": (a_role_of_the_hubs_own, ["'user'"]),
    "too large": (too_large, ["120,000", "external=True"]),
}


@pytest.mark.parametrize(("prepare", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_contradiction_is_refused(c, prepare, words):
    """A refusal names both sides, and leaves the configuration as it was."""
    attempt = prepare(c)
    before = plain(c)
    with pytest.raises(ConfigurationError) as refused:
        attempt()
    for word in words:
        assert word in str(refused.value)
    assert "a-token-for-tests" not in str(refused.value)
    assert plain(c) == before


def test_a_lazy_value_still_grows_after_a_refusal(c):
    """What the operator appends after a refusal is not lost."""
    attempt = a_service_at_that_port(c)
    with pytest.raises(ConfigurationError):
        attempt()
    c.JupyterHub.services.append({"name": "culler"})
    names = [service["name"] for service in c.JupyterHub.services.get_value([])]
    assert names == ["quota", "culler"]


def test_faults_of_the_declaration_change_nothing(c, tmp_path):
    """Every fault of the declaration is said, with its place, before anything is changed."""
    file = tmp_path / "responsibilities.yaml"
    file.write_text("rolls: {}\ncontacts:\n  - {id: A B, name: x}\n")
    before = plain(c)
    with pytest.raises(DeclarationError) as refused:
        enable(c, file)
    assert f"{file}:1" in str(refused.value)
    assert f"{file}:3" in str(refused.value)
    with pytest.raises(UnreadableError):
        enable(c, tmp_path / "nothing.yaml")
    assert plain(c) == before


def test_the_handover_says_what_it_is_too_large_for():
    """The limit is that of one variable of the environment, in bytes as they are written."""
    with pytest.raises(ConfigurationError, match="120,"):
        hand_over(text="é" * 20_010)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://hub:secret@db/ledger",
        "mysql://hub:secret@db/ledger",
        "postgresql+asyncpg://hub:secret@db/ledger",
        "postgresql://hub:sec@ret@db:port/ledger",
        "secret",
        "sqlite://",
        "sqlite:///:memory:",
        None,
    ],
)
def test_a_database_that_cannot_be_used(c, url):
    """It is refused before anything starts: the service would end, and with it the hub."""
    with pytest.raises(ConfigurationError, match="database") as refused:
        enable(c, DECLARATION, database_url=url)
    assert "sec" not in str(refused.value)
    assert "postgresql://" in str(refused.value)
    assert "services" not in c.JupyterHub
