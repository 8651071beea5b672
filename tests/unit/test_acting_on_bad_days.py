"""Changes while the ledger or the hub fails in the middle: what people are then told."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.changes import users
from jupyterhub_responsibility.changes.appointments import Appointments
from jupyterhub_responsibility.changes.recording import Recorder, UnknownError
from jupyterhub_responsibility.changes.users import PATIENCE, SKIPPED, Added, NewUsers
from jupyterhub_responsibility.domain.accounts import Account
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Change, Rules
from jupyterhub_responsibility.errors import HubError, HubRefusedError, LedgerError
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.service import payloads
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

ROOT = Viewer("root", admin=True)


class Hub:
    """A hub with two groups; `breaks` is called with what it is asked to change."""

    def __init__(self) -> None:
        self.groups = {"hub-admins": {"hanna"}, "community-reps": {"rita"}}
        self.users: set[str] = set()
        self.asked: list[str] = []
        self.breaks = lambda name: None

    async def members(self, groups):
        return {group: tuple(sorted(self.groups[group])) for group in groups}

    async def add_to_group(self, group, name):
        self.groups[group].add(name)
        self.breaks(name)
        return tuple(self.groups[group])

    async def remove_from_group(self, group, name):
        self.groups[group].discard(name)
        self.breaks(name)
        return tuple(self.groups[group])

    async def account(self, name, now):
        return Account(name, False, (), None, now, now)

    async def has_user(self, name):
        self.breaks(name)
        return name in self.users

    async def add_user(self, name):
        self.asked.append(name)
        self.breaks(name)
        self.users.add(name)
        return name


def now() -> datetime:
    return datetime.now(timezone.utc)


@pytest.fixture
async def ledger(tmp_path):
    opened = Ledger(Store(f"sqlite:///{tmp_path}/ledger.sqlite"), now)
    await opened.catch_up()
    yield opened
    await opened.close()


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def recorder(ledger, hub) -> Recorder:
    return Recorder(ledger, hub)


@pytest.fixture
def appointments(declared, ledger, hub, recorder) -> Appointments:
    return Appointments(hub, ledger, recorder, lambda: Rules(declared), now, lambda *_: None)


@pytest.fixture
def new_users(declared, ledger, hub, recorder) -> NewUsers:
    return NewUsers(hub, ledger, recorder, Rules(declared), now)


def lose(ledger, hub, monkeypatch) -> None:
    """From the next change on the hub on, the ledger takes nothing."""

    def full(*_):
        raise LedgerError("The ledger cannot be used: the disk is full")

    hub.breaks = lambda _: monkeypatch.setattr(ledger._store, "append", full)


async def test_a_change_that_cannot_be_recorded(
    declared, ledger, hub, appointments, monkeypatch, recorder
):
    """It is not said that nothing was changed; it is recorded as soon as that works."""
    role = declared.model.roles["hub-administrator"]
    with monkeypatch.context() as patch:
        lose(ledger, hub, patch)
        with pytest.raises(UnknownError, match="disk is full"):
            await appointments.appoint(ROOT, Change(role, "hub-admins", "uwe"))
    assert hub.groups["hub-admins"] == {"hanna", "uwe"}
    hub.breaks = lambda _: None
    await recorder.settle()
    assert ledger.state.members["hub-admins"] == {"uwe"}
    assert not ledger.state.unsettled


async def test_adding_many_while_the_ledger_fails(ledger, hub, monkeypatch, new_users):
    """Those who were added are named; after that nobody is, and everybody else is told so."""
    names = ("ana", "ben", "cem", "dua")

    def add(name):
        if "ben" in hub.asked:  # the hub did it by now
            lose(ledger, hub, monkeypatch)
            hub.breaks(name)

    hub.breaks = add
    ana, ben, *rest = await new_users.add_each(ROOT, names)
    assert ana == Added("ana", "done")
    assert (ben.name, ben.result) == ("ben", "unknown")
    assert "disk is full" in ben.message
    assert "whether it was done on the hub" in ben.message
    assert rest == [Added("cem", "not done", SKIPPED), Added("dua", "not done", SKIPPED)]
    assert hub.asked == ["ana", "ben"]


async def test_adding_many_while_nothing_can_be_recorded(ledger, hub, monkeypatch, new_users):
    """Then nobody is added, and the page says that nothing was changed."""
    lose(ledger, hub, monkeypatch)
    hub.breaks("")
    with pytest.raises(LedgerError):
        await new_users.add_each(ROOT, ("ana", "ben"))
    assert hub.asked == []


async def test_adding_many_while_the_hub_is_silent(hub, new_users):
    """The hub is not asked fifty times in vain, which would take minutes."""

    def silent(_):
        raise HubError("The hub did not answer in time")

    hub.breaks = silent
    results = await new_users.add_each(ROOT, [f"user-{n}" for n in range(50)])
    assert hub.asked == ["user-0"]
    assert "did not answer" in results[0].message
    assert [each.result for each in results] == ["unknown", *["not done"] * 49]


async def test_each_result_is_told_by_its_type(ledger, hub, new_users):
    """Added, there already, refused, and not certain: a program need not read the messages."""

    def answers(name):
        if name == "there":
            raise HubRefusedError("The hub answered 409", 409)
        if name == "bad":
            raise HubRefusedError("The hub answered 400", 400)
        if name == "lost":
            raise HubError("The hub did not answer in time")

    hub.breaks = answers
    results = await new_users.add_each(ROOT, ["new", "there", "bad", "lost", "left"])
    said = payloads.users(results)["results"]
    assert [each["result"] for each in said] == [
        "done",
        "unchanged",
        "refused",
        "unknown",
        "not done",
    ]
    assert [bool(each.get("message")) for each in said] == [False, False, True, True, True]
    assert "whether it was done" in said[3]["message"]


async def test_what_cannot_be_settled_keeps_nothing_else_open(ledger, hub, recorder):
    """An account that the hub says nothing about does not hold up everybody else's changes."""

    def forbidden(_):
        raise HubRefusedError("The hub answered 403 to /users/ana", 403)

    hub.breaks = forbidden
    role = {"role": "hub-administrator", "group": "hub-admins"}
    await ledger.append(Draft("account", "rita", person="ana"))
    await ledger.append(Draft("appointment", "rita", person="hanna", **role))
    with pytest.raises(HubRefusedError):
        await recorder.settle()
    assert [intent.person for intent in ledger.state.unsettled.values()] == ["ana"]


async def test_who_has_an_account_is_found_out_soon(ledger, hub, new_users, monkeypatch):
    """A hub that fails, or takes its time, is asked no more; the preview does without."""
    hub.users = {"ana", "ben", "cem"}
    assert await new_users.there(["ana", "dua", "cem"]) == {"ana", "cem"}
    asked = []

    def fails(name):
        asked.append(name)
        if name == "ben":
            raise HubError("The hub did not answer in time")

    hub.breaks = fails
    assert await new_users.there(["ana", "ben", "cem"]) == {"ana"}
    assert asked == ["ana", "ben"]
    hub.breaks = lambda name: moment.append(PATIENCE + 0.1) if name == "ben" else None
    moment = [0.0]
    monkeypatch.setattr(users, "monotonic", lambda: moment[-1])
    assert await new_users.there(["ana", "ben", "cem"]) == {"ana", "ben"}
    assert not ledger.state.number
