"""How a running hub is covered, for cron jobs and chats: as text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from ..domain.logins import LAST
from ..ledger.proof import foot
from ..text import visible

Report = Mapping[str, Any]
"""What `GET api/coverage` answers."""


def as_text(report: Report, url: str) -> str:
    """A report to read in a terminal or a mail; `url` is where the service is."""
    return "\n".join(_lines(report, url, "", "* ", "  ")) + "\n"


def as_markdown(report: Report, url: str) -> str:
    """The same for an issue or a chat."""
    return "\n".join(_lines(report, url, "# ", "- **", "  ", "**")) + "\n"


def below(url: str, path: str) -> str:
    """The address of a page of the service at `url`."""
    return urljoin(url if url.endswith("/") else f"{url}/", path)


def _lines(
    report: Report, url: str, head: str, bullet: str, indent: str, end: str = ""
) -> Iterator[str]:
    yield f"{head}{report['headline']}"
    if report["summary"]:
        yield from ("", _plain(report["summary"]))
    if report["gaps"]:
        yield ""
    for gap in report["gaps"]:
        yield f"{bullet}{_plain(gap['title'])}{end} ({gap['urgency']})"
        yield f"{indent}{_plain(gap['text'])}{_when(gap)} Next: {_plain(gap['next'])}."
        if gap["path"]:
            yield f"{indent}{below(url, gap['path'])}"
    if report["unchecked"]:
        yield from ("", "Could not check:")
        yield from (f"- {_plain(each)}" for each in report["unchecked"])
    accounts = f"as of {report['accounts_as_of']}" if report["accounts_as_of"] else "not read yet"
    yield from ("", f"Holders as of {_read_at(report)}; what accounts may do: {accounts}.")
    if last := report.get("ledger"):
        yield foot((last["number"], last["digest"]))


def _read_at(report: Report) -> str:
    """When it was read who holds which role; no reading makes what logins tell any younger."""
    last = LAST.get(report.get("at_login") or "")
    at_login = f"each holder's {last}" if last else ""
    return ", and ".join(filter(None, (report["as_of"], at_login)))


def _when(gap: Mapping[str, Any]) -> str:
    if gap["since"]:
        return f" Since {gap['since'][:10]}."
    return f" Noticed on {gap['noticed'][:10]}." if gap["noticed"] else ""


def _plain(text: str) -> str:
    """Without the marks that keep a name's direction of writing to itself, and on one line."""
    return " ".join(visible(word) for word in text.translate({0x2068: None, 0x2069: None}).split())
