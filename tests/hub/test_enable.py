"""`enable` on configuration objects: what it adds, what it leaves alone, and what it refuses."""

from __future__ import annotations

import copy
import json
import logging
import sys

import pytest
from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator, DummyAuthenticator
from traitlets import default
from traitlets.config import Config

from jupyterhub_responsibility import enable
from jupyterhub_responsibility.domain.access import SERVICE_SCOPES
from jupyterhub_responsibility.enabling import arrangement
from jupyterhub_responsibility.enabling.handover import VARIABLE, hand_over
from jupyterhub_responsibility.enabling.pages import HubPages
from jupyterhub_responsibility.errors import ConfigurationError, DeclarationError, UnreadableError
from jupyterhub_responsibility.paths import templates as our_templates

from ..arranged import started
from ..realhub import DECLARATION
from ..versions import HAS_USER_SCOPES

PAGE = "access:services!service=responsibilities"
OURS = str(our_templates())

NOT_ON_5 = "JupyterHub 5 has no extra_user_scopes"
only_on_6 = pytest.mark.skipif(not HAS_USER_SCOPES, reason=NOT_ON_5)


@pytest.fixture
def c():
    config = Config()
    config.JupyterHub.bind_url = "http://127.0.0.1:8000"
    return config


@pytest.fixture(params=[(5, 2, 1), (6, 1, 1)], ids=["JupyterHub 5", "JupyterHub 6"])
def version(request, monkeypatch):
    """Which JupyterHub it is; a hub of 6 can stand for one of 5."""
    if request.param >= (6,) and not HAS_USER_SCOPES:
        pytest.skip(NOT_ON_5)
    monkeypatch.setattr(arrangement, "hub_version", lambda: request.param)
    return request.param


@pytest.fixture
def on_5(monkeypatch):
    monkeypatch.setattr(arrangement, "hub_version", lambda: (5, 2, 1))


def declaring(**changes):
    """The usual declaration with a role that says something else."""
    declaration = copy.deepcopy(DECLARATION)
    declaration["roles"]["hub-administrator"].update(changes)
    return declaration


def extra(hub: JupyterHub) -> set[str]:
    """The scopes that every user has beside those of the role `user`."""
    return set(getattr(hub, "extra_user_scopes", ()))


def own_paths(hub: JupyterHub) -> list[str]:
    """Folders of templates, less the hub's own."""
    return [path for path in hub.template_paths if path not in hub._template_paths_default()]


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
    hub = started(c)
    service = named(hub.services, "responsibilities")
    assert service["command"] == [sys.executable, "-m", "jupyterhub_responsibility", "serve"]
    assert service["url"] == "http://127.0.0.1:10105"
    assert "admin" not in service
    assert hub.load_groups == {"hub-admins": {}, "community-reps": {}}
    assert own_paths(hub) == [OURS]
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
    hub = started(c)
    if version >= (6,):
        assert extra(hub) == {PAGE}
        assert not [role for role in hub.load_roles if role["name"] == "user"]
    else:
        assert named(hub.load_roles, "user")["scopes"] == ["self", PAGE]
        assert not extra(hub)


def test_twice_is_once(c, version):
    """A second call that says the same changes nothing."""
    enable(c, DECLARATION)
    once = plain(c)
    enable(c, copy.deepcopy(DECLARATION))
    assert plain(c) == once
    named(started(c).services, "responsibilities")


def test_no_member_is_declared(c):
    """Groups are declared without members: whom a list names would come back at every start."""
    enable(c, declaring(initial=["hanna"]))
    assert not any(started(c).load_groups.values())


# -- what is there already


SERVICES = [{"name": "culler", "command": ["true"]}]
ROLES = [{"name": "culler", "scopes": ["list:users"], "services": ["culler"]}]
GROUPS = {"class": {"users": ["uwe"]}, "hub-admins": {"users": ["hanna"]}}
SCOPES = {"custom:reef:read": {"description": "Read the reef"}}


