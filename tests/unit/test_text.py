"""Names and times as people read them: no name can pass for another."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, timezone
from itertools import combinations

import pytest

from jupyterhub_responsibility.text import LONGEST_NAME, clock, iso, prose, quoted, visible

PLAIN = [
    "rita",
    "Professor Marlow",
    "O’Brien",
    "josé",
    "李明",
    "مريم",
    "राम",
    "o_O",
    "a.b+c@d.example",
]


@pytest.mark.parametrize("name", PLAIN)
def test_ordinary_names_are_shown_as_they_are(name):
    """Letters of any script, accents, marks and single spaces stay."""
    assert visible(name) == name


HORRORS = {
    "markup": ("<img onerror=alert(1)>", "<img onerror=alert(1)>"),
    "a line break": ("rita\r\nroot", "rita⟨U+000D⟩⟨U+000A⟩root"),
    "right to left": ("rita\u202etoor", "rita⟨U+202E⟩toor"),
    "no width": ("ri\u200bta", "ri⟨U+200B⟩ta"),
    "a soft hyphen": ("ri\u00adta", "ri⟨U+00AD⟩ta"),
    "a joiner that is a mark": ("ri\u034fta", "ri⟨U+034F⟩ta"),
    "a letter without a shape": ("rita\u3164", "rita⟨U+3164⟩"),
    "another space": ("rita\u00a0b", "rita⟨U+00A0⟩b"),
    "a space before": (" rita", "⟨U+0020⟩rita"),
    "a space after": ("rita ", "rita⟨U+0020⟩"),
    "two spaces": ("rita  b", "rita ⟨U+0020⟩b"),
    "only a space": (" ", "⟨U+0020⟩"),
    "an equals sign": ("=1+1", "=1+1"),
    "NUL": ("rita\x00", "rita⟨U+0000⟩"),
    "half a character": ("rita\ud800", "rita⟨U+D800⟩"),
    "an accent of its own": ("jose\u0301", "jose⟨U+0301⟩"),
    "letters of Hangul in pieces": ("\u1112\u1161\u11ab", "⟨U+1112⟩⟨U+1161⟩⟨U+11AB⟩"),
    "a sign with another number": ("5\u212b", "5⟨U+212B⟩"),
    "something written out already": ("rita⟨U+202E⟩", "rita⟨U+27E8⟩U+202E⟩"),
    "the way up": ("../rita", "../rita"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("what", HORRORS)
def test_what_cannot_be_seen_is_written_out(what):
    """Whatever has no shape, or could be taken for something else, is spelt out."""
    name, shown = HORRORS[what]
    assert visible(name) == shown


def test_long_names_are_cut_and_stay_apart():
    """Of 300 letters only the first are shown, and a difference at the end still shows."""
    one, other = visible("x" * 299 + "1"), visible("x" * 299 + "2")
    assert one != other
    assert one.startswith("x" * LONGEST_NAME + "…⟨")
    assert len(one) < LONGEST_NAME + 20
    assert visible("x" * LONGEST_NAME) == "x" * LONGEST_NAME


def test_two_names_never_show_the_same():
    """Each name, each horror in it and each length of it shows differently from all others."""
    pieces = ["", " ", "  ", "\n", "\u202e", "\u200b", "\u3164", "\u00a0", "\u0301", "⟨U+0020⟩",
              "⟨", "…", "\ufe0f", "\u2800", "\U000e0020"]  # fmt: skip
    bodies = [
        *PLAIN,
        *(name for name, _ in HORRORS.values()),
        *("x" * (LONGEST_NAME + n) for n in (-1, 0, 1)),
    ]
    names = {before + body + after for body in bodies for before in pieces for after in pieces}
    shown = {name: visible(name) for name in names}
    assert len(set(shown.values())) == len(names)


def test_what_is_shown_has_nothing_hidden():
    """No browser merges what is shown: no hidden character, no two spaces, no composition left."""
    for name, _ in HORRORS.values():
        shown = visible(name)
        assert shown.isprintable()
        assert shown == " ".join(shown.split())
        assert unicodedata.is_normalized("NFC", shown)


def test_look_alikes_of_one_text_differ_from_each_other():
    """The same letters in two compositions are two names."""
    forms = {unicodedata.normalize(form, "josé 각 Å") for form in ("NFC", "NFD")}
    assert all(visible(a) != visible(b) for a, b in combinations(forms, 2))


def test_what_somebody_wrote_is_shown_whole():
    """A note keeps its lines, its end and its letters, however they are composed."""
    note = "The keys are in the safe.\r\n\r\nAsk José, می‌خواهم 👩‍🔬\tplease. " + "x" * 400
    for form in ("NFC", "NFD"):
        shown = prose(unicodedata.normalize(form, note))
        assert shown == note.replace("\r\n", "\n").replace("\t", " ")
    assert quoted("one\r\n two") == "“\u2068one two\u2069”"


def test_what_somebody_wrote_cannot_mislead():
    """What turns the direction of writing, or cannot be seen, is written out."""
    assert prose("good \u202edab\u2069\x1b") == "good ⟨U+202E⟩dab⟨U+2069⟩⟨U+001B⟩"


MOMENT = datetime(2026, 11, 22, 23, 42, 7, 999, tzinfo=timezone(timedelta(hours=-5)))


def test_times_are_in_utc():
    """People and machines read the same moment, to the minute and to the second."""
    assert clock(MOMENT) == "23 Nov 2026, 04:42 UTC"
    assert iso(MOMENT) == "2026-11-23T04:42:07+00:00"
    assert iso(None) is None
