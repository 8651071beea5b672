"""What the command line answers with, and how it prints."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any, Protocol

CLEAN, FAULTS, FAILED = 0, 1, 2
"""Exit status: as it should be; faults or gaps; it could not be done, or told."""

SPELT_OUT = "backslashreplace"
"""What becomes of damaged text in UTF-8."""


def print_utf8(lines: Iterable[str]) -> None:
    """Print what has an encoding of its own, whatever the terminal speaks; damaged text spelt out."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=SPELT_OUT)
    sys.stdout.writelines(lines)
    sys.stdout.flush()


class Commands(Protocol):
    """Where a module adds its commands."""

    def add_parser(self, name: str, **options: Any) -> ArgumentParser:
        """One more command."""
