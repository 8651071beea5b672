"""Observations while another replica changes the same group."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count

import pytest

from jupyterhub_responsibility.changes.observations import Observer
from jupyterhub_responsibility.domain.accounts import Account, Accounts
from jupyterhub_responsibility.domain.model import Roster
from jupyterhub_responsibility.errors import HubError
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

NOW = datetime(2026, 11, 22, 10, 42, 7, tzinfo=timezone.utc)


class Clock:
    """A second later each time."""

    def __init__(self) -> None:
        self.seconds = count()

    def __call__(self) -> datetime:
        return NOW + timedelta(seconds=next(self.seconds))


@pytest.fixture
async def replicas(postgresql):
    """Two ledgers on one PostgreSQL."""
    database = postgresql.new_database()
    both = [Ledger(Store(database), Clock()) for _ in range(2)]
    for each in both:
        await each.catch_up()
    yield both
    for each in both:
        await each.close()


def about(event: str, **more) -> Draft:
    return Draft(event, "rita", role="hub-administrator", group="hub-admins", person="uwe", **more)


async def exists(name: str) -> Account:
    """Every account is there."""
    return Account(name, False, (), None, NOW)


GROUPS = ("hub-admins", "community-reps")


async def nobody(_: datetime) -> None:
    """No account was made at any moment."""


def observer_of(ledger, declared, ask=exists, accounts=Accounts, **options) -> Observer:
    return Observer(ledger, declared, ask, options.pop("find", nobody), accounts, **options)


async def test_what_another_replica_withdraws_meanwhile(declared, replicas):
    """Whoever was seen in a group, and is withdrawn before that is written, did not come back."""
    one, other = replicas
    before = Roster(NOW, {"hub-admins": ("uwe",), "community-reps": ()})
    catch_up, rounds = one.catch_up, []

    async def slow_catch_up():
        await catch_up()
        rounds.append(None)
        if len(rounds) == 2:  # `one` holds its lock, and is about to write
            (intent,) = await other.append(about("withdrawal"))
            details = {"result": "done", "of": "withdrawal"}
            await other.append(about("outcome", intent=intent.number, details=details))

    one.catch_up = slow_catch_up
    observer = observer_of(one, declared)
    await observer.look(before)
    assert "uwe" not in one.state.members["hub-admins"]
    await catch_up()
    after = Roster(NOW, {"hub-admins": (), "community-reps": ()}, ledger_number=one.state.number)
    await observer.look(after)
    assert {entry.event for entry in other._store.after(0) if entry.person} == {
        "withdrawal",
        "outcome",
    }


async def test_whose_account_went_with_them_is_recorded(declared, replicas):
    """Of those who left, the hub is asked whether they have an account; or nothing is said."""
    accounts = {"ada": False, "bea": True, "cyn": None}
    ledger, _ = replicas

    async def asked(name: str) -> Account | None:
        if (there := accounts[name]) is None:
            raise HubError("The hub answered 503")
        return await exists(name) if there else None

    observer = observer_of(ledger, declared, asked)
    await observer.look(Roster(NOW, {"hub-admins": tuple(accounts), "community-reps": ()}))
    number = ledger.state.number
    await observer.look(Roster(NOW, {"hub-admins": (), "community-reps": ()}, ledger_number=number))
    left = [entry for entry in ledger._store.after(number) if entry.facts.get("change") == "left"]
    assert {entry.person for entry in left} == set(accounts)
    assert [entry.person for entry in left if "gone" in entry.facts] == ["ada"]
    assert set(ledger.state.departed) == {("hub-administrator", "ada")}


async def test_when_it_last_looked_is_remembered(declared, replicas):
    """What differs after a restart came after that; it is noted as often as it has to be known."""
    ledger, _ = replicas
    minutes = [NOW + timedelta(minutes=number) for number in range(12)]

    async def looks(every: timedelta) -> str | None:
        """When somebody was seen to have joined, after one who had looked each minute."""
        members = {group: tuple(ledger.state.members[group]) for group in GROUPS}
        observer = observer_of(ledger, declared, remember_every=every)
        for minute in minutes:
            await observer.look(Roster(minute, members, ledger_number=ledger.state.number))
        joined = {**members, "hub-admins": (*members["hub-admins"], f"new-{every}")}
        roster = Roster(minutes[-1], joined, ledger_number=ledger.state.number)
        await observer_of(ledger, declared).look(roster)
        (*_, last) = ledger._store.after(0)
        return last.facts.get("after")

    assert await looks(timedelta(0)) == stamp(minutes[11])
    assert await looks(timedelta(minutes=10)) == stamp(minutes[10])


async def test_a_group_that_is_no_longer_declared(declared, replicas):
    """It is looked at no more; when it is declared again, everything begins anew."""
    ledger, _ = replicas
    members = {"hub-admins": ("ada",), "community-reps": ()}
    await observer_of(ledger, declared).look(Roster(NOW, members))
    without = replace(declared, groups={"community-representative": ("community-reps",)})
    ledger_number = ledger.state.number
    await observer_of(ledger, without).look(Roster(NOW, members, ledger_number=ledger_number))
    assert ledger.state.watched_groups() == [("community-representative", "community-reps")]
    number = ledger.state.number
    assert number == ledger_number + 2  # who lost the role, and that the record has ended
    await observer_of(ledger, without).look(Roster(NOW, members, ledger_number=number))
    assert ledger.state.number == number
    await observer_of(ledger, declared).look(Roster(NOW, members, ledger_number=number))
    assert ledger.state.members["hub-admins"] == {"ada"}


async def test_who_left_a_name_to_somebody_else_is_not_made_again(declared, replicas):
    """One is renamed, the other has joined; with the next look, nothing is left to say."""
    ledger, _ = replicas
    made = {"hanna": NOW - timedelta(days=9)}

    async def asked(name: str) -> Account | None:
        return replace(await exists(name), created=made[name]) if name in made else None

    def known() -> Accounts:
        return Accounts(found={name: Account(name, False, (), None, NOW, made[name])
                               for name in made})  # fmt: skip

    async def look(*names: str) -> list[tuple[str, str]]:
        number = ledger.state.number
        groups = {"hub-admins": names, "community-reps": ()}
        await observer_of(ledger, declared, asked, known).look(
            Roster(NOW, groups, ledger_number=number)
        )
        return [(e.facts["change"], e.person) for e in ledger._store.after(number) if e.person]

    assert await look("hanna") == [("joined", "hanna")]
    made |= {"hanna-b": made["hanna"], "hanna": NOW}
    assert await look("hanna", "hanna-b") == [("renamed", "hanna-b"), ("joined", "hanna")]
    assert await look("hanna", "hanna-b") == []
    made["hanna"] = NOW + timedelta(days=1)
    assert await look("hanna", "hanna-b") == [("remade", "hanna")]


async def test_who_asks_and_is_renamed_is_found(declared, replicas):
    """Whoever was made just then goes on asking; while the hub doesn't say, nothing is told."""
    ledger, _ = replicas
    eli = Account("elias", False, (), None, NOW, NOW - timedelta(days=9))
    made = {"created": stamp(eli.created), "asker_created": stamp(eli.created)}
    asks = {"expires": "2026-12-31", **made}
    await ledger.append(replace(about("request", details=asks), actor="eli", person="eli"))
    answers: list[Account | HubError | None] = [HubError("The hub answered 503"), eli, None]

    async def find(created: datetime) -> Account | None:
        assert created == eli.created
        if isinstance(answer := answers.pop(0), HubError):
            raise answer
        return answer

    async def ask(name: str) -> None:
        """There is nobody of that name."""

    async def look() -> list[tuple[str, str]]:
        nobodies = {"hub-admins": (), "community-reps": ()}
        number = ledger.state.number
        gone = Accounts(gone=frozenset({"eli", "elias"}))
        await observer_of(ledger, declared, ask, lambda: gone, find=find).look(
            Roster(NOW, nobodies, ledger_number=number)
        )
        return [
            (e.person, e.facts.get("change", e.facts.get("verdict")))
            for e in ledger._store.after(number)
            if e.person
        ]

    with pytest.raises(HubError):
        await look()
    assert await look() == [("elias", "renamed")]
    assert [(r.by, r.person) for r in ledger.state.requests.values()] == [("elias", "elias")]
    assert await look() == [("elias", "ended")]
