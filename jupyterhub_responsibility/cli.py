"""`jupyterhub-responsibility`: check, init, export, coverage, schema, fleet, ledger, serve.

Exit status: 0 clean, 1 faults, 2 could not do it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ._version import __version__
from .declaration import json_schema, load
from .errors import DeclarationError, ResponsibilityError
from .exports.declaration import for_another_hub
from .handover import DATABASE_VARIABLE, DEFAULT_DATABASE
from .paths import FLEET, SCHEMA

if TYPE_CHECKING:
    from .ledger import Store

CLEAN, FAULTS, FAILED = 0, 1, 2

STARTER = """\
# yaml-language-server: $schema={schema}
# Who looks after what on this hub. Check it with: jupyterhub-responsibility check {file}

community:            # the people who use the hub
  name: Our community
  # url: https://community.example.org
provider:             # those who run the infrastructure
  name: Our provider
  # url: https://provider.example.org

roles:
  hub-administrator:
    groups: [hub-admins]        # members of these groups of the hub hold the role
    # initial: [ada]            # accounts to appoint first, once, on a fresh hub
  community-representative:
    groups: [community-reps]
    # people:                   # holders without an account on the hub
    #   - {{name: Ada Example, email: ada@example.org}}
  # site-reliability-engineer:
  #   people: [{{name: Crew on duty, url: https://provider.example.org/duty}}]

# contacts:
#   - id: help-desk             # keep ids when names change
#     name: Help desk
#     for: [everyone]           # or ids of areas, roles or responsibilities
#     email: help@example.org
#     hours: Mon-Fri 9-17
#     languages: [en]
#     topics: [anything else]   # the everyday words in which people ask
#     review_by: 2027-06-30     # when to check that this is still right
#     public: true              # show it to those who cannot log in, too

# links:
#   - {{title: Support guide, url: https://example.org/support, for: [support-leaders]}}
#   - {{title: Infrastructure documentation, url: https://example.org/infra, for: [site-reliability-engineer]}}
#   - {{title: Incident process, url: https://example.org/incidents, for: [respond-to-incidents]}}
#   - {{title: How to make an environment, url: https://example.org/env, for: [assist-environments]}}

# model: cloud                  # start from another model, instead of changing the built-in one
# areas:                        # changes to the model, by id
#   community-leadership:
#     responsibilities:
#       - {{id: decide-finances, title: Bills and budget}}
#       - {{id: cultivate-community, remove: true}}
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # names hold letters that a terminal may not have
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["serve"]:
        with _uncollected():
            from .service.app import main as serve
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
        description="A shared responsibility model, live on a JupyterHub.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="find every fault in a declaration")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--json", action="store_true", help="print the faults as JSON")
    check.set_defaults(command=_check)

    init = commands.add_parser("init", help="write a declaration to start from")
    init.add_argument("file", metavar="FILE", nargs="?", default="responsibilities.yaml")
    init.set_defaults(command=_init)

    export = commands.add_parser(
        "export", help="write model and declaration as one file that another hub can use"
    )
    export.add_argument("file", metavar="FILE", nargs="?", default="responsibilities.yaml")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(command=_export)

    coverage = commands.add_parser("coverage", help="list the gaps of a running hub")
    coverage.add_argument(
        "url", metavar="URL", help="of the Responsibilities page; $JUPYTERHUB_API_TOKEN opens it"
    )
    coverage.add_argument("--format", choices=["text", "json", "markdown"], default="text")
    coverage.set_defaults(command=_coverage)

    schema = commands.add_parser("schema", help="print the JSON Schema of the declaration")
    schema.set_defaults(command=lambda _: _schema())

    fleet = commands.add_parser(
        "fleet", help="print the dashboard for Grafana, or the alert rules for Prometheus"
    )
    fleet.add_argument("what", choices=FLEET)
    fleet.set_defaults(command=_fleet)

    _add_ledger(commands.add_parser("ledger", help="verify the ledger, or export its entries"))

    commands.add_parser("serve", help="run the service; normally the hub does", add_help=False)
    return parser


def _add_ledger(ledger: argparse.ArgumentParser) -> None:
    commands = ledger.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="find entries that were changed, removed or moved")
    verify.set_defaults(command=_ledger_verify)
    export = commands.add_parser("export", help="write every entry, the oldest first")
    export.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(command=_ledger_export)
    for command in (verify, export):
        command.add_argument(
            "--database",
            metavar="URL",
            help=f"where the ledger is; default: ${DATABASE_VARIABLE}, which keeps a password out"
            f" of sight, or {DEFAULT_DATABASE}",
        )


def _check(options: argparse.Namespace) -> int:
    faults: tuple[object, ...] = ()
    try:
        load(options.file)
    except DeclarationError as error:
        faults = error.faults
        if not options.json:
            print(*faults, sep="\n")
    if options.json:
        report = {"file": options.file, "faults": [asdict(fault) for fault in faults]}  # type: ignore[call-overload]  # every fault is a dataclass
        print(json.dumps(report, indent=2))
    elif not faults:
        print(f"{options.file}: no faults")
    return FAULTS if faults else CLEAN


def _init(options: argparse.Namespace) -> int:
    path = Path(options.file)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER.format(schema=SCHEMA, file=path))
    except FileExistsError:
        print(f"{path}: is there already; remove it, or name another file", file=sys.stderr)
        return FAILED
    print(f"{path}: written; now name your groups and contacts, then run: "
          f"jupyterhub-responsibility check {path}")  # fmt: skip
    return CLEAN


def _export(options: argparse.Namespace) -> int:
    text = for_another_hub(load(options.file))
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        _print_utf8([text])
    return CLEAN


def _coverage(options: argparse.Namespace) -> int:
    from .report import as_markdown, as_text, ask

    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    if not token:
        print("Set JUPYTERHUB_API_TOKEN to a token of the hub, of somebody in charge",
              file=sys.stderr)  # fmt: skip
        return FAILED
    report = ask(options.url, token)
    if options.format == "json":
        print(json.dumps(report, indent=2))
    else:
        print((as_text if options.format == "text" else as_markdown)(report, options.url), end="")
    if report["gaps"]:
        return FAULTS
    return CLEAN if report["certain"] else FAILED


def _schema() -> int:
    print(json.dumps(json_schema(), indent=2))
    return CLEAN


def _fleet(options: argparse.Namespace) -> int:
    _print_utf8([FLEET[options.what].read_text(encoding="utf-8")])
    return CLEAN


def _ledger_verify(options: argparse.Namespace) -> int:
    with closing(_ledger(options)) as ledger:
        found = ledger.verify()
    print(*(found or ["no entry was changed, removed or moved"]), sep="\n")
    return FAULTS if found else CLEAN


def _ledger_export(options: argparse.Namespace) -> int:
    from .ledger.export import FORMATS

    _, line, first = FORMATS[options.format]
    with closing(_ledger(options)) as ledger:
        lines = chain([first], map(line, ledger.all()))
        if options.output:
            with open(options.output, "w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        else:
            _print_utf8(lines)
    return CLEAN


def _ledger(options: argparse.Namespace) -> Store:
    from .ledger import Store  # a database's library is slow to load

    return Store.to_read(options.database or os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE)


def _print_utf8(lines: Iterable[str]) -> None:
    """Print what has an encoding of its own, whatever the terminal speaks."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.writelines(lines)
    sys.stdout.flush()
