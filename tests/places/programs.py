"""The servers of other people that the tests start."""

from __future__ import annotations

import shutil


def program(name: str) -> str:
    """Where it is; Debian doesn't put servers where everybody finds them."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        raise RuntimeError(f"{name} is missing: run 'make setup'")
    return found
