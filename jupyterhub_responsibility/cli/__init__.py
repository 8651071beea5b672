"""`jupyterhub-responsibility`: check, init, export, diff, coverage, schema, fleet, lab-menu, ledger,
serve.

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
from . import coverage, diff, files, fleet, ledger, remove
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
    for room in (files, diff, coverage, fleet, ledger, remove):
        room.add_commands(commands)
    commands.add_parser("serve", help="run the service; normally the hub does this", add_help=False)
    return parser
