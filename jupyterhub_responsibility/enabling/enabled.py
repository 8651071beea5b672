"""What `enable` was called with, as it travels in the hub's configuration until the hub starts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from traitlets.config import Config

from ..declaration import dump
from ..domain.access import UserManagement
from ..domain.model import Declaration
from ..errors import ConfigurationError

SECTION = "JupyterHubResponsibility"
"""The section of the configuration that holds it: nobody else's, so that no assignment of a list
in any file, before or after, erases it."""

SECRET = frozenset({"api_token", "database_url"})
"""Options that no message repeats."""


@dataclass(frozen=True)
class Options:
    """The options of `enable`."""

    service_name: str
    url: str
    command: list[str] | None
    external: bool
    api_token: str | None
    templates: bool
    user_management: UserManagement
    database_url: str


@dataclass(frozen=True, repr=False)
class Enabled:
    """One call of `enable`."""

    declaration: Declaration
    options: Options

    def __repr__(self) -> str:
        """As `--show-config` prints it: without secrets."""
        return f"enable({self.declaration.source or 'a dict'})"

    @property
    def key(self) -> str:
        """Stands for everything that was said: two calls with the same key say the same."""
        said = [dump(self.declaration), asdict(self.options)]
        digest = sha256(json.dumps(said, sort_keys=True, default=str).encode())
        return f"enabled_{digest.hexdigest()[:16]}"


def remember(c: Config, enabled: Enabled) -> None:
    """Keep a call for the hub's start. Raises ConfigurationError where another says otherwise."""
    there = c[SECTION]
    the_one([*there.values(), enabled])
    there[enabled.key] = enabled


def remembered(config: Any) -> Enabled | None:
    """The call that a hub's whole configuration holds; None if there was none.

    Raises ConfigurationError where there were several that say different things.
    """
    return the_one(config[SECTION].values()) if SECTION in config else None


def the_one(calls: Iterable[Enabled]) -> Enabled | None:
    """The one thing that calls say."""
    different = list({call.key: call for call in calls}.values())
    if len(different) > 1:
        one, other = different[0], different[-1]
        changed = [
            each.name
            for each in fields(Options)
            if getattr(one.options, each.name) != getattr(other.options, each.name)
        ]
        raise ConfigurationError(
            f"enable() was called before, with {_call(one, changed)}, and now with"
            f" {_call(other, changed)}. A hub has one declaration: keep one of the calls"
        )
    return different[0] if different else None


def _call(enabled: Enabled, names: list[str]) -> str:
    """A call in words, without its secrets."""
    options = (
        f"its own {name}" if name in SECRET else f"{name}={getattr(enabled.options, name)!r}"
        for name in names
    )
    return ", ".join((enabled.declaration.source or "a dict", *options))
