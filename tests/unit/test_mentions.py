"""Names in what people write: found as they write them, in any letters and any script."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.ledger.mentions import Named, folded, mentions

WRITTEN = {
    "alone": ("uwe", "uwe"),
    "in a sentence": ("uwe", "ask uwe, he knows"),
    "at the end": ("uwe", "ask Uwe."),
    "with an at sign": ("uwe", "@uwe please look"),
    "as an address": ("uwe", "write to uwe@reef.example"),
    "as the domain of one": ("reef.example", "uwe@reef.example"),
    "after a title": ("uwe", "thanks to Dr.uwe"),
    "in brackets": ("uwe", "(cc:-uwe)"),
    "in a path": ("uwe", "see /home/uwe/work"),
    "emphasized": ("uwe", "_uwe_ and **uwe**"),
    "with an apostrophe": ("uwe", "uwe's notes"),
    "with a hyphen": ("ana", "for ana-maria"),
    "in large letters": ("müller", "FRAU MÜLLER"),
    "in small letters": ("MÜLLER", "frau müller"),
    "with a sharp s": ("weiß", "HERR WEISS"),
    "in two characters": ("müller", "mu\u0308ller"),
    "in one character": ("mu\u0308ller", "müller"),
    "in Greek, with the last letter": ("ΝΊΚΟΣ", "ο νίκος"),
    "in Cyrillic": ("иван", "Спросите ИВАН"),
    "in Turkish": ("İLKER", "i̇lker"),
    "in Chinese": ("王伟", "请问王伟关于"),
    "in Chinese, beside Latin letters": ("uwe", "请问uwe关于"),
    "in Chinese, as part of a word": ("x王", "请问x王关于"),
    "in Japanese": ("田中", "田中さんに聞いて"),
    "in Thai": ("สมชาย", "ถามสมชายก่อน"),
    "in Korean, with an ending": ("지민", "지민에게 물어보세요"),
    "in wide letters": ("uwe", "ｕｗｅ"),
    "over the end of a line": ("uwe meyer", "ask uwe\n  Meyer"),
    "with what regular expressions know": ("u.w+e", "ask u.w+e"),
    "of marks alone": ("-_-", "ask -_- first"),
    "of a space alone": (" ", "of two words"),
}

OTHERS = {
    "a longer word": ("ana", "banana"),
    "the beginning of one": ("uwe", "uwell"),
    "the end of one": ("uwe", "auwe"),
    "a larger number": ("user-1", "user-12"),
    "another letter with an accent": ("uwe", "uwé"),
    "a dot is a dot": ("u.we", "uxwe"),
    "another name in Chinese": ("王伟", "请问王炜关于"),
    "the words in another order": ("uwe meyer", "meyer uwe"),
}


@pytest.mark.parametrize(("name", "text"), WRITTEN.values(), ids=WRITTEN.keys())
def test_found(name, text):
    """Alone, and among thousands of others."""
    assert mentions(text, name)
    many = [*(f"person{number}" for number in range(1000)), name]
    assert set(Named(many).found_in(text)) == {name}


@pytest.mark.parametrize(("name", "text"), OTHERS.values(), ids=OTHERS.keys())
def test_somebody_elses(name, text):
    """A longer word is another one."""
    assert not mentions(text, name)


def test_each_of_those_that_are_there():
    """Names that share letters are told apart, and one text may have several."""
    named = Named(["uwe", "uwe.b", "ana", "王伟", "王"])
    assert set(named.found_in("uwe.b and 王伟")) == {"uwe", "uwe.b", "王伟", "王"}
    assert set(named.found_in("")) == set()


def test_what_is_the_same():
    """The same name in other letters is one, and another name isn't."""
    assert len({folded(each) for each in ("MÜLLER", "müller", "mu\u0308ller", "Müller ")}) == 1
    assert folded("muller") != folded("müller")
