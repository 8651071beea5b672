"""The site: everything that handlers share, put together once by `app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from jupyterhub.services.auth import HubOAuth

from ..changes.appointments import Appointments
from ..changes.asking import Asking
from ..changes.forgetting import Forgetting
from ..changes.keeping import Keeping
from ..changes.reach import Reachable
from ..changes.requests import Requests
from ..changes.telling import Telling
from ..changes.users import NewUsers
from ..coverage.snapshot import Snapshot
from ..declaration.keeper import DeclarationKeeper
from ..domain.finder import Finder, Finders
from ..domain.messages import TransportName
from ..domain.model import Declaration, Viewer
from ..hub.api import HubAPI
from ..hub.directory import Directory
from ..hub.roster import RosterKeeper
from ..ledger.accounts import made_at
from ..ledger.entry import Entry
from ..ledger.sentences import sentence
from ..storage.ledger import Ledger
from .api_types import Document
from .limits import Guesses, Limiter
from .metrics import Measured, Metrics
from .rendering import Renderer
from .selfcheck import SelfCheck
from .settings import Settings
from .snapshots import SnapshotKeeper
from .watch import Watch


@dataclass
class Site:
    """One hub's responsibilities, ready to be served. `home` is the path of our pages."""

    home: str
    settings: Settings
    declared: DeclarationKeeper
    auth: HubOAuth
    api: HubAPI
    roster: RosterKeeper
    ledger: Ledger
    appointments: Appointments
    requests: Requests
    new_users: NewUsers
    forgetting: Forgetting
    reachable: Reachable
    keeping: Keeping
    telling: Telling
    asking: Asking
    snapshots: SnapshotKeeper
    watch: Watch
    self_check: SelfCheck
    renderer: Renderer
    finders: Finders
    directory: Directory
    limiter: Limiter
    look_ups: Limiter
    guesses: Guesses
    api_document: Callable[[], Document]
    now: Callable[[], datetime]
    started_at: datetime
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.measured)

    @property
    def declaration(self) -> Declaration:
        """The declaration, as it is in force."""
        return self.declared.current.declaration

    @property
    def finder(self) -> Finder:
        """The index of what somebody may ask about."""
        return self.finders(self.declaration)

    @property
    def snapshot(self) -> Snapshot:
        """What is known of the hub, at this moment."""
        return self.snapshots.current

    def known(self, viewer: Viewer) -> Viewer:
        """Somebody with when their account was made, as far as anything knows."""
        created = viewer.created or made_at(self.snapshot.accounts.found.get(viewer.name))
        return replace(viewer, created=created)

    def said(self, entry: Entry) -> str:
        """What an entry of the ledger says to people."""
        return sentence(entry, self.declaration.model, self.snapshot.names)

    def waiting(self) -> dict[TransportName, int]:
        """How many messages wait, by what they go through, where that is set up."""
        waiting = self.telling.figures.waiting
        return {name: waiting.get(name, 0) for name in sorted(self.telling.transports)}

    def measured(self) -> Measured:
        """What the metrics are made of, at this moment; asks nobody."""
        snapshot = self.snapshot
        return Measured(
            snapshot=replace(snapshot, roster=self.roster.current, now=self.now()),
            coverage=snapshot.coverage,
            hub_calls=self.api.calls,
            hub_failures=self.api.failures,
            hub_seconds=self.api.seconds,
            failing=len(self.watch.troubles),
            faults=len(self.self_check.faults()),
            declared=self.declared.current,
            waiting=self.waiting(),
            sent=self.telling.sent,
            links=self.guesses.tried,
        )
