"""Whatever happens on a hub by other ways than through this service: what is said is so."""

from __future__ import annotations

import pytest

from . import scenario
from .scenario import PLAYS

QUICK = (
    "--Settings.roster_seconds=1",
    "--Settings.accounts_seconds=1",
    "--Settings.identity_seconds=1",
)
ROUNDS = 3
"""Seconds in which that service looks at everything again."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("stages", "managed"), PLAYS.values(), ids=PLAYS.keys())
def test_what_is_said_is_so(tmp_path, stages, managed):
    """After each change, panel, pages of roles and API say exactly what is true, and never more."""
    found = list(scenario.play(tmp_path, QUICK, ROUNDS, stages, managed))
    for each in found:
        print(f"{each.seconds:6.1f} s  {each.change}")
    assert not {each.change: each.wrong for each in found if each.wrong}
