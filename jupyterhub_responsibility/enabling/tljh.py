"""The plugin for The Littlest JupyterHub, which loads it by the entry point `tljh`.

Whatever `tljh-config set responsibilities.…` says is the declaration; two keys are not:
`responsibilities.file` names a file that is the declaration instead, and
`responsibilities.options` are options of `enable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tljh.config import CONFIG_DIR, STATE_DIR
from tljh.configurer import load_config
from tljh.hooks import hookimpl

from .config import enable

GROUPS = {"hub-administrator": "hub-admins", "community-representative": "community-reps"}
"""The groups of the two mapped roles, where nothing else is said."""

DATABASE = f"sqlite:///{STATE_DIR}/jupyterhub-responsibility.sqlite"
"""Where the ledger is, where nothing else is said: next to the hub's own database."""


@hookimpl  # type: ignore[untyped-decorator]  # TLJH ships no types
def tljh_custom_jupyterhub_config(c: Any) -> None:
    """Enable the service on this hub; TLJH calls it when it configures JupyterHub."""
    said = dict(load_config().get("responsibilities") or {})
    options: dict[str, Any] = said.pop("options", None) or {}
    if not options.get("external"):  # it has an environment of its own
        options = {"database_url": DATABASE} | options
    file = said.pop("file", None)
    enable(c, Path(CONFIG_DIR, file) if file else with_groups(said), **options)


def with_groups(said: Mapping[str, Any]) -> dict[str, Any]:
    """A declaration in which the two mapped roles have their groups."""
    if "model" in said:  # it has roles of its own
        return dict(said)
    roles = {role: {"groups": [group]} for role, group in GROUPS.items()}
    for role, entry in (said.get("roles") or {}).items():
        roles[role] = {**roles.get(role, {}), **(entry or {})}
    return {**said, "roles": roles}
