"""`diff`: who would gain or lose what, if a running hub had another declaration, and what of it
needs a restart."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Container
from typing import Any
from urllib.parse import quote

from ..declaration import load
from ..declaration.effects import in_words, needs_restart
from ..declaration.hubs import hub_above
from ..declaration.source import read_text
from ..domain.model import Declaration
from ..errors import DeclarationError
from ..exports import comparison
from ..exports.report import below
from .asking import NoAnswerError, ask, read, scopes_of, token
from .terminal import CLEAN, FAILED, FAULTS, Commands


def add_commands(commands: Commands) -> None:
    """The command of this module."""
    command = commands.add_parser(
        "diff",
        help="say who would gain or lose a role by another declaration, and what needs a restart",
    )
    command.add_argument("file", metavar="FILE", help="the declaration, before the hub has it")
    command.add_argument(
        "--url",
        required=True,
        help="address of the Responsibilities page; $JUPYTERHUB_API_TOKEN has to open it",
    )
    command.add_argument(
        "--hub", metavar="URL", help="address of the hub, where it can't be told from the other one"
    )
    command.add_argument("--format", choices=["text", "json"], default="text")
    command.set_defaults(command=diff)


def diff(options: argparse.Namespace) -> int:
    """Compare a declaration with what a hub has now: 0 nothing, 1 changes, 2 could not tell."""
    try:
        declared = load(options.file)
    except DeclarationError as error:
        print(f"jupyterhub-responsibility: {error}", file=sys.stderr)
        return FAILED
    secret = token("somebody who may open the service")
    running = _roles(options.url, secret)
    hub = options.hub or hub_above(options.url)
    groups = comparison.unknown_groups(declared, running)
    scopes = scopes_of(hub, secret) if groups else frozenset()
    asked = {group: _members(hub, group, secret, scopes) for group in groups}
    changes = comparison.compare(declared, running, asked)
    restart = _restart(options.url, secret, declared)
    if options.format == "json":
        print(json.dumps(comparison.as_data(changes, restart), indent=2))
    else:
        print(comparison.as_text(changes, restart), end="")
    if any(members is None for members in asked.values()):
        return FAILED
    return FAULTS if changes else CLEAN


def _restart(url: str, secret: str, declared: Declaration) -> list[str] | None:
    """What needs a restart of the hub. None, and why, if that is not known."""
    address = below(url, "exports/declaration.yaml")
    try:
        said = read_text(read(address, secret).decode(), address)
        running = load(said.data if isinstance(said.data, dict) else {})
    except (NoAnswerError, DeclarationError, ValueError) as error:
        print(f"What needs a restart of the hub is not known: {error}", file=sys.stderr)
        return None
    return in_words(needs_restart(running, declared), declared)


def _roles(url: str, secret: str) -> comparison.Running:
    """Who holds which role now. Raises NoAnswerError where that is not known."""
    address = below(url, "api/roles")
    running = ask(address, secret)
    if not isinstance(running, dict) or not {"roles", "user_management"} <= running.keys():
        raise NoAnswerError(f"{address}: is not the API of the Responsibilities page")
    if not all(role["known"] for role in running["roles"]):
        raise NoAnswerError(f"{address}: the hub does not say right now who holds which role")
    return running


def _members(hub: str, group: str, secret: str, scopes: Container[str]) -> tuple[str, ...] | None:
    """Who is in a group of the hub; nobody, if it doesn't have it. None, and why, if not known.

    To those who may not see a group, the hub says that there is none.
    """
    needed = f"read:groups!group={group}"
    if "read:groups" not in scopes and needed not in scopes:
        print(f"{group}: the token needs list:groups and {needed}", file=sys.stderr)
        return None
    try:
        model: Any = ask(f"{hub}api/groups/{quote(group, safe='')}", secret)
        return tuple(map(str, model["users"]))
    except NoAnswerError as error:
        if error.status == 404:
            return ()
        print(f"{group}: {error}", file=sys.stderr)
    except (TypeError, KeyError):
        print(f"{group}: the hub's answer makes no sense", file=sys.stderr)
    return None
