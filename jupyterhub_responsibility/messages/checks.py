"""What there is to tell that no entry causes: it is so on a day, and said once.

And whether what there was to tell still is so when it is sent, which may be days later.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..coverage import Gap, GapKind, key
from ..coverage.snapshot import Snapshot
from ..domain.messages import Message, MessageName
from ..domain.model import Role
from ..ledger.entry import stamp
from ..ledger.pending import of_outcome
from .recipients import News, deciders, messages

ENDS_SOON = (7, 30)
"""So many days before the end of a term, its holder is told: once each."""

BY_GAP: dict[GapKind, MessageName] = {
    "role-vacant": "vacant",
    "power-without-role": "power",
}
"""Gaps that are told of, as soon as they have been noticed."""

REVIEW: GapKind = "contact-past-review"
OF_GAPS: dict[MessageName, frozenset[GapKind]] = {
    **{name: frozenset({kind}) for kind, name in BY_GAP.items()},
    "contact_review": frozenset({REVIEW}),
}
"""What is told as long as there is such a gap."""


def of_the_day(snapshot: Snapshot) -> tuple[Message, ...]:
    """Everything that there is to tell today, also what was told before: it has the same id."""
    return tuple(message for news in _all_news(snapshot) for message in messages(news, snapshot))


def still_told(message: Message, snapshot: Snapshot) -> bool | None:
    """Whether something is still to be told to whom it was to be; None while nobody knows."""
    if message.to == "deciders":
        acting = deciders(snapshot, message.role)
        if not any(each.may_be(message.recipient) for each in acting):
            accounts = snapshot.accounts
            return False if accounts.read_at and not accounts.trouble else None
    if message.entry is None:
        return _still_so(message, snapshot)
    if message.kind == "to_do":
        return _is_to_do(message.entry, snapshot)
    return _waits(message.entry, snapshot) if message.kind == "request" else True


def _waits(entry: int, snapshot: Snapshot) -> bool | None:
    """Whether a request can still be decided."""
    state = snapshot.ledger_state
    if not snapshot.ledger_read or state.number < entry:
        return None
    request = state.requests.get(entry)
    return request is not None and request.open_on(snapshot.today)


def _is_to_do(entry: int, snapshot: Snapshot) -> bool | None:
    """Whether what was decided is still to be done elsewhere."""
    state = snapshot.ledger_state
    if not snapshot.ledger_read or state.number < entry:
        return None
    return of_outcome(state.pending, entry) is not None


def _still_so(message: Message, snapshot: Snapshot) -> bool | None:
    """Whether something is so that no entry caused."""
    if gap_kinds := OF_GAPS.get(message.kind):
        found = snapshot.coverage
        there = (gap.about for gap in found.gaps if gap.kind in gap_kinds)
        if any(message.role in ("", about) for about in there):
            return True
        return False if gap_kinds <= found.told else None
    if not (snapshot.roster.read_at and snapshot.ledger_read):
        return None
    news = _of_holders(snapshot, message.role)
    return any(message.id == each.id for one in news for each in messages(one, snapshot))


def _all_news(snapshot: Snapshot) -> Iterator[News]:
    if snapshot.roster.read_at is None or not snapshot.ledger_read:
        return
    for role_id in snapshot.holders_by_role:
        yield from _of_holders(snapshot, role_id)
    for gap in snapshot.coverage.gaps:
        yield from _of_gap(snapshot, gap)


def _of_holders(snapshot: Snapshot, role_id: str) -> Iterator[News]:
    if held := snapshot.holders_by_role.get(role_id):
        for account in sorted(held.accounts):
            yield from _of_holder(snapshot, held.role, account)


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
        cause = f"{role.id} {stands.confirmed_at} {snapshot.duties_digests[role.id]}"
        yield News("duties_changed", role.id, cause, people)


def _of_gap(snapshot: Snapshot, gap: Gap) -> Iterator[News]:
    if gap.kind == REVIEW:
        yield News("contact_review", "", f"{gap.about} {gap.since}")
    kind, since = BY_GAP.get(gap.kind), snapshot.noticed.get(key(gap))
    if kind is None or since is None:
        return
    if kind == "power":
        yield News(kind, "", stamp(since))  # whose it is, the panel says
    elif gap.about in snapshot.ledger_state.ever_held:
        yield News(kind, gap.about, f"{gap.about} {stamp(since)}")
