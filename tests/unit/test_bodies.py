"""What can be sent to change something: what is taken, and in which words the rest is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from jupyterhub_responsibility.domain.channels import CHANNELS
from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.service import limits
from jupyterhub_responsibility.service.bodies import (
    TYPED,
    AppointBody,
    ConfirmBody,
    PastedBody,
    RequestBody,
    UsersBody,
    VerdictBody,
    WithdrawBody,
    check,
    from_json,
)
from jupyterhub_responsibility.service.pages.keep import FIELDS

MANY = [f"user-{number}" for number in range(limits.MAX_NAMES + 1)]


@pytest.mark.parametrize(
    ("kind", "sent", "taken"),
    [
        (AppointBody, {}, {"group": None, "until": None, "reason": ""}),
        (AppointBody, {"until": "2027-06-30"}, {"until": date(2027, 6, 30)}),
        (AppointBody, {"reason": "  Summer school \n"}, {"reason": "Summer school"}),
        (AppointBody, {"group": " a/b "}, {"group": " a/b "}),
        (WithdrawBody, {"note": "Mind the quota"}, {"note": "Mind the quota"}),
        (RequestBody, {"role": "hub-administrator", "user": " uwe "}, {"user": "uwe"}),
        (VerdictBody, {"verdict": "approved"}, {"message": ""}),
        (ConfirmBody, {"role": "r", "duties_digest": "0123456789abcdef"}, {"role": "r"}),
        (PastedBody, {"pasted": " lia, mo\n"}, {"pasted": "lia, mo", "before_at": False}),
        (PastedBody, {"pasted": "lia", "before_at": "yes"}, {"before_at": True}),
        (UsersBody, {"usernames": ["lia", "mo, jr."]}, {"usernames": ("lia", "mo, jr.")}),
        (UsersBody, {"usernames": MANY[:-1]}, {"usernames": tuple(MANY[:-1])}),
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
        (ConfirmBody, {"role": "r", "duties_digest": "f" * 15}, "duties_digest: "),
        (UsersBody, {"usernames": MANY}, "usernames: at most 50 at once."),
        (UsersBody, {"usernames": []}, "usernames: at least one is needed."),
        (UsersBody, {"usernames": "lia, mo"}, "usernames: "),
        (UsersBody, {"usernames": ["lia", ""]}, "usernames.1: this is empty."),
        (UsersBody, {"usernames": ["x" * 256]}, "usernames.0: this is too long."),
        (UsersBody, {"usernames": {"lia": 1}}, "usernames: "),
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
    assert caught.value.field == said.partition(":")[0].partition(".")[0]


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"{} {}", b"names=lia"])
def test_what_is_not_json(raw):
    """Anything but JSON is refused as that."""
    with pytest.raises(RefusedError, match="not JSON"):
        from_json(AppointBody, raw)


def test_nothing_at_all():
    """An empty body is an empty object: everything may be left out."""
    assert from_json(AppointBody, b"") == AppointBody()


def test_nothing_that_people_write_is_lost_with_a_login():
    """Every field of a contact, a person or a link, and of how to reach somebody, in which they
    write instead of choosing."""
    written = {
        field.name
        for fields in FIELDS.values()
        for field in fields
        if field.kind not in ("targets", "role", "public", "date")
    }
    assert (written | {*CHANNELS}) - {"away_until"} <= {*TYPED}
