"""Gaps about single holders: their terms and confirmations, and whether they are still there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..domain.duties import duties_digest
from ..domain.model import Role
from ..ledger.standing import standing
from ..text import isolated
from .facts import Facts
from .gaps import Gap, Step
from .roles import appoint

ENOUGH = 2
"""Holders of a role, so that one of them can stand in for the other."""

ACTIVITY_LAG = timedelta(seconds=90)
"""The hub writes down when somebody was last seen at most every 30 seconds."""


def holding_gaps(facts: Facts) -> Iterator[Gap]:
    """The gaps of everybody who holds, or held, a role through an account."""
    for filling in facts.fillings.values():
        text = duties_digest(facts.declaration.model, filling.role)
        for holder in filling.holders:
            if holder.kind == "account":
                yield from _ledger_gaps(facts, filling.role, holder.name, text)
                yield from _not_seen(facts, filling.role, holder.name)
    if facts.ledger_read:
        yield from _gone(facts)
        yield from _by_hand(facts)


def _ledger_gaps(facts: Facts, role: Role, account: str, text: str) -> Iterator[Gap]:
    if not facts.ledger_read:
        return
    name = isolated(account)
    stands = standing(facts.book, role, account, text, facts.today)
    if stands.term_ended:
        yield Gap(
            "term-ended",
            role.id,
            f"The term of {name} is over",
            f"{name} is still {role.title}.",
            _decide(facts, role),
            since=stands.term_ended,
            person=account,
        )
    if stands.state != "confirmed":
        yield Gap(
            "never-confirmed" if stands.state == "never" else "confirmation-due",
            role.id,
            f"{name} has not confirmed the duties of {role.title}"
            if stands.state == "never"
            else f"{name} should confirm the duties of {role.title} again",
            "They can do so on their own page.",
            Step(f"Ask {name} to open “Yours”"),
            since=stands.due_since,
            person=account,
        )


def _decide(facts: Facts, role: Role) -> Step:
    if facts.may_change(role):
        return Step("Withdraw them, or extend the term", f"roles/{role.id}#holders")
    return Step("Take them out of the group, where the login service keeps it")


def _not_seen(facts: Facts, role: Role, account: str) -> Iterator[Gap]:
    there = facts.accounts.found.get(account)
    if there is None:
        return
    longest = timedelta(days=role.seen_within)
    never = there.last_activity is None
    since = facts.book.joined.get((role.id, account)) if never else there.last_activity
    if since is None or facts.now - since <= longest:
        return
    name, days = isolated(account), (facts.now - since).days
    yield Gap(
        "holder-not-seen",
        role.id,
        f"{name} has not been on the hub for {days} days"
        if not never
        else f"{name} has never been on the hub",
        f"They are {role.title}. Whoever needs them may wait in vain.",
        Step("Ask them whether they still look after this", f"roles/{role.id}"),
        since=since,
        person=account,
    )


def _gone(facts: Facts) -> Iterator[Gap]:
    """Whose account was deleted while they held a role that few hold, with nobody after them.

    Where enough are left, that account is missed by nobody.
    """
    for (role_id, account), left in facts.book.departed.items():
        if role_id not in facts.declaration.groups or not facts.fillings[role_id].known:
            continue
        filling = facts.fillings[role_id]
        role, name = filling.role, isolated(account)
        enough = max(role.holders.min, ENOUGH)
        if len(facts.counted(filling)) < min(enough, role.holders.max or enough):
            yield Gap(
                "holder-gone",
                role_id,
                f"The account of {name} was deleted",
                f"{name} was {role.title} until then, and nobody has joined since.",
                appoint(facts, role, "Appoint somebody"),
                since=left,
                person=account,
            )


def _by_hand(facts: Facts) -> Iterator[Gap]:
    """Where logging in decides who is in a group: who joined or left without logging in."""
    if not facts.authenticator_groups:
        return
    for edit in facts.book.edits.values():
        if edit.group not in facts.declaration.groups.get(edit.role, ()):
            continue  # in an earlier declaration it was
        account = facts.accounts.found.get(edit.person)
        if account is None or account.read_at < edit.at:
            continue
        if _was_there(account.last_activity, edit.after):
            continue
        name, group = isolated(edit.person), isolated(edit.group)
        how = "was put into" if edit.joined else "was taken out of"
        yield Gap(
            "edited-by-hand",
            edit.role,
            f"{name} {how} “{group}” by hand",
            f"The login service decides who is in it: when {name} logs in next, it counts what"
            " that says.",
            Step("Make the change where the login service keeps the group"),
            since=edit.at,
            person=edit.person,
            group=edit.group,
        )


def _was_there(last_activity: datetime | None, after: datetime) -> bool:
    return last_activity is not None and last_activity > after - ACTIVITY_LAG
