"""`fleet` and what comes after it: several hubs at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone

from ..declaration.hubs import load_hubs
from ..exports.fleet import (
    UNKNOWN,
    FleetRow,
    Said,
    Told,
    as_csv,
    as_json,
    no_such_role,
    rows,
    said_of_roles,
)
from ..exports.fleet_mail import link, with_contacts, without_address
from ..exports.fleet_page import as_html
from ..exports.report import below
from ..paths import FLEET
from ..text import clock, iso, prose
from . import offboarding
from .asking import NoAnswerError
from .several import Asker, add_list, ask_all
from .terminal import CLEAN, FAILED, Commands, print_utf8

Write = Callable[[Sequence[Told[Said]], Sequence[str], datetime], str]

FORMATS: dict[str, Write] = {
    "csv": lambda told, roles, _: as_csv(row for each in told for row in rows(each, roles)),
    "json": lambda told, roles, now: as_json(told, roles, iso(now)),
    "html": lambda told, roles, now: as_html(told, roles, clock(now)),
    "mailto": lambda told, roles, _: link(told, roles),
}
"""How what the hubs told of these roles is written."""


def add_commands(commands: Commands) -> None:
    """`fleet`, and what comes after it."""
    fleet = commands.add_parser("fleet", help="ask several hubs at once, or watch them")
    parts: Commands = fleet.add_subparsers(required=True, metavar="COMMAND")
    holders = parts.add_parser("holders", help="list who holds which role on several hubs")
    add_list(holders)
    holders.add_argument(
        "--role",
        dest="roles",
        metavar="ID",
        action="append",
        default=[],
        help="list this role; can be given several times; default: every role",
    )
    holders.add_argument("--format", choices=[*FORMATS], default="csv")
    holders.set_defaults(command=_holders)
    offboarding.add_commands(parts)
    shipped = {"dashboard": "the dashboard for Grafana", "rules": "the alerts for Prometheus"}
    for what, title in shipped.items():
        command = parts.add_parser(what, help=f"print {title}")
        command.set_defaults(command=_print, what=what)


def _print(options: argparse.Namespace) -> int:
    """What ships for those who watch several hubs."""
    print_utf8([FLEET[options.what].read_text(encoding="utf-8")])
    return CLEAN


def _holders(options: argparse.Namespace) -> int:
    """Who holds which role: 0 every hub told, 2 some did not."""
    roles = tuple(dict.fromkeys(options.roles))
    by_mail = options.format == "mailto"
    told = ask_all(load_hubs(options.file), _roles_and_contacts if by_mail else _roles)
    if wrong := no_such_role(told, roles):
        raise NoAnswerError(wrong)
    print_utf8([FORMATS[options.format](told, roles, datetime.now(timezone.utc))])
    unknown = list(_unknown(row for each in told for row in rows(each, roles)))
    for line in (*(without_address(told, roles) if by_mail else ()), *unknown):
        print(line, file=sys.stderr)
    return FAILED if unknown else CLEAN


def _roles(asker: Asker) -> Said:
    return said_of_roles(asker.ask(below(asker.hub.page, "api/roles")))


def _roles_and_contacts(asker: Asker) -> Said:
    return with_contacts(_roles(asker), asker.ask(below(asker.hub.page, "api/me")))


def _unknown(rows: Iterable[FleetRow]) -> Iterable[str]:
    """What is not known, in words: each hub once, whatever its roles."""
    return dict.fromkeys(
        f"{row['hub']}: unknown: {prose(row['why'] or '')}"
        for row in rows
        if row["kind"] == UNKNOWN
    )
