"""`fleet offboard`: what an account that leaves still has on several hubs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from ..declaration.hubs import load_hubs
from ..declaration.source import read_text
from ..errors import DeclarationError
from ..exports import offboarding
from ..exports.fleet import NonsenseError, Said, checked, said_of_roles
from ..exports.offboarding import Leaver, Seen
from ..exports.report import below
from ..text import visible
from .asking import NoAnswerError
from .several import Asker, add_list, ask_all
from .terminal import CLEAN, FAILED, FAULTS, Commands

T = TypeVar("T")

ACCOUNTS, GROUPS = "read:users", "read:roles:groups"
"""What a token needs on the hub to see what an account may do, itself and through its groups."""

NEEDS = "the token needs the scope {}"
PANEL = "the token must be that of somebody who can open the panel"
EVERY_REQUEST = "the token must be that of a JupyterHub admin"


class _Group(TypedDict):
    roles: list[str]


class _Scopes(TypedDict):
    scopes: list[str]


_group, _scopes = TypeAdapter(_Group), TypeAdapter(_Scopes)


def add_commands(commands: Commands) -> None:
    """The command of this module."""
    command = commands.add_parser(
        "offboard", help="list the power, roles and contacts that an account has on several hubs"
    )
    command.add_argument("name", metavar="NAME", type=_name, help="the name of the account")
    add_list(command)
    command.add_argument(
        "--known-as",
        metavar="NAME",
        action="append",
        default=[],
        help="what else they are called where people and contacts are declared: a name or an email"
        " address; can be given several times",
    )
    command.add_argument("--format", choices=["text", "json"], default="text")
    command.set_defaults(command=_offboard)


def _name(said: str) -> str:
    try:
        quote(said)
    except UnicodeEncodeError:
        said = ""
    if said in ("", ".", ".."):
        raise argparse.ArgumentTypeError("this can't be the name of an account")
    return said


def _offboard(options: argparse.Namespace) -> int:
    """What is left: 0 nothing, 1 something, 2 not everything could be seen."""
    leaver = Leaver(options.name, frozenset(options.known_as))
    try:
        hubs = load_hubs(options.file)
    except DeclarationError as error:
        print(f"jupyterhub-responsibility: {error}", file=sys.stderr)
        return FAILED
    told = ask_all(hubs, lambda asker: _Look(asker, leaver).seen())
    found = [offboarding.farewell(each, leaver) for each in told]
    if options.format == "json":
        print(json.dumps(offboarding.as_data(found, leaver), indent=2))
    else:
        print(offboarding.as_text(found, leaver), end="")
    if any(each.unseen for each in found):
        return FAILED
    return FAULTS if any(each.left for each in found) else CLEAN


class _Look:
    """Looks for an account on one hub: what can't be seen keeps nothing else from being seen."""

    def __init__(self, asker: Asker, leaver: Leaver) -> None:
        self._asker, self._leaver = asker, leaver
        self._unseen: list[str] = []

    def seen(self) -> Seen:
        """What was seen. Raises NoAnswerError where the service tells nothing."""
        roles = said_of_roles(self._page("api/roles"))
        me = checked(offboarding.me, self._page("api/me"))
        in_full = me["user"].get("admin") is True and me["user"].get("kind") == "user"
        account = self._try("what the hub lets them do", self._account)
        return Seen(
            roles,
            me["contacts"],
            account,
            self._group_roles(roles, account["groups"] if account else ()),
            self._requests(in_full),
            self._try("staff and first holders", self._declared),
            tuple(self._unseen),
        )

    def _page(self, path: str) -> Any:
        return self._asker.ask(below(self._asker.hub.page, path))

    def _hub(self, path: str) -> Any:
        return self._asker.ask(f"{self._asker.hub.address}api/{path}")

    def _try(self, what: str, look: Callable[[], T]) -> T | None:
        try:
            return look()
        except NoAnswerError as error:
            self._unseen.append(f"{what}: {error.why}")
        except NonsenseError as error:
            self._unseen.append(f"{what}: {error}")
        return None

    def _requests(self, in_full: bool) -> list[offboarding.SaidRequest]:
        if not in_full:  # everybody else is told of some
            self._unseen.append(f"requests: {EVERY_REQUEST}")
        found = self._try(
            "requests", lambda: checked(offboarding.requests, self._page("api/requests"))
        )
        return found["requests"] if found else []

    def _declared(self) -> offboarding.SaidDeclaration:
        address = below(self._asker.hub.page, "exports/declaration.yaml")
        with _instead(PANEL, 403):
            text = self._asker.read(address)
        return checked(offboarding.declaration, read_text(text).data)

    def _account(self) -> offboarding.SaidAccount:
        """What the hub says of the account. Raises NoAnswerError.

        To those who may not see an account, the hub says that there is none.
        """
        try:
            model = self._hub(f"users/{self._leaver.segment}")
        except NoAnswerError as error:
            if error.status != 404:
                raise
            self._check_sees_accounts()
            return {"admin": False, "roles": [], "groups": []}
        if isinstance(model, dict) and not {"admin", "roles", "groups"} <= model.keys():
            raise NoAnswerError(NEEDS.format(ACCOUNTS))
        return checked(offboarding.account, model)

    def _check_sees_accounts(self) -> None:
        scopes = checked(_scopes, self._hub("user"))["scopes"]
        if not {ACCOUNTS, f"{ACCOUNTS}!user={self._leaver.name}"} & set(scopes):
            raise NoAnswerError(NEEDS.format(ACCOUNTS))

    def _group_roles(self, said: Said, groups: Iterable[str]) -> dict[str, list[str]]:
        """The roles of those groups that stand for no role of ours, as far as they are seen."""
        mapped = {group for role in said["roles"] for group in role["groups"]}
        found = {
            group: self._try(f"the group {visible(group)}", partial(self._roles_of, group))
            for group in groups
            if group not in mapped
        }
        return {group: given for group, given in found.items() if given}

    def _roles_of(self, group: str) -> list[str]:
        with _instead(NEEDS.format(GROUPS), 403, 404):
            model = self._hub(f"groups/{quote(group, safe='')}")
        if isinstance(model, dict) and "roles" not in model:
            raise NoAnswerError(NEEDS.format(GROUPS))
        return checked(_group, model)["roles"]


@contextmanager
def _instead(why: str, *statuses: int) -> Iterator[None]:
    """Say what is needed, where that is what an answer means. Raises NoAnswerError."""
    try:
        yield
    except NoAnswerError as error:
        if error.status not in statuses:
            raise
        raise NoAnswerError(why, error.status) from error
