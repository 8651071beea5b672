"""Each entry of the ledger as an event of `jupyter_events`, where handlers are configured."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from traitlets.config import Application

from ..ledger.entry import Entry
from ..ledger.kinds import SCHEMA_ID, event_schema

if TYPE_CHECKING:
    from jupyter_events import EventLogger

log = logging.getLogger(__name__)


def emitter(app: Application) -> Callable[[Entry], None]:
    """What to call with each entry; does nothing unless `EventLogger` is configured."""
    if "EventLogger" not in app.config:
        return lambda _: None
    try:
        logger = _logger(app)
    except Exception:  # whatever is wrong with it: a service that ends takes the hub along
        log.exception("Entries are not emitted as events: EventLogger cannot be used")
        return lambda _: None

    def emit(entry: Entry) -> None:
        try:
            logger.emit(schema_id=SCHEMA_ID, data=event_of(entry))
        except Exception:  # whatever a handler may raise: the entry is written already
            log.exception("The event of entry %d could not be emitted", entry.number)

    return emit


def _logger(app: Application) -> EventLogger:
    """Loading jupyter_events takes as long as everything else together."""
    from jupyter_events import EventLogger

    logger = EventLogger(parent=app)
    logger.register_event_schema(event_schema())
    return logger


def event_of(entry: Entry) -> dict[str, object]:
    """An entry as the schema has it."""
    return {
        "number": entry.number,
        "at": entry.at,
        "event": entry.event,
        "actor": entry.actor,
        "actor_kind": entry.actor_kind,
        "role": entry.role,
        "group": entry.group,
        "person": entry.person,
        "intent": entry.intent,
        "details": entry.facts,
        "digest": entry.digest,
    }
