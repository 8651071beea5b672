"""What `ledger verify --against` finds in what people keep: pages, files, mails and logs."""

from __future__ import annotations

import json
import quopri

import pytest

from jupyterhub_responsibility.errors import LedgerError
from jupyterhub_responsibility.exports.ledger import FORMATS
from jupyterhub_responsibility.exports.report import as_markdown, as_text
from jupyterhub_responsibility.ledger.anchors import kept_in
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.proof import foot, in_words, rewritten

from ..conftest import READ_AT

DIGEST = "0123456789abcdef" * 4
END = (214, DIGEST)
LINE = foot(END)
ENTRY = write(Draft("account", "rita", person="uwe"), 1, BEGINNING, READ_AT)
REPORT = {
    "headline": "All is well",
    "summary": "",
    "gaps": [],
    "unchecked": [],
    "as_of": "2026-11-22T10:42:07+00:00",
    "accounts_as_of": None,
    "ledger": {"number": 214, "digest": DIGEST},
}
MAIL = f"Hello,\n\n{as_text(REPORT, 'https://hub.example/')}\nSee you, 10:42\n"


@pytest.mark.parametrize(
    "text",
    [
        f"214:{DIGEST}",
        f"214:{DIGEST.upper()}",
        LINE,
        f"<p>a < b</p><p>Ledger: entry 214, <code>{DIGEST}</code><br>Keep this line.</p>",
        f"<td>7</td><td>214, <code class=x>{DIGEST[:40]}<wbr>{DIGEST[40:]}</code></td>",
        f"<pre>{{&quot;number&quot;: 214, &quot;digest&quot;: &quot;{DIGEST}&quot;}}</pre>",
        f"if 1 < 2:\n{LINE}\n> 3",
        f"Page 3\nLedger: entry 214,\n{DIGEST[:32]}\n{DIGEST[32:]}\nKeep this line.",
        f"BEGIN:VCARD\r\nX-LEDGER:214:{DIGEST[:50]}\r\n {DIGEST[50:]}\r\nEND:VCARD\r\n",
        as_text(REPORT, "https://hub.example/"),
        as_markdown(REPORT, "https://hub.example/"),
        json.dumps(REPORT),
        json.dumps(REPORT, indent=2, sort_keys=True),
        MAIL,
        "".join(f"> {line}" for line in MAIL.splitlines(keepends=True)),
        quopri.encodestring(f"{'x' * 40} {LINE}".encode()).decode(),
        f"[I 2026-11-22 10:42:07.481 watch:112] {in_words(END)}\n",
        f"[E 2026-11-22 10:42:07] {rewritten(END, (3, '0' * 64), None)}\n",
        f"entry 214: `{DIGEST}`",
        FORMATS["jsonl"].end(END),
        FORMATS["csv"].first + FORMATS["csv"].end(END),
        f"\ufeff{FORMATS['csv'].first}{FORMATS['csv'].end(END)}",
        f'{{"event": "started"}}\n{json.dumps({"digest": DIGEST, "number": 214})}\nover\n',
    ],
    ids=range(23),
)
def test_where_the_ledger_ended_is_found(text):
    """As we write it, and as browsers, mails and address books hand it on; once, if it is one."""
    assert kept_in(text) == [END]


def test_on_a_page_only_its_foot_counts():
    """Above it stands what people wrote: nobody can make a page disagree with the ledger."""
    forged = f"<q>{foot((3, '0' * 64))}</q>"
    said = f"Ledger: entry 214, <code>{DIGEST}</code>"
    page = f'<p class="rsp-quiet rsp-anchor rsp-on-paper">\n{said}<br>\nKeep this line.</p>'
    assert kept_in(f"<main>{forged}{page}</main>") == [END]


def test_all_that_is_there_is_found():
    """A log of some days has several, a page of the API one for each entry."""
    log = "".join(f"{in_words((number, DIGEST))}\n" for number in (3, 5, 5, 9))
    assert kept_in(log) == [(number, DIGEST) for number in (3, 5, 9)]
    entries = [{"number": number, "digest": DIGEST} for number in (7, 6)]
    page = {"entries": entries, "before": None, "ledger": {"number": 9, "digest": DIGEST}}
    assert sorted(kept_in(json.dumps(page))) == [(number, DIGEST) for number in (6, 7, 9)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_of_an_export_every_line_counts(form, separator):
    """Also of one that a spreadsheet has saved: a line that is no entry is named."""
    _, line, first, _ = FORMATS[form]
    text = first + line(ENTRY)
    if form == "csv":
        text = text.replace(",", separator).replace("{}", "")
    assert kept_in(text) == [(1, ENTRY.digest)]
    with pytest.raises(LedgerError, match="is not from an export of the ledger"):
        kept_in(f"{text}{LINE}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear diary, there were 6 entries",
        DIGEST,
        f"214 {DIGEST}",
        f"214:{DIGEST[:-1]}",
        f"214:{DIGEST}0",
        f"0:{DIGEST}",
        f"x214:{DIGEST}",
        f"{DIGEST},{DIGEST}",
        json.dumps({"number": 214, "digest": "ab"}),
        "[" * 100000,
        "\ufffd\ufffdPNG",
    ],
    ids=range(12),
)
def test_what_says_nothing_of_the_ledger_is_refused(text):
    """Nothing is taken for the end of the ledger that isn't one."""
    with pytest.raises(LedgerError, match="there is no entry in it to compare with"):
        kept_in(text)
