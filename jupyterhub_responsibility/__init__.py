"""Make a shared responsibility model live on a JupyterHub.

In `jupyterhub_config.py`:

    from jupyterhub_responsibility import enable

    enable(c, "responsibilities.yaml")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

__all__ = ["__version__", "enable"]

if TYPE_CHECKING:
    from .enabling.config import enable as enable


def __getattr__(name: str) -> Any:
    if name == "enable":
        from .enabling.config import enable

        return enable
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
