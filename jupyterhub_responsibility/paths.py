"""Where the files that ship beside the code are."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from .errors import ConfigurationError

STATIC = Path(__file__).parent / "static"
SCHEMA = Path(__file__).parent / "declaration.schema.json"
_FLEET = Path(__file__).parent / "fleet"
FLEET = {
    "dashboard": _FLEET / "grafana-dashboard.json",
    "rules": _FLEET / "responsibility.rules.yaml",
}
"""What ships for those who watch several hubs, by what it is called on the command line."""

_MARKER = "responsibility-me.html"
_SHARED = Path("share", "jupyterhub-responsibility", "templates")


@cache
def templates() -> Path:
    """The folder with our templates: beside a checkout, or where the wheel put them.

    Raises ConfigurationError with the places tried.
    """
    here = Path(__file__).resolve()
    tried = [here.parents[1] / "share" / "templates"]
    tried += [parent / _SHARED for parent in here.parents]
    tried.append(Path(sys.prefix) / _SHARED)
    for folder in tried:
        if (folder / _MARKER).is_file():
            return folder
    places = "\n".join(f"  {folder}" for folder in tried)
    raise ConfigurationError(f"the templates are not installed; looked in:\n{places}")
