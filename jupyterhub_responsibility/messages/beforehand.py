"""Who will be told, in words, for somebody who is about to do something."""

from __future__ import annotations

from collections.abc import Iterable

from ..coverage.snapshot import Snapshot
from ..domain.messages import MANAGER, MessageName, Recipient, To
from ..domain.model import Role, Viewer
from ..ledger.pending import Pending
from ..text import counted, isolated
from .recipients import News, approved_asker, manager_address, recipients

NOBODY = "Nobody can be told by this service: tell them yourself."


def will_be_told(
    snapshot: Snapshot,
    viewer: Viewer,
    kind: MessageName,
    role: Role,
    people: Iterable[Recipient] = (),
    anybody: bool = False,
    also: tuple[MessageName, ...] = (),
) -> str:
    """Who will be told if `viewer` does something; empty where this hub sends no messages.

    `anybody` where it isn't known yet whom it is about; `also` is what else there is to tell then,
    about nobody. Of those who can act there is only the number: who they are is not for everybody.
    """
    told = {each: snapshot.declaration.told(each) for each in (kind, *also)}
    if not snapshot.transports or not any(told.values()):
        return ""
    news = [
        News(each, role.id, "", tuple(people) if each == kind else (), by=viewer.name)
        for each in told
    ]
    found = [
        (to, each)
        for one in news
        for to, each in recipients(one, snapshot)
        if snapshot.can_tell(one.kind, each)
    ]
    said = _by_mail(snapshot, found)
    if anybody and "person" in told[kind] and "mail" in snapshot.transports:
        whoever = "Whoever you name" if said else "They"
        said.append(f"{whoever} will be told by mail, if they have given an address.")
    if any(to == "community" for to, _ in found):
        said.append("The channel of the community will be told, without names.")
    return " ".join(said) or NOBODY


def _by_mail(snapshot: Snapshot, found: list[tuple[To, Recipient]]) -> list[str]:
    """Single people: whom it is about by name, and the number of the others."""
    named = {each.account for to, each in found if to == "person"}
    acting = {each.account for to, each in found if to == "deciders"} - named
    who = [snapshot.names.isolated(account) for account in sorted(named)]
    if acting:
        who.append(counted(len(acting), "person who can act", "people who can act"))
    return [f"{' and '.join(who)} will be told by mail."] if who else []


def will_be_told_elsewhere(snapshot: Snapshot, groups: Iterable[str], then: str) -> str:
    """Who will be told if somebody decides what has to be done elsewhere, and who once it is done:
    `then`. Empty where this hub sends no messages."""
    kept = tuple(group for group in groups if snapshot.rules.kept_elsewhere(group))
    if not kept or not then:
        return then
    who = _managers(snapshot, "to_do", kept)
    now = f"{who} will be told by mail what to do, without the reason." if who else ""
    return " ".join(filter(None, (now, f"Once it is done: {then}")))


def told_when_taken_back(snapshot: Snapshot, viewer: Viewer, each: Pending, role: Role) -> str:
    """Who will be told if a decision is taken back: whoever was told of it."""
    who = _managers(snapshot, "called_off", (each.group,))
    asker = approved_asker(each.intent, snapshot.ledger_state)
    told = ""
    if asker and asker.account != viewer.name:
        told = will_be_told(snapshot, viewer, "taken_back", role, [asker])
        if told == NOBODY:
            name = snapshot.names.isolated(asker.account)
            told = f"{name} can't be told by this service: tell them yourself."
    also = f"{who} will be told by mail that it is not to be done." if who else ""
    return " ".join(filter(None, (also, told)))


def _managers(snapshot: Snapshot, kind: MessageName, groups: Iterable[str]) -> str:
    """Those who are told by mail, of those who keep groups elsewhere."""
    told = map(snapshot.declaration.told, (kind, "to_do"))
    if not (snapshot.can_tell(kind, MANAGER) and all(told)):
        return ""
    kept = (each for each in groups if manager_address(snapshot, each))
    places = filter(None, map(snapshot.declaration.kept_at, kept))
    return " and ".join(dict.fromkeys(isolated(each.who or each.email) for each in places))