def assigned(c):
    """The operator's settings, as assignments."""
    hub = c.JupyterHub
    hub.services = copy.deepcopy(SERVICES)
    hub.load_roles = copy.deepcopy(ROLES)
    hub.load_groups = copy.deepcopy(GROUPS)
    hub.template_paths = ["/srv/templates"]
    hub.template_vars = {"announcement": "Hello", "now": len}
    hub.custom_scopes = copy.deepcopy(SCOPES)


def added(c):
    """The same as appends, extends, inserts and updates."""
    hub = c.JupyterHub
    hub.services.append(copy.deepcopy(SERVICES[0]))
    hub.load_roles.extend(copy.deepcopy(ROLES))
    hub.load_groups.update(copy.deepcopy(GROUPS))
    hub.template_paths.insert(0, "/srv/templates")
    hub.template_vars.update({"announcement": "Hello", "now": len})
    hub.custom_scopes = copy.deepcopy(SCOPES)


@pytest.mark.parametrize("set_by", [assigned, added])
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_what_is_there_is_kept(c, version, set_by, first):
    """Whatever the operator sets, and wherever it stands, is there, and ours beside it."""
    if first:
        set_by(c)
    enable(c, declaring(scopes=["custom:reef:read"]))
    if not first:
        set_by(c)
    hub = started(c)
    assert [service["name"] for service in hub.services] == ["culler", "responsibilities"]
    assert hub.load_roles[0] == ROLES[0]
    assert hub.load_groups == {"community-reps": {}, **GROUPS}
    assert own_paths(hub) == ["/srv/templates", OURS]
    assert hub.template_vars["announcement"] == "Hello"
    assert hub.template_vars["now"] is len
    assert isinstance(hub.template_vars["responsibility"], HubPages)
    assert named(hub.load_roles, "hub-administrator")["scopes"] == ["custom:reef:read", PAGE]
    assert set(hub.custom_scopes) == {"custom:reef:read"}


@only_on_6
def test_user_scopes_are_merged(c):
    """`extra_user_scopes` keeps what the operator adds."""
    c.JupyterHub.extra_user_scopes.update({"list:services"})
    enable(c, DECLARATION)
    assert extra(started(c)) == {"list:services", PAGE}


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_an_own_user_role_is_extended(c, version, first):
    """JupyterHub ignores additions to a `user` role that the operator sets: ours goes into it."""
    own = {"name": "user", "scopes": ["self", "list:services"]}
    if first:
        c.JupyterHub.load_roles = [own]
    enable(c, DECLARATION)
    if not first:
        c.JupyterHub.load_roles = [own]
    hub = started(c)
    assert named(hub.load_roles, "user")["scopes"] == ["self", "list:services", PAGE]
    assert not extra(hub)
    assert own["scopes"] == ["self", "list:services"]


@only_on_6
def test_a_user_role_without_scopes_stays_without(c):
    """An entry that only describes the `user` role leaves the usual scopes to JupyterHub 6."""
    c.JupyterHub.load_roles = [{"name": "user", "description": "Everybody"}]
    enable(c, DECLARATION)
    hub = started(c)
    assert named(hub.load_roles, "user") == {"name": "user", "description": "Everybody"}
    assert extra(hub) == {PAGE}


def test_a_user_role_without_scopes_keeps_self_on_5(c, on_5):
    """On 5, such an entry gets the usual scopes and ours."""
    c.JupyterHub.load_roles = [{"name": "user", "description": "Everybody"}]
    enable(c, DECLARATION)
    assert named(started(c).load_roles, "user")["scopes"] == ["self", PAGE]


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
    role = named(started(c).load_roles, "hub-administrator")
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


def by_the_base_class(c):
    c.Authenticator.manage_groups = True


def by_its_own_section(c):
    c.JupyterHub.authenticator_class = "dummy"
    c.Authenticator.manage_groups = False
    c.DummyAuthenticator.manage_groups = True


def by_class(c):
    c.JupyterHub.authenticator_class = ManagesGroups


