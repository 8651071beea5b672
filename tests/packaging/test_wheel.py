"""What ships: the wheel and the sdist, and the wheel installed where no checkout is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import venv
import zipfile
from pathlib import Path

import pytest
import requests
import yaml

from jupyterhub_responsibility import __version__

from ..realhub import free_port

ROOT = Path(__file__).parents[2]
PACKAGE = "jupyterhub_responsibility"
TEMPLATES = "share/jupyterhub-responsibility/templates"
NOT_SOURCE = shutil.ignore_patterns(
    ".*", "build", "dist", "*.egg-info", "__pycache__", "node_modules"
)


def packaged() -> set[str]:
    """Every file of the package that somebody else's machine needs."""
    files = (path for path in (ROOT / PACKAGE).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}


def templates() -> set[str]:
    return {path.name for path in (ROOT / "share" / "templates").iterdir()}


def run(*command: str | Path, cwd: Path, status: int = 0) -> str:
    """Run a command without the surroundings of a checkout; what it printed."""
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "JUPYTERHUB"))
    }
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """A folder with the wheel and the sdist, built from a copy of the source."""
    source = tmp_path_factory.mktemp("source") / "checkout"
    shutil.copytree(ROOT, source, ignore=NOT_SOURCE)
    run(sys.executable, "-m", "build", cwd=source)
    return source / "dist"


@pytest.fixture(scope="session")
def bin_folder(built, tmp_path_factory) -> Path:
    """The programs of a fresh virtual environment that has the wheel.

    What the package depends on is borrowed from the environment of the tests.
    """
    fresh = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(fresh, with_pip=False)
    python = fresh / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", wheel, cwd=fresh)
    (site,) = (fresh / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return fresh / "bin"


@pytest.fixture
def command(bin_folder) -> Path:
    return bin_folder / "jupyterhub-responsibility"


def test_the_wheel_has_every_file(built):
    """Code, models, static files, the schema, py.typed and every template are in the wheel."""
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    data = f"{PACKAGE}-{__version__}.data/data/{TEMPLATES}"
    assert packaged() <= names
    assert {f"{data}/{name}" for name in templates()} <= names


def test_the_wheel_has_nothing_else(built):
    """No tests, docs or benchmarks end up in people's site-packages."""
    (wheel,) = built.glob("*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    ours = f"{PACKAGE}-{__version__}"
    assert tops == {PACKAGE, f"{ours}.data", f"{ours}.dist-info"}


def test_the_sdist_has_every_file(built):
    """The sdist has what the wheel is made from, with README and licence."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert packaged() <= names
    assert {f"share/templates/{name}" for name in templates()} <= names
    assert {"README.md", "LICENSE", "setup.cfg", "pyproject.toml"} <= names


def test_importing_costs_nothing(bin_folder, tmp_path):
    """`import jupyterhub_responsibility` loads nothing that a hub's configuration doesn't need."""
    heavy = ("pydantic", "yaml", "jupyterhub", "tornado", "jinja2", "traitlets")
    program = f"import sys, {PACKAGE}; print([m for m in {heavy} if m in sys.modules])"
    assert run(bin_folder / "python", "-c", program, cwd=tmp_path).strip() == "[]"


def test_version(bin_folder, tmp_path):
    """`python -m jupyterhub_responsibility --version` says which version is installed."""
    said = run(bin_folder / "python", "-m", PACKAGE, "--version", cwd=tmp_path)
    assert said.strip() == __version__


def test_a_declaration_from_nothing(command, tmp_path):
    """`init` writes a file that `check` finds clean and `export` makes whole."""
    run(command, "init", cwd=tmp_path)
    assert "no faults" in run(command, "check", "responsibilities.yaml", cwd=tmp_path)
    whole = run(command, "export", cwd=tmp_path)
    assert len(yaml.safe_load(whole)["areas"]) == 4
    (tmp_path / "other-hub.yaml").write_text(whole)
    assert run(command, "export", "other-hub.yaml", cwd=tmp_path) == whole


def test_the_second_model_ships(command, tmp_path):
    """`model: cloud` is found without a checkout."""
    roles = {"workspace-owner": {"groups": ["owners"]}, "access-manager": {"groups": ["access"]}}
    (tmp_path / "cloud.yaml").write_text(yaml.safe_dump({"model": "cloud", "roles": roles}))
    assert "no faults" in run(command, "check", "cloud.yaml", cwd=tmp_path)


def test_init_names_a_schema_that_is_there(command, tmp_path):
    """The first line of the starter file leads editors to the installed JSON Schema."""
    run(command, "init", cwd=tmp_path)
    first = (tmp_path / "responsibilities.yaml").read_text().splitlines()[0]
    schema = Path(re.search(r"\$schema=(.+)", first)[1])
    assert schema.is_relative_to(command.parents[1])
    assert "roles" in json.loads(schema.read_text())["properties"]


def test_enable_finds_the_installed_templates(bin_folder, command, tmp_path):
    """`enable` gives the hub the folder with the templates that the wheel brought."""
    run(command, "init", cwd=tmp_path)
    program = (
        "from traitlets.config import Config; c = Config();"
        f" from {PACKAGE} import enable; enable(c, 'responsibilities.yaml');"
        " from jupyterhub.app import JupyterHub; hub = JupyterHub(config=c); hub.db = None;"
        f" from {PACKAGE}.enabling.arrangement import arrange; arrange(hub);"
        " print(hub.template_paths[-1])"
    )
    folder = Path(run(bin_folder / "python", "-c", program, cwd=tmp_path).strip())
    assert folder == bin_folder.parent / TEMPLATES
    assert {path.name for path in folder.iterdir()} == templates()


def test_the_service_runs_from_the_wheel(command, tmp_path):
    """Pages, stylesheet and health are there in a process that has never seen the checkout."""
    run(command, "init", cwd=tmp_path)
    url = f"http://127.0.0.1:{free_port()}"
    nowhere = f"http://127.0.0.1:{free_port()}/hub/api"
    environment = {
        "JUPYTERHUB_API_TOKEN": "not-a-real-one",
        "JUPYTERHUB_API_URL": nowhere,
    }
    service = subprocess.Popen(
        [command, "serve", f"--bind-url={url}"], cwd=tmp_path, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        home = f"{url}/services/responsibilities/"
        deadline = time.monotonic() + 20
        while True:
            try:
                health = requests.get(f"{home}healthz", timeout=5).json()
                break
            except requests.ConnectionError:
                assert service.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        page = requests.get(f"{home}no-such-page", timeout=5)
        style = requests.get(f"{home}static/responsibility.css", timeout=5)
    finally:
        service.terminate()
        ended = service.wait(10)
    assert health == {"status": "degraded"}  # there is no hub
    assert page.status_code == 404
    assert 'id="responsibility"' in page.text
    assert style.ok
    assert ended == 0
