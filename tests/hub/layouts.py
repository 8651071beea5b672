"""Ways in which operators lay out their configuration, and what a hub has of each.

    python -m tests.hub.layouts FOLDER

prints, for every layout, what a hub has without `enable` and with it, as JSON. It runs in the
environment of any JupyterHub.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from jupyterhub.app import JupyterHub
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

NUMBER = 48

ENABLE = """
from jupyterhub_responsibility import enable
enable(c, {"roles": {
    "hub-administrator": {"groups": ["hub-admins"]},
    "community-representative": {"groups": ["community-reps"]}}})
"""

SERVICE = {"name": "cull-idle", "command": ["true"]}
ROLE = {"name": "cull-idle", "scopes": ["list:users"], "services": ["cull-idle"]}
OWN = {"name": "hub-administrator", "scopes": ["read:metrics"], "users": ["ada"], "groups": ["it"]}
USER = {"name": "user", "scopes": ["self", "list:services"]}
GROUPS = {"it": {"users": ["ada"]}, "hub-admins": {"users": ["hanna"]}}
VARIABLES = {"announcement": "Low tide", "custom": {"org": {"name": "Reef Lab"}}}

WAYS: dict[str, tuple[str, ...]] = {
    "services": (
        f"c.JupyterHub.services = [{SERVICE}]",
        f"c.JupyterHub.services.append({SERVICE})",
        f"c.JupyterHub.services.extend([{SERVICE}])",
    ),
    "load_roles": (
        f"c.JupyterHub.load_roles = [{ROLE}]",
        f"c.JupyterHub.load_roles.append({ROLE})",
        f"c.JupyterHub.load_roles = [{ROLE}, {OWN}]",
        f"c.JupyterHub.load_roles.extend([{ROLE}, {USER}])",
        f"c.JupyterHub.load_roles = [{USER}, {OWN}]",
        f"c.JupyterHub.load_roles.insert(0, {OWN})",
    ),
    "load_groups": (
        f"c.JupyterHub.load_groups = {GROUPS}",
        f"c.JupyterHub.load_groups.update({GROUPS})",
    ),
    "template_vars": (
        f"c.JupyterHub.template_vars = {VARIABLES}",
        f"c.JupyterHub.template_vars.update({VARIABLES})",
    ),
    "template_paths": (
        "c.JupyterHub.template_paths = ['/srv/templates']",
        "c.JupyterHub.template_paths.append('/srv/templates')",
        "c.JupyterHub.template_paths.insert(0, '/srv/templates')",
    ),
    "authenticator": (
        "c.JupyterHub.authenticator_class = 'dummy'",
        "c.GitHubOAuthenticator.manage_groups = True",
        "c.PAMAuthenticator.manage_groups = True; c.JupyterHub.authenticator_class = 'dummy'",
        "c.Authenticator.manage_groups = False",
    ),
}
"""By setting, the ways in which operators write it."""


def layouts() -> Iterator[list[list[str]]]:
    """For each layout its files, the main one first: each is a list of statements.

    The main file reads the others where it says `load`; one of them, or the main one, has ENABLE.
    """
    for seed in range(NUMBER):
        chance = Random(seed)  # to choose from, not to hide
        files: list[list[str]] = [[] for _ in range(chance.randint(1, 4))]
        for ways in WAYS.values():
            chance.choice(files).append(chance.choice(ways))
        chance.choice(files).append(ENABLE)
        files[0] += [f"load_subconfig('{n}.py')" for n in range(1, len(files))]
        for file in files:
            chance.shuffle(file)
        yield files


def read(folder: Path, files: list[list[str]], leave_out: str = "") -> Config:
    """The configuration that files come to."""
    for number, statements in enumerate(files):
        kept = (statement for statement in statements if statement != leave_out)
        (folder / f"{number}.py").write_text("\n".join(kept))
    return PyFileConfigLoader("0.py", path=str(folder)).load_config()


def settings(config: Config) -> dict[str, Any]:
    """What a hub has when it makes its roles."""
    hub = JupyterHub(config=config)
    hub.db = None
    if "JupyterHubResponsibility" in config:
        from jupyterhub_responsibility.enabling.arrangement import arrange

        arrange(hub)
    return {
        "services": {each["name"]: {**each, "environment": None} for each in hub.services},
        "roles": {each["name"]: each for each in hub.load_roles},
        "groups": hub.load_groups,
        "user_scopes": sorted(getattr(hub, "extra_user_scopes", ())),
        "variables": {name: repr(value) for name, value in hub.template_vars.items()},
        "paths": [p for p in hub.template_paths if p not in hub._template_paths_default()],
    }


def main(folder: Path) -> None:
    """Print every layout."""
    found = [
        (settings(read(folder, files, ENABLE)), settings(read(folder, files)))
        for files in layouts()
    ]
    print(json.dumps(found, default=list))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