def by_name_of_a_class(c):
    c.JupyterHub.authenticator_class = f"{__name__}.ManagesGroups"


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    "manages", [by_the_base_class, by_its_own_section, by_class, by_name_of_a_class]
)
def test_managed_groups_are_left_alone(c, manages, first):
    """Where the authenticator manages groups, the hub refuses any in `load_groups`."""
    if first:
        manages(c)
    enable(c, DECLARATION)
    if not first:
        manages(c)
    hub = started(c)
    assert not hub.load_groups
    assert named(hub.load_roles, "hub-administrator")["groups"] == ["hub-admins"]
    assert "groups!group=hub-admins" not in named(hub.load_roles, SERVICE)["scopes"]
    assert '"authenticator_groups":true' in handed_over(hub)
    assert '"authenticator_roles":false' in handed_over(hub)


def of_another_class(c):
    c.JupyterHub.authenticator_class = DummyAuthenticator
    c.GitHubOAuthenticator.manage_groups = True
    c.PAMAuthenticator.manage_groups = True


def switched_off_for_this_class(c):
    c.JupyterHub.authenticator_class = DummyAuthenticator
    c.Authenticator.manage_groups = True
    c.DummyAuthenticator.manage_groups = False


class ManagesGroupsByDefault(DummyAuthenticator):
    """Stands for one that can be told not to."""

    @default("manage_groups")
    def _by_default(self):
        return True


def switched_off(c):
    c.JupyterHub.authenticator_class = ManagesGroupsByDefault
    c.Authenticator.manage_groups = False


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("says", [of_another_class, switched_off_for_this_class, switched_off])
def test_only_the_authenticator_that_is_used_counts(c, says, first):
    """What is set for others, or set otherwise for this one, takes nothing away."""
    if first:
        says(c)
    enable(c, DECLARATION)
    if not first:
        says(c)
    hub = started(c)
    assert set(hub.load_groups) == {"hub-admins", "community-reps"}
    assert "groups!group=hub-admins" in named(hub.load_roles, SERVICE)["scopes"]
    assert '"authenticator_groups":false' in handed_over(hub)


def test_managed_roles_name_neither_users_nor_groups(c, caplog):
    """Where the authenticator manages roles, the hub refuses members in `load_roles`."""
    enable(c, DECLARATION)
    c.Authenticator.manage_roles = True
    hub = started(c)
    for role in hub.load_roles:
        assert not role.keys() & {"users", "groups"}
    assert set(hub.load_groups) == {"hub-admins", "community-reps"}
    assert "let it give the roles community-representative, hub-administrator" in caplog.text


class Numbers(DummyAuthenticator):
    """Stands for one with an odd idea of names."""

    def normalize_username(self, username):
        return str(int(username))


@pytest.mark.parametrize(
    ("authenticator", "mapping", "given", "meant"),
    [
        (DummyAuthenticator, {}, ["First-Rep", "first-rep"], ["first-rep"]),
        (DummyAuthenticator, {"rita": "r.smith"}, ["Rita", "Hanna"], ["r.smith", "hanna"]),
        (Numbers, {}, ["007", "rita"], ["7", "rita"]),
    ],
)
def test_names_mean_what_a_login_makes_of_them(c, authenticator, mapping, given, meant):
    """First holders and staff are written as people log in; the hub stores something else."""
    c.JupyterHub.authenticator_class = authenticator
    c.Authenticator.username_map = mapping
    provider = {**DECLARATION["provider"], "staff": given}
    enable(c, {**declaring(initial=given), "provider": provider})
    declared = json.loads(handed_over(started(c)))["declaration"]
    assert declared["roles"]["hub-administrator"]["initial"] == meant
    assert declared["provider"]["staff"] == meant


# -- options


SERVICE = "responsibilities-service"


def handed_over(hub, name="responsibilities") -> str:
    """What the service is told."""
    return named(hub.services, name)["environment"][VARIABLE]


