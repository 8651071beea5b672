"""Who holds which role on several hubs, as one page that needs nothing else, to read and print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ..declaration.hubs import Hub
from ..domain.logins import UNKNOWN_TIME, aged
from ..domain.names import readable
from ..text import counted, prose, visible
from .fleet import UNKNOWN, FleetRow, Said, Told, rows

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; padding-block: .5rem; }
th, td { border-bottom: 1px solid #8888; padding: .35rem .6rem; text-align: start;
  vertical-align: top; overflow-wrap: anywhere; }
.unknown td, .nobody td:nth-child(3) { font-weight: 600; }
@media print {
  :root { color-scheme: light; font-size: 10pt; }
  body { margin: 0; max-width: none; padding: 0; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
@page { margin: 15mm; }
"""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Who holds which role on our hubs</title>
<style>{style}</style>
</head>
<body>
<h1>Who holds which role on our hubs</h1>
<p>Asked on {when}: {told}.</p>
<table>
<thead>
<tr><th scope="col">Hub</th><th scope="col">Role</th><th scope="col">Held by</th>\
<th scope="col">Through</th><th scope="col">Email</th><th scope="col">As of</th></tr>
</thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def as_html(told: Sequence[Told[Said]], roles: Sequence[str], when: str) -> str:
    """The page; `when` the hubs were asked, in words."""
    lines = "\n".join(line for each in told for line in _lines(each, roles))
    return _PAGE.format(style=_STYLE, when=escape(when), told=escape(_summary(told)), rows=lines)


def _summary(told: Sequence[Told[Said]]) -> str:
    silent = sum(each.said is None for each in told)
    hubs = counted(len(told), "hub", "hubs")
    return f"{hubs}, {silent} of which could not be asked" if silent else hubs


def _lines(told: Told[Said], roles: Sequence[str]) -> Iterator[str]:
    for row in rows(told, roles):
        cells = (
            _hub(told.hub),
            escape(visible(row["title"] or row["role"])) or "every role",
            _held_by(row),
            _name(row["through"]),
            _email(row["email"]),
            escape(_age(row)),
        )
        inner = "".join(f"<td>{cell}</td>" for cell in cells)
        yield f'<tr class="{escape(row["kind"])}">{inner}</tr>'


def _age(row: FleetRow) -> str:
    """How old it is, in words where the login service told it."""
    moment = (row["as_of"] or "")[:16].replace("T", " ")
    if row["known_from"] not in UNKNOWN_TIME:
        return moment
    words = f"{aged(row['known_from'], bool(moment))} {moment}".removeprefix("as of ").strip()
    if row["unseen_since"]:
        words += f"; not seen since {row['unseen_since'][:10]}: could not be checked"
    return words


def _hub(hub: Hub) -> str:
    return f'<a href="{escape(hub.page)}">{escape(hub.id)}</a>'


def _held_by(row: FleetRow) -> str:
    if row["kind"] == UNKNOWN:
        return escape(f"Unknown: {prose(row['why'] or '')}")
    if row["kind"] == "no-role":
        return "This hub has no such role"
    if called := row["display_name"]:
        return _name(called) + (f" ({_name(row['name'])})" if readable(row["name"]) else "")
    return _name(row["name"]) if row["name"] else "Nobody"


def _name(name: str) -> str:
    """A name, whose direction of writing ends with it."""
    return f"<bdi>{escape(visible(name))}</bdi>" if name else ""


def _email(address: str | None) -> str:
    return f'<a href="mailto:{escape(address)}">{escape(address)}</a>' if address else ""
