"""A declaration that is no file: what a configuration, or the values of a Helm chart, hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .source import short

SAYS_NONE = {"accountable"}
"""Keys at which null is a value of its own."""


def plain(value: Any) -> Any:
    """Configuration objects (traitlets, Helm values) as plain dicts and lists.

    A key at which there is null is left out: with null, a file of values takes away what another
    one sets.
    """
    if isinstance(value, Mapping):
        return {
            key: plain(item) for key, item in value.items() if item is not None or key in SAYS_NONE
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def no_file(declared: Any) -> str:
    """What is wrong with a declaration that is neither values nor the name of a file, or ""."""
    if declared is None:
        return (
            "the declaration is None: there are no such values. Set them, such as"
            " custom.responsibilities in the values of the Helm chart, or give a file"
        )
    if isinstance(declared, str) and "\n" in declared:
        return (
            f"the declaration is a text with several lines ('{short(declared)}'): give the name"
            " of a file, or keys with values (without '|' after the key above them)"
        )
    if not isinstance(declared, str | Path) or declared == "":
        return f"the declaration is {short(repr(declared))}: give a file, or keys with values"
    return ""
