"""`jupyterhub-responsibility`: check, init, export, coverage, schema, fleet, ledger, serve.

Exit status: 0 clean, 1 faults, 2 could not do it.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from .._version import __version__
from ..errors import DeclarationError, ResponsibilityError
from ..paths import FLEET
from . import coverage, files, ledger
from .terminal import FAILED, FAULTS


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # names hold letters that a terminal may not have
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["serve"]:
        with _uncollected():
            from ..service.app import main as serve
        return serve(words[1:])
    options = _parser().parse_args(words)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ResponsibilityError as error:
        print(f"jupyterhub-responsibility: {error}", file=sys.stderr)
        return FAULTS if isinstance(error, DeclarationError) else FAILED
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        print(f"jupyterhub-responsibility: {error.filename}: {error.strerror}", file=sys.stderr)
        return FAILED


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is loaded here stays: to look through it for garbage takes a tenth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jupyterhub-responsibility",
        description="Shows who looks after what on a JupyterHub.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="find every fault in a declaration")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--json", action="store_true", help="print the faults as JSON")
    check.add_argument("--strict", action="store_true", help="let warnings count as faults")
    check.set_defaults(command=files.check)

    init = commands.add_parser("init", help="write a declaration to start from")
    init.add_argument("file", metavar="FILE", nargs="?", default="responsibilities.yaml")
    init.set_defaults(command=files.init)

    export = commands.add_parser(
        "export", help="write model and declaration as one file that another hub can use"
    )
    export.add_argument("file", metavar="FILE", nargs="?", default="responsibilities.yaml")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(command=files.export)

    gaps = commands.add_parser("coverage", help="list the gaps of a running hub")
    gaps.add_argument(
        "url",
        metavar="URL",
        help="address of the Responsibilities page; $JUPYTERHUB_API_TOKEN has to open it",
    )
    gaps.add_argument("--format", choices=["text", "json", "markdown"], default="text")
    gaps.set_defaults(command=coverage.coverage)

    schema = commands.add_parser("schema", help="print the JSON Schema of the declaration")
    schema.set_defaults(command=files.schema)

    fleet = commands.add_parser(
        "fleet", help="print the dashboard for Grafana, or the alert rules for Prometheus"
    )
    fleet.add_argument("what", choices=FLEET)
    fleet.set_defaults(command=files.fleet)

    ledger.add_commands(
        commands.add_parser("ledger", help="verify the ledger, or export its entries")
    )

    commands.add_parser("serve", help="run the service; normally the hub does this", add_help=False)
    return parser
