"""A unix user who may do nothing, for what has to run without root."""

from __future__ import annotations

import os
import pwd
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml


def as_nobody() -> dict:
    """Lets `Popen` run something as that user; who isn't root, is somebody like that already."""
    if os.geteuid():
        return {}
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def folder_of_nobody(path: Path, mode: int = 0o700) -> Path:
    """A new folder that is that user's own."""
    path.mkdir(mode=mode)
    if not os.geteuid():
        user = pwd.getpwnam("nobody")
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


def python_of_nobody(folder: Path) -> str:
    """A Python with all that this one has, and that such a user can run.

    This one, or the system's of the same version, where this one is in the home of root.
    """
    if _runs(sys.executable):
        return sys.executable
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    packages = Path(yaml.__file__).parents[1]
    python = folder / "python"
    python.write_text(
        f"#!/bin/sh\nexport PYTHONPATH=$PYTHONPATH:{shlex.quote(str(packages))}\n"
        f'exec {system} "$@"\n'
    )
    python.chmod(0o755)
    if not _runs(str(python)):
        pytest.skip("nobody but root can run Python here")
    return str(python)


def _runs(python: str) -> bool:
    try:
        command = [python, "-c", "import jupyterhub"]
        return subprocess.run(command, **as_nobody(), cwd="/").returncode == 0
    except PermissionError:
        return False
