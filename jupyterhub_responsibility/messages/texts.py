"""What messages say: made when they are sent, from the ledger and what is known by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..coverage.snapshot import Snapshot
from ..domain.messages import MESSAGES, Message
from ..ledger.deeds import Deed
from ..ledger.pending import of_outcome
from ..ledger.proof import in_words
from ..ledger.sentences import deed_sentence
from ..text import counted, day
from .tickets import called_off, hub_name, ticket

Deeds = Mapping[int, Deed]
"""What was done, by the number of the entry that says what became of it."""

WHERE_TO_CHANGE = "You can choose which messages you get, and where: {reach}"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it is sent, in plain text; `id` is the same whenever it is sent again."""

    id: str
    title: str
    text: str


def letter(
    letter_id: str, messages: Sequence[Message], deeds: Deeds, snapshot: Snapshot, home: str
) -> Letter:
    """Messages to one recipient as one; `home` is the address of our pages."""
    paragraphs = [paragraph(each, deeds, snapshot, home) for each in messages]
    title = (
        title_of(messages[0], snapshot)
        if len(messages) == 1
        else f"Responsibilities: {counted(len(messages), 'thing', 'things')} to know"
    )
    personal = messages[0].transport == "mail" and messages[0].to != "manager"
    end = [
        *([WHERE_TO_CHANGE.format(reach=f"{home}reach")] if personal else []),
        in_words(snapshot.ledger_state.head),
        f"Message {letter_id}",
    ]
    text = "\n\n".join((*paragraphs, "--\n" + "\n".join(end)))
    return Letter(letter_id, f"[{hub_name(snapshot)}] {title}", text)


def paragraph(message: Message, deeds: Deeds, snapshot: Snapshot, home: str) -> str:
    """What happened, in full for whom it concerns, and where to go.

    In the channel of the community, it names nobody, and repeats nothing that somebody wrote.
    """
    deed = deeds.get(message.entry or 0)
    in_full = deed is not None and message.transport == "mail"
    said = [f"{title_of(message, snapshot)}."]
    if message.to == "manager":
        return "\n".join((*said, "", _to_the_manager(message, deed, snapshot)))
    if deed is not None and in_full:
        said.append(deed_sentence(deed, snapshot.declaration.model, snapshot.names))
    there = message.role in ("", *snapshot.declaration.model.roles)
    path = MESSAGES[message.kind].path(message.to, message.role) if there else ""
    return "\n".join((*said, f"{home}{path}"))


def _to_the_manager(message: Message, deed: Deed | None, snapshot: Snapshot) -> str:
    """What has to be done where a group is kept, or not to be done any more."""
    if message.kind == "called_off":
        return called_off(deed, snapshot) if deed else ""
    pending = of_outcome(snapshot.ledger_state.pending, message.entry)
    return ticket(pending, snapshot) if pending else ""


def title_of(message: Message, snapshot: Snapshot) -> str:
    """The title of one message."""
    role = snapshot.declaration.model.roles.get(message.role)
    when = day(date.fromisoformat(message.day)) if message.day else ""
    return MESSAGES[message.kind].title(message.to, role.title if role else message.role, when)
