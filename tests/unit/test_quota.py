"""How much one person may have recorded, where the hub need not be asked."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from jupyterhub_responsibility.changes.quota import MOST_A_DAY, MOST_OPEN, Quota
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.ledger.entry import Draft, stamp
from jupyterhub_responsibility.service.limits import seconds_to_midnight

from .conftest import Clock

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
    async def refused(viewer: Viewer) -> str:
        """The code with which somebody is refused one more deed, if they are."""
        try:
            async with Quota(ledger, Rules(declared), clock).of(viewer):
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
    quota = Quota(ledger, Rules(declared), clock)
    quota.check_open(Viewer("uwe", created=made), NOON.date())
    await ledger.append(drafts[0])
    with pytest.raises(RefusedError, match=f"{MOST_OPEN} open requests") as caught:
        quota.check_open(Viewer("uwe", created=made), NOON.date())
    assert caught.value.code == "too_many_open"
    quota.check_open(Viewer("uwe", created=stamp(NOON + timedelta(days=1))), NOON.date())
    quota.check_open(Viewer("uwe", created=made), NOON.date() + timedelta(days=99))


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [(NOON, 43200), (NOON.replace(hour=23, minute=59, second=59, microsecond=999_999), 1)],
)
def test_how_long_the_day_is(moment, seconds):
    """Whoever has done enough today is told when to try again."""
    assert seconds_to_midnight(moment) == seconds
