"""What the service does by itself, as far as no hub is needed for it."""

from __future__ import annotations

import logging
from datetime import date
from types import SimpleNamespace

from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.watch import Watch


def test_the_log_says_where_the_ledger_ends(caplog):
    """Once it has been read, and once a day from then on."""
    state = LedgerState()
    state.number, state.digest = 120, "ab" * 32
    snapshot = SimpleNamespace(ledger_read=False, ledger_state=state, today=date(2026, 11, 22))
    fakes, keeper = [None] * 6, SimpleNamespace(current=snapshot)
    watch = Watch(*fakes, keeper, *[None] * 5, 1, 60, 15)
    caplog.set_level(logging.INFO)
    watch._log_end()
    assert caplog.messages == []
    snapshot.ledger_read = True
    for _ in range(3):
        watch._log_end()
    assert caplog.messages == [f"The ledger ends at entry 120: {'ab' * 32}"]
    snapshot.today = date(2026, 11, 23)
    watch._log_end()
    assert len(caplog.messages) == 2
