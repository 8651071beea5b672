"""`coverage`: the gaps of a running hub, asked of its API."""

from __future__ import annotations

import argparse
import json
import os
import sys
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..errors import ResponsibilityError
from ..exports.report import Report, as_markdown, as_text, below
from .terminal import CLEAN, FAILED, FAULTS, Commands

TIMEOUT = 30
"""Seconds to wait for the answer."""


class Straight(HTTPRedirectHandler):
    """Goes nowhere else: a token is for the address that was given."""

    def redirect_request(self, *_: object) -> None:
        """No other request, so that the answer is an error."""


class UnknownCoverageError(ResponsibilityError):
    """The hub could not be asked, or could not tell."""


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
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    if not token:
        print("Set JUPYTERHUB_API_TOKEN to a token of the hub, of somebody who can open the panel",
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


def ask(url: str, token: str) -> Report:
    """Ask the service at `url`. Raises UnknownCoverageError; the message holds no secret."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise UnknownCoverageError(f"{url}: is not the web address of the Responsibilities page")
    address = below(url, "api/coverage")
    request = Request(address, headers={"Authorization": f"token {token}"})  # noqa: S310  # checked
    try:
        with build_opener(Straight).open(request, timeout=TIMEOUT) as reply:
            report: Report = json.load(reply)
    except HTTPError as error:
        raise UnknownCoverageError(f"{address}: {_refusal(error)}") from error
    except (OSError, HTTPException, ValueError) as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else "no usable answer"
        raise UnknownCoverageError(f"{address}: {why}") from error
    if not isinstance(report, dict) or "gaps" not in report:
        raise UnknownCoverageError(f"{address}: is not the API of the Responsibilities page")
    if report.get("as_of") is None:
        raise UnknownCoverageError(f"{address}: {report['headline']}")
    return report


def _refusal(error: HTTPError) -> str:
    if error.code == 403:
        return "the token must belong to somebody who can open the panel, and may open the service"
    if error.headers.get("Location"):
        where = urlsplit(urljoin(error.url, error.headers["Location"]))
        return (
            f"leads elsewhere, to {where.scheme}://{where.netloc}{where.path}. The token was not sent"
            " there: if that is the right address, give it"
        )
    return f"answered {error.code}"