def test_external_hands_over_nothing(c):
    """A service that runs elsewhere gets no command and no environment, only its token."""
    enable(c, DECLARATION, external=True, api_token="a-token-for-tests")
    assert named(started(c).services, "responsibilities") == {
        "name": "responsibilities",
        "url": "http://127.0.0.1:10105",
        "oauth_no_confirm": True,
        "oauth_client_allowed_scopes": ["read:users!user"],
        "api_token": "a-token-for-tests",
    }


def test_without_templates(c):
    """`templates=False` leaves the hub's own pages alone."""
    enable(c, DECLARATION, templates=False)
    assert not own_paths(started(c))


def test_service_name(c):
    """Another name of the service is used in its role, in the page's scope and by the service."""
    enable(c, DECLARATION, service_name="who")
    hub = started(c)
    assert named(hub.load_roles, "who-service")
    everybody = [role["scopes"] for role in hub.load_roles if role["name"] == "user"]
    assert {"access:services!service=who"} == extra(hub).union(*everybody) - {"self"}
    assert '"service_name":"who"' in handed_over(hub, "who")


@pytest.mark.parametrize("who", ["service", "admin", "off"])
def test_user_management(c, who, caplog):
    """Only `"admin"` gives Hub Administrators the scope to add users, and warns what it means."""
    enable(c, DECLARATION, user_management=who)
    hub = started(c)
    scopes = named(hub.load_roles, "hub-administrator")["scopes"]
    assert ("admin:users" in scopes) == (who == "admin")
    assert ("create, rename and delete any account" in caplog.text) == (who == "admin")
    assert f'"user_management":"{who}"' in handed_over(hub)


def test_a_dangerous_scope_warns(c, caplog):
    """A scope that lets its holders become others is granted as declared, with a warning."""
    with caplog.at_level(logging.WARNING):
        enable(c, declaring(scopes=["list:users", "tokens"]))
    assert named(started(c).load_roles, "hub-administrator")["scopes"][:2] == [
        "list:users",
        "tokens",
    ]
    (message,) = [
        record.getMessage() for record in caplog.records if "tokens" in record.getMessage()
    ]
    assert "roles.hub-administrator.scopes" in message
    assert "'tokens'" in message
    assert "act as" in message


def test_no_secret_is_handed_over(c):
    """The environment of the service carries no token of ours: the hub has its own way."""
    enable(c, DECLARATION, api_token="a-token-for-tests")
    assert "a-token-for-tests" not in handed_over(started(c))
    assert "a-token-for-tests" not in repr(c)


# -- what it refuses


def another_declaration(c):
    enable(c, DECLARATION)
    return lambda: enable(c, declaring(scopes=["list:users"]))


def another_option(**options):
    def prepare(c):
        enable(c, DECLARATION)
        return lambda: enable(c, DECLARATION, **options)

    return prepare


def another_in_another_file(c):
    """Two files call it: the one is merged into the other, and neither sees what the other said."""
    for options in ({}, {"service_name": "who"}):
        file = Config()
        enable(file, DECLARATION, **options)
        c.merge(file)
    return lambda: started(c)


def a_service_of_that_name(c):
    enable(c, DECLARATION)
    c.JupyterHub.services = [{"name": "responsibilities", "url": "http://127.0.0.1:9000"}]
    return lambda: started(c)


def a_service_at_that_port(c):
    c.JupyterHub.services.append({"name": "quota", "url": "http://127.0.0.1:10105/"})
    enable(c, DECLARATION)
    return lambda: started(c)


def a_role_of_that_name(c):
    c.JupyterHub.load_roles.append({"name": "responsibilities-service", "scopes": ["proxy"]})
    enable(c, DECLARATION)
    return lambda: started(c)


