"""What the hub looks like, for the service: found out in the hub's process when it starts it.

One JSON object; its keys are names of settings of the service. By then the hub has everything
that was configured before and after `enable`.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from ..paths import templates as our_templates
from .framing import embedded_cookies, frame_ancestors
from .handover import MAX_VARIABLE_BYTES
from .menu import services_of
from .variables import plain, size

log = logging.getLogger(__name__)


VARIABLE = "responsibility"
"""The name of our own variable in the hub's templates."""


def look_of(hub: Any, service_name: str) -> str:
    """The look of a running hub, as text for a variable of the environment."""
    told: dict[str, Any] = {
        "template_paths": operator_paths(hub),
        "services": services_of(hub, service_name),
        "frame_ancestors": frame_ancestors(hub),
        "cookie_options": embedded_cookies(hub),
        "subdomains": bool(hub.subdomain_host),
    }
    if size(told) > MAX_VARIABLE_BYTES:  # many accounts, each of them named
        told["services"] = [{**service, "accounts": []} for service in told["services"]]
    own = {name: value for name, value in hub.template_vars.items() if name != VARIABLE}
    empty = {**told, "template_vars": {}, "left_out": []}
    taken = plain(own, MAX_VARIABLE_BYTES - size(empty) - size(list(own)))
    return _fitting({**told, "template_vars": taken.values, "left_out": list(taken.left_out)})


def operator_paths(hub: Any) -> list[str]:
    """Where the operator's own templates are, in the order in which the hub looks for them."""
    ours = str(our_templates())
    return [str(Path(path).absolute()) for path in own_paths(hub) if path != ours]


def own_paths(hub: Any) -> list[str]:
    """The folders of templates that were configured: all but the hub's own, which it puts last."""
    hubs = {str(path) for path in hub._template_paths_default()}
    return [str(path) for path in hub.template_paths if str(path) not in hubs]


def _fitting(told: dict[str, Any]) -> str:
    """Names that take too much room are cut: with too much, the service could not be started."""
    names = told["left_out"]
    while size(told) > MAX_VARIABLE_BYTES and names:
        names = names[: len(names) // 2]
        told = {**told, "left_out": names}
    if size(told) > MAX_VARIABLE_BYTES:
        log.warning("How the hub looks takes %s bytes: too many to tell", f"{size(told):,}")
        return ""
    return json.dumps(told, separators=(",", ":"))
