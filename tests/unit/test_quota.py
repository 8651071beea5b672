"""How much one person may have recorded, where the hub need not be asked."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from unittest.mock import AsyncMock

import pytest

from jupyterhub_responsibility.changes import quota
from jupyterhub_responsibility.changes.appointments import Appointments
from jupyterhub_responsibility.changes.quota import (
    MOST_A_DAY,
    MOST_ADDED,
    MOST_OF_ADMINS,
    MOST_OPEN,
    MOST_WITH_POWER,
    Quota,
)
from jupyterhub_responsibility.changes.recording import Recorder
from jupyterhub_responsibility.changes.requests import Requests
from jupyterhub_responsibility.changes.users import NewUsers
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Change, Rules
from jupyterhub_responsibility.errors import HubError, RefusedError
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.service.limits import seconds_to_midnight

from .conftest import Clock
from .test_acting_on_bad_days import Hub

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
UWE = Viewer("uwe")
POWERFUL = (
    Viewer("uwe", admin=True),
    Viewer("uwe", groups=frozenset({"community-reps"})),
    Viewer("uwe", groups=frozenset({"hub-admins"})),
)
POWERLESS = (UWE, Viewer("uwe", groups=frozenset({"others"})), Viewer("uwe", kind="service"))


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def refused(declared, ledger, clock):
    async def refused(viewer: Viewer, adding: bool = False) -> str:
        """The code with which somebody is refused one more deed, if they are."""
        try:
            async with Quota(ledger, Rules(declared), clock).of(viewer, adding):
                return ""
        except RefusedError as error:
            return error.code

    return refused


async def act(ledger, number: int, actor: str = "uwe", kind: str = "user") -> None:
    drafts = [Draft("decision", actor, kind, person=actor, details={"verdict": "taken_back"})]
    await ledger.append(*(drafts * number))


async def test_the_last_one_of_a_day(ledger, refused, clock):
    """So many are recorded by UTC's day; the next day begins anew."""
    await act(ledger, MOST_A_DAY - 1)
    assert await refused(UWE) == ""
    await act(ledger, 1)
    assert [await refused(each) for each in POWERLESS] == ["enough_today"] * 3
    assert [await refused(each) for each in POWERFUL] == [""] * 3
    clock.now = NOON.replace(hour=23, minute=59)
    assert await refused(UWE) == "enough_today"
    clock.now = NOON.replace(hour=0) + timedelta(days=1)
    assert await refused(UWE) == ""


@pytest.mark.parametrize(
    ("viewer", "most"),
    [
        (UWE, MOST_A_DAY),
        *((each, MOST_WITH_POWER) for each in POWERFUL if not each.admin),
        (POWERFUL[0], MOST_OF_ADMINS),
    ],
)
async def test_people_with_power_have_an_end_too(ledger, refused, viewer, most):
    """A later one, and JupyterHub admins the latest; adding users is counted by itself."""
    await act(ledger, most - 1)
    await ledger.append(*[Draft("account", "uwe", person=f"p{n}") for n in range(most)])
    assert await refused(viewer) == ""
    await act(ledger, 1)
    assert await refused(viewer) == "enough_today"


async def test_adding_users_is_counted_by_itself(ledger, refused):
    """Whatever else was done that day."""
    await act(ledger, MOST_OF_ADMINS)
    added = [Draft("account", "uwe", person=f"p{n}") for n in range(MOST_ADDED)]
    await ledger.append(*added[1:])
    assert await refused(POWERFUL[0], adding=True) == ""
    await ledger.append(added[0])
    assert await refused(POWERFUL[0], adding=True) == "enough_today"


