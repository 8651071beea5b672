"""Gaps about holders without an account, by what they said when they were asked."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.holders import Holder
from ..domain.kept import title_of
from ..domain.model import Role
from ..ledger.standing import Standing
from ..text import day, isolated
from .gaps import Gap, Keep, Place, Step, ask_operator
from .snapshot import Snapshot
from .unconfirmed import unconfirmed

ASK_KEEPERS = "Ask the people who change contacts here to"


def people_gaps(snapshot: Snapshot, role: Role, holder: Holder) -> Iterator[Gap]:
    """The gaps of one of them; none, as long as nobody has asked them anything."""
    name = isolated(holder.name)
    stands = snapshot.standing_of(role, holder)
    if stands.denied_at:
        yield Gap(
            "holder-denies",
            role.id,
            f"{name} says that they don't hold the role {role.title}",
            "They said so by the link that was mailed to them. Nobody is sent to them about it any"
            " more.",
            _take_out(snapshot, role, holder),
            since=stands.denied_at,
            person=holder.name,
        )
    elif stands.state in ("never", "due"):
        step = _ask(snapshot, role, holder)
        yield unconfirmed(role, holder.name, name, stands, _waiting(stands), step)


def _take_out(snapshot: Snapshot, role: Role, holder: Holder) -> Step:
    """By whoever named them: the operator, or somebody on the page."""
    keep = Keep("Take them out, or ask them again", _kept(snapshot, role, holder), (role.id,))
    if holder.on_page:
        return Step(f"{ASK_KEEPERS} take them out, or ask them again", by="operator", keep=keep)
    place = ("roles", role.id, "people")
    return ask_operator(f"take them out of the declaration (roles.{role.id}.people)", place, keep)


def _kept(snapshot: Snapshot, role: Role, holder: Holder) -> Place:
    """Where what is said of somebody is kept."""
    theirs = ("person", role.id, holder.name)
    items = snapshot.laid.items.values()
    found = (i.id for i in items if (i.kind, i.role, title_of(i.thing)) == theirs)
    return Place("kept", f"person-{next(found, '')}")


def _waiting(stands: Standing) -> str:
    """What they were asked, and when."""
    if stands.asked_at is None:
        return "They have no account: they are asked by mail."
    return f"They were asked by mail on {day(stands.asked_at)}, and have not answered yet."


def _ask(snapshot: Snapshot, role: Role, holder: Holder) -> Step:
    by_mail = "mail" in snapshot.transports and snapshot.whole_links
    if by_mail and holder.person and holder.person.email:
        return Step(
            f"{ASK_KEEPERS} ask them again",
            by="operator",
            keep=Keep("Ask them again", Place("holders", role.id), (role.id,)),
        )
    return Step("Ask them whether they still hold the role", where=Place("role", role.id))
