"""The metrics: what each says, what is absent while it cannot be told, and what none may hold."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse

from jupyterhub_responsibility.coverage import KINDS, Gap, Step, coverage
from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.declaration.keeper import InForce
from jupyterhub_responsibility.domain.accounts import Accounts
from jupyterhub_responsibility.domain.configured import Configured
from jupyterhub_responsibility.domain.model import Roster
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.metrics import METRICS, REQUESTS, Measured, Metrics
from jupyterhub_responsibility.service.routes import ROUTES

from ..prometheus import promtool

NOW = datetime(2026, 11, 22, 10, 43, tzinfo=timezone.utc)
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


@pytest.fixture
def measured(declared, roster) -> Measured:
    """A hub of which everything is known."""
    accounts = Accounts(NOW - timedelta(hours=1))
    configured = Configured({}, open_to_users=True)
    roster = replace(roster, group_roles={})
    return of(
        Snapshot(declared, roster, LedgerState(), NOW, accounts=accounts, configured=configured)
    )


def of(snapshot: Snapshot) -> Measured:
    return Measured(snapshot, coverage(snapshot), 7, 2, 1.5, 0, 0, InForce(snapshot.declaration))


def untold(measured: Measured) -> Measured:
    """The same hub, while nothing but its declaration could be read."""
    snapshot = replace(measured.snapshot, roster=Roster(trouble="down"), accounts=Accounts())
    return of(replace(snapshot, ledger_read=False, configured=None))


def read(measured: Measured, metrics: Metrics | None = None) -> dict[tuple, float]:
    """Every value, by the name of its metric and its labels."""
    text, _ = (metrics or Metrics(lambda: measured)).text("")
    return {
        (sample.name, *sample.labels.values()): sample.value  # labels come in alphabetical order
        for family in parse(text.decode())
        for sample in family.samples
    }


def test_every_metric_of_the_table_is_there(measured):
    """The table is what is exported: each metric with its type and its help."""
    text = Metrics(lambda: measured).text("")[0].decode()
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    assert types == {metric.name: metric.kind for metric in METRICS}
    for metric in METRICS:
        assert f"# HELP {metric.name} {metric.help}\n" in text


def test_the_names_are_as_is_usual(measured):
    """promtool finds nothing to object to, on a hub that has gaps and requests."""
    metrics = Metrics(lambda: with_gaps(measured, ("role-vacant", "hub-administrator", NOW)))
    metrics.took("GET", "/model", 200, 0.01)
    done = promtool("check", "metrics", stdin=metrics.text("")[0].decode())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_both_formats_say_the_same(measured):
    """A reader that asks for OpenMetrics gets it, well-formed, with the same values."""
    metrics = Metrics(lambda: measured)
    metrics.took("GET", "/model", 200, 0.01)
    text, kind = metrics.text(OPENMETRICS)
    assert kind.startswith("application/openmetrics-text")
    samples = [each for family in parse_openmetrics(text.decode()) for each in family.samples]
    found = {(each.name, *each.labels.values()): each.value for each in samples}
    assert found == read(measured, metrics)


def test_sites_have_their_own(measured):
    """Two sites in one process don't count for each other."""
    one, other = Metrics(lambda: measured), Metrics(lambda: measured)
    one.took("GET", "/model", 200, 0.01)
    name = f"{REQUESTS.name}_count"
    assert (name, "GET", "/model", "2xx") in read(measured, one)
    assert (name, "GET", "/model", "2xx") not in read(measured, other)


# -- gaps and holders


def test_kinds_without_a_gap_are_zero(measured):
    """Each kind that can be told is there, so that an alert about it can end."""
    found = read(measured)
    gaps = {labels: value for (name, *labels), value in found.items() for labels in [tuple(labels)]
            if name == "responsibility_gaps"}  # fmt: skip
    assert set(gaps) == {(name, kind.urgency) for name, kind in KINDS.items()}
    assert gaps["role-vacant", "urgent"] == 2
    assert gaps["group-missing", "urgent"] == 0


def test_holders(measured):
    """Accounts and people without one count; a role that nobody holds has zero."""
    found = read(measured)
    assert found["responsibility_holders", "community-representative"] == 2
    assert found["responsibility_holders", "hub-administrator"] == 2
    assert found["responsibility_holders", "community-guide"] == 0


def test_the_providers_people_do_not_count(measured):
    """A role of the community that only they hold has no holder."""
    declaration = measured.snapshot.declaration
    provider = replace(declaration.provider, staff=("hanna", "rita"))
    people = {**declaration.people, "community-representative": ()}
    declaration = replace(declaration, provider=provider, people=people)
    found = read(of(replace(measured.snapshot, declaration=declaration)))
    assert found["responsibility_holders", "community-representative"] == 0
    assert found["responsibility_gaps", "held-by-provider-only", "urgent"] >= 1


def test_ages(measured):
    """How long ago roster and accounts were read."""
    found = read(measured)
    assert found["responsibility_roster_age_seconds",] == 53
    assert found["responsibility_accounts_age_seconds",] == 3600


