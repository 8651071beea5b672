"""Thousands of open requests: pages stay short, and say how many more there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from jupyterhub_responsibility.coverage.snapshot import Snapshot
from jupyterhub_responsibility.domain.model import Viewer
from jupyterhub_responsibility.ledger.chain import BEGINNING, write
from jupyterhub_responsibility.ledger.entry import Draft
from jupyterhub_responsibility.ledger.state import LedgerState
from jupyterhub_responsibility.service.pages.parts import request_lines
from jupyterhub_responsibility.service.templating import Templates

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=timezone.utc)
RITA = Viewer("rita", groups=frozenset({"community-reps"}))


@pytest.fixture
def snapshot(declared, roster) -> Snapshot:
    """Ten thousand people ask to become Hub Administrators."""
    state = LedgerState()
    for number in range(1, 10_001):
        draft = Draft(
            "request",
            f"user-{number}",
            role="hub-administrator",
            group="hub-admins",
            person=f"user-{number}",
            details={"expires": "2026-12-22"},
        )
        state.read(write(draft, number, BEGINNING, NOW))
    return Snapshot(declared, roster, state, NOW)


def test_the_oldest_are_shown(snapshot):
    """The first fifty can be answered, and the page says that there are more."""
    lines = request_lines(snapshot, RITA, "hub-administrator")
    assert len(lines) == 10_000
    macros = Templates([], {})._environment.get_template("responsibility-macros.html").module
    html = macros.requests(lines, "/", "", {})
    assert html.count('value="approved"') == 50
    assert "user-50<" in html
    assert "user-51<" not in html
    assert "9,950 more" in html


def test_each_sees_their_own(snapshot):
    """Somebody without a role sees what they asked, and a service of the same name doesn't."""
    user = Viewer("user-7")
    assert [line.request.number for line in request_lines(snapshot, user)] == [7]
    assert not request_lines(snapshot, replace(user, kind="service"))
