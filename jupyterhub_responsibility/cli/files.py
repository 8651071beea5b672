"""`check`, `init`, `export`, `schema` and `lab-menu`: what needs no hub."""

from __future__ import annotations

import argparse
import json
import re
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from ..declaration import json_schema, load, look_over
from ..declaration.warnings import PLACEHOLDERS
from ..domain.kept import Kept, lay
from ..exports.declaration import for_another_hub
from ..exports.lab_menu import lab_menu
from ..paths import SCHEMA
from .terminal import CLEAN, FAILED, FAULTS, Commands, print_utf8

STARTER = """\
# yaml-language-server: $schema={schema}
# Who looks after what on this hub. Check it with: jupyterhub-responsibility check {file}

community:            # the people who use the hub
  name: {community}
  # url: https://community.{domain}
provider:             # the people who run the infrastructure
  name: {provider}
  # url: https://provider.{domain}

roles:
  hub-administrator:
    groups: [hub-admins]        # members of these groups of the hub hold the role
    # initial: [ada]            # accounts to appoint as the first holders, once
  community-representative:
    groups: [community-reps]
    # people:                   # holders without an account on the hub
    #   - {{name: {person}, email: {account}}}
  # site-reliability-engineer:
  #   people: [{{name: Crew on duty, url: https://provider.{domain}/duty}}]

# contacts:
#   - id: help-desk             # keep ids when names change
#     name: Help desk
#     for: [everyone]           # or operator, or ids of areas, roles or responsibilities
#     email: help@{domain}
#     hours: Mon-Fri 9-17
#     languages: [en]
#     topics: [anything else]   # everyday words that people use when they ask
#     review_by: 2027-06-30     # when to check that this is still right
#     public: true              # also show it to people who cannot log in

# links:
#   - {{title: Support guide, url: https://{domain}/support, for: [support-leaders]}}
#   - {{title: Infrastructure documentation, url: https://{domain}/infra, for: [site-reliability-engineer]}}
#   - {{title: Incident process, url: https://{domain}/incidents, for: [respond-to-incidents]}}
#   - {{title: How to make an environment, url: https://{domain}/env, for: [assist-environments]}}

# manage_at:                    # if groups come from elsewhere, such as a login service: where they are changed
#   groups: "{{org}}:{{team}}"    # which groups; leave it out for all that the login service sets
#   url: https://git.{domain}/orgs/{{org}}/teams/{{team}}
#   who: The maintainers of the team

# model: cloud                  # start from another model, instead of changing the built-in one
# areas:                        # changes to the model, by id
#   community-leadership:
#     responsibilities:
#       - {{id: decide-finances, title: Bills and budget}}
#       - {{id: cultivate-community, remove: true}}
"""


def add_commands(commands: Commands) -> None:
    """The commands of this module."""
    command = commands.add_parser("check", help="find every fault in a declaration")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--json", action="store_true", help="print the faults as JSON")
    command.add_argument("--strict", action="store_true", help="let warnings count as faults")
    command.set_defaults(command=check)

    command = commands.add_parser("init", help="write a declaration to start from")
    command.add_argument("file", metavar="FILE", nargs="?", default="responsibilities.yaml")
    command.set_defaults(command=init)

    command = commands.add_parser(
        "export", help="write model and declaration as one file that another hub can use"
    )
    command.add_argument("file", metavar="FILE", nargs="?", default="responsibilities.yaml")
    command.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    command.add_argument(
        "--database",
        metavar="URL",
        help="where the hub's ledger is: what was written on the page is in the file as well",
    )
    command.set_defaults(command=export)

    command = commands.add_parser("schema", help="print the JSON Schema of the declaration")
    command.set_defaults(command=schema)

    command = commands.add_parser(
        "lab-menu", help="print settings that add these pages to the Help menu of JupyterLab"
    )
    command.add_argument(
        "url",
        metavar="URL",
        nargs="?",
        default="/services/responsibilities/",
        help="address of the Responsibilities page, or its path; default: %(default)s",
    )
    command.set_defaults(command=menu)


def check(options: argparse.Namespace) -> int:
    """Find every fault in a declaration, and what makes poor pages."""
    faults, warnings = look_over(options.file)
    if options.json:
        lists = {"faults": faults, "warnings": warnings}
        found = {name: [asdict(each) for each in those] for name, those in lists.items()}
        print(json.dumps({"file": options.file, **found}, indent=2))
    else:
        lines = [*map(str, faults), *(f"{each} (warning)" for each in warnings)]
        print(*lines, *([] if faults else [f"{options.file}: no faults"]), sep="\n")
    return FAULTS if faults or (options.strict and warnings) else CLEAN


def init(options: argparse.Namespace) -> int:
    """Write a declaration to start from."""
    path = Path(options.file)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER.format(schema=SCHEMA, file=path, **PLACEHOLDERS))
    except FileExistsError:
        print(f"{path}: already exists; remove it, or choose another file name", file=sys.stderr)
        return FAILED
    print(f"{path}: written; now fill in your groups and contacts, then run: "
          f"jupyterhub-responsibility check {path}")  # fmt: skip
    return CLEAN


def export(options: argparse.Namespace) -> int:
    """Write model and declaration as one file."""
    declared = load(options.file)
    if options.database:
        declared = lay(declared, _kept(options.database)).declaration
    text = for_another_hub(declared)
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        print_utf8([text])
    return CLEAN


def _kept(database: str) -> list[Kept]:
    """What is kept on the page. Raises LedgerError."""
    from ..storage import kept  # a database's library is slow to load
    from ..storage.store import Store

    with closing(Store.to_read(database)) as store:
        return kept.read(store)


def schema(_: argparse.Namespace) -> int:
    """Print the JSON Schema of the declaration."""
    print(json.dumps(json_schema(), indent=2))
    return CLEAN


def menu(options: argparse.Namespace) -> int:
    """Print settings for JupyterLab."""
    if not re.match(r"https?://[^/]|/[^/\\]", options.url):
        print(f"{options.url}: is neither a web address nor a path", file=sys.stderr)
        return FAILED
    print_utf8([lab_menu(options.url)])
    return CLEAN
