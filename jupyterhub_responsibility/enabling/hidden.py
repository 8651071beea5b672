"""Which of the operator's templates show nothing of ours where something belongs."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from ..domain.configured import ALL_TEMPLATES
from ..paths import templates as our_templates
from .layers import PAGE
from .look import VARIABLE, operator_paths
from .trial import Trial

log = logging.getLogger(__name__)

OURS = re.compile(r"\{[{%][^}]*\bresponsibility\b")
"""Every include of ours, and what they are made of, has it in its name; a template that doesn't
name it between its braces shows none of them."""

LOGIN = "login.html"

FOR_EVERYBODY: dict[str, dict[str, Any]] = {
    "error.html": {"status_code": 404},
    "spawn.html": {"error_message": "It failed"},
    "spawn_pending.html": {},
    "not_running.html": {"failed": True},
}
"""Pages that show the public contacts to whoever is logged in, and when they do."""

PASSWORD = re.compile(r"<input[^>]*\btype=[\"']?password\b", re.IGNORECASE)


def shadowed(hub: Any) -> list[str]:
    """The operator's templates that show nothing of ours, though they could; in alphabetical order.

    That is found out by rendering them. ALL_TEMPLATES where the hub doesn't look for ours at all.
    """
    if our_templates() not in [Path(path) for path in hub.template_paths]:
        return [ALL_TEMPLATES]
    trial = Trial(hub.tornado_settings["jinja2_env_sync"], hub.template_vars)
    said = getattr(hub.template_vars.get(VARIABLE), "said", None)
    contacts = said is None or bool(said.public)
    theirs = _theirs(hub)
    return [name for name in sorted(theirs) if _hides(trial, name, theirs[name], contacts)]


def _theirs(hub: Any) -> dict[str, Path]:
    """The operator's own templates that the hub uses, by name."""
    found: dict[str, Path] = {}
    for folder in operator_paths(hub):
        for path in Path(folder).glob("*.html"):
            found.setdefault(path.name, path)
    return found


def _hides(trial: Trial, name: str, path: Path, contacts: bool) -> bool:
    try:
        if name == PAGE:
            return not trial.leads_here()
        if name in ("home.html", "admin.html"):
            return not trial.adds(name)
        if not contacts:
            return False
        if name in FOR_EVERYBODY:
            return not trial.adds(name, **FOR_EVERYBODY[name])
        return _is_login(trial, name) and not trial.shows_contacts(name)
    except Exception as error:  # whatever an operator's template may raise
        log.info("%s could not be tried out: %s: %s", path, type(error).__name__, error)
        ours = (our_templates() / name).is_file()
        return ours and not OURS.search(path.read_text("utf-8", errors="replace"))


def _is_login(trial: Trial, name: str) -> bool:
    """Whether people log in here: a whole page of that name, or one that asks for a password."""
    html = trial.html(name, user=None)
    return name == LOGIN or (
        "</html>" in html.lower() and bool("login" in name or PASSWORD.search(html))
    )
