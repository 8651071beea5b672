"""The letter that asks somebody without an account whether they hold a role: whom, and in which
words. Pure."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from ..coverage.snapshot import Snapshot
from ..domain.model import Declaration, Person
from ..ledger.confirmed import person_of
from ..ledger.entry import Entry
from ..text import day, isolated
from .texts import Letter
from .tickets import hub_name


def person_named(declaration: Declaration, role_id: str, name: str) -> Person | None:
    """Somebody without an account who holds a role."""
    people = declaration.people.get(role_id, ())
    return next((each for each in people if each.name == name), None)


def still_asked(asking: Entry, snapshot: Snapshot) -> Person | None:
    """Who is to get the letter; None where they have answered by now, were asked again, hold the
    role no more, or have no address."""
    name = person_of(asking)
    word = snapshot.ledger_state.words.of(asking.role, name)
    if not word.open or word.number != asking.number:
        return None
    person = person_named(snapshot.declaration, asking.role, name)
    return person if person and person.email else None


def question_letter(
    letter_id: str,
    asking: Entry,
    person: Person,
    link: str,
    until: date,
    snapshot: Snapshot,
) -> Letter:
    """The letter, with the link by which to answer: good once, `until` that day."""
    role = snapshot.declaration.model.roles[asking.role]
    hub = whose_hub(snapshot.declaration)
    asker = snapshot.names.isolated(asking.actor, asking.moment)
    paragraphs = (
        f"Dear {isolated(person.name)},",
        f"{asker} would like to know whether you hold the role {role.title} on {hub}, and know its"
        " duties.",
        f"Read them and answer here; you need no account:\n{link}",
        f"The link is good once, and until {day(until)}. Whoever has it can answer in your place:"
        " please don't pass this message on. If you don't answer, nothing is changed.",
        f"--\nMessage {letter_id}",
    )
    title = f"[{hub_name(snapshot)}] Do you hold the role {role.title}?"
    return Letter(letter_id, title, "\n\n".join(paragraphs))


def link_to(home: str, token: str) -> str:
    """Where somebody answers. What is behind the question mark is in no log, ours or the hub's."""
    return f"{home}confirm?{urlencode({'link': token})}"


def whose_hub(declaration: Declaration) -> str:
    """What a hub is called in the middle of a sentence."""
    return f"the hub of {declaration.community.name}"
