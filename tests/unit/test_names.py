"""What people are called, and when they aren't: no name may stand for two people."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.domain.holders import Holder
from jupyterhub_responsibility.domain.names import NOBODY_NAMED, Called, Names, readable
from jupyterhub_responsibility.text import ERASED, visible

from .. import horrors

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
OPAQUE = (
    "google-oauth2|100412345678901234567",
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "oauth2|CILogon|http://cilogon.org/serverA/users/12345",
    "https://login.example/u/7",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "d41d8cd98f00b204e9800998ecf8427e",
    "100412345678",
)
READABLE = ("rita", "rita.marlow", "rita@reef.example", "s1234567", "u1815", "r2d2-42", "山田")


def names(**given: str) -> Names:
    return Names({account: Called(name) for account, name in given.items()})


@pytest.mark.parametrize("account", OPAQUE)
def test_what_only_a_machine_reads_is_left_out(account):
    """Where a name is known, such an account is shown nowhere."""
    known = Names({account: Called("Rita Marlow")})
    assert not readable(account)
    assert (known.of(account), known.beside(account)) == ("Rita Marlow", "")
    assert NOBODY_NAMED.of(account) == account


@pytest.mark.parametrize("account", READABLE)
def test_an_account_that_people_know_stands_beside(account):
    """The name comes first, and the account can be told as well."""
    known = Names({account: Called("Rita Marlow")})
    assert (known.of(account), known.beside(account)) == ("Rita Marlow", account)
    assert known.isolated(account) == "\u2068Rita Marlow\u2069"
    assert (NOBODY_NAMED.of(account), NOBODY_NAMED.beside(account)) == (account, "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rita Marlow", "Rita Marlow"),
        ("Rita Marlow", "rita  MARLOW"),
        ("hanna", "Hanna"),
        ("HANNA", "Hanna Berg"),
    ],
)
def test_a_name_that_could_be_anothers_has_the_account_with_it(one, other):
    """Two people of one name, or a name that is somebody else's account."""
    known = names(rita=one, hanna=other)
    assert known.of("rita") == f"{one} (rita)"
    assert known.beside("rita") == ""  # it is there already
    shared = Names({OPAQUE[0]: Called("Kim"), OPAQUE[1]: Called("Kim")})
    assert (shared.of(OPAQUE[0]), shared.of(OPAQUE[1])) == ("Kim (…4567)", "Kim (…fe82)")


def test_nobody_can_call_themselves_like_an_account():
    """Also not like one of which nobody knows what the person is called."""
    known = Names({"mallory": Called("root"), "eve": Called("Root ")}, frozenset({"root"}))
    assert (known.of("mallory"), known.of("root")) == ("root (mallory)", "root")
    assert "(eve)" in known.of("eve")


def test_an_older_account_is_not_told_under_a_newer_name():
    """What was recorded before an account was made was done by somebody else of its name."""
    known = Names({"rita": Called("Rita Marlow", since=NOW)})
    assert known.of("rita") == known.of("rita", NOW) == "Rita Marlow"
    assert known.of("rita", NOW - timedelta(seconds=1)) == "rita"
    assert names(rita="Rita Marlow").of("rita", NOW) == "Rita Marlow"


def test_people_without_an_account_keep_their_name():
    """The operator named them; that an account is called so doesn't matter."""
    known = names(Marlow="Somebody Else")
    person = Holder("Marlow", "person", (), NOW)
    assert known.of_holder(person) == "Marlow"
    assert known.of_holder(Holder("Marlow", "account", ("reps",), NOW)) == "Somebody Else"


@pytest.mark.parametrize("name", horrors.NAMES, ids=ascii)
def test_a_name_of_horror_cannot_pass_for_another(name):
    """It is shown as every name is; one that is empty is none."""
    known = names(rita=name)
    assert known.of("rita") == (visible(name) if name else "rita")
    assert known.isolated("rita").strip("\u2068\u2069") == known.of("rita")


def test_people_are_written_by_their_name():
    """Where that is one person's, and nobody's account."""
    known = Names({"r1": Called("Rita Marlow"), "u1": Called("Kim"), "u2": Called("kim")})
    assert known.account_of("rita  marlow") == "r1"
    assert [known.account_of(typed) for typed in ("r1", "Kim", "Zoe", "")] == [
        "r1",
        "Kim",
        "Zoe",
        "",
    ]
    assert Names({"r1": Called("Zoe")}, frozenset({"Zoe"})).account_of("Zoe") == "Zoe"


def test_who_was_erased_has_no_name():
    """The words for them stand as they are."""
    assert NOBODY_NAMED.isolated(f"{ERASED}1") == "an account that was erased"
