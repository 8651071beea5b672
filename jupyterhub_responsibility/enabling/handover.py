"""How `enable`, in the hub's configuration, hands its options over to the service.

One JSON object in the environment of the service; its keys are the names of the service's
settings. It holds no secret: the token comes from the hub in a variable of its own.
"""

from __future__ import annotations

import json
import os
from typing import Any

from ..domain.configured import Configured, read
from ..errors import ConfigurationError

VARIABLE = "JUPYTERHUB_RESPONSIBILITY"
DATABASE_VARIABLE = "JUPYTERHUB_RESPONSIBILITY_DATABASE"
"""The address of the ledger's database has a variable of its own: it may hold a password."""

CONFIGURED_VARIABLE = "JUPYTERHUB_RESPONSIBILITY_CONFIGURED"
"""How the hub is configured has one too: it is known only when the hub starts the service."""

LOOK_VARIABLE = "JUPYTERHUB_RESPONSIBILITY_LOOK"
"""So has what the hub looks like, for the same reason; it leaves the declaration its room."""

DEFAULT_DATABASE = "sqlite:///jupyterhub-responsibility.sqlite"

MAX_VARIABLE_BYTES = 120_000
"""Linux limits one variable of the environment to 128 KiB."""


def hand_over(**options: Any) -> dict[str, str]:
    """The environment that carries options to the service.

    Raises ConfigurationError where they don't fit.
    """
    text = json.dumps(options, separators=(",", ":"))  # ASCII: any locale can carry it
    if len(text) > MAX_VARIABLE_BYTES:
        raise ConfigurationError(
            f"the declaration takes {len(text):,} bytes, and only {MAX_VARIABLE_BYTES:,} can be"
            " handed to a service of the hub. Run the service on its own (external=True), where"
            " it reads the file itself."
        )
    return {VARIABLE: text}


def handed_over() -> dict[str, Any]:
    """The options that `enable` and the hub handed over; empty where a service runs on its own."""
    return {**_options(VARIABLE), **_options(LOOK_VARIABLE)}


def _options(variable: str) -> dict[str, Any]:
    options = json.loads(os.environ.get(variable) or "{}")
    return options if isinstance(options, dict) else {}


def hub_says() -> Configured | None:
    """How the hub says that it is configured; None where it didn't start this service."""
    return read(os.environ.get(CONFIGURED_VARIABLE, ""))
