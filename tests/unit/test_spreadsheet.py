"""CSV that a spreadsheet can open: what is written is read back, and nothing is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.exports.spreadsheet import line

FORMULA = tuple("=+-@＝＋－＠")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    "=+-@;,\"'\t\r\n a1", max_size=12
)


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
        ("+49 40 123456", "'+49 40 123456"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "'\t'=1"),
        ("a;=1+1", "a;'=1+1"),
        ("a\r\n=1+1", "a\r\n'=1+1"),
        ('\r"=1', "'\r'\"=1"),
        ('a;"=1', "a;'\"=1"),
        ("a; =1", "a; =1"),
        ("anna-lena@reef.example", "anna-lena@reef.example"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_what_would_be_a_formula_is_text(value, written):
    """A cell that begins like a formula begins with a quotation mark; others stay as they are."""
    assert read(line([value, "x"])) == [[written, "x"]]


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_no_cell_is_a_formula(values):
    """Whatever is written, however a spreadsheet separates cells, none begins like a formula."""
    written = line(values)
    for delimiter in ",;\t":
        for row in read(written, delimiter):
            assert not any(cell.startswith(FORMULA) for cell in row)
    (row,) = read(written)
    assert [cell.replace("'", "") for cell in row] == [value.replace("'", "") for value in values]
