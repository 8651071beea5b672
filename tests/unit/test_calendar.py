"""Calendars: a reader of iCalendar that is not the library reads back what is due when."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.model import Roster, Viewer
from jupyterhub_responsibility.errors import HubError, LedgerError
from jupyterhub_responsibility.exports.calendar import REMINDERS, calendar
from jupyterhub_responsibility.exports.deadlines import Deadline
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.downloads import CALENDAR, MY_CALENDAR, Download, FileSource
from jupyterhub_responsibility.text import isolated

from ..horrors import NAMES
from .declarations import hub

HOME = "https://hub.example/services/responsibilities/"
NOW = datetime(2026, 11, 22, 11, 43, 5, tzinfo=timezone(timedelta(hours=1)))
TERM = Deadline(
    "term",
    ("term", "hub-administrator", "hanna"),
    date(2027, 6, 30),
    "Your last day as Hub Administrator; really, “yes” \\ no",
    "Anyone who can appoint\nto this role, can set another last day.",
    "roles/hub-administrator",
    mine=True,
)


def written(*deadlines: Deadline, name: str = "My hub", community: str = "Reef, Lab") -> str:
    return calendar(deadlines, name, community, HOME, NOW)


def read(*deadlines: Deadline, **said):
    return vobject.readOne(written(*deadlines, **said))


def test_an_event_is_read_back():
    """It is on one whole day, says what is due, on which hub and which page, and takes no time."""
    event = read(TERM).vevent
    assert event.dtstart.value == TERM.day
    assert event.dtstart.value_param == "DATE"
    assert "dtend" not in event.contents
    assert event.summary.value == TERM.title
    assert event.description.value == (
        "Anyone who can appoint\nto this role, can set another last day.\n\n"
        f"On the hub of Reef, Lab: {HOME}roles/hub-administrator"
    )
    assert event.url.value == f"{HOME}roles/hub-administrator"
    assert event.dtstamp.value == NOW
    assert re.search("\r\nDTSTAMP.*:20261122T104305Z\r\n", written(TERM))
    assert event.transp.value == "TRANSPARENT"


def test_a_calendar_has_a_name():
    """That is what calendars call it, without being asked; whatever is in it."""
    assert "X-WR-CALNAME:Mine\\; at Reef\\, Lab\r\n" in written(name="Mine; at Reef, Lab")
    assert read().version.value == "2.0"


@pytest.mark.parametrize(
    ("kind", "before"),
    [("term", (30, 7)), ("handover", (30, 7)), ("confirmation", (7,)), ("review", ())],
)
def test_one_is_reminded_of_ones_own(kind, before):
    """At nine in the morning, so many days before; of what others have to do, nobody is."""
    mine = read(Deadline(kind, ("a",), TERM.day, "Do it", "Now", "", mine=True)).vevent
    alarms = mine.contents.get("valarm", [])
    midnight = datetime.combine(TERM.day, datetime.min.time())
    assert [midnight + each.trigger.value for each in alarms] == [
        midnight - timedelta(days=days) + timedelta(hours=9) for days in before
    ]
    assert all((a.action.value, a.description.value) == ("DISPLAY", "Do it") for a in alarms)
    theirs = read(Deadline(kind, ("a",), TERM.day, "Do it", "Now", "")).vevent
    assert "valarm" not in theirs.contents
    assert set(REMINDERS) == {"term", "handover", "confirmation", "review"}


def uid(*key: str, **more) -> str:
    said = {"day": TERM.day, "title": "", "text": "", "path": "", **more}
    return read(Deadline("term", key, **said)).vevent.uid.value


def test_an_event_keeps_its_id():
    """On another day and in other words it is the same; about anything else, another."""
    assert uid("term", "a", "b") == uid("term", "a", "b", day=date(2028, 1, 1), title="x", path="y")
    keys = [("term", "a", "b"), ("term", "a", "c"), ("confirmation", "a", "b"), ("term", "a/b")]
    assert len({uid(*key) for key in keys}) == len(keys)


def test_another_hub_has_other_ids():
    """Two hubs in one calendar don't overwrite each other's events."""
    other = calendar([TERM], "", "", "https://other.example/services/responsibilities/", NOW)
    assert vobject.readOne(other).vevent.uid.value != read(TERM).vevent.uid.value


@pytest.mark.parametrize(("day", "said"), [(date.min, "00010101"), (date.max, "99991231")])
def test_any_day_there_is(day, said):
    """The first and the last day that a date can be."""
    deadline = Deadline("review", ("a",), day, "x", "y", "")
    assert f"DTSTART;VALUE=DATE:{said}\r\n" in written(deadline)


def test_no_line_is_too_long():
    """Octets, not characters; and no character is split."""
    long = Deadline("term", ("a",), TERM.day, "山田" * 200, "é" * 300, "x" * 300, mine=True)
    lines = written(long).encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() or not line for line in lines)
    assert read(long).vevent.summary.value == "山田" * 200


@pytest.mark.parametrize("name", NAMES)
def test_horrible_names_stay_in_their_line(name):
    """Nobody's name ends an event or begins another, or a line of its own."""
    shown = isolated(name)
    said = read(Deadline("term", ("a", shown), TERM.day, shown, shown, "", mine=True))
    (event,) = said.contents["vevent"]
    assert event.summary.value == shown
    assert len(event.contents["valarm"]) == 2


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\n")))
def test_any_text_is_read_back(text):
    """Whatever somebody wrote into a title, nothing else is read from it."""
    event = read(Deadline("review", ("a",), TERM.day, f"<{text}>", f"<{text}>", "")).vevent
    assert event.summary.value == f"<{text}>"
    assert event.description.value.startswith(f"<{text}>\n\nOn the hub")
    assert set(event.contents) == {
        "uid", "dtstamp", "dtstart", "summary", "description", "url", "transp",
    }  # fmt: skip


def of(roster: Roster, **known) -> FileSource:
    snapshot = Snapshot(hub(), roster, LedgerState(), NOW, **known)
    return FileSource(snapshot, Viewer("hanna"), (), "https://hub.example", "/services/x/", NOW)


@pytest.mark.parametrize("download", [CALENDAR, MY_CALENDAR])
def test_until_the_ledger_is_read_there_is_none(download: Download):
    """One without last days would look as if there were none; the reason is given, if known."""
    with pytest.raises(LedgerError, match="not been read yet"):
        download.write(of(Roster(NOW), ledger_read=False))
    with pytest.raises(LedgerError, match="Disk full"):
        download.write(of(Roster(NOW), ledger_read=False, ledger_trouble="Disk full"))


def test_until_the_roster_is_read_there_is_none_of_everybody():
    """One's own says what is in the ledger about the groups that one is in: those are known."""
    with pytest.raises(HubError):
        CALENDAR.write(of(Roster()))
    assert "X-WR-CALNAME:My responsibilities on the hub of" in MY_CALENDAR.write(of(Roster()))
    assert "X-WR-CALNAME:Responsibilities on the hub of" in CALENDAR.write(of(Roster(NOW)))
