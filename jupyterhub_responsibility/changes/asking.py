"""Asking people without an account whether they hold a role: by mail, and they answer by a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..coverage.snapshot import Snapshot
from ..domain import refusals
from ..domain.model import Declaration, Person, Role, Viewer
from ..ledger.confirmed import BY_PEOPLE
from ..ledger.entry import Draft, Entry
from ..messages.question import person_named
from ..storage import links, locks
from ..storage.ledger import Ledger
from ..text import visible
from .quota import Quota

ANSWERS: dict[str, Literal["confirmation", "denial"]] = {"yes": "confirmation", "no": "denial"}
"""What somebody may answer, and the kind of entry that it becomes."""

MOST_A_DAY = 3
"""So often somebody is asked about one role in a day, whoever asks: mails that nobody wants."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked who opens a link; `digest` stands for the duties as they are now."""

    person: Person
    role: Role
    digest: str


def cannot_be_asked(person: Person | None, snapshot: Snapshot) -> refusals.Refusal | None:
    """Why no mail can be sent to somebody; None, if it can."""
    if "mail" not in snapshot.transports:
        return refusals.NO_MAIL
    if not snapshot.whole_links:
        return refusals.NO_WHOLE_LINKS
    if person and _has_namesake(person, snapshot.declaration):
        return refusals.SAME_NAME
    return None if person and person.email else refusals.NO_ADDRESS


def _has_namesake(person: Person, declaration: Declaration) -> bool:
    """Whether another one in the same role is called so: what is said is known by the name."""
    return any(
        person in people and [each.name for each in people].count(person.name) > 1
        for people in declaration.people.values()
    )


class Asking:
    """The use cases. They raise RefusedError or LedgerError."""

    def __init__(
        self, ledger: Ledger, snapshot: Callable[[], Snapshot], now: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._snapshot = snapshot
        self._now = now

    async def ask(self, actor: Viewer, role: Role, name: str) -> Entry:
        """Record that somebody is asked, with the letter to them; links of before are over."""
        snapshot = self._snapshot()
        snapshot.rules.check_keeper(actor, (role.id,))
        person = person_named(snapshot.declaration, role.id, name)
        if person is None:
            raise refusals.NOT_NAMED(name=visible(name), role=role.title)
        if why_not := cannot_be_asked(person, snapshot):
            raise why_not(name=visible(name))
        async with Quota(self._ledger, snapshot.rules, self._now).of(actor):
            self._check_not_too_often(role, name)
            draft = Draft("asking", actor.name, role=role.id, details={"named": name})
            (entry,) = await self._ledger.append(draft, beside=links.asking(role.id, name))
            return entry

    async def question(self, token: str) -> Question | None:
        """What a link asks; None if it isn't good, for whatever reason."""
        link = await self._ledger.run(links.find, token, self._now())
        snapshot = self._snapshot()
        role = snapshot.declaration.model.roles.get(link.role) if link else None
        if link is None or role is None:
            return None
        people = snapshot.declaration.people.get(role.id, ())
        person = next(filter(link.is_of, people), None)
        return Question(person, role, snapshot.duties_digests[role.id]) if person else None

    async def answer(self, token: str, answer: str, digest: str) -> Entry | None:
        """Record what somebody says, about the duties that `digest` stands for; the links are over.

        None where the link isn't good. Raises RefusedError where they saw other duties than those
        of now, or gave no answer.
        """
        if await self.question(token) is None:
            return None
        async with self._ledger.lock(locks.LINKS):
            asked = await self.question(token)  # somebody may have used it meanwhile
            if asked is None:
                return None
            if answer not in ANSWERS:
                raise refusals.NO_ANSWER()
            if answer == "yes" and digest != asked.digest:
                raise refusals.DUTIES_CHANGED()
            return await self._record(asked, answer)

    async def _record(self, asked: Question, answer: str) -> Entry:
        role, name = asked.role, asked.person.name
        draft = Draft(
            ANSWERS[answer],
            name,
            BY_PEOPLE,
            role=role.id,
            details={"duties_digest": asked.digest} if answer == "yes" else {},
        )
        (entry,) = await self._ledger.append(draft, beside=links.ending(role.id, name))
        return entry

    def _check_not_too_often(self, role: Role, name: str) -> None:
        now = self._now()
        asked = self._ledger.state.words.of(role.id, name).asked
        if sum(each.date() == now.date() for each in asked) >= MOST_A_DAY:
            raise refusals.ASKED_TODAY(name=visible(name), most=MOST_A_DAY)