def test_what_cannot_be_told_is_absent(measured):
    """With the declaration alone: only gaps and holders that follow from it; never a zero."""
    found = read(untold(measured))
    kinds = {labels[0] for name, *labels in found if name == "responsibility_gaps"}
    assert kinds == {name for name, kind in KINDS.items() if not kind.sources}
    assert "role-vacant" not in kinds
    holders = {labels[0] for name, *labels in found if name == "responsibility_holders"}
    assert holders == {"site-reliability-engineer", "community-guide"}  # no group, so no roster
    gone = {"roster_age_seconds", "accounts_age_seconds", "ledger_entries_total"}
    gone = {f"responsibility_{name}" for name in gone}
    assert not gone & {name for name, *_ in found}
    assert gone <= {name for name, *_ in read(measured)}
    assert found["responsibility_unchecked",] == len(untold(measured).coverage.unchecked) >= 2


def with_gaps(measured: Measured, *gaps: tuple) -> Measured:
    """The same hub with other gaps, each a kind, what it is about, and since when."""
    made = tuple(
        Gap(kind, about, "", "", Step(""), since, person="ada") for kind, about, since in gaps
    )
    return replace(measured, coverage=replace(measured.coverage, gaps=made))


def since(measured: Measured) -> dict[tuple, float]:
    name = "responsibility_gap_since_timestamp_seconds"
    return {tuple(labels): value for (found, *labels), value in read(measured).items()
            if found == name}  # fmt: skip


def test_since_when_there_is_a_gap(measured):
    """A moment, or the beginning of a day; nothing where it is not known; the oldest of several."""
    begun = NOW - timedelta(days=3)
    hub = with_gaps(
        measured,
        ("role-vacant", "community-representative", begun),
        ("role-vacant", "community-guide", None),
        ("contact-past-review", "help-desk", date(2026, 11, 20)),
        ("term-ended", "hub-administrator", date(2026, 11, 3)),
        ("term-ended", "hub-administrator", date(2026, 11, 2)),
        ("term-ended", "hub-administrator", date(2026, 11, 4)),
    )
    assert since(hub) == {
        ("community-representative", "role-vacant"): begun.timestamp(),
        ("help-desk", "contact-past-review"): datetime(
            2026, 11, 20, tzinfo=timezone.utc
        ).timestamp(),
        ("hub-administrator", "term-ended"): datetime(2026, 11, 2, tzinfo=timezone.utc).timestamp(),
    }


def test_since_when_a_gap_was_noticed(measured):
    """Where it is not known when a gap began, it is there since it was noticed."""
    hub = with_gaps(
        measured, ("role-vacant", "community-guide", None), ("page-closed", "user", NOW)
    )
    noticed = NOW - timedelta(days=2)
    gaps = tuple(replace(gap, noticed=noticed) for gap in hub.coverage.gaps)
    assert since(replace(hub, coverage=replace(hub.coverage, gaps=gaps))) == {
        ("community-guide", "role-vacant"): noticed.timestamp(),
        ("", "page-closed"): NOW.timestamp(),
    }


def test_a_gap_about_an_account_names_nobody(measured):
    """What a gap is about is a label only where it is an id of the declaration."""
    old = NOW - timedelta(days=9)
    hub = with_gaps(measured, ("single-holder", "ada", NOW), ("single-holder", "zoë@reef", old))
    assert since(hub) == {("", "single-holder"): old.timestamp()}
    assert read(hub)["responsibility_gaps", "single-holder", "soon"] == 2


def test_since_when_is_absent_while_it_cannot_be_told(measured):
    """A gap that may be over is not said to have begun."""
    hub = untold(measured)
    gaps = with_gaps(measured, ("role-vacant", "community-guide", NOW)).coverage.gaps
    assert since(replace(hub, coverage=replace(hub.coverage, gaps=gaps))) == {}


def test_no_name_of_anybody_is_in_them(measured):
    """Labels hold ids and words of ours: no account, no group, no person, no address."""
    metrics = Metrics(lambda: measured)
    metrics.took("GET", f"/{ROUTES[3].path}", 200, 0.01)
    values = {word for _, *labels in read(measured, metrics) for word in labels}
    assert "community-representative" in values
    assert "/roles/<role>" in values
    for private in ("hanna", "rita", "hub-admins", "community-reps", "Marlow", "reef", "crew"):
        assert not any(private in value for value in values)


# -- requests


def test_requests_by_address(measured):
    """Each is counted with its method, address and class of status, and how long it took."""
    metrics = Metrics(lambda: measured)
    metrics.took("GET", "/model", 200, 0.2)
    metrics.took("GET", "/model", 204, 0.4)
    metrics.took("PROPFIND", "other", 405, 0.01)
    metrics.took("MADE-UP", "other", 404, 0.01)
    found, name = read(measured, metrics), REQUESTS.name
    assert found[f"{name}_count", "GET", "/model", "2xx"] == 2
    assert found[f"{name}_sum", "GET", "/model", "2xx"] == pytest.approx(0.6)
    assert found[f"{name}_bucket", "0.25", "GET", "/model", "2xx"] == 1
    assert found[f"{name}_count", "other", "other", "4xx"] == 2
    assert not any(key[0].endswith("_created") for key in found)
