"""What the API says of contacts, people without an account, and links that are kept."""

from __future__ import annotations

from ..changes.keeping import Standing, all_standing, standing
from ..coverage.snapshot import Snapshot
from ..declaration.things import fields_of
from ..domain.kept import Key
from ..domain.model import Viewer
from ..ledger.entry import Entry
from ..text import iso
from . import api_types


def kept(snapshot: Snapshot, viewer: Viewer) -> api_types.Things:
    """`GET api/kept`: every contact, person without an account, and link."""
    return {"things": [_thing(snapshot, viewer, each) for each in all_standing(snapshot.laid)]}


def kept_change(
    snapshot: Snapshot, viewer: Viewer, key: Key, entry: Entry | None
) -> api_types.ThingChange:
    """What became of a change of one of them."""
    there = standing(snapshot.laid, key)
    return {
        "result": "done" if entry else "unchanged",
        "entry": entry.number if entry else None,
        "thing": _thing(snapshot, viewer, there) if there else None,
    }


def _thing(snapshot: Snapshot, viewer: Viewer, there: Standing) -> api_types.Thing:
    written = there.kept
    return {
        "kind": there.kind,
        "id": there.id,
        "role": there.role or None,
        "says": fields_of(there.current) if there.current else None,
        "declared": fields_of(there.declared) if there.declared else None,
        "written": fields_of(written.thing) if written and written.thing else None,
        "set_aside": written is not None and written.aside,
        "by": written.by or None if written else None,
        "at": iso(written.at) if written else None,
        "differs": there.why,
        "yours": snapshot.rules.may_keep(viewer, there.targets),
        "etag": there.tag,
    }
