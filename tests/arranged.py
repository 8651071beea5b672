"""A hub at the moment at which it makes its roles: all that `enable` adds is there by then."""

from __future__ import annotations

import copy

from jupyterhub.app import JupyterHub
from traitlets.config import Config

from jupyterhub_responsibility.enabling.arrangement import arrange


def started(c: Config) -> JupyterHub:
    """A hub with that configuration, arranged. Raises ConfigurationError."""
    hub = JupyterHub(config=copy.deepcopy(c))
    hub.db = None  # authenticators are given it
    arrange(hub)
    return hub