def a_variable_of_that_name(c):
    enable(c, DECLARATION)
    c.JupyterHub.template_vars = {"responsibility": "ours"}
    return lambda: started(c)


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
    "another name in another file": (another_in_another_file, ["'responsibilities'", "'who'"]),
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
    "external without token": (with_options(external=True), ["external=True", "api_token"]),
    "external with a database": (
        with_options(
            external=True,
            api_token="a-token-for-tests",
            database_url="postgresql://hub:a-token-for-tests@db/ledger",
        ),
        ["external=True", "database_url", "JUPYTERHUB_RESPONSIBILITY_DATABASE"],
    ),
    "unknown option": (with_options(sevice_name="who"), ["'sevice_name'", "'service_name'"]),
    "name of no text": (with_options(service_name=5), ["service_name=5"]),
    "command of one text": (with_options(command="true"), ["command='true'", "list"]),
    "truth in quotes": (with_options(templates="no"), ["templates='no'", "True or False"]),
    "token of no text": (with_options(api_token=5), ["api_token", "text"]),
    "unknown scope": (
        with_role(scopes=["lst:users"]),
        ["roles.hub-administrator.scopes", "'lst:users'", "list:users"],
    ),
    "unknown need": (
        with_need("server"),
        ["community-leadership.responsibilities.decide-finances.needs", "'server'", "servers"],
    ),
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


def test_everything_wrong_is_said_at_once(c, tmp_path):
    """Options, what they say together, and the declaration: one attempt tells of all of it."""
    file = tmp_path / "responsibilities.yaml"
    file.write_text("rolls: {}\ncontacts:\n  - {id: A B, name: x}\n")
    wrong = {"url": "ftp://here", "user_managment": "off", "external": True, "templates": "no"}
    before = plain(c)
    with pytest.raises(ConfigurationError) as refused:
        enable(c, file, database_url="mysql://hub:secret@db/ledger", **wrong)
    first, *lines = str(refused.value).splitlines()
    assert first == "enable() is refused, for 7 reasons:"
    for words in (
        "has no option 'user_managment'. Did you mean 'user_management'?",
        "url='ftp://here'",
        "external=True needs api_token",
        "external=True and database_url contradict each other",
        "templates='no'",
        "SQLite or PostgreSQL",
        "faults in the declaration:",
        f"{file}:1: rolls: unknown key 'rolls'. Did you mean 'roles'?",
        f"{file}:3: contacts[0].id: ",
    ):
        assert [line for line in lines if words in line], words
    assert "secret" not in str(refused.value)
    assert plain(c) == before


def test_every_scope_is_looked_at(c):
    """Mistyped scopes are named together, with the options, where the declaration is sound."""
    with pytest.raises(ConfigurationError) as refused:
        enable(c, declaring(scopes=["lst:users", "servers", "read:grups"]), service_name="a/b")
    assert str(refused.value).splitlines()[1:] == [
        "service_name='a/b' cannot be part of an address: use small letters, digits and hyphens",
        "roles.hub-administrator.scopes: the hub has no scope 'lst:users'."
        " Did you mean 'list:users'?",
        "roles.hub-administrator.scopes: the hub has no scope 'read:grups'."
        " Did you mean 'read:groups'?",
    ]


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
    assert list(c) == ["JupyterHub"]


@pytest.mark.parametrize("external", [True, False])
def test_names_that_are_others_after_a_login(c, caplog, external):
    """The hub's log names them where the service can't be told; else it is told."""
    declaration = declaring(initial=["Hanna", "nele", "Rita@Reef"])
    declaration["provider"]["staff"] = ["Kim"]
    c.Authenticator.username_map = {"rita@reef": "rita"}
    enable(c, declaration, external=external, api_token="a-token" if external else None)
    started(c)
    said = [each.getMessage() for each in caplog.records if "logs in as" in each.getMessage()]
    wanted = [
        ("roles.hub-administrator.initial", "'Hanna'", "'hanna'"),
        ("roles.hub-administrator.initial", "'Rita@Reef'", "'rita'"),
        ("provider.staff", "'Kim'", "'kim'"),
    ]
    assert len(said) == (len(wanted) if external else 0)
    for message, words in zip(said, wanted, strict=False):
        assert all(word in message for word in words), message
