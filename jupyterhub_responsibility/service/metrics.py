"""What Prometheus reads: one table of metrics, and the registry of a site that shows them.

A metric that cannot be told at the moment is absent, never zero. Labels hold ids of the
declaration, names and lines of its files, addresses of the route table and words of ours: no
account, group or person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from math import inf
from typing import Literal

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from .._version import __version__
from ..coverage import KINDS, Coverage
from ..coverage.snapshot import Snapshot
from ..declaration.keeper import InForce
from ..domain.messages import TransportName

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
"""A made-up method doesn't become a metric."""


@dataclass(frozen=True)
class Measured:
    """What is known of a site at the moment of its `facts`."""

    snapshot: Snapshot
    coverage: Coverage
    hub_calls: int
    hub_failures: int
    hub_seconds: float
    failing: int
    faults: int
    declared: InForce
    waiting: Mapping[TransportName, int] = field(default_factory=dict)
    sent: Mapping[TransportName, int] = field(default_factory=dict)


Samples = Iterable[tuple[tuple[str, ...], float]]
"""Values, each with those of its labels."""


@dataclass(frozen=True)
class Metric:
    """A metric; `read` finds its values, unless they are counted as requests are answered."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    read: Callable[[Measured], Samples] | None = None


def _gaps(now: Measured) -> Samples:
    told = now.coverage.told
    counts = {(name, kind.urgency): 0 for name, kind in KINDS.items() if name in told}
    found = Counter((gap.kind, gap.urgency) for gap in now.coverage.gaps if gap.kind in told)
    return {**counts, **found}.items()


def _since(now: Measured) -> Samples:
    declaration = now.snapshot.declaration
    ids = {contact.id for contact in declaration.contacts}.union(declaration.model.titles())
    oldest: dict[tuple[str, ...], float] = {}
    for gap in now.coverage.gaps:
        since = gap.since or gap.noticed
        if since and gap.kind in now.coverage.told:
            labels = (gap.kind, gap.about if gap.about in ids else "")
            oldest[labels] = min(_timestamp(since), oldest.get(labels, inf))
    return oldest.items()


def _timestamp(when: datetime | date) -> float:
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(), timezone.utc)
    return when.timestamp()


def _holders(now: Measured) -> Samples:
    for role, role_holders in now.snapshot.holders_by_role.items():
        counted = len(now.snapshot.counted(role_holders))
        if role_holders.known and (counted or not now.snapshot.countable(role_holders)):
            yield (role,), counted


def _unchecked_holders(now: Measured) -> Samples:
    for role, role_holders in now.snapshot.holders_by_role.items():
        if role_holders.known and role_holders.on_hub:
            yield (role,), len(role_holders.holders) - len(role_holders.certain)


def _age(now: Measured, read_at: datetime | None) -> Samples:
    return _if_known((now.snapshot.now - read_at).total_seconds() if read_at else None)


def _entries(now: Measured) -> Samples:
    return _if_known(now.snapshot.ledger_state.number if now.snapshot.ledger_read else None)


def _wrong_since(now: Measured) -> Samples:
    since = now.declared.since
    first = now.declared.where[:1]  # a file that is no declaration at all has hundreds
    return [((file, str(line or "")), since.timestamp()) for file, line in first if since]


def _if_known(value: float | None) -> Samples:
    return [] if value is None else [((), value)]


REQUESTS = Metric(
    "responsibility_request_duration_seconds",
    "histogram",
    "How long requests took, in seconds, by method, address (`other`: not one of ours) and class of"
    " status",
    ("method", "route", "status"),
)

METRICS = (
    Metric(
        "responsibility_gaps",
        "gauge",
        "Number of gaps, for each kind that can be checked",
        ("kind", "urgency"),
        _gaps,
    ),
    Metric(
        "responsibility_gap_since_timestamp_seconds",
        "gauge",
        "When a gap began, or, where that is not known, when it was noticed, in seconds"
        " since 1970; `about` is the id of a role, a responsibility or a contact. For gaps about"
        " anything else there is only the oldest of each kind, without `about`",
        ("kind", "about"),
        _since,
    ),
    Metric(
        "responsibility_holders",
        "gauge",
        "Number of holders of a role, where known; for a role of the community, without people"
        " from the provider. Holders of whom it could not be checked whether they still hold it are"
        " not counted; if there are no others, it is absent",
        ("role",),
        _holders,
    ),
    Metric(
        "responsibility_holders_unchecked",
        "gauge",
        "Number of holders of a role of whom it could not be checked whether they still hold it:"
        " the login service decides, and they have not been seen for a long time",
        ("role",),
        _unchecked_holders,
    ),
    Metric(
        "responsibility_unchecked",
        "gauge",
        "Things that could not be checked; the panel lists them",
        read=lambda now: _if_known(len(now.coverage.unchecked)),
    ),
    Metric(
        "responsibility_roster_age_seconds",
        "gauge",
        "How long ago the hub last said who is in its groups, in seconds; absent where that is not"
        " known. Where the login service decides, a holder's own age is that of their last login",
        read=lambda now: _age(now, now.snapshot.roster.read_at),
    ),
    Metric(
        "responsibility_accounts_age_seconds",
        "gauge",
        "How long ago the last whole reading of all accounts began, in seconds; absent where there"
        " was none",
        read=lambda now: _age(now, now.snapshot.accounts.read_at),
    ),
    Metric(
        "responsibility_hub_calls_total",
        "counter",
        "Calls to the hub's API, except those that ask who somebody is",
        read=lambda now: _if_known(now.hub_calls),
    ),
    Metric(
        "responsibility_hub_call_failures_total",
        "counter",
        "Calls to the hub's API without a usable answer",
        read=lambda now: _if_known(now.hub_failures),
    ),
    Metric(
        "responsibility_hub_call_seconds_total",
        "counter",
        "How long the calls to the hub's API took together, in seconds",
        read=lambda now: _if_known(now.hub_seconds),
    ),
    REQUESTS,
    Metric(
        "responsibility_ledger_entries_total",
        "counter",
        "Entries of the ledger; absent until it has been read",
        read=_entries,
    ),
    Metric(
        "responsibility_messages_waiting",
        "gauge",
        "Messages that have not been sent yet, those for the next digest included; absent where"
        " no messages are sent",
        ("transport",),
        lambda now: (((name,), number) for name, number in now.waiting.items()),
    ),
    Metric(
        "responsibility_messages_sent_total",
        "counter",
        "Messages that this process has sent; a digest is one",
        ("transport",),
        lambda now: (((name,), now.sent[name]) for name in now.waiting),
    ),
    Metric(
        "responsibility_failing_tasks",
        "gauge",
        "Background tasks of the service that are failing; `healthz` names them",
        read=lambda now: _if_known(now.failing),
    ),
    Metric(
        "responsibility_setup_faults",
        "gauge",
        "Faults in the configuration, which JupyterHub admins see as notes on the pages",
        read=lambda now: _if_known(now.faults),
    ),
    Metric(
        "responsibility_declaration_wrong_timestamp_seconds",
        "gauge",
        "Since when the declaration's file can't be used as it is, and what it said before is in"
        " force, in seconds since 1970, with the first place at which something is wrong (`line` is"
        " empty where it is the whole file); absent while it can be used",
        ("file", "line"),
        _wrong_since,
    ),
    Metric(
        "responsibility_declaration_waiting",
        "gauge",
        "Parts of the declaration that were changed and need a restart of the hub",
        read=lambda now: _if_known(len(now.declared.waiting)),
    ),
    Metric(
        "responsibility_build_info",
        "gauge",
        "Always 1; `version` is that of the service",
        ("version",),
        lambda _: [((__version__,), 1)],
    ),
)
"""Every metric there is."""

FAMILIES: dict[str, type[GaugeMetricFamily | CounterMetricFamily]] = {
    "gauge": GaugeMetricFamily,
    "counter": CounterMetricFamily,
}


class Metrics(Collector):
    """The metrics of one site; `measure` looks at it whenever somebody reads them."""

    def __init__(self, measure: Callable[[], Measured]) -> None:
        self._measure = measure
        self._took = Histogram(REQUESTS.name, REQUESTS.help, REQUESTS.labels, registry=None)
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def took(self, method: str | None, route: str, status: int, seconds: float) -> None:
        """Note how long a request took; `route` is of the route table."""
        known = method if method in METHODS else "other"
        self._took.labels(known, route, f"{status // 100}xx").observe(seconds)

    def collect(self) -> Iterator[Family]:
        """Every metric with its values now."""
        now = self._measure()
        for metric in METRICS:
            yield self._requests() if metric is REQUESTS else _family(metric, now)

    def _requests(self) -> Family:
        family: Family = next(iter(self._took.collect()))
        # when a series began would be one more metric for each, of which nobody makes use
        family.samples = [each for each in family.samples if not each.name.endswith("_created")]
        return family

    def text(self, accepted: str) -> tuple[bytes, str]:
        """Everything as text in a format that a reader accepts, and what that is called."""
        encode, kind = choose_encoder(accepted)
        return encode(self.registry), kind


def _family(metric: Metric, now: Measured) -> Family:
    family = FAMILIES[metric.kind](metric.name, metric.help, labels=metric.labels)
    for labels, value in metric.read(now) if metric.read else ():
        family.add_metric(labels, value)
    return family
