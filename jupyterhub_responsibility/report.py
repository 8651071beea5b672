"""How a running hub is covered, for cron jobs and chats: asked of its API, as text or Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from .errors import ResponsibilityError
from .text import visible

Report = Mapping[str, Any]
"""What `GET api/coverage` answers."""

TIMEOUT = 30
"""Seconds to wait for the answer."""


class UnknownCoverageError(ResponsibilityError):
    """The hub could not be asked, or could not tell."""


def ask(url: str, token: str) -> Report:
    """Ask the service at `url`. Raises UnknownCoverageError; the message holds no secret."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise UnknownCoverageError(f"{url}: is not the web address of the Responsibilities page")
    address = _below(url, "api/coverage")
    request = Request(address, headers={"Authorization": f"token {token}"})  # noqa: S310  # checked
    try:
        with urlopen(request, timeout=TIMEOUT) as reply:  # noqa: S310  # checked above
            report: Report = json.load(reply)
    except HTTPError as error:
        raise UnknownCoverageError(f"{address}: {_refusal(error.code)}") from error
    except (OSError, HTTPException, ValueError) as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else "no usable answer"
        raise UnknownCoverageError(f"{address}: {why}") from error
    if not isinstance(report, dict) or "gaps" not in report:
        raise UnknownCoverageError(f"{address}: is not the API of the Responsibilities page")
    if report.get("as_of") is None:
        raise UnknownCoverageError(f"{address}: {report['headline']}")
    return report


def as_text(report: Report, url: str) -> str:
    """A report to read in a terminal or a mail; `url` is where the service is."""
    return "\n".join(_lines(report, url, "", "* ", "  ")) + "\n"


def as_markdown(report: Report, url: str) -> str:
    """The same for an issue or a chat."""
    return "\n".join(_lines(report, url, "# ", "- **", "  ", "**")) + "\n"


def _below(url: str, path: str) -> str:
    return urljoin(url if url.endswith("/") else f"{url}/", path)


def _refusal(status: int) -> str:
    if status == 403:
        return "the token must be of somebody in charge, with the scope to open the service"
    return f"answered {status}"


def _lines(
    report: Report, url: str, head: str, bullet: str, indent: str, end: str = ""
) -> Iterator[str]:
    yield f"{head}{report['headline']}"
    if report["summary"]:
        yield from ("", _plain(report["summary"]))
    if report["gaps"]:
        yield ""
    for gap in report["gaps"]:
        yield f"{bullet}{_plain(gap['title'])}{end} ({gap['severity']})"
        yield f"{indent}{_plain(gap['text'])}{_when(gap)} Next: {_plain(gap['next'])}."
        if gap["path"]:
            yield f"{indent}{_below(url, gap['path'])}"
    if report["unchecked"]:
        yield from ("", "Could not check:")
        yield from (f"- {_plain(each)}" for each in report["unchecked"])
    accounts = f"as of {report['accounts_as_of']}" if report["accounts_as_of"] else "not read yet"
    yield from ("", f"Holders as of {report['as_of']}; what accounts may do: {accounts}.")


def _when(gap: Mapping[str, Any]) -> str:
    if gap["since"]:
        return f" Since {gap['since'][:10]}."
    return f" Noticed on {gap['noticed'][:10]}." if gap["noticed"] else ""


def _plain(text: str) -> str:
    """Without the marks that keep a name's direction of writing to itself, and on one line."""
    return " ".join(visible(word) for word in text.translate({0x2068: None, 0x2069: None}).split())
