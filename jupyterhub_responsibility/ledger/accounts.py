"""An account is more than its name: which one of that name is meant by what was recorded.

The hub tells when it made an account. One that is deleted and made again has the same name, and is
somebody else's; one that is renamed is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from ..domain.accounts import Account, Accounts
from .entry import stamp
from .pending import Pending
from .state import Holding, LedgerState, Request

Asked = Mapping[str, Account | None]
"""What the hub says of names when it is asked: None where there is no such account."""

CLOCKS_APART = timedelta(minutes=1)
"""How far the clocks of the hub, and of replicas of this service, may be apart."""


def made_at(account: Account | None) -> str:
    """When an account was made, as entries have it; empty where the hub doesn't tell."""
    return stamp(account.created) if account and account.created else ""


def is_other(account: Account | None, created: str, known_at: datetime) -> bool:
    """Whether an account is another one than that which had its name at `known_at`.

    `created` is when that one was made, as recorded; without it, one that was made later than it
    was known is another one.
    """
    if account is None or account.created is None:
        return False
    if created:
        return made_at(account) != created
    return account.created > known_at + CLOCKS_APART


def doubtful(state: LedgerState, accounts: Accounts) -> set[str]:
    """Names that may stand for other accounts than they did: the hub has to be asked."""
    holding = {person for (_, person), _ in _remade(state, accounts.found)}
    waiting = {
        name
        for name, created, at in _waiting(state)
        if name in accounts.gone or is_other(accounts.found.get(name), created, at)
    }
    return holding | waiting


def recorded_as(state: LedgerState, asked: Asked) -> set[str]:
    """Names under which holders are recorded whose accounts have another one now."""
    now = {made_at(account): name for name, account in asked.items() if made_at(account)}
    return {
        person
        for (_, person), created in state.created.items()
        if now.get(created, person) != person
    }


def renamed(
    state: LedgerState, role_id: str, were: Iterable[str], are: Iterable[str], asked: Asked
) -> dict[str, str]:
    """Of those who are in a role's group, who was in it under another name, and which.

    The old name may be another account's by now. They are in the order in which names get free.
    """

    def is_same(name: str) -> bool:
        return made_at(asked.get(name)) == state.created.get((role_id, name), "")

    made = {made_at(asked.get(name)): name for name in are if not is_same(name)}
    pending = {
        made[created]: was
        for was in sorted(were)
        if was in asked
        and not is_same(was)
        and (created := state.created.get((role_id, was), "")) in made
        and created
    }
    found: dict[str, str] = {}
    while free := pending.keys() - pending.values():
        found |= {now: pending.pop(now) for now in sorted(free)}
    return found


def remade(state: LedgerState, asked: Asked) -> Iterator[tuple[Holding, str]]:
    """Roles that are recorded for an account which is there no more, while another one of its name
    is in the group; and when that one was made."""
    yield from _remade(state, {name: each for name, each in asked.items() if each})


def missed(state: LedgerState, asked: Asked) -> list[datetime]:
    """When accounts were made that requests and decisions are about, and that haven't their name
    any more."""
    there = {made_at(account) for account in asked.values()}
    gone = {created for _, created in _elsewhere(state, asked)} - there
    return [datetime.fromisoformat(created) for created in sorted(gone)]


def renamed_in_requests(state: LedgerState, asked: Asked) -> dict[str, str]:
    """Accounts that have another name than in a request or a decision, and which name that is."""
    made = {made_at(account): name for name, account in asked.items() if account}
    return {made[created]: name for name, created in _elsewhere(state, asked) if created in made}


def ended(state: LedgerState, asked: Asked) -> list[Request]:
    """Requests by accounts, or for them, that are there no more, under any name."""
    return [
        request
        for request in state.requests.values()
        if any(_is_gone(asked, *who, request.at) for who in _parties(request))
    ]


def ended_decisions(state: LedgerState, asked: Asked) -> list[Pending]:
    """What was decided about accounts that are there no more, under any name."""
    return [
        each
        for each in state.pending.values()
        if _is_gone(asked, each.person, each.created, each.at)
    ]


def _is_gone(asked: Asked, name: str, created: str, known_at: datetime) -> bool:
    there = {made_at(account) for account in asked.values() if account}
    return (
        name in asked
        and (asked[name] is None or is_other(asked[name], created, known_at))
        and not (created and created in there)
    )


def _remade(state: LedgerState, accounts: Mapping[str, Account]) -> Iterator[tuple[Holding, str]]:
    for (role_id, person), since in state.joined.items():
        account = accounts.get(person)
        if is_other(account, state.created.get((role_id, person), ""), since):
            yield (role_id, person), made_at(account)


def _elsewhere(state: LedgerState, asked: Asked) -> Iterator[tuple[str, str]]:
    """Whom requests and decisions are about, with when their account was made, if their name isn't
    its name."""
    for name, created, _ in _waiting(state):
        if created and name in asked and made_at(asked[name]) != created:
            yield name, created


def _waiting(state: LedgerState) -> Iterator[tuple[str, str, datetime]]:
    """Whom requests and decisions are about, when their account was made, and since when that is
    known."""
    pending = [state.approved.get(each.request or 0) for each in state.pending.values()]
    for request in (*state.requests.values(), *filter(None, pending)):
        for name, created in _parties(request):
            yield name, created, request.at
    for each in state.pending.values():
        yield each.person, each.created, each.at


def _parties(request: Request) -> tuple[tuple[str, str], ...]:
    """Whom a request is about and who asks, each with when the account was made."""
    return (request.person, request.created), (request.by, request.asker_created)
