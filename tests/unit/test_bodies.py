"""What can be sent to change something: what is taken, and in which words the rest is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.service import limits
from jupyterhub_responsibility.service.bodies import (
    AppointBody,
    ConfirmBody,
    RequestBody,
    UsersBody,
    VerdictBody,
    WithdrawBody,
    check,
    from_json,
)

MANY = [f"user-{number}" for number in range(limits.NAMES + 1)]


@pytest.mark.parametrize(
    ("kind", "sent", "taken"),
    [
        (AppointBody, {}, {"group": None, "until": None, "reason": ""}),
        (AppointBody, {"until": "2027-06-30"}, {"until": date(2027, 6, 30)}),
        (AppointBody, {"reason": "  Summer school \n"}, {"reason": "Summer school"}),
        (AppointBody, {"group": " a/b "}, {"group": " a/b "}),
        (WithdrawBody, {"note": "Mind the quota"}, {"note": "Mind the quota"}),
        (RequestBody, {"role": "hub-administrator", "user": " uwe "}, {"user": "uwe"}),
        (VerdictBody, {"verdict": "approved"}, {"word": ""}),
        (ConfirmBody, {"role": "r", "text": "0123456789abcdef"}, {"role": "r"}),
        (UsersBody, {"names": ["lia", "mo, jr."]}, {"names": ("lia", "mo, jr.")}),
        (UsersBody, {"names": MANY[:-1]}, {"names": tuple(MANY[:-1])}),
    ],
)
def test_what_is_taken(kind, sent, taken):
    """Right values are taken, by JSON and by form alike, with blanks around words left out."""
    for body in (check(kind, sent), from_json(kind, json.dumps(sent).encode())):
        assert {name: getattr(body, name) for name in taken} == taken


@pytest.mark.parametrize(
    ("kind", "sent", "said"),
    [
        (AppointBody, {"reson": "x"}, "reson: there is no such field here."),
        (AppointBody, {"until": "30.6.2027"}, "until: write the date as year-month-day, such as"),
        (AppointBody, {"until": "2027-02-30"}, "until: write the date as year-month-day, such as"),
        (AppointBody, {"until": 1}, "until: write the date as year-month-day, such as"),
        (AppointBody, {"reason": "x" * 501}, "reason: this is too long."),
        (AppointBody, {"group": ""}, "group: this is empty."),
        (WithdrawBody, {"until": "2027-06-30"}, "until: there is no such field here."),
        (RequestBody, {}, "role: this is missing."),
        (RequestBody, {"role": "../x"}, "role: "),
        (RequestBody, {"role": "r", "user": "  "}, "user: this is empty."),
        (VerdictBody, {"verdict": "maybe"}, "verdict: "),
        (ConfirmBody, {"role": "r", "text": "f" * 15}, "text: "),
        (UsersBody, {"names": MANY}, "names: at most 50 at once."),
        (UsersBody, {"names": []}, "names: at least one is needed."),
        (UsersBody, {"names": " ,\n"}, "names: at least one is needed."),
        (UsersBody, {"names": ["lia", ""]}, "names.1: this is empty."),
        (UsersBody, {"names": ["x" * 256]}, "names.0: this is too long."),
        (UsersBody, {"names": {"lia": 1}}, "names: "),
        (AppointBody, [], "it: "),
        (AppointBody, None, "it: "),
    ],
)
def test_what_is_refused(kind, sent, said):
    """A wrong value is refused, with the field that it is in, and in words where we have them."""
    with pytest.raises(RefusedError) as caught:
        from_json(kind, json.dumps(sent).encode())
    assert caught.value.code == "invalid"
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"{} {}", b"names=lia"])
def test_what_is_not_json(raw):
    """Anything but JSON is refused as that."""
    with pytest.raises(RefusedError, match="not JSON"):
        from_json(AppointBody, raw)


def test_nothing_at_all():
    """An empty body is an empty object: everything may be left out."""
    assert from_json(AppointBody, b"") == AppointBody()


@pytest.mark.parametrize(
    "pasted", ["lia\nmo", "lia, mo", " lia ,\r\n\r\n mo,\n", "lia\u2028mo", ["lia", "mo"]]
)
def test_a_pasted_list(pasted):
    """Names may stand one a line or between commas, with blanks and empty lines in between."""
    assert check(UsersBody, {"names": pasted}).names == ("lia", "mo")
