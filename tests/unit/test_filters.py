"""Which entries of the ledger are wanted, from the words of an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.ledger.query import Wanted
from jupyterhub_responsibility.ledger.readers import Reader
from jupyterhub_responsibility.service.filters import wanted


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("given", "query", "before"),
    [
        ({}, Wanted(), None),
        (
            {"person": " uwe ", "role": "hub-administrator"},
            Wanted("uwe", "hub-administrator"),
            None,
        ),
        ({"before": "17"}, Wanted(), 17),
        ({"kind": "appointments"}, Wanted(events=("appointment", "withdrawal", "term")), None),
        ({"kind": ""}, Wanted(), None),
        ({"since": "2026-11-22"}, Wanted(since=utc(2026, 11, 22)), None),
        ({"until": "2026-11-22"}, Wanted(until=utc(2026, 11, 23)), None),
        ({"until": "2026-12-31"}, Wanted(until=utc(2027, 1, 1)), None),
        ({"until": "2026-11-22T10:00"}, Wanted(until=utc(2026, 11, 22, 10)), None),
        ({"since": "2026-11-22T10:00:00Z"}, Wanted(since=utc(2026, 11, 22, 10)), None),
        ({"since": "2026-11-22T10:00:00+02:00"}, Wanted(since=utc(2026, 11, 22, 8)), None),
    ],
)
def test_what_is_asked_for(given, query, before):
    """Empty words filter nothing; the last day counts whole; times are in UTC if they don't say."""
    assert wanted(given, None) == (query, before)
    reader = Reader("uwe")
    assert wanted(given, reader) == (replace(query, reader=reader), before)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"before": "x"}, "before: "),
        ({"before": "-1"}, "before: "),
        ({"before": "1" * 10}, "before: "),
        ({"kind": "gossip"}, "kind: choose one of appointments, requests, "),
        ({"since": "yesterday"}, "since: write the date"),
        ({"until": "2026-13-01"}, "until: write the date"),
        ({"until": "9999-12-31"}, "until: write the date"),
        ({"since": "0001-01-01T00:00+05:00"}, "since: write the date"),
    ],
)
def test_what_makes_no_sense(given, said):
    """A word that is no number or date is refused, with its name."""
    with pytest.raises(RefusedError) as caught:
        wanted(given, None)
    assert caught.value.code == "invalid"
    assert str(caught.value).startswith(said)
