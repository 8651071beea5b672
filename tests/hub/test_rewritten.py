"""A ledger that somebody writes anew under the running service."""

from __future__ import annotations

from ..ledger.tampering import directly, rewrite
from ..realhub import RealHub
from .acting import QUICK, Person, code

FILE = "jupyterhub-responsibility.sqlite"
ADMINISTRATOR = "hub-administrator"


def test_a_rewritten_ledger_is_noticed(tmp_path):
    """It is said on the panel, in `healthz` and the metrics; pages open, nothing is changed, and
    all is well once the ledger is as it was."""
    with RealHub(tmp_path, settings=QUICK) as hub:
        hub.with_holders()
        rita, root = Person(hub, "rita"), Person(hub, "root")
        assert rita.appoint(ADMINISTRATOR, "uwe").status_code == 200
        second = root.get("api/ledger?before=3").json()["entries"][0]
        database = f"sqlite:///{hub.folder / FILE}"
        directly(database, rewrite(2, group="nobodys"), armed=False)
        hub.wait_for(lambda: "was rewritten" in (hub.health()["ledger"]["trouble"] or ""))
        assert hub.health()["status"] == "degraded"
        assert hub.health()["faults"] >= 1
        refused = rita.withdraw(ADMINISTRATOR, "uwe")
        assert (refused.status_code, code(refused)) == (503, "no_ledger")
        assert "uwe" in hub.api("GET", "groups/hub-admins").json()["users"]
        panel = root.get("admin")
        assert (panel.status_code, "The ledger was rewritten" in panel.text) == (200, True)
        assert rita.get("ledger").status_code == 200
        directly(database, rewrite(2, group=second["group"] or ""), armed=False)
        hub.wait_for(lambda: not hub.health()["ledger"]["trouble"])
        assert rita.withdraw(ADMINISTRATOR, "uwe").status_code == 200
        assert "The ledger ends at entry " in hub.log()
