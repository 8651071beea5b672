"""`ledger` and what comes after it: straight from the database."""

from __future__ import annotations

import argparse
import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..enabling.handover import DATABASE_VARIABLE, DEFAULT_DATABASE
from ..errors import LedgerError
from ..ledger.anchors import Anchors, gathered, kept_in, written_in
from ..ledger.chain import Head
from ..ledger.proof import Findings, in_words
from ..text import visible
from .terminal import CLEAN, FAULTS, SPELT_OUT, Commands, print_utf8

if TYPE_CHECKING:
    from ..storage.store import Store

LATER = (
    "A service that runs tries again every minute, until nobody is; without one, run the same"
    " command again."
)
"""When the last bytes of what was erased go."""

KEEPABLE = (
    "Give a file from `ledger export` or from the panel, a page that was saved as text or HTML, a"
    " report or a log; of a PDF, or of paper, copy the line at its foot"
)
"""What `verify` can compare with."""

LOOK = "Without them, entries could be changed: `ledger verify` says whether any was."


def add_commands(commands: Commands) -> None:
    """`ledger`, and what comes after it."""
    ledger = commands.add_parser("ledger", help="verify the ledger, or export its entries")
    parts: Commands = ledger.add_subparsers(required=True, metavar="COMMAND")
    verify = parts.add_parser("verify", help="find entries that were changed, removed or moved")
    verify.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="ANCHOR",
        help="NUMBER:DIGEST of an entry as it was printed once, or a file that says where the ledger"
        " ended: an earlier export, a page that was saved, a mail, a log; can be given several times",
    )
    verify.set_defaults(command=_verify)
    export = parts.add_parser("export", help="write every entry, the oldest first")
    export.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(command=_export)
    about = parts.add_parser("about", help="print everything that is stored of a person, as JSON")
    about.add_argument("name", metavar="NAME", help="the name of the account")
    about.set_defaults(command=_about)
    forget = parts.add_parser(
        "forget", help="erase a person's name, and what they wrote or what was written of them"
    )
    whom = forget.add_mutually_exclusive_group(required=True)
    whom.add_argument("name", metavar="NAME", nargs="?", help="the name of the account")
    whom.add_argument(
        "--older-than",
        metavar="DAYS",
        type=_days,
        help="everybody of whom nothing was recorded for so many days, but for holders of a role,"
        " and what people wrote before that",
    )
    forget.add_argument("--yes", action="store_true", help="do it, instead of saying it")
    forget.set_defaults(command=_forget)
    _add_moving(parts)
    for command in (about, forget):
        command.add_argument(
            "--made",
            metavar="MOMENT",
            default="",
            help="which account is meant, where several had that name one after the other: when it"
            " was made, or the beginning of that, such as the day; or all",
        )
    for command in (verify, export, about, forget):
        add_database(command)


def _add_moving(parts: Commands) -> None:
    """Where the ledger lies, and whose tables it has."""
    move = parts.add_parser("import", help="copy a whole ledger into another database")
    move.add_argument(
        "--from", dest="old", metavar="URL", required=True, help="where the ledger has been so far"
    )
    move.set_defaults(command=_import)
    migrate = parts.add_parser(
        "migrate", help="make the tables, bring them up to date, and put lost triggers back"
    )
    migrate.add_argument(
        "--grant-to",
        dest="account",
        metavar="ACCOUNT",
        help="let this account of PostgreSQL do what the service has to do, and nothing else",
    )
    migrate.set_defaults(command=_migrate)
    for command in (move, migrate):
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
    anchors = gathered(chain.from_iterable(map(_kept, options.against)))
    with closing(_opened(options)) as ledger:
        found = ledger.examine(anchors)
    print(*(found.faults or _as_it_was(anchors)), *_state(found), sep="\n")
    return FAULTS if found.faults else CLEAN


def _kept(said: str) -> list[Head]:
    """What somebody kept: the digest of an entry, or a file in which there is one."""
    if found := written_in(said):
        return found
    try:
        return kept_in(_text(Path(said).read_bytes()))
    except LedgerError as error:
        raise LedgerError(f"--against {said}: {error}. {KEEPABLE}") from error
    except FileNotFoundError as error:
        raise LedgerError(
            f"--against {said}: there is no such file, and it is not NUMBER:DIGEST: the number of"
            " an entry, a colon, and the 64 letters and digits of its digest"
        ) from error


