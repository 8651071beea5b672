"""The options of the service process."""

from __future__ import annotations

import os

from traitlets import Bool, CaselessStrEnum, Dict, Float, Integer, List, Unicode, Union, default
from traitlets.config import Configurable

from ..domain.access import USER_MANAGEMENT
from ..enabling.framing import NOBODY
from ..enabling.handover import DATABASE_VARIABLE, DEFAULT_DATABASE


class Settings(Configurable):
    """What can be set for the service, by `enable`, a config file or the command line."""

    declaration = Union(
        [Unicode(), Dict()],
        default_value="responsibilities.yaml",
        help="The declaration: the path of a file, or the declaration itself.",
    ).tag(config=True)

    declared_at = Unicode(
        "",
        help="When a declaration that is not a file was last changed (ISO 8601; default: now).",
    ).tag(config=True)

    declaration_file = Unicode(
        "",
        help="The file that the declaration was read from, to read it again when it changes.",
    ).tag(config=True)

    called_at_login = Dict(
        help="What the hub calls accounts that the declaration writes otherwise.",
    ).tag(config=True)

    declaration_seconds = Float(
        15.0,
        min=0.1,
        max=18.0,
        help="How often to look whether the declaration's file has changed, in seconds: a change"
        " is in force after two or three times as long.",
    ).tag(config=True)

    service_name = Unicode(
        "responsibilities",
        help="The name of the service in the hub's configuration.",
    ).tag(config=True)

    hub_pid = Integer(
        0,
        help="The process of the hub that started this service; the service ends when it does.",
    ).tag(config=True)

    bind_url = Unicode(
        help="The address and port to listen on (default: what the hub says, or port 10105).",
    ).tag(config=True)

    @default("bind_url")
    def _where_the_hub_says(self) -> str:
        return os.environ.get("JUPYTERHUB_SERVICE_URL") or "http://127.0.0.1:10105"

    user_management = CaselessStrEnum(
        USER_MANAGEMENT,
        default_value="service",
        help="Who adds users: this service, holders of a role with `adds_users` themselves, or"
        " nobody.",
    ).tag(config=True)

    database_url = Unicode(
        help="Where the ledger is: the address of a database, in the form that SQLAlchemy uses.",
    ).tag(config=True)

    @default("database_url")
    def _where_enable_says(self) -> str:
        return os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE

    authenticator_groups = Bool(
        False,
        help="Whether the authenticator decides who is in a group, at each login.",
    ).tag(config=True)

    authenticator_checks = Bool(
        False,
        help="Whether the hub asks the login service again who is in a group, while people use it.",
    ).tag(config=True)

    authenticator_roles = Bool(
        False,
        help="Whether the authenticator decides who has which hub role, at each login.",
    ).tag(config=True)

    template_paths = List(
        Unicode(),
        help="Folders with the operator's own templates, which take precedence over ours.",
    ).tag(config=True)

    template_vars = Dict(
        help="The operator's own template variables: whatever JSON can carry.",
    ).tag(config=True)

    left_out = List(
        Unicode(),
        help="Template variables that can't leave the hub's process, such as `custom.badge`.",
    ).tag(config=True)

    frame_ancestors = Unicode(
        NOBODY,
        help="Who may show these pages in a frame: sources, in the form of `frame-ancestors`.",
    ).tag(config=True)

    cookie_options = Dict(
        help="Options for cookies inside other sites' pages, such as `samesite` and `secure`.",
    ).tag(config=True)

    subdomains = Bool(
        None,
        allow_none=True,
        help="Whether the hub has `subdomain_host`, and so each user's server a domain of its own"
        " (default: not known, which the panel says).",
    ).tag(config=True)

    services = List(
        Dict(),
        help="What the hub's Services menu lists, and who can open it (default: only this one).",
    ).tag(config=True)

    roster_seconds = Float(
        35.0,
        min=1.0,
        help="How often to read the members of the mapped groups, and what accounts can do on a"
        " hub of up to 200, in seconds.",
    ).tag(config=True)

    roster_max_age = Float(
        600.0,
        min=1.0,
        help="How long to show the last reading while the hub fails, in seconds.",
    ).tag(config=True)

    identity_seconds = Integer(
        10,
        min=1,
        max=60,
        help="How long to rely on what the hub said about who somebody is, in seconds.",
    ).tag(config=True)

    accounts_seconds = Float(
        15.0,
        min=1.0,
        help="How often to begin reading what accounts can do on a hub of more than 200 (less"
        " often on a very large one), in seconds.",
    ).tag(config=True)

    keep_days = Integer(
        0,
        min=0,
        help="For how many days to keep what people wrote, and the names of people of whom nothing"
        " was recorded since (default: 0, for ever). Holders of a role are kept.",
    ).tag(config=True)

    email_key = Unicode(
        "",
        help="Under which key of the hub's `user_info` a login service keeps the mail address of a"
        " person, such as `email` (JupyterHub 6). It is offered to them, and shown to nobody.",
    ).tag(config=True)

    messages_file = Unicode(
        "",
        help="A file with the addresses that messages go through, which are secret (default: what"
        " the variable `JUPYTERHUB_RESPONSIBILITY_MESSAGES` holds).",
    ).tag(config=True)

    public_url = Unicode(
        help="The address of these pages as people reach it, for links in messages (default: what"
        " the hub says, where its own `public_url` is set).",
    ).tag(config=True)

    @default("public_url")
    def _where_people_reach_it(self) -> str:
        return os.environ.get("JUPYTERHUB_PUBLIC_URL", "")

    settle_seconds = Float(
        60.0,
        min=1.0,
        help="How often to look into changes whose outcome is unknown, in seconds.",
    ).tag(config=True)

    hub_timeout = Float(
        5.0,
        min=0.1,
        help="How long to wait for any answer from the hub, in seconds.",
    ).tag(config=True)