async def test_every_deed_of_theirs_is_counted(declared, ledger, clock, monkeypatch):
    """Appointing, withdrawing, another last day, declining and adding; stepping down is not."""
    monkeypatch.setattr(quota, "MOST_WITH_POWER", 0)
    monkeypatch.setattr(quota, "MOST_ADDED", 0)
    hub, rules = Hub(), Rules(declared)
    recorder = Recorder(ledger, hub)
    acts = Appointments(hub, ledger, recorder, lambda: rules, clock, lambda *_: None)
    asks = {"expires": "2026-12-22"}
    role = declared.model.roles["hub-administrator"]
    await ledger.append(Draft("request", "ina", role=role.id, person="ina", details=asks))
    rita = Viewer("rita", groups=frozenset({"community-reps"}))
    wish = Change(role, "hub-admins", "hanna", until=NOON.date())
    for deed in (
        acts.appoint(rita, Change(role, "hub-admins", "uwe")),
        acts.change_last_day(rita, wish),
        acts.withdraw(rita, Change(role, "hub-admins", "hanna")),
        Requests(hub, ledger, lambda: rules, acts, clock).decide(rita, 1, "declined", ""),
        NewUsers(hub, ledger, recorder, rules, clock).add(rita, "lia"),
    ):
        with pytest.raises(RefusedError) as caught:
            await deed
        assert caught.value.code == "enough_today"
    assert ledger.state.number == 1
    hanna = Viewer("hanna", groups=frozenset({"hub-admins"}))
    hub.groups["hub-admins"].add("ina")
    await acts.withdraw(hanna, Change(role, "hub-admins", "hanna"))
    assert hub.groups["hub-admins"] == {"ina"}


async def test_an_account_that_there_is_not_is_not_recorded(declared, ledger, clock):
    """The hub says so before anything is written; where it doesn't answer, it will say so then."""
    hub, rules = Hub(), Rules(declared)
    hub.account = none = AsyncMock(return_value=None)
    acts = Appointments(hub, ledger, Recorder(ledger, hub), lambda: rules, clock, lambda *_: None)
    role = declared.model.roles["hub-administrator"]
    for _ in range(25):
        with pytest.raises(RefusedError, match="There is no account “Nobody”") as caught:
            await acts.appoint(POWERFUL[0], Change(role, "hub-admins", "Nobody"))
        assert caught.value.code == "unknown"
    assert {call.args[0] for call in none.await_args_list} == {"Nobody", "nobody"}
    assert ledger.state.number == 0
    none.side_effect = HubError("The hub did not answer")
    await acts.appoint(POWERFUL[0], Change(role, "hub-admins", "lia"))
    assert ledger.state.number == 2


async def test_what_others_did_does_not_count(ledger, refused):
    """Nor what programs of the same name did, nor what became of a deed."""
    await act(ledger, MOST_A_DAY, "rita")
    await act(ledger, MOST_A_DAY, kind="service")
    for _ in range(MOST_A_DAY // 2 + 1):
        (intent,) = await ledger.append(Draft("withdrawal", "uwe", person="uwe"))
        said = {"of": "withdrawal", "result": "done"}
        await ledger.append(
            Draft("outcome", "uwe", person="uwe", intent=intent.number, details=said)
        )
    assert await refused(UWE) == ""


async def test_open_requests_are_few(declared, ledger, clock):
    """Of one account; that another one of its name had some makes no difference."""
    made = stamp(NOON)
    asks = {"expires": "2026-12-22", "asker_created": made}
    drafts = [Draft("request", "uwe", person=f"p{n}", details=asks) for n in range(MOST_OPEN)]
    await ledger.append(*drafts[1:])
    theirs = Quota(ledger, Rules(declared), clock)
    theirs.check_open(Viewer("uwe", created=made), NOON.date())
    await ledger.append(drafts[0])
    with pytest.raises(RefusedError, match=f"{MOST_OPEN} open requests") as caught:
        theirs.check_open(Viewer("uwe", created=made), NOON.date())
    assert caught.value.code == "too_many_open"
    theirs.check_open(Viewer("uwe", created=stamp(NOON + timedelta(days=1))), NOON.date())
    theirs.check_open(Viewer("uwe", created=made), NOON.date() + timedelta(days=99))


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [(NOON, 43200), (NOON.replace(hour=23, minute=59, second=59, microsecond=999_999), 1)],
)
def test_how_long_the_day_is(moment, seconds):
    """Whoever has done enough today is told when to try again."""
    assert seconds_to_midnight(moment) == seconds
