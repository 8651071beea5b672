"""A hub that cannot start because of its declaration or configuration says why, and little else."""

from __future__ import annotations

import pytest

from ..realhub import DECLARATION, RealHub

TWO_FAULTS = {"roles": {**DECLARATION["roles"], "stranger": {}}, "contcts": []}
PART = """
c = get_config()
from jupyterhub_responsibility import enable
enable(c, "nowhere.yaml")
"""


@pytest.fixture
def ended(tmp_path):
    """What a hub says that ends by itself at its start, with this declaration or another."""

    def run(declaration: dict, **changes: str) -> str:
        hub = RealHub(tmp_path, declaration, **{k: v for k, v in changes.items() if k != "file"})
        if "file" in changes:
            hub.config = hub.config.replace('"responsibilities.yaml"', f'"{changes["file"]}"')
        hub.start(wait=False)
        try:
            assert hub.process.wait(60) == 1
        finally:
            hub.stop()
        return hub.log()

    return run


SHORT = 8
"""Lines of the log of a hub that doesn't start, at most."""


def test_faults_of_the_declaration(ended):
    """Every fault, and no traceback around them."""
    log = ended(TWO_FAULTS)
    assert "faults in the declaration:" in log.splitlines()[0]
    assert "responsibilities.yaml:1: contcts: unknown key" in log
    assert "roles.stranger" in log
    assert "Traceback" not in log
    assert len(log.splitlines()) <= SHORT


def test_a_contradiction(ended):
    """What enable() refuses, in its words."""
    log = ended(DECLARATION, options="user_management='servce'")
    assert "user_management='servce' is unknown. Did you mean 'service'?" in log.splitlines()[0]
    assert "Traceback" not in log
    assert len(log.splitlines()) <= SHORT


def test_a_file_that_is_not_there(ended, tmp_path):
    """A relative name that isn't found says where it was looked for."""
    log = ended(DECLARATION, file="reponsibilities.yaml")
    assert "reponsibilities.yaml: cannot be read: No such file or directory" in log.splitlines()[0]
    assert str(tmp_path / "reponsibilities.yaml") in log
    assert "Traceback" not in log


def test_in_a_file_that_is_loaded_by_another(ended, tmp_path):
    """The same in a part of the configuration, as distributions load them."""
    (tmp_path / "part.py").write_text(PART)
    log = ended(DECLARATION, before="\nload_subconfig('part.py')\n")
    assert str(tmp_path / "nowhere.yaml") in log.splitlines()[0]
    assert "Traceback" not in log
