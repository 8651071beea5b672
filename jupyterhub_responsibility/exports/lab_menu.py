"""Settings for JupyterLab 4: entries of its Help menu that lead to our pages; no extension."""

from __future__ import annotations

import json
from typing import Any

from .report import below

PLUGIN, MENU = "@jupyterlab/mainmenu-extension:plugin", "jp-mainmenu-help"
"""What of JupyterLab makes its menus, and what it calls the one for help."""

ENTRIES = {"Whom do I ask?": "contacts", "My responsibilities": ""}
"""What they are called, with the page below our address, in this order."""

FIRST = 0
"""The rank of the entries, before JupyterLab's own. With a lower one, it shows no menus at all."""


def lab_menu(home: str) -> str:
    """The settings, as JSON. `home` is the address of our pages, or its path, as browsers see it on
    somebody's server."""
    entries = [_entry(text, below(home, path)) for text, path in ENTRIES.items()]
    items = [*entries, {"type": "separator", "rank": FIRST}]
    return json.dumps({PLUGIN: {"menus": [{"id": MENU, "items": items}]}}, indent=2) + "\n"


def _entry(text: str, address: str) -> dict[str, Any]:
    """In a tab of its own: JupyterLab would show it in a frame, which our pages refuse."""
    arguments = {"text": text, "url": address, "newBrowserTab": True}
    return {"command": "help:open", "args": arguments, "rank": FIRST}
