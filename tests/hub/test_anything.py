"""People do anything at all on a real hub: what is said stays so, and nothing else is changed."""

from __future__ import annotations

import pytest

from . import anything


@pytest.mark.timeout(400)
def test_anything_in_any_order(tmp_path):
    """Some dozens of steps each time; `make anything` takes two thousand."""
    anything.play(tmp_path, examples=2, steps=25)
