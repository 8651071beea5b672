"""The hubs on which all this was started, each with the test that shows it: one row, one hub.

docs/real-hubs.md is written from here. Where something stands in for the real thing, it is said.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A hub as people have it. `shown_by` is a test: the path of its file, and its name."""

    name: str
    jupyterhub: str
    login: str
    differs: str
    shown_by: str
    stand_in: str = ""


DUMMY = "DummyAuthenticator"
BOTH = "5.2 and 6"

PLACES = (
    Place(
        "systemd behind nginx",
        "6",
        DUMMY,
        "TLS, a path prefix, plain HTTP that leads to HTTPS; the proxy says `X-Scheme`,"
        " `X-Forwarded-Proto` or `Forwarded`; the configuration is that of"
        " [the page](systemd-nginx.md)",
        "tests/places/test_nginx.py::test_in_a_browser",
        "the commands of the units are started as the units say, but not by systemd",
    ),
    Place(
        "A service with a unit of its own",
        "6",
        DUMMY,
        "`external=True` behind nginx; the service is run by a user who may do nothing else",
        "tests/places/test_nginx.py::test_its_own_unit",
        "the command of the unit is started as the unit says, but not by systemd",
    ),
    Place(
        "Without root",
        "6",
        DUMMY,
        "a unix user without any rights runs hub, proxy and service; SimpleLocalProcessSpawner",
        "tests/places/test_unprivileged.py::test_the_main_story",
    ),
    Place(
        "Subdomains",
        "6",
        DUMMY,
        "`subdomain_host`: hub and service have origins of their own",
        "tests/places/test_subdomains.py::test_links_lead_where_things_are",
    ),
    Place(
        "A path prefix, and a life before us",
        "6",
        DUMMY,
        "`base_url`; services, roles, groups, variables and templates of the operator",
        "tests/hub/test_configurations.py::test_it_works_below_a_prefix",
    ),
    Place(
        "OpenID Connect",
        "6",
        "GenericOAuthenticator 17 with managed groups",
        "groups called `/hub-admins` and `org:team-a`, which the login service gives and takes",
        "tests/places/test_login_services.py::test_the_login_service_gives_and_takes",
        "the provider is one made for tests, over HTTP; it doesn't check PKCE",
    ),
    Place(
        "OpenID Connect, asked again",
        "6",
        "GenericOAuthenticator 17 with managed groups and `enable_auth_state`",
        "the hub asks the login service about groups while people use it: a change there is seen"
        " without a new login, and every page says so",
        "tests/places/test_as_of.py::test_where_the_hub_checks_a_change_is_there_without_a_login",
        "the provider is one made for tests, over HTTP",
    ),
    Place(
        "OpenID Connect, decided here",
        "6",
        "GenericOAuthenticator 17 with managed groups",
        "who gets a role is decided on our pages, carried out at the login service, and settled"
        " with a login",
        "tests/places/test_decided_elsewhere.py::test_appointed_here_done_there",
        "the provider is one made for tests, over HTTP",
    ),
    Place(
        "LDAP",
        "6",
        "LDAPAuthenticator 2.0 with managed groups",
        "OpenLDAP; groups called `CN=hub-admins,OU=groups,DC=example,DC=org`, and one with a comma"
        " in its name",
        "tests/places/test_login_services.py::test_the_login_service_gives_and_takes",
        "LDAPAuthenticator doesn't manage groups: a hook does, as an operator would write it",
    ),
    Place(
        "Passwords with sign-up",
        "5.2",
        "NativeAuthenticator 1.3",
        "login and sign-up pages of its own; names are written in any way. On JupyterHub 6, that"
        " version can log nobody in",
        "tests/places/test_passwords.py::test_the_main_story",
    ),
    Place(
        "Passwords from the first login",
        BOTH,
        "FirstUseAuthenticator 1.1",
        "pages of its own; names are written in any way",
        "tests/places/test_passwords.py::test_the_main_story",
    ),
    Place(
        "Names that become others",
        "6",
        f"{DUMMY} with `username_map`",
        "accounts are called otherwise than people are at the login",
        "tests/hub/test_spelling.py::test_users_are_added_as_they_log_in",
    ),
    Place(
        "The Littlest JupyterHub",
        "6",
        DUMMY,
        "the plugin, `tljh-config`, files in `jupyterhub_config.d`",
        "tests/hub/test_tljh.py::test_what_is_set_is_declared",
        "what the plugin uses of The Littlest JupyterHub is written anew, for no registry has it;"
        " it pins JupyterHub 5.2, which other rows show",
    ),
    Place(
        "Zero to JupyterHub",
        "6",
        "any",
        "the values of the docs: what is declared in them, and who may connect to whom",
        "tests/docs/test_kubernetes.py::test_who_has_to_reach_whom",
        "there is no cluster: the configuration is loaded, and the network policies are worked out",
    ),
    Place(
        "A provider of many hubs",
        "6",
        DUMMY,
        "`page.html` and `login.html` of their own with nested variables, a Services menu, pages"
        " inside a learning platform (`frame-ancestors`)",
        "tests/hub/test_providers_look.py::test_our_pages_have_the_providers_look",
    ),
    Place(
        "Several replicas",
        "6",
        DUMMY,
        "two processes of the service, one PostgreSQL",
        "tests/hub/test_replicas.py::test_no_more_than_the_role_may_have",
    ),
    Place(
        "PostgreSQL with few rights",
        "6",
        DUMMY,
        "the service has only the grants of [the page](ledger.md#postgresql)",
        "tests/docs/test_postgresql.py::test_the_service_runs_with_them",
    ),
    Place(
        "Internal TLS",
        "6",
        DUMMY,
        "`internal_ssl`, and a service with a certificate of the operator's own",
        "tests/hub/test_tls.py::test_the_main_story",
    ),
    Place(
        "Older hubs",
        "5.2 and the newest 5",
        DUMMY,
        "no `extra_user_scopes`: the role `user` is extended",
        "tests/hub/test_hub5.py::test_the_user_role_is_extended",
    ),
    Place(
        "Files and lists in any order",
        BOTH,
        DUMMY,
        "48 layouts of a configuration: `load_subconfig`, append, update, assignment, before and"
        " after `enable`",
        "tests/hub/test_layouts.py::test_whatever_was_there_is_there",
        "the hubs are configured, but serve nobody",
    ),
)
