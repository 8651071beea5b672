"""The hub's Services menu, on our pages: what the viewer may open, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from ..domain.model import Viewer

OPEN_TO = ("open_to_all", "open_to_admins", "groups", "accounts")
"""Who may open a service; the rest of what is told of it is for templates."""


class Menu:
    """The services that the hub told of when it started this one; this one alone if it didn't.

    Who may open what is as it was then, but for the groups: those are the viewer's, live.
    """

    def __init__(self, services: Sequence[Mapping[str, Any]], name: str, home: str) -> None:
        self._name = name
        self._told = [dict(each) for each in services] or [_alone(name, home)]

    def seen_by(self, viewer: Viewer | None) -> tuple[SimpleNamespace, ...]:
        """The services that somebody may open for certain, in the order of the hub's menu."""
        if viewer is None:
            return ()
        return tuple(
            SimpleNamespace(**{key: value for key, value in each.items() if key not in OPEN_TO})
            for each in self._told
            if each.get("name") == self._name or _open(each, viewer)
        )


def _open(service: Mapping[str, Any], viewer: Viewer) -> bool:
    if viewer.kind != "user":
        return False
    return bool(
        service.get("open_to_all")
        or (viewer.admin and service.get("open_to_admins"))
        or not viewer.groups.isdisjoint(service.get("groups", ()))
        or viewer.name in service.get("accounts", ())
    )


def _alone(name: str, home: str) -> dict[str, Any]:
    """This service as the hub has it, for whoever runs it elsewhere."""
    return {
        "name": name,
        "href": home,
        "prefix": home,
        "display": True,
        "kind": "external",
        "managed": False,
        "admin": False,
        "info": {},
    }
