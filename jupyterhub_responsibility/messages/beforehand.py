"""Who will be told, in words, for somebody who is about to do something."""

from __future__ import annotations

from collections.abc import Iterable

from ..coverage.snapshot import Snapshot
from ..domain.messages import MessageName, Recipient
from ..domain.model import Role, Viewer
from ..text import counted
from .recipients import News, recipients

NOBODY = "Nobody can be told by this service: tell them yourself."


def will_be_told(
    snapshot: Snapshot,
    viewer: Viewer,
    kind: MessageName,
    role: Role,
    people: Iterable[Recipient] = (),
    anybody: bool = False,
) -> str:
    """Who will be told if `viewer` does something; empty where this hub sends no messages.

    `anybody` where it isn't known yet whom it is about. Of those who can act there is only the
    number: who they are is not for everybody.
    """
    if not snapshot.transports or not (told := snapshot.declaration.told(kind)):
        return ""
    news = News(kind, role.id, "", tuple(people), by=viewer.name)
    found = [(to, each) for to, each in recipients(news, snapshot) if snapshot.can_tell(kind, each)]
    named = {each.account for to, each in found if to == "person"}
    acting = {each.account for to, each in found if to == "deciders"} - named
    who = [snapshot.names.isolated(account) for account in sorted(named)]
    if acting:
        who.append(counted(len(acting), "person who can act", "people who can act"))
    said = [f"{' and '.join(who)} will be told by mail."] if who else []
    if anybody and "person" in told and "mail" in snapshot.transports:
        said.append("They will be told by mail, if they have given an address.")
    if any(to == "community" for to, _ in found):
        said.append("The channel of the community will be told, without names.")
    return " ".join(said) or NOBODY
