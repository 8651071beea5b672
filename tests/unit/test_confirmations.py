"""Whether a holder has confirmed their duties, and when they are asked again."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from jupyterhub_responsibility.changes.confirming import confirm
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.duties import duties_digest
from jupyterhub_responsibility.domain.model import Role, Roster, Viewer
from jupyterhub_responsibility.domain.rules import Rules
from jupyterhub_responsibility.errors import RefusedError
from jupyterhub_responsibility.ledger.entry import Entry
from jupyterhub_responsibility.ledger.standing import Standing, months_later, standing
from jupyterhub_responsibility.ledger.state import Confirmation, LedgerState, Term
from jupyterhub_responsibility.storage.ledger import Ledger
from jupyterhub_responsibility.storage.store import Store

from .declarations import hub as hub_of

ADMIN = "hub-administrator"
MOMENT = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)
DAYS = some.dates(date(1, 1, 1), date(7000, 12, 31))
MONTHS = some.integers(0, 24_000)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 22), 1_000_000, date.max),
        (date(2026, 11, 22), 1, date(2026, 12, 22)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
    ],
)
def test_months_later(day, months, later):
    """The same day of a later month, or its last one where it has no such day."""
    assert months_later(day, months) == later


@given(DAYS, MONTHS)
def test_months_are_counted_exactly(day, months):
    """It is in the month that is so many later, on that day or the month's last."""
    later = months_later(day, months)
    assert 12 * (later.year - day.year) + later.month - day.month == months
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])


@given(DAYS, some.integers(0, 1000), MONTHS)
def test_who_confirms_later_is_asked_no_earlier(day, days, months):
    """The later the confirmation, the later the day on which it is due again."""
    after = date.fromordinal(day.toordinal() + days)
    assert months_later(day, months) <= months_later(after, months)


@pytest.mark.parametrize(
    ("digest", "today", "months", "expected"),
    [
        ("seen", date(2026, 11, 22), 12, "confirmed"),
        ("seen", date(2027, 11, 21), 12, "confirmed"),
        ("seen", date(2027, 11, 22), 12, "due"),
        ("seen", date(2026, 12, 22), 1, "due"),
        ("changed", date(2026, 11, 22), 12, "due"),
    ],
)
def test_state(digest, today, months, expected):
    """Confirmed until the text changes or the months are over, and due from that day on."""
    state = LedgerState()
    state.confirmations["r", "hanna"] = Confirmation(MOMENT, "seen")
    stands = standing(state, Role("r", "R", confirm_every=months), "hanna", digest, today)
    assert (stands.state, stands.confirmed_at) == (expected, MOMENT)


def test_whoever_never_confirmed():
    """Without a confirmation the state is never, whatever the text."""
    stands = standing(LedgerState(), Role("r", "R"), "hanna", "seen", date(2026, 11, 22))
    assert stands == Standing(state="never")


@pytest.mark.parametrize(
    ("until", "ended"),
    [(None, None), (date(2026, 11, 22), None), (date(2026, 11, 21), date(2026, 11, 21))],
)
def test_a_term_that_is_over(until, ended):
    """A term is over once its last day is; one without a last day never is."""
    state = LedgerState()
    state.terms["r", "hanna"] = Term(MOMENT, "rita", until)
    stands = standing(state, Role("r", "R"), "hanna", "seen", MOMENT.date())
    assert (stands.term, stands.term_ended) == (state.terms["r", "hanna"], ended)


@pytest.mark.parametrize("read", [True, False])
def test_what_is_not_known_before_the_ledger_is_read(read):
    """Until it has been read to its end, nothing is said: what comes later may change it."""
    declared, state = hub_of(), LedgerState()
    state.terms[ADMIN, "hanna"] = Term(MOMENT, "rita", date(2026, 1, 1))
    snapshot = Snapshot(declared, Roster(), state, MOMENT, ledger_read=read)
    known = snapshot.standing(declared.model.roles[ADMIN], "hanna") != Standing()
    assert known == read


def test_the_text_stands_for_what_a_holder_reads():
    """It changes with a duty's words and with the role's own, and with nothing else."""
    declared = hub_of()
    usual = duties_digest(declared.model, declared.model.roles[ADMIN])

    def text(**changes) -> str:
        changed = hub_of(**changes)
        return duties_digest(changed.model, changed.model.roles[ADMIN])

    def duty(**words) -> dict:
        responsibility = {"id": "oversee-access", **words}
        return {"areas": {"community-leadership": {"responsibilities": [responsibility]}}}

    groups = {"groups": ["hub-admins"]}
    assert text(contacts=[{"id": "a", "name": "A", "email": "a@a.example"}]) == usual
    assert text(roles={ADMIN: {"groups": ["others"], "confirm_every": 6}}) == usual
    assert text(**duty(topics=["door"])) == usual
    changed = {
        text(**duty(title="Doors")),
        text(**duty(description="Open the doors.")),
        text(**duty(performed_by=[])),
        text(roles={ADMIN: {**groups, "summary": "Opens doors."}}),
        text(roles={ADMIN: {**groups, "title": "Porter"}}),
    }
    assert len(changed | {usual}) == 6


@pytest.mark.parametrize(
    ("viewer", "text", "code"),
    [
        (Viewer("uwe"), "", "not_allowed"),
        (Viewer("hanna", groups=frozenset({"hub-admins"}), kind="service"), "", "not_allowed"),
        (Viewer("hanna", groups=frozenset({"hub-admins"})), "0" * 16, "stale"),
    ],
)
async def test_who_cannot_confirm(declared, viewer, text, code):
    """Nobody confirms a role that they don't hold, nor a text that has changed since."""
    role = declared.model.roles[ADMIN]
    with pytest.raises(RefusedError) as caught:
        await confirm(
            None, Rules(declared), None, viewer, role, text or duties_digest(declared.model, role)
        )
    assert caught.value.code == code


async def test_what_is_recorded(declared, tmp_path):
    """With its holder, the role and the text that they saw; again on another day, not before."""
    hanna = Viewer("hanna", groups=frozenset({"hub-admins"}), created="2026-01-01T00:00:00")
    role, days = declared.model.roles[ADMIN], [0]
    digest = duties_digest(declared.model, replace(role))

    def now() -> datetime:
        return datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc) + timedelta(days=days[0])

    ledger = Ledger(Store(f"sqlite:///{tmp_path}/ledger.sqlite"), now)

    async def confirms(viewer: Viewer) -> Entry:
        return await confirm(ledger, Rules(declared), now, viewer, role, digest)

    entry = await confirms(hanna)
    assert (entry.event, entry.actor, entry.person) == ("confirmation", "hanna", "hanna")
    assert (entry.role, entry.facts) == (ADMIN, {"duties_digest": digest})
    assert await confirms(hanna) == entry
    assert ledger.state.number == 1
    made_again = replace(hanna, created="2026-11-22T11:00:00")
    assert (await confirms(made_again)).number == 2
    days[0] = 1
    assert (await confirms(hanna)).number == 3
    await ledger.close()
