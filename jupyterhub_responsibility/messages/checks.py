"""What there is to tell that no entry causes: it is so on a day, and said once."""

from __future__ import annotations

from collections.abc import Iterator

from ..coverage import Gap, GapKind, key
from ..coverage.snapshot import Snapshot
from ..domain.messages import Message, MessageName
from ..domain.model import Role
from ..ledger.entry import stamp
from .recipients import News, messages

ENDS_SOON = (7, 30)
"""So many days before the end of a term, its holder is told: once each."""

BY_GAP: dict[GapKind, MessageName] = {
    "role-vacant": "vacant",
    "power-without-role": "power",
}
"""Gaps that are told of, as soon as they have been noticed."""


def of_the_day(snapshot: Snapshot) -> tuple[Message, ...]:
    """Everything that there is to tell today, also what was told before: it has the same id."""
    return tuple(message for news in _all_news(snapshot) for message in messages(news, snapshot))


def _all_news(snapshot: Snapshot) -> Iterator[News]:
    if snapshot.roster.read_at is None or not snapshot.ledger_read:
        return
    for role_holders in snapshot.holders_by_role.values():
        for account in sorted(role_holders.accounts):
            yield from _of_holder(snapshot, role_holders.role, account)
    for gap in snapshot.coverage.gaps:
        yield from _of_gap(snapshot, gap)


def _of_holder(snapshot: Snapshot, role: Role, account: str) -> Iterator[News]:
    stands = snapshot.standing(role, account)
    people = (snapshot.recipient(account),)
    until = stands.term.until if stands.term else None
    if until and stands.term_ended:
        yield News("term_ended", role.id, f"{role.id} {until}", people, day=until.isoformat())
    elif until:
        left = (until - snapshot.today).days
        step = next((days for days in ENDS_SOON if left <= days), None)
        if step:
            cause = f"{role.id} {until} {step}"
            yield News("term_ends", role.id, cause, people, day=until.isoformat())
    if stands.state == "due" and stands.due_since:
        yield News("confirmation_due", role.id, f"{role.id} {stands.due_since}", people)
    elif stands.state == "due":
        cause = f"{role.id} {snapshot.duties_digests[role.id]}"
        yield News("duties_changed", role.id, cause, people)


def _of_gap(snapshot: Snapshot, gap: Gap) -> Iterator[News]:
    if gap.kind == "contact-past-review":
        yield News("contact_review", "", f"{gap.about} {gap.since}")
    kind, since = BY_GAP.get(gap.kind), snapshot.noticed.get(key(gap))
    if kind is None or since is None:
        return
    if kind == "power":
        yield News(kind, "", stamp(since))  # whose it is, the panel says
    elif gap.about in snapshot.ledger_state.ever_held:
        yield News(kind, gap.about, f"{gap.about} {stamp(since)}")