def _text(content: bytes) -> str:
    """A file as text. Digests are ASCII, whatever becomes of the rest."""
    wide = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8", "replace")


def _as_it_was(anchors: Anchors) -> Iterator[str]:
    """That nothing is wrong, as far as can be told."""
    yield "no entry was changed, removed or moved"
    if anchors:
        yield f"up to entry {max(anchors)}, the ledger is as it was when that was kept"


def _state(found: Findings) -> Iterator[str]:
    """What there is to know of the ledger besides."""
    if found.erased:
        yield f"parts of entries that are erased: {found.erased}"
    if found.head:
        yield in_words(found.head)


def _export(options: argparse.Namespace) -> int:
    from ..exports.ledger import FORMATS

    written = FORMATS[options.format]
    with closing(_opened(options)) as ledger:
        lines = chain([written.first], map(written.line, ledger.all()))
        if options.output:
            with open(options.output, "w", encoding="utf-8", errors=SPELT_OUT, newline="") as file:
                file.writelines(lines)
        else:
            print_utf8(lines)
    return CLEAN


def _about(options: argparse.Namespace) -> int:
    from ..exports.personal import about
    from ..storage import erasing, readings

    with closing(_opened(options)) as ledger:
        found = erasing.traces(ledger, options.name, options.made)
        read, end = readings.everything(ledger), ledger.end()
    print_utf8([about(found, read, end)])
    return CLEAN


def _forget(options: argparse.Namespace) -> int:
    from ..storage import erasing, sweeping
    from ..storage.store import Store

    now = datetime.now(timezone.utc)
    if not options.yes:
        return _would_forget(options, now)
    with closing(Store.beside(database(options))) as ledger:
        if options.name:
            done = erasing.forget(ledger, options.name, erasing.Eraser(), now, options.made)
        else:
            done = sweeping.forget_older(ledger, now - options.older_than, now)
        print(f"Erased: {done.says}")
        return _tidy(ledger)


def _tidy(ledger: Store) -> int:
    """Have it out of the file, too."""
    from ..storage import tidying

    try:
        why = "" if tidying.tidy(ledger) else "Somebody is reading the ledger"
    except LedgerError as error:
        why = str(error)
    if not why:
        return CLEAN
    print(f"It is still in the file of the database. {why}. {LATER}")
    return FAULTS


def _would_forget(options: argparse.Namespace, now: datetime) -> int:
    """Say what there is, and change nothing."""
    from ..storage import erasing, sweeping

    with closing(_opened(options)) as ledger:
        if options.name:
            there = erasing.forgettable(ledger, options.name, options.made)
        else:
            there = sweeping.older(ledger, now - options.older_than)
    print(f"This would be erased, and cannot be brought back: {there.says}")
    print("Nothing was erased yet: this is what --yes does.")
    return CLEAN


def _import(options: argparse.Namespace) -> int:
    from ..storage.moving import move
    from ..storage.store import Store

    with closing(Store.to_read(options.old)) as old, closing(Store(database(options))) as new:
        print("The ledger was moved, and is whole.", in_words(move(old, new)), sep="\n")
    return CLEAN


def _migrate(options: argparse.Namespace) -> int:
    from ..storage.grants import grant
    from ..storage.store import Store

    with closing(Store(database(options))) as ledger:
        ledger.open()
        if restored := ledger.put_back():
            print(f"These triggers were put back: {', '.join(restored)}.", LOOK, sep="\n")
        print("The tables are up to date.")
        if options.account is not None:
            grant(ledger, options.account)
            print(f"{visible(options.account)} can use them as the service does.")
    return CLEAN


def _days(said: str) -> timedelta:
    try:
        days = int(said)
    except ValueError:
        days = 0
    if not 0 < days <= 36500:
        raise argparse.ArgumentTypeError(f"{said!r} is no number of days, such as 730")
    return timedelta(days=days)


def _opened(options: argparse.Namespace) -> Store:
    from ..storage.store import Store  # a database's library is slow to load

    return Store.to_read(database(options))
