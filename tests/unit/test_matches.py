"""Accounts by what somebody remembers of a name."""

from __future__ import annotations

import pytest

from jupyterhub_responsibility.domain.matches import FEW, MOST, Named, known_part, matching, near

PEOPLE = (
    Named("maria", "Maria Sánchez"),
    Named("mario", "Mario Rossi"),
    Named("ana-maria"),
    Named("bm-maria-2"),
    Named("amariax"),
    Named("u1815", "Ada Lovelace"),
    Named("josé", ""),
    Named("a.b.c", "Bo Li"),
)


def accounts(found: tuple[Named, ...]) -> list[str]:
    return [each.account for each in found]


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("mar", "mar"), (" Maria ", "maria"), ("a.lovelace", "lovelace"), ("ada_lov", "ada"),
        ("ma", ""), ("", ""), ("%%%", ""), ("___", ""), ("a b c d", ""), ("a.b", ""),
        ("山田太", "山田太"),
    ],
)  # fmt: skip
def test_what_has_to_be_known(typed, part):
    """Three letters or digits in a row, and no wildcard of a database is one."""
    assert known_part(typed) == part


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("maria", ["maria", "ana-maria", "bm-maria-2", "amariax"]),
        ("MARIA", ["maria", "ana-maria", "bm-maria-2", "amariax"]),
        ("sanchez", ["maria"]),
        ("lovelace ada", ["u1815"]),
        ("Ada  Lov", ["u1815"]),
        ("jose", ["josé"]),
        ("ria-2", ["bm-maria-2"]),
        ("mari", ["maria", "mario", "ana-maria", "bm-maria-2", "amariax"]),
        ("ma", []),
        ("", []),
        ("a.b", []),
        ("%ari%", []),
        ("nobody", []),
    ],
)
def test_who_matches(typed, found):
    """By account or person, whatever the case and accents; accounts that begin with it first."""
    assert accounts(matching(typed, PEOPLE)) == found


def test_no_more_than_ten():
    """A hub's list of accounts is not handed out, and nobody is named twice."""
    crowd = [Named(f"user-{number:03}") for number in range(100)]
    assert accounts(matching("user", [*crowd, *crowd])) == [f"user-{n:03}" for n in range(MOST)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("marya", ["maria"]),
        ("mraia", ["maria"]),
        ("Maria Sanches", ["maria"]),
        ("lovelace", ["u1815"]),
        ("Ada Lovelase", ["u1815"]),
        ("zzzzz", []),
        ("ma", []),
    ],
)
def test_who_may_be_meant(typed, found):
    """A slip, or what somebody is called, leads to the account."""
    assert accounts(near(typed, PEOPLE))[: len(found) or 1] == found


SHORT = (Named("u1", "Bo Li"), Named("u2", "山田 太郎"), Named("u3", "Bo Lisander"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [("bo li", ["u1"]), ("山田 太郎", ["u2"]), ("bo l", []), ("bo", []), ("li bo", [])],
)
def test_a_name_of_short_parts_is_found_in_full(typed, found):
    """Whoever knows all of it gets nobody else."""
    assert accounts(matching(typed, SHORT)) == accounts(near(typed, SHORT)) == found


def test_all_of_one_name_may_be_meant():
    """With a slip as well: nobody is chosen among them."""
    twins = (Named("u1", "Ada Marlow"), Named("u2", "Ada Marlow"))
    for typed in ("ada marlow", "Ada Marlov"):
        assert set(accounts(near(typed, twins))) == {"u1", "u2"}


def test_no_more_than_five_near_ones():
    """More would help nobody; who has the name in theirs comes first."""
    crowd = [Named(f"user-{number}") for number in range(100)]
    assert len(near("user-x", crowd)) == FEW
    assert accounts(near("mario", PEOPLE))[0] == "mario"
