"""Deadlines as a calendar (iCalendar, RFC 5545); the library writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from icalendar import Alarm, Calendar, Event, vText

from .._version import __version__
from ..ledger.chain import Head
from .deadlines import Deadline, DeadlineKind

REMINDERS: dict[DeadlineKind, tuple[int, ...]] = {
    "term": (30, 7),
    "handover": (30, 7),
    "confirmation": (7,),
    "review": (),
}
"""How many days before, whoever has to do something is reminded: of a last day early enough to find
somebody else. Nobody is reminded of what others have to do."""

NINE = timedelta(hours=9)
"""When somebody is reminded: a day begins at midnight, and nobody wants to be woken."""


def calendar(
    deadlines: Iterable[Deadline],
    name: str,
    community: str,
    home: str,
    now: datetime,
    end: Head | None = None,
) -> str:
    """A calendar with this name, made `now`, which says where the ledger ends, if it does.

    `community` is whose hub it is, `home` the address of our pages (`https://hub.example/…/`).
    Whoever imports a calendar again gets no doubles: a deadline keeps its id for as long as it is
    about the same role and account, contact or person, and our pages have the same address.
    """
    made = Calendar()
    made.add("prodid", f"-//jupyterhub-responsibility//{__version__}//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", vText(name))  # of names that begin with X, the library knows no type
    if end:
        made.add("x-ledger", vText(f"{end[0]}:{end[1]}"))
    for each in deadlines:
        made.add_component(_event(each, community, home, now))
    written: bytes = made.to_ical()
    return written.decode()


def _event(deadline: Deadline, community: str, home: str, now: datetime) -> Event:
    """An event of a whole day: it has no end, and so ends with that day."""
    address = home + deadline.path
    event = Event()
    event.add("uid", _uid(deadline, home))
    event.add("dtstamp", now.astimezone(timezone.utc))
    event.add("dtstart", deadline.day)
    event.add("summary", deadline.title)
    event.add("description", f"{deadline.text}\n\nOn the hub of {community}: {address}")
    event.add("url", address)
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    for alarm in _alarms(deadline):
        event.add_component(alarm)
    return event


def _uid(deadline: Deadline, home: str) -> str:
    about = "/".join(quote(part, safe="") for part in deadline.key)
    return str(uuid5(NAMESPACE_URL, f"{home}{about}"))


def _alarms(deadline: Deadline) -> Iterator[Alarm]:
    for days in REMINDERS[deadline.kind] if deadline.mine else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", deadline.title)
        alarm.add("trigger", NINE - timedelta(days=days))
        yield alarm
