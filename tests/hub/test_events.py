"""Events that a running service emits."""

from __future__ import annotations

import json

from traitlets.config import Application, Config

from jupyterhub_responsibility.service.events import emitter

from ..realhub import RealHub


def test_each_entry_is_emitted(tmp_path):
    """A handler that the operator configures gets what is written to the ledger."""
    log = tmp_path / "events.log"
    config = tmp_path / "service_config.py"
    config.write_text(f"import logging\nc.EventLogger.handlers = [logging.FileHandler('{log}')]\n")
    settings = ("--Settings.roster_seconds=1", f"--config={config}")
    with RealHub(tmp_path, settings=settings) as hub:
        hub.put_in_group("hub-admins", "hanna")
        hub.wait_for(lambda: log.exists() and "hanna" in log.read_text())
        events = [json.loads(line) for line in log.read_text().splitlines()]
        assert [event["number"] for event in events] == list(range(1, len(events) + 1))
        assert set(events[-1]["details"]) == {"after", "change", "created"}
        assert events[-1]["details"]["change"] == "joined"
        assert (events[-1]["person"], events[-1]["actor_kind"]) == ("hanna", "hub")


def test_what_cannot_be_emitted_ends_nothing(caplog):
    """A service that ended at its start would end the hub: the log has it, and it goes on."""
    for wrong in ({"handlers": ["no handler"]}, {"handlers": lambda: 1 / 0}):
        caplog.clear()
        emitter(Application(config=Config(EventLogger=wrong)))(None)
        assert "not emitted as events" in caplog.text
