"""`coverage`: the gaps of a running hub, asked of its API."""

from __future__ import annotations

import argparse
import json

from ..exports.report import Report, as_markdown, as_text, below
from .asking import NoAnswerError, ask, token
from .terminal import CLEAN, FAILED, FAULTS, Commands

WHOSE = "somebody who can open the panel, and may open the service"


def add_commands(commands: Commands) -> None:
    """The command of this module."""
    command = commands.add_parser("coverage", help="list the gaps of a running hub")
    command.add_argument(
        "url",
        metavar="URL",
        help="address of the Responsibilities page; $JUPYTERHUB_API_TOKEN has to open it",
    )
    command.add_argument("--format", choices=["text", "json", "markdown"], default="text")
    command.set_defaults(command=coverage)


def coverage(options: argparse.Namespace) -> int:
    """List the gaps."""
    report = report_of(options.url, token(WHOSE))
    if options.format == "json":
        print(json.dumps(report, indent=2))
    else:
        print((as_text if options.format == "text" else as_markdown)(report, options.url), end="")
    if report["gaps"]:
        return FAULTS
    return CLEAN if report["certain"] else FAILED


def report_of(url: str, token: str) -> Report:
    """How the hub with the service at `url` is covered. Raises NoAnswerError."""
    address = below(url, "api/coverage")
    try:
        report: Report = ask(address, token)
    except NoAnswerError as error:
        if error.status != 403:
            raise
        raise NoAnswerError(f"{address}: the token must be that of {WHOSE}") from error
    if not isinstance(report, dict) or "gaps" not in report:
        raise NoAnswerError(f"{address}: is not the API of the Responsibilities page")
    if report.get("answered_at", report.get("as_of")) is None:
        raise NoAnswerError(f"{address}: {report['headline']}")
    return report
