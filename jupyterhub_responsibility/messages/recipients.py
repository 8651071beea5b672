"""Who is told: of an entry that was written, and of anything else that there is to tell.

Nobody is told of what they did themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from uuid import NAMESPACE_URL, UUID, uuid5

from ..coverage.snapshot import Snapshot
from ..domain.messages import COMMUNITY, MANAGER, Message, MessageName, Recipient, To
from ..ledger.entry import Entry
from ..ledger.kinds import ENDINGS, OVER
from ..ledger.pending import is_same
from ..ledger.state import LedgerState
from ..text import is_erased

NAMESPACE = uuid5(NAMESPACE_URL, "urn:jupyterhub-responsibility:message")


@dataclass(frozen=True, slots=True)
class News:
    """Something that there is to tell: of which role, and which people it is about.

    `groups` are those that have to be changed for it. `by` did it, and isn't told; `cause` is what
    makes it another news than the next one.
    """

    kind: MessageName
    role: str
    cause: str
    people: tuple[Recipient, ...] = ()
    by: str = ""
    entry: int | None = None
    day: str = ""
    groups: tuple[str, ...] = ()


def of_entries(entries: Iterable[Entry], snapshot: Snapshot) -> tuple[Message, ...]:
    """The messages that entries cause, as they are written, those of one moment together.

    The snapshot is from before that: an outcome is read with the intent that it belongs to.
    """
    written = tuple(entries)
    return tuple(
        message
        for entry in written
        if not _is_replaced(entry, written)
        for news in _news(entry, snapshot)
        for message in messages(news, snapshot)
    )


def _is_replaced(entry: Entry, written: tuple[Entry, ...]) -> bool:
    """Whether a decision ends because it was made anew, of which people are told."""
    if entry.event not in ENDINGS or entry.facts["result"] not in OVER:
        return False
    stand = (e for e in written if e.event in ENDINGS and e.facts["result"] not in OVER)
    return any(_is_alike(entry, each) for each in stand)


def _is_alike(one: Entry, other: Entry) -> bool:
    """Whether two entries say what became of the same change for the same account, which may have
    had another name before."""
    made = [each.facts.get("created", "") for each in (one, other)]
    what = (one.facts["of"], one.role, one.group)
    same = is_same(one.person, made[0], other.person, made[1])
    return same and what == (other.facts["of"], other.role, other.group)


def messages(news: News, snapshot: Snapshot) -> Iterator[Message]:
    """Everybody who is told, each once, by what the declaration says."""
    told: set[str] = set()
    for to, recipient in recipients(news, snapshot):
        if recipient.key not in told:
            told.add(recipient.key)
            identity = message_id(news.kind, news.cause, recipient)
            yield Message(identity, news.kind, to, recipient, news.role, news.entry, news.day)


def recipients(news: News, snapshot: Snapshot) -> Iterator[tuple[To, Recipient]]:
    """Whom a news goes to, some of them perhaps twice."""
    for to in snapshot.declaration.told(news.kind):
        if to == "community":
            yield to, COMMUNITY
        asked = snapshot.declaration.told("to_do")  # else there is nothing to call off
        kept = map(partial(manager_address, snapshot), news.groups)
        if to == "manager" and asked and any(kept):
            yield to, MANAGER
        for each in _people(to, news, snapshot):
            if each.account and each.account != news.by and not is_erased(each.account):
                yield to, each


def message_id(kind: MessageName, cause: str, recipient: Recipient) -> str:
    """The same for the same message, whoever makes it, and whenever."""
    return str(identifier(kind, cause, recipient.key))


def identifier(*said: str) -> UUID:
    """Stands for what was said; others can't be found from it."""
    return uuid5(NAMESPACE, "\n".join(said).encode("utf-8", "backslashreplace").decode())


def deciders(snapshot: Snapshot, role_id: str) -> tuple[Recipient, ...]:
    """Those who can act: who can appoint to the role, and JupyterHub admins."""
    role = snapshot.declaration.model.roles.get(role_id)
    appointing = role.appointed_by if role else ()
    admins = (name for name, each in snapshot.accounts.found.items() if each.can_do_everything)
    holders = (name for each in appointing for name in snapshot.holders_by_role[each].accounts)
    names = sorted({*admins, *holders})
    return tuple(map(snapshot.recipient, names))


def manager_address(snapshot: Snapshot, group: str) -> str:
    """Where to write to whoever keeps a group elsewhere; empty where that isn't declared."""
    place = snapshot.declaration.kept_at(group)
    return place.email if place and snapshot.rules.kept_elsewhere(group) else ""


def _people(to: To, news: News, snapshot: Snapshot) -> tuple[Recipient, ...]:
    if to == "deciders":
        return deciders(snapshot, news.role)
    return news.people if to == "person" else ()


