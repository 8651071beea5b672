"""`remove`: what the service has left behind, and, as far as it is told to, its deletion."""

from __future__ import annotations

import argparse
import os
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar

from ..declaration import load
from ..domain.model import Declaration, Groups
from ..errors import LedgerError, ResponsibilityError
from ..text import visible
from .ledger import add_database, database
from .terminal import CLEAN, Commands

if TYPE_CHECKING:
    from ..hub.api import HubAPI

T = TypeVar("T")

API_VARIABLE, TOKEN_VARIABLE = "JUPYTERHUB_API_URL", "JUPYTERHUB_API_TOKEN"


class RemovalError(ResponsibilityError):
    """Something was named that can't be deleted; nothing was."""


@dataclass(frozen=True)
class Left:
    """One thing that was left behind, what it holds, and the option that deletes it."""

    name: str
    holds: str
    option: str
    deleted: bool

    def __str__(self) -> str:
        what = "is deleted" if self.deleted else f"stays; {self.option} deletes it"
        return f"{self.name} ({self.holds}): {what}"


def add_commands(commands: Commands) -> None:
    """The command of this module."""
    command = commands.add_parser(
        "remove", help="list what the service has left on a hub, and delete what you name"
    )
    command.add_argument("file", metavar="FILE", nargs="?", default="responsibilities.yaml")
    command.add_argument(
        "--hub",
        metavar="URL",
        default=os.environ.get(API_VARIABLE, ""),
        help=f"the API of the hub; default: ${API_VARIABLE}. ${TOKEN_VARIABLE} is a token of a"
        " JupyterHub admin",
    )
    add_database(command)
    command.add_argument("--group", metavar="NAME", action="append", default=[], dest="groups",
                         help="delete this group, for each that should go")  # fmt: skip
    command.add_argument("--ledger", action="store_true", help="delete the ledger")
    command.add_argument("--yes", action="store_true", help="do it, instead of saying it")
    command.set_defaults(command=remove)


def remove(options: argparse.Namespace) -> int:
    """Say what is there and what would be deleted; with `--yes`, delete it."""
    declared = load(options.file)
    api = _hub(options.hub) if options.hub or options.groups else None
    groups = list(_groups(declared, api, options.groups)) if api else []
    ledger = _ledger(options)
    for left in (*groups, *ledger):
        print(left)
    if api is None:
        print(f"The hub was not asked which groups are left: give --hub, and {TOKEN_VARIABLE}")
    if not (options.groups or options.ledger):
        print("Nothing is deleted that you don't name.")
        return CLEAN
    if not options.yes:
        print("Nothing was deleted yet: this is what --yes does.")
        return CLEAN
    if options.ledger:  # first, because it may turn out to be in use
        _delete_ledger(database(options))
    if api:
        for name in options.groups:
            _run(api.delete_group(name))
    print("Done.")
    return CLEAN


def _delete_ledger(url: str) -> None:
    from ..storage.store import Store

    Store(url).remove()


def _hub(url: str) -> HubAPI:
    from ..hub.api import HubAPI  # slow to load

    token = os.environ.get(TOKEN_VARIABLE, "")
    if not url or not token:
        raise RemovalError(
            "say where the API of the hub is, with --hub, such as http://127.0.0.1:8081/hub/api,"
            f" and set {TOKEN_VARIABLE} to a token of a JupyterHub admin"
        )
    return HubAPI(url, token, timeout=30)


def _run(task: Coroutine[Any, Any, T]) -> T:
    import asyncio  # slow to load

    return asyncio.run(task)


def _groups(declared: Declaration, api: HubAPI, named: Sequence[str]) -> Iterator[Left]:
    """The mapped groups that the hub has. Raises RemovalError where one that is named must stay."""
    found = _run(api.groups(declared.mapped_groups))
    for name in named:
        refusal = _refusal(name, declared, found)
        if refusal:
            raise RemovalError(f"--group {name}: {refusal}. Nothing was deleted")
    for name, people in sorted(found.members.items()):
        count = "1 member" if len(people) == 1 else f"{len(people)} members"
        roles = ", ".join((found.roles or {}).get(name, ()))
        holds = f"{count}; roles of the hub: {roles}" if roles else count
        yield Left(f"The group {visible(name)}", holds, f"--group {quote(name)}", name in named)


def _refusal(group: str, declared: Declaration, found: Groups) -> str:
    """Why a group must stay; nothing, if it need not."""
    if group not in declared.mapped_groups:
        return "the declaration maps no role to it"
    if group not in found.members:
        return "the hub has no such group"
    if found.roles is None:
        return f"the hub tells which roles it has to JupyterHub admins only: set {TOKEN_VARIABLE}"
    held = set(found.roles.get(group, ())) & set(declared.groups)
    if not held:
        return ""
    return (
        f"the hub still gives it the role {' and '.join(sorted(held))}. Take enable() out of the"
        " hub's configuration and restart the hub first"
    )


def _ledger(options: argparse.Namespace) -> list[Left]:
    """The ledger, if there is one. Raises LedgerError where it is to be deleted and can't be."""
    from ..ledger.query import Wanted
    from ..storage.store import Store  # a database's library is slow to load

    try:
        with closing(Store.to_read(database(options))) as store:
            newest = store.page(Wanted(), None, 1)
    except LedgerError as error:
        if options.ledger:
            raise
        print(f"{error}.")
        return []
    holds = f"{newest[0].number} entries, the last of {newest[0].at[:10]}" if newest else "empty"
    return [Left("The ledger, with the history of gaps", holds, "--ledger", options.ledger)]
