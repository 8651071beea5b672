"""`ledger verify` and `ledger export`: straight from the database."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

from ..enabling.handover import DATABASE_VARIABLE, DEFAULT_DATABASE
from .terminal import CLEAN, FAULTS, Commands, print_utf8

if TYPE_CHECKING:
    from ..storage.store import Store


def add_commands(commands: Commands) -> None:
    """`ledger`, and what comes after it."""
    ledger = commands.add_parser("ledger", help="verify the ledger, or export its entries")
    parts: Commands = ledger.add_subparsers(required=True, metavar="COMMAND")
    verify = parts.add_parser("verify", help="find entries that were changed, removed or moved")
    verify.set_defaults(command=_verify)
    export = parts.add_parser("export", help="write every entry, the oldest first")
    export.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(command=_export)
    for command in (verify, export):
        add_database(command)


def add_database(command: argparse.ArgumentParser) -> None:
    """The option that says where the ledger is."""
    command.add_argument(
        "--database",
        metavar="URL",
        help=f"where the ledger is; default: ${DATABASE_VARIABLE}, which keeps a password out"
        f" of sight, or {DEFAULT_DATABASE}",
    )


def database(options: argparse.Namespace) -> str:
    """Where the ledger is."""
    return options.database or os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE


def _verify(options: argparse.Namespace) -> int:
    with closing(_opened(options)) as ledger:
        found = ledger.verify()
    print(*(found or ["no entry was changed, removed or moved"]), sep="\n")
    return FAULTS if found else CLEAN


def _export(options: argparse.Namespace) -> int:
    from ..exports.ledger import FORMATS

    _, line, first = FORMATS[options.format]
    with closing(_opened(options)) as ledger:
        lines = chain([first], map(line, ledger.all()))
        if options.output:
            with open(options.output, "w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        else:
            print_utf8(lines)
    return CLEAN


def _opened(options: argparse.Namespace) -> Store:
    from ..storage.store import Store  # a database's library is slow to load

    return Store.to_read(database(options))