def _news(entry: Entry, snapshot: Snapshot) -> Iterator[News]:
    """What an entry tells people."""
    state = snapshot.ledger_state
    if entry.event in ENDINGS:
        yield from _of_change(entry, state)
    elif entry.event == "observation":
        yield from _of_observation(entry, snapshot)
    elif entry.event == "term":
        yield _made(entry, "term_changed", [_holder(entry, state)])
    elif entry.event == "request":
        yield from _of_request(entry)
    elif entry.event == "decision":
        yield from _of_decision(entry, state)


def _made(
    entry: Entry, kind: MessageName, people: Iterable[Recipient], began: Entry | None = None
) -> News:
    """What an entry tells; who did it is in the entry that it began with."""
    first = began or entry
    by = first.actor if first.actor_kind == "user" else ""  # a program may be called as somebody
    return News(kind, entry.role, entry.digest, tuple(people), by, entry.number)


def _of_change(entry: Entry, state: LedgerState) -> Iterator[News]:
    """Who became what, or is it no more: not who is so through another group as well."""
    intent, facts = state.intent_of(entry), entry.facts
    if intent is None or facts["of"] == "account":
        return
    person = _holder(entry, state)
    if facts["result"] == "done" and "through" not in facts:
        kind: MessageName = "appointed" if facts["of"] == "appointment" else "withdrawn"
        here = entry.event == "settlement" and entry.actor_kind == "user"  # and not the decider
        yield _made(entry, kind, [person], None if here else intent)
    if facts["result"] in OVER:
        # Where it was erased, nobody knows any more who it was about; where somebody was to go, and
        # there is nothing to go from, nobody has decided that they stay.
        if entry.person and (facts["result"], facts["of"]) != ("ended", "withdrawal"):
            yield replace(_made(entry, "called_off", []), groups=(entry.group,))
        if asker := approved_asker(intent, state):
            yield _made(entry, "taken_back", [asker])
    if facts["result"] == "pending":
        to_do = _made(entry, "to_do", [])
        yield replace(to_do, groups=(entry.group,))
    if facts["result"] in ("done", "unchanged", "pending"):
        yield from _approved(entry, intent, person, state)


def _approved(entry: Entry, intent: Entry, person: Recipient, state: LedgerState) -> Iterator[News]:
    """Whoever had asked; who asked for themselves is told of the appointment."""
    request = state.requests.get(int(intent.facts.get("request", 0)))
    if request is None or (request.by == person.account and entry.facts["result"] == "done"):
        return
    yield _made(entry, "decided", [Recipient(request.by, request.asker_created)], intent)


def approved_asker(intent: Entry, state: LedgerState) -> Recipient | None:
    """Whoever had asked for what was decided, and was told that it was approved."""
    request = state.approved.get(int(intent.facts.get("request", 0)))
    if request is None or is_erased(request.by):
        return None
    return Recipient(request.by, request.asker_created)


def _holder(entry: Entry, state: LedgerState) -> Recipient:
    """Who came or left: the account that holds the role, as far as that is known."""
    known = state.created.get((entry.role, entry.person), "")
    return Recipient(entry.person, entry.facts.get("created", "") or known)


def _of_observation(entry: Entry, snapshot: Snapshot) -> Iterator[News]:
    """What was changed other than through this service; not who was there when it began."""
    facts = entry.facts
    person = _holder(entry, snapshot.ledger_state)
    if facts["change"] == "joined" and "first" not in facts:
        yield _made(entry, "appointed", [person])
    left = facts["change"] == "left" and not {"gone", "through"} & facts.keys()
    if left or (facts["change"] == "lost" and not _still_holds(entry, snapshot)):
        yield _made(entry, "withdrawn", [person])


def _still_holds(entry: Entry, snapshot: Snapshot) -> bool:
    """Whether somebody holds the role through a group that stands for it now."""
    held = snapshot.holders_by_role.get(entry.role)
    return held is not None and entry.person in held.accounts


def _of_request(entry: Entry) -> Iterator[News]:
    facts = entry.facts
    person = Recipient(entry.person, facts.get("created", ""))
    if entry.person != entry.actor:
        yield _made(entry, "proposed", [person])
    yield _made(entry, "request", [])


def _of_decision(entry: Entry, state: LedgerState) -> Iterator[News]:
    """Whoever asked, and who was proposed; not whoever took it back."""
    request = state.requests.get(int(entry.facts["request"]))
    if request is None:
        return
    people = [Recipient(request.by, request.asker_created)]
    if request.person != request.by:
        people.append(Recipient(request.person, request.created))
    yield _made(entry, "decided", people)
